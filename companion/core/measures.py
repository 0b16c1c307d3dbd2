"""The measures of a sentence template: what is read by rule, not from a list of words.

Decides which kinds there are, which slots each fills, and what a recogniser is told people say
there. Must not know: cues, phases, how a number or a time is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from companion.core.clocktimes import read_clock, read_day
from companion.core.durations import MINUTE, read_length, read_minutes
from companion.core.events import SlotValue
from companion.core.numbers import read_rating

MEASURES: Final = ("length", "minutes", "clock", "day", "number")
"""Names in braces."""

SAMPLES: Final[dict[str, tuple[str, ...]]] = {
    "length": (
        "twenty minutes", "ten minutes", "half an hour", "five minutes", "two minutes",
        "fifteen minutes", "thirty minutes", "an hour", "forty five minutes", "one hour",
        "a quarter of an hour", "three minutes", "twenty five minutes", "an hour and a half",
        "four minutes", "forty minutes", "six minutes", "eight minutes", "twelve minutes",
        "two hours", "fifty minutes", "sixty minutes", "thirty five minutes", "seven minutes",
        "three quarters of an hour", "a couple of minutes", "nine minutes", "half hour",
    ),
    "minutes": ("ten", "twenty", "five", "thirty", "fifteen", "forty", "two", "twelve"),
    "clock": (
        "nine o'clock", "ten o'clock", "nine", "ten", "eight", "half past nine", "seven thirty",
        "eight o'clock", "six", "seven", "quarter to ten", "ten thirty", "five o'clock", "noon",
        "tomorrow at ten", "nine in the morning", "quarter past eight", "three o'clock",
        "midnight", "eleven", "twelve", "one", "two", "three", "four", "five", "eight fifteen",
        "six forty five", "ten past four", "twenty to eleven", "tomorrow morning at nine",
    ),
    "day": ("tomorrow", "tomorrow morning", "tonight", "tomorrow evening", "later today"),
    "number": (
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
        "six and a half", "two and a half", "seven out of ten",
    ),
}  # fmt: skip


def read(kind: str, words: tuple[str, ...], at: int) -> Iterator[tuple[int, dict[str, SlotValue]]]:
    """Read a measure at index `at`: each end, with the slots it fills."""
    match kind:
        case "length":
            for end, seconds in read_length(words, at):
                yield end, {"length": seconds}
        case "minutes":
            for end, value in read_minutes(words, at):
                yield end, {"length": value * MINUTE}
        case "clock":
            for end, clock in read_clock(words, at):
                yield end, dict(clock.slots())
        case "day":
            for end, slots in read_day(words, at):
                yield end, slots
        case "number":
            for end, value in read_rating(words, at):
                yield end, {"number": value}
        case _:
            raise ValueError(f"{kind} is not a measure")
