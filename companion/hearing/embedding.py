"""Sound to speech embeddings: 96 numbers every 80 ms that know how speech sounds.

Decides how sound is handed to the network in the pyopen-wakeword wheel. Must not know phrases,
templates or what a likeness means.

The network is Google's speech embedding (Apache-2.0), trained on very many voices. Each of its
looks covers the last 775 ms, so that what it says of the beginning of an utterance depends on
what was before it: a quiet room, here and wherever two embeddings are compared.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from companion.ports import HEARING_RATE

EMBEDDING_SIZE = 96
"""Numbers in one look."""
STEP_SAMPLES = 1280
"""80 ms: from one look to the next."""
CONTEXT_SECONDS = 0.88
"""Quiet that the network is given before an utterance: longer than one of its looks."""
QUIET = 8.0
"""Standard deviation of that quiet in 16-bit steps. Digital silence is nothing it ever heard."""
AFTER_SECONDS = 0.12
"""Quiet after an utterance, so that its last sound is in the last look."""

Embeddings = NDArray[np.float32]
"""float32[n, 96]."""


class Embedder:
    """Embeds one utterance at a time. A second of sound costs about 0.07 s of one x86-64 core."""

    def __init__(self) -> None:
        from pyopen_wakeword import OpenWakeWordFeatures

        self._network = OpenWakeWordFeatures.from_builtin()
        self._quiet = np.random.default_rng(0)
        self._rest: NDArray[np.int16] = np.zeros(0, np.int16)
        self._looks: list[Embeddings] = []
        self._begin()

    def accept(self, samples: NDArray[np.int16]) -> None:
        """Take more samples of the current utterance (16 kHz, any number of them)."""
        self._rest = np.concatenate((self._rest, samples))
        whole = len(self._rest) // STEP_SAMPLES * STEP_SAMPLES
        for start in range(0, whole, STEP_SAMPLES):
            chunk = self._rest[start : start + STEP_SAMPLES]
            for look in self._network.process_streaming(chunk.tobytes()):
                self._looks.append(np.array(look, np.float32).reshape(-1, EMBEDDING_SIZE))
        self._rest = self._rest[whole:]

    def looks(self) -> Embeddings:
        """The embeddings of the utterance so far, the oldest first."""
        none = np.zeros((0, EMBEDDING_SIZE), np.float32)
        return np.concatenate((none, *self._looks))

    def finish(self) -> Embeddings:
        """End the utterance: its embeddings, the oldest first."""
        missing = STEP_SAMPLES - len(self._rest) % STEP_SAMPLES
        self.accept(self._room(max(missing, round(AFTER_SECONDS * HEARING_RATE))))
        looks, self._looks = self._looks, []
        self._begin()
        return np.concatenate(looks) if looks else np.zeros((0, EMBEDDING_SIZE), np.float32)

    def embedded(self, sound: NDArray[np.int16]) -> Embeddings:
        """The embeddings of one whole utterance, whatever was begun before: always the same."""
        self._quiet = np.random.default_rng(0)
        self.reset()
        self.accept(sound)
        return self.finish()

    def reset(self) -> None:
        """Throw the current utterance away."""
        self._begin()

    def _begin(self) -> None:
        """Let the network hear a quiet room, and forget what it made of it."""
        # Its own reset() would make it look through eight seconds of silence, 0.7 s of work.
        self._rest = np.zeros(0, np.int16)
        self.accept(self._room(round(CONTEXT_SECONDS * HEARING_RATE)))
        self._looks = []

    def _room(self, count: int) -> NDArray[np.int16]:
        return np.rint(self._quiet.normal(0.0, QUIET, count)).astype(np.int16)
