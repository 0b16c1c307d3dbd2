"""Synthetic people: a sentence in several voices, for making sound templates.

Decides which voices speak and how they are asked. Must not know what the sound is for. These are
not the companion's voice: nobody ever hears them.

Measured on five phrases of one to two words, each spoken by some 80 to 100 people, against an
hour of other speech: at no false hit, templates of eight eSpeak voices miss 26 % of the people,
those of four Flite voices 4 %, both together 3 % (benchmarks/hearing.py). Flite's voices were
made from recordings of people, and eSpeak's cover accents.
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from companion.core import pcm
from companion.ports import HEARING_RATE

SPEAKING_SECONDS = 20.0
"""Limit for one sentence. It takes some 20 ms."""
LEAST_LOUDNESS = 300
"""In 16-bit steps: what is fainter before and after a sentence is not speech."""


@dataclass(frozen=True, slots=True)
class Person:
    """One synthetic voice and its manner."""

    program: str
    """espeak-ng or flite."""
    voice: str
    words_a_minute: int = 155
    pitch: int = 50
    """0 to 99; espeak-ng only, as is the rate."""


PEOPLE = (
    Person("flite", "slt"),
    Person("flite", "awb"),
    Person("flite", "rms"),
    Person("flite", "kal16"),
    Person("espeak-ng", "en-us", 155, 50),
    Person("espeak-ng", "en-us+f2", 165, 50),
    Person("espeak-ng", "en-us+m3", 150, 45),
    Person("espeak-ng", "en-us+f4", 140, 60),
    Person("espeak-ng", "en-gb-scotland", 160, 50),
    Person("espeak-ng", "en-us+m7", 175, 40),
)


def people_here() -> tuple[Person, ...]:
    """Those whose program is installed."""
    return tuple(person for person in PEOPLE if shutil.which(person.program))


def spoken(text: str, person: Person) -> NDArray[np.int16]:
    """`text` as int16 samples at 16 kHz, without the silence around it; empty when it failed."""
    if person.program == "flite":
        command = ["flite", "-voice", person.voice, "-t", text, "-o", "/proc/self/fd/1"]
    else:
        manner = ["-s", str(person.words_a_minute), "-p", str(person.pitch)]
        command = ["espeak-ng", "-v", person.voice, *manner, "--stdout", text]
    try:
        done = subprocess.run(command, capture_output=True, timeout=SPEAKING_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return np.zeros(0, np.int16)
    return _trimmed(_samples(done.stdout))


def _samples(wav: bytes) -> NDArray[np.int16]:
    """The sound of a WAV stream. Both programs write a plain header of 44 bytes, mono, 16 bits;
    eSpeak cannot know the length beforehand, so its header lies about that.
    """
    if len(wav) <= 44 or wav[:4] != b"RIFF":
        return np.zeros(0, np.int16)
    rate = int.from_bytes(wav[24:28], "little")
    sound = np.frombuffer(wav[44 : len(wav) - len(wav) % 2], dtype="<i2")
    if rate == HEARING_RATE:
        return sound.astype(np.int16)
    return pcm.to_int16(pcm.resample(pcm.from_int16(sound.astype(np.int16)), rate, HEARING_RATE))


def _trimmed(sound: NDArray[np.int16]) -> NDArray[np.int16]:
    loud = np.flatnonzero(np.abs(sound.astype(np.int32)) > LEAST_LOUDNESS)
    return sound[loud[0] : loud[-1] + 1] if len(loud) else sound[:0]
