"""Every utterance is handed on at one loudness, whole and in order."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from companion.hearing.level import LEAST_GAIN, MOST_GAIN, SPEECH, Leveller
from companion.ports import FRAME_SAMPLES, HEARING_RATE

Samples = NDArray[np.int16]


def tone(amplitude: float, seconds: float) -> Samples:
    """A voice of one pitch, 16 kHz."""
    at = np.arange(round(seconds * HEARING_RATE)) / HEARING_RATE
    return np.rint(amplitude * np.sin(2 * np.pi * 200 * at)).astype(np.int16)


def levelled(sound: Samples, before: Samples) -> Samples:
    """What is handed on of a sound, given in frames, and of what was before it."""
    leveller = Leveller()
    first = leveller.take(before, before=True)
    frames = [sound[at : at + FRAME_SAMPLES] for at in range(0, len(sound), FRAME_SAMPLES)]
    return np.concatenate((first, *map(leveller.take, frames), leveller.rest()))


def root_mean_square(sound: Samples) -> float:
    """Of the whole sound."""
    return float(np.sqrt(np.mean(np.square(sound.astype(np.float64)))))


@pytest.mark.parametrize("amplitude", [150.0, 1000.0, 8000.0, 30000.0])
@pytest.mark.parametrize("seconds", [0.1, 0.3, 1.5])
def test_faint_and_loud_speech_are_handed_on_alike(amplitude: float, seconds: float) -> None:
    """Short or long, every sample comes out, at the loudness of the templates."""
    before = np.zeros(6400, np.int16)
    sound = tone(amplitude, seconds)
    out = levelled(sound, before)
    assert len(out) == len(before) + len(sound)
    assert root_mean_square(out[len(before) :]) == pytest.approx(SPEECH, rel=0.05)


def test_what_comes_louder_turns_it_down_and_quiet_stays_quiet() -> None:
    """A whisper that becomes a shout does not overflow; after it, the whisper is faint."""
    sound = np.concatenate((tone(500, 0.6), tone(12000, 0.6), tone(500, 0.6)))
    out = levelled(sound, np.zeros(0, np.int16))
    shout = out[round(0.7 * HEARING_RATE) : round(1.1 * HEARING_RATE)]
    after = out[round(1.3 * HEARING_RATE) :]
    assert root_mean_square(shout) < 1.3 * SPEECH
    assert root_mean_square(after) < 0.1 * SPEECH


def test_silence_is_not_raised_without_end() -> None:
    """Nothing said stays next to nothing."""
    hum = tone(3, 1.0)
    assert np.abs(levelled(hum, hum)).max() <= 3 * MOST_GAIN
    assert 0 < LEAST_GAIN < 1 < MOST_GAIN


@pytest.mark.parametrize("room", [1.0, 400.0, 1500.0])
def test_noise_around_speech_is_not_counted_as_speech(room: float) -> None:
    """In a quiet room and in one that is loud, as long as somebody spoke."""
    random = np.random.default_rng(1)
    noise = random.normal(0.0, room, round(2.5 * HEARING_RATE))
    begin = HEARING_RATE
    noise[begin : begin + HEARING_RATE] += tone(9000, 1.0)
    sound = np.rint(noise).astype(np.int16)
    leveller = Leveller()
    leveller.take(sound[: HEARING_RATE // 2], before=True)
    leveller.take(sound[HEARING_RATE // 2 :])
    leveller.rest()
    assert leveller.loud_seconds() == pytest.approx(1.0, abs=0.12)
