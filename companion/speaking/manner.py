"""How the manner changes when somebody wishes it, and which variant of a line comes next.

Decides the size of a step and the order of variants. Must not know: voices, samples, the pause.
"""

from __future__ import annotations

import random
from collections.abc import Hashable
from dataclasses import replace

from companion.core.script import Manner, Mode
from companion.errors import ContentError

STEP_DB = 3.0
QUIETEST_DB = -18.0
LOUDEST_DB = 6.0
PACE_STEP = 1.5
SLOWEST_PACE = 3.0
FASTEST_PACE = 0.5

FEWER = {
    Mode.COUNTS: Mode.FADING,
    Mode.FADING: Mode.TONES,
    Mode.WORDS: Mode.TONES,
    Mode.TONES: Mode.TONES,
    Mode.SILENCE: Mode.SILENCE,
}
"""What is left of the words over a breath when fewer are wanted."""


def changed(manner: Manner, change: str) -> Manner:
    """The manner after one step; `change` is one of core.events.MANNER_CHANGES.

    ContentError for anything else.
    """
    match change:
        case "quieter":
            return replace(manner, gain_db=max(QUIETEST_DB, manner.gain_db - STEP_DB))
        case "louder":
            return replace(manner, gain_db=min(LOUDEST_DB, manner.gain_db + STEP_DB))
        case "slower":
            return replace(manner, pace=min(SLOWEST_PACE, manner.pace * PACE_STEP))
        case "faster":
            return replace(manner, pace=max(FASTEST_PACE, manner.pace / PACE_STEP))
        case "tones_only":
            return replace(manner, talk=False, mode=Mode.TONES)
        case "words_only":
            return replace(manner, talk=True, mode=Mode.WORDS)
        case "counts":
            return replace(manner, talk=True, mode=Mode.COUNTS)
        case "fewer_words":
            # Where the breath has no words left to lose, the sentences go as well.
            talk = manner.talk and manner.mode not in (Mode.TONES, Mode.SILENCE)
            return replace(manner, talk=talk, mode=FEWER[manner.mode])
        case "plain_voice":
            return Manner(gain_db=manner.gain_db)
        case _:
            raise ContentError(f"the companion cannot sound {change!r}; see MANNER_CHANGES")


class Rotation:
    """Gives every variant once, in an order of its own, before any comes again.

    The same seed gives the same order. No variant comes twice running where there are two.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._rounds: dict[Hashable, int] = {}
        self._left: dict[Hashable, list[int]] = {}
        self._last: dict[Hashable, int] = {}

    def next(self, key: Hashable, count: int) -> int:
        """The index of the next variant of `key`, which has `count` of them."""
        left = [i for i in self._left.get(key, []) if i < count]
        if not left:
            number = self._rounds[key] = self._rounds.get(key, 0) + 1
            left = list(range(count))
            random.Random(f"{self._seed} {key!r} {number}").shuffle(left)
            if count > 1 and left[-1] == self._last.get(key):
                left.reverse()
        self._last[key] = left.pop()
        self._left[key] = left
        return self._last[key]
