"""Lengths and clock times in the words a voice says them with.

Decides wording only: short, plain, and the same words every time, so that a tired person needs
no thought. Must not know what they are said for.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from companion.core.numbers import ONES, TENS

_WEEKDAYS: Final = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_NEW_DAY_HOUR: Final = 4
"""Until four at night it is still the evening before, for somebody who has not slept."""


def number_words(value: int) -> str:
    """0 to 59 in words: 42 -> "forty-two". Beyond that, digits."""
    if not 0 <= value <= 59:
        return str(value)
    if value < 20:
        return ONES[value]
    tens, ones = TENS[value // 10 - 2], value % 10
    return f"{tens}-{ONES[ones]}" if ones else tens


def length_words(seconds: float) -> str:
    """A length as people say it: "twenty minutes", "half an hour", "an hour and a half".

    Below a minute in seconds, from there on to the nearest minute. Negative counts as zero.
    """
    if seconds < 59.5:
        return _counted(max(0, round(seconds)), "second")
    minutes = int(seconds / 60 + 0.5)
    if minutes < 60:
        return "half an hour" if minutes == 30 else _counted(minutes, "minute")
    hours, rest = divmod(minutes, 60)
    if rest == 0:
        return "an hour" if hours == 1 else _counted(hours, "hour")
    if rest == 30:
        return "an hour and a half" if hours == 1 else f"{number_words(hours)} and a half hours"
    whole = "an hour" if hours == 1 else _counted(hours, "hour")
    return f"{whole} and {_counted(rest, 'minute')}"


def _counted(count: int, unit: str) -> str:
    return f"{number_words(count)} {unit}{'' if count == 1 else 's'}"


def clock_words(local: datetime) -> str:
    """A clock time to the nearest minute: "nine o'clock", "ten forty", "nine oh five"."""
    shown = local + timedelta(seconds=30)
    if shown.minute == 0 and shown.hour in (0, 12):
        return "noon" if shown.hour else "midnight"
    hour = number_words(shown.hour % 12 or 12)
    if shown.minute == 0:
        return f"{hour} o'clock"
    oh = "oh " if shown.minute < 10 else ""
    return f"{hour} {oh}{number_words(shown.minute)}"


def day_clock_words(local_due: datetime, local_now: datetime) -> str:
    """A clock time with its day where that is not today: "tomorrow at ten o'clock".

    Tomorrow's times after noon carry their part of the day; "ten o'clock" alone is the morning.
    """
    shown = local_due + timedelta(seconds=30)
    clock = clock_words(local_due)
    days = (shown.date() - local_now.date()).days
    soon = shown.hour < _NEW_DAY_HOUR and shown - local_now < timedelta(hours=12)
    if days <= 0 or (days == 1 and soon):
        return clock
    part = ""
    if shown.hour >= 12 and clock != "noon":
        part = " in the evening" if shown.hour >= 18 else " in the afternoon"
    day = "tomorrow" if days == 1 else f"on {_WEEKDAYS[shown.weekday()]}"
    return f"{day} at {clock}{part}"
