"""The hall's type for what is drawn on paper."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from io import BytesIO
from typing import Any

from PIL import ImageFont

FOLDER = "static/vendor/fonts"
BOLD = 700


@lru_cache(maxsize=1)
def _hall_font() -> bytes | None:
    """The variable font that the browser build fetched; ``None`` where it was never built."""
    try:
        folder = resources.files("core.web").joinpath(FOLDER)
        for file in sorted(folder.iterdir(), key=lambda file: file.name):
            name = file.name.lower()
            # The Latin file alone has the digits; the extended and the italic ones do not serve.
            if "hyperlegible-next" in name and not any(w in name for w in ("-ext", "italic", "mono")):
                return file.read_bytes()
    except (ModuleNotFoundError, OSError):
        pass
    return None


@lru_cache(maxsize=64)
def type_face(size: int, weight: int = BOLD) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Atkinson Hyperlegible Next at ``size`` dots an em, ``weight`` 200 to 800.

    Falls back to Pillow's own scalable font: a ticket in another type is better than no ticket.
    """
    data = _hall_font()
    if data is not None:
        try:
            font = ImageFont.truetype(BytesIO(data), size)
            font.set_variation_by_axes([weight])
        except (OSError, NotImplementedError):  # damaged file, or a FreeType without woff2 or axes
            pass
        else:
            return font
    return ImageFont.load_default(size)


def tabular(face: ImageFont.FreeTypeFont | ImageFont.ImageFont) -> dict[str, Any]:
    """Options of ``text`` for figures of one width, as on every screen; none where it has none."""
    shaped = isinstance(face, ImageFont.FreeTypeFont) and face.layout_engine == ImageFont.Layout.RAQM
    return {"features": ["tnum"]} if shaped else {}
