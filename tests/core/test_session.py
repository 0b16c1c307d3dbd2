"""The transition table: every phase by every event."""

from __future__ import annotations

from dataclasses import replace

import pytest

from companion.core.events import (
    CueHeard,
    DeadlineReached,
    Failed,
    KeepPromise,
    Performed,
    ReleasePromise,
    Said,
    Say,
)
from companion.core.session import (
    COLUMNS,
    CUE_TABLE,
    DEADLINE_TABLE,
    SAFETY_TABLE,
    Phase,
    advance,
)
from companion.core.state import SAFETY_PHASES, Plan, Todo
from tests.core.stories import in_phase, kinds, phase_of

INTENTS = sorted(CUE_TABLE)
EVERYDAY = (
    "stop", "thank_you", "repeat", "ready_back", "not_ready", "more_time", "how_long_left",
    "something_else", "voice_quieter_slower", "yes_no", "door", "state_choice",
)  # fmt: skip


def test_tables_are_whole() -> None:
    """Every row has a cell for each phase, and every kind of deadline has a row."""
    assert all(len(row) == len(COLUMNS) for row in CUE_TABLE.values())
    assert all(len(row) == len(COLUMNS) for row in DEADLINE_TABLE.values())
    assert set(DEADLINE_TABLE) == set(Todo)
    assert set(COLUMNS) | set(SAFETY_PHASES) == set(Phase)


@pytest.mark.parametrize("phase", list(Phase))
@pytest.mark.parametrize("intent", INTENTS)
def test_a_cue_without_a_cell_changes_nothing(phase: Phase, intent: str) -> None:
    """A cue acts exactly where the table has a move for it."""
    world = in_phase(phase)
    before = world.session
    if phase in SAFETY_PHASES:
        known = intent in SAFETY_TABLE
    else:
        known = CUE_TABLE[intent][COLUMNS.index(phase)] is not None
    after, effects = advance(before, CueHeard(intent), world.moment())
    if not known:
        assert after == before
        assert effects == ()


@pytest.mark.parametrize("phase", list(Phase))
def test_unknown_speech_changes_nothing(phase: Phase) -> None:
    """An intent that no table knows, a stale practice or a failure moves nothing."""
    world = in_phase(phase)
    for event in (CueHeard("sing_a_song"), Performed("another"), Failed("lost"), Said("doors")):
        assert advance(world.session, event, world.moment()) == (world.session, ())


@pytest.mark.parametrize("phase", list(Phase))
def test_a_deadline_that_is_not_due_changes_nothing(phase: Phase) -> None:
    """Asking too early does nothing."""
    world = in_phase(phase)
    assert advance(world.session, DeadlineReached(), world.moment()) == (world.session, ())


@pytest.mark.parametrize("phase", list(Phase))
@pytest.mark.parametrize("todo", list(Todo))
def test_a_stale_plan_does_nothing(phase: Phase, todo: Todo) -> None:
    """A plan that fell into a phase without a move for it is dropped silently."""
    world = in_phase(phase)
    stale = Plan(world.boot, todo)
    session = replace(world.session, plans=(stale,))
    after, effects = advance(session, DeadlineReached(), world.moment())
    assert stale not in after.plans
    if phase not in SAFETY_PHASES and DEADLINE_TABLE[todo][COLUMNS.index(phase)] is None:
        assert effects == ()
        assert after.phase is phase


@pytest.mark.parametrize("phase", list(Phase))
def test_everyday_words_do_nothing_when_idle(phase: Phase) -> None:
    """Everyday words act only inside a pause."""
    if phase is Phase.IDLE:
        assert all(CUE_TABLE[intent][0] is None for intent in EVERYDAY)


@pytest.mark.parametrize("phase", [p for p in Phase if p not in (Phase.IDLE,)])
def test_stop_silences_first(phase: Phase) -> None:
    """Stop is heard in every phase but idle, and silence is the first thing it does."""
    world = in_phase(phase)
    world.hear("stop")
    assert kinds(world.done)[0] == "Hush"
    assert not any(isinstance(e, Say) for e in world.done)


@pytest.mark.parametrize("phase", list(Phase))
@pytest.mark.parametrize("intent", ["unsafe_self", "unsafe_other", "unsafe_medical"])
def test_safety_stops_everything_else(phase: Phase, intent: str) -> None:
    """From anywhere: silence, no promise left, one fixed line, then nothing but quiet."""
    world = in_phase(phase)
    world.hear(intent)
    names = kinds(world.done)
    assert names[0] == "Hush"
    assert len([n for n in names if n.startswith("Say")]) == 1
    assert world.disk is None
    world.forget_effects()
    world.wait(90_000)
    assert world.lines() == []
    assert phase_of(world) is Phase.IDLE


def test_a_released_promise_is_the_last_effect_of_the_disk() -> None:
    """Nothing is written after a release within one turn."""
    for phase in Phase:
        for intent in INTENTS:
            world = in_phase(phase)
            world.hear(intent)
            disk = [e for e in world.done if isinstance(e, KeepPromise | ReleasePromise)]
            released = [i for i, e in enumerate(disk) if isinstance(e, ReleasePromise)]
            assert not released or released[-1] == len(disk) - 1
