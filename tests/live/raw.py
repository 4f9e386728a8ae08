"""Requests written byte by byte, as no library would send them."""

from __future__ import annotations

import socket


def dial(port, source="127.0.0.1", timeout=30):
    """A connection from one of this machine's loopback addresses."""
    return socket.create_connection(("127.0.0.1", port), timeout=timeout, source_address=(source, 0))


def answer(line):
    """All that comes until the other end hangs up."""
    got = b""
    try:
        while more := line.recv(65536):
            got += more
    except ConnectionError:
        pass
    return got


def half(port, request, **how):
    """Send ``request``, promise no more, and read the answer."""
    with dial(port, **how) as line:
        line.sendall(request)
        line.shutdown(socket.SHUT_WR)
        return answer(line)


def post(path, body, length, *headers):
    """A POST that announces ``length`` bytes and carries ``body``."""
    lines = [f"POST {path} HTTP/1.1", "Host: hall", f"Content-Length: {length}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def chunked(path, *pieces, headers=()):
    """A POST whose body comes in chunks; the last one is not sent."""
    lines = [f"POST {path} HTTP/1.1", "Host: hall", "Transfer-Encoding: chunked", *headers]
    body = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    return "\r\n".join([*lines, "", ""]).encode() + body
