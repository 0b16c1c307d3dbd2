"""A breathing pattern laid out in time: which phase begins at which sample, and its words.

Decides the exact places, and how much is spoken in which cycle. Must not know: how a breath
sounds, or how long a spoken word is.

Every place is computed from the start of the step in exact fractions and rounded once, so that
no rounding error can add up: after an hour of breathing the last phase is still within half a
sample of where it belongs.

Counted from the first breath of a step (brief, 2.4): cycles 1 and 2 have words and one count a
second, cycles 3 to 6 two words; then the breath sounds alone, and the words come back for one
cycle a minute.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, assert_never

from companion.core.script import BreatheStep, Mode, Stage

COUNT_WORDS: Final = (
    "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip
"""Spoken one a second after a phase's own word."""
COUNTED_CYCLES = 2
WORDED_CYCLES = 6
WORDS_AGAIN_SECONDS = 60.0


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


def words(
    step: BreatheStep, laid: Sequence[BreathPhase], mode: Mode, rate: int
) -> list[tuple[BreathPhase, str, int]]:
    """Each word of a breathing step with its phase and its start, in samples of the step."""
    placed: list[tuple[BreathPhase, str, int]] = []
    for phase, text in _spoken(step, laid, mode, rate):
        counted = placed[-1][2] + rate if placed and placed[-1][0] is phase else phase.start
        placed.append((phase, text, counted))
    return placed


def _spoken(
    step: BreatheStep, laid: Sequence[BreathPhase], mode: Mode, rate: int
) -> list[tuple[BreathPhase, str]]:
    """The words of each phase in order: its own word, then the counts."""
    own = dict(zip(("in", "hold", "out"), step.cue_words, strict=True))
    spoken: list[tuple[BreathPhase, str]] = []
    last_cycle, last_start = -1, 0
    for phase in laid:
        word = own.get(phase.name)
        if word is None:
            continue
        amount = _amount(mode, phase.cycle)
        if amount == "again":
            fresh = phase.cycle != last_cycle
            if fresh and phase.start - last_start < WORDS_AGAIN_SECONDS * rate:
                continue
            amount = "words"
        if amount == "none":
            continue
        if phase.cycle != last_cycle:
            last_cycle, last_start = phase.cycle, phase.start
        spoken.append((phase, word))
        if amount == "counts":
            seconds = (phase.end - phase.start) // rate
            spoken.extend((phase, count) for count in COUNT_WORDS[: max(0, seconds - 1)])
    return spoken


def _amount(mode: Mode, cycle: int) -> str:
    """How much is spoken in a cycle: "counts", "words", "again" (once a minute) or "none"."""
    match mode:
        case Mode.COUNTS:
            return "counts"
        case Mode.WORDS:
            return "words"
        case Mode.TONES | Mode.SILENCE:
            return "none"
        case Mode.FADING:
            if cycle < COUNTED_CYCLES:
                return "counts"
            return "words" if cycle < WORDED_CYCLES else "again"
        case _:
            assert_never(mode)
