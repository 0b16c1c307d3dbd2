"""A breathing pattern laid out in time: which phase begins at which sample.

Decides the exact places. Must not know: what is said in a phase, or how a breath sounds.

Every place is computed from the start of the step in exact fractions and rounded once, so that
no rounding error can add up: after an hour of breathing the last phase is still within half a
sample of where it belongs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from companion.core.script import Stage


@dataclass(frozen=True, slots=True)
class BreathPhase:
    """One phase of one cycle."""

    name: str
    """"in", "top_up", "out" or "hold"."""
    cycle: int
    """Counted from 0 over all stages of the step."""
    start: int
    """In samples from the start of the step."""
    end: int
    """Where the next phase starts."""


def stage_phases(stage: Stage) -> tuple[tuple[str, Fraction], ...]:
    """The phases of one cycle in order, with their exact seconds; those of no length left out."""
    named = (
        ("in", stage.breath_in),
        ("top_up", stage.top_up),
        ("hold", stage.hold_in),
        ("out", stage.breath_out),
        ("hold", stage.hold_out),
    )
    return tuple((name, Fraction(seconds)) for name, seconds in named if seconds > 0)


def phases(stages: Sequence[Stage], rate: int) -> tuple[BreathPhase, ...]:
    """All phases of a breathing step in order, without a gap, at `rate` samples a second."""
    laid: list[BreathPhase] = []
    at = Fraction(0)
    cycle = 0
    for stage in stages:
        for _ in range(stage.cycles):
            for name, seconds in stage_phases(stage):
                start, at = at, at + seconds
                laid.append(BreathPhase(name, cycle, round(start * rate), round(at * rate)))
            cycle += 1
    return tuple(laid)


def seconds_of(stages: Sequence[Stage]) -> float:
    """How long a breathing step takes, in seconds."""
    each = (sum(s for _, s in stage_phases(stage)) * stage.cycles for stage in stages)
    return float(sum(each, Fraction(0)))
