"""Makes the pieces of announcements: a program of its own, ``python workshop.py``, orders in, files out.

espeak-ng is native code with one global state, and recordings come from anywhere: whatever goes wrong
with either ends this process and not the hall. It imports nothing of the hall, so that it starts quickly.

Standard input: ``Orders`` as JSON. Each piece is spoken or decoded, trimmed, brought to one loudness and
left in its file as soon as it is done. Standard output: ``{"made": [path…], "troubles": [sentence…]}``.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import json
import os
import sys
import tempfile
from array import array
from collections.abc import Sequence
from importlib import import_module
from math import tanh
from pathlib import Path
from typing import Any, TypedDict

RATE = 22050
"""Samples a second, of espeak-ng's voices and so of everything here; one channel, 16 bits."""
LOUDNESS = -18.0
"""Of every piece, in LUFS (ITU-R BS.1770, EBU R 128): peaks of speech stay near the ceiling, few beyond."""
CEILING = 0.89
"""No sample beyond -1 dBFS: what MP3 adds to peaks still fits."""
KNEE = 0.7
"""Peaks above are bent, not cut."""
NEAR_DB = 0.3
"""As close to ``LOUDNESS`` as a bent piece is brought."""
SILENCE = 0.01
"""-40 dB under a piece's peak there is nothing to hear."""
MARGIN_S, FADE_IN_S, FADE_OUT_S = 0.015, 0.004, 0.012
LONGEST_S, LARGEST = 20.0, 10_000_000
"""A recording longer than this, or larger (bytes), is no piece of an announcement."""
MAGIC = b"antrean-pcm-1\n"
VOICES = {"id": ("id", 130, 105), "en": ("en", 140, 110)}
"""By language: espeak-ng's voice (``en`` is the British one), words a minute, and for single letters.

Slower than talk, which is 175: a hall echoes, and a letter is over before one listens.
"""


class Order(TypedDict):
    """One piece to make."""

    lang: str
    words: str
    recording: str | None
    """A file that replaces the machine's voice."""
    target: str
    """Where to leave it."""


class Orders(TypedDict):
    """What the program is asked for."""

    pieces: list[Order]


class Unusable(Exception):
    """A recording, or what was spoken, cannot be made into a piece; says why."""


def packed(samples: array[int]) -> bytes:
    """A piece as its file: a digest, so that a torn or altered file is told from a whole one, and PCM."""
    pcm = samples.tobytes()
    return MAGIC + hashlib.sha256(pcm).digest() + pcm


def unpacked(content: bytes) -> bytes | None:
    """The PCM of a piece's file; ``None`` if it is not whole."""
    start = len(MAGIC) + 32
    pcm = content[start:]
    whole = content.startswith(MAGIC) and pcm and hashlib.sha256(pcm).digest() == content[len(MAGIC) : start]
    return pcm if whole else None


def leave(target: Path, content: bytes) -> None:
    """Write a file that is whole or not there. Raises ``OSError``."""
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, unfinished = tempfile.mkstemp(dir=target.parent, prefix=".", suffix=".unfinished")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        os.replace(unfinished, target)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(unfinished)
        raise


# -- the machine's voice -------------------------------------------------------------------------------

_RETRIEVAL, _SPEED, _UTF8 = 1, 1, 1
_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class Machine:
    """espeak-ng, from the wheel of ``espeakng-loader``: no package of the system is needed."""

    def __init__(self) -> None:
        """Raises ``Unusable``."""
        loader = import_module("espeakng_loader")
        try:
            self._espeak: Any = ctypes.CDLL(loader.get_library_path())
        except OSError as error:
            raise Unusable(f"espeak-ng cannot be loaded: {error}") from error
        rate = self._espeak.espeak_Initialize(_RETRIEVAL, 0, os.fsencode(loader.get_data_path()), 0)
        if rate != RATE:
            raise Unusable(f"espeak-ng does not speak as expected: {rate} samples a second, not {RATE}")
        self._spoken = array("h")
        self._callback = _CALLBACK(self._hear)  # kept: the library holds a bare pointer to it
        self._espeak.espeak_SetSynthCallback(self._callback)
        self._lang = ""

    def _hear(self, wave: Any, count: int, _events: Any) -> int:
        if wave and count > 0:
            self._spoken.frombytes(ctypes.string_at(wave, count * 2))
        return 0

    def say(self, words: str, lang: str) -> array[int]:
        """The samples of ``words``. Raises ``Unusable``."""
        voice, words_a_minute, letters = VOICES[lang]
        if lang != self._lang and self._espeak.espeak_SetVoiceByName(voice.encode()):
            raise Unusable(f"espeak-ng has no voice {voice}")
        self._lang = lang
        speed = letters if len(words) == 1 else words_a_minute
        self._espeak.espeak_SetParameter(_SPEED, speed, 0)
        self._spoken = array("h")
        text = words.encode()
        size = ctypes.c_size_t(len(text) + 1)
        failed = self._espeak.espeak_Synth(text, size, 0, 0, 0, _UTF8, None, None)
        if failed or self._espeak.espeak_Synchronize():
            raise Unusable(f'espeak-ng could not say "{words}"')
        return self._spoken


# -- from sound to a piece -----------------------------------------------------------------------------


def decoded(path: Path) -> array[int]:
    """A recording (WAV, MP3, FLAC, Ogg Vorbis) as samples. Raises ``Unusable``."""
    miniaudio = import_module("miniaudio")
    try:
        if path.stat().st_size > LARGEST:
            raise Unusable(f"is larger than {LARGEST // 1_000_000} MB")
        content = path.read_bytes()
        sound = miniaudio.decode(content, miniaudio.SampleFormat.SIGNED16, nchannels=1, sample_rate=RATE)
    except (OSError, miniaudio.MiniaudioError) as error:
        raise Unusable(f"cannot be read as WAV, MP3, FLAC or Ogg Vorbis: {error}") from error
    samples: array[int] = sound.samples
    if len(samples) > LONGEST_S * RATE:
        raise Unusable(f"is longer than {LONGEST_S:g} s")
    return samples


def finished(samples: Sequence[int]) -> array[int]:
    """A piece: without the silence around it, at ``LOUDNESS``, with soft ends. Raises ``Unusable``."""
    peak = max(max(samples, default=0), -min(samples, default=0))
    if peak < 100:
        raise Unusable("is silent")
    step = RATE // 200
    loud = [
        start
        for start in range(0, len(samples), step)
        if max(abs(each) for each in samples[start : start + step]) > peak * SILENCE
    ]
    margin = int(MARGIN_S * RATE)
    first, last = max(0, loud[0] - margin), min(len(samples), loud[-1] + step + margin)
    wave = [each / 32768 for each in samples[first:last]]
    _fade(wave)
    return levelled(wave)


def _fade(wave: list[float]) -> None:
    """Soft ends: a wave that is cut between zeros clicks."""
    rise, fall = (min(int(seconds * RATE), len(wave) // 2) for seconds in (FADE_IN_S, FADE_OUT_S))
    for each in range(rise):
        wave[each] *= each / rise
    for each in range(fall):
        wave[-1 - each] *= each / fall


def levelled(wave: Sequence[float]) -> array[int]:
    """``wave`` (-1 to 1) at ``LOUDNESS``, below ``CEILING``. Raises ``Unusable``."""
    gain = 10 ** ((LOUDNESS - loudness(wave)) / 20)
    for _ in range(6):
        louder = [each * gain for each in wave]
        if max(map(abs, louder)) <= KNEE:
            return _integers(louder)
        bent = [each if -KNEE <= each <= KNEE else _bent(each) for each in louder]
        lack = LOUDNESS - loudness(bent)
        if abs(lack) <= NEAR_DB:
            return _integers(bent)
        gain *= 10 ** (lack / 20)
    raise Unusable("has peaks so far above its loudness that it cannot be levelled: a click in it?")


def _bent(value: float) -> float:
    room = CEILING - KNEE
    bent = KNEE + room * tanh((abs(value) - KNEE) / room)
    return bent if value > 0 else -bent


def _integers(wave: Sequence[float]) -> array[int]:
    return array("h", [int(each * 32767) for each in wave])


def loudness(wave: Sequence[float]) -> float:
    """Integrated loudness in LUFS, one channel. A short piece is heard over and over for 3 s.

    The measure's window is 0.4 s, which is longer than many a letter. Raises ``Unusable``.
    """
    meter = import_module("pyebur128")
    state = meter.R128State(1, RATE, meter.MeasurementMode.MODE_I)
    sound = array("d", wave)
    sound *= max(1, -(-3 * RATE // max(1, len(sound))))
    state.add_frames(sound, len(sound))
    found = float(meter.get_loudness_global(state))
    if found < -70:
        raise Unusable("is silent")
    return found


# -- the program ---------------------------------------------------------------------------------------


def work(orders: Orders) -> dict[str, list[str]]:
    """Make what is ordered; what cannot be made is told, and the rest is made all the same."""
    made: list[str] = []
    troubles: list[str] = []
    machine: Machine | None = None
    for order in orders["pieces"]:
        try:
            piece = _recorded(order, troubles)
            if piece is None:
                machine = machine or Machine()
                piece = finished(machine.say(order["words"], order["lang"]))
            leave(Path(order["target"]), packed(piece))
            made.append(order["target"])
        except Unusable as trouble:
            troubles.append(f'"{order["words"]}": {trouble}')
        except OSError as trouble:
            troubles.append(f"{order['target']}: {trouble.strerror or trouble}")
            break  # a full disk is full for the rest too
    return {"made": made, "troubles": troubles}


def _recorded(order: Order, troubles: list[str]) -> array[int] | None:
    if order["recording"] is None:
        return None
    try:
        return finished(decoded(Path(order["recording"])))
    except Unusable as trouble:
        troubles.append(f"recording {order['recording']} {trouble}; the machine's voice says it")
        return None


if __name__ == "__main__":
    with contextlib.suppress(OSError):
        os.nice(5)  # calls and pages go before
    print(json.dumps(work(json.load(sys.stdin))))
