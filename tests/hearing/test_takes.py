"""Takes: where one begins and ends, and which are of no use."""

from __future__ import annotations

import numpy as np
import pytest

from companion.hearing.takes import Flaw, Sound, flaw, takes_in
from companion.ports import Likeness
from tests.spoken import NOISE, RATE, said

GOOD = Likeness(alike=0.75, seconds=0.9, usual_seconds=0.95)


def room(seconds: float, *, sound: Sound | None = None, at: float = 1.0) -> Sound:
    """A quiet room in which something sounds."""
    samples = np.random.default_rng(4).normal(0.0, NOISE, round(seconds * RATE))
    if sound is not None:
        start = round(at * RATE)
        samples[start : start + len(sound)] += sound
    return np.clip(samples, -32768, 32767).astype(np.int16)


def test_a_take_is_the_speech_and_little_else() -> None:
    """Cut to a fifth of a second around what was said."""
    sound = said("help me breathe")
    loud = np.flatnonzero(np.abs(sound) > 300)
    (take,) = takes_in(room(4.0, sound=sound))
    assert len(take) / RATE == pytest.approx((loud[-1] - loud[0]) / RATE, abs=0.25)
    assert np.abs(take).max() == np.abs(room(4.0, sound=sound)).max()


def test_two_stretches_of_speech_are_two_takes() -> None:
    """A pause between them parts them."""
    both = room(6.0, sound=said("time out"), at=1.0) + room(6.0, sound=said("time out"), at=3.5)
    assert len(list(takes_in(both))) == 2


def test_a_quiet_room_holds_no_take() -> None:
    """And nothing at all neither."""
    assert list(takes_in(room(2.0))) == []
    assert list(takes_in(np.zeros(0, np.int16))) == []


def test_flaws() -> None:
    """Each kind of useless take is known for what it is, and a good one has none."""
    second = room(1.0, sound=said("help me breathe")[: RATE // 2], at=0.2)
    clipped = np.clip(second.astype(np.int32) * 12, -32768, 32767).astype(np.int16)
    assert flaw(None, None) is Flaw.EMPTY
    assert flaw(clipped, GOOD) is Flaw.CLIPPED
    assert flaw(second[: RATE // 5], GOOD) is Flaw.SHORT
    assert flaw(second, Likeness(0.3, 0.9, 0.95)) is Flaw.UNLIKE
    assert flaw(second, Likeness(0.8, 0.3, 0.95)) is Flaw.UNLIKE
    assert flaw(second, GOOD, 0.85) is Flaw.UNLIKE
    assert flaw(second, GOOD, 0.75) is None
    assert flaw(second, GOOD) is None
    assert flaw(second, None) is None
