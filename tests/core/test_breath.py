"""A breathing pattern in time, exact to the sample."""

from __future__ import annotations

import itertools
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from companion.core.breath import phases, seconds_of
from companion.core.script import Stage

LONGER_OUT = (Stage(3, 0, 4, 0, 4), Stage(3, 0, 5, 0, 4), Stage(4, 0, 6, 0, 24))
RATES = st.sampled_from([8000, 11_025, 16_000, 22_050, 44_100, 48_000])
STAGES = st.lists(
    st.builds(
        Stage,
        breath_in=st.floats(0.5, 9),
        hold_in=st.sampled_from([0.0, 0.3, 4.0]),
        breath_out=st.floats(0.5, 9),
        hold_out=st.sampled_from([0.0, 0.7, 4.0]),
        cycles=st.integers(0, 20),
        top_up=st.sampled_from([0.0, 1.0]),
    ),
    max_size=4,
)


def test_the_default_breath_takes_five_minutes() -> None:
    """The ramp of 28 and 32 seconds and 24 cycles of 10 make 300 seconds."""
    laid = phases(LONGER_OUT, 48_000)
    assert seconds_of(LONGER_OUT) == 300.0
    assert laid[-1].end == 300 * 48_000
    assert [p.start / 48_000 for p in laid[:4]] == [0, 3, 7, 10]
    assert {p.name for p in laid} == {"in", "out"}
    assert laid[-1].cycle == 31


def test_a_sigh_has_a_second_sip() -> None:
    """In, a small top-up, out; the phases of no length are left out."""
    laid = phases((Stage(3, 0, 6, 0, 3, top_up=1),), 1000)
    assert [(p.name, p.start, p.end) for p in laid[:4]] == [
        ("in", 0, 3000), ("top_up", 3000, 4000), ("out", 4000, 10_000), ("in", 10_000, 13_000),
    ]  # fmt: skip


def test_holds_stand_where_they_belong() -> None:
    """In, hold, out, hold."""
    laid = phases((Stage(4, 4, 4, 4, 1),), 10)
    assert [p.name for p in laid] == ["in", "hold", "out", "hold"]


@given(STAGES, RATES)
def test_no_gap_and_no_drift(stages: list[Stage], rate: int) -> None:
    """Each phase starts where the last one ended, within half a sample of its exact place."""
    laid = phases(stages, rate)
    exact = Fraction(0)
    for before, after in itertools.pairwise(laid):
        assert before.end == after.start
    for phase in laid:
        assert abs(phase.start - exact * rate) <= Fraction(1, 2)
        stage = _stage_of(stages, phase.cycle)
        lengths = {
            "in": stage.breath_in, "top_up": stage.top_up, "out": stage.breath_out,
        }  # fmt: skip
        holds = stage.hold_in if exact_hold_is_inner(laid, phase) else stage.hold_out
        exact += Fraction(lengths.get(phase.name, holds))
    if laid:
        assert abs(laid[-1].end - exact * rate) <= Fraction(1, 2)


def exact_hold_is_inner(laid: tuple[object, ...], phase: object) -> bool:
    """Whether the phase before this one filled the lungs."""
    index = laid.index(phase)
    return index > 0 and getattr(laid[index - 1], "name", "") in ("in", "top_up")


def _stage_of(stages: list[Stage], cycle: int) -> Stage:
    for stage in stages:
        if cycle < stage.cycles:
            return stage
        cycle -= stage.cycles
    raise AssertionError("no such cycle")


def test_an_hour_of_odd_lengths_does_not_drift() -> None:
    """After an hour of 3.7 s breaths at 44.1 kHz the last phase is where it belongs."""
    stage = Stage(1.7, 0, 2.0, 0, 973)
    last = phases((stage,), 44_100)[-1]
    assert last.end == round(973 * (Fraction(1.7) + 2) * 44_100)
