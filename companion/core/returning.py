"""The moves of the return: calling back, being answered, being left alone.

Each move takes (session, slots, moment) or (session, moment) and answers (session, effects).
Decides what happens from the promised time on. Must not know in which phases (session.py).
"""

from __future__ import annotations

from dataclasses import replace

from companion.core.events import (
    Effect,
    Hush,
    KeepPromise,
    ReleasePromise,
    Say,
    Slots,
    Tone,
)
from companion.core.lengths import MINUTE, wished_seconds, with_promise
from companion.core.pausing import (
    ANSWER_SECONDS,
    Turn,
    call,
)
from companion.core.promise import (
    CALL_BACK_WINDOW_SECONDS,
    OPEN_RETURN_SECONDS,
    Judgement,
    Moment,
    Promise,
    anchored,
    judge,
)
from companion.core.state import Phase, Session, Todo, ask, plan, rest, unask

CALL_AGAIN_SECONDS = 2 * MINUTE
CLOSE_SECONDS = CALL_BACK_WINDOW_SECONDS
DOORS_AFTER_SECONDS = 30.0
"""Arriving comes first: feet, a long breath out, nobody speaks (brief, 1.5)."""
DOORS_ANSWER_SECONDS = 25.0
"""Fifteen seconds to answer after about ten for naming three doors."""
QUIET_AFTER_SECONDS = 3 * MINUTE
"""The first three minutes are where repair works best, and then it is theirs (finding 9)."""
CALLS_BEFORE_OTHER_DAY = 3
"""After so many calls within two hours the door "now" is not offered (brief, 1.3)."""
SENTENCE_SHAPES = ("reentry_own", "reentry_listen", "reentry_open")
CALL_BACK_LINES = ("call_back", "call_back_late", "appointment_reminder", "clock_unsure")
"""Once one of these has sounded to its end, the promise counts as called back."""


def call_back(session: Session, moment: Moment, *, late: bool = False) -> Turn:
    """The promised time has come: two tones and a sentence, over whatever sounded."""
    promise = session.promise
    assert promise is not None
    called = replace(rest(session), phase=Phase.CALLING_BACK, promise=promise)
    called = plan(called, Todo.CLOSE, moment.boot + CLOSE_SECONDS)
    if promise.appointment:
        return called, (Hush(), Tone(), Say("appointment_reminder"))
    called = plan(called, Todo.CALL_AGAIN, moment.boot + CALL_AGAIN_SECONDS)
    return called, (Hush(), Tone(2), Say("call_back_late" if late else "call_back"))


def called_to_the_end(session: Session, line: str) -> Turn:
    """The call back has sounded: note it on disk, so that no restart speaks it again."""
    if line not in CALL_BACK_LINES or session.promise is None or session.promise.called:
        return session, ()
    promise = replace(session.promise, called=True)
    return replace(session, promise=promise), (KeepPromise(promise),)


def call_once_more(session: Session, moment: Moment) -> Turn:
    """Nobody answered for two minutes: once more, and never again."""
    return session, (Tone(), Say("call_back_again"))


def close(session: Session, moment: Moment) -> Turn:
    """Nobody answered for five minutes: say how to come back, then silence for good."""
    promise = session.promise
    assert promise is not None
    spoken: tuple[Effect, ...] = () if promise.appointment else (Say("closing"),)
    return _open(session, promise, moment), spoken


def hush_return(session: Session, slots: Slots, moment: Moment) -> Turn:
    """Stop during the call back: silent from here, and still open for who comes later."""
    if session.promise is None or slots.get("cancel") is True:
        release = (ReleasePromise(),) if session.promise is not None else ()
        return rest(session), (Hush(), *release)
    promise = replace(session.promise, called=True)
    return _open(session, promise, moment), (Hush(), KeepPromise(promise))


def _open(session: Session, promise: Promise, moment: Moment) -> Session:
    opened = replace(rest(session), phase=Phase.OPEN_RETURN, promise=promise)
    over = max(promise.due_boot + OPEN_RETURN_SECONDS, moment.boot)
    return plan(opened, Todo.RETURN_OVER, over)


def return_over(session: Session, moment: Moment) -> Turn:
    """A day has passed: nobody waits any more."""
    return rest(session), (ReleasePromise(),)


def welcome(session: Session, slots: Slots, moment: Moment) -> Turn:
    """Somebody is back: the promise is kept; arrive, then the doors, then one sentence."""
    back = replace(rest(session), phase=Phase.RE_ENTRY)
    back = plan(back, Todo.OPEN_DOORS, moment.boot + DOORS_AFTER_SECONDS)
    back = plan(back, Todo.GO_QUIET, moment.boot + QUIET_AFTER_SECONDS)
    return back, (Hush(), ReleasePromise(), Say("welcome"))


def open_doors(session: Session, moment: Moment) -> Turn:
    """Three equal doors; after three pauses in two hours the talk itself needs another day."""
    asked = ask(session, "doors", moment.boot + DOORS_ANSWER_SECONDS)
    asked = plan(asked, Todo.SENTENCE, moment.boot + DOORS_ANSWER_SECONDS)
    many = len(session.calls) >= CALLS_BEFORE_OTHER_DAY
    return asked, (Say("extend_choice" if many else "doors"),)


def sentence(session: Session, moment: Moment) -> Turn:
    """One sentence to begin again with, spoken once."""
    shape = SENTENCE_SHAPES[session.sentences % len(SENTENCE_SHAPES)]
    told = replace(unask(session), sentences=session.sentences + 1)
    told = replace(told, plans=tuple(p for p in told.plans if p.todo is not Todo.SENTENCE))
    return told, (Say("reentry_intro"), Say(shape))


def begin_now(session: Session, slots: Slots, moment: Moment) -> Turn:
    """Ready, said again during the re-entry: what was still to come, comes now."""
    arriving = any(p.todo is Todo.OPEN_DOORS for p in session.plans)
    if arriving:
        opened = replace(
            session, plans=tuple(p for p in session.plans if p.todo is not Todo.OPEN_DOORS)
        )
        return open_doors(opened, moment)
    if session.asked == "doors":
        return sentence(session, moment)
    return session, ()


def choose_door(session: Session, slots: Slots, moment: Moment) -> Turn:
    """An answer to the three doors: now, a time within a day, or let it go for today."""
    release: tuple[Effect, ...] = (ReleasePromise(),) if session.promise is not None else ()
    match slots.get("door"):
        case "let_go":
            return rest(session), (Hush(), *release, Say("let_go"))
        case "later" if wished_seconds(session, slots, moment) is not None:
            return call(session, slots, moment)
        case "later":
            asked = ask(session, "length", moment.boot + ANSWER_SECONDS)
            asked = replace(
                asked, plans=tuple(p for p in asked.plans if p.todo is not Todo.SENTENCE)
            )
            return asked, (Say("door_later_ask"),)
        case _ if session.phase is Phase.RE_ENTRY:
            return sentence(session, moment)
        case _:
            return welcome(session, slots, moment)


def another_sentence(session: Session, slots: Slots, moment: Moment) -> Turn:
    """Help with a first sentence, or another than the last."""
    told, effects = sentence(session, moment)
    if told.phase is Phase.PRACTICE:
        away = replace(told, phase=Phase.AWAY, practice=None)
        told = away if told.promise is not None else replace(rest(told), phase=Phase.IDLE)
    if told.phase is Phase.IDLE:
        # "Repeat" must mean something for a while after the sentence.
        told = replace(told, phase=Phase.ANSWERING)
        told = plan(told, Todo.ANSWER_OVER, moment.boot + MINUTE)
    return told, (Hush(), *effects)


def sentence_back(session: Session, slots: Slots, moment: Moment) -> Turn:
    """Somebody is back and asks for a first sentence: that, without arriving and doors."""
    back = replace(rest(session), phase=Phase.RE_ENTRY)
    back = plan(back, Todo.GO_QUIET, moment.boot + QUIET_AFTER_SECONDS)
    told, effects = sentence(back, moment)
    return told, (Hush(), ReleasePromise(), *effects)


def not_met(session: Session, slots: Slots, moment: Moment) -> Turn:
    """One short neutral answer, not again for ten minutes; no verdict on anyone (brief, 4.5)."""
    if moment.boot < session.soft_until:
        return session, ()
    return replace(session, soft_until=moment.boot + 10 * MINUTE), (Say("not_met_soft"),)


def go_quiet(session: Session, moment: Moment) -> Turn:
    """Three minutes after somebody came back the talk is theirs."""
    return rest(session), ()


def restore(session: Session, promise: Promise | None, moment: Moment) -> Turn:
    """The program has started: take up the promise that was found, in the right place.

    Due later: kept, silent until then. Came due less than five minutes ago and not yet spoken:
    called back now, kindly. Longer ago: open, silent. Cannot be told: said once, gently.
    """
    if promise is None:
        return rest(session), ()
    here = anchored(promise, moment)
    moved: tuple[Effect, ...] = (KeepPromise(here),) if here != promise else ()
    held = replace(rest(session), promise=here)
    match judge(promise, moment):
        case Judgement.AHEAD:
            away = with_promise(replace(held, phase=Phase.AWAY), here, moment)
            return away, moved
        case Judgement.JUST_DUE if not promise.called:
            called, effects = call_back(held, moment, late=True)
            return called, (*moved, *effects)
        case Judgement.JUST_DUE | Judgement.LONG_DUE:
            return _open(held, here, moment), moved
        case Judgement.OVER:
            return rest(session), (ReleasePromise(),)
        case Judgement.UNSURE:
            # Anchoring would need a clock that is set: count the silent day from now instead.
            waiting = replace(promise, due_boot=moment.boot, boot_id=moment.boot_id)
            opened = _open(replace(held, promise=waiting), waiting, moment)
            said: tuple[Effect, ...] = () if promise.called else (Say("clock_unsure"),)
            return opened, (KeepPromise(waiting), *said)
