"""The three safety paths of the brief, 6.3 to 6.7: short, fixed, and everything else stops.

Decides what is spoken when somebody says that they want to die, that they are not safe, or that
they are ill. Must not know how sure the hearing was: that was decided before.

A promise is released on all three: a call back in the middle of an emergency helps nobody, and
on path B it could harm (brief, 6.2).
"""

from __future__ import annotations

from dataclasses import replace

from companion.core.events import Effect, Hush, ReleasePromise, Say, Slots
from companion.core.pausing import Turn
from companion.core.promise import Moment
from companion.core.state import Phase, Session, Todo, plan, rest

QUIET_SECONDS = 120.0
"""How long "say that again" still repeats the safety line; then idle."""


def path_self(session: Session, slots: Slots, moment: Moment) -> Turn:
    """Path A: an acknowledgement, a person to reach, a number, the limit of a box."""
    house = session.household
    if house.crisis_line:
        line = Say("safety_self", {"crisis_line": house.crisis_line, "emergency": house.emergency})
    else:
        line = Say("safety_self_no_line", {"emergency": house.emergency})
    return _path(session, Phase.SAFETY_SELF, line, moment)


def path_other(session: Session, slots: Slots, moment: Moment) -> Turn:
    """Path B: a neutral line that gives away nothing of what was understood."""
    house = session.household
    line = Say("safety_other", {"emergency": house.emergency})
    if slots.get("who") is True:
        # The special number is spoken only when asked for (brief, 6.5).
        line = (
            Say("who_to_call", {"abuse_line": house.abuse_line, "emergency": house.emergency})
            if house.abuse_line
            else Say("who_to_call_no_line", {"emergency": house.emergency})
        )
    return _path(session, Phase.SAFETY_OTHER, line, moment)


def path_medical(session: Session, slots: Slots, moment: Moment) -> Turn:
    """Path C: guidance off, the emergency number once."""
    line = Say("safety_medical", {"emergency": session.household.emergency})
    return _path(session, Phase.SAFETY_MEDICAL, line, moment)


def _path(session: Session, phase: Phase, line: Say, moment: Moment) -> Turn:
    release: tuple[Effect, ...] = (ReleasePromise(),) if session.promise is not None else ()
    quiet = plan(replace(rest(session), phase=phase), Todo.GO_QUIET, moment.boot + QUIET_SECONDS)
    return quiet, (Hush(), *release, line)
