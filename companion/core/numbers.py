"""Spoken numbers: from words to values.

"forty five" -> 45, "six or seven out of ten" -> 6.5. Must not know: what is counted.

Readers take plain words (core.wording: lower case, no punctuation, digits allowed) and an index,
and give every (end, value) they find there: "ten or fifteen" can be read whole, or "ten" alone,
so callers choose the reading that fits their sentence.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

ONES: Final = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
TENS: Final = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_SMALL: Final = {
    **{word: value for value, word in enumerate(ONES)},
    **{word: 10 * value for value, word in enumerate(TENS, start=2)},
    "oh": 0,
    "nought": 0,
    "nil": 0,
    "fourty": 40,
}

_CORRECTIONS: Final = tuple(
    tuple(words.split())
    for words in ("i mean", "or rather", "make that", "make it", "no", "sorry", "wait", "oh")
)
"""What stands between a slip and what was meant: "ten, no, fifteen minutes"."""


def is_number(word: str) -> bool:
    """Say whether a plain word is a number, which may well be said twice: "one one two"."""
    return word[0].isdigit() or word in _SMALL


def read_number(words: tuple[str, ...], at: int) -> Iterator[tuple[int, float]]:
    """Whole numbers 0 to 999 in words or digits, longest first; digits may have a fraction."""
    if at >= len(words):
        return
    word = words[at]
    if word[0].isdigit():
        if ":" not in word:
            yield at + 1, float(word)
        return
    start, hundreds = at, 0
    two = words[at + 1 : at + 2]
    if two == ("hundred",):
        count = 1 if word == "a" else _SMALL.get(word, 0)
        if 1 <= count <= 9:
            hundreds, start = 100 * count, at + 2
            start += words[start : start + 1] == ("and",)
    below = list(below_hundred(words, start))
    yield from ((end, float(hundreds + value)) for end, value in below)
    if hundreds:
        yield at + 2, float(hundreds)


def below_hundred(words: tuple[str, ...], at: int) -> Iterator[tuple[int, int]]:
    """Whole numbers below a hundred in words, longest first: "forty five", "forty"."""
    if at >= len(words) or words[at] not in _SMALL or words[at] == "oh":
        return
    value = _SMALL[words[at]]
    if value >= 20 and at + 1 < len(words):
        unit = _SMALL.get(words[at + 1], 0)
        if 1 <= unit <= 9 and words[at + 1] in ONES:
            yield at + 2, value + unit
    yield at + 1, value


def read_rating(words: tuple[str, ...], at: int) -> Iterator[tuple[int, float]]:
    """A number from 0 to 10, halves allowed, "out of ten" or not; of two, the middle."""
    start = at + 1 if words[at : at + 1] in (("a",), ("an",)) else at
    for end, value in _number_and_half(words, start):
        if value > 10:
            continue
        joins = words[end : end + 1]
        joined = joins in (("or",), ("to",), ("and",), ("maybe",))
        for far, other in _number_and_half(words, end + joined):
            if abs(other - value) <= (2 if joined else 1) and other <= 10:
                yield far, (value + other) / 2
        meant = after_correction(words, end)
        if meant is not None:
            yield from read_rating(words, meant)
        for tail in (("out", "of", "ten"), ("out", "of", "10"), ("of", "ten"), ("point",)):
            if words[end : end + len(tail)] == tail:
                yield end + len(tail), value
        yield end, value


def _number_and_half(words: tuple[str, ...], at: int) -> Iterator[tuple[int, float]]:
    for end, value in read_number(words, at):
        if words[end : end + 3] == ("and", "a", "half"):
            yield end + 3, value + 0.5
        if words[end : end + 2] == ("point", "five"):
            yield end + 2, value + 0.5
        yield end, value


def after_correction(words: tuple[str, ...], at: int) -> int | None:
    """Where what was meant begins, if a correction stands at `at`: "no, sorry, fifteen"."""
    start = at
    while True:
        for slip in _CORRECTIONS:
            if words[at : at + len(slip)] == slip:
                at += len(slip)
                break
        else:
            return at if at > start else None
