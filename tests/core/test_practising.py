"""Practices in a pause: what is offered, when, and what ends it."""

from __future__ import annotations

from dataclasses import replace

from companion.core.session import (
    Phase,
)
from tests.core.stories import World, in_phase, kinds, phase_of


def test_the_call_back_ends_a_practice() -> None:
    """A promise is kept even when something still sounds."""
    world = World()
    world.hear("ask_pause", length=180.0)
    world.wait(100)
    world.hear("grounding", practice="three_sighs")
    world.session = replace(world.session, practice="never_ends")
    world.forget_effects()
    world.wait(81)
    assert kinds(world.done)[:3] == ["Hush", "Tone", "Say call_back"]


def test_yes_starts_what_was_offered_and_silence_means_no() -> None:
    """A yes within the time starts the practice; afterwards it starts nothing."""
    world = World()
    world.hear("ask_pause")
    world.wait(16)
    world.hear("yes_no", answer="yes")
    assert kinds(world.done)[-1] == "Perform orienting"
    world.finish_practice()
    assert phase_of(world) is Phase.AWAY
    world.hear("yes_no", answer="yes")
    assert phase_of(world) is Phase.AWAY


def test_half_way_waits_for_the_end_of_a_practice() -> None:
    """The half-way tone never falls into a practice."""
    world = World()
    world.hear("ask_pause", length=600.0)
    world.wait(290)
    world.hear("breathing", practice="longer_out_short")
    world.wait(40)
    assert "half_way" not in world.lines()
    world.finish_practice()
    assert world.lines()[-1] == "half_way"


def test_half_way_that_waited_too_long_is_left_out() -> None:
    """After ninety seconds of waiting the half is not mentioned any more."""
    world = World()
    world.hear("ask_pause", length=600.0)
    world.wait(290)
    world.hear("breathing", practice="longer_out_short")
    world.wait(120)
    world.finish_practice()
    assert "half_way" not in world.lines()


def test_after_two_changes_only_quiet_is_offered() -> None:
    """Something else twice changes the family; the third time quiet is offered and left."""
    world = in_phase(Phase.AWAY)
    world.hear("grounding")
    for _ in range(3):
        world.hear("something_else")
    names = [n for n in kinds(world.done) if n != "Hush"]
    assert names[0] == "Perform orienting"
    assert names[1] == "Perform soles"
    assert names[2].startswith("Perform")
    assert names[3] == "Say quiet_offer"
    assert phase_of(world) is Phase.AWAY


def test_overwhelm_is_offered_once_in_ten_minutes() -> None:
    """One short offer, silence means no, and not again for ten minutes."""
    world = World()
    world.hear("overwhelm")
    assert world.lines() == ["soft_offer"]
    world.wait(30)
    assert phase_of(world) is Phase.IDLE
    world.hear("overwhelm")
    assert world.lines() == ["soft_offer"]
    world.wait(600)
    world.hear("overwhelm")
    assert world.lines() == ["soft_offer", "soft_offer"]


def test_slow_down_is_quiet_and_then_offers_three_breaths() -> None:
    """One tone, fifteen seconds of nothing, the offer; no promise."""
    world = World()
    world.hear("slow_down")
    assert kinds(world.done) == ["Hush", "Tone"]
    world.wait(14)
    assert world.lines() == []
    world.wait(2)
    assert world.lines() == ["breaths_offer"]
    world.hear("yes_no", answer="yes")
    assert kinds(world.done)[-1] == "Perform three_sighs"
    assert world.disk is None
    world.finish_practice()
    assert phase_of(world) is Phase.IDLE
