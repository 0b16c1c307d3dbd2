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
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from companion.core.cues import CueTable, Strength, Understood, understand
from companion.core.events import Slots
from companion.core.wording import plain_words
from companion.ports import Expectation, Likeness, Words

NEVER_ALONE = frozenset({"vosk"})
"""Engines whose free reading needs a second witness, whatever the cue."""
# The likenesses and shares below were set on 0.73 h of people's orders, 0.2 h of other people's
# words, 162 spoken look-alikes and 242 spoken cues; docs/decisions/sound-templates.md has the
# figures, benchmarks/hearing.py measures what comes of them.
USUAL_SECONDS = (0.6, 1.2)
ALIKE_READ = (0.70, 0.58)
"""From which likeness on a closed reading sounds right: the first number for sentences that
usually take the first number of seconds or less, the second for those that take the second or
more. Much of other speech has something like a short word in it."""
ALIKE_ALONE = (0.76, 0.72)
"""From which likeness on the sentence that the spotter finds likeliest needs no reading."""
ALIKE_RARE = (0.64, 0.64)
"""And from which on a household's own rare sentence needs none: hearing/taught.py."""
ALIKE_AGAINST = (0.70, 0.70)
"""But this much where the closed reading says something else: 65 people's recordings at 10 dB of
noise lose one hit by it, and the one false hit in an hour of other speech is gone."""
AHEAD = 0.03
"""By so much it must then be ahead of the likeliest sentence that means something else."""
COVERED = 0.6
"""Of what was spoken, a sentence must take up so much: a part of a longer one is no cue."""
COVERED_ALONE = 0.75
"""And so much where no reading bears it out: "pause the film for a moment" holds, to the ear,
two thirds of "pause until noon"."""
ALIKE_SAID = (0.55, 0.55)
"""From which likeness on a sentence that was read freely, word for word, is believed."""
ALIKE_AGREED = 0.5
"""A closed reading that only means the same as the free one must sound at least so much alike."""
LACKING_AGREED = 0.1
ALIKE_MEANT = 0.6
"""And a free reading without a second one needs something so alike that means the same."""
HALF = 0.5
"""Of what was spoken, that must take up so much."""
LACKING = 0.04
"""No more of a sentence may be lacking (ports.Likeness). Of 120 two-word phrases that people
spoke, two in a hundred lack over 0.035; what shares half of its words with a sentence lacks some
0.07 to 0.14 of it. A single other word at the end is not always noticed."""
LACKING_RARE = 0.05
"""And no more of a household's own sentence, which hardly anything else sounds like."""
LEAST_CONFIDENCE = 0.2
"""A free reading that is less sure is no witness: it makes a short sound into anything."""
ALWAYS_HEARD = frozenset({"stop"})
"""Counts although the companion is saying the same words itself."""
LIKELY = 0.45
"""Sentences less alike than this are not worth reading for."""
MOST_LIKELY = 60
"""So many of the likeliest are read among. More cost time and are not what was said."""


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
    """Two readings that mean the same; the later one, which an engine trusts more, names slots.

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
            return _Chosen(other, others.text, sure)
    return None


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
