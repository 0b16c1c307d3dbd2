"""The ruler of the sound loop: what it reads off a recording is what was put there."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.sound.measure import Trial, answer_seconds, cue_span, first_sound, verdict

RATE = 48_000


def recording(
    *, cue: tuple[float, float], answer: float | None, seconds: float = 6.0
) -> NDArray[np.int16]:
    """Make a recording with noise, a cue from begin to end, and a soft tone from `answer` on."""
    time = np.arange(round(seconds * RATE)) / RATE
    left = np.random.default_rng(3).normal(0, 10, len(time))
    left += 9000 * np.sin(2 * np.pi * 180 * time) * ((time >= cue[0]) & (time < cue[1]))
    right = np.zeros(len(time))
    if answer is not None:
        since = np.clip(time - answer, 0, None)
        right = 6000 * np.sin(2 * np.pi * 500 * since) * np.clip(since / 0.03, 0, 1)
    return np.stack([left, right], axis=1).astype(np.int16)


@pytest.mark.parametrize(("end", "answer"), [(2.0, 2.5), (2.113, 2.62), (1.5, 4.75), (3.0, 2.9)])
def test_the_answer_is_measured_from_the_end_of_the_cue(end: float, answer: float) -> None:
    """To within one window of 10 ms, also where the answer comes before the cue has ended."""
    sound = recording(cue=(1.0, end), answer=answer)
    assert answer_seconds(sound, RATE) == pytest.approx(answer - end, abs=0.011)


def test_no_answer_is_told_apart_from_a_quick_one() -> None:
    """A loudspeaker that stays silent gives None, not zero."""
    assert answer_seconds(recording(cue=(1, 2), answer=None), RATE) is None


def test_a_sound_before_the_cue_is_no_answer() -> None:
    """What sounded before the cue began is not taken for the answer to it."""
    sound = recording(cue=(1.0, 2.0), answer=2.4)
    sound[: RATE // 2, 1] = 1000
    assert answer_seconds(sound, RATE) == pytest.approx(0.4, abs=0.011)


def test_a_recording_without_a_cue_is_refused() -> None:
    """Room noise alone is no cue, and neither is nothing at all."""
    for sound in (recording(cue=(1, 1), answer=2), np.zeros((0, 2), np.int16)):
        with pytest.raises(ValueError, match="holds no cue"):
            answer_seconds(sound, RATE)


def test_the_cue_is_found_in_the_noise() -> None:
    """Begin and end are those of the speech, not of the recording."""
    begin, end = cue_span(recording(cue=(1.0, 2.0), answer=None)[:, 0], RATE)
    assert begin == pytest.approx(1.0, abs=0.011)
    assert end == pytest.approx(2.0, abs=0.011)


def test_the_first_sound_is_the_first_sample_of_a_soft_attack() -> None:
    """A tone that fades in is heard from its beginning, within two milliseconds."""
    right = recording(cue=(1, 2), answer=2.5)[:, 1]
    assert first_sound(right, RATE, 0.0) == pytest.approx(2.5, abs=0.002)
    assert first_sound(right, RATE, 7.0) is None


@pytest.mark.parametrize(
    ("answers", "good"),
    [
        ([0.5, 0.6, 0.7, 0.9], True),
        ([0.5, 0.8, 0.9], False),
        ([0.5, 0.5, 0.5, 0.5, None], True),
        ([0.5, 0.5, 0.5, None], False),
        ([None], False),
        ([], False),
    ],
)
def test_the_verdict_weighs_the_median_and_the_misses(
    answers: list[float | None], good: bool
) -> None:
    """Too slow in the middle, too often silent, or nothing at all: not good."""
    trials = [Trial("a", "b", seconds) for seconds in answers]
    assert verdict(trials, limit=0.7, missed_share=0.2)[1] is good
