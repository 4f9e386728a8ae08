"""From a document to the bytes that a thermal printer understands (ESC/POS, by python-escpos)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, assert_never

from escpos.capabilities import get_profile  # type: ignore[import-untyped]
from escpos.magicencode import Encoder  # type: ignore[import-untyped]
from escpos.printer import Dummy  # type: ignore[import-untyped]
from PIL import Image, ImageChops

from core.settings import PrinterSettings
from kiosk.printing import pictures
from kiosk.printing.layout import DOTS, Cut, Document, Feed, Picture, Qr, Rule, Style, Text, layout
from kiosk.printing.paper import PaperTicket, PaperWords

FRAGMENT = 48
"""Rows of dots a raster command: 48 x 72 bytes stay under the 4 KiB buffer of small printers."""
FEED_MOST = 255
"""Dots that one ESC J can feed."""


def ticket_bytes(ticket: PaperTicket, printer: PrinterSettings, words: PaperWords) -> bytes:
    """The whole print job of a ticket for one printer."""
    dots = head_dots(printer.width_mm, printer.profile)
    document = layout(ticket, printer.width_mm, words, dots, _style(printer, dots))
    return render(document, printer.profile, dots, printer.code_page)


def _style(printer: PrinterSettings, dots: int) -> Style:
    logo = pictures.logo_picture(printer.logo, dots) if printer.logo is not None else None
    return Style(printer.lines, logo, characters(printer.profile, printer.code_page))


def characters(profile: str, code_page: str) -> Callable[[str], bool]:
    """Whether a printer with this code page has a character beside ASCII; none without a code page."""
    if not code_page:
        return lambda _: False
    encoder = Encoder(get_profile(profile).get_code_pages())
    return lambda character: bool(encoder.can_encode(code_page, character))


def head_dots(width_mm: int, profile: str = "default") -> int:
    """Dots across: what the paper's width has, or less where the printer's profile says so.

    A TM-T88 has 512 dots on 80 mm, not 576. Whole bytes only, as a raster line has no half ones.
    """
    usual = DOTS[width_mm]
    known = get_profile(profile).profile_data["media"]["width"].get("pixels")
    return min(usual, known) // 8 * 8 if isinstance(known, int) else usual


def render(document: Document, profile: str, width: int, code_page: str = "") -> bytes:
    """The bytes of a document for a printer of ``width`` dots; raises ``ValueError`` if it is wider."""
    if document.width > width:
        raise ValueError(f"a document of {document.width} dots does not fit on {width}")
    # A new Dummy a job: MagicEncode remembers the code page it chose, ESC @ makes the printer
    # forget it, and a Dummy used twice would then write text in a code page that is not set.
    printer = Dummy(profile=profile)
    printer.hw("INIT")
    # ESC @ goes back to the DIP switches, which may say Japan: there a backslash is a yen sign.
    printer._raw(b"\x1bR\x00")
    if code_page:
        # One for the whole ticket: left to itself, MagicEncode changes it for each letter it finds elsewhere,
        # in the order of its profile and not of what the printer really has.
        printer.charcode(code_page)
    for element in document.elements:
        match element:
            case Text():
                _text(printer, element)
            case Picture(image):
                _raster(printer, image)
            case Qr(data, module):
                # Not the printer's own: python-escpos 3.1 sends the command for it whatever the profile
                # says (``qrCode = False``), and such a printer prints it as letters.
                _raster(printer, pictures.qr_picture(data, module, document.width))
            case Rule():
                _raster(printer, pictures.rule_picture(document.width))
            case Feed(dots):
                _feed(printer, dots)
            case Cut():
                # Partial where it can: the ticket hangs until it is taken. ``cut`` feeds six lines
                # first, as the knife stands above the head, and sends nothing for a printer
                # that has no knife.
                printer.cut(mode="PART")
            case _:
                assert_never(element)
    return bytes(printer.output)


def _text(printer: Any, line: Text) -> None:
    # ``custom_size`` is the one way of ``set`` that sends GS !; the others send ESC !, which
    # also resets bold and font behind our back.
    printer.set(
        align=line.align,
        bold=line.bold,
        invert=line.reverse,
        custom_size=True,
        width=line.size[0],
        height=line.size[1],
    )
    printer.textln(line.text)


def _raster(printer: Any, image: Image.Image) -> None:
    """GS v 0, byte for byte what ``printer.image(impl="bitImageRaster")`` sends (a test compares).

    Its five conversions a fragment cost a quarter of the whole ticket, and they run on the hall's
    one thread. Pictures are as wide as the paper and centred by themselves: its ``center=True``
    is lost on all fragments, cheap printers ignore ESC a for rasters, and with a profile that
    does not know its width, as ``default``, 3.1 complains on standard output each time.
    """
    printer.set(align="left")
    black = ImageChops.invert(image.convert("L")).convert("1", dither=Image.Dither.NONE)
    across = (black.width + 7) // 8
    dots = black.tobytes()
    for top in range(0, black.height, FRAGMENT):
        rows = min(FRAGMENT, black.height - top)
        head = b"\x1dv0\x00" + across.to_bytes(2, "little") + rows.to_bytes(2, "little")
        printer._raw(head + dots[top * across : (top + rows) * across])


def _feed(printer: Any, dots: int) -> None:
    while dots > 0:
        step = min(dots, FEED_MOST)
        printer._raw(b"\x1bJ" + bytes((step,)))
        dots -= step
