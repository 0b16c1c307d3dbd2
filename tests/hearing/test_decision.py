"""How many witnesses of one utterance it takes before anything happens."""

from __future__ import annotations

import pytest

from companion.core.cuetable import CueTable
from companion.hearing.decision import decide, shortlist
from companion.hearing.thresholds import (
    AHEAD,
    ALIKE_AGAINST,
    ALIKE_AGREED,
    ALIKE_ALONE,
    ALIKE_MEANT,
    ALIKE_RARE,
    ALIKE_READ,
    ALIKE_SAID,
    COVERED,
    COVERED_ALONE,
    LACKING,
    LIKELY,
    MOST_LIKELY,
)
from companion.keeping.cuebook import load_cues, with_cue
from companion.ports import Expectation, Likeness, Words

IDLE = Expectation("idle")
PAUSE = "i need a pause"
DANGER = "i'm not safe"


@pytest.fixture(scope="module")
def table() -> CueTable:
    """The cues that ship."""
    return load_cues()


def free(text: str, confidence: float = 0.8) -> Words:
    """A reading that might have been anything."""
    return Words(text, confidence)


def closed(text: str) -> Words:
    """A reading that could only be a phrase."""
    return Words(text, 1.0, closed=True)


def alike(much: float, seconds: float = 1.5, usual: float = 1.5) -> Likeness:
    """How much it sounds like a long sentence, and how much of the speech that takes up."""
    return Likeness(much, seconds, usual)


def test_a_closed_reading_alone_is_no_witness(table: CueTable) -> None:
    """What can say nothing but cues proves nothing by saying one."""
    readings = (free("what a nice day"), closed(PAUSE))
    for engine in ("vosk", "pocketsphinx"):
        assert decide(readings, table, IDLE, engine=engine) is None


def test_a_closed_reading_that_sounds_right_is_a_cue(table: CueTable) -> None:
    """A closed reading and enough likeness are two witnesses, and the likeness is the sureness."""
    readings = (free("i need a porch"), closed(PAUSE))
    enough = ALIKE_READ[1]
    for much, fires in ((enough, True), (enough - 0.01, False)):
        decided = decide(
            readings,
            table,
            IDLE,
            engine="pocketsphinx",
            likeness={PAUSE: alike(much)},
            speech_seconds=1.5,
        )
        assert (decided is not None) is fires
        assert decided is None or (decided.intent, decided.confidence) == ("ask_pause", much)


def test_a_short_sentence_must_sound_more_alike(table: CueTable) -> None:
    """What is enough for a long sentence is not enough for a short one."""
    readings = (free("done"), closed("time out"))
    for usual, fires in ((1.5, True), (0.5, False)):
        found = {"time out": alike(ALIKE_READ[1], usual, usual)}
        decided = decide(
            readings, table, IDLE, engine="pocketsphinx", likeness=found, speech_seconds=usual
        )
        assert (decided is not None) is fires


def test_a_part_of_what_was_said_is_no_cue(table: CueTable) -> None:
    """A sentence that takes up too little of the speech is a piece of another one."""
    readings = (free("i need a pause button on this remote"), closed(PAUSE))
    for spoken, fires in ((1.0 / COVERED - 0.01, True), (1.0 / COVERED + 0.01, False)):
        decided = decide(
            readings[1:],
            table,
            IDLE,
            engine="pocketsphinx",
            likeness={PAUSE: alike(0.95, 1.0, 1.0)},
            speech_seconds=spoken,
        )
        assert (decided is not None) is fires


def test_the_likeliest_needs_no_reading_where_nothing_else_comes_near(table: CueTable) -> None:
    """Very alike and far ahead is a cue by itself; with another meaning close behind it is not."""
    readings = (free("and then it"), closed("skip this"))
    calling = Expectation("calling_back")
    much = ALIKE_ALONE[0]
    for second, fires in ((much - AHEAD - 0.01, True), (much - AHEAD + 0.01, False)):
        found = {"i'm back": alike(much, 0.6, 0.6), "say that again": alike(second, 0.6, 0.6)}
        decided = decide(
            readings, table, calling, engine="pocketsphinx", likeness=found, speech_seconds=0.6
        )
        assert (decided is not None) is fires
        assert decided is None or decided.intent == "ready_back"


def test_what_no_reading_bears_out_must_fill_the_speech(table: CueTable) -> None:
    """A likely sentence that leaves out the end of what was said is no cue by itself."""
    for spoken, fires in ((0.6 / COVERED_ALONE - 0.01, True), (0.6 / COVERED_ALONE + 0.01, False)):
        found = {"i'm back": alike(0.9, 0.6, 0.6)}
        decided = decide(
            (), table, Expectation("away"), engine="vosk", likeness=found, speech_seconds=spoken
        )
        assert (decided is not None) is fires


def test_another_way_to_say_the_same_is_no_rival(table: CueTable) -> None:
    """Close behind, but of the same meaning."""
    found = {"i'm back": alike(0.8, 0.6, 0.6), "i'm back now": alike(0.79, 0.6, 0.6)}
    decided = decide(
        (), table, Expectation("calling_back"), engine="vosk", likeness=found, speech_seconds=0.6
    )
    assert decided is not None
    assert decided.intent == "ready_back"


def test_two_readings_of_one_meaning_are_a_cue(table: CueTable) -> None:
    """Other words, the same meaning: agreed, and surer than either."""
    readings = (free("nine minutes please", 0.5), closed("i need nine minutes"))
    decided = decide(readings, table, IDLE, engine="vosk")
    assert decided is not None
    assert decided.intent == "ask_pause_duration"
    assert decided.slots["length"] == 540
    assert decided.confidence > 0.5


def test_who_reads_among_everyday_words_is_believed_alone(table: CueTable) -> None:
    """One free reading is enough for PocketSphinx, and not for Vosk; a mere guess never is."""
    readings = (free(PAUSE), closed("ground me"))
    assert decide(readings, table, IDLE, engine="pocketsphinx") is not None
    assert decide(readings, table, IDLE, engine="vosk") is None
    guess = (free(PAUSE, 0.1), closed("ground me"))
    assert decide(guess, table, IDLE, engine="pocketsphinx") is None


def test_safety_takes_two_witnesses(table: CueTable) -> None:
    """No single reading, however sure, starts a safety path; two do."""
    alone = (free(DANGER, 1.0), closed("help me breathe"))
    assert decide(alone, table, IDLE, engine="pocketsphinx") is None
    sure = {DANGER: alike(0.95)}
    assert decide((), table, IDLE, engine="pocketsphinx", likeness=sure, speech_seconds=1) is None
    for readings, found in (
        ((free(DANGER), closed(DANGER)), {}),
        ((free(""), closed(DANGER)), sure),
    ):
        decided = decide(
            readings, table, IDLE, engine="pocketsphinx", likeness=found, speech_seconds=1
        )
        assert decided is not None
        assert decided.intent == "unsafe_other"


def test_its_own_words_are_nobodys_cue(table: CueTable) -> None:
    """What the companion is just saying counts for nothing, but stop always counts."""
    away = Expectation("away")
    own = "Say stop, or say more time."
    for text, heard in (("more time", False), ("stop", True)):
        decided = decide(
            (free(text), closed(text)), table, away, engine="pocketsphinx", own_words=own
        )
        assert (decided is not None) is heard


def test_its_own_words_do_not_sound_like_a_cue(table: CueTable) -> None:
    """What only the sound speaks for is checked against its own sentence too."""
    found = {"i'm back": alike(0.9, 0.6, 0.6)}
    for own, heard in (("Say I'm back any time today.", False), ("Quiet for a minute now.", True)):
        decided = decide(
            (free("and then it", 0.1),),
            table,
            Expectation("calling_back"),
            engine="pocketsphinx",
            likeness=found,
            speech_seconds=0.6,
            own_words=own,
        )
        assert (decided is not None) is heard


def test_only_the_likely_sentences_are_read_among() -> None:
    """The likeliest first, no more than are worth it; what is unlike is left out."""
    likeness = {f"sentence {n}": alike(0.9 - n / 1000) for n in range(100)} | {
        "another": alike(LIKELY - 0.01)
    }
    assert shortlist(likeness) == tuple(f"sentence {n}" for n in range(MOST_LIKELY))
    assert shortlist({PAUSE: alike(0.7), DANGER: alike(LIKELY - 0.01)}) == (PAUSE,)


def test_speech_that_sounds_like_no_sentence_is_not_read_again() -> None:
    """No closed reading could be believed where even the likeliest is too unlike."""
    assert shortlist({PAUSE: alike(min(ALIKE_READ) - 0.01)}) == ()
    assert shortlist({}) == ()


def test_a_sentence_of_which_a_word_is_lacking_was_not_said(table: CueTable) -> None:
    """However much the rest sounds like it, and whether or not a closed reading says so."""
    for lacking, expected in ((LACKING, "ask_pause"), (LACKING + 0.01, None)):
        found = {PAUSE: Likeness(0.9, 1.5, 1.5, lacking)}
        for readings in ((closed(PAUSE),), ()):
            decided = decide(
                readings, table, IDLE, engine="pocketsphinx", likeness=found, speech_seconds=1.5
            )
            assert (decided.intent if decided else None) == expected


@pytest.mark.parametrize(
    ("readings", "found", "intent"),
    [
        # A free reading says a sentence word for word, unsure, and it sounds right.
        ((free(PAUSE, 0.05),), {PAUSE: alike(ALIKE_SAID[1])}, "ask_pause"),
        ((free(PAUSE, 0.05),), {PAUSE: alike(ALIKE_SAID[1] - 0.01)}, None),
        # Two readings mean the same in other words; the closed one must sound right too.
        ((free("i want a pause"), closed(PAUSE)), {PAUSE: alike(ALIKE_AGREED)}, "ask_pause"),
        ((free("i want a pause", 0.1), closed(PAUSE)), {PAUSE: alike(ALIKE_AGREED - 0.01)}, None),
        ((free("i want a pause", 0.1), closed(PAUSE)), {}, None),
        # A free reading alone needs something alike that means the same.
        ((free("i want a pause"),), {PAUSE: alike(ALIKE_MEANT)}, "ask_pause"),
        ((free("i want a pause"),), {PAUSE: alike(ALIKE_MEANT - 0.01)}, None),
        ((free("i want a pause"),), {"help me breathe": alike(0.7)}, None),
        # Danger is nothing to be mistaken in.
        ((closed(DANGER),), {DANGER: alike(ALIKE_ALONE[1])}, "unsafe_other"),
        ((closed(DANGER),), {DANGER: alike(ALIKE_ALONE[1] - 0.01)}, None),
    ],
)
def test_the_sound_must_bear_out_the_words(
    table: CueTable,
    readings: tuple[Words, ...],
    found: dict[str, Likeness],
    intent: str | None,
) -> None:
    """Where there is a spotter, no reading stands against what it says."""
    decided = decide(
        readings, table, IDLE, engine="pocketsphinx", likeness=found, speech_seconds=1.5
    )
    assert (decided.intent if decided else None) == intent


@pytest.mark.parametrize(
    ("much", "said", "fires"),
    [
        (ALIKE_RARE[0], "view", True),
        (ALIKE_RARE[0], "", True),
        (ALIKE_RARE[0] - 0.01, "view", False),
        (ALIKE_AGAINST[0], "smart", True),
        (ALIKE_AGAINST[0] - 0.01, "smart", False),
    ],
)
def test_a_rare_sentence_of_ones_own_is_believed_sooner(
    table: CueTable, much: float, said: str, fires: bool
) -> None:
    """Unless the closed reading says something else than its beginning."""
    own = with_cue(table, "glass", "view glass", only=True)
    found = {"view glass": Likeness(much, 0.8, 0.8, rare=True)}
    decided = decide(
        (free("of course", 0.1), closed(said)),
        own,
        IDLE,
        engine="pocketsphinx",
        likeness=found,
        speech_seconds=0.8,
    )
    assert (decided is not None) is fires


def test_a_length_in_which_two_readings_differ_is_left_open(table: CueTable) -> None:
    """The cue is sure and its length is not: that is asked for. A length in one of them stands."""
    twenty = "i need twenty minutes"
    for other, slots in (
        ("i need twenty minutes", {"length": 1200.0}),
        ("i need fifteen minutes", {}),
    ):
        readings = (free(other), Words(twenty, 0.9))
        decided = decide(readings, table, IDLE, engine="vosk")
        assert decided is not None
        assert (decided.intent, decided.slots) == ("ask_pause_duration", slots)


def test_without_a_spotter_words_decide_alone(table: CueTable) -> None:
    """A machine without templates hears as well as its words allow."""
    for readings in ((free("i want a pause"),), (free("i want a pause", 0.1), closed(PAUSE))):
        assert decide(readings, table, IDLE, engine="pocketsphinx") is not None
