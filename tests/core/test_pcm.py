"""Sample maths: levels, fades, resampling, the soft tone and the breath."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.core import pcm
from companion.core.pcm import Samples


def sine(hertz: float, rate: int, seconds: float) -> Samples:
    """A sine at half of full scale."""
    return (0.5 * np.sin(2 * np.pi * hertz * np.arange(round(rate * seconds)) / rate)).astype(
        np.float32
    )


def spectrum_hertz(samples: Samples, rate: int, part: float) -> float:
    """The frequency below which `part` of the power lies."""
    power = np.cumsum(np.abs(np.fft.rfft(samples)) ** 2)
    return float(np.searchsorted(power, part * power[-1]) * rate / len(samples))


def test_a_full_scale_sine_has_minus_three_decibels() -> None:
    """Levels are measured against a full-scale square wave, and nothing has the floor level."""
    assert pcm.rms_db(sine(100, 8000, 1.0) * 2) == pytest.approx(-3.01, abs=0.01)
    assert pcm.rms_db(np.ones(100, np.float32)) == pytest.approx(0.0)
    assert pcm.rms_db(pcm.silence(100)) == pcm.rms_db(pcm.silence(0)) == pcm.FLOOR_DB
    assert pcm.peak(pcm.silence(0)) == 0.0


@given(st.floats(-40, 20))
def test_gain_changes_the_level_by_its_decibels(decibels: float) -> None:
    """A gain of so many decibels moves the level by exactly them."""
    sound = sine(440, 8000, 0.1)
    louder = pcm.gain_db(sound, decibels)
    assert pcm.rms_db(louder) - pcm.rms_db(sound) == pytest.approx(decibels, abs=1e-3)
    assert louder.dtype == np.float32


@given(st.integers(0, 50), st.integers(0, 80))
def test_fades_reach_zero_and_leave_the_rest(length: int, fade: int) -> None:
    """A fade starts at zero, never overshoots, leaves its input alone, and mirrors the other."""
    ones = np.ones(length, np.float32)
    faded = pcm.fade_in(ones, fade)
    assert len(faded) == length
    assert (ones == 1).all()
    assert ((faded >= 0) & (faded <= 1)).all()
    if length and fade:
        assert faded[0] == 0
    assert (faded[fade:] == 1).all()
    assert (pcm.fade_out(ones, fade) == faded[::-1]).all()


def test_mix_and_join_keep_every_sample() -> None:
    """A mix is as long as its longest part, a join as long as all of them."""
    a, b = np.full(3, 0.25, np.float32), np.full(5, 0.5, np.float32)
    assert pcm.mix(a, b).tolist() == [0.75, 0.75, 0.75, 0.5, 0.5]
    assert pcm.join([a, b]).tolist() == [*a, *b]
    assert len(pcm.mix()) == len(pcm.join([])) == 0


@given(st.lists(st.integers(-32767, 32767), max_size=50))
def test_sixteen_bits_go_round_unchanged(values: list[int]) -> None:
    """int16 to float32 and back gives the same samples."""
    samples = np.array(values, np.int16)
    assert (pcm.to_int16(pcm.from_int16(samples)) == samples).all()


def test_what_is_beyond_full_scale_is_clipped() -> None:
    """Too loud never wraps round to the other sign."""
    assert pcm.to_int16(np.array([2.0, -2.0], np.float32)).tolist() == [32767, -32767]
    assert pcm.from_int16(np.array([-32768], np.int16)).tolist() == [-1.0]


@pytest.mark.parametrize(
    ("source", "target"),
    [(22_050, 48_000), (22_050, 16_000), (44_100, 16_000), (48_000, 16_000), (16_000, 48_000),
     (8_000, 22_050), (44_101, 48_000)],
)  # fmt: skip
def test_resampling_keeps_what_fits_and_its_place(source: int, target: int) -> None:
    """A tone below 0.83 of the lower limit comes out the same, undelayed, 80 dB and more exact."""
    hertz = 0.83 * min(source, target) / 2
    seconds = 0.5
    out = pcm.resample(sine(hertz, source, seconds), source, target)
    assert len(out) == math.ceil(round(source * seconds) * target / source)
    ideal = 0.5 * np.sin(2 * np.pi * hertz * np.arange(len(out)) / target)
    edge = round(target * 0.05)
    assert pcm.rms_db((out - ideal)[edge:-edge].astype(np.float32)) < -80


@pytest.mark.parametrize(("source", "target"), [(48_000, 16_000), (44_100, 16_000)])
def test_resampling_lets_nothing_fold_back(source: int, target: int) -> None:
    """What is above the new limit is gone, not mirrored into the speech."""
    out = pcm.resample(sine(target / 2 * 1.05, source, 0.5), source, target)
    edge = round(target * 0.05)
    assert pcm.rms_db(out[edge:-edge]) < -80


@given(st.integers(0, 700), st.sampled_from([8000, 11_025, 16_000, 22_050, 44_100, 48_000]),
       st.sampled_from([8000, 16_000, 22_050, 48_000]))  # fmt: skip
def test_resampling_gives_the_length_it_promises(length: int, source: int, target: int) -> None:
    """Any length, the shortest included, gives ceil(n * target / source) samples."""
    out = pcm.resample(np.ones(length, np.float32), source, target)
    assert len(out) == -(-length * target // source)
    assert out.dtype == np.float32


def test_a_constant_stays_constant() -> None:
    """Resampling adds no ripple between the phases of its filter."""
    out = pcm.resample(np.full(20_000, 0.5, np.float32), 22_050, 48_000)
    assert np.abs(out[2000:-2000] - 0.5).max() < 1e-4


def test_no_rate_below_one() -> None:
    """A rate of zero is an error, not an endless sound."""
    with pytest.raises(ValueError, match="at least 1"):
        pcm.resample(np.ones(3, np.float32), 0, 16_000)


@pytest.mark.parametrize("rate", [16_000, 22_050, 48_000])
def test_the_tone_is_soft(rate: int) -> None:
    """A tone has a slow attack, ends at zero, lies in 400-1500 Hz and is no louder than a voice."""
    for number in (0, 1):
        tone = pcm.tone(rate, number)
        assert len(tone) == round(pcm.TONE_SECONDS * rate)
        level = np.abs(tone)
        assert level[: round(0.005 * rate)].max() < 0.1 * level.max()
        assert np.abs(tone[-round(0.002 * rate) :]).max() < 0.001
        assert spectrum_hertz(tone, rate, 0.01) > 400
        assert spectrum_hertz(tone, rate, 0.99) < 1500
        assert pcm.rms_db(tone) < pcm.VOICE_DB
    assert (pcm.tone(rate, 0) != pcm.tone(rate, 1)).any()


@pytest.mark.parametrize("rate", [16_000, 48_000])
@pytest.mark.parametrize("kind", ["in", "top_up", "out"])
def test_a_breath_is_quieter_than_the_voice_and_without_hiss(kind: str, rate: int) -> None:
    """Its loudest half second lies 6 dB below the voice; next to nothing is above 3 kHz."""
    breath = pcm.breath(kind, 3 * rate, rate, seed=1)
    half = rate // 2
    loudest = max(pcm.rms_db(breath[i : i + half]) for i in range(0, len(breath), half // 8))
    assert loudest == pytest.approx(pcm.VOICE_DB - pcm.BREATH_BELOW_VOICE_DB, abs=0.3)
    assert spectrum_hertz(breath, rate, 0.999) < 3000
    assert pcm.peak(breath) < 0.3


@given(st.integers(1, 20_000), st.sampled_from(["in", "top_up", "out"]))
def test_a_breath_has_its_exact_length_and_silent_ends(length: int, kind: str) -> None:
    """Every length is met to the sample, and no click stands at either end."""
    breath = pcm.breath(kind, length, 16_000, seed=3)
    assert len(breath) == length
    assert abs(breath[-1]) < 1e-6
    if length > 800:
        assert abs(breath[0]) < 1e-6


def test_the_same_seed_gives_the_same_breath() -> None:
    """Breath sound is chance, but the same chance every time."""
    a, b = (pcm.breath("in", 8000, 16_000, seed=5) for _ in range(2))
    assert (a == b).all()
    assert (a != pcm.breath("in", 8000, 16_000, seed=6)).any()


def test_in_brightens_and_out_darkens() -> None:
    """An in-breath rises in pitch and level, an out-breath falls in both."""
    rate = 16_000
    inward = pcm.breath("in", 4 * rate, rate, seed=1)
    outward = pcm.breath("out", 6 * rate, rate, seed=1)
    assert spectrum_hertz(inward[:rate], rate, 0.5) < spectrum_hertz(inward[-rate:], rate, 0.5)
    assert spectrum_hertz(outward[:rate], rate, 0.5) > spectrum_hertz(outward[-rate:], rate, 0.5)
    assert pcm.rms_db(inward[: 2 * rate]) < pcm.rms_db(inward[2 * rate :])
    assert pcm.rms_db(outward[: 3 * rate]) > pcm.rms_db(outward[3 * rate :]) + 3
