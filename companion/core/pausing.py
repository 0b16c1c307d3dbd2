"""The moves of a pause: calling it, lengthening it, asking about it, ending it.

Each move takes (session, slots, moment) and answers (session, effects). Decides what a wish
during or before a pause does. Must not know in which phases it may be wished (session.py).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TypeAlias

from companion.core.events import (
    Effect,
    Hush,
    KeepPromise,
    ReleasePromise,
    Say,
    SayAgain,
    Slots,
    Tone,
)
from companion.core.promise import Moment, Promise, make, seconds_left
from companion.core.spoken import length_words
from companion.core.state import (
    Phase,
    Session,
    Todo,
    ask,
    plan,
    rest,
    spoken_clock,
    unask,
    unplan,
)
from companion.core.until import seconds_until

Turn: TypeAlias = tuple[Session, tuple[Effect, ...]]

MINUTE = 60.0
SHORTEST_SECONDS = 2 * MINUTE
LONGEST_PAUSE_SECONDS = 60 * MINUTE
"""Longer than this is an appointment (brief, 1.3)."""
LONGEST_SECONDS = 24 * 60 * MINUTE
OFFER_AFTER_SECONDS = 15.0
"""The first minutes matter most (brief, finding 4), so something is offered at 0:15."""
ANSWER_SECONDS = 20.0
"""Fifteen seconds to answer (brief, 6.9) and about five for the question itself."""
BROODING_AFTER_SECONDS = 6 * MINUTE
HALF_WAY_FROM_SECONDS = 10 * MINUTE
LAST_MINUTE_FROM_SECONDS = 5 * MINUTE
FREE_EXTENSIONS = 2
EXTENSION_SECONDS = 10 * MINUTE
SOFT_OFFER_REST_SECONDS = 10 * MINUTE
CALLS_WINDOW_SECONDS = 2 * 60 * MINUTE


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


def call(session: Session, slots: Slots, moment: Moment) -> Turn:
    """A pause is called for: promise it, on disk first, then say it."""
    wished = wished_seconds(session, slots, moment)
    if wished is None:
        named = slots.get("length_missed") is True
        line = "call_default_length" if named else "call"
        return _promise(session, session.household.default_seconds, line, moment)
    if wished > LONGEST_SECONDS:
        return session, (Tone(), Say("beyond_day"))
    if wished > LONGEST_PAUSE_SECONDS:
        return _promise(session, wished, "appointment", moment)
    return _promise(session, max(wished, SHORTEST_SECONDS), "call", moment)


def call_for(session: Session, slots: Slots, moment: Moment) -> Turn:
    """A pause of a named length is called for; where the length was lost, that is said."""
    return call(session, {"length_missed": True, **slots}, moment)


def _promise(session: Session, seconds: float, line: str, moment: Moment) -> Turn:
    promise = make(moment, length=seconds, appointment=line == "appointment")
    recent = tuple(c for c in session.calls if moment.boot - c < CALLS_WINDOW_SECONDS)
    fresh = replace(rest(session), phase=Phase.AWAY, calls=(*recent, moment.boot))
    fresh = with_promise(fresh, promise, moment)
    if not promise.appointment:
        fresh = plan(fresh, Todo.OFFER_PRACTICE, moment.boot + OFFER_AFTER_SECONDS)
        if seconds >= HALF_WAY_FROM_SECONDS:
            fresh = plan(fresh, Todo.BROODING_LINE, moment.boot + BROODING_AFTER_SECONDS)
    values = {"clock": spoken_clock(fresh, promise, moment)}
    if not promise.appointment:
        values["length"] = length_words(seconds)
    return fresh, (Hush(), KeepPromise(promise), Tone(), Say(line, values))


def call_again(session: Session, slots: Slots, moment: Moment) -> Turn:
    """A pause is called for while one runs: the later of two wishes holds (brief, 1.3)."""
    if session.promise is None:
        return call(session, slots, moment)
    wished = wished_seconds(session, slots, moment)
    if wished is None or wished <= seconds_left(session.promise, moment):
        return time_left(session, slots, moment)
    if wished > LONGEST_SECONDS:
        return session, (Say("beyond_day"),)
    return _move_return(session, wished, wished, moment)


def extend(session: Session, slots: Slots, moment: Moment) -> Turn:
    """More time: twice without a question, then a choice of a later time."""
    promise = session.promise
    if promise is None:
        return call(session, slots, moment)
    left = max(0.0, seconds_left(promise, moment))
    if "until" in slots:
        wished = wished_seconds(session, slots, moment) or 0.0
        more = wished - left
        if more <= 0:
            return time_left(session, slots, moment)
    else:
        more = wished_seconds(session, slots, moment) or EXTENSION_SECONDS
    if left + more > LONGEST_SECONDS:
        return session, (Say("beyond_day"),)
    if promise.extensions >= FREE_EXTENSIONS and "until" not in slots:
        asked = ask(session, "doors", moment.boot + ANSWER_SECONDS)
        return asked, (Say("extend_choice"),)
    return _move_return(session, left + more, more, moment)


def _move_return(session: Session, seconds: float, more: float, moment: Moment) -> Turn:
    """Move the return to `seconds` from now."""
    assert session.promise is not None
    old = session.promise
    promise = replace(
        make(moment, length=seconds, appointment=seconds > LONGEST_PAUSE_SECONDS),
        made=old.made,
        length=moment.boot + seconds - (old.due_boot - old.length),
        extensions=old.extensions + 1,
    )
    phase = Phase.PRACTICE if session.phase is Phase.PRACTICE else Phase.AWAY
    moved = unplan(
        unask(session),
        Todo.CALL_AGAIN,
        Todo.CLOSE,
        Todo.OPEN_DOORS,
        Todo.SENTENCE,
        Todo.GO_QUIET,
    )
    moved = with_promise(replace(moved, phase=phase), promise, moment)
    clock = spoken_clock(moved, promise, moment)
    line = (
        Say("appointment", {"clock": clock})
        if promise.appointment
        else Say("extended", {"length": length_words(more), "clock": clock})
    )
    return moved, (KeepPromise(promise), line)


def time_left(session: Session, slots: Slots, moment: Moment) -> Turn:
    """Say the minutes left and the clock time, nothing else."""
    if session.promise is None:
        return session, ()
    minutes = max(MINUTE, round(seconds_left(session.promise, moment) / MINUTE) * MINUTE)
    clock = spoken_clock(session, session.promise, moment)
    return session, (Say("time_left", {"minutes": length_words(minutes), "clock": clock}),)


def come_back_early(session: Session, slots: Slots, moment: Moment) -> Turn:
    """Somebody is back before the time: the clock runs on unless its end is asked for."""
    if session.promise is None:
        return session, ()
    if slots.get("end_clock") is True:
        clock = spoken_clock(session, session.promise, moment)
        return rest(session), (Hush(), ReleasePromise(), Say("ended_early", {"clock": clock}))
    minutes = max(MINUTE, round(seconds_left(session.promise, moment) / MINUTE) * MINUTE)
    return session, (Say("early_back", {"minutes": length_words(minutes)}),)


def stop(session: Session, slots: Slots, moment: Moment) -> Turn:
    """Silence at once. The promise stays unless dropping it was asked for."""
    if slots.get("cancel") is True:
        return cancel(session, slots, moment)
    if session.promise is None:
        return rest(session), (Hush(),)
    # What nobody asked for is left out from here on; the promised words are not.
    quiet = unplan(unask(session), Todo.OFFER_PRACTICE, Todo.OFFER_BREATHS, Todo.BROODING_LINE)
    return replace(quiet, phase=Phase.AWAY, practice=None), (Hush(),)


def cancel(session: Session, slots: Slots, moment: Moment) -> Turn:
    """Drop everything without a word; no why (brief, 1.3)."""
    if session.promise is None:
        return rest(session), (Hush(),)
    return rest(session), (Hush(), ReleasePromise())


def choose_another_time(session: Session, slots: Slots, moment: Moment) -> Turn:
    """An answer to the three choices during a pause: a time, or let it go for today."""
    match slots.get("door"):
        case "let_go":
            release = (ReleasePromise(),) if session.promise is not None else ()
            return rest(session), (Hush(), *release, Say("let_go"))
        case "later" if wished_seconds(session, slots, moment) is not None:
            return call_again(unask(session), slots, moment)
        case "later":
            asked = ask(session, "length", moment.boot + ANSWER_SECONDS)
            return asked, (Say("door_later_ask"),)
        case _:
            return come_back_early(unask(session), slots, moment)


def not_ready(session: Session, slots: Slots, moment: Moment) -> Turn:
    """Accept at once, and name three choices."""
    asked = ask(session, "doors", moment.boot + ANSWER_SECONDS)
    if session.phase is Phase.PRACTICE:
        asked = replace(asked, phase=Phase.AWAY, practice=None)
        return asked, (Hush(), Say("not_ready"))
    return asked, (Say("not_ready"),)


def again(session: Session, slots: Slots, moment: Moment) -> Turn:
    """The last sentence again, the same words, a little slower."""
    return session, (SayAgain(),)


def thanked(session: Session, slots: Slots, moment: Moment) -> Turn:
    """A soft tone is answer enough."""
    return session, (Tone(),)
