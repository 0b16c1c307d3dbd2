"""What comes of a promise after a power cut, and at the doors."""

from __future__ import annotations

import pytest

from companion.core.events import (
    Restored,
)
from companion.core.session import (
    Phase,
    Session,
    advance,
)
from tests.core.stories import HOUSEHOLD, World, in_phase, phase_of


@pytest.mark.parametrize(
    ("off", "phase", "lines"),
    [
        (60.0, Phase.AWAY, []),
        (1100.0, Phase.AWAY, []),
        (1201.0, Phase.CALLING_BACK, ["call_back_late"]),
        (1490.0, Phase.CALLING_BACK, ["call_back_late"]),
        (1600.0, Phase.OPEN_RETURN, []),
        (100_000.0, Phase.IDLE, []),
    ],
)
def test_after_a_power_cut(off: float, phase: Phase, lines: list[str]) -> None:
    """Due later: kept, silent. Just due: called back, kindly. Longer ago: open, silent."""
    world = World()
    world.hear("ask_pause")
    world.forget_effects()
    world.cut_power(off)
    assert phase_of(world) is phase
    assert world.lines() == lines


def test_after_a_power_cut_the_call_back_comes_at_the_promised_time() -> None:
    """The promised wall time holds across starts of the machine."""
    world = World()
    world.hear("ask_pause")
    due = world.wall + 1200
    world.cut_power(300)
    world.wait(due - world.wall - 1)
    assert "call_back" not in world.lines()
    world.wait(1.5)
    assert "call_back" in world.lines()


def test_an_unset_clock_is_said_once() -> None:
    """Across starts with an unset clock it cannot be told, which is said once, gently."""
    world = World()
    world.hear("ask_pause")
    world.forget_effects()
    world.cut_power(300, clock_set=False)
    assert world.lines() == ["clock_unsure"]
    world.cut_power(300, clock_set=False)
    assert world.lines() == ["clock_unsure"]
    assert phase_of(world) is Phase.OPEN_RETURN


def test_a_call_back_that_sounded_is_not_repeated_after_a_restart() -> None:
    """Once spoken to its end, it is not spoken again; the return stands open."""
    world = World()
    world.hear("ask_pause", length=120.0)
    world.wait(121)
    world.forget_effects()
    world.restart()
    assert world.lines() == []
    assert phase_of(world) is Phase.OPEN_RETURN


def test_three_pauses_in_two_hours_leave_out_the_first_door() -> None:
    """After the third call the talk itself needs another day: the door "now" is not offered."""
    world = World()
    for _ in range(3):
        world.hear("ask_pause", length=120.0)
        world.wait(121)
        world.hear("ready_back")
        world.wait(60)
    assert world.lines().count("doors") == 2
    assert "extend_choice" in world.lines()


@pytest.mark.parametrize(
    ("door", "line"), [("let_go", "let_go"), ("later", "door_later_ask"), ("now", "reentry_own")]
)
def test_the_three_doors(door: str, line: str) -> None:
    """Now gives the sentence, later asks when, letting go rests it for today."""
    world = in_phase(Phase.RE_ENTRY)
    world.wait(31)
    world.hear("door", door=door)
    assert world.lines()[-1] == line


def test_a_later_door_makes_an_appointment_with_one_reminder() -> None:
    """The hour that is named becomes a promise of its own, with one reminder at its time."""
    world = in_phase(Phase.RE_ENTRY)
    world.wait(31)
    world.hear("door", door="later")
    world.hear("ask_pause_duration", length=7200.0)
    assert world.lines()[-1] == "appointment"
    world.forget_effects()
    world.wait(7199)
    assert world.lines() == []
    world.wait(600)
    assert world.lines() == ["appointment_reminder"]


def test_nothing_found_on_disk_is_idle() -> None:
    """A first start is silent."""
    session = Session(household=HOUSEHOLD)
    world = World()
    assert advance(session, Restored(None), world.moment()) == (session, ())
