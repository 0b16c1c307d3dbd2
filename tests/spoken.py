"""Speech for the tests: espeak-ng says sentences, laid over the noise floor of a quiet room."""

from __future__ import annotations

import subprocess
import wave
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from companion.core import pcm

RATE = 16_000
NOISE = 12.0
"""Standard deviation in 16-bit steps: a quiet room, not digital silence."""


@cache
def said(text: str, voice: str = "en-us+f3", words_a_minute: int = 155) -> NDArray[np.int16]:
    """The sentence as int16 samples at 16 kHz."""
    command = ["espeak-ng", "-v", voice, "-s", str(words_a_minute), "--stdout", text]
    raw = subprocess.run(command, capture_output=True, check=True, timeout=20).stdout
    samples = np.frombuffer(raw[44:], dtype=np.int16)
    return pcm.to_int16(pcm.resample(pcm.from_int16(samples), 22_050, RATE))


def talk(
    path: Path,
    items: Sequence[tuple[float, str]],
    seconds: float,
    *,
    voice: str = "en-us+f3",
    words_a_minute: int = 155,
) -> list[float]:
    """Write a WAV file in which each text begins at its second; answers where each one was last
    heard.
    """
    room = np.random.default_rng(1).normal(0.0, NOISE, int(seconds * RATE))
    ends = []
    for at, text in items:
        sound = said(text, voice, words_a_minute)
        start = int(at * RATE)
        room[start : start + len(sound)] += sound
        ends.append(at + (np.flatnonzero(np.abs(sound) > 200)[-1] + 1) / RATE)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.clip(room, -32768, 32767).astype(np.int16).tobytes())
    return ends


def heard_from(path: Path, after: float) -> float | None:
    """The second at which the file first sounds after `after`, to 10 ms."""
    with wave.open(str(path), "rb") as file:
        rate = file.getframerate()
        samples = np.frombuffer(file.readframes(file.getnframes()), dtype=np.int16)
    step = rate // 100
    for at in range(int(after * rate), len(samples) - step, step):
        if np.max(np.abs(samples[at : at + step].astype(np.int32))) > 200:
            return at / rate
    return None
