"""Spoken clock times and days: from words to values.

"half past nine tomorrow" -> ("9:30", tomorrow). Decides what English people mean by them. Must
not know: cues, or what the time is. Readers are as in core.numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from companion.core.events import SlotValue
from companion.core.numbers import after_correction, below_hundred, read_number

_MORNING_HOURS: Final = (1, 2, 3, 4)
"""Of "tonight at two": before dawn."""
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


def read_clock(words: tuple[str, ...], at: int) -> Iterator[tuple[int, ClockTime]]:
    """Clock times that begin at `at`, the day before or after them included.

    What was corrected is not meant: "at nine, no, half past nine".
    """
    for start, day, part in ((at, None, None), *_day_words(words, at)):
        begin = start
        if start > at:
            if day is None:
                continue
            if words[start : start + 1] in (("at",), ("by",), ("around",)):
                begin = start + 1
        elif words[at : at + 1] == ("at",):
            begin = at + 1
        for end, hour, minute, said in _hours(words, begin):
            for far, time in _with_day(words, end, hour, minute, day, said or part):
                yield far, time
                meant = after_correction(words, far)
                if meant is not None:
                    yield from read_clock(words, meant)


def read_day(words: tuple[str, ...], at: int) -> Iterator[tuple[int, dict[str, SlotValue]]]:
    """A day that begins at `at`, with or without its part: each end, with the slots it fills."""
    for end, day, part in _day_words(words, at):
        if day is not None:
            slots: dict[str, SlotValue] = {"day": day}
            yield end, slots | ({"daypart": part} if part is not None else {})


def _day_words(words: tuple[str, ...], at: int) -> Iterator[tuple[int, str | None, str | None]]:
    for size in (3, 2, 1):
        found = _DAY_WORDS.get(words[at : at + size])
        if found is not None and at + size <= len(words):
            yield at + size, *found


def _with_day(
    words: tuple[str, ...], at: int, hour: int, minute: int, day: str | None, part: str | None
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


def _hours(words: tuple[str, ...], at: int) -> Iterator[tuple[int, int, int, str | None]]:
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


def _spoken_hours(words: tuple[str, ...], at: int) -> Iterator[tuple[int, int, int, str | None]]:
    for end, hour in _hour(words, at):
        if words[end : end + 1] in (("o'clock",), ("oclock",)):
            yield end + 1, hour, 0, None
        for far, minute in _minute(words, end):
            yield far, hour, minute, None
        yield end, hour, 0, None


def _hour(words: tuple[str, ...], at: int) -> Iterator[tuple[int, int]]:
    for end, value in read_number(words, at):
        if value == int(value) and 1 <= value <= 23 and (value <= 12 or words[at][0].isdigit()):
            yield end, int(value)


def _minute(words: tuple[str, ...], at: int) -> Iterator[tuple[int, int]]:
    if words[at : at + 1] == ("oh",):
        for end, value in below_hundred(words, at + 1):
            if 1 <= value <= 9:
                yield end, value
        return
    for end, number in read_number(words, at):
        if number == int(number) and 10 <= number <= 59:
            yield end, int(number)


def _past_and_to(words: tuple[str, ...], at: int) -> Iterator[tuple[int, int, int, str | None]]:
    start = at + 1 if words[at : at + 1] == ("a",) else at
    found = [(start + 1, 15)] if words[start : start + 1] == ("quarter",) else []
    if words[at] == "half":
        found.append((at + 1, 30))
    else:
        found += [(end, int(value)) for end, value in read_number(words, at) if 1 <= value <= 29]
    for end, minutes in found:
        after = end + 1 if words[end : end + 1] in (("minutes",), ("minute",)) else end
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
