"""Draw the references anew: ``python -m tests.printing``. Look at each picture before it is kept."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from PIL import Image

from kiosk.printing.escpos_bytes import head_dots, ticket_bytes
from kiosk.printing.reader import read
from kiosk.printing.virtual import picture_of
from tests.printing.conftest import _words
from tests.printing.tickets import LOGO, draw_mark, tickets

FOLDER = Path(__file__).parent / "references"


def main() -> None:
    """Bytes and picture of each."""
    if not LOGO.exists():
        draw_mark()
    words = _words()
    for name, (ticket, printer) in tickets().items():
        data = ticket_bytes(ticket, printer, words[ticket.lang].__getitem__)
        (FOLDER / f"{name}.bin").write_bytes(data)
        image = read(data, head_dots(printer.width_mm)).image
        Image.open(BytesIO(picture_of(image))).save(FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
