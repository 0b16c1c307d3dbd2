"""What an ear tells: speech began, speech ended, a cue, or that it failed.

Decides only what these facts hold. Must not know how they came about.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from companion.core.events import Slots


@dataclass(frozen=True, slots=True)
class SpeechBegan:
    """Somebody has begun to speak."""

    at: float
    """Seconds of frames since the start."""


@dataclass(frozen=True, slots=True)
class SpeechEnded:
    """They have stopped, or the utterance has become too long."""

    at: float
    """Seconds of frames since the start."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A cue. Times are seconds of frames since the start."""

    intent: str
    slots: Slots
    confidence: float
    """0 to 1."""
    start: float
    """When the utterance began."""
    end: float
    """When its last sound was."""
    decided: float
    """When it was decided."""


@dataclass(frozen=True, slots=True)
class EarFailed:
    """The recogniser was lost. Hearing goes on with the next utterance."""

    what: str
    """One sentence without heard words."""


EarEvent: TypeAlias = SpeechBegan | SpeechEnded | Heard | EarFailed
