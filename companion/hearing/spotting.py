"""The spotter's part in an utterance: when it compares, and what becomes of it when it is lost.

Decides that comparing begins in the first quiet after speech, so that it is done when an
utterance may end, and that a lost spotter is left alone until the next utterance. Must not know
what a likeness is good for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from companion.errors import PartLost, SetupError
from companion.ports import Likeness, Spotter

COMPARE_AFTER_SECONDS = 0.16
"""After so much quiet an utterance may be over, and is compared: two looks of the embedding, so
that its last sound is well inside the last one."""

Likenesses = Mapping[str, Likeness]
_Answer = TypeVar("_Answer")


class Spotting:
    """Asks the spotter, where there is one, about one utterance at a time. Never raises."""

    def __init__(self, spotter: Spotter | None) -> None:
        self._spotter = spotter
        self._trouble: str | None = None
        self.begin()

    def begin(self) -> None:
        """A new utterance: what was heard before is thrown away."""
        self._lost = False
        self._compared: Literal["not yet", "begun", "done"] = "not yet"
        self._found: Likenesses | None = None
        self._ask(lambda spotter: spotter.reset())

    def set_phrases(self, sentences: Sequence[str]) -> None:
        """Sentences that make sense now."""
        self._ask(lambda spotter: spotter.set_phrases(sentences))

    def accept(self, samples: NDArray[np.int16]) -> None:
        """Take more samples of the utterance (16 kHz)."""
        self._ask(lambda spotter: spotter.accept(samples))

    def goes_on(self) -> None:
        """Somebody speaks: what was compared was not the whole."""
        self._compared = "not yet"

    def compare(self) -> None:
        """Begin to compare, if that has not begun since somebody last spoke."""
        if self._compared == "not yet":
            self._compared = "begun"
            self._ask(lambda spotter: spotter.compare())

    def found_now(self) -> Likenesses | None:
        """The likenesses, the first time they are asked for since somebody last spoke."""
        return self.found() if self._compared == "begun" else None

    def found(self) -> Likenesses | None:
        """The likenesses of all that was said; None without a spotter."""
        self.compare()
        if self._compared == "begun":
            self._compared = "done"
            self._found = self._ask(lambda spotter: spotter.likenesses())
        return self._found

    def trouble(self) -> str | None:
        """What has gone wrong since this was last asked, in one sentence."""
        trouble, self._trouble = self._trouble, None
        return trouble

    def _ask(self, step: Callable[[Spotter], _Answer]) -> _Answer | None:
        if self._spotter is None or self._lost:
            return None
        try:
            return step(self._spotter)
        except (PartLost, SetupError) as problem:
            self._lost = True
            self._trouble = str(problem)
            return None
