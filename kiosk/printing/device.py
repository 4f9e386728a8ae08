"""A printer that the system shows as a file: ``/dev/usb/lp0``, a parallel port."""

from __future__ import annotations

import os
import time
from io import FileIO

from escpos.printer import File  # type: ignore[import-untyped]

from kiosk.printing.speaking import Line, LinePrinter, left

CHUNK = 4096
REST = 0.005
"""Seconds between two looks at a device that takes, or says, nothing yet."""


class Handle(File):  # type: ignore[misc]
    """An open device. As in python-escpos, but opened so that nothing on it blocks.

    python-escpos 3.1 opens with ``"wb"``: a printer that is switched off becomes a plain file with the
    ticket in it, and one without paper holds ``write`` for ever, and with it every green thread.
    """

    def open(self, raise_not_found: bool = True) -> None:  # noqa: ARG002 - the library's signature
        """Open what is there, making nothing; raises ``OSError``."""
        flags = os.O_NONBLOCK | os.O_NOCTTY
        try:
            self._device = FileIO(os.open(self.devfile, os.O_RDWR | flags), "r+")
        except PermissionError:  # one that may be written, and not asked
            self._device = FileIO(os.open(self.devfile, os.O_WRONLY | flags), "w")


class DevicePrinter(LinePrinter):
    """A printer at ``path``."""

    def __init__(self, path: str, timeout: float = 3.0, answers: bool = False) -> None:
        super().__init__(path, timeout, answers)
        self.path = path

    def connect(self, timeout: float) -> Line:  # noqa: ARG002 - opens at once or never
        """Raises ``OSError``."""
        handle = Handle(self.path)
        handle.open()
        return DeviceLine(handle.device, handle)


class DeviceLine:
    """An open descriptor that never blocks. ``owner`` closes it.

    ``FileIO`` and not ``os.write``: under eventlet the latter waits for the device without any time-out.
    """

    def __init__(self, file: FileIO, owner: File) -> None:
        self._file = file
        self._owner = owner

    def write(self, data: bytes, end: float) -> None:
        """Give all of it to the device."""
        gone = 0
        while gone < len(data):
            taken = self._file.write(data[gone : gone + CHUNK])
            if taken:
                gone += taken
            else:
                time.sleep(min(REST, left(end)))

    def taken(self, end: float) -> None:
        """A device has what it was given: nobody below tells more."""

    def drain(self) -> None:
        """Forget what came unasked."""
        for _ in range(16):
            if not self._pick():
                break

    def read(self, end: float) -> bytes:
        """What comes next."""
        while not (piece := self._pick()):
            rest = end - time.monotonic()
            if rest <= 0:
                return b""
            time.sleep(min(REST, rest))
        return piece

    def _pick(self) -> bytes:
        return (self._file.read(256) or b"") if self._file.readable() else b""

    def close(self) -> None:
        """Give it back."""
        self._owner.close()
