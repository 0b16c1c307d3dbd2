"""Spoken lengths of time: from words to seconds.

"half an hour" -> 1800, "ten or fifteen minutes" -> 900. Decides what English people mean by them.
Must not know: cues, clocks. Readers are as in core.numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from companion.core.numbers import after_correction, read_number

MINUTE: Final = 60.0
HOUR: Final = 3600.0
DAY: Final = 24 * HOUR

_UNITS: Final = {
    **dict.fromkeys(("second", "seconds", "sec", "secs"), 1.0),
    **dict.fromkeys(("minute", "minutes", "min", "mins", "m"), MINUTE),
    **dict.fromkeys(("hour", "hours", "hr", "hrs", "h"), HOUR),
    **dict.fromkeys(("day", "days"), DAY),
}
_ABOUT: Final = tuple(
    tuple(words.split())
    for words in (
        "about", "around", "roughly", "maybe", "like", "approximately", "say", "at least",
        "at most", "up to", "no more than", "not more than", "a good", "the next",
    )
)  # fmt: skip
"""What may stand before a length and leaves it as it is."""
_JOIN: Final = ("or", "to", "maybe", "perhaps")
_FIXED_LENGTHS: Final = {
    tuple(words.split()): seconds
    for words, seconds in {
        "half an hour": 0.5 * HOUR,
        "half hour": 0.5 * HOUR,
        "a half hour": 0.5 * HOUR,
        "a half an hour": 0.5 * HOUR,
        "a quarter of an hour": 0.25 * HOUR,
        "a quarter hour": 0.25 * HOUR,
        "quarter of an hour": 0.25 * HOUR,
        "quarter hour": 0.25 * HOUR,
        "three quarters of an hour": 0.75 * HOUR,
        "three quarter hour": 0.75 * HOUR,
        "an hour and a half": 1.5 * HOUR,
        "one hour and a half": 1.5 * HOUR,
        "an hour and a quarter": 1.25 * HOUR,
        "an hour": HOUR,
        "a full hour": HOUR,
        "a whole hour": HOUR,
        "a good hour": HOUR,
        "the next hour": HOUR,
        "a couple of minutes": 2 * MINUTE,
        "a couple minutes": 2 * MINUTE,
        "couple of minutes": 2 * MINUTE,
        "a couple of hours": 2 * HOUR,
        "a couple hours": 2 * HOUR,
        "half a minute": 30.0,
        "a minute and a half": 90.0,
        "a day": DAY,
        "a whole day": DAY,
        "a full day": DAY,
        "half a day": 0.5 * DAY,
    }.items()
}
_LONGEST_FIXED: Final = max(map(len, _FIXED_LENGTHS))


def read_length(words: tuple[str, ...], at: int) -> Iterator[tuple[int, float]]:
    """Lengths that begin at `at`, in seconds. Of "ten or fifteen minutes" the longer.

    What was corrected is not meant: "ten, no, fifteen minutes".
    """
    for start in _after_about(words, at):
        for end, seconds in (*_fixed(words, start), *_numbered(words, start)):
            yield end, seconds
            meant = after_correction(words, end)
            if meant is not None:
                yield from read_length(words, meant)


def read_minutes(words: tuple[str, ...], at: int) -> Iterator[tuple[int, float]]:
    """Minutes named by a number alone, two or more: "twenty", "ten, no, fifteen"."""
    for end, value in read_number(words, at):
        if value >= 2:
            yield end, value
        meant = after_correction(words, end)
        if meant is not None:
            yield from read_minutes(words, meant)


def _after_about(words: tuple[str, ...], at: int) -> Iterator[int]:
    yield at
    for about in _ABOUT:
        if words[at : at + len(about)] == about:
            yield from _after_about(words, at + len(about))


def _fixed(words: tuple[str, ...], at: int) -> Iterator[tuple[int, float]]:
    for size in range(_LONGEST_FIXED, 1, -1):
        fixed = _FIXED_LENGTHS.get(words[at : at + size])
        if fixed is not None and at + size <= len(words):
            yield from _and_more(words, at + size, fixed)


def _numbered(words: tuple[str, ...], at: int) -> Iterator[tuple[int, float]]:
    for end, value in read_number(words, at):
        yield from _counted(words, end, value)
        meant = after_correction(words, end)
        if meant is not None:
            yield from read_length(words, meant)
        join = words[end : end + 1]
        joined = bool(join) and join[0] in _JOIN
        for far, other in read_number(words, end + joined):
            yield from _counted(words, far, max(value, other) if joined else other)


def _counted(words: tuple[str, ...], at: int, value: float) -> Iterator[tuple[int, float]]:
    """A unit after the number `value`, and what may follow it."""
    tail = words[at : at + 4]
    for so in (("or", "so"), ("odd",)):
        if tail[: len(so)] == so:
            yield from _counted(words, at + len(so), value)
            return
    if tail[:3] == ("and", "a", "half") and len(tail) == 4 and tail[3] in _UNITS:
        yield at + 4, (value + 0.5) * _UNITS[tail[3]]
        return
    whole = at + 1 if tail[:1] in (("full",), ("whole",), ("good",)) else at
    if whole < len(words) and words[whole] in _UNITS:
        unit = _UNITS[words[whole]]
        if words[whole + 1 : whole + 4] == ("and", "a", "half"):
            yield whole + 4, (value + 0.5) * unit
        if unit == HOUR:
            yield from _and_more(words, whole + 1, value * unit)
        else:
            yield from _or_so(words, whole + 1, value * unit)


def _and_more(words: tuple[str, ...], at: int, seconds: float) -> Iterator[tuple[int, float]]:
    """Minutes after an hour: "an hour and twenty minutes", "an hour twenty"."""
    if seconds >= HOUR:
        start = at + 1 if words[at : at + 1] == ("and",) else at
        for end, more in read_number(words, start):
            if more < 60 and end < len(words) and _UNITS.get(words[end]) == MINUTE:
                yield end + 1, seconds + more * MINUTE
    yield from _or_so(words, at, seconds)


def _or_so(words: tuple[str, ...], at: int, seconds: float) -> Iterator[tuple[int, float]]:
    if words[at : at + 2] == ("or", "so"):
        yield at + 2, seconds
    yield at, seconds
