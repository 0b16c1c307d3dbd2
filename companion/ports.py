"""What the runner needs from the world, as small protocols.

Each port has a real implementation and a small real fake in tests/, and one contract suite runs
over both. Must not know any implementation.

Sound everywhere is mono. Frames are 20 ms of 16 kHz int16 (320 samples); clips are float32 in
-1..1 with their own rate.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from companion.core.promise import Moment, Promise

HEARING_RATE = 16_000
"""Samples a second of everything that is heard."""
FRAME_SAMPLES = 320
"""One frame: 20 ms at HEARING_RATE."""
FRAME_SECONDS = FRAME_SAMPLES / HEARING_RATE

Frame = NDArray[np.int16]
"""int16[320], mono, 16 kHz."""


@dataclass(frozen=True, slots=True)
class Clip:
    """Rendered sound."""

    samples: NDArray[np.float32]
    """float32[n], mono, -1..1."""
    rate: int
    """Samples a second."""

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.rate


@dataclass(frozen=True, slots=True)
class Words:
    """What a recogniser thinks was said. Never stored, never logged above debug."""

    text: str
    """Lower case, words separated by one blank; "" where nothing was understood."""
    confidence: float
    """0 to 1: how sure the recogniser is that these words, and not others, were said."""
    unknown: bool = False
    """The recogniser itself says that part of it is outside the words it knows."""
    closed: bool = False
    """It had nothing to choose from but the phrases: whatever is said is pulled onto one."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """How much an utterance sounds like a sentence."""

    alike: float
    """0: nothing of it, 1: the very same sound."""
    seconds: float
    """How much of the utterance the sentence takes up."""
    usual_seconds: float
    """How long the sentence usually takes."""
    lacking: float = 0.0
    """How much of the sentence is not there at all, though the rest may sound right. 0: none."""
    rare: bool = False
    """It is a household's own, hardly ever said by chance, and it was taught."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What makes sense to hear now."""

    phase: str = "idle"
    """A value of core.session.Phase."""
    asked: str | None = None
    """The kind of question that is open, if any: yes_no, rating, state, length, doors."""


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence ready to be spoken: its name and the words of the chosen variant."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that `doctor` looked at."""

    part: str
    state: str
    """"ok", "degraded" or "missing"."""
    detail: str
    remedy: str = ""
    """The one command or step that mends it; "" where nothing needs mending."""


class Microphone(Protocol):
    """Frames, in order, without end."""

    ended: bool
    """A file has been read to its end and silence follows. A device never ends."""

    async def open(self) -> None:
        """Start. SetupError in one sentence when there is no such microphone or it is busy."""

    async def read(self) -> Frame:
        """Wait for the next 20 ms. PartLost when the microphone is gone."""

    async def close(self) -> None:
        """Stop and let go of the device. Twice is harmless."""


class Endpointer(Protocol):
    """Finds where speech begins and ends in a stream of frames."""

    trailing_seconds: float
    """How long it has been quiet since the last speech, while an utterance is open."""

    def accept(self, frame: Frame) -> str:
        """Take one frame; answer "quiet", "begin", "speech" or "end" for it."""

    def end(self) -> None:
        """The utterance is over, sooner than it would have been."""

    def reset(self) -> None:
        """Forget everything heard so far."""


class Recogniser(Protocol):
    """Reads the words of one utterance at a time."""

    name: str

    def set_phrases(self, phrases: Sequence[str]) -> tuple[str, ...]:
        """Sentences that make sense now; answers the words it does not know."""

    def accept(self, samples: NDArray[np.int16]) -> None:
        """Take more samples of the current utterance (16 kHz, any number of them)."""

    def finish(self) -> tuple[Words, ...]:
        """End the utterance: its readings, best first. PartLost when it took too long."""

    def choose(self, sentences: Sequence[str]) -> tuple[Words, ...]:
        """Read the utterance that `finish` ended once more, as one of these sentences.

        None where the engine reads within the phrases anyway. PartLost when it took too long.
        """

    def reset(self) -> None:
        """Throw the current utterance away."""

    def close(self) -> None:
        """End its process. Twice is harmless."""


class Spotter(Protocol):
    """Says how much an utterance sounds like a sentence, whoever speaks it."""

    name: str

    def learn(self, phrases: Sequence[str]) -> None:
        """Be able to compare with these sentences too. May take a second for each."""

    def set_phrases(self, phrases: Sequence[str]) -> None:
        """Sentences that make sense now; those it has never learnt are passed over."""

    def accept(self, samples: NDArray[np.int16]) -> None:
        """Take more samples of the current utterance (16 kHz, any number of them)."""

    def compare(self) -> None:
        """Begin to compare what was heard so far, without being waited for."""

    def likenesses(self) -> Mapping[str, Likeness]:
        """The likeness of what was compared to each sentence, the likeliest first.

        PartLost when it took too long.
        """

    def reset(self) -> None:
        """Throw the current utterance away."""

    def close(self) -> None:
        """End its process. Twice is harmless."""


class Voice(Protocol):
    """Turns text into sound."""

    name: str

    def render(self, text: str) -> Clip:
        """Speak `text`. PartLost when the engine failed or took too long."""

    def close(self) -> None:
        """End its process. Twice is harmless."""


class Speaker(Protocol):
    """Plays what a source fills, at its own rate."""

    rate: int
    """Samples a second that `fill` is asked for."""

    def open(self, fill: Callable[[int], NDArray[np.float32]]) -> None:
        """Start pulling sound. SetupError in one sentence when it cannot."""

    def close(self) -> None:
        """Stop. Twice is harmless."""


class Store(Protocol):
    """The promise on disk, and nothing else."""

    def load(self) -> Promise | None:
        """The promise as it stands, or None. ContentError when the file cannot be understood."""

    def keep(self, promise: Promise) -> None:
        """Write it so that it survives a power cut the moment this returns."""

    def release(self) -> None:
        """Remove it, as durably. Nothing there is no error."""


class Clock(Protocol):
    """The only reader of clocks."""

    def now(self) -> Moment:
        """Tell the moment."""


class Board(Protocol):
    """Somewhere that the state is shown: the event stream, later a light or a page."""

    def show(self, kind: str, facts: Mapping[str, object]) -> None:
        """Show one fact. Must not fail and must not wait."""
