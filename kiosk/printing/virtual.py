"""A printer without hardware: each job as its exact bytes and as a picture of the paper."""

from __future__ import annotations

import hashlib
import os
import re
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps

from core.domain.hall import PrinterState
from kiosk.printing.port import PrinterTrouble, Sent, Status, unheard
from kiosk.printing.reader import PaperError, read

MARGIN = 32
"""Dots of paper beside the head: 80 mm of paper carry 72 mm of print."""


FAULTS = {
    "paper-out": PrinterState.PAPER_OUT,
    "near-end": PrinterState.NEAR_END,
    "cover-open": PrinterState.COVER_OPEN,
    "offline": PrinterState.OFFLINE,
    "mute": PrinterState.MUTE,
}
"""Words of the file ``fault`` and what they do; any others are an error in these words."""


class VirtualPrinter:
    """Writes ``JOB.bin`` and ``JOB.png`` into ``folder``. Paper of ``width`` dots.

    A file ``fault`` in the folder makes it fail with the file's words: for drills and tests of
    what happens when paper runs out.
    """

    def __init__(self, folder: Path, width: int) -> None:
        self.folder = folder
        self.width = width

    def send(self, data: bytes, job: str, sent: Sent = unheard) -> bool:
        """Write the job; the bytes are kept even when they cannot be drawn. Files confirm themselves."""
        name = file_name(job)
        now = self.status()
        if now.state in (PrinterState.PAPER_OUT, PrinterState.COVER_OPEN, PrinterState.ERROR):
            raise PrinterTrouble(now.detail, lasting=True, state=now.state)
        if now.state is PrinterState.OFFLINE:
            raise PrinterTrouble(now.detail, lasting=False)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            replace_file(self.folder / f"{name}.bin", data)
            replace_file(self.folder / f"{name}.png", picture_of(read(data, self.width).image))
        except OSError as error:
            raise PrinterTrouble(f"folder {error.strerror or error}", lasting=False) from error
        except PaperError as error:
            raise PrinterTrouble(f"unreadable {error}", lasting=True, state=PrinterState.ERROR) from error
        sent()
        if now.state is PrinterState.MUTE:
            raise PrinterTrouble(now.detail, lasting=False, doubtful=True, state=PrinterState.MUTE)
        return True

    def status(self) -> Status:
        """As the file ``fault`` says."""
        try:
            words = (self.folder / "fault").read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return Status(PrinterState.OK)
        except OSError as error:
            return Status(PrinterState.OFFLINE, f"folder {error.strerror or error}")
        words = words or "fault"
        return Status(FAULTS.get(words.replace(" ", "-"), PrinterState.ERROR), words)


def picture_of(image: Image.Image) -> bytes:
    """The paper as a PNG, with the margins that the head does not reach."""
    file = BytesIO()
    # Quick, as the hall waits; the files stay small.
    ImageOps.expand(image, MARGIN, 255).save(file, "PNG", compress_level=1)
    return file.getvalue()


def file_name(job: str) -> str:
    """A job's name as a file's name: what no file may be called is replaced, and never collides."""
    safe = re.sub(r"[^A-Za-z0-9._-]", "_", job).lstrip(".")[:100]
    if safe == job and safe:
        return safe
    return f"{safe}~{hashlib.sha256(job.encode()).hexdigest()[:8]}"


def replace_file(path: Path, data: bytes) -> None:
    """Whoever watches the folder sees the whole file or none."""
    # The leading dot keeps the half-written file out of ``*.png``.
    half = path.with_name(f".{path.name}.part")
    half.write_bytes(data)
    os.replace(half, path)
