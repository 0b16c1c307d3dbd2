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
        self._gain = _gain_for(_loudest(samples))
        return self._louder(samples)

    def _louder(self, samples: Samples) -> Samples:
        before, wanted = self._gain, _gain_for(_loudest(samples))
        self._gain = min(before, wanted * EASE)
        gain = before if self._gain == before else np.linspace(before, self._gain, len(samples))
        louder: Samples = np.clip(np.rint(samples * gain), -32768, 32767).astype(np.int16)
        return louder


def levelled(utterance: Samples) -> Samples:
    """A whole utterance at that one loudness."""
    louder = utterance * _gain_for(_loudest(utterance))
    result: Samples = np.clip(np.rint(louder), -32768, 32767).astype(np.int16)
    return result


def _loudest(samples: Samples) -> float:
    """Root mean square of the loudest window."""
    whole = len(samples) // WINDOW_SAMPLES * WINDOW_SAMPLES
    if not whole:
        return 0.0
    windows = samples[:whole].astype(np.float32).reshape(-1, WINDOW_SAMPLES)
    return float(np.sqrt(np.mean(np.square(windows), axis=1).max()))


def _gain_for(loudest: float) -> float:
    return float(np.clip(SPEECH / max(loudest, 1.0), LEAST_GAIN, MOST_GAIN))
