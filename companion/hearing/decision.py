"""From readings and likeness to a cue, or to nothing.

Decides how many witnesses of one utterance must agree before anything happens. Pure. Must not
know how the readings came about, nor what a cue leads to.

There are three kinds of witness. A free reading may say anything, and seldom says a cue that was
not spoken. A closed reading can say nothing but cues, finds the right one far more often, and
finds one in everything else too. Likeness says how much the sound is that of a sentence, whoever
spoke, and cannot tell "a pen" from "a pause". Two of them decide: two readings that mean the
same, or a closed reading that sounds right. One free reading is enough where the engine reads
among everyday words, and never for safety (brief, 6.3).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from companion.core.cues import CueTable, Strength, Understood, understand
from companion.core.events import Slots
from companion.core.wording import plain_words
from companion.hearing.thresholds import (
    AHEAD,
    ALIKE_AGAINST,
    ALIKE_AGREED,
    ALIKE_ALONE,
    ALIKE_MEANT,
    ALIKE_RARE,
    ALIKE_READ,
    ALIKE_SAID,
    COVERED,
    COVERED_ALONE,
    HALF,
    LACKING,
    LACKING_AGREED,
    LACKING_RARE,
    LEAST_CONFIDENCE,
    LIKELY,
    MOST_LIKELY,
    USUAL_SECONDS,
)
from companion.ports import Expectation, Likeness, Words

NEVER_ALONE = frozenset({"vosk"})
"""Engines whose free reading needs a second witness, whatever the cue."""
ALWAYS_HEARD = frozenset({"stop"})
"""Counts although the companion is saying the same words itself."""
MEASURES = ("length", "until")
"""What two readings may dispute although they mean the same."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A cue, and how sure it is."""

    intent: str
    slots: Slots
    confidence: float
    """0 to 1."""


@dataclass(frozen=True, slots=True)
class _Chosen:
    """What the witnesses say, and in which words."""

    meaning: Understood
    text: str
    confidence: float


def decide(
    readings: Sequence[Words],
    table: CueTable,
    expectation: Expectation,
    *,
    engine: str,
    likeness: Mapping[str, Likeness] | None = None,
    speech_seconds: float = 0.0,
    own_words: str | None = None,
) -> Decided | None:
    """The cue that the readings of one utterance stand for, or None.

    `likeness`: to the sentences that make sense now, the likeliest first.
    `speech_seconds`: how long somebody spoke.
    `own_words`: the sentence that the companion was speaking meanwhile; words that are part of
    it were not said by anybody else.
    """
    meant = meanings(readings, table, expectation)
    has_spotter = likeness is not None
    likeness = likeness or {}
    chosen = (
        _agreed(meant, likeness if has_spotter else None)
        or _sounding_right(meant, _covering(likeness, COVERED, speech_seconds))
        or _likeliest(
            _covering(likeness, COVERED_ALONE, speech_seconds), table, expectation, readings
        )
    )
    if chosen is None and engine not in NEVER_ALONE:
        chosen = _single(meant)
        if chosen is not None and has_spotter:
            covering = _covering(likeness, HALF, speech_seconds)
            meant_so = _sounds_meant(chosen.meaning.intent, covering, table, expectation)
            chosen = chosen if meant_so else None
    if chosen is None:
        return None
    heard = (chosen.text, *(words.text for words in readings))
    if chosen.meaning.intent not in ALWAYS_HEARD and any(
        is_part_of(text, own_words, table) for text in heard
    ):
        return None
    return Decided(chosen.meaning.intent, chosen.meaning.slots, chosen.confidence)


def sounds_whole(
    likeness: Mapping[str, Likeness],
    table: CueTable,
    expectation: Expectation,
    *,
    speech_seconds: float,
) -> bool:
    """Whether what was spoken so far is so surely a whole cue that no more need be waited for."""
    covering = _covering(likeness, COVERED_ALONE, speech_seconds)
    return _likeliest(covering, table, expectation) is not None


def shortlist(likeness: Mapping[str, Likeness]) -> tuple[str, ...]:
    """The sentences that an utterance is worth being read among; none for most of other speech."""
    if max((found.alike for found in likeness.values()), default=0.0) < min(ALIKE_READ):
        return ()
    likely = [text for text, found in likeness.items() if found.alike >= LIKELY]
    return tuple(likely[:MOST_LIKELY])


def meanings(
    readings: Sequence[Words], table: CueTable, expectation: Expectation
) -> list[tuple[Understood, Words]]:
    """The readings that mean a cue, each with its meaning."""
    meant = []
    for words in readings:
        understood = understand(words.text, table, phase=expectation.phase, asked=expectation.asked)
        if understood is not None:
            meant.append((understood, words))
    return meant


def is_part_of(text: str, own_words: str | None, table: CueTable) -> bool:
    """Whether these words stand in a row in the sentence that the companion is speaking."""
    if not own_words or not text:
        return False
    said = f" {' '.join(plain_words(own_words, table.spellings))} "
    return f" {' '.join(plain_words(text, table.spellings))} " in said


def _agreed(
    meant: Sequence[tuple[Understood, Words]], likeness: Mapping[str, Likeness] | None
) -> _Chosen | None:
    """Two readings that mean the same; the later one, which an engine trusts more, names slots,
    except those in which the first contradicts it.

    A closed one in other words must sound right too, where there is a spotter: it is bound to
    mean something.
    """
    for (one, its), (other, others) in combinations(meant, 2):
        if one.intent != other.intent:
            continue
        if likeness is None or not others.closed or its.text == others.text:
            sound = True
        else:
            found = likeness.get(others.text)
            sound = (
                found is not None
                and found.alike >= ALIKE_AGREED
                and found.lacking <= LACKING_AGREED
            )
        if sound:
            sure = 1 - (1 - its.confidence) * (1 - others.confidence)
            return _Chosen(_undisputed(one, other), others.text, sure)
    return None


def _undisputed(one: Understood, other: Understood) -> Understood:
    """The second, without the measures in which the first contradicts it: they are asked for."""
    disputed = {
        name
        for name in MEASURES
        if one.slots.get(name, other.slots.get(name)) != other.slots.get(name)
    }
    if not disputed:
        return other
    return replace(other, slots={k: v for k, v in other.slots.items() if k not in disputed})


def _covering(
    likeness: Mapping[str, Likeness], share: float, seconds: float
) -> Mapping[str, Likeness]:
    """The sentences that take up such a share of what was spoken; rare ones are no part of more."""
    return {
        text: found
        for text, found in likeness.items()
        if found.seconds >= (COVERED if found.rare else share) * seconds
    }


def _sounding_right(
    meant: Sequence[tuple[Understood, Words]], covering: Mapping[str, Likeness]
) -> _Chosen | None:
    """A reading that the sound bears out; for safety, one that it is sure of by itself."""
    for understood, words in meant:
        found = covering.get(words.text)
        alike = ALIKE_READ if words.closed else ALIKE_SAID
        if understood.strength is Strength.SAFETY:
            alike = ALIKE_ALONE
        if found is not None and enough(found, alike):
            return _Chosen(understood, words.text, found.alike)
    return None


def _likeliest(
    covering: Mapping[str, Likeness],
    table: CueTable,
    expectation: Expectation,
    readings: Sequence[Words] = (),
) -> _Chosen | None:
    """The sentence that it sounds most like, where nothing else comes near. Never for safety."""
    best: _Chosen | None = None
    for text, found in covering.items():
        if best is not None and found.alike < best.confidence - AHEAD:
            break
        understood = understand(text, table, phase=expectation.phase, asked=expectation.asked)
        against = any(w.closed and not w.unknown and not text.startswith(w.text) for w in readings)
        rare = ALIKE_AGAINST if against else ALIKE_RARE
        sure = enough(found, rare if found.rare else ALIKE_ALONE)
        if understood is None or (best is None and not sure):
            return None
        if best is None:
            best = _Chosen(understood, text, found.alike)
        elif understood.intent != best.meaning.intent:
            return None
    if best is None or best.meaning.strength is Strength.SAFETY:
        return None
    return best


def enough(found: Likeness, alike: tuple[float, float]) -> bool:
    """Whether nothing is lacking, and it is as alike as a sentence of this length has to be."""
    least = float(np.interp(found.usual_seconds, USUAL_SECONDS, alike))
    return found.alike >= least and found.lacking <= (LACKING_RARE if found.rare else LACKING)


def _sounds_meant(
    intent: str, covering: Mapping[str, Likeness], table: CueTable, expectation: Expectation
) -> bool:
    """Whether something that means this is alike enough."""
    for text, found in covering.items():
        if found.alike < ALIKE_MEANT:
            return False
        understood = understand(text, table, phase=expectation.phase, asked=expectation.asked)
        if understood is not None and understood.intent == intent:
            return True
    return False


def _single(meant: Sequence[tuple[Understood, Words]]) -> _Chosen | None:
    for understood, words in meant:
        if (
            understood.strength is not Strength.SAFETY
            and not words.closed
            and words.confidence >= LEAST_CONFIDENCE
        ):
            return _Chosen(understood, words.text, words.confidence)
    return None
