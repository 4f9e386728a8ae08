"""A day of citizens and officers, played against a running hall over its public API."""

from core.demo.play import NoPlay, play
from core.demo.script import Script

__all__ = ["NoPlay", "Script", "play"]
