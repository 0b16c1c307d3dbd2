"""Spoken lengths, clock times, days and numbers: from words to values.

"half an hour" -> 1800 seconds, "half past nine tomorrow" -> ("9:30", tomorrow), and how far off
such a clock time is. Decides what English people mean by them. Must not know: cues, or what the
time is; the moment is passed in.

Readers take plain words (core.wording: lower case, no punctuation, digits allowed) and an index,
and give every (end, value) they find there: "ten or fifteen minutes" can be read whole, or not
at all from "ten" alone, so callers choose the reading that fits their sentence.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from companion.core.events import SlotValue

MINUTE: Final = 60.0
HOUR: Final = 3600.0
DAY: Final = 24 * HOUR

_ONES: Final = [
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
_TENS: Final = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_SMALL: Final = {
    **{word: value for value, word in enumerate(_ONES)},
    **{word: 10 * value for value, word in enumerate(_TENS, start=2)},
    "oh": 0,
    "nought": 0,
    "nil": 0,
    "fourty": 40,
}
_UNITS: Final = {
    **dict.fromkeys(("second", "seconds", "sec", "secs"), 1.0),
    **dict.fromkeys(("minute", "minutes", "min", "mins"), MINUTE),
    **dict.fromkeys(("hour", "hours", "hr", "hrs"), HOUR),
    **dict.fromkeys(("day", "days"), DAY),
}
_ABOUT: Final = ("about", "around", "roughly", "maybe", "like", "approximately", "say")
_JOIN: Final = ("or", "to", "maybe", "perhaps")
_MORNING_HOURS: Final = (1, 2, 3, 4)
"""Of "tonight at two": before dawn."""
_FIRST_WAKING_HOUR: Final = 7
"""A twelve-hour time tomorrow is meant to fall from 7:00 to 18:59."""
_NEW_DAY_HOUR: Final = 4
"""Before four at night "tomorrow" is the morning after sleeping, on the same date."""


@dataclass(frozen=True, slots=True)
class ClockTime:
    """A clock time as it was said. Field values are those of the slots in core.events."""

    until: str
    """ "H:MM", 1 to 12 hours."""
    daypart: str | None = None
    """ "am" or "pm", where the words settled it."""
    day: str | None = None
    """ "today" or "tomorrow", where the words settled it."""

    def slots(self) -> dict[str, SlotValue]:
        """As slots of a cue."""
        known = {"until": self.until, "daypart": self.daypart, "day": self.day}
        return {name: value for name, value in known.items() if value is not None}


def read(kind: str, words: Sequence[str], at: int) -> Iterator[tuple[int, dict[str, SlotValue]]]:
    """Read a measure of core.patterns at index `at`: each end, with the slots it fills."""
    match kind:
        case "length":
            for end, seconds in read_length(words, at):
                yield end, {"length": seconds}
        case "minutes":
            for end, value in _number(words, at):
                if value >= 2:
                    yield end, {"length": value * MINUTE}
        case "clock":
            for end, clock in read_clock(words, at):
                yield end, dict(clock.slots())
        case "day":
            for end, slots in _day(words, at):
                yield end, slots
        case "number":
            for end, value in read_rating(words, at):
                yield end, {"number": value}
        case _:
            raise ValueError(f"{kind} is not a measure")


def is_number(word: str) -> bool:
    """Say whether a plain word is a number, which may well be said twice: "one one two"."""
    return word[0].isdigit() or word in _SMALL


def length_seconds(text: str) -> float | None:
    """Seconds that `text` names when it is a length and nothing else; None otherwise."""
    words = text.lower().replace("-", " ").split()
    return next((value for end, value in read_length(words, 0) if end == len(words)), None)


def clock_time(text: str) -> ClockTime | None:
    """The clock time that `text` names when it is one and nothing else; None otherwise."""
    words = text.lower().replace("-", " ").split()
    return next((value for end, value in read_clock(words, 0) if end == len(words)), None)


def seconds_until(until: str, *, daypart: str | None, day: str | None, local: datetime) -> float:
    """Seconds from the aware `local` to the next time the clock shows `until` ("H:MM").

    Without `daypart` a time up to 12:59 is meant twice a day and the next one counts; tomorrow
    it is meant in waking hours. Right across a change to or from summer time. ValueError when
    `until` is no clock time or `local` is not aware.
    """
    if local.tzinfo is None:
        raise ValueError("the local time must carry its zone")
    hour, minute = _hour_minute(until)
    if daypart is not None and hour <= 12:
        hours = [hour % 12 + (12 if daypart == "pm" else 0)]
    elif 1 <= hour <= 12:
        hours = [hour % 12, hour % 12 + 12]
        if day == "tomorrow":
            hours = [h for h in hours if _FIRST_WAKING_HOUR <= h < _FIRST_WAKING_HOUR + 12]
    else:
        hours = [hour % 24]
    after_midnight = day == "tomorrow" and local.hour < _NEW_DAY_HOUR
    first = local.date() + timedelta(days=1 if day == "tomorrow" and not after_midnight else 0)
    ahead = [
        seconds
        for offset in range(3)
        for h in hours
        for seconds in _seconds_to(first + timedelta(days=offset), time(h, minute), local)
        if seconds > 0
    ]
    return min(ahead)


def _seconds_to(on: date, at: time, local: datetime) -> Iterator[float]:
    for fold in (0, 1):  # an hour that comes twice: the earlier one, if it is still ahead
        there = datetime.combine(on, at, local.tzinfo).replace(fold=fold)
        yield there.timestamp() - local.timestamp()


def _hour_minute(until: str) -> tuple[int, int]:
    hour, _, minute = until.partition(":")
    if not (hour.isdigit() and len(minute) == 2 and minute.isdigit()):
        raise ValueError(f"{until} is not a clock time like 9:30")
    if int(hour) > 24 or int(minute) > 59:
        raise ValueError(f"{until} is not a clock time like 9:30")
    return int(hour), int(minute)


# ---- numbers --------------------------------------------------------------------------------


def _number(words: Sequence[str], at: int) -> Iterator[tuple[int, float]]:
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
    if two == ["hundred"] or two == ("hundred",):
        count = 1 if word == "a" else _SMALL.get(word, 0)
        if 1 <= count <= 9:
            hundreds, start = 100 * count, at + 2
            start += words[start : start + 1] in (["and"], ("and",))
    below = list(_below_hundred(words, start))
    yield from ((end, float(hundreds + value)) for end, value in below)
    if hundreds:
        yield at + 2, float(hundreds)


def _below_hundred(words: Sequence[str], at: int) -> Iterator[tuple[int, int]]:
    if at >= len(words) or words[at] not in _SMALL or words[at] == "oh":
        return
    value = _SMALL[words[at]]
    if value >= 20 and at + 1 < len(words):
        unit = _SMALL.get(words[at + 1], 0)
        if 1 <= unit <= 9 and words[at + 1] in _ONES:
            yield at + 2, value + unit
    yield at + 1, value


def read_rating(words: Sequence[str], at: int) -> Iterator[tuple[int, float]]:
    """A number from 0 to 10, halves allowed, "out of ten" or not; of two, the middle."""
    start = at + 1 if words[at : at + 1] in (["a"], ("a",), ["an"], ("an",)) else at
    for end, value in _number_and_half(words, start):
        if value > 10:
            continue
        joins = tuple(words[end : end + 1])
        if joins in (("or",), ("to",), ("and",), ("maybe",)):
            for far, other in _number_and_half(words, end + 1):
                if abs(other - value) <= 2 and other <= 10:
                    yield far, (value + other) / 2
        for tail in (("out", "of", "ten"), ("out", "of", "10"), ("of", "ten"), ("point",)):
            if tuple(words[end : end + len(tail)]) == tail:
                yield end + len(tail), value
        yield end, value


def _number_and_half(words: Sequence[str], at: int) -> Iterator[tuple[int, float]]:
    for end, value in _number(words, at):
        if tuple(words[end : end + 3]) == ("and", "a", "half"):
            yield end + 3, value + 0.5
        if tuple(words[end : end + 2]) == ("point", "five"):
            yield end + 2, value + 0.5
        yield end, value


# ---- lengths --------------------------------------------------------------------------------

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


def read_length(words: Sequence[str], at: int) -> Iterator[tuple[int, float]]:
    """Lengths that begin at `at`, in seconds. Of "ten or fifteen minutes" the longer."""
    while tuple(words[at : at + 1]) and words[at] in _ABOUT:
        at += 1
    for size in range(_LONGEST_FIXED, 1, -1):
        fixed = _FIXED_LENGTHS.get(tuple(words[at : at + size]))
        if fixed is not None and at + size <= len(words):
            yield from _and_more(words, at + size, fixed)
    for end, value in _number(words, at):
        yield from _counted(words, end, value)
        join = words[end : end + 1]
        skip = 1 if tuple(join) and join[0] in _JOIN else 0
        for far, other in _number(words, end + skip):
            if other > value:
                yield from _counted(words, far, other)


def _counted(words: Sequence[str], at: int, value: float) -> Iterator[tuple[int, float]]:
    """A unit after the number `value`, and what may follow it."""
    tail = tuple(words[at : at + 4])
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
        if tuple(words[whole + 1 : whole + 4]) == ("and", "a", "half"):
            yield whole + 4, (value + 0.5) * unit
        if unit == HOUR:
            yield from _and_more(words, whole + 1, value * unit)
        else:
            yield from _or_so(words, whole + 1, value * unit)


def _and_more(words: Sequence[str], at: int, seconds: float) -> Iterator[tuple[int, float]]:
    """Minutes after an hour: "an hour and twenty minutes", "an hour twenty"."""
    if seconds >= HOUR:
        start = at + 1 if tuple(words[at : at + 1]) == ("and",) else at
        for end, more in _number(words, start):
            if more < 60 and end < len(words) and _UNITS.get(words[end]) == MINUTE:
                yield end + 1, seconds + more * MINUTE
    yield from _or_so(words, at, seconds)


def _or_so(words: Sequence[str], at: int, seconds: float) -> Iterator[tuple[int, float]]:
    if tuple(words[at : at + 2]) == ("or", "so"):
        yield at + 2, seconds
    yield at, seconds


# ---- clock times ----------------------------------------------------------------------------

_DAY_WORDS: Final[dict[tuple[str, ...], tuple[str | None, str | None]]] = {
    tuple(words.split()): value
    for words, value in {
        "tomorrow": ("tomorrow", None),
        "tomorrow morning": ("tomorrow", "am"),
        "tomorrow afternoon": ("tomorrow", "pm"),
        "tomorrow evening": ("tomorrow", "pm"),
        "tomorrow night": ("tomorrow", "pm"),
        "the next morning": ("tomorrow", "am"),
        "tonight": ("today", "pm"),
        "this evening": ("today", "pm"),
        "this afternoon": ("today", "pm"),
        "this morning": ("today", "am"),
        "today": ("today", None),
        "later today": ("today", None),
        "later tonight": ("today", "pm"),
        "in the morning": (None, "am"),
        "in the afternoon": (None, "pm"),
        "in the evening": (None, "pm"),
        "at night": (None, "pm"),
        "am": (None, "am"),
        "a m": (None, "am"),
        "pm": (None, "pm"),
        "p m": (None, "pm"),
    }.items()
}


def _day_words(words: Sequence[str], at: int) -> Iterator[tuple[int, str | None, str | None]]:
    for size in (3, 2, 1):
        found = _DAY_WORDS.get(tuple(words[at : at + size]))
        if found is not None and at + size <= len(words):
            yield at + size, *found


def _day(words: Sequence[str], at: int) -> Iterator[tuple[int, dict[str, SlotValue]]]:
    for end, day, part in _day_words(words, at):
        if day is not None:
            slots: dict[str, SlotValue] = {"day": day}
            yield end, slots | ({"daypart": part} if part is not None else {})


def read_clock(words: Sequence[str], at: int) -> Iterator[tuple[int, ClockTime]]:
    """Clock times that begin at `at`, the day before or after them included."""
    for start, day, part in ((at, None, None), *_day_words(words, at)):
        begin = start
        if start > at:
            if day is None:
                continue
            if tuple(words[start : start + 1]) in (("at",), ("by",), ("around",)):
                begin = start + 1
        elif tuple(words[at : at + 1]) == ("at",):
            begin = at + 1
        for end, hour, minute, said in _hours(words, begin):
            yield from _with_day(words, end, hour, minute, day, said or part)


def _with_day(
    words: Sequence[str], at: int, hour: int, minute: int, day: str | None, part: str | None
) -> Iterator[tuple[int, ClockTime]]:
    """Read up to two day words after a clock time: "nine in the morning tomorrow"."""
    for end, later_day, later_part in _day_words(words, at):
        if (day is None or later_day is None) and (part is None or later_part in (None, part)):
            yield from _with_day(words, end, hour, minute, day or later_day, part or later_part)
    if part == "pm" and day == "today" and hour in _MORNING_HOURS:
        day, part = None, "am"
    if hour == 12 and part == "pm" and day == "today":
        day, part = None, "am"  # "tonight at twelve" is midnight
    if hour == 0 or hour > 12:
        part = "am" if hour in (0, 24) else "pm"
    yield at, ClockTime(f"{hour % 12 or 12}:{minute:02d}", part, day)


def _hours(words: Sequence[str], at: int) -> Iterator[tuple[int, int, int, str | None]]:
    """(end, hour, minute, daypart) of a clock time without its day."""
    if at >= len(words):
        return
    word = words[at]
    if word in ("noon", "midday"):
        yield at + 1, 12, 0, "pm"
    elif word == "midnight":
        yield at + 1, 12, 0, "am"
    elif word[0].isdigit() and (":" in word or "." in word):
        hour, minute = (int(part) for part in word.replace(".", ":").split(":"))
        if hour <= 24 and minute <= 59 and len(word.replace(".", ":").split(":")[1]) == 2:
            yield at + 1, hour, minute, None
    else:
        yield from _spoken_hours(words, at)
        yield from _past_and_to(words, at)


def _spoken_hours(words: Sequence[str], at: int) -> Iterator[tuple[int, int, int, str | None]]:
    for end, hour in _hour(words, at):
        if tuple(words[end : end + 1]) in (("o'clock",), ("oclock",)):
            yield end + 1, hour, 0, None
        for far, minute in _minute(words, end):
            yield far, hour, minute, None
        yield end, hour, 0, None


def _hour(words: Sequence[str], at: int) -> Iterator[tuple[int, int]]:
    for end, value in _number(words, at):
        if value == int(value) and 1 <= value <= 23 and (value <= 12 or words[at][0].isdigit()):
            yield end, int(value)


def _minute(words: Sequence[str], at: int) -> Iterator[tuple[int, int]]:
    if tuple(words[at : at + 1]) == ("oh",):
        for end, value in _below_hundred(words, at + 1):
            if 1 <= value <= 9:
                yield end, value
        return
    for end, number in _number(words, at):
        if number == int(number) and 10 <= number <= 59:
            yield end, int(number)


def _past_and_to(words: Sequence[str], at: int) -> Iterator[tuple[int, int, int, str | None]]:
    start = at + 1 if tuple(words[at : at + 1]) == ("a",) else at
    found = [(start + 1, 15)] if tuple(words[start : start + 1]) == ("quarter",) else []
    if words[at] == "half":
        found.append((at + 1, 30))
    else:
        found += [(end, int(value)) for end, value in _number(words, at) if 1 <= value <= 29]
    for end, minutes in found:
        after = end + 1 if tuple(words[end : end + 1]) in (("minutes",), ("minute",)) else end
        side = words[after] if after < len(words) else ""
        if side in ("past", "after"):
            for far, hour in _hour(words, after + 1):
                yield far, hour, minutes, None
        elif side in ("to", "of", "till", "until", "before") and minutes < 30:
            for far, hour in _hour(words, after + 1):
                yield far, (hour - 2) % 12 + 1, 60 - minutes, None
        elif minutes == 30 and words[at] == "half":
            for far, hour in _hour(words, end):
                yield far, hour, 30, None  # "half nine"
