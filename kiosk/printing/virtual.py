"""A printer without hardware: each job as its exact bytes and as a picture of the paper."""

from __future__ import annotations

import hashlib
import os
import re
from io import BytesIO
from pathlib import Path

from PIL import ImageOps

from kiosk.printing.port import PrinterTrouble
from kiosk.printing.reader import PaperError, read

MARGIN = 32
"""Dots of paper beside the head: 80 mm of paper carry 72 mm of print."""


class VirtualPrinter:
    """Writes ``JOB.bin`` and ``JOB.png`` into ``folder``. Paper of ``width`` dots.

    A file ``fault`` in the folder makes it fail with the file's words: for drills and tests of
    what happens when paper runs out.
    """

    def __init__(self, folder: Path, width: int) -> None:
        self.folder = folder
        self.width = width

    def send(self, data: bytes, job: str) -> None:
        """Write the job; the bytes are kept even when they cannot be drawn."""
        name = file_name(job)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            fault = self.folder / "fault"
            if fault.exists():
                words = fault.read_text(encoding="utf-8").strip() or "fault"
                raise PrinterTrouble(words, lasting=True)
            _replace(self.folder / f"{name}.bin", data)
            _replace(self.folder / f"{name}.png", self._picture(data))
        except OSError as error:
            raise PrinterTrouble(f"folder {error.strerror or error}", lasting=False) from error
        except PaperError as error:
            raise PrinterTrouble(f"unreadable {error}", lasting=True) from error

    def _picture(self, data: bytes) -> bytes:
        paper = ImageOps.expand(read(data, self.width).image, MARGIN, 255)
        file = BytesIO()
        paper.save(file, "PNG", compress_level=1)  # quick, as the hall waits; the files stay small
        return file.getvalue()


def file_name(job: str) -> str:
    """A job's name as a file's name: what no file may be called is replaced, and never collides."""
    safe = re.sub(r"[^A-Za-z0-9._-]", "_", job).lstrip(".")[:100]
    if safe == job and safe:
        return safe
    return f"{safe}~{hashlib.sha256(job.encode()).hexdigest()[:8]}"


def _replace(path: Path, data: bytes) -> None:
    """Whoever watches the folder sees the whole file or none."""
    # The leading dot keeps the half-written file out of ``*.png``.
    half = path.with_name(f".{path.name}.part")
    half.write_bytes(data)
    os.replace(half, path)
