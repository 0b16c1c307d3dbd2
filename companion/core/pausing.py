"""The moves of a pause: calling it, lengthening it, asking about it, ending it.

Each move takes (session, slots, moment) and answers (session, effects). Decides what a wish
during or before a pause does. Must not know in which phases it may be wished (session.py).
"""

from __future__ import annotations

from dataclasses import replace
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
from companion.core.lengths import HALF_WAY_FROM_SECONDS, MINUTE, wished_seconds, with_promise
from companion.core.promise import Moment, make, seconds_left
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

Turn: TypeAlias = tuple[Session, tuple[Effect, ...]]

SHORTEST_SECONDS = 2 * MINUTE
LONGEST_PAUSE_SECONDS = 60 * MINUTE
"""Longer than this is an appointment (brief, 1.3)."""
LONGEST_SECONDS = 24 * 60 * MINUTE
OFFER_AFTER_SECONDS = 15.0
"""The first minutes matter most (brief, finding 4), so something is offered at 0:15."""
SAME_BREATH_SECONDS = 6.0
"""A length that is named so soon after a call belongs to it, even a shorter one: the first answer
has hardly been spoken. Later a shorter wish could be somebody else's."""
ANSWER_SECONDS = 20.0
"""Fifteen seconds to answer (brief, 6.9) and about five for the question itself."""
BROODING_AFTER_SECONDS = 6 * MINUTE
FREE_EXTENSIONS = 2
EXTENSION_SECONDS = 10 * MINUTE
SOFT_OFFER_REST_SECONDS = 10 * MINUTE
CALLS_WINDOW_SECONDS = 2 * 60 * MINUTE


def call(session: Session, slots: Slots, moment: Moment) -> Turn:
    """A pause is called for: promise it, on disk first, then say it."""
    wished = wished_seconds(session, slots, moment)
    if wished is None:
        return _guess(session, slots.get("length_missed") is True, moment)
    if wished > LONGEST_SECONDS:
        return session, (Tone(), Say("beyond_day"))
    if wished > LONGEST_PAUSE_SECONDS:
        return _promise(session, wished, "appointment", moment)
    return _promise(session, max(wished, SHORTEST_SECONDS), "call", moment)


def call_for(session: Session, slots: Slots, moment: Moment) -> Turn:
    """A pause of a named length is called for; where the length was lost, it is asked for."""
    return call(session, {"length_missed": True, **slots}, moment)


def _guess(session: Session, missed: bool, moment: Moment) -> Turn:
    """Promise the household's length, and for a while take any other that is named instead."""
    line = "call_asking" if missed else "call"
    session, effects = _promise(session, session.household.default_seconds, line, moment)
    over = moment.boot + (ANSWER_SECONDS if missed else SAME_BREATH_SECONDS)
    session = replace(session, guessed_until=over)
    if missed:
        session = plan(session, Todo.OFFER_PRACTICE, over + OFFER_AFTER_SECONDS)
        session = ask(session, "length", over)
    return session, effects


def keep_guess(session: Session, moment: Moment) -> Turn:
    """No length was named when it was asked for: say which one holds."""
    assert session.promise is not None
    told = replace(unask(session), guessed_until=0.0)
    values = {
        "length": length_words(session.promise.length),
        "clock": spoken_clock(session, session.promise, moment),
    }
    return told, (Say("call_default_length", values),)


def _name_length(session: Session, seconds: float, moment: Moment) -> Turn:
    """The length of this pause, named after it began: it counts from the beginning."""
    assert session.promise is not None
    old = session.promise
    appointment = seconds > LONGEST_PAUSE_SECONDS
    promise = make(old.made, length=max(seconds, SHORTEST_SECONDS), appointment=appointment)
    named = with_promise(replace(unask(session), guessed_until=0.0), promise, moment)
    clock = spoken_clock(named, promise, moment)
    line = (
        Say("appointment", {"clock": clock})
        if appointment
        else Say("length_named", {"length": length_words(promise.length), "clock": clock})
    )
    return named, (Hush(), KeepPromise(promise), line)


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
    if moment.boot < session.guessed_until:
        if wished is not None and wished <= LONGEST_SECONDS:
            since = moment.boot - session.promise.made.boot if "until" in slots else 0.0
            return _name_length(session, wished + since, moment)
        if session.asked == "length":
            return keep_guess(session, moment)
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
