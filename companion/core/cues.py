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
  4. Of several meanings safety wins, then the one that explains the whole sentence, then an
     answer to the open question, then the higher rank, then more words explained.

Must not know: files, template syntax, sound, what a cue leads to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from companion.core.cuetable import (
    PHASES,
    QUESTIONS,
    Around,
    CueTable,
    Intent,
    Phrasing,
    Strength,
    added,
    cue_table,
    only,
)
from companion.core.events import Slots
from companion.core.patterns import Pattern, Reading, SlotItems, sample, turns
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

MOST_LOOSE_WORDS: Final = 9
"""Unexplained words a loose phrasing bears; a longer tale is not addressed to the companion."""
FEWEST_OWN_WORDS: Final = 3
"""What a loose phrasing must say itself before it bears any unexplained word."""
MOST_GAP_WORDS: Final = 30
"""Unexplained words a safety phrasing bears."""


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
    meanings = list(_meanings(words, table, phase, asked))
    acting = [one for one in meanings if one.acts]
    # A sentence that a safety phrasing explains in part and another cue entirely is that cue:
    # "help me breathe" is no call for help.
    plain = max((one.path.own for one in meanings if one.whole and not one.safety), default=0)
    safety = [one for one in acting if one.safety and one.path.own >= plain]
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


# ---- reading one sentence -------------------------------------------------------------------


class _Piece(NamedTuple):
    """One template that explains the words from `start` to before `end`."""

    start: int
    end: int
    intent: Intent
    phrasing: Phrasing
    slots: SlotItems


class _Path(NamedTuple):
    """A way of explaining the words up to some index."""

    strange: int = 0
    """Unexplained words."""
    foreign: int = 0
    """Pieces of other intents."""
    own: int = 0
    """Words explained by the intent itself."""
    pieces: int = 0
    """Pieces of the intent."""
    slots: SlotItems = ()


class _Meaning(NamedTuple):
    """One intent that a sentence may have."""

    intent: Intent
    path: _Path
    acts: bool
    answers: bool
    """It answers the open question."""

    @property
    def whole(self) -> bool:
        return not (self.path.foreign or self.path.strange)

    @property
    def safety(self) -> bool:
        return self.intent.strength is Strength.SAFETY

    @property
    def slots(self) -> SlotItems:
        return self.path.slots


def _order(one: _Meaning) -> tuple[bool, bool, bool, int, int, int]:
    """Sort meanings: the last is meant."""
    explained = one.path.own if one.whole else 0
    known = not one.path.strange
    return (one.whole, one.answers, known, explained, one.intent.rank, one.path.own)


def _meanings(
    words: tuple[str, ...], table: CueTable, phase: str, asked: str | None
) -> Iterator[_Meaning]:
    reading = Reading(words, table.around.fillers)
    pieces = list(_pieces(reading, table, asked))
    if not pieces:
        return
    ground = _Ground(reading, table.around, pieces)
    for intent in dict.fromkeys(piece.intent for piece in pieces):
        own = [piece for piece in pieces if piece.intent is intent]
        for acts in (True, False):
            some = [piece for piece in own if _acts(piece.phrasing, phase, asked) is acts]
            path = ground.explain(intent, some)
            if path is not None:
                answers = asked is not None and any(asked in one.phrasing.asked for one in some)
                yield _Meaning(intent, path, acts, answers)


def _pieces(reading: Reading, table: CueTable, asked: str | None) -> Iterator[_Piece]:
    for start, word in enumerate(reading.words):
        for entry in (*table.by_first.get(word, ()), *table.other):
            if not entry.phrasing.phases and asked not in entry.phrasing.asked:
                continue
            for end, slots in reading.fits(entry.template, start):
                if end > start:
                    fixed = slots + entry.phrasing.slots
                    yield _Piece(start, end, entry.intent, entry.phrasing, fixed)


class _Ground:
    """The words of one sentence with everything in them that is no cue of its own."""

    def __init__(self, reading: Reading, around: Around, pieces: list[_Piece]) -> None:
        self._around = around
        self._words = reading.words
        places = range(len(reading.words))
        self._pieces = pieces
        self._courtesy = [_ends(reading, around.courtesy, at) for at in places]
        self._clauses = [_ends(reading, around.clauses, at) for at in places]
        blocked = [(at, end) for at in places for end in _ends(reading, around.blockers, at)]
        self._blocked = {place for start, end in blocked for place in range(start, end)}
        self._no_seam = {place for start, end in blocked for place in range(start + 1, end)}
        for at in places[:-1]:
            if reading.words[at] in around.leads and reading.words[at + 1] in around.leads_into:
                self._courtesy[at] = {*self._courtesy[at], at + 1}

    def explain(self, intent: Intent, own: list[_Piece]) -> _Path | None:
        """Explain every word, at least one piece being one of `own`; None where it cannot be."""
        if not own:
            return None
        free = [piece for piece in own if not piece.phrasing.alone]
        path = self._walk(own, [], clauses=False)
        if path is None and free:
            beside = [
                piece
                for piece in self._pieces
                if piece.intent is not intent
                and piece.intent.beside
                and not piece.phrasing.alone
                and piece.phrasing.phases
            ]
            path = self._walk(free, beside, clauses=True)
            loose = [piece for piece in free if piece.phrasing.loose]
            within = [piece for piece in free if piece.phrasing.within]
            if path is None and loose:
                borne = self._loose_words(safety=intent.strength is Strength.SAFETY)
                path = self._walk(loose, beside, clauses=True, bear=MOST_LOOSE_WORDS, borne=borne)
            if path is None and within:
                borne = frozenset(self._words)
                path = self._walk(within, beside, clauses=True, bear=MOST_GAP_WORDS, borne=borne)
        return path

    def _loose_words(self, *, safety: bool) -> frozenset[str]:
        around = self._around
        return around.loose_words | around.safety_words if safety else around.loose_words

    def _walk(
        self,
        own: list[_Piece],
        beside: list[_Piece],
        *,
        clauses: bool,
        bear: int = 0,
        borne: frozenset[str] = frozenset(),
    ) -> _Path | None:
        """Go through the words from left to right, keeping the best way to each index.

        At most `bear` words may stay unexplained, and only words of `borne`.
        """
        last = len(self._words)
        # Ways without and with a piece of the intent are kept apart: the second may end.
        ways: list[dict[bool, _Path]] = [{} for _ in range(last + 1)]
        ways[0][False] = _Path()
        for at in range(last):
            if not ways[at] or at in self._no_seam:
                continue
            steps = list(self._steps(at, clauses=clauses, borne=borne))
            steps += [(p.end, _Path(foreign=1)) for p in beside if p.start == at]
            steps += [
                (p.end, _Path(own=p.end - at, pieces=1, slots=p.slots))
                for p in own
                if p.start == at
            ]
            for path in ways[at].values():
                for end, step in steps:
                    _keep(ways[end], _joined(path, step), bear)
        whole = ways[last].get(True)
        if whole is not None and whole.strange and whole.own < FEWEST_OWN_WORDS:
            return None
        return whole

    def _steps(
        self, at: int, *, clauses: bool, borne: frozenset[str]
    ) -> Iterator[tuple[int, _Path]]:
        free = _Path()
        if at not in self._blocked:
            for end in self._courtesy[at]:
                yield end, free
            if self._words[at] in self._around.fillers:
                yield at + 1, free
            if self._words[at] in borne:
                yield at + 1, _Path(strange=1)
        if clauses:
            for end in self._clauses[at]:
                yield end, free


def _ends(reading: Reading, pattern: Pattern, at: int) -> set[int]:
    return {end for end, _ in reading.fits(pattern, at) if end > at}


def _joined(path: _Path, step: _Path) -> _Path:
    return _Path(
        path.strange + step.strange,
        path.foreign + step.foreign,
        path.own + step.own,
        path.pieces + step.pieces,
        path.slots + step.slots,
    )


def _keep(ways: dict[bool, _Path], path: _Path, bear: int) -> None:
    if path.strange > bear:
        return
    known = ways.get(path.pieces > 0)
    if known is None or _merit(path) > _merit(known):
        ways[path.pieces > 0] = path


def _merit(path: _Path) -> tuple[int, int, int, int, int]:
    return (-path.strange, -path.foreign, path.own, -path.pieces, len(path.slots))
