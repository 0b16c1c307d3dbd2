"""The only loop: wait for an event or the next deadline, advance, carry out the effects in order.

Decides nothing about the pause; the session does. Must not know which parts it runs on: it is
handed a source of events, a mouth, a store, a clock and boards by build.py.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Protocol, assert_never

from companion.core.events import (
    ChangeManner,
    DeadlineReached,
    Effect,
    Event,
    Failed,
    Hush,
    KeepPromise,
    Perform,
    ReleasePromise,
    Restored,
    Say,
    SayAgain,
    Tone,
)
from companion.core.promise import Promise
from companion.core.session import Phase, Session, advance, next_deadline
from companion.errors import CompanionError
from companion.ports import Board, Clock, Expectation, Store

log = logging.getLogger(__name__)

WRITTEN_NEWS = ("made", "extended", "released")
"""News of the promise that are shown when the disk has it."""


class Source(Protocol):
    """Where events come from: the room, or files in step with their own clock."""

    async def next(self, deadline: float | None, *, resting: bool) -> Sequence[Event] | None:
        """Wait for events, at most until `deadline` (boot time, seconds).

        An empty answer means that the deadline came first, None that there is nothing more to
        wait for. `resting` tells a source that has an end that nothing is going on.
        """

    def expect(self, expectation: Expectation) -> None:
        """From now on this is what makes sense to hear."""


class Mouth(Protocol):
    """Carries out what is to be heard. May wait for a voice, never for a device."""

    def tone(self, count: int) -> None:
        """Play so many soft tones after what sounds."""

    def say(self, line: str, values: Mapping[str, str]) -> None:
        """Say a line after what sounds; PartLost when no voice answered."""

    def say_again(self) -> None:
        """Say the last sentence again."""

    def perform(self, script: str) -> None:
        """Guide a practice."""

    def hush(self) -> None:
        """Silence, at once."""

    def change(self, change: str) -> None:
        """Sound different from now on."""


class Runner:
    """Runs one session on the parts it is given."""

    def __init__(
        self,
        session: Session,
        *,
        source: Source,
        mouth: Mouth,
        store: Store,
        clock: Clock,
        boards: Sequence[Board] = (),
    ) -> None:
        self.session = session
        self._source = source
        self._mouth = mouth
        self._store = store
        self._clock = clock
        self._boards = tuple(boards)
        self._start = clock.now().boot
        self._pending: list[Event] = []

    async def run(self) -> None:
        """Restore what was promised, then live until the source ends or the task is cancelled."""
        self._expect()
        await self._take(Restored(self._load()))
        while True:
            deadline = next_deadline(self.session)
            # An open return is silent for a day: nothing more happens unless somebody speaks.
            resting = self.session.phase in (Phase.IDLE, Phase.OPEN_RETURN)
            events = await self._source.next(deadline, resting=resting)
            if events is None:
                return
            for event in events or (DeadlineReached(),):
                await self._take(event)

    def _load(self) -> Promise | None:
        try:
            return self._store.load()
        except CompanionError as problem:
            # The file was set aside by the store; hearing and a new promise still work.
            self._fault(str(problem))
            return None

    async def _take(self, event: Event) -> None:
        """Advance by one event, and by the failures that its effects meet."""
        self._pending.append(event)
        while self._pending:
            await self._advance(self._pending.pop(0))

    async def _advance(self, event: Event) -> None:
        before = self.session
        self.session, effects = advance(before, event, self._clock.now())
        if self.session.phase is not before.phase or self.session.asked != before.asked:
            self._expect()
        if self.session.phase is not before.phase:
            self._show("phase", {"phase": self.session.phase.value})
        news = promise_news(before, self.session)
        for state, due in news:
            if state not in WRITTEN_NEWS:
                self._show("promise", {"state": state, "due": round(due - self._start, 3)})
        for effect in effects:
            await self._carry_out(effect, before)
            if isinstance(effect, KeepPromise) and not isinstance(event, Restored):
                # Told only now: what is shown as promised is on disk.
                for state, due in news:
                    if state in ("made", "extended"):
                        due_in = round(due - self._start, 3)
                        self._show("promise", {"state": state, "due": due_in})

    async def _carry_out(self, effect: Effect, before: Session) -> None:
        try:
            await self._do(effect)
        except CompanionError as problem:
            # A failed sound or a full disk becomes an event; the promise in memory stands.
            self._fault(str(problem))
            self._pending.append(Failed(str(problem)))
        else:
            if isinstance(effect, ReleasePromise) and before.promise is not None:
                due = before.promise.due_boot - self._start
                self._show("promise", {"state": "released", "due": round(due, 3)})

    async def _do(self, effect: Effect) -> None:
        match effect:
            case KeepPromise(promise):
                await asyncio.to_thread(self._store.keep, promise)
            case ReleasePromise():
                await asyncio.to_thread(self._store.release)
            case Hush():
                self._mouth.hush()
            case Tone(count):
                self._mouth.tone(count)
            case Say(line, values):
                await asyncio.to_thread(self._mouth.say, line, values)
            case SayAgain():
                await asyncio.to_thread(self._mouth.say_again)
            case Perform(script):
                await asyncio.to_thread(self._mouth.perform, script)
            case ChangeManner(change):
                self._mouth.change(change)
            case _:
                assert_never(effect)

    def _expect(self) -> None:
        self._source.expect(Expectation(self.session.phase.value, self.session.asked))

    def _fault(self, what: str) -> None:
        log.warning("%s", what)
        self._show("fault", {"what": what})

    def _show(self, kind: str, facts: Mapping[str, object]) -> None:
        seconds = round(self._clock.now().boot - self._start, 3)
        for board in self._boards:
            board.show(kind, {"t": seconds, **facts})


def promise_news(before: Session, after: Session) -> tuple[tuple[str, float], ...]:
    """What became of the promise between two sessions, as (state, due in boot time).

    The states are those of the event stream: made, extended, due, kept, released, open.
    """
    old, new = before.promise, after.promise
    news: list[tuple[str, float]] = []
    if new is not None and (old is None or old.made != new.made):
        news.append(("made", new.due_boot))
    elif new is not None and old is not None and new.extensions > old.extensions:
        news.append(("extended", new.due_boot))
    entered = after.phase is not before.phase
    if entered and after.phase is Phase.CALLING_BACK and new is not None:
        news.append(("due", new.due_boot))
    if entered and after.phase is Phase.OPEN_RETURN and new is not None:
        news.append(("open", new.due_boot))
    waited = before.phase in (Phase.CALLING_BACK, Phase.OPEN_RETURN)
    if entered and waited and after.phase is Phase.RE_ENTRY and old is not None:
        news.append(("kept", old.due_boot))
    if old is not None and new is None:
        news.append(("released", old.due_boot))
    return tuple(news)
