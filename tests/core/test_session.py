"""The transition table, every phase by every event, and the life of one pause."""

from __future__ import annotations

from dataclasses import replace

import pytest

from companion.core.events import (
    CueHeard,
    DeadlineReached,
    Failed,
    Hush,
    KeepPromise,
    Performed,
    ReleasePromise,
    Restored,
    Said,
    Say,
)
from companion.core.promise import make
from companion.core.session import (
    COLUMNS,
    CUE_TABLE,
    DEADLINE_TABLE,
    SAFETY_TABLE,
    Phase,
    Session,
    advance,
    next_deadline,
)
from companion.core.state import SAFETY_PHASES, Plan, Todo
from tests.core.stories import HOUSEHOLD, World, kinds

INTENTS = sorted(CUE_TABLE)
EVERYDAY = (
    "stop", "thank_you", "repeat", "ready_back", "not_ready", "more_time", "how_long_left",
    "something_else", "voice_quieter_slower", "yes_no", "door", "state_choice",
)  # fmt: skip


def in_phase(phase: Phase) -> World:
    """A world whose session is in this phase, reached the way a household reaches it."""
    world = World()
    match phase:
        case Phase.ANSWERING:
            world.hear("slow_down")
        case Phase.PRACTICE:
            world.hear("ask_pause")
            world.hear("breathing")
        case Phase.AWAY:
            world.hear("ask_pause")
        case Phase.CALLING_BACK:
            world.hear("ask_pause", length=120.0)
            world.wait(121)
        case Phase.RE_ENTRY:
            world.hear("ask_pause", length=120.0)
            world.wait(121)
            world.hear("ready_back")
        case Phase.OPEN_RETURN:
            world.hear("ask_pause", length=120.0)
            world.wait(500)
        case Phase.SAFETY_SELF:
            world.hear("unsafe_self")
        case Phase.SAFETY_OTHER:
            world.hear("unsafe_other")
        case Phase.SAFETY_MEDICAL:
            world.hear("unsafe_medical")
        case _:
            pass
    assert phase_of(world) is phase
    world.forget_effects()
    return world


def phase_of(world: World) -> Phase:
    """Where the session is now."""
    return world.session.phase


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


def test_the_promise_is_on_disk_before_it_is_spoken() -> None:
    """Silence, disk, tone, sentence: in this order."""
    world = World()
    world.hear("ask_pause")
    assert kinds(world.done) == ["Hush", "KeepPromise", "Tone", "Say call"]
    say = world.done[-1]
    assert isinstance(say, Say)
    assert say.values["length"] == "twenty minutes"


def test_a_whole_pause() -> None:
    """Offer, half, last minute, call back, arrive, doors, one sentence, quiet."""
    world = World()
    world.hear("ask_pause")
    world.wait(1200)
    assert phase_of(world) is Phase.CALLING_BACK
    world.wait(20)
    world.hear("ready_back")
    assert world.disk is None
    world.wait(400)
    assert world.lines() == [
        "call", "practice_offer", "brooding", "half_way", "last_minute", "call_back", "welcome",
        "doors", "reentry_intro", "reentry_own",
    ]  # fmt: skip
    assert phase_of(world) is Phase.IDLE
    assert next_deadline(world.session) is None


def test_nobody_answers() -> None:
    """Once more after two minutes, closing after five, then silence for a day."""
    world = World()
    world.hear("ask_pause", length=120.0)
    world.wait(120 + 301)
    assert world.lines()[-3:] == ["call_back", "call_back_again", "closing"]
    assert phase_of(world) is Phase.OPEN_RETURN
    world.forget_effects()
    world.wait(24 * 3600)
    assert world.lines() == []
    assert phase_of(world) is Phase.IDLE
    assert world.disk is None


@pytest.mark.parametrize(
    ("length", "line", "seconds"),
    [
        (30.0, "call", 120.0),
        (120.0, "call", 120.0),
        (3600.0, "call", 3600.0),
        (5400.0, "appointment", 5400.0),
        (86_400.0, "appointment", 86_400.0),
    ],
)
def test_lengths(length: float, line: str, seconds: float) -> None:
    """Two to sixty minutes as said; longer becomes an appointment; shorter becomes two."""
    world = World()
    world.hear("ask_pause_duration", length=length)
    assert world.disk is not None
    assert world.disk.length == seconds
    assert world.lines() == [line]


def test_more_than_a_day_is_not_promised() -> None:
    """Beyond 24 hours nothing is timed, and that is said."""
    world = World()
    world.hear("ask_pause_duration", length=90_000.0)
    assert world.lines() == ["beyond_day"]
    assert world.disk is None


def test_until_a_clock_time() -> None:
    """A clock time becomes the promise of exactly that time."""
    world = World()
    # The story starts at 22:13:20 UTC.
    world.hear("ask_pause_duration", until="10:30", daypart="pm")
    assert world.disk is not None
    assert world.disk.due_wall % 3600 == 1800


def test_a_lost_length_is_asked_for_once_and_then_the_default_holds() -> None:
    """A sure cue whose length was not understood begins a pause at once; silence takes the
    household's length, and says so.
    """
    world = World()
    world.hear("ask_pause_duration")
    assert world.lines() == ["call_asking"]
    assert world.disk is not None
    world.wait(20.0)
    assert world.lines() == ["call_asking", "call_default_length"]
    assert world.disk.length == 1200


def test_a_length_that_is_named_late_counts_from_the_call() -> None:
    """Somebody says "I need a pause", and a breath later "ten minutes"."""
    for first in ("ask_pause", "ask_pause_duration"):
        world = World()
        world.hear(first)
        made = world.boot
        world.wait(4.0)
        world.hear("ask_pause_duration", length=600.0)
        assert world.lines()[-1] == "length_named"
        assert world.disk is not None
        assert world.disk.due_boot == made + 600
        world.wait(30.0)
        assert "call_default_length" not in world.lines()
        # From then on the later of two wishes holds again.
        world.hear("ask_pause_duration", length=120.0)
        assert world.disk.due_boot == made + 600


def test_an_answer_without_a_length_keeps_the_default() -> None:
    """Whoever says "whatever" has answered too."""
    world = World()
    world.hear("ask_pause_duration")
    world.hear("ask_pause")
    assert world.lines() == ["call_asking", "call_default_length"]


def test_a_clock_time_that_is_named_late_is_that_time() -> None:
    """It does not count from the call, as a length does."""
    world = World()
    world.hear("ask_pause")
    world.wait(4.0)
    world.hear("ask_pause_duration", until="10:30", daypart="pm")
    assert world.disk is not None
    assert world.disk.due_wall % 3600 == 1800


def test_two_extensions_are_free_and_the_third_asks() -> None:
    """The later of two wishes holds; after two extensions a later time is offered instead."""
    world = World()
    world.hear("ask_pause")
    for _ in range(3):
        world.hear("more_time")
    assert world.lines() == ["call", "extended", "extended", "extend_choice"]
    assert world.disk is not None
    assert world.disk.due_boot == world.boot + 1200 + 2 * 600
    world.hear("door", door="later", length=7200.0)
    assert world.disk is not None
    assert world.disk.appointment
    assert world.lines()[-1] == "appointment"


def test_a_shorter_wish_does_not_shorten() -> None:
    """Asking for less during a pause says how long is left."""
    world = World()
    world.hear("ask_pause")
    world.wait(10.0)
    world.hear("ask_pause_duration", length=300.0)
    assert world.lines() == ["call", "time_left"]
    world.hear("ask_pause_duration", length=2400.0)
    assert world.lines()[-1] == "extended"


def test_back_early_keeps_the_clock_until_its_end_is_asked_for() -> None:
    """Saying "I'm back" tells what is left; "end the pause" stops the clock."""
    world = World()
    world.hear("ask_pause")
    world.wait(60)
    world.hear("ready_back")
    assert world.lines()[-1] == "early_back"
    assert world.disk is not None
    world.hear("ready_back", end_clock=True)
    assert world.lines()[-1] == "ended_early"
    assert not world.disk
    assert phase_of(world) is Phase.IDLE


@pytest.mark.parametrize("phase", [Phase.AWAY, Phase.PRACTICE, Phase.CALLING_BACK])
def test_cancel_is_silent(phase: Phase) -> None:
    """Cancel drops the pause without a word."""
    world = in_phase(phase)
    world.hear("stop", cancel=True)
    assert kinds(world.done) == ["Hush", "ReleasePromise"]
    assert phase_of(world) is Phase.IDLE


def test_stop_keeps_the_promise() -> None:
    """Stop ends what sounds; the call back still comes."""
    world = in_phase(Phase.PRACTICE)
    world.hear("stop")
    assert world.disk is not None
    world.wait(1200)
    assert "call_back" in world.lines()
    assert "brooding" not in world.lines()


def test_the_call_back_ends_a_practice() -> None:
    """A promise is kept even when something still sounds."""
    world = World()
    world.hear("ask_pause", length=180.0)
    world.wait(100)
    world.hear("grounding", practice="three_sighs")
    world.session = replace(world.session, practice="never_ends")
    world.forget_effects()
    world.wait(81)
    assert kinds(world.done)[:3] == ["Hush", "Tone", "Say call_back"]


def test_yes_starts_what_was_offered_and_silence_means_no() -> None:
    """A yes within the time starts the practice; afterwards it starts nothing."""
    world = World()
    world.hear("ask_pause")
    world.wait(16)
    world.hear("yes_no", answer="yes")
    assert kinds(world.done)[-1] == "Perform orienting"
    world.finish_practice()
    assert phase_of(world) is Phase.AWAY
    world.hear("yes_no", answer="yes")
    assert phase_of(world) is Phase.AWAY


def test_half_way_waits_for_the_end_of_a_practice() -> None:
    """The half-way tone never falls into a practice."""
    world = World()
    world.hear("ask_pause", length=600.0)
    world.wait(290)
    world.hear("breathing", practice="longer_out_short")
    world.wait(40)
    assert "half_way" not in world.lines()
    world.finish_practice()
    assert world.lines()[-1] == "half_way"


def test_half_way_that_waited_too_long_is_left_out() -> None:
    """After ninety seconds of waiting the half is not mentioned any more."""
    world = World()
    world.hear("ask_pause", length=600.0)
    world.wait(290)
    world.hear("breathing", practice="longer_out_short")
    world.wait(120)
    world.finish_practice()
    assert "half_way" not in world.lines()


def test_after_two_changes_only_quiet_is_offered() -> None:
    """Something else twice changes the family; the third time quiet is offered and left."""
    world = in_phase(Phase.AWAY)
    world.hear("grounding")
    for _ in range(3):
        world.hear("something_else")
    names = [n for n in kinds(world.done) if n != "Hush"]
    assert names[0] == "Perform orienting"
    assert names[1] == "Perform soles"
    assert names[2].startswith("Perform")
    assert names[3] == "Say quiet_offer"
    assert phase_of(world) is Phase.AWAY


def test_overwhelm_is_offered_once_in_ten_minutes() -> None:
    """One short offer, silence means no, and not again for ten minutes."""
    world = World()
    world.hear("overwhelm")
    assert world.lines() == ["soft_offer"]
    world.wait(30)
    assert phase_of(world) is Phase.IDLE
    world.hear("overwhelm")
    assert world.lines() == ["soft_offer"]
    world.wait(600)
    world.hear("overwhelm")
    assert world.lines() == ["soft_offer", "soft_offer"]


def test_slow_down_is_quiet_and_then_offers_three_breaths() -> None:
    """One tone, fifteen seconds of nothing, the offer; no promise."""
    world = World()
    world.hear("slow_down")
    assert kinds(world.done) == ["Hush", "Tone"]
    world.wait(14)
    assert world.lines() == []
    world.wait(2)
    assert world.lines() == ["breaths_offer"]
    world.hear("yes_no", answer="yes")
    assert kinds(world.done)[-1] == "Perform three_sighs"
    assert world.disk is None
    world.finish_practice()
    assert phase_of(world) is Phase.IDLE


@pytest.mark.parametrize(
    ("off", "phase", "lines"),
    [
        (60.0, Phase.AWAY, []),
        (1100.0, Phase.AWAY, []),
        (1201.0, Phase.CALLING_BACK, ["call_back_late"]),
        (1490.0, Phase.CALLING_BACK, ["call_back_late"]),
        (1600.0, Phase.OPEN_RETURN, []),
        (100_000.0, Phase.IDLE, []),
    ],
)
def test_after_a_power_cut(off: float, phase: Phase, lines: list[str]) -> None:
    """Due later: kept, silent. Just due: called back, kindly. Longer ago: open, silent."""
    world = World()
    world.hear("ask_pause")
    world.forget_effects()
    world.cut_power(off)
    assert phase_of(world) is phase
    assert world.lines() == lines


def test_after_a_power_cut_the_call_back_comes_at_the_promised_time() -> None:
    """The promised wall time holds across starts of the machine."""
    world = World()
    world.hear("ask_pause")
    due = world.wall + 1200
    world.cut_power(300)
    world.wait(due - world.wall - 1)
    assert "call_back" not in world.lines()
    world.wait(1.5)
    assert "call_back" in world.lines()


def test_an_unset_clock_is_said_once() -> None:
    """Across starts with an unset clock it cannot be told, which is said once, gently."""
    world = World()
    world.hear("ask_pause")
    world.forget_effects()
    world.cut_power(300, clock_set=False)
    assert world.lines() == ["clock_unsure"]
    world.cut_power(300, clock_set=False)
    assert world.lines() == ["clock_unsure"]
    assert phase_of(world) is Phase.OPEN_RETURN


def test_a_call_back_that_sounded_is_not_repeated_after_a_restart() -> None:
    """Once spoken to its end, it is not spoken again; the return stands open."""
    world = World()
    world.hear("ask_pause", length=120.0)
    world.wait(121)
    world.forget_effects()
    world.restart()
    assert world.lines() == []
    assert phase_of(world) is Phase.OPEN_RETURN


def test_three_pauses_in_two_hours_leave_out_the_first_door() -> None:
    """After the third call the talk itself needs another day: the door "now" is not offered."""
    world = World()
    for _ in range(3):
        world.hear("ask_pause", length=120.0)
        world.wait(121)
        world.hear("ready_back")
        world.wait(60)
    assert world.lines().count("doors") == 2
    assert "extend_choice" in world.lines()


@pytest.mark.parametrize(
    ("door", "line"), [("let_go", "let_go"), ("later", "door_later_ask"), ("now", "reentry_own")]
)
def test_the_three_doors(door: str, line: str) -> None:
    """Now gives the sentence, later asks when, letting go rests it for today."""
    world = in_phase(Phase.RE_ENTRY)
    world.wait(31)
    world.hear("door", door=door)
    assert world.lines()[-1] == line


def test_a_later_door_makes_an_appointment_with_one_reminder() -> None:
    """The hour that is named becomes a promise of its own, with one reminder at its time."""
    world = in_phase(Phase.RE_ENTRY)
    world.wait(31)
    world.hear("door", door="later")
    world.hear("ask_pause_duration", length=7200.0)
    assert world.lines()[-1] == "appointment"
    world.forget_effects()
    world.wait(7199)
    assert world.lines() == []
    world.wait(600)
    assert world.lines() == ["appointment_reminder"]


def test_a_released_promise_is_the_last_effect_of_the_disk() -> None:
    """Nothing is written after a release within one turn."""
    for phase in Phase:
        for intent in INTENTS:
            world = in_phase(phase)
            world.hear(intent)
            disk = [e for e in world.done if isinstance(e, KeepPromise | ReleasePromise)]
            released = [i for i, e in enumerate(disk) if isinstance(e, ReleasePromise)]
            assert not released or released[-1] == len(disk) - 1


def test_nothing_found_on_disk_is_idle() -> None:
    """A first start is silent."""
    session = Session(household=HOUSEHOLD)
    world = World()
    assert advance(session, Restored(None), world.moment()) == (session, ())


def test_a_hush_comes_before_the_new_promise() -> None:
    """A second pause ends what sounded for the first."""
    world = in_phase(Phase.CALLING_BACK)
    world.hear("ask_pause")
    assert isinstance(world.done[0], Hush)
    assert world.disk is not None
    assert world.disk == make(world.moment(), length=1200.0)
