"""The life of one pause, from the call to its end."""

from __future__ import annotations

import pytest

from companion.core.events import (
    Hush,
    Say,
)
from companion.core.promise import make
from companion.core.session import (
    Phase,
    next_deadline,
)
from tests.core.stories import World, in_phase, kinds, phase_of


def test_the_promise_is_on_disk_before_it_is_spoken() -> None:
    """Silence, disk, tone, sentence: in this order."""
    world = World()
    world.hear("ask_pause")
    assert kinds(world.done) == ["Hush", "KeepPromise", "Tone", "Say call"]
    say = world.done[-1]
    assert isinstance(say, Say)
    assert say.values["length"] == "twenty minutes"


def test_a_whole_pause() -> None:
    """Offer, half, last minute, call back, arrive, doors, one sentence, quiet."""
    world = World()
    world.hear("ask_pause")
    world.wait(1200)
    assert phase_of(world) is Phase.CALLING_BACK
    world.wait(20)
    world.hear("ready_back")
    assert world.disk is None
    world.wait(400)
    assert world.lines() == [
        "call", "practice_offer", "brooding", "half_way", "last_minute", "call_back", "welcome",
        "doors", "reentry_intro", "reentry_own",
    ]  # fmt: skip
    assert phase_of(world) is Phase.IDLE
    assert next_deadline(world.session) is None


def test_nobody_answers() -> None:
    """Once more after two minutes, closing after five, then silence for a day."""
    world = World()
    world.hear("ask_pause", length=120.0)
    world.wait(120 + 301)
    assert world.lines()[-3:] == ["call_back", "call_back_again", "closing"]
    assert phase_of(world) is Phase.OPEN_RETURN
    world.forget_effects()
    world.wait(24 * 3600)
    assert world.lines() == []
    assert phase_of(world) is Phase.IDLE
    assert world.disk is None


@pytest.mark.parametrize(
    ("length", "line", "seconds"),
    [
        (30.0, "call", 120.0),
        (120.0, "call", 120.0),
        (3600.0, "call", 3600.0),
        (5400.0, "appointment", 5400.0),
        (86_400.0, "appointment", 86_400.0),
    ],
)
def test_lengths(length: float, line: str, seconds: float) -> None:
    """Two to sixty minutes as said; longer becomes an appointment; shorter becomes two."""
    world = World()
    world.hear("ask_pause_duration", length=length)
    assert world.disk is not None
    assert world.disk.length == seconds
    assert world.lines() == [line]


def test_more_than_a_day_is_not_promised() -> None:
    """Beyond 24 hours nothing is timed, and that is said."""
    world = World()
    world.hear("ask_pause_duration", length=90_000.0)
    assert world.lines() == ["beyond_day"]
    assert world.disk is None


def test_until_a_clock_time() -> None:
    """A clock time becomes the promise of exactly that time."""
    world = World()
    # The story starts at 22:13:20 UTC.
    world.hear("ask_pause_duration", until="10:30", daypart="pm")
    assert world.disk is not None
    assert world.disk.due_wall % 3600 == 1800


def test_a_lost_length_is_asked_for_once_and_then_the_default_holds() -> None:
    """A sure cue whose length was not understood begins a pause at once; silence takes the
    household's length, and says so.
    """
    world = World()
    world.hear("ask_pause_duration")
    assert world.lines() == ["call_asking"]
    assert world.disk is not None
    world.wait(20.0)
    assert world.lines() == ["call_asking", "call_default_length"]
    assert world.disk.length == 1200


def test_a_length_that_is_named_late_counts_from_the_call() -> None:
    """Somebody says "I need a pause", and a breath later "ten minutes"."""
    for first in ("ask_pause", "ask_pause_duration"):
        world = World()
        world.hear(first)
        made = world.boot
        world.wait(4.0)
        world.hear("ask_pause_duration", length=600.0)
        assert world.lines()[-1] == "length_named"
        assert world.disk is not None
        assert world.disk.due_boot == made + 600
        world.wait(30.0)
        assert "call_default_length" not in world.lines()
        # From then on the later of two wishes holds again.
        world.hear("ask_pause_duration", length=120.0)
        assert world.disk.due_boot == made + 600


def test_an_answer_without_a_length_keeps_the_default() -> None:
    """Whoever says "whatever" has answered too."""
    world = World()
    world.hear("ask_pause_duration")
    world.hear("ask_pause")
    assert world.lines() == ["call_asking", "call_default_length"]


def test_a_clock_time_that_is_named_late_is_that_time() -> None:
    """It does not count from the call, as a length does."""
    world = World()
    world.hear("ask_pause")
    world.wait(4.0)
    world.hear("ask_pause_duration", until="10:30", daypart="pm")
    assert world.disk is not None
    assert world.disk.due_wall % 3600 == 1800


def test_two_extensions_are_free_and_the_third_asks() -> None:
    """The later of two wishes holds; after two extensions a later time is offered instead."""
    world = World()
    world.hear("ask_pause")
    for _ in range(3):
        world.hear("more_time")
    assert world.lines() == ["call", "extended", "extended", "extend_choice"]
    assert world.disk is not None
    assert world.disk.due_boot == world.boot + 1200 + 2 * 600
    world.hear("door", door="later", length=7200.0)
    assert world.disk is not None
    assert world.disk.appointment
    assert world.lines()[-1] == "appointment"


def test_a_shorter_wish_does_not_shorten() -> None:
    """Asking for less during a pause says how long is left."""
    world = World()
    world.hear("ask_pause")
    world.wait(10.0)
    world.hear("ask_pause_duration", length=300.0)
    assert world.lines() == ["call", "time_left"]
    world.hear("ask_pause_duration", length=2400.0)
    assert world.lines()[-1] == "extended"


def test_back_early_keeps_the_clock_until_its_end_is_asked_for() -> None:
    """Saying "I'm back" tells what is left; "end the pause" stops the clock."""
    world = World()
    world.hear("ask_pause")
    world.wait(60)
    world.hear("ready_back")
    assert world.lines()[-1] == "early_back"
    assert world.disk is not None
    world.hear("ready_back", end_clock=True)
    assert world.lines()[-1] == "ended_early"
    assert not world.disk
    assert phase_of(world) is Phase.IDLE


@pytest.mark.parametrize("phase", [Phase.AWAY, Phase.PRACTICE, Phase.CALLING_BACK])
def test_cancel_is_silent(phase: Phase) -> None:
    """Cancel drops the pause without a word."""
    world = in_phase(phase)
    world.hear("stop", cancel=True)
    assert kinds(world.done) == ["Hush", "ReleasePromise"]
    assert phase_of(world) is Phase.IDLE


def test_stop_keeps_the_promise() -> None:
    """Stop ends what sounds; the call back still comes."""
    world = in_phase(Phase.PRACTICE)
    world.hear("stop")
    assert world.disk is not None
    world.wait(1200)
    assert "call_back" in world.lines()
    assert "brooding" not in world.lines()


def test_a_hush_comes_before_the_new_promise() -> None:
    """A second pause ends what sounded for the first."""
    world = in_phase(Phase.CALLING_BACK)
    world.hear("ask_pause")
    assert isinstance(world.done[0], Hush)
    assert world.disk is not None
    assert world.disk == make(world.moment(), length=1200.0)
