"""Sentences as they reach a microphone: who says them, how far away, and what else sounds.

Decides how test sound is made; everything is computed from fixed seeds, so that a table can be
made again. Must not know what is heard, or by whom.
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from companion.core import pcm
from companion.ports import HEARING_RATE

BEFORE_SECONDS, AFTER_SECONDS = 0.8, 2.0
"""Quiet around a sentence."""
LOUD = 9000.0
"""Peak of a near voice, in 16-bit steps: -11 dB of full scale."""
FLOOR = 12.0
"""Standard deviation of a quiet room's noise."""
FAR_DB = -18.0
"""What three metres leave of a voice near by."""
ECHO_SECONDS = 0.4
"""After so long the echo of a living room has fallen by 60 dB."""
SPEAKING_SECONDS = 20.0
"""Limit for one sentence."""

Sound = NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Condition:
    """How a sentence reaches the microphone."""

    name: str
    noise_db: float | None = None
    """Voice over noise, in decibels, while somebody speaks."""
    far: bool = False


def conditions(with_noise: bool) -> tuple[Condition, ...]:
    """Those that are measured."""
    plain = (Condition("near, quiet"), Condition("3 m, echo", far=True))
    return (*plain, Condition("noise 10 dB", noise_db=10.0)) if with_noise else plain


def voiced(text: str, voice: str) -> NDArray[np.float64]:
    """The sentence as samples at 16 kHz. `voice`: one of eSpeak's, or festival:NAME."""
    if voice.startswith("festival:"):
        command = ["text2wave", "-eval", f"(voice_{voice.removeprefix('festival:')})"]
        raw = _run(command, text)
    else:
        raw = _run(["espeak-ng", "-v", voice, "-s", "155", "--stdout", text], "")
    rate = int.from_bytes(raw[24:28], "little")
    sound = np.frombuffer(raw[44 : len(raw) - len(raw) % 2], "<i2").astype(np.int16)
    if rate != HEARING_RATE:
        sound = pcm.to_int16(pcm.resample(pcm.from_int16(sound), rate, HEARING_RATE))
    return sound.astype(np.float64)


def _run(command: Sequence[str], text: str) -> bytes:
    done = subprocess.run(
        command, input=text.encode(), capture_output=True, check=True, timeout=SPEAKING_SECONDS
    )
    return done.stdout


def in_a_room(
    voice: NDArray[np.float64], condition: Condition, noise: Sound | None, seed: int
) -> tuple[Sound, float]:
    """What the microphone gets, and the second at which the sentence ends."""
    random = np.random.default_rng(seed)
    loud = np.flatnonzero(np.abs(voice) > 0.03 * np.abs(voice).max())
    voice = voice[loud[0] : loud[-1] + 1]
    sound = np.zeros(round((BEFORE_SECONDS + AFTER_SECONDS) * HEARING_RATE) + len(voice))
    begin = round(BEFORE_SECONDS * HEARING_RATE)
    sound[begin : begin + len(voice)] = voice * (LOUD / np.abs(voice).max())
    if condition.far:
        length = round(ECHO_SECONDS * HEARING_RATE)
        echo = random.normal(0.0, 1.0, length) * 10 ** (-3 * np.arange(length) / length)
        echo *= 0.7 / np.sqrt(np.sum(echo**2))
        echo[0] = 1.0
        size = len(sound) + length
        spectrum = np.fft.rfft(sound, size) * np.fft.rfft(echo, size)
        sound = np.fft.irfft(spectrum, size)[: len(sound)] * 10 ** (FAR_DB / 20)
    if condition.noise_db is not None and noise is not None:
        spoken = sound[np.abs(sound) > 0.03 * np.abs(sound).max()]
        start = int(random.integers(0, len(noise) - len(sound)))
        other = noise[start : start + len(sound)].astype(np.float64)
        power = np.sqrt(np.mean(spoken**2)) / np.sqrt(np.mean(other**2))
        sound += other * power * 10 ** (-condition.noise_db / 20)
    sound += random.normal(0.0, FLOOR, len(sound))
    heard = np.clip(np.rint(sound), -32768, 32767).astype(np.int16)
    return heard, BEFORE_SECONDS + len(voice) / HEARING_RATE


def with_noise(sound: Sound, noise: Sound, noise_db: float, seed: int) -> Sound:
    """A recording with noise over it, so many decibels below its speech."""
    random = np.random.default_rng(seed)
    speech = sound.astype(np.float64)
    spoken = speech[np.abs(speech) > 0.1 * np.abs(speech).max()]
    other = np.resize(np.roll(noise, -int(random.integers(0, len(noise)))), len(speech))
    other = other.astype(np.float64)
    power = np.sqrt(np.mean(spoken**2)) / np.sqrt(np.mean(other**2))
    mixed = speech + other * power * 10 ** (-noise_db / 20)
    heard: Sound = np.clip(np.rint(mixed), -32768, 32767).astype(np.int16)
    return heard
