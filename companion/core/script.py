"""A script: ordered steps that guide a practice, and the manner in which they are spoken.

Plain data. Decides what a step may hold. Must not know: files, TOML, sound, time.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class Mode(StrEnum):
    """How much is spoken while a breath is guided (brief, 2.4)."""

    COUNTS = "counts"
    """Words and counts, one count a second."""
    FADING = "fading"
    """The default: counts in cycles 1-2, words in 3-6, then breath sound alone."""
    WORDS = "words"
    """"In" and "out" only."""
    TONES = "tones"
    """Breath sound only, nothing spoken."""
    SILENCE = "silence"
    """Nothing but a last tone."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How the companion sounds just now. Changed by voice, one step at a time."""

    gain_db: float = 0.0
    """Decibels against the voice's own level, -18 to +6."""
    pace: float = 1.0
    """Gaps between sentences are multiplied by this, 0.5 to 3."""
    mode: Mode = Mode.FADING
    talk: bool = True
    """False: only tones; lines that carry a promise or safety are still spoken."""


@dataclass(frozen=True, slots=True)
class SayStep:
    """Speak one of the variants, then leave silence."""

    variants: tuple[str, ...]
    silence: float
    """Seconds of quiet after the sentence."""


@dataclass(frozen=True, slots=True)
class WaitStep:
    """Nothing for so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class ToneStep:
    """One soft tone."""


@dataclass(frozen=True, slots=True)
class BreatheStep:
    """Guide so many cycles of a breathing pattern, one stage after the other."""

    stages: tuple[Stage, ...]
    cue_words: tuple[str, str, str] = ("in", "hold", "out")
    """What is spoken at the start of in, hold and out."""


@dataclass(frozen=True, slots=True)
class Stage:
    """`cycles` breaths with the same timing, in seconds."""

    breath_in: float
    hold_in: float
    breath_out: float
    hold_out: float
    cycles: int
    top_up: float = 0.0
    """A second, small in-breath right after the first (a sigh). 0: none."""


Step: TypeAlias = SayStep | WaitStep | ToneStep | BreatheStep


@dataclass(frozen=True, slots=True)
class Script:
    """One practice a person can ask for, or be offered."""

    name: str
    title: str
    """How it is offered aloud, completing "There is ..." or "..., or quiet?"."""
    family: str
    """Practices of one family are alike: breath, senses, body, quiet."""
    steps: tuple[Step, ...]
    source: str = ""
    """Where it was read from, for `companion scripts`."""


SPOKEN_WORDS_A_SECOND = 135 / 60
"""The manner of instructions while talking (brief, 2.5)."""


def stage_seconds(stage: Stage) -> float:
    """How long the cycles of one stage take."""
    one = stage.breath_in + stage.top_up + stage.hold_in + stage.breath_out + stage.hold_out
    return one * stage.cycles


def estimated_seconds(script: Script) -> float:
    """How long a script takes, about: exact for breath and silence, a guess for words."""
    total = 0.0
    for step in script.steps:
        match step:
            case SayStep(variants, silence):
                words = max(len(text.split()) for text in variants)
                total += words / SPOKEN_WORDS_A_SECOND + silence
            case WaitStep(seconds):
                total += seconds
            case ToneStep():
                total += 1.0
            case BreatheStep(stages):
                total += sum(stage_seconds(stage) for stage in stages)
    return total
