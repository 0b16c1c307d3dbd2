"""A recogniser that lives in a process of its own: the side that asks.

Decides how samples are handed over, how long an answer may take, and that a child which was lost
is told again what makes sense to hear. Must not know which engine answers.

The child is asked with tuples: ("phrases", sentences) answers the words it does not know,
("prepare", sentences), ("samples", bytes) and ("reset",) answer nothing, ("finish",) and
("choose", sentences) answer (text, confidence, unknown, closed) for each reading: the fields of
ports.Words.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from companion.errors import PartLost, SetupError
from companion.ports import HEARING_RATE, Words
from companion.worker import Worker

HANDOVER_SECONDS = 0.1
"""So much sound is gathered before it is handed over."""
AHEAD_SECONDS = 2.0
"""So much sound at most is on its way before the child is waited for: the pipe stays small."""
PHRASES_SECONDS = 30.0
"""Limit for learning a set of phrases: about a second here, several on a small board."""
FINISH_SECONDS = 6.0
"""Limit for the readings of an utterance of at most 12 s."""


class WorkerRecogniser:
    """Reads the words of one utterance at a time in a child process."""

    def __init__(
        self,
        name: str,
        target: str,
        args: Sequence[Any] = (),
        *,
        finish_seconds: float = FINISH_SECONDS,
    ) -> None:
        self.name = name
        self._worker = Worker(target, args, name=name)
        self._finish_seconds = finish_seconds
        self._phrases: tuple[str, ...] = ()
        self._taught = 0
        self._gathered: list[NDArray[np.int16]] = []
        self._waiting = 0
        self._ahead = 0

    def set_phrases(self, phrases: Sequence[str]) -> tuple[str, ...]:
        """Sentences that make sense now; answers the words it does not know."""
        self._phrases = tuple(phrases)
        self._worker.start()
        unknown: tuple[str, ...] = self._call(("phrases", self._phrases), PHRASES_SECONDS)
        self._taught = self._worker.starts
        return unknown

    def prepare(self, phrases: Sequence[str]) -> None:
        """Work out ahead of time what `set_phrases` will need, without waiting for it."""
        self._teach()
        self._worker.post(("prepare", tuple(phrases)))

    def accept(self, samples: NDArray[np.int16]) -> None:
        """Take more samples of the current utterance (16 kHz, any number of them)."""
        self._gathered.append(samples)
        self._waiting += len(samples)
        if self._waiting >= HANDOVER_SECONDS * HEARING_RATE:
            self._hand_over()

    def finish(self) -> tuple[Words, ...]:
        """End the utterance: its readings, best first. PartLost when it took too long."""
        self._hand_over()
        self._ahead = 0
        return tuple(Words(*one) for one in self._call(("finish",), self._finish_seconds))

    def choose(self, sentences: Sequence[str]) -> tuple[Words, ...]:
        """Read the utterance that has just ended once more, as one of these sentences."""
        request = ("choose", tuple(sentences))
        return tuple(Words(*one) for one in self._call(request, self._finish_seconds))

    def reset(self) -> None:
        """Throw the current utterance away."""
        self._gathered, self._waiting, self._ahead = [], 0, 0
        if self._taught == self._worker.starts and self._taught:
            self._worker.post(("reset",))

    def close(self) -> None:
        """End its process. Twice is harmless."""
        self._worker.close()
        self._taught = 0

    def _teach(self) -> None:
        """Start a child where there is none, and tell it what makes sense to hear."""
        self._worker.start()
        if self._taught != self._worker.starts:
            self.set_phrases(self._phrases)

    def _hand_over(self) -> None:
        gathered, self._gathered = self._gathered, []
        handed, self._waiting = self._waiting, 0
        if not handed:
            return
        self._teach()
        request = ("samples", np.concatenate(gathered).tobytes())
        self._ahead += handed
        if self._ahead < AHEAD_SECONDS * HEARING_RATE:
            self._worker.post(request)
        else:
            self._ahead = 0
            self._call(request, self._finish_seconds)

    def _call(self, request: Any, seconds: float) -> Any:
        starts = self._worker.starts
        try:
            answer = self._worker.call(request, seconds=seconds)
        except SetupError as problem:
            # The engine itself complained: what state it is in is anybody's guess.
            self._worker.close()
            raise PartLost(f"the {self.name} recogniser failed: {problem}") from problem
        if self._worker.starts != starts and self._taught:
            raise PartLost(f"the {self.name} recogniser was lost in the middle of an utterance")
        return answer
