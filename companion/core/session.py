"""The transition table: what each cue and each deadline does in each phase.

Rule 1: every change of phase starts in this file; the moves it names are in pausing.py,
practising.py, returning.py and safety.py, and nothing else calls them.
Rule 2: a cell that holds ____ changes nothing and says nothing. Everyday words act only inside
a pause, so most of the first column is empty.
Rule 3: effects are ordered. A promise is kept on disk before the sentence that makes it, and
released only after the call back, or when somebody drops it.
Rule 4: time is an argument. `next_deadline` says when to ask again; nothing here waits.

The call back is no plan that could be dropped: it follows from the promise itself, in the two
phases that hold one ahead of its time (practice and away).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final, TypeAlias, assert_never

from companion.core import pausing as p
from companion.core import practising as g
from companion.core import returning as r
from companion.core import safety as s
from companion.core.events import (
    CueHeard,
    DeadlineReached,
    Effect,
    Event,
    Failed,
    Performed,
    Restored,
    Said,
    Slots,
)
from companion.core.pausing import Turn
from companion.core.promise import Moment
from companion.core.state import (
    SAFETY_PHASES,
    Household,
    Phase,
    Plan,
    Session,
    Todo,
    rest,
    unask,
)

__all__ = [
    "CUE_TABLE",
    "DEADLINE_TABLE",
    "Household",
    "Phase",
    "Session",
    "advance",
    "next_deadline",
]

CueMove: TypeAlias = Callable[[Session, Slots, Moment], Turn]
TimeMove: TypeAlias = Callable[[Session, Moment], Turn]


def _answer_over(session: Session, moment: Moment) -> Turn:
    """Silence after a question is a no, and it is not asked again."""
    if session.asked == "length" and session.guessed_until:
        return p.keep_guess(session, moment)
    return (rest(session) if session.phase is Phase.ANSWERING else unask(session)), ()


____: Final = None

COLUMNS: Final = (
    Phase.IDLE,
    Phase.ANSWERING,
    Phase.PRACTICE,
    Phase.AWAY,
    Phase.CALLING_BACK,
    Phase.RE_ENTRY,
    Phase.OPEN_RETURN,
)
"""The columns of both tables. The safety phases have a table of their own below."""

# fmt: off
CUE_TABLE: Final[dict[str, tuple[CueMove | None, ...]]] = {
    # intent                idle                answering           practice            away                   calling_back        re_entry            open_return
    "ask_pause":            (p.call,            p.call,             p.call_again,       p.call_again,          p.call,             p.call,             p.call),
    "ask_pause_duration":   (p.call_for,        p.call_for,         p.call_again,       p.call_again,          p.call_for,         p.call_for,         p.call_for),
    "overwhelm":            (g.overwhelmed,     g.overwhelmed,      g.overwhelmed,      g.overwhelmed,         g.overwhelmed,      g.overwhelmed,      g.overwhelmed),
    "slow_down":            (g.slow_down,       g.slow_down,        g.slow_down,        g.slow_down,           g.slow_down,        g.slow_down,        g.slow_down),
    "breathing":            (g.breathe,         g.breathe,          g.breathe,          g.breathe,             g.breathe_back,     g.breathe_back,     g.breathe_back),
    "grounding":            (g.ground,          g.ground,           g.ground,           g.ground,              g.ground_back,      g.ground_back,      g.ground_back),
    "more_time":            (____,              ____,               p.extend,           p.extend,              p.extend,           p.extend,           p.extend),
    "how_long_left":        (____,              ____,               p.time_left,        p.time_left,           ____,               ____,               ____),
    "ready_back":           (____,              p.stop,             p.come_back_early,  p.come_back_early,     r.welcome,          r.begin_now,        r.welcome),
    "not_ready":            (____,              p.stop,             p.not_ready,        p.not_ready,           p.not_ready,        p.not_ready,        p.not_ready),
    "repeat":               (____,              p.again,            p.again,            p.again,               p.again,            p.again,            p.again),
    "something_else":       (____,              g.something_else,   g.something_else,   g.something_else,      ____,               r.another_sentence, ____),
    "voice_quieter_slower": (____,              g.change_manner,    g.change_manner,    g.change_manner,       g.change_manner,    g.change_manner,    g.change_manner),
    "stop":                 (____,              p.stop,             p.stop,             p.stop,                r.hush_return,      p.stop,             r.hush_return),
    "thank_you":            (____,              p.thanked,          g.enough,           p.thanked,             p.thanked,          p.thanked,          ____),
    "not_met":              (r.not_met,         r.not_met,          r.not_met,          r.not_met,             r.not_met,          r.not_met,          r.not_met),
    "rehearse":             (r.another_sentence, r.another_sentence, r.another_sentence, r.another_sentence,    r.sentence_back,    r.another_sentence, r.sentence_back),
    "state_choice":         (____,              g.for_state,        g.for_state,        g.for_state,           ____,               ____,               ____),
    "yes_no":               (____,              g.answer,           g.answer,           g.answer,              g.answer,           g.answer,           ____),
    "door":                 (____,              ____,               p.choose_another_time, p.choose_another_time, r.choose_door,   r.choose_door,      r.choose_door),
    "dizzy":                (____,              g.dizzy,            g.dizzy,            g.dizzy,               ____,               ____,               ____),
    "unsafe_self":          (s.path_self,       s.path_self,        s.path_self,        s.path_self,           s.path_self,        s.path_self,        s.path_self),
    "unsafe_other":         (s.path_other,      s.path_other,       s.path_other,       s.path_other,          s.path_other,       s.path_other,       s.path_other),
    "unsafe_medical":       (s.path_medical,    s.path_medical,     s.path_medical,     s.path_medical,        s.path_medical,     s.path_medical,     s.path_medical),
}

SAFETY_TABLE: Final[dict[str, CueMove]] = {
    # In the two minutes after a safety line only these act.
    "repeat":         p.again,
    "stop":           p.cancel,
    "thank_you":      p.thanked,
    "unsafe_self":    s.path_self,
    "unsafe_other":   s.path_other,
    "unsafe_medical": s.path_medical,
}

DEADLINE_TABLE: Final[dict[Todo, tuple[TimeMove | None, ...]]] = {
    # what is due           idle      answering        practice         away             calling_back      re_entry         open_return
    Todo.OFFER_PRACTICE:    (____,    ____,            ____,            g.offer,         ____,             ____,            ____),
    Todo.OFFER_BREATHS:     (____,    g.offer_breaths, ____,            g.offer_breaths, g.offer_breaths,  g.offer_breaths, ____),
    Todo.ANSWER_OVER:       (____,    _answer_over,    _answer_over,    _answer_over,    _answer_over,     _answer_over,    _answer_over),
    Todo.BROODING_LINE:     (____,    ____,            g.brooding,      g.brooding,      ____,             ____,            ____),
    Todo.HALF_WAY:          (____,    ____,            g.half_way,      g.half_way,      ____,             ____,            ____),
    Todo.LAST_MINUTE:       (____,    ____,            g.last_minute,   g.last_minute,   ____,             ____,            ____),
    Todo.CALL_BACK:         (____,    ____,            r.call_back,     r.call_back,     ____,             ____,            ____),
    Todo.CALL_AGAIN:        (____,    ____,            ____,            ____,            r.call_once_more, ____,            ____),
    Todo.CLOSE:             (____,    ____,            ____,            ____,            r.close,          ____,            ____),
    Todo.OPEN_DOORS:        (____,    ____,            ____,            ____,            ____,             r.open_doors,    ____),
    Todo.SENTENCE:          (____,    ____,            ____,            ____,            ____,             r.sentence,      ____),
    Todo.GO_QUIET:          (____,    ____,            ____,            ____,            ____,             r.go_quiet,      ____),
    Todo.RETURN_OVER:       (____,    ____,            ____,            ____,            ____,             ____,            r.return_over),
}
# fmt: on


def next_deadline(session: Session) -> float | None:
    """Boot time, in seconds, at which something is due; None where nothing is."""
    due = [plan.at for plan in _all_plans(session)]
    return min(due) if due else None


def advance(session: Session, event: Event, moment: Moment) -> Turn:
    """The session after `event`, and what is to be done, in order.

    An event that the phase does not know changes nothing and says nothing.
    """
    match event:
        case Restored(promise):
            return r.restore(session, promise, moment)
        case CueHeard(intent, slots):
            return _cue(session, intent, slots, moment)
        case DeadlineReached():
            return _deadlines(session, moment)
        case Said(line):
            return r.called_to_the_end(session, line)
        case Performed(script):
            if session.phase is Phase.PRACTICE and session.practice == script:
                return g.performed(session, moment)
            return session, ()
        case Failed():
            return session, ()
        case _:
            assert_never(event)


def _all_plans(session: Session) -> tuple[Plan, ...]:
    if session.promise is not None and session.phase in (Phase.PRACTICE, Phase.AWAY):
        return (*session.plans, Plan(session.promise.due_boot, Todo.CALL_BACK))
    return session.plans


def _cue(session: Session, intent: str, slots: Slots, moment: Moment) -> Turn:
    move: CueMove | None
    if session.phase in SAFETY_PHASES:
        move = SAFETY_TABLE.get(intent)
    else:
        row = CUE_TABLE.get(intent)
        move = row[COLUMNS.index(session.phase)] if row is not None else None
    return (session, ()) if move is None else move(session, slots, moment)


def _deadlines(session: Session, moment: Moment) -> Turn:
    """Do everything that is due, earliest first; what a move drops is not done."""
    effects: tuple[Effect, ...] = ()
    while True:
        due = [plan for plan in _all_plans(session) if plan.at <= moment.boot]
        if not due:
            return session, effects
        first = min(due, key=lambda plan: plan.at)
        session = replace(session, plans=tuple(x for x in session.plans if x != first))
        session, more = _due(session, first.todo, moment)
        effects += more


def _due(session: Session, todo: Todo, moment: Moment) -> Turn:
    if session.phase in SAFETY_PHASES:
        return r.go_quiet(session, moment)
    move = DEADLINE_TABLE[todo][COLUMNS.index(session.phase)]
    return (session, ()) if move is None else move(session, moment)
