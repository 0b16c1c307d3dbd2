"""The moves around practices: offering one, guiding it, changing it, and the soft offers.

Each move takes (session, slots, moment) and answers (session, effects). Decides which practice
comes when. Must not know what a practice says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

from companion.core.events import (
    ChangeManner,
    Effect,
    Hush,
    Perform,
    ReleasePromise,
    Say,
    Slots,
    Tone,
)
from companion.core.pausing import (
    ANSWER_SECONDS,
    OFFER_AFTER_SECONDS,
    SOFT_OFFER_REST_SECONDS,
    Turn,
)
from companion.core.promise import Moment, seconds_left
from companion.core.state import (
    Offered,
    Phase,
    Session,
    Todo,
    ask,
    plan,
    rest,
    unask,
    unplan,
)

CueMove: TypeAlias = Callable[[Session, Slots, Moment], Turn]

CHANGES_BEFORE_QUIET = 2
"""After two changes of practice quiet is offered, and left there (brief, 3.2)."""
BREATH = "breath"
QUIET = "quiet"
GUARD_SECONDS = 5.0
"""A practice ends at least this long before the call back."""
HALF_WAY_SHIFT_SECONDS = 90.0
"""The half-way tone waits at most this long for the end of a practice (brief, 1.4)."""


def fitting(
    session: Session, moment: Moment, *, families: tuple[str, ...] = ()
) -> tuple[Offered, ...]:
    """Practices that end before the call back, in the household's order, of these families."""
    left = seconds_left(session.promise, moment) if session.promise else float("inf")
    return tuple(
        p
        for p in session.household.practices
        if p.seconds + GUARD_SECONDS <= left
        and p.family not in session.refused
        and (not families or p.family in families)
    )


def begin(session: Session, practice: str) -> Turn:
    """Guide this practice now; whatever sounded ends."""
    started = unplan(unask(session), Todo.OFFER_PRACTICE, Todo.OFFER_BREATHS)
    started = replace(started, phase=Phase.PRACTICE, practice=practice)
    return started, (Hush(), Perform(practice))


def _named(session: Session, slots: Slots, moment: Moment) -> str | None:
    """The practice that was asked for by name, or its longest form that still fits."""
    wanted = slots.get("practice")
    known = {p.name for p in session.household.practices}
    if not isinstance(wanted, str) or wanted not in known:
        return None
    fits = {p.name for p in fitting(replace(session, refused=()), moment)}
    return wanted if wanted in fits else None


def breathe(session: Session, slots: Slots, moment: Moment) -> Turn:
    """Breathing is asked for: what was named, else the longest form that fits."""
    wanted = _named(session, slots, moment)
    if wanted is None:
        wishing = replace(session, refused=())
        fits = fitting(wishing, moment, families=(BREATH,))
        if not fits:
            return session, (Tone(),)
        # Without a promise somebody stands in the middle of a talk: the short form serves.
        by_length = sorted(fits, key=lambda p: p.seconds)
        middle = by_length[min(1, len(by_length) - 1)]
        wanted = (by_length[-1] if session.promise else middle).name
    return begin(session, wanted)


def ground(session: Session, slots: Slots, moment: Moment) -> Turn:
    """Grounding is asked for: what was named, else the first that suits any state."""
    wanted = _named(session, slots, moment)
    if wanted is None:
        fits = [p for p in fitting(session, moment) if p.family not in (BREATH, QUIET)]
        if not fits:
            return session, (Tone(),)
        wanted = fits[0].name
    return begin(session, wanted)


def breathe_back(session: Session, slots: Slots, moment: Moment) -> Turn:
    """Breathing at the return: whoever asks is here, so the promise is kept."""
    return _answered(session, breathe, slots, moment)


def ground_back(session: Session, slots: Slots, moment: Moment) -> Turn:
    """Grounding at the return: whoever asks is here, so the promise is kept."""
    return _answered(session, ground, slots, moment)


def _answered(session: Session, move: CueMove, slots: Slots, moment: Moment) -> Turn:
    release: tuple[Effect, ...] = (ReleasePromise(),) if session.promise is not None else ()
    begun, effects = move(rest(session), slots, moment)
    return begun, (*release, *effects)


def for_state(session: Session, slots: Slots, moment: Moment) -> Turn:
    """The person named their own state: wound up wants the body, shut down wants the senses."""
    order = ("body", "senses") if slots.get("state") == "wound_up" else ("senses", "body")
    for family in order:
        fits = fitting(session, moment, families=(family,))
        if fits:
            return begin(session, fits[0].name)
    return session, (Tone(),)


def offer(session: Session, moment: Moment) -> Turn:
    """Name one practice, or quiet."""
    fits = [p for p in fitting(session, moment) if p.family != QUIET]
    if not fits:
        return session, ()
    asked = ask(session, "yes_no", moment.boot + ANSWER_SECONDS, offered=fits[0].name)
    return asked, (Say("practice_offer", {"practice": fits[0].title}),)


def answer(session: Session, slots: Slots, moment: Moment) -> Turn:
    """Yes starts what was offered; anything else, and silence, is a no."""
    offered = session.offered
    if slots.get("answer") == "yes" and offered is not None:
        return begin(session, offered)
    return (rest(session) if session.phase is Phase.ANSWERING else unask(session)), ()


def something_else(session: Session, slots: Slots, moment: Moment) -> Turn:
    """Another family; after two changes only quiet."""
    current = session.practice or session.offered
    family = next((p.family for p in session.household.practices if p.name == current), "")
    refused = (*session.refused, family) if family and family not in session.refused else None
    changed = replace(session, changes=session.changes + 1, refused=refused or session.refused)
    changed = unask(unplan(changed, Todo.OFFER_PRACTICE))
    fits = [p for p in fitting(changed, moment) if p.family != QUIET]
    if changed.changes > CHANGES_BEFORE_QUIET or not fits:
        return _settle(changed, (Hush(), Say("quiet_offer")))
    if session.phase is Phase.PRACTICE:
        return begin(changed, fits[0].name)
    turned, effects = offer(changed, moment)
    return turned, (Hush(), *effects)


def _settle(session: Session, effects: tuple[Effect, ...]) -> Turn:
    """Out of a practice: free time where a promise stands, idle where none does."""
    if session.promise is None:
        return rest(session), effects
    return replace(session, phase=Phase.AWAY, practice=None), effects


def performed(session: Session, moment: Moment) -> Turn:
    """The practice has sounded to its end."""
    session, _ = _settle(session, ())
    if session.promise is None:
        return session, ()
    if session.half_way_missed:
        told = unplan(replace(session, half_way_missed=False), Todo.HALF_WAY)
        return told, (Tone(), Say("half_way"))
    return session, ()


def enough(session: Session, slots: Slots, moment: Moment) -> Turn:
    """Thanks during a practice mean that it has done its work: it ends with a tone."""
    return _settle(unask(session), (Hush(), Tone()))


def change_manner(session: Session, slots: Slots, moment: Moment) -> Turn:
    """Louder, softer, slower, fewer words: one step, at once, without comment."""
    change = slots.get("change")
    return session, ((ChangeManner(change),) if isinstance(change, str) else ())


def dizzy(session: Session, slots: Slots, moment: Moment) -> Turn:
    """Pacing ends at once and does not come back in this pause (brief, 2.3)."""
    refused = (*session.refused, BREATH) if BREATH not in session.refused else session.refused
    return _settle(replace(unask(session), refused=refused), (Hush(), Say("dizzy")))


def slow_down(session: Session, slots: Slots, moment: Moment) -> Turn:
    """Fifteen seconds of quiet after one soft tone; then three breaths are offered."""
    phase = Phase.ANSWERING if session.phase is Phase.IDLE else session.phase
    slowed = replace(unask(session), phase=phase)
    effects: tuple[Effect, ...] = (Hush(), Tone())
    if session.phase is Phase.PRACTICE:
        slowed, effects = _settle(slowed, effects)
        if slowed.phase is Phase.IDLE:
            slowed = replace(slowed, phase=Phase.ANSWERING)
    slowed = unplan(slowed, Todo.OFFER_PRACTICE)
    return plan(slowed, Todo.OFFER_BREATHS, moment.boot + OFFER_AFTER_SECONDS), effects


def offer_breaths(session: Session, moment: Moment) -> Turn:
    """The offer at the end of the fifteen seconds."""
    return _offer_shortest(session, "breaths_offer", (), moment)


def overwhelmed(session: Session, slots: Slots, moment: Moment) -> Turn:
    """One short offer, not again for ten minutes; no reply means no."""
    if moment.boot < session.soft_until:
        return session, ()
    rested = replace(session, soft_until=moment.boot + SOFT_OFFER_REST_SECONDS)
    if session.promise is not None and session.phase in (Phase.AWAY, Phase.PRACTICE):
        return offer(unplan(rested, Todo.OFFER_PRACTICE), moment)
    if session.phase is Phase.IDLE:
        rested = replace(rested, phase=Phase.ANSWERING)
    return _offer_shortest(rested, "soft_offer", (Tone(),), moment)


def _offer_shortest(
    session: Session, line: str, before: tuple[Effect, ...], moment: Moment
) -> Turn:
    """Ask whether the shortest breathing is wanted."""
    breaths = sorted(
        (p for p in session.household.practices if p.family == BREATH), key=lambda p: p.seconds
    )
    offered = breaths[0].name if breaths else None
    asked = ask(session, "yes_no", moment.boot + ANSWER_SECONDS, offered=offered)
    return asked, (*before, Say(line))


def last_minute(session: Session, moment: Moment) -> Turn:
    """One minute before the return, over a practice too."""
    return session, (Tone(), Say("last_minute"))


def half_way(session: Session, moment: Moment) -> Turn:
    """A tone at the half, never inside a practice; what waited too long is left out."""
    if session.half_way_missed:
        return replace(session, half_way_missed=False), ()
    if session.phase is Phase.PRACTICE:
        waiting = replace(session, half_way_missed=True)
        return plan(waiting, Todo.HALF_WAY, moment.boot + HALF_WAY_SHIFT_SECONDS), ()
    return session, (Tone(), Say("half_way"))


def brooding(session: Session, moment: Moment) -> Turn:
    """Once: what to do when the argument replays."""
    if session.phase is Phase.PRACTICE:
        return plan(session, Todo.BROODING_LINE, moment.boot + HALF_WAY_SHIFT_SECONDS), ()
    return replace(session, brooding_said=True), (Say("brooding"),)
