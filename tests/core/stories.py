"""A session played by hand: the clock, the disk and what was told, for the core's tests.

A small real world without files or sound: effects are carried out in order, and the power can
be cut after any of them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC

from companion.core.events import (
    CueHeard,
    DeadlineReached,
    Effect,
    Event,
    Hush,
    KeepPromise,
    Perform,
    Performed,
    ReleasePromise,
    Restored,
    Said,
    Say,
    SlotValue,
)
from companion.core.promise import Moment, Promise
from companion.core.returning import CALL_BACK_LINES
from companion.core.session import Household, Phase, Session, advance, next_deadline
from companion.core.state import Offered

PRACTICES = (
    Offered("orienting", "looking around the room", "senses", 90),
    Offered("soles", "the soles of the feet", "body", 150),
    Offered("three_sighs", "three slow sighs", "breath", 40),
    Offered("longer_out_short", "a longer breath out, two minutes", "breath", 130),
    Offered("longer_out", "a longer breath out", "breath", 320),
    Offered("quiet", "quiet", "quiet", 180),
)
HOUSEHOLD = Household(zone=UTC, practices=PRACTICES, emergency="one, one, two")
START_WALL = 1_700_000_000.0


class PowerCut(Exception):  # noqa: N818 - it is an event of the story, not an error
    """The power went after an effect."""


TELLS_THE_TIME = (
    "call",
    "call_asking",
    "call_default_length",
    "length_named",
    "appointment",
    "extended",
)
"""Lines that speak of a promise."""


@dataclass
class World:
    """One companion in one room, with the power still on."""

    boot: float = 1_000.0
    wall: float = START_WALL
    boots: int = 1
    clock_set: bool = True
    disk: Promise | None = None
    session: Session = field(default_factory=lambda: Session(household=HOUSEHOLD))
    done: list[Effect] = field(default_factory=list)
    """Every effect that was carried out, in order."""
    told: list[Promise] = field(default_factory=list)
    """What was on disk each time a sentence that promises was spoken."""
    called: list[tuple[int, Promise]] = field(default_factory=list)
    """(boot, promise) of every call back that was spoken."""
    cut_after: int | None = None
    """Cut the power after so many further effects."""
    finish_lines: bool = True
    """A call back sounds to its end as soon as it is spoken."""

    def moment(self) -> Moment:
        """Now."""
        return Moment(self.wall, self.boot, f"boot-{self.boots}", self.clock_set)

    def take(self, event: Event) -> None:
        """Advance by one event and carry out its effects; the power may go on the way."""
        self.session, effects = advance(self.session, event, self.moment())
        for effect in effects:
            self._carry_out(effect)
            if self.cut_after is not None:
                self.cut_after -= 1
                if self.cut_after < 0:
                    raise PowerCut
        if self.finish_lines:
            for effect in effects:
                if isinstance(effect, Say) and effect.line in CALL_BACK_LINES:
                    self.take(Said(effect.line))

    def _carry_out(self, effect: Effect) -> None:
        self.done.append(effect)
        match effect:
            case KeepPromise(promise):
                self.disk = promise
            case ReleasePromise():
                self.disk = None
            case Say(line) if line in TELLS_THE_TIME:
                assert self.disk is not None, "told before it was on disk"
                self.told.append(self.disk)
            case Say("call_back" | "call_back_late" | "appointment_reminder"):
                assert self.disk is not None, "called back what was never promised"
                self.called.append((self.boots, self.disk))
            case _:
                pass

    def hear(self, intent: str, **slots: SlotValue) -> None:
        """Somebody says a cue."""
        self.take(CueHeard(intent, slots))

    def finish_practice(self) -> None:
        """The practice that sounds comes to its end."""
        if self.session.practice is not None:
            self.take(Performed(self.session.practice))

    def wait(self, seconds: float) -> None:
        """Time passes; every deadline on the way is met."""
        end = self.boot + seconds
        while True:
            due = next_deadline(self.session)
            if due is None or due > end:
                break
            self._move(max(due, self.boot))
            self.take(DeadlineReached())
        self._move(end)

    def cut_power(self, seconds: float, *, clock_set: bool = True) -> None:
        """The power goes, comes back after `seconds`, and the companion starts again."""
        self.wall += seconds
        self.boot = 20.0
        self.boots += 1
        self.clock_set = clock_set
        self.cut_after = None
        self.restart()

    def restart(self) -> None:
        """The program alone starts again."""
        self.session = Session(household=HOUSEHOLD)
        self.take(Restored(self.disk))

    def lines(self) -> list[str]:
        """The names of all lines spoken so far."""
        return [e.line for e in self.done if isinstance(e, Say)]

    def forget_effects(self) -> None:
        """Begin a new list of what was done."""
        self.done = []

    def _move(self, boot: float) -> None:
        self.wall += boot - self.boot
        self.boot = boot


def kinds(effects: list[Effect]) -> list[str]:
    """Effects in short: "Hush", "Say call", "Perform soles"."""
    names: list[str] = []
    for effect in effects:
        match effect:
            case Say(line):
                names.append(f"Say {line}")
            case Perform(script):
                names.append(f"Perform {script}")
            case Hush():
                names.append("Hush")
            case _:
                names.append(type(effect).__name__)
    return names


def household(**changes: object) -> Household:
    """The household of the stories with something decided otherwise."""
    return replace(HOUSEHOLD, **changes)  # type: ignore[arg-type]


def in_phase(phase: Phase) -> World:
    """A world whose session is in this phase, reached the way a household reaches it."""
    world = World()
    match phase:
        case Phase.ANSWERING:
            world.hear("slow_down")
        case Phase.PRACTICE:
            world.hear("ask_pause")
            world.hear("breathing")
        case Phase.AWAY:
            world.hear("ask_pause")
        case Phase.CALLING_BACK:
            world.hear("ask_pause", length=120.0)
            world.wait(121)
        case Phase.RE_ENTRY:
            world.hear("ask_pause", length=120.0)
            world.wait(121)
            world.hear("ready_back")
        case Phase.OPEN_RETURN:
            world.hear("ask_pause", length=120.0)
            world.wait(500)
        case Phase.SAFETY_SELF:
            world.hear("unsafe_self")
        case Phase.SAFETY_OTHER:
            world.hear("unsafe_other")
        case Phase.SAFETY_MEDICAL:
            world.hear("unsafe_medical")
        case _:
            pass
    assert phase_of(world) is phase
    world.forget_effects()
    return world


def phase_of(world: World) -> Phase:
    """Where the session is now."""
    return world.session.phase
