"""A script laid out in time: what sounds at which sample.

Decides how much is spoken while a breath is guided, where each word begins, and how the level
sinks. Must not know: who renders a text, what plays the score, or which clock it is played by.

The rules are those of the brief, 2.4 and 2.5. Counted from the first breath of a step: cycles 1
and 2 have words and one count a second; cycles 3 to 6 two words, each ending inside the first
second of its phase; then the breath sounds alone, 6 dB below the voice, and the words come back
for one cycle a minute. Nothing is spoken across a turn of breath: a word that does not fit is
left out. The level sinks by 1 dB a minute, at most 6, and the last sentence has the first level.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias, assert_never

from companion.core import pcm
from companion.core.breath import BreathPhase, phases
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

COUNT_WORDS: Final = (
    "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip
"""Spoken one a second after a phase's own word."""
COUNTED_CYCLES = 2
WORDED_CYCLES = 6
WORDS_AGAIN_SECONDS = 60.0
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
                for _, text in _spoken(step, phases(step.stages, 1), _mode(manner), 1):
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
    noises: dict[tuple[str, int], Samples] = {}
    for phase in laid:
        breaths.append(ScoreMark(at + phase.start, "breath", phase.name))
        if phase.name in pcm.BREATH_HERTZ:
            key = phase.name, phase.end - phase.start
            if key not in noises:
                noises[key] = pcm.breath(*key, rate, seed=BREATH_SEED)
            sounds.append(Sound(at + phase.start, noises[key], 1.0, "breath"))
    for phase, text, start in _timed(step, laid, mode, rate):
        clip = clips[text]
        if start + len(clip) <= min(phase.end, start + round(WORD_SECONDS * rate)):
            sounds.append(Sound(at + start, clip, 1.0, "speech", text))
    return end


def _timed(
    step: BreatheStep, laid: Sequence[BreathPhase], mode: Mode, rate: int
) -> list[tuple[BreathPhase, str, int]]:
    """Each spoken word of a breathing step with its phase and its start within the step."""
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
