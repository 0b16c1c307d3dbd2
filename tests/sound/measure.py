"""Reads off a stereo recording how long the companion took to answer.

The left channel is what the microphone heard, the right one what the loudspeaker played, both on
one sample clock, so nothing but the recording is needed. Must not know how it was made.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WINDOW_SECONDS = 0.01
AUDIBLE_DB = -40.0
"""A cue ends with its last window above this, against its own loudest window."""
FIRST_SAMPLE = 4
"""Of 32768. The loudspeaker's channel is digital silence until the companion plays."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One cue and the answer to it."""

    voice: str
    cue: str
    seconds: float | None
    """From the end of the cue to the first sample of the answer; None: no answer came."""


def loudness(samples: NDArray[np.int16], rate: int) -> NDArray[np.float64]:
    """Root mean square of each window of 10 ms."""
    size = round(rate * WINDOW_SECONDS)
    whole = samples[: len(samples) // size * size].astype(np.float64).reshape(-1, size)
    return np.asarray(np.sqrt((whole**2).mean(axis=1)))


def cue_span(left: NDArray[np.int16], rate: int) -> tuple[float, float]:
    """Begin and end of the cue in `left`, in seconds. ValueError where there is none."""
    loud = loudness(left, rate)
    if not len(loud) or loud.max() < 200:
        raise ValueError("the microphone's channel holds no cue")
    audible = np.flatnonzero(loud > loud.max() * 10 ** (AUDIBLE_DB / 20))
    return float(audible[0]) * WINDOW_SECONDS, float(audible[-1] + 1) * WINDOW_SECONDS


def first_sound(right: NDArray[np.int16], rate: int, after: float) -> float | None:
    """Seconds at which `right` first sounds, not before `after`; None where it stays silent."""
    start = round(after * rate)
    sounding = np.flatnonzero(np.abs(right[start:].astype(np.int32)) >= FIRST_SAMPLE)
    return (start + float(sounding[0])) / rate if len(sounding) else None


def answer_seconds(recording: NDArray[np.int16], rate: int) -> float | None:
    """From the end of the cue to the first sound; negative where the answer came before its end.

    `recording` is int16[n, 2] and holds one cue. None where nothing was answered.
    """
    begin, end = cue_span(recording[:, 0], rate)
    sound = first_sound(recording[:, 1], rate, begin)
    return None if sound is None else sound - end


def verdict(trials: Sequence[Trial], *, limit: float, missed_share: float) -> tuple[str, bool]:
    """One line about all trials, and whether they are good enough.

    Good: the median answer takes at most `limit` seconds, and at most `missed_share` of the cues
    had no answer.
    """
    answers = [trial.seconds for trial in trials if trial.seconds is not None]
    missed = len(trials) - len(answers)
    if not answers:
        return f"none of {len(trials)} cues was answered", False
    median = statistics.median(answers)
    line = (
        f"median {median:.3f} s (allowed {limit:g} s), {min(answers):.3f} to {max(answers):.3f} s;"
        f" {missed} of {len(trials)} cues missed (allowed {missed_share:.0%})"
    )
    return line, median <= limit and missed <= missed_share * len(trials)
