"""Addresses inside this site: whither a page may send somebody on."""

from __future__ import annotations

import unicodedata
from urllib.parse import urlsplit

LONGEST = 2_000


def inside(target: str) -> str:
    r"""``target`` if every browser takes it for a path of this site; else ``""``.

    Browsers drop tabs and line ends inside an address and read a backslash as a slash (WHATWG URL standard,
    4.4), so ``/\t/evil.example`` and ``/\evil.example`` lead away: whatever has such a sign is refused.
    """
    odd = any(sign == "\\" or unicodedata.category(sign) in {"Cc", "Cf", "Cs"} for sign in target)
    if odd or len(target) > LONGEST or not target.startswith("/") or target.startswith("//"):
        return ""
    try:
        parts = urlsplit(target)
    except ValueError:
        return ""
    return "" if parts.scheme or parts.netloc else target
