"""A sentence template as nested plain data, and where in a row of words it fits.

Decides what a pattern may be made of, which words it covers, and which sentences it stands for.
Must not know: cues, phases, files, or the syntax that templates are written in.

A pattern is a graph without cycles: rules that several templates use are one shared object, so
what was found out about a rule at one place is found out once per sentence.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias, assert_never

from companion.core import measures
from companion.core.events import SlotValue

SlotItems: TypeAlias = tuple[tuple[str, SlotValue], ...]
Fit: TypeAlias = tuple[int, SlotItems]
"""Where a pattern ends (the index after its last word), and the slots read on the way."""


@dataclass(frozen=True, slots=True, eq=False)
class Word:
    """One spoken word, compared as one or more plain words ("i'm" as i, am)."""

    said: str
    plain: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One pattern after the other. Build with `row`."""

    items: tuple[Pattern, ...]
    before_said: tuple[bool, ...] = field(repr=False)
    """Of each item: whether something that must be said comes right after it."""


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """One of several patterns. `by_first` finds the branches that can begin with a word."""

    items: tuple[Pattern, ...]
    by_first: dict[str, tuple[Pattern, ...]] = field(repr=False)
    other: tuple[Pattern, ...] = field(repr=False)
    """Branches that may begin with a measure, or hold no word at all."""


@dataclass(frozen=True, slots=True, eq=False)
class Measure:
    """A length, a clock time, a day or a number, read by core.measures."""

    kind: str
    """One of measures.MEASURES."""


@dataclass(frozen=True, slots=True, eq=False)
class Tagged:
    """A pattern that puts a value into a slot."""

    slot: str
    value: SlotValue
    item: Pattern


Pattern: TypeAlias = Word | Row | Choice | Measure | Tagged


def row(items: Iterable[Pattern]) -> Row:
    """Build a Row, and note what must be said in it."""
    parts = tuple(items)
    said = [not _beginnings(part)[2] for part in parts]
    return Row(parts, (*said[1:], False)[: len(parts)])


def choice(items: Iterable[Pattern]) -> Choice:
    """Build a Choice with its index."""
    branches = tuple(items)
    by_first: dict[str, list[Pattern]] = {}
    other: list[Pattern] = []
    for item in branches:
        words, always = first_words(item)
        if always:
            other.append(item)
            continue
        for word in words:
            by_first.setdefault(word, []).append(item)
    return Choice(branches, {word: tuple(some) for word, some in by_first.items()}, tuple(other))


def first_words(pattern: Pattern) -> tuple[frozenset[str], bool]:
    """Give the plain words `pattern` can begin with, and whether that is not the whole answer.

    The second value is true where it may be empty or may begin with a measure.
    """
    words, measure, empty = _beginnings(pattern)
    return words, measure or empty


def _beginnings(pattern: Pattern) -> tuple[frozenset[str], bool, bool]:
    """First words; whether it may begin with a measure; whether it may hold no word."""
    match pattern:
        case Word():
            return frozenset(pattern.plain[:1]), False, not pattern.plain
        case Measure():
            return frozenset(), True, False
        case Tagged():
            return _beginnings(pattern.item)
        case Choice():
            looked = [_beginnings(item) for item in pattern.other]
            words = frozenset(pattern.by_first).union(*(each[0] for each in looked))
            return words, any(each[1] for each in looked), any(each[2] for each in looked)
        case Row():
            some, measure = frozenset[str](), False
            for item in pattern.items:
                words, begins, empty = _beginnings(item)
                some, measure = some | words, measure or begins
                if not empty:
                    return some, measure, False
            return some, measure, True
        case _:
            assert_never(pattern)


def all_words(*patterns: Pattern) -> frozenset[str]:
    """Every plain word that stands somewhere in `patterns`, and those a measure is read from."""
    words: set[str] = set()
    looked: set[int] = set()
    left = list(patterns)
    while left:
        pattern = left.pop()
        if id(pattern) in looked:
            continue
        looked.add(id(pattern))
        match pattern:
            case Word():
                words.update(pattern.plain)
            case Measure():
                words.update(*(said.split() for said in measures.SAMPLES[pattern.kind]))
            case Tagged():
                left.append(pattern.item)
            case Row() | Choice():
                left.extend(pattern.items)
            case _:
                assert_never(pattern)
    return frozenset(words)


class Reading:
    """One sentence being read: remembers what fitted where."""

    def __init__(
        self,
        words: Sequence[str],
        fillers: frozenset[str],
        small_words: frozenset[str] = frozenset(),
    ) -> None:
        """`fillers` are plain words that may stand between any two words of a pattern.

        `small_words` may be missing before a part that must be said: "i need [a] pause".
        """
        self.words = tuple(words)
        self._small_words = small_words
        self._known: dict[tuple[int, int], tuple[Fit, ...]] = {}
        self._hops = [self._hop(at, fillers) for at in range(len(self.words) + 1)]
        # Measures are read without the fillers in them: "twenty, um, minutes".
        self._firm = [at for at, word in enumerate(self.words) if word not in fillers]
        self._firm_words = tuple(self.words[at] for at in self._firm)

    def _hop(self, at: int, fillers: frozenset[str]) -> tuple[int, ...]:
        places = [at]
        while places[-1] < len(self.words) and self.words[places[-1]] in fillers:
            places.append(places[-1] + 1)
        return tuple(places)

    def fits(self, pattern: Pattern, at: int) -> tuple[Fit, ...]:
        """Every way in which `pattern` covers words from index `at` on."""
        key = (id(pattern), at)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = tuple(dict.fromkeys(self._look(pattern, at)))
        return known

    def _look(self, pattern: Pattern, at: int) -> Iterable[Fit]:
        match pattern:
            case Word():
                return self._word(pattern.plain, at)
            case Row():
                return self._row(pattern, at)
            case Choice():
                return self._choice(pattern, at)
            case Measure():
                start = bisect_left(self._firm, at)
                return [
                    (self._firm[end - 1] + 1, tuple(slots.items()))
                    for end, slots in measures.read(pattern.kind, self._firm_words, start)
                ]
            case Tagged():
                tag = ((pattern.slot, pattern.value),)
                return [(end, slots + tag) for end, slots in self.fits(pattern.item, at)]
            case _:
                assert_never(pattern)

    def _word(self, plain: tuple[str, ...], at: int) -> Iterable[Fit]:
        places = [at]
        for wanted in plain:
            places = [
                place + 1
                for start in places
                for place in self._hops[start]
                if place < len(self.words) and self.words[place] == wanted
            ]
        return [(place, ()) for place in places]

    def _row(self, row: Row, at: int) -> Iterable[Fit]:
        so_far: dict[Fit, None] = {(at, ()): None}
        for number, item in enumerate(row.items):
            missing = so_far if self._may_be_missing(row, number) else None
            so_far = {
                (end, before + slots): None
                for place, before in so_far
                for end, slots in (
                    self._word(item.plain, place)
                    if isinstance(item, Word)
                    else self.fits(item, place)
                )
            }
            if missing is not None:
                so_far = missing | so_far
            if not so_far:
                break
        return so_far

    def _may_be_missing(self, row: Row, number: int) -> bool:
        if not (self._small_words and row.before_said[number]):
            return False
        item = row.items[number]
        if isinstance(item, Word):
            return len(item.plain) == 1 and item.plain[0] in self._small_words
        if isinstance(item, Choice):
            starting = (item.by_first.get(word, ()) for word in self._small_words)
            return any(isinstance(each, Word) for some in starting for each in some)
        return False

    def _choice(self, alternatives: Choice, at: int) -> Iterable[Fit]:
        found: list[Fit] = []
        for item in alternatives.other:
            found.extend(self.fits(item, at))
        for word in self._small_words:
            for item in alternatives.by_first.get(word, ()):
                if isinstance(item, Row):
                    found.extend(self.fits(item, at))
        for place in self._hops[at]:
            if place < len(self.words):
                for item in alternatives.by_first.get(self.words[place], ()):
                    found.extend(self.fits(item, at))
        return found


def sample(pattern: Pattern, turn: int) -> str:
    """One sentence that `pattern` stands for. Turn 0 takes the first branch everywhere.

    Even turns walk through all branches in order, odd ones mix them; from turn 0 to twice
    `turns(pattern)` every branch has come up.
    """
    return " ".join(_sampled(pattern, turn // 2, mixed=turn % 2 == 1))


def turns(pattern: Pattern) -> int:
    """How many turns a walk through all branches takes."""
    match pattern:
        case Word():
            return 1
        case Measure():
            return len(measures.SAMPLES[pattern.kind])
        case Tagged():
            return turns(pattern.item)
        case Row():
            return max((turns(item) for item in pattern.items), default=1)
        case Choice():
            return len(pattern.items) * max((turns(item) for item in pattern.items), default=1)
        case _:
            assert_never(pattern)


def _sampled(pattern: Pattern, turn: int, *, mixed: bool) -> list[str]:
    match pattern:
        case Word():
            return [pattern.said]
        case Row():
            said: list[str] = []
            for place, item in enumerate(pattern.items):
                own = _scattered(turn, place) if mixed else turn
                said += _sampled(item, own, mixed=mixed)
            return said
        case Tagged():
            return _sampled(pattern.item, turn, mixed=mixed)
        case Measure():
            samples = measures.SAMPLES[pattern.kind]
            return samples[turn % len(samples)].split()
        case Choice():
            inner, branch = divmod(turn, len(pattern.items))
            return _sampled(pattern.items[branch], inner, mixed=mixed)
        case _:
            assert_never(pattern)


def _scattered(turn: int, place: int) -> int:
    # A fixed scatter (Knuth's multiplicative hash), so that neighbouring choices do not march
    # in step and the same content always gives the same sentences.
    return ((turn * 31 + place + 1) * 2_654_435_761 % 2**32) >> 8
