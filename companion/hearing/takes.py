"""Takes: what people say so that the companion learns how it sounds when they say it.

Decides where a take begins and ends, and what is wrong with one. Must not know which sentence
was asked for, who speaks, or what becomes of it. A take is held in memory only.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from companion.hearing.endpointer import HANG_SECONDS, SpeechEndpointer
from companion.ports import FRAME_SAMPLES, FRAME_SECONDS, HEARING_RATE, Frame, Likeness

BEFORE_SECONDS = 0.15
"""Speech is noticed a little after its first sound; that much belongs to the take."""
AFTER_SECONDS = 0.05
"""And so much after the last sound that was surely speech."""
CLIPPED = 32_700
"""In 16-bit steps: what is louder was cut off by the microphone."""
MOST_CLIPPED = 0.01
"""Share of the samples of a take."""
SHORTEST = 0.35
"""Share of the usual time of a sentence; in a hurry it takes about half of it."""
LEAST_ALIKE = 0.4
"""Likeness to the sentence as other voices say it. Much of other speech reaches it too: hard
voices are what teaching is for."""
AHEAD = 0.05
"""By so much another sentence of the lesson is what was said."""
LEAST_COVERED = 0.5
"""Share of a take that the sentence must fill."""
LAST_SILENCE_SECONDS = 1.0

Sound = NDArray[np.int16]
"""int16[n] at 16 kHz."""


class Flaw(StrEnum):
    """Why a take is of no use."""

    EMPTY = "empty"
    """Nobody spoke."""
    CLIPPED = "clipped"
    """Too loud for the microphone."""
    SHORT = "short"
    """Too short to be the sentence."""
    UNLIKE = "unlike"
    """It does not sound like the sentence, or much else is in it."""


class TakeCutter:
    """Frames go in, and each stretch of speech comes out when it has ended."""

    def __init__(self, *, hang_seconds: float = HANG_SECONDS) -> None:
        self._endpointer = SpeechEndpointer(hang_seconds=hang_seconds)
        self.restart()

    def restart(self) -> None:
        """Forget everything heard so far."""
        self._endpointer.reset()
        self._past: deque[Frame] = deque(maxlen=round(BEFORE_SECONDS / FRAME_SECONDS))
        self._open: list[Frame] = []

    @property
    def speaking(self) -> bool:
        """Whether somebody is in the middle of a take."""
        return bool(self._open)

    def accept(self, frame: Frame) -> Sound | None:
        """Take the next 20 ms; the speech that ended with it, if any."""
        verdict = self._endpointer.accept(frame)
        if not self._open:
            self._past.append(frame)
            if verdict == "begin":
                self._open = list(self._past)
                self._past.clear()
            return None
        self._open.append(frame)
        if verdict != "end":
            return None
        sound = np.concatenate(self._open)
        self._open = []
        quiet = max(0.0, self._endpointer.trailing_seconds - AFTER_SECONDS)
        return sound[: len(sound) - round(quiet * HEARING_RATE)]


def takes_in(sound: Sound) -> Iterator[Sound]:
    """Every stretch of speech in a recording."""
    cutter = TakeCutter()
    last = np.zeros(round(LAST_SILENCE_SECONDS * HEARING_RATE) + FRAME_SAMPLES, np.int16)
    sound = np.concatenate((sound, last))
    for start in range(0, len(sound) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
        take = cutter.accept(sound[start : start + FRAME_SAMPLES])
        if take is not None:
            yield take


def flaw(sound: Sound | None, likeness: Likeness | None, others: float = 0.0) -> Flaw | None:
    """What is wrong with a take, None where nothing is.

    `likeness`: to the sentence that was asked for, None where that is not known beforehand.
    `others`: how alike it is to the likeliest of the sentences that were not asked for.
    """
    if sound is None or not len(sound):
        return Flaw.EMPTY
    if np.mean(np.abs(sound.astype(np.int32)) >= CLIPPED) > MOST_CLIPPED:
        return Flaw.CLIPPED
    if likeness is None:
        return None
    seconds = len(sound) / HEARING_RATE
    if seconds < SHORTEST * likeness.usual_seconds:
        return Flaw.SHORT
    if likeness.alike < max(LEAST_ALIKE, others - AHEAD):
        return Flaw.UNLIKE
    if likeness.seconds < LEAST_COVERED * seconds:
        return Flaw.UNLIKE
    return None
