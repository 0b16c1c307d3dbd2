"""From readings to a cue, or to nothing.

Decides how much the readings of one utterance must agree before anything happens. Pure. Must not
know how the readings came about, nor what a cue leads to.

Engines differ in what they give. Vosk reads twice, once within the phrases that make sense now
and once freely; a closed set of phrases pulls any sound onto itself with full confidence, so both
must mean the same. PocketSphinx reads twice among everyday words, so that one reading that is a
cue is enough. Safety is never decided on one reading (brief, 6.3).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from companion.core.cues import CueTable, Strength, Understood, understand
from companion.core.events import Slots
from companion.core.wording import plain_words
from companion.ports import Expectation, Words

AGREEING = frozenset({"vosk"})
"""Engines of which two readings must mean the same, whatever the cue."""
LEAST_CONFIDENCE = 0.0
"""A single reading below this is not acted on."""
ALWAYS_HEARD = frozenset({"stop"})
"""Counts although the companion is saying the same words itself."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A cue, and how sure it is."""

    intent: str
    slots: Slots
    confidence: float
    """0 to 1."""


def decide(
    readings: Sequence[Words],
    table: CueTable,
    expectation: Expectation,
    *,
    engine: str,
    own_words: str | None = None,
) -> Decided | None:
    """The cue that the readings of one utterance stand for, or None.

    `readings` best first. `own_words`: the sentence that the companion was speaking meanwhile;
    words that are part of it were not said by anybody else.
    """
    meant = []
    for words in readings:
        understood = understand(words.text, table, phase=expectation.phase, asked=expectation.asked)
        if understood is not None:
            meant.append((understood, words))
    chosen = _agreed(meant)
    if chosen is None and engine not in AGREEING:
        chosen = _single(meant)
    if chosen is None:
        return None
    understood, confidence = chosen
    if understood.intent not in ALWAYS_HEARD and any(
        is_part_of(words.text, own_words, table) for words in readings
    ):
        return None
    return Decided(understood.intent, understood.slots, confidence)


def is_part_of(text: str, own_words: str | None, table: CueTable) -> bool:
    """Whether these words stand in a row in the sentence that the companion is speaking."""
    if not own_words or not text:
        return False
    said = f" {' '.join(plain_words(own_words, table.spellings))} "
    return f" {' '.join(plain_words(text, table.spellings))} " in said


def _agreed(meant: Sequence[tuple[Understood, Words]]) -> tuple[Understood, float] | None:
    """Two readings that mean the same; the second one, read more freely, names the slots."""
    for (one, its), (other, others) in combinations(meant, 2):
        if one.intent == other.intent:
            return (other, 1 - (1 - its.confidence) * (1 - others.confidence))
    return None


def _single(meant: Sequence[tuple[Understood, Words]]) -> tuple[Understood, float] | None:
    for understood, words in meant:
        if understood.strength is not Strength.SAFETY and words.confidence >= LEAST_CONFIDENCE:
            return understood, words.confidence
    return None
