"""A whole pause in the terminal: typed instead of spoken, printed instead of heard.

Decides how typed words become cues and how time runs faster. The session, the promise and the
words are the real ones; only the ears, the mouth and the pace of the clock are others.
"""

from __future__ import annotations

import asyncio
import sys
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from companion.core.cues import understand
from companion.core.cuetable import CueTable
from companion.core.events import CueHeard, Event, Performed, Said
from companion.core.promise import Moment, Promise
from companion.core.script import SayStep, Script, estimated_seconds
from companion.core.session import Session
from companion.ports import Clock, Expectation
from companion.runner import Runner

LOOK_SECONDS = 0.05
"""How often the typed clock is looked at."""


@dataclass(slots=True)
class FastClock:
    """The real clock, running `speed` times as fast from the start on."""

    clock: Clock
    start: Moment
    speed: float

    def now(self) -> Moment:
        """Tell the moment in the faster time."""
        ahead = (self.clock.now().boot - self.start.boot) * self.speed
        return replace(self.start, wall=self.start.wall + ahead, boot=self.start.boot + ahead)


class MemoryStore:
    """Holds the promise only as long as the demo runs."""

    def __init__(self) -> None:
        self._promise: Promise | None = None

    def load(self) -> Promise | None:
        """The promise, or None."""
        return self._promise

    def keep(self, promise: Promise) -> None:
        """Hold it."""
        self._promise = promise

    def release(self) -> None:
        """Let go of it."""
        self._promise = None


class PrintedMouth:
    """Prints what would be said."""

    def __init__(
        self,
        lines: Mapping[str, Sequence[str]],
        scripts: Mapping[str, Script],
        clock: FastClock,
        events: deque[Event],
    ) -> None:
        self._lines = lines
        self._scripts = scripts
        self._clock = clock
        self._events = events
        self._last = ""
        self._turns: dict[str, int] = {}
        self.ends: tuple[float, str] | None = None
        """Boot time at which the practice ends, and its name."""

    def tone(self, count: int) -> None:
        """Print so many tones."""
        self._print("♪ " * count)

    def say(self, line: str, values: Mapping[str, str]) -> None:
        """Print a variant of the line; each time the next."""
        turn = self._turns.get(line, 0)
        self._turns[line] = turn + 1
        self._last = self._lines[line][turn % len(self._lines[line])].format(**values)
        self._print(self._last)
        self._events.append(Said(line))

    def say_again(self) -> None:
        """Print the last sentence again."""
        self._print(self._last)

    def perform(self, script: str) -> None:
        """Print the first sentences of a practice; it takes its real time."""
        asked = self._scripts[script]
        says = [step.variants[0] for step in asked.steps if isinstance(step, SayStep)]
        self._print(f"[{asked.title}] " + " ... ".join(says))
        self.ends = (self._clock.now().boot + estimated_seconds(asked), script)

    def hush(self) -> None:
        """End the practice."""
        self.ends = None

    def change(self, change: str) -> None:
        """Say what would sound different."""
        self._print(f"[{change.replace('_', ' ')}]")

    def _print(self, text: str) -> None:
        moment = self._clock.now()
        minutes, seconds = divmod(int(moment.boot - self._clock.start.boot), 60)
        sys.stdout.write(f"{minutes:3d}:{seconds:02d}  {text}\n")
        sys.stdout.flush()


class TypedSource:
    """Typed lines, matched as if they had been heard."""

    def __init__(
        self, table: CueTable, clock: FastClock, mouth: PrintedMouth, events: deque[Event]
    ) -> None:
        self._table = table
        self._clock = clock
        self._mouth = mouth
        self._events = events
        self._expectation = Expectation()
        self._typed: asyncio.Queue[str | None] = asyncio.Queue()
        self._ended = False

    def expect(self, expectation: Expectation) -> None:
        """From now on this is what makes sense to type."""
        self._expectation = expectation

    async def read(self) -> None:
        """Take lines from standard input until it ends."""
        while line := await asyncio.to_thread(sys.stdin.readline):
            self._typed.put_nowait(line)
        self._typed.put_nowait(None)

    async def next(self, deadline: float | None, *, resting: bool) -> Sequence[Event] | None:
        """Wait for a line that means something, the end of a practice, or the deadline."""
        while not self._events:
            now = self._clock.now().boot
            if self._mouth.ends is not None and now >= self._mouth.ends[0]:
                self._events.append(Performed(self._mouth.ends[1]))
                self._mouth.ends = None
            elif deadline is not None and now >= deadline:
                return ()
            elif self._ended and resting and self._typed.empty():
                return None
            else:
                await self._one_line()
        events = tuple(self._events)
        self._events.clear()
        return events

    async def _one_line(self) -> None:
        try:
            line = await asyncio.wait_for(self._typed.get(), LOOK_SECONDS)
        except TimeoutError:
            return
        if line is None:
            self._ended = True
            return
        expected = self._expectation
        meant = understand(line, self._table, phase=expected.phase, asked=expected.asked)
        if meant is not None:
            self._events.append(CueHeard(meant.intent, meant.slots))


async def demo(
    session: Session,
    *,
    table: CueTable,
    lines: Mapping[str, Sequence[str]],
    scripts: Mapping[str, Script],
    clock: Clock,
    speed: float,
) -> None:
    """Run one typed companion until standard input ends and nothing is going on."""
    fast = FastClock(clock, clock.now(), speed)
    events: deque[Event] = deque()
    mouth = PrintedMouth(lines, scripts, fast, events)
    source = TypedSource(table, fast, mouth, events)
    runner = Runner(session, source=source, mouth=mouth, store=MemoryStore(), clock=fast)
    reading = asyncio.create_task(source.read())
    try:
        await runner.run()
    finally:
        reading.cancel()
