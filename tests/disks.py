"""Faults of a disk for a running server, made by the kernel and without a file system of their own."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

from tests.running import Server


def limit(server: Server, size: int) -> None:
    """No file of the server's may grow beyond ``size`` bytes: SQLite takes it for a broken disk."""
    master = psutil.Process(server.process.pid)
    for process in [master, *master.children(recursive=True)]:
        _, hard = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (size, hard))


@contextmanager
def full(server: Server) -> Iterator[None]:
    """The server's disk takes no more."""
    limit(server, 1)
    try:
        yield
    finally:
        limit(server, resource.RLIM_INFINITY)
