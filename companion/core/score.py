"""A script laid out in time: what sounds at which sample.

Decides where each sentence, word, tone and breath sound begins, and how the level sinks. Must not
know: who renders a text, what plays the score, or which clock it is played by.

The rules are those of the brief, 2.4 and 2.5. Nothing is spoken across a turn of breath: a word
that does not end inside its second and its phase is left out. The level sinks by 1 dB a minute,
at most 6, and the last sentence has the first level.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias, assert_never

from companion.core import pcm
from companion.core.breath import phases, words
from companion.core.pcm import Samples
from companion.core.script import (
    BreatheStep,
    Manner,
    Mode,
    SayStep,
    Script,
    ToneStep,
    WaitStep,
)

Choose: TypeAlias = Callable[[int, int], int]
"""(index of the step, number of its variants) -> index of the variant to be spoken."""

WORD_SECONDS = 1.0
"""A word or a count ends within this time of its beginning, or is not spoken."""
BREATH_REST_SECONDS = 1.0
"""Quiet after the last breath, before anything is said."""
SINK_DB_A_MINUTE = 1.0
SINK_MOST_DB = 6.0
BREATH_SEED = 7
"""Any number: the same breath always sounds the same."""


@dataclass(frozen=True, slots=True)
class Sound:
    """Samples and their place."""

    start: int
    """In samples from the start of the score."""
    samples: Samples
    gain: float
    """A factor on the samples."""
    kind: str
    """"speech", "breath" or "tone"."""
    text: str = ""
    """What is spoken; "" for anything else."""

    @property
    def end(self) -> int:
        """The sample after its last one."""
        return self.start + len(self.samples)


@dataclass(frozen=True, slots=True)
class ScoreMark:
    """Something that is told when its sample sounds."""

    at: int
    """In samples from the start of the score."""
    kind: str
    """"speech_start", "speech_end" or "breath"."""
    text: str
    """The words spoken, or the name of the breath phase."""


@dataclass(frozen=True, slots=True)
class Span:
    """Where one step of the script lies."""

    start: int
    end: int
    breathing: bool


@dataclass(frozen=True, slots=True)
class Score:
    """A whole script, ready to be played."""

    script: str
    rate: int
    """Samples a second."""
    sounds: tuple[Sound, ...]
    """By their start."""
    marks: tuple[ScoreMark, ...]
    """By their place."""
    spans: tuple[Span, ...]
    """One for each step, without gaps."""
    length: int
    """In samples."""


def texts(script: Script, manner: Manner, choose: Choose | None = None) -> tuple[str, ...]:
    """Every text that `lay_out` needs as a clip: all variants, or only the chosen ones."""
    wanted: dict[str, None] = {}
    for index, step in enumerate(script.steps):
        match step:
            case SayStep(variants):
                if manner.talk:
                    chosen = variants if choose is None else _variant(variants, index, choose)
                    wanted.update(dict.fromkeys(chosen))
            case BreatheStep():
                for _, text, _ in words(step, phases(step.stages, 1), _mode(manner), 1):
                    wanted[text] = None
            case WaitStep() | ToneStep():
                pass
            case _:
                assert_never(step)
    return tuple(wanted)


def lay_out(
    script: Script, clips: Mapping[str, Samples], *, choose: Choose, manner: Manner, rate: int
) -> Score:
    """Place everything that `script` sounds like.

    `clips` holds the samples of each of `texts(script, manner, choose)` at `rate`, at the level
    pcm.VOICE_DB. KeyError for a text that is missing.
    """
    sounds: list[Sound] = []
    breaths: list[ScoreMark] = []
    spans: list[Span] = []
    at = 0
    for index, step in enumerate(script.steps):
        start = at
        match step:
            case SayStep(variants, quiet):
                if manner.talk:
                    text = _variant(variants, index, choose)[0]
                    sounds.append(Sound(at, clips[text], 1.0, "speech", text))
                    at += len(clips[text])
                at += round(quiet * manner.pace * rate)
            case WaitStep(seconds):
                at += round(seconds * rate)
            case ToneStep():
                sounds.append(Sound(at, pcm.tone(rate), 1.0, "tone"))
                at = sounds[-1].end
            case BreatheStep():
                at = _breathe(step, clips, _mode(manner), rate, at, sounds, breaths)
            case _:
                assert_never(step)
        spans.append(Span(start, at, isinstance(step, BreatheStep)))
    ordered = _sunk(sorted(sounds, key=lambda s: s.start), rate, manner)
    marks = sorted([*breaths, *_speech_marks(ordered)], key=lambda m: m.at)
    return Score(script.name, rate, ordered, tuple(marks), tuple(spans), at)


def moved(position: int, old: Score, new: Score) -> int:
    """Where `position` of one score lies in another layout of the same script.

    Inside a breathing step it is the same place in the same breath, to the sample.
    """
    if not old.spans or len(old.spans) != len(new.spans):
        return min(position, new.length)
    index = max(0, bisect_right([s.start for s in old.spans], position) - 1)
    here, there = old.spans[index], new.spans[index]
    return there.start + min(position - here.start, there.end - there.start)


def _mode(manner: Manner) -> Mode:
    if manner.talk or manner.mode is Mode.SILENCE:
        return manner.mode
    return Mode.TONES


def _variant(variants: Sequence[str], index: int, choose: Choose) -> tuple[str]:
    return (variants[choose(index, len(variants)) % len(variants)],)


def _breathe(
    step: BreatheStep,
    clips: Mapping[str, Samples],
    mode: Mode,
    rate: int,
    at: int,
    sounds: list[Sound],
    breaths: list[ScoreMark],
) -> int:
    """Add one breathing step that begins at `at`; answers where it ends."""
    laid = phases(step.stages, rate)
    end = at + (laid[-1].end if laid else 0) + round(BREATH_REST_SECONDS * rate)
    if mode is Mode.SILENCE:
        sounds.append(Sound(at + (laid[-1].end if laid else 0), pcm.tone(rate), 1.0, "tone"))
        return max(end, sounds[-1].end)
    for phase in laid:
        breaths.append(ScoreMark(at + phase.start, "breath", phase.name))
        if phase.name in pcm.BREATH_HERTZ:
            noise = _noise(phase.name, phase.end - phase.start, rate)
            sounds.append(Sound(at + phase.start, noise, 1.0, "breath"))
    for phase, text, start in words(step, laid, mode, rate):
        clip = clips[text]
        if start + len(clip) <= min(phase.end, start + round(WORD_SECONDS * rate)):
            sounds.append(Sound(at + start, clip, 1.0, "speech", text))
    return end


@lru_cache(maxsize=12)
def _noise(name: str, length: int, rate: int) -> Samples:
    """A breath sound, kept: the same one comes back in every cycle and every layout."""
    noise = pcm.breath(name, length, rate, seed=BREATH_SEED)
    noise.flags.writeable = False
    return noise


def _sunk(sounds: Sequence[Sound], rate: int, manner: Manner) -> tuple[Sound, ...]:
    """The sounds with the level sinking; somebody who asked for louder keeps it (brief, 2.5)."""
    if manner.gain_db > 0:
        return tuple(sounds)
    last = max((i for i, s in enumerate(sounds) if s.kind == "speech"), default=-1)
    sunk: list[Sound] = []
    for index, sound in enumerate(sounds):
        minutes = sound.start / rate / 60.0
        fall = 0.0 if index == last else min(SINK_MOST_DB, SINK_DB_A_MINUTE * minutes)
        sunk.append(Sound(sound.start, sound.samples, pcm.factor(-fall), sound.kind, sound.text))
    return tuple(sunk)


def _speech_marks(sounds: Sequence[Sound]) -> list[ScoreMark]:
    marks: list[ScoreMark] = []
    for sound in sounds:
        if sound.kind == "speech":
            marks.append(ScoreMark(sound.start, "speech_start", sound.text))
            marks.append(ScoreMark(sound.end, "speech_end", sound.text))
    return marks
