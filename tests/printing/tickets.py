"""The tickets that are kept as references: both widths, both languages, and what is hardest to lay out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from PIL import Image, ImageDraw

from core.config import load
from core.domain.plan import Plan
from core.settings import PrinterSettings
from kiosk.printing.paper import PaperTicket

ROOT = Path(__file__).parents[2]
LOGO = Path(__file__).parent / "references" / "mark.png"
PLAIN = PaperTicket(
    number="A007",
    service="Pencetakan KTP-el baru",
    agency="Dinas Kependudukan dan Pencatatan Sipil",
    zone="Zona A (Kependudukan)",
    floor="1",
    issued_at=datetime(2026, 11, 24, 9, 5, tzinfo=ZoneInfo("Asia/Makassar")),
    timezone="WITA",
    ahead=5,
    median_minutes=10,
    p80_minutes=25,
    url="https://mpp.denpasarkota.go.id/t/Q2hhcmxpZVRoZUNhdDEyMw",
    hall="Mal Pelayanan Publik Kota Denpasar",
    klass="Prioritas",
    requirements=("Sudah melakukan perekaman", "Fotokopi KK"),
)
ENGLISH = {
    "lang": "en",
    "service": "New electronic ID card",
    "agency": "Civil Registration Office",
    "zone": "Zone A (Civil Registration)",
    "hall": "Denpasar Public Service Mall",
    "klass": "Priority",
    "requirements": ("Biometrics already recorded", "Copy of the family card"),
}


def plan() -> Plan:
    return load(ROOT / "config.toml").plan


def longest(of: Plan, lang: str) -> PaperTicket:
    """The longest names of the shipped catalogue, all on one ticket."""

    def name(texts: Callable[[], list]) -> str:
        return max((each.of(lang) for each in texts()), key=len)

    return replace(
        PLAIN,
        lang=lang,
        number="A1000",
        service=name(lambda: [each.name for each in of.services.values()]),
        agency=name(lambda: [each.name for each in of.agencies.values()]),
        zone=name(lambda: [each.name for each in of.zones.values()]),
        floor=max((each.floor for each in of.zones.values()), key=len),
        klass=name(lambda: [each.name for each in of.classes.values()]),
        requirements=tuple(
            max(of.services.values(), key=lambda each: sum(len(t.of(lang)) for t in each.requirements))
            .requirements[n]
            .of(lang)
            for n in range(2)
        ),
        hall=of.name.of(lang),
        ahead=128,
        median_minutes=115,
        p80_minutes=185,
    )


def tickets() -> dict[str, tuple[PaperTicket, PrinterSettings]]:
    """By the name of the reference."""
    made: dict[str, tuple[PaperTicket, PrinterSettings]] = {}
    of = plan()
    for width in (58, 80):
        printer = PrinterSettings(id="p", name="P", width_mm=width)
        for lang in ("id", "en"):
            plain = PLAIN if lang == "id" else replace(PLAIN, **ENGLISH)
            further = (
                ("Kartu Identitas Anak", "Legalisasi akta")
                if lang == "id"
                else ("Child ID card", "Certified copies")
            )
            for name, ticket in {
                "plain": plain,
                "longest": longest(of, lang),
                "priority": replace(plain, number="A1000", priority=True),
                "reprint": replace(plain, copy=1, also=further),
            }.items():
                made[f"{name}-{lang}-{width}"] = ticket, printer
        marked = replace(printer, logo=LOGO, lines=("range",))
        made[f"mark-id-{width}"] = (
            replace(PLAIN, training=True, ahead=0, median_minutes=0, p80_minutes=0),
            marked,
        )
    return made


def draw_mark() -> None:
    """A mark for the references: a gate of two halves, as it could be a city's."""
    picture = Image.new("RGBA", (240, 240), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    for side in (-1, 1):
        steps = [
            (12, 230),
            (12, 10),
            (30, 40),
            (30, 80),
            (55, 80),
            (55, 130),
            (80, 130),
            (80, 180),
            (108, 180),
            (108, 230),
        ]
        pen.polygon([(120 + side * x, y) for x, y in steps], fill=(122, 46, 29, 255))
    picture.save(LOGO)
