"""Where in the pause we are, as one immutable value.

Decides what is remembered between two events and what is still to come. Must not know: what
leads from one phase to the next (session.py), or how anything sounds.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from enum import StrEnum

from companion.core.promise import Moment, Promise, seconds_left
from companion.core.spoken import clock_words, day_clock_words


class Phase(StrEnum):
    """Where in the pause we are."""

    IDLE = "idle"
    """Nothing is running and nothing is on disk."""
    ANSWERING = "answering"
    """Something small was asked for or offered; no promise has been made."""
    PRACTICE = "practice"
    """A practice sounds, inside a pause or without one."""
    AWAY = "away"
    """A promise stands and the time is free."""
    CALLING_BACK = "calling_back"
    """The promised time has come; somebody may answer."""
    RE_ENTRY = "re_entry"
    """Somebody answered: the first minutes back."""
    OPEN_RETURN = "open_return"
    """Nobody answered. Silent until somebody speaks, at most 24 hours."""
    SAFETY_SELF = "safety_self"
    """Path A of the brief (6.4) was spoken."""
    SAFETY_OTHER = "safety_other"
    """Path B of the brief (6.5) was spoken."""
    SAFETY_MEDICAL = "safety_medical"
    """Path C of the brief (6.6) was spoken."""


SAFETY_PHASES = (Phase.SAFETY_SELF, Phase.SAFETY_OTHER, Phase.SAFETY_MEDICAL)


class Todo(StrEnum):
    """What a deadline is for."""

    OFFER_PRACTICE = "offer_practice"
    OFFER_BREATHS = "offer_breaths"
    ANSWER_OVER = "answer_over"
    BROODING_LINE = "brooding_line"
    HALF_WAY = "half_way"
    LAST_MINUTE = "last_minute"
    CALL_BACK = "call_back"
    """Never planned: it follows from the promise itself, so that it cannot be dropped."""
    CALL_AGAIN = "call_again"
    CLOSE = "close"
    OPEN_DOORS = "open_doors"
    SENTENCE = "sentence"
    GO_QUIET = "go_quiet"
    RETURN_OVER = "return_over"


@dataclass(frozen=True, slots=True)
class Plan:
    """Something to do at a time."""

    at: float
    """Seconds of boot time."""
    todo: Todo


@dataclass(frozen=True, slots=True)
class Offered:
    """A practice that may be offered or asked for."""

    name: str
    title: str
    family: str
    seconds: float
    """How long it takes, about."""


@dataclass(frozen=True, slots=True)
class Household:
    """What the people of this room decided once. Does not change while running."""

    zone: tzinfo = UTC
    default_seconds: float = 20 * 60.0
    practices: tuple[Offered, ...] = ()
    """In the order in which they are offered."""
    emergency: str = "1 1 2"
    """Digit by digit, as spoken."""
    crisis_line: str = ""
    """Empty: not configured, or checked too long ago to be spoken."""
    abuse_line: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    """Where in the pause we are, and all that has to be remembered for it."""

    household: Household = field(default_factory=Household)
    phase: Phase = Phase.IDLE
    promise: Promise | None = None
    """On disk exactly as here."""
    plans: tuple[Plan, ...] = ()
    asked: str | None = None
    """The kind of question that is open: yes_no, length, doors."""
    offered: str | None = None
    """The practice that a yes starts."""
    practice: str | None = None
    """The practice that sounds."""
    guessed_until: float = 0.0
    """Boot time before which a length that is named is this pause's own: the promised one was
    taken for want of it."""
    changes: int = 0
    """How often another practice was wanted in this pause."""
    refused: tuple[str, ...] = ()
    """Families of practice that were turned down in this pause."""
    brooding_said: bool = False
    half_way_missed: bool = False
    """The half-way tone fell into a practice and waits for its end."""
    soft_until: float = 0.0
    """Boot time before which no soft offer is made again."""
    calls: tuple[float, ...] = ()
    """Boot times of the recent calls for a pause, for the three in two hours of brief 1.3."""
    sentences: int = 0
    """How many re-entry sentences were offered, so that the next has another shape."""


def plan(session: Session, todo: Todo, at: float) -> Session:
    """The session with one more thing to do; an earlier plan of the same kind is replaced."""
    rest = tuple(p for p in session.plans if p.todo is not todo)
    plans = tuple(sorted((*rest, Plan(at, todo)), key=lambda p: p.at))
    return replace(session, plans=plans)


def unplan(session: Session, *todos: Todo) -> Session:
    """The session without plans of these kinds."""
    return replace(session, plans=tuple(p for p in session.plans if p.todo not in todos))


def ask(session: Session, kind: str, until: float, *, offered: str | None = None) -> Session:
    """The session with a question open until a boot time; silence after it means no."""
    return plan(replace(session, asked=kind, offered=offered), Todo.ANSWER_OVER, until)


def unask(session: Session) -> Session:
    """The session with no question open."""
    return unplan(replace(session, asked=None, offered=None), Todo.ANSWER_OVER)


def rest(session: Session) -> Session:
    """Back to idle: nothing promised, nothing planned. What must outlive a pause stays."""
    return Session(
        household=session.household,
        soft_until=session.soft_until,
        calls=session.calls,
        sentences=session.sentences,
    )


def spoken_clock(session: Session, promise: Promise, moment: Moment) -> str:
    """The clock time of the return in spoken words; an appointment says its day as well."""
    zone = session.household.zone
    due = datetime.fromtimestamp(moment.wall + seconds_left(promise, moment), zone)
    if not promise.appointment:
        return clock_words(due)
    return day_clock_words(due, datetime.fromtimestamp(moment.wall, zone))
