"""From words to a cue: which intent a whole sentence means, if any.

Rules
  1. A cue fires on the meaning of the whole sentence. Every word must be explained: by a
     phrasing of the intent, by another cue that may stand beside it ("stop, I need a pause"),
     by a clause that changes nothing ("I'll be back"), or by a word of courtesy. One word that
     nothing explains, and nothing fires: "pause the film" is about a film.
  2. Loose phrasings are the exception: said in so many words ("I need a pause"), they bear a few
     unexplained words of feeling around them. Safety phrasings bear any words at all. A blocker
     (somebody else's words, another day, another object, a story) stops both.
  3. Meaning comes first, then the phase: a sentence that means "I'm back" and nothing else does
     nothing where nobody was away, whatever else could be read into it.
  4. A sentence that means nothing as it stands is read again with what may have been left out or
     misheard put right: the subject ("need a pause"), an article, a word of the same sound. It
     must then be explained whole.
  5. Of several meanings safety wins, then the one that explains the whole sentence, then an
     answer to the open question, then the higher rank, then more words explained.

Must not know: files, template syntax, sound, how words are explained, what a cue leads to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from companion.core.clipped import heard_right, made_whole
from companion.core.cuetable import (
    PHASES,
    QUESTIONS,
    CueTable,
    Intent,
    Phrasing,
    Strength,
    added,
    cue_table,
    only,
)
from companion.core.events import Slots
from companion.core.explaining import Ground, Way, is_saying, read_pieces
from companion.core.numbers import is_number
from companion.core.patterns import Reading, SlotItems, sample, turns
from companion.core.wording import plain_words, surface_words

__all__ = [
    "PHASES",
    "QUESTIONS",
    "CueTable",
    "Strength",
    "Understood",
    "added",
    "cue_table",
    "only",
    "phrases",
    "understand",
]


MOST_CLIPPED_WORDS: Final = 12
"""Whoever says more than this leaves nothing out."""


@dataclass(frozen=True, slots=True)
class Understood:
    """What a sentence means to the companion."""

    intent: str
    strength: Strength
    slots: Slots


def understand(
    text: str, table: CueTable, *, phase: str = "idle", asked: str | None = None
) -> Understood | None:
    """Say what `text` means in `phase`, while a question of the kind `asked` is open.

    None where it is no cue, or none that acts there. ValueError for an unknown phase or question.
    """
    _check_place(phase, asked)
    words = plain_words(text, table.spellings)
    reading = Reading(words, table.around.fillers)
    if is_saying(reading, table.around):
        return None
    meanings = list(_meanings(reading, table, phase, asked))
    if "?" not in text and not any(one.whole for one in meanings):
        meanings += _restored_meanings(words, table, phase, asked)
    acting = [one for one in meanings if one.acts]
    # A sentence that a safety phrasing explains in part and another cue entirely is that cue:
    # "help me breathe" is no call for help.
    plain = max((one.way.own for one in meanings if one.whole and not one.safety), default=0)
    safety = [one for one in acting if one.safety and one.way.own >= plain]
    candidates = safety or [one for one in acting if not one.safety]
    if not candidates:
        return None
    best = max(candidates, key=_order)
    if not (best.safety or best.whole) and any(one.whole for one in meanings):
        return None
    return Understood(best.intent.name, best.intent.strength, dict(best.slots))


def phrases(
    table: CueTable, *, phase: str, asked: str | None = None, limit: int = 4000
) -> tuple[str, ...]:
    """Sentences, as a recogniser should hear them, that act in `phase`: lower case, no digits.

    Every template is represented, the commonest sentences of all come first, at most `limit`.
    """
    _check_place(phase, asked)
    active = [
        (template, turns(template))
        for intent in table.intents
        for phrasing in intent.phrasings
        if _acts(phrasing, phase, asked)
        for template in phrasing.templates
    ]
    found: dict[str, None] = {}
    turn = 0
    while active and len(found) < limit:
        for template, _ in active:
            sentence = " ".join(surface_words(sample(template, turn)))
            if sentence and len(found) < limit:
                found[sentence] = None
        turn += 1
        active = [(template, most) for template, most in active if turn < 2 * most]
    return tuple(found)


def acting_intents(table: CueTable, *, phase: str, asked: str | None = None) -> frozenset[str]:
    """The names of the intents that act in `phase`, while a question of that kind is open."""
    _check_place(phase, asked)
    return frozenset(
        intent.name
        for intent in table.intents
        if any(_acts(phrasing, phase, asked) for phrasing in intent.phrasings)
    )


def _check_place(phase: str, asked: str | None) -> None:
    if phase not in PHASES:
        raise ValueError(f"{phase} is not a phase: one of {', '.join(PHASES)}")
    if asked is not None and asked not in QUESTIONS:
        raise ValueError(f"{asked} is not a question: one of {', '.join(QUESTIONS)}")


def _acts(phrasing: Phrasing, phase: str, asked: str | None) -> bool:
    return phase in phrasing.phases or (asked is not None and asked in phrasing.asked)


# ---- the meanings of one sentence ----------------------------------------------------------


class _Meaning(NamedTuple):
    """One intent that a sentence may have."""

    intent: Intent
    way: Way
    acts: bool
    answers: bool
    """It answers the open question."""

    @property
    def whole(self) -> bool:
        return not (self.way.foreign or self.way.strange)

    @property
    def safety(self) -> bool:
        return self.intent.strength is Strength.SAFETY

    @property
    def slots(self) -> SlotItems:
        return self.way.slots


def _restored_meanings(
    words: tuple[str, ...], table: CueTable, phase: str, asked: str | None
) -> Iterator[_Meaning]:
    around = table.around
    if len(words) > MOST_CLIPPED_WORDS:
        return
    for sentence in (words, *heard_right(words, around.sounds_like)):
        if not all(word in table.words or is_number(word) for word in sentence):
            continue
        readings = [Reading(sentence, around.fillers, around.small_words)]
        for place, whole in made_whole(sentence, around.left_out, after=around.leads):
            reading = Reading(whole, around.fillers, around.small_words)
            begun = read_pieces(reading, table, asked, places=range(place, place + 1))
            if next(begun, None) is not None or reading.fits(around.clauses, place):
                readings.append(reading)
        for reading in readings:
            yield from (one for one in _meanings(reading, table, phase, asked) if one.whole)


def _order(one: _Meaning) -> tuple[bool, bool, bool, int, int, int]:
    """Sort meanings: the last is meant."""
    explained = one.way.own if one.whole else 0
    known = not one.way.strange
    return (one.whole, one.answers, known, explained, one.intent.rank, one.way.own)


def _meanings(
    reading: Reading, table: CueTable, phase: str, asked: str | None
) -> Iterator[_Meaning]:
    found = list(read_pieces(reading, table, asked))
    if not found:
        return
    ground = Ground(reading, table.around, found)
    for intent in dict.fromkeys(piece.intent for piece in found):
        own = [piece for piece in found if piece.intent is intent]
        for acts in (True, False):
            some = [piece for piece in own if _acts(piece.phrasing, phase, asked) is acts]
            way = ground.explain(intent, some)
            if way is not None:
                answers = asked is not None and any(asked in one.phrasing.asked for one in some)
                yield _Meaning(intent, way, acts, answers)
