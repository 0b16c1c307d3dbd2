"""What every clock owes, the machine's own and the one that counts samples."""

from __future__ import annotations

import math

import pytest

from companion.core.promise import Moment
from companion.keeping.clock import SampleClock, SystemClock
from companion.ports import Clock

START = Moment(wall=1_780_000_000.25, boot=4321.5, boot_id="a boot")


@pytest.fixture(params=["system", "samples"])
def clock(request: pytest.FixtureRequest) -> Clock:
    """Give each clock in turn."""
    return SystemClock() if request.param == "system" else SampleClock(START)


def test_boot_time_never_goes_back(clock: Clock) -> None:
    """However often a clock is asked, boot time does not fall and stays finite."""
    boots = [clock.now().boot for _ in range(1000)]
    assert boots == sorted(boots)
    assert all(math.isfinite(boot) and boot >= 0 for boot in boots)


def test_one_clock_stays_in_one_boot(clock: Clock) -> None:
    """The boot id is there and does not change while the program runs."""
    first = clock.now()
    assert first.boot_id
    assert clock.now().boot_id == first.boot_id


def test_the_wall_clock_is_in_seconds(clock: Clock) -> None:
    """Wall time is seconds since 1970, not milliseconds."""
    assert 0 <= clock.now().wall < 1e11


def test_a_sample_clock_stands_still_until_sound_is_read() -> None:
    """It never reads the machine's clock."""
    clock = SampleClock(START)
    assert clock.now() == START
    assert clock.now() == START


def test_a_sample_clock_moves_wall_and_boot_time_alike() -> None:
    """Ten minutes of frames are ten minutes, to a microsecond, on both."""
    clock = SampleClock(START)
    for _ in range(30_000):
        clock.advance(0.02)
    now = clock.now()
    assert clock.elapsed == pytest.approx(600, abs=1e-6)
    assert now.boot - START.boot == pytest.approx(600, abs=1e-6)
    assert now.wall - START.wall == pytest.approx(600, abs=1e-6)
    assert (now.boot_id, now.clock_set) == (START.boot_id, START.clock_set)


@pytest.mark.parametrize("seconds", [-0.02, math.nan, math.inf])
def test_a_sample_clock_refuses_a_time_that_is_none(seconds: float) -> None:
    """A negative or endless step is refused and changes nothing."""
    clock = SampleClock(START)
    with pytest.raises(ValueError, match="moves forwards"):
        clock.advance(seconds)
    assert clock.now() == START
