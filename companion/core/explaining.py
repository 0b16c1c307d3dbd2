"""How the words of one sentence are explained, one piece after the other.

Decides which way through the words leaves the fewest unexplained, and how many may stay so. Must
not know: which of several meanings wins, phases, files.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from companion.core.cuetable import Around, CueTable, Intent, Phrasing, Strength
from companion.core.patterns import Pattern, Reading, SlotItems

MOST_LOOSE_WORDS: Final = 9
"""Unexplained words a loose phrasing bears; a longer tale is not addressed to the companion."""
FEWEST_OWN_WORDS: Final = 3
"""What a loose phrasing must say itself before it bears any unexplained word."""
MOST_GLUE_WORDS: Final = 2
"""Unexplained words that only hold a sentence together, "it ALL", which any phrasing bears."""
OWN_WORDS_A_GLUE_WORD: Final = 3
"""What a phrasing must say itself for each of these."""
MOST_GAP_WORDS: Final = 30
"""Unexplained words a safety phrasing bears."""


class Piece(NamedTuple):
    """One template that explains the words from `start` to before `end`."""

    start: int
    end: int
    intent: Intent
    phrasing: Phrasing
    slots: SlotItems


_SAYING: Final = Intent("saying", Strength.STRONG, 0, ())
_SAID: Final = Phrasing((), frozenset(), alone=True)


class Way(NamedTuple):
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


def read_pieces(
    reading: Reading, table: CueTable, asked: str | None, *, places: range | None = None
) -> Iterator[Piece]:
    """Every piece that means something while the question `asked` is open, begun at `places`."""
    for start in range(len(reading.words)) if places is None else places:
        word = reading.words[start]
        for entry in (*table.by_first.get(word, ()), *table.other):
            if not entry.phrasing.phases and asked not in entry.phrasing.asked:
                continue
            for end, slots in reading.fits(entry.template, start):
                if end > start:
                    fixed = slots + entry.phrasing.slots
                    yield Piece(start, end, entry.intent, entry.phrasing, fixed)


def is_saying(reading: Reading, around: Around) -> bool:
    """Say whether the sentence is a saying, with nothing but courtesy beside it."""
    said = [
        Piece(at, end, _SAYING, _SAID, ())
        for at in range(len(reading.words))
        for end in _ends(reading, around.sayings, at)
    ]
    return bool(said) and Ground(reading, around, said).explain(_SAYING, said) is not None


class Ground:
    """The words of one sentence with everything in them that is no cue of its own."""

    def __init__(self, reading: Reading, around: Around, found: list[Piece]) -> None:
        self._around = around
        self._words = reading.words
        places = range(len(reading.words))
        self._pieces = found
        self._courtesy = [_ends(reading, around.courtesy, at) for at in places]
        self._clauses = [_ends(reading, around.clauses, at) for at in places]
        blocked = [(at, end) for at in places for end in _ends(reading, around.blockers, at)]
        self._blocked = {place for start, end in blocked for place in range(start, end)}
        self._no_seam = {place for start, end in blocked for place in range(start + 1, end)}
        self._denied = {end for at in places for end in _ends(reading, around.denials, at)}
        for at in places[:-1]:
            if reading.words[at] in around.leads and reading.words[at + 1] in around.leads_into:
                self._courtesy[at] = {*self._courtesy[at], at + 1}

    def explain(self, intent: Intent, own: list[Piece]) -> Way | None:
        """Explain every word, at least one piece being one of `own`; None where it cannot be."""
        if not own:
            return None
        free = [piece for piece in own if not piece.phrasing.alone]
        way = self._walk(own, [], clauses=False)
        if way is None and free:
            beside = [
                piece
                for piece in self._pieces
                if piece.intent is not intent
                and piece.intent.beside
                and not piece.phrasing.alone
                and piece.phrasing.phases
            ]
            way = self._walk(free, beside, clauses=True) or self._walk(
                free, beside, clauses=True, bear=MOST_GLUE_WORDS, borne=self._around.glue
            )
            if way is not None and way.own < OWN_WORDS_A_GLUE_WORD * way.strange:
                way = None
            sure = [piece for piece in free if piece.start not in self._denied]
            loose = [piece for piece in sure if piece.phrasing.loose]
            within = [piece for piece in sure if piece.phrasing.within]
            if way is None and loose:
                borne = self._loose_words(safety=intent.strength is Strength.SAFETY)
                way = self._walk(loose, beside, clauses=True, bear=MOST_LOOSE_WORDS, borne=borne)
            if way is None and within:
                borne = frozenset(self._words)
                way = self._walk(within, beside, clauses=True, bear=MOST_GAP_WORDS, borne=borne)
        return way

    def _loose_words(self, *, safety: bool) -> frozenset[str]:
        around = self._around
        return around.loose_words | around.safety_words if safety else around.loose_words

    def _walk(
        self,
        own: list[Piece],
        beside: list[Piece],
        *,
        clauses: bool,
        bear: int = 0,
        borne: frozenset[str] = frozenset(),
    ) -> Way | None:
        """Go through the words from left to right, keeping the best way to each index.

        At most `bear` words may stay unexplained, and only words of `borne`.
        """
        last = len(self._words)
        # Ways without and with a piece of the intent are kept apart: the second may end.
        ways: list[dict[bool, Way]] = [{} for _ in range(last + 1)]
        ways[0][False] = Way()
        for at in range(last):
            if not ways[at] or at in self._no_seam:
                continue
            steps = list(self._steps(at, clauses=clauses, borne=borne))
            steps += [(p.end, Way(foreign=1)) for p in beside if p.start == at]
            steps += [
                (p.end, Way(own=p.end - at, pieces=1, slots=p.slots)) for p in own if p.start == at
            ]
            for way in ways[at].values():
                for end, step in steps:
                    _keep(ways[end], _joined(way, step), bear)
        whole = ways[last].get(True)
        if whole is not None and whole.strange and whole.own < FEWEST_OWN_WORDS:
            return None
        return whole

    def _steps(self, at: int, *, clauses: bool, borne: frozenset[str]) -> Iterator[tuple[int, Way]]:
        free = Way()
        if at not in self._blocked:
            for end in self._courtesy[at]:
                yield end, free
            if self._words[at] in self._around.fillers:
                yield at + 1, free
            if self._words[at] in borne:
                yield at + 1, Way(strange=1)
        if clauses:
            for end in self._clauses[at]:
                yield end, free


def _ends(reading: Reading, pattern: Pattern, at: int) -> set[int]:
    return {end for end, _ in reading.fits(pattern, at) if end > at}


def _joined(way: Way, step: Way) -> Way:
    return Way(
        way.strange + step.strange,
        way.foreign + step.foreign,
        way.own + step.own,
        way.pieces + step.pieces,
        way.slots + step.slots,
    )


def _keep(ways: dict[bool, Way], way: Way, bear: int) -> None:
    if way.strange > bear:
        return
    known = ways.get(way.pieces > 0)
    if known is None or _merit(way) > _merit(known):
        ways[way.pieces > 0] = way


def _merit(way: Way) -> tuple[int, int, int, int, int]:
    return (-way.strange, -way.foreign, way.own, -way.pieces, len(way.slots))
