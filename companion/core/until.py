"""How far off the next time is when the clock shows what was said.

Decides which of the two times a day, and which day, is meant. Must not know: words, cues, or what
the time is; the moment is passed in.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Final

_FIRST_WAKING_HOUR: Final = 7
"""A twelve-hour time tomorrow is meant to fall from 7:00 to 18:59."""
_NEW_DAY_HOUR: Final = 4
"""Before four at night "tomorrow" is the morning after sleeping, on the same date."""


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
