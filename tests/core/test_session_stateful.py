"""Random stories with the power cut after any effect: what must hold whatever happens."""

from __future__ import annotations

import contextlib

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from companion.core.promise import CALL_BACK_WINDOW_SECONDS, Judgement, judge
from companion.core.session import CUE_TABLE, Phase
from tests.core.stories import PowerCut, World

LENGTHS = st.sampled_from([30.0, 120.0, 300.0, 600.0, 1200.0, 3600.0, 7200.0, 90_000.0])
SLOTS = st.one_of(
    st.just({}),
    st.builds(lambda x: {"length": x}, LENGTHS),
    st.sampled_from(
        [
            {"until": "9:00"},
            {"answer": "yes"},
            {"answer": "no"},
            {"door": "now"},
            {"door": "later"},
            {"door": "later", "length": 7200.0},
            {"door": "let_go"},
            {"end_clock": True},
            {"cancel": True},
            {"practice": "soles"},
            {"state": "wound_up"},
            {"change": "quieter"},
        ]
    ),
)


class Stories(RuleBasedStateMachine):
    """Cues, waiting, finished practices and power cuts in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.world.restart()

    @rule(intent=st.sampled_from(sorted(CUE_TABLE)), slots=SLOTS)
    def hear(self, intent: str, slots: dict[str, float | str | bool]) -> None:
        self.world.hear(intent, **slots)

    @rule(seconds=st.sampled_from([1.0, 15.0, 60.0, 119.0, 300.0, 1200.0, 4000.0, 90_000.0]))
    def wait(self, seconds: float) -> None:
        self.world.wait(seconds)

    @rule()
    def finish_practice(self) -> None:
        self.world.finish_practice()

    @rule(
        intent=st.sampled_from(["ask_pause", "more_time", "ready_back", "stop"]),
        effects=st.integers(0, 4),
        off=st.sampled_from([5.0, 100.0, 299.0, 1000.0, 100_000.0]),
        clock_set=st.booleans(),
    )
    def cut_during_a_cue(self, intent: str, effects: int, off: float, clock_set: bool) -> None:
        self.world.cut_after = effects
        with contextlib.suppress(PowerCut):
            self.world.hear(intent)
        self.world.cut_power(off, clock_set=clock_set)

    @precondition(lambda self: self.world.session.promise is not None)
    @rule(effects=st.integers(0, 4), off=st.sampled_from([5.0, 250.0, 1000.0]))
    def cut_at_the_return(self, effects: int, off: float) -> None:
        assert self.world.session.promise is not None
        left = self.world.session.promise.due_boot - self.world.boot
        self.world.cut_after = effects
        with contextlib.suppress(PowerCut):
            self.world.wait(max(left, 0.0) + 1.0)
        self.world.cut_power(off)

    @invariant()
    def told_means_on_disk(self) -> None:
        """What the session holds is what the disk holds: nothing told can be lost."""
        assert self.world.session.promise == self.world.disk

    @invariant()
    def away_means_a_deadline_ahead(self) -> None:
        """In free time a promise stands, and its time has not passed unnoticed."""
        session = self.world.session
        if session.phase is Phase.AWAY:
            assert session.promise is not None
            assert session.promise.due_boot >= self.world.boot

    @invariant()
    def idle_means_nothing_on_disk(self) -> None:
        """Idle owes nothing, and plans nothing."""
        if self.world.session.phase is Phase.IDLE:
            assert self.world.disk is None
            assert self.world.session.plans == ()

    @invariant()
    def called_once_a_boot(self) -> None:
        """The same return is never called back twice within one start of the machine."""
        calls = [(boot, p.made, round(p.due_wall)) for boot, p in self.world.called]
        assert len(calls) == len(set(calls))

    @invariant()
    def a_due_promise_is_called_or_opened(self) -> None:
        """A promise whose time has come is being called back, was answered, or stands open."""
        world = self.world
        if world.disk is None:
            return
        if judge(world.disk, world.moment()) in (Judgement.JUST_DUE, Judgement.LONG_DUE):
            due_ago = world.boot - world.disk.due_boot
            late = due_ago > 0.0
            waiting = world.session.phase in (Phase.CALLING_BACK, Phase.OPEN_RETURN)
            assert waiting or not late
            if world.session.phase is Phase.CALLING_BACK:
                assert due_ago <= 2 * CALL_BACK_WINDOW_SECONDS


TestStories = Stories.TestCase
TestStories.settings = settings(
    max_examples=150, stateful_step_count=25, deadline=None, derandomize=True
)
