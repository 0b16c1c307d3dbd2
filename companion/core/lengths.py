"""How long a pause was wished for, and what is said on the way to its return.

Decides how what somebody named becomes seconds, and when half of a pause and its last minute are
told. Must not know which wish a pause began with, or what else is planned in it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from companion.core.events import Slots
from companion.core.promise import Moment, Promise
from companion.core.state import Session, Todo, plan, unplan
from companion.core.until import seconds_until

MINUTE = 60.0
HALF_WAY_FROM_SECONDS = 10 * MINUTE
LAST_MINUTE_FROM_SECONDS = 5 * MINUTE


def wished_seconds(session: Session, slots: Slots, moment: Moment) -> float | None:
    """The length that was wished for, in seconds, or None where none was understood."""
    length = slots.get("length")
    if isinstance(length, float | int) and not isinstance(length, bool):
        return float(length)
    until = slots.get("until")
    if isinstance(until, str):
        daypart, day = slots.get("daypart"), slots.get("day")
        return seconds_until(
            until,
            daypart=daypart if isinstance(daypart, str) else None,
            day=day if isinstance(day, str) else None,
            local=datetime.fromtimestamp(moment.wall, session.household.zone),
        )
    return None


def with_promise(session: Session, promise: Promise, moment: Moment) -> Session:
    """The session with the promise, and with what is said on the way to its return."""
    session = unplan(
        replace(session, promise=promise), Todo.HALF_WAY, Todo.LAST_MINUTE, Todo.RETURN_OVER
    )
    if promise.appointment:
        return session
    due = promise.due_boot
    if promise.length >= HALF_WAY_FROM_SECONDS:
        half = due - promise.length / 2
        if half > moment.boot:
            session = plan(session, Todo.HALF_WAY, half)
    if promise.length >= LAST_MINUTE_FROM_SECONDS and due - MINUTE > moment.boot:
        session = plan(session, Todo.LAST_MINUTE, due - MINUTE)
    return session
