"""A voice: text to sound by pyttsx3 and espeak-ng, in a worker process.

Decides how fast, how loud and with which gaps a text is spoken. Must not know: when it is played,
whether it is kept, what it means.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from companion.core import pcm
from companion.core.pcm import Samples
from companion.errors import ContentError, PartLost
from companion.ports import Clip
from companion.speaking.espeak import Refused, Rendered, Request
from companion.worker import Worker

VERSION = 1
"""Raised whenever the same text and spec come to sound different, so that caches are renewed."""
CALL_SECONDS = 10.0
"""Limit for one sentence; rendering takes a hundredth of the time that speaking does."""
TRIES = 2
"""A worker that failed is replaced once."""
TRIAL_TEXT: Final = (
    "The pause is on: twenty minutes, back at ten past nine. Anyone here may ask for more."
    " Something to look at, or quiet? Both feet on the floor, with weight on each."
    " The breath comes and goes by itself and keeps its own pace."
)
TRIAL_RATES: Final = (110, 150)
"""Engines count words a minute in their own way, and each voice differs, by up to 10 %. So each
voice first speaks TRIAL_TEXT at these rates, unheard, and what it should be asked for follows."""
LEVEL_FRAME_SECONDS = 0.02
ACTIVE_BELOW_LOUDEST_DB = 25.0
"""A frame is speech, not a gap, if it is at most this far below the loudest."""
EDGE_BELOW_LOUDEST_DB = 42.0
"""A clip begins with the first frame that is at most this far below the loudest."""
HIGHEST_PEAK_DB = -3.0
SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[\"'“‘(]?[A-Z0-9])")


@dataclass(frozen=True, slots=True)
class VoiceSpec:
    """How a voice sounds."""

    name: str
    voice: str = "en-gb"
    """The engine's own name, with a variant after a plus: "en-gb", "en-gb+f4", "gmw/en+m3"."""
    rate_wpm: int = 145
    """Measured words a minute while talking, for calls, times and safety (brief, 2.5: 140-155)."""
    pitch: int = 50
    """0 to 99; 50 is the voice's own."""
    gain_db: float = 0.0
    """Decibels against pcm.VOICE_DB."""
    sentence_gap_seconds: float = 0.35
    """Quiet between two sentences of one text."""
    instruction_wpm: int = 130
    """Words a minute of practices and of what is said again (brief, 2.5: 125-140)."""


def engine_rate(wpm: float, trials: Sequence[tuple[int, float]]) -> int:
    """The engine's own rate for so many words a minute, along a line through two trials.

    A trial is (engine's rate, words a minute measured). At least 80: the engine knows none slower.
    """
    (slow, slow_wpm), (fast, fast_wpm) = trials
    return max(80, round(slow + (wpm - slow_wpm) * (fast - slow) / (fast_wpm - slow_wpm)))


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text, without control characters."""
    plain = "".join(c if c.isprintable() else " " for c in text).strip()
    return tuple(s for s in SENTENCE_END.split(plain) if any(c.isalnum() for c in s))


def trimmed(samples: Samples, rate: int) -> Samples:
    """The clip without the silence around it, its edges faded."""
    frame = max(1, round(rate * LEVEL_FRAME_SECONDS / 4))
    levels = _frame_levels(samples, frame)
    loud = np.nonzero(levels > np.max(levels, initial=0.0) * pcm.factor(-EDGE_BELOW_LOUDEST_DB))[0]
    if not len(loud):
        return pcm.silence(0)
    first = max(0, (int(loud[0]) - 1) * frame)
    last = min(len(samples), (int(loud[-1]) + 3) * frame)
    edged = pcm.fade_in(samples[first:last], round(rate * 0.003))
    return pcm.fade_out(edged, round(rate * 0.012))


def active_db(samples: Samples, rate: int) -> float:
    """Level in dBFS of the speech in a clip, its gaps left out."""
    levels = _frame_levels(samples, max(1, round(rate * LEVEL_FRAME_SECONDS)))
    if not len(levels) or not np.max(levels) > 0:
        return pcm.FLOOR_DB
    active = levels[levels > np.max(levels) * pcm.factor(-ACTIVE_BELOW_LOUDEST_DB)]
    return float(10.0 * np.log10(np.mean(np.square(active))))


def levelled(samples: Samples, rate: int, decibels: float) -> Samples:
    """The clip at an active level of `decibels`, or lower where its peak would pass the limit."""
    loudest = pcm.peak(samples)
    if loudest == 0.0:
        return samples
    gain = pcm.factor(decibels - active_db(samples, rate))
    return (samples * np.float32(min(gain, pcm.factor(HIGHEST_PEAK_DB) / loudest))).astype(
        np.float32
    )


def _frame_levels(samples: Samples, frame: int) -> NDArray[np.float64]:
    """Root mean square of each whole frame."""
    whole = samples[: len(samples) // frame * frame].reshape(-1, frame).astype(np.float64)
    levels: NDArray[np.float64] = np.sqrt(np.mean(np.square(whole), axis=1))
    return levels


class _Engine:
    """The worker process of a voice, and what was learnt about its pace."""

    def __init__(self) -> None:
        self.worker = Worker("companion.speaking.espeak:make", name="voice")
        self.lock = threading.RLock()
        self.trials: list[tuple[int, float]] = []

    def ask(self, request: Request, name: str) -> Clip:
        """The samples of one sentence, as the engine made them; a failed process is replaced."""
        limit = CALL_SECONDS + len(request.text) / 100
        for attempt in range(TRIES):
            try:
                reply: Rendered | Refused = self.worker.call(request, seconds=limit)
            except PartLost:
                if attempt + 1 == TRIES:
                    raise
                continue
            if isinstance(reply, Rendered):
                samples = pcm.from_int16(np.frombuffer(reply.samples, "<i2").astype(np.int16))
                return Clip(samples, reply.rate)
            if reply.unknown_voice:
                raise ContentError(
                    f"voice {name}: espeak-ng knows no voice {request.voice!r};"
                    " `espeak-ng --voices` lists languages, a variant follows a plus"
                )
            self.worker.close()
        raise PartLost(f"the voice {name} made no sound, twice")


class EspeakVoice:
    """A companion.ports.Voice. May be used from several threads, one at a time speaks."""

    def __init__(self, spec: VoiceSpec) -> None:
        self.name = spec.name
        self.spec = spec
        self._engine = _Engine()

    @property
    def identity(self) -> str:
        """Changes whenever the same text would sound different."""
        return f"espeak {VERSION} {self.spec!r}"

    def slower(self) -> EspeakVoice:
        """The same voice in the same process, at the rate of instructions."""
        slow = EspeakVoice(replace(self.spec, rate_wpm=self.spec.instruction_wpm))
        slow._engine = self._engine
        return slow

    def render(self, text: str) -> Clip:
        """Speak `text`; a text without words is an empty clip.

        PartLost when two processes in turn failed or took too long, SetupError when espeak-ng is
        not installed, ContentError when it does not know the voice.
        """
        with self._engine.lock:
            if not self._engine.trials:
                self._engine.trials = [(rate, self._trial(rate)) for rate in TRIAL_RATES]
        clip = self._spoken(text, engine_rate(self.spec.rate_wpm, self._engine.trials))
        loud = levelled(clip.samples, clip.rate, pcm.VOICE_DB + self.spec.gain_db)
        return Clip(loud, clip.rate)

    def close(self) -> None:
        """End its process. Twice is harmless."""
        self._engine.worker.close()

    def _trial(self, rate: int) -> float:
        """Words a minute at an engine's rate."""
        return len(TRIAL_TEXT.split()) / self._spoken(TRIAL_TEXT, rate).seconds * 60.0

    def _spoken(self, text: str, engine_rate: int) -> Clip:
        """The sentences of a text, trimmed, with the spec's gap between them."""
        parts: list[Samples] = []
        rate = 22_050
        for sentence in sentences(text):
            request = Request(sentence, self.spec.voice, engine_rate, self.spec.pitch)
            with self._engine.lock:
                clip = self._engine.ask(request, self.spec.name)
            rate = clip.rate
            if parts:
                parts.append(pcm.silence(round(self.spec.sentence_gap_seconds * rate)))
            parts.append(trimmed(clip.samples, rate))
        return Clip(pcm.join(parts), rate)
