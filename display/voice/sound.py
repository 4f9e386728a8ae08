"""From pieces to a file: joined with the sentence's pauses, and encoded."""

from __future__ import annotations

import io
import wave
from collections.abc import Iterable, Iterator

import lameenc  # type: ignore[import-not-found]

from display.voice.workshop import RATE

BITS = 32
"""kbit/s of the MP3: enough for speech at 22 kHz; the longest call (12 s) stays near 45 kB."""
STEP = 8192
"""Bytes of PCM that are encoded at once."""
BEFORE_MS, AFTER_MS = 60, 120
"""Silence around the whole: players swallow the first instant, and some the last."""


def silence(milliseconds: int) -> bytes:
    """PCM without a sound."""
    return bytes(2 * (RATE * milliseconds // 1000))


def stretches(pieces: Iterable[tuple[bytes, int]]) -> Iterator[bytes]:
    """The PCM of pieces (PCM, pause after it in ms), bit by bit; each ends softly, so nothing clicks."""
    yield silence(BEFORE_MS)
    for pcm, pause_ms in pieces:
        yield pcm
        yield silence(pause_ms)
    yield silence(AFTER_MS)


def mp3(stretches: Iterable[bytes]) -> bytes:
    """Constant bit rate: every player reckons the right duration from the file's size.

    Small steps: each of a pool's threads keeps what memory it once had.
    """
    encoder = lameenc.Encoder()
    encoder.silence()
    encoder.set_channels(1)
    encoder.set_in_sample_rate(RATE)
    encoder.set_out_sample_rate(RATE)
    encoder.set_bit_rate(BITS)
    encoder.set_quality(5)
    file = bytearray()
    for pcm in stretches:
        for start in range(0, len(pcm), STEP):
            file += encoder.encode(pcm[start : start + STEP])
    return bytes(file + encoder.flush())


def wav(pcm: bytes) -> bytes:
    """The same without loss, for a technician's ears."""
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(RATE)
        written.writeframes(pcm)
    return file.getvalue()
