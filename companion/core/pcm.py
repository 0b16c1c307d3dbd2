"""Sample maths: gain, fade, mix, resample, and the sounds that are made from nothing.

Decides how a soft tone and a breath sound. Must not know: what is said, when anything sounds,
where samples come from or go to.

Samples are mono float32 in -1..1 unless a name says int16. Lengths are in samples, rates in
samples a second, levels in decibels against a full-scale square wave (dBFS): a full-scale sine
has -3.01 dBFS.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Samples: TypeAlias = NDArray[np.float32]
"""float32[n], mono, -1..1."""

FULL_SCALE = 32767.0
FLOOR_DB = -120.0
"""What a level measure answers for silence."""
ZERO_CROSSINGS = 48
"""Zero crossings of the sinc on each side. With KAISER_BETA: flat to 0.9 of the lower Nyquist
frequency, and images at least 80 dB down."""
KAISER_BETA = 8.6
CUTOFF = 0.95
"""Middle of the filter's slope, as a part of the lower Nyquist frequency."""
LARGEST_TABLE = 2048
"""Rates whose ratio needs more phases than this are weighed sample by sample, which is slower."""
BLOCK_OUTPUTS = 256
"""Outputs computed by one row of the matrix product, about."""


# ---- levels ---------------------------------------------------------------------------------


def factor(decibels: float) -> float:
    """The factor on the samples that a gain in decibels means."""
    return math.pow(10.0, decibels / 20.0)


def peak(samples: Samples) -> float:
    """The largest absolute sample, 0 for nothing."""
    return float(np.max(np.abs(samples))) if len(samples) else 0.0


def rms_db(samples: Samples) -> float:
    """Root mean square level in dBFS, FLOOR_DB for silence."""
    if not len(samples):
        return FLOOR_DB
    mean_square = float(np.mean(np.square(samples, dtype=np.float64)))
    return max(FLOOR_DB, 10.0 * math.log10(mean_square)) if mean_square > 0.0 else FLOOR_DB


def gain_db(samples: Samples, decibels: float) -> Samples:
    """The samples made louder or quieter."""
    return (samples * np.float32(factor(decibels))).astype(np.float32, copy=False)


# ---- joining and shaping --------------------------------------------------------------------


def silence(length: int) -> Samples:
    """So many zeros."""
    return np.zeros(length, np.float32)


def rise(length: int) -> Samples:
    """A cosine ramp from 0 up to, but not including, 1."""
    return (0.5 - 0.5 * np.cos(np.pi * np.arange(length) / max(1, length))).astype(np.float32)


def fade_in(samples: Samples, length: int) -> Samples:
    """The samples with a cosine rise over the first `length` of them."""
    length = min(length, len(samples))
    faded = samples.copy()
    faded[:length] *= rise(length)
    return faded


def fade_out(samples: Samples, length: int) -> Samples:
    """The samples with a cosine fall over the last `length` of them."""
    return fade_in(samples[::-1], length)[::-1].copy()


def mix(*parts: Samples) -> Samples:
    """The sum, as long as the longest part."""
    total = silence(max((len(p) for p in parts), default=0))
    for part in parts:
        total[: len(part)] += part
    return total


def join(parts: Iterable[Samples]) -> Samples:
    """One after the other."""
    gathered = list(parts)
    return np.concatenate(gathered).astype(np.float32) if gathered else silence(0)


def to_int16(samples: Samples) -> NDArray[np.int16]:
    """Rounded 16-bit samples; what is beyond full scale is clipped."""
    whole: NDArray[np.int16] = np.rint(np.clip(samples, -1.0, 1.0) * FULL_SCALE).astype(np.int16)
    return whole


def from_int16(samples: NDArray[np.int16]) -> Samples:
    """16-bit samples as float32."""
    return (samples.astype(np.float32) / np.float32(FULL_SCALE)).clip(-1.0, 1.0)


# ---- resampling -----------------------------------------------------------------------------


def resample(samples: Samples, from_rate: int, to_rate: int) -> Samples:
    """The same sound at another rate, nothing delayed.

    A windowed sinc in polyphase form, as one matrix product over blocks. The answer has
    ceil(n * to_rate / from_rate) samples; beyond both ends silence is assumed. ValueError for a
    rate below 1.
    """
    if from_rate < 1 or to_rate < 1:
        raise ValueError(f"a rate must be at least 1 sample a second: {from_rate}, {to_rate}")
    if from_rate == to_rate or not len(samples):
        return samples.astype(np.float32)
    common = math.gcd(from_rate, to_rate)
    up, down = to_rate // common, from_rate // common
    length = -(-len(samples) * up // down)
    if up > LARGEST_TABLE or down > LARGEST_TABLE:
        return _resample_odd(samples, length, up, down)
    return _resample_blocks(samples, length, up, down)


def _half_taps(up: int, down: int) -> int:
    return math.ceil(ZERO_CROSSINGS * max(1.0, down / up) / CUTOFF)


def _weights(offsets: NDArray[np.float64], up: int, down: int) -> NDArray[np.float64]:
    """The filter at `offsets`, in input samples from its middle."""
    cutoff = CUTOFF * min(1.0, up / down)
    inside = np.clip(1.0 - np.square(offsets / _half_taps(up, down)), 0.0, None)
    window = np.i0(KAISER_BETA * np.sqrt(inside)) / np.i0(KAISER_BETA)
    weights: NDArray[np.float64] = cutoff * np.sinc(cutoff * offsets) * window * (inside > 0)
    return weights


@lru_cache(maxsize=8)
def _table(up: int, down: int) -> tuple[Samples, int, int]:
    """A matrix that turns a stretch of input into a row of outputs; outputs and inputs a row."""
    repeat = max(1, BLOCK_OUTPUTS // max(up, down))
    outputs, step = up * repeat, down * repeat
    half = _half_taps(up, down)
    places = np.arange(outputs) * (down / up)
    inputs = np.arange(step + 2 * half + 1) - half
    return _weights(inputs[:, None] - places[None, :], up, down).astype(np.float32), outputs, step


def _resample_blocks(samples: Samples, length: int, up: int, down: int) -> Samples:
    table, outputs, step = _table(up, down)
    half, span = _half_taps(up, down), table.shape[0]
    rows = -(-length // outputs)
    padded = silence(max(rows * step + span, half + len(samples)))
    padded[half : half + len(samples)] = samples
    windows = np.lib.stride_tricks.sliding_window_view(padded, span)[::step][:rows]
    out = np.empty((rows, outputs), np.float32)
    many = max(1, 2_000_000 // span)
    for first in range(0, rows, many):
        part = np.ascontiguousarray(windows[first : first + many])
        np.matmul(part, table, out=out[first : first + many])
    return out.reshape(-1)[:length].copy()


def _resample_odd(samples: Samples, length: int, up: int, down: int) -> Samples:
    half = _half_taps(up, down)
    padded = np.pad(samples, (half, half + 2))
    taps = np.arange(-half, half + 1)
    out = np.empty(length, np.float32)
    for first in range(0, length, 4096):
        numbers = np.arange(first, min(length, first + 4096), dtype=np.int64)
        whole, part = numbers * down // up, (numbers * down % up) / up
        weights = _weights(taps[None, :] - part[:, None], up, down)
        gathered = padded[np.minimum(whole[:, None] + taps + half, len(padded) - 1)]
        out[first : first + len(numbers)] = np.einsum("ij,ij->i", weights, gathered)
    return out


# ---- sounds made from nothing ---------------------------------------------------------------

VOICE_DB = -23.0
"""Active level of the voice; everything else is set against it."""
BREATH_BELOW_VOICE_DB = 6.0
"""The breath sound lies this far below the voice (brief, 2.4)."""
TONE_SECONDS = 0.7
TONE_ATTACK_SECONDS = 0.04
"""At least 30 ms, so that nobody is startled (brief, 6.9)."""
TONE_HERTZ = (523.25, 659.26)
"""The first and the second tone. All partials lie in 400-1500 Hz, where most people with a
hearing loss still hear well (brief, 6.9)."""
BREATH_HERTZ = {"in": (330.0, 680.0), "top_up": (600.0, 820.0), "out": (620.0, 260.0)}
"""Middle of the breath sound's spectrum at its start and its end: an in-breath brightens."""
BREATH_WIDTH = 0.55
"""Width of that spectrum as a standard deviation of ln(frequency): 40 dB down at 4 kHz."""


def tone(rate: int, number: int = 0) -> Samples:
    """One soft chime of TONE_SECONDS; `number` 0 is the first of two, 1 the second."""
    time = np.arange(round(TONE_SECONDS * rate)) / rate
    base = TONE_HERTZ[number % len(TONE_HERTZ)]
    sound = np.zeros(len(time))
    for partial, strength, decay in ((1.0, 1.0, 0.22), (1.5, 0.22, 0.14), (2.0, 0.3, 0.09)):
        sound += strength * np.exp(-time / decay) * np.sin(2 * np.pi * base * partial * time)
    soft = fade_in(sound.astype(np.float32), round(TONE_ATTACK_SECONDS * rate))
    soft = fade_out(soft, round(0.3 * rate))
    return gain_db(soft, VOICE_DB - _loudest_db(soft, round(0.15 * rate)))


def breath(kind: str, length: int, rate: int, *, seed: int) -> Samples:
    """Breath-like noise of exactly `length` samples; `kind` is a key of BREATH_HERTZ.

    Starts and ends at zero. The same arguments give the same samples.
    """
    start, end = BREATH_HERTZ[kind]
    shaped = _shaped_noise(length, rate, start, end, seed=seed) * _breath_envelope(kind, length)
    level = _loudest_db(shaped, min(length, round(0.5 * rate)))
    return gain_db(shaped, VOICE_DB - BREATH_BELOW_VOICE_DB - level)


def _shaped_noise(length: int, rate: int, start: float, end: float, *, seed: int) -> Samples:
    """White noise through a spectrum whose middle glides from `start` to `end` hertz."""
    hop = 1 << max(4, round(math.log2(rate * 0.02)))
    frames = length // hop + 3
    random = np.random.default_rng(seed)
    noise = random.standard_normal((frames + 1) * hop).astype(np.float32)
    window = np.sin(np.pi * (np.arange(2 * hop) + 0.5) / (2 * hop))
    pieces = np.lib.stride_tricks.sliding_window_view(noise, 2 * hop)[::hop] * window
    middle = start * (end / start) ** np.linspace(0.0, 1.0, frames)
    hertz = np.maximum(np.fft.rfftfreq(2 * hop, 1.0 / rate), 1.0)
    distance = np.log(hertz[None, :] / middle[:, None]) / BREATH_WIDTH
    shaped = np.fft.irfft(np.fft.rfft(pieces) * np.exp(-0.5 * distance**2)) * window
    out = np.zeros((frames + 1, hop))
    out[:-1] += shaped[:, :hop]
    out[1:] += shaped[:, hop:]
    return out.reshape(-1)[hop : hop + length].astype(np.float32)


def _breath_envelope(kind: str, length: int) -> Samples:
    """In swells and ends soon after its height; out comes quickly and dies away slowly."""
    climb = round(length * (0.2 if kind == "out" else 0.72))
    fall = length - climb
    down = (0.5 + 0.5 * np.cos(np.pi * (np.arange(fall) + 1) / max(1, fall))).astype(np.float32)
    # The square root makes the start of a phase heard within its first tenth of a second.
    up = np.sqrt(rise(climb))
    return np.concatenate((up, down**1.3 if kind == "out" else down)).astype(np.float32)


def _loudest_db(samples: Samples, window: int) -> float:
    """Level of the loudest stretch of `window` samples, in dBFS."""
    if not len(samples) or window < 1:
        return FLOOR_DB
    sums = np.concatenate(([0.0], np.cumsum(np.square(samples, dtype=np.float64))))
    loudest = float(np.max(sums[window:] - sums[:-window])) / window if len(sums) > window else 0.0
    return max(FLOOR_DB, 10.0 * math.log10(loudest)) if loudest > 0.0 else FLOOR_DB
