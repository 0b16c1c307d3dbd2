"""How loud an utterance is, and how much louder it is made before it is listened to.

Decides the gain of each utterance. Must not know who listens, or what was said.

A recogniser and an embedding know speech at the loudness they were made with. A microphone
across the room gives a twentieth of that, and a shout into one at hand three times as much. So
an utterance is held back until its first sounds have shown how loud it is, and then handed on at
one loudness; what comes louder later turns it down, and nothing turns it up again: quiet at the
end of a sentence is quiet. Hearing waits for the end of an utterance anyhow, so this costs no time.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from companion.ports import HEARING_RATE

SPEECH = 6000.0
"""Root mean square of the loudest 20 ms of an utterance, in 16-bit steps, after the gain. The
voices of the sound templates lie between 3200 and 13200, people close to a microphone between
2700 and 7500 (the fifth and the ninety-fifth of a hundred recordings)."""
MOST_GAIN = 100.0
"""40 dB: fainter speech than this mends is hardly above the microphone's own noise."""
LEAST_GAIN = 0.25
HELD_SECONDS = 0.3
"""So much after speech was noticed is waited for before the gain is chosen."""
WINDOW_SAMPLES = 320
"""20 ms."""
ROOM_SHARE = 0.1
"""This share of the windows of an utterance, the quietest, is the room: what was before it was
noticed, and after its end."""
LOUD_SHARE = 0.6
"""On the way from the loudest down to the room, in decibels, everything up to here is speech."""
LOUD_DB = (9.0, 30.0)
"""But no less and no more below the loudest than this."""
SMOOTH_WINDOWS = 5
"""Loudness is looked at over 100 ms."""
EASE = 1.25
"""An utterance may become so much louder than at first before the gain follows."""

Samples = NDArray[np.int16]


class Leveller:
    """Brings one utterance at a time to one loudness, whatever the microphone made of it."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        """A new utterance."""
        self._held: list[Samples] = []
        self._waiting = 0
        self._gain = 0.0
        self._loudness: list[NDArray[np.float32]] = []

    def loud_seconds(self) -> float:
        """How long the utterance was clearly louder than the room.

        In a noisy room speech is found where there is none; this leaves it out.
        """
        if not self._loudness:
            return 0.0
        power = np.square(np.concatenate(self._loudness))
        smooth = np.sqrt(np.convolve(power, np.ones(SMOOTH_WINDOWS) / SMOOTH_WINDOWS, "same"))
        level = 20 * np.log10(np.maximum(smooth, 1.0))
        loudest = level.max()
        below = LOUD_SHARE * (loudest - np.quantile(level, ROOM_SHARE))
        loud = level >= loudest - np.clip(below, *LOUD_DB)
        return float(np.count_nonzero(loud)) * WINDOW_SAMPLES / HEARING_RATE

    def take(self, samples: Samples, *, before: bool = False) -> Samples:
        """Take samples (16 kHz); answer what can be handed on, perhaps nothing yet.

        `before`: they are from before speech was noticed.
        """
        if self._gain:
            return self._louder(samples)
        self._held.append(samples)
        self._waiting += 0 if before else len(samples)
        return self.rest() if self._waiting >= HELD_SECONDS * HEARING_RATE else samples[:0]

    def rest(self) -> Samples:
        """What is still held back."""
        held, self._held = self._held, []
        if not held:
            return np.zeros(0, np.int16)
        samples = np.concatenate(held)
        self._gain = _gain_for(_loudness(samples))
        return self._louder(samples)

    def _louder(self, samples: Samples) -> Samples:
        loudness = _loudness(samples)
        self._loudness.append(loudness)
        before, wanted = self._gain, _gain_for(loudness)
        self._gain = min(before, wanted * EASE)
        gain = before if self._gain == before else np.linspace(before, self._gain, len(samples))
        louder: Samples = np.clip(np.rint(samples * gain), -32768, 32767).astype(np.int16)
        return louder


def levelled(utterance: Samples) -> Samples:
    """A whole utterance at that one loudness."""
    louder = utterance * _gain_for(_loudness(utterance))
    result: Samples = np.clip(np.rint(louder), -32768, 32767).astype(np.int16)
    return result


def _loudness(samples: Samples) -> NDArray[np.float32]:
    """Root mean square of each window; a rest that fills none is left out."""
    whole = len(samples) // WINDOW_SAMPLES * WINDOW_SAMPLES
    windows = samples[:whole].astype(np.float32).reshape(-1, WINDOW_SAMPLES)
    result: NDArray[np.float32] = np.sqrt(np.mean(np.square(windows), axis=1))
    return result


def _gain_for(loudness: NDArray[np.float32]) -> float:
    loudest = float(loudness.max(initial=1.0))
    return float(np.clip(SPEECH / loudest, LEAST_GAIN, MOST_GAIN))
