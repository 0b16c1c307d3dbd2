"""A script laid out in samples: what is said where, and what is not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.core import pcm
from companion.core.breath import phases
from companion.core.pcm import Samples
from companion.core.score import Score, Sound, lay_out, moved, texts
from companion.core.script import (
    BreatheStep,
    Manner,
    Mode,
    SayStep,
    Script,
    Stage,
    ToneStep,
    WaitStep,
)

RATE = 8000
BREATHE = BreatheStep((Stage(3, 0, 4, 0, 4), Stage(3, 0, 5, 0, 4), Stage(4, 0, 6, 0, 24)))
SCRIPT = Script(
    name="longer_out",
    title="",
    family="breath",
    steps=(SayStep(("Before it.", "First of all."), 4.0), BREATHE, SayStep(("After it.",), 6.0)),
)


def first(step: int, count: int) -> int:
    """Choose the first variant."""
    return 0


def clips_for(
    script: Script, manner: Manner, *, rate: int = RATE, seconds: float = 0.4
) -> Mapping[str, Samples]:
    """A clip of this length for every text."""
    length = round(seconds * rate)
    return {text: np.full(length, 0.1, np.float32) for text in texts(script, manner)}


def score_of(
    mode: Mode, *, script: Script = SCRIPT, rate: int = RATE, seconds: float = 0.4, **manner: float
) -> Score:
    """The script in a mode."""
    how = replace(Manner(mode=mode), **manner)  # type: ignore[arg-type]
    clips = clips_for(script, how, rate=rate, seconds=seconds)
    return lay_out(script, clips, choose=first, manner=how, rate=rate)


def words(score: Score, start: float, end: float) -> list[str]:
    """What is said between two seconds of the breathing step."""
    origin = score.spans[1].start
    return [
        s.text
        for s in score.sounds
        if s.kind == "speech" and start <= (s.start - origin) / score.rate < end
    ]


def test_counts_fade_to_words_and_to_breath_alone() -> None:
    """Cycles 1-2 are counted, 3-6 have two words, from 7 the words come back once a minute."""
    score = score_of(Mode.FADING)
    assert words(score, 0, 7) == ["in", "two", "three", "out", "two", "three", "four"]
    assert words(score, 7, 14) == words(score, 0, 7)
    for start, end in ((14, 21), (21, 28), (28, 36), (36, 44)):
        assert words(score, start, end) == ["in", "out"]
    assert words(score, 44, 96) == []
    # Cycle 6 begins at 36 s, so the first cycle a minute later is the one at 100 s.
    assert words(score, 100, 110) == ["in", "out"]
    assert words(score, 110, 160) == []
    assert words(score, 160, 170) == ["in", "out"]
    assert words(score, 170, 220) == []


def test_a_count_comes_every_second() -> None:
    """The phase's own word at its start, then one count a second, to the sample."""
    score = score_of(Mode.COUNTS)
    origin = score.spans[1].start
    spoken = [s.start - origin for s in score.sounds if s.kind == "speech"][1:-1]
    assert spoken == [second * RATE for second in range(300)]


@pytest.mark.parametrize("mode", [Mode.COUNTS, Mode.FADING, Mode.WORDS])
@pytest.mark.parametrize("seconds", [0.3, 0.9, 1.0, 1.2])
def test_nothing_is_spoken_across_a_turn_of_breath(mode: Mode, seconds: float) -> None:
    """Every word ends within its second and its phase; one that is too long is left out."""
    score = score_of(mode, seconds=seconds)
    span = score.spans[1]
    laid = phases(BREATHE.stages, RATE)
    for sound in score.sounds:
        if sound.kind == "speech" and span.start <= sound.start < span.end:
            phase = next(p for p in laid if p.start <= sound.start - span.start < p.end)
            assert sound.end - span.start <= phase.end
            assert len(sound.samples) <= RATE
    assert bool(words(score, 0, 7)) == (seconds <= 1.0)


def test_words_mode_says_in_and_out_throughout() -> None:
    """In words mode each of the 32 cycles has its two words and no count."""
    assert words(score_of(Mode.WORDS), 0, 300) == ["in", "out"] * 32


def test_tones_mode_says_nothing_over_the_breath() -> None:
    """Only breath sounds guide; the sentences before and after stay."""
    score = score_of(Mode.TONES)
    assert words(score, 0, 300) == []
    assert [s.text for s in score.sounds if s.kind == "speech"] == ["Before it.", "After it."]
    assert sum(s.kind == "breath" for s in score.sounds) == 64


def test_silence_mode_has_one_last_tone() -> None:
    """Nothing sounds for the length of the breath, then one tone."""
    score = score_of(Mode.SILENCE)
    inside = [s for s in score.sounds if score.spans[1].start <= s.start < score.spans[1].end]
    assert [(s.kind, s.start - score.spans[1].start) for s in inside] == [("tone", 300 * RATE)]


def test_without_talk_only_breath_is_left() -> None:
    """A household that wants tones only hears no sentence of a practice, and its rests stay."""
    score = score_of(Mode.FADING, talk=False)
    assert {s.kind for s in score.sounds} == {"breath"}
    assert score.spans[0].end - score.spans[0].start == 4 * RATE
    assert texts(SCRIPT, Manner(talk=False)) == ()


def test_texts_names_all_that_is_needed_and_nothing_else() -> None:
    """All variants, or only the chosen ones, and the words and counts of the breath."""
    assert texts(SCRIPT, Manner()) == (
        "Before it.", "First of all.", "in", "two", "three", "out", "four", "After it.",
    )  # fmt: skip
    assert "First of all." not in texts(SCRIPT, Manner(), first)
    assert texts(SCRIPT, Manner(mode=Mode.WORDS)) == (
        "Before it.", "First of all.", "in", "out", "After it.",
    )  # fmt: skip
    chosen = {t: pcm.silence(10) for t in texts(SCRIPT, Manner(), first)}
    lay_out(SCRIPT, chosen, choose=first, manner=Manner(), rate=RATE)


@pytest.mark.parametrize("rate", [16_000, 22_050, 44_100])
def test_ten_minutes_of_breath_are_exact_to_the_sample(rate: int) -> None:
    """Every phase of 600 s begins within half a sample of its exact place, marks and sound."""
    step = BreatheStep((Stage(3.7, 0, 5.4, 0, 66),))
    script = Script("long", "", "breath", (step,))
    score = score_of(Mode.TONES, script=script, rate=rate)
    exact, places = Fraction(0), []
    for _ in range(66):
        places.append(exact)
        places.append(exact + Fraction(3.7))
        exact += Fraction(3.7) + Fraction(5.4)
    marks = [m.at for m in score.marks if m.kind == "breath"]
    assert exact > 600
    assert len(marks) == len(places)
    assert all(abs(m - p * rate) <= Fraction(1, 2) for m, p in zip(marks, places, strict=True))
    assert [s.start for s in score.sounds] == marks


def test_a_turn_of_breath_makes_no_click() -> None:
    """At every turn the samples on both sides are next to zero."""
    score = score_of(Mode.TONES)
    track = rendered(score, 30)
    for mark in score.marks:
        if mark.kind == "breath" and mark.at < 30 * RATE:
            around = track[max(0, mark.at - 8) : mark.at + 8]
            assert np.abs(around).max() < 0.01
    assert np.abs(np.diff(track)).max() < 0.15


def rendered(score: Score, seconds: float) -> Samples:
    """The breath sounds of the first seconds as one track."""
    track = pcm.silence(round(seconds * score.rate) + 10 * score.rate)
    for sound in score.sounds:
        if sound.kind == "breath" and sound.end < len(track):
            track[sound.start : sound.end] += sound.samples * sound.gain
    return track


def test_the_level_sinks_and_comes_back_for_the_last_sentence() -> None:
    """1 dB a minute, 6 at most, the last sentence as loud as the first; not if louder is wanted."""
    score = score_of(Mode.WORDS)
    levels = {round((s.start / RATE) / 60, 2): s.gain for s in score.sounds}
    for minutes, gain in list(levels.items())[:-1]:
        assert gain == pytest.approx(pcm.factor(-min(6.0, minutes)), rel=0.01)
    assert score.sounds[-1].text == "After it."
    assert score.sounds[-1].gain == 1.0
    assert {s.gain for s in score_of(Mode.WORDS, gain_db=3.0).sounds} == {1.0}


def test_pace_stretches_rests_and_leaves_the_breath() -> None:
    """Slower means longer rests between sentences; the breath keeps its time."""
    usual, slow = score_of(Mode.FADING), score_of(Mode.FADING, pace=2.0)
    length = [s.end - s.start for s in usual.spans]
    slower = [s.end - s.start for s in slow.spans]
    assert slower[0] - length[0] == 4 * RATE
    assert slower[2] - length[2] == 6 * RATE
    assert slower[1] == length[1]


def test_tones_and_waits_have_their_place() -> None:
    """A tone lasts as long as it sounds, a wait exactly as long as it says."""
    script = Script("quiet", "", "quiet", (ToneStep(), WaitStep(2.5), ToneStep()))
    score = lay_out(script, {}, choose=first, manner=Manner(), rate=RATE)
    tone = round(pcm.TONE_SECONDS * RATE)
    assert [(s.start, s.end) for s in score.spans] == [
        (0, tone), (tone, tone + 20_000), (tone + 20_000, 2 * tone + 20_000),
    ]  # fmt: skip
    assert [s.kind for s in score.sounds] == ["tone", "tone"]
    assert not score.marks


def test_speech_marks_stand_at_the_edges_of_their_sound() -> None:
    """Each sentence and word is told where it starts and where it ends."""
    score = score_of(Mode.FADING)
    spoken: list[Sound] = [s for s in score.sounds if s.kind == "speech"]
    starts = [(m.at, m.text) for m in score.marks if m.kind == "speech_start"]
    ends = [(m.at, m.text) for m in score.marks if m.kind == "speech_end"]
    assert starts == [(s.start, s.text) for s in spoken]
    assert ends == [(s.end, s.text) for s in spoken]


@given(st.integers(0, 340 * RATE), st.sampled_from(list(Mode)), st.sampled_from(list(Mode)))
def test_a_place_keeps_its_step_in_another_layout(at: int, old: Mode, new: Mode) -> None:
    """Going over to another mode stays in the same step, and in the same breath to the sample."""
    before, after = SCORES[old], SCORES[new]
    at = min(at, before.length - 1)
    index = next(i for i, s in enumerate(before.spans) if s.start <= at < s.end)
    place = moved(at, before, after)
    assert after.spans[index].start <= place <= after.spans[index].end
    if index == 1 and at - before.spans[1].start < 300 * RATE:
        assert place - after.spans[1].start == at - before.spans[1].start


SCORES = {mode: score_of(mode) for mode in Mode}
