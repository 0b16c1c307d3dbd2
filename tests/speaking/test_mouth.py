"""The mouth: variants, failures, changes of manner, and what only tones leaves out."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from companion.core import pcm
from companion.core.events import MANNER_CHANGES
from companion.core.script import Manner, Mode
from companion.errors import ContentError, PartLost
from companion.speaking.manner import LOUDEST_DB, QUIETEST_DB, Rotation, changed
from companion.speaking.mixer import Mixer
from companion.speaking.mouth import Mark, Mouth
from tests.speaking.toys import LINES, RATE, SCRIPTS, ToyVoice, pulled, told


class Played:
    """A mouth on a toy voice, and all that has come out of it."""

    def __init__(self, *, seed: int = 0, manner: Manner | None = None) -> None:
        self.voice = ToyVoice()
        self.mixer = Mixer(RATE)
        self.mouth = Mouth(
            self.voice,
            self.mixer,
            LINES,
            SCRIPTS,
            seed=seed,
            manner=manner,
            essential={"call"},
            slow_voice=self.voice.slower(),
        )
        self.marks: list[Mark] = []

    def pull(self, seconds: float) -> pcm.Samples:
        """Let so much time pass."""
        samples = pulled(self.mixer, seconds)
        self.marks += self.mouth.marks()
        return samples

    def texts(self) -> list[str]:
        """All sentences and words that have begun, in order."""
        return [m.text for m in told(self.marks, "speech_start")]


@pytest.fixture
def played() -> Played:
    """Give a fresh mouth."""
    return Played()


def test_a_line_is_said_with_its_facts(played: Played) -> None:
    """What stands in braces is spoken, and start and end are told under the line's name."""
    played.mouth.say("call", {"length": "ten minutes"})
    busy = [played.mouth.busy]
    played.pull(5.0)
    assert [*busy, played.mouth.busy] == [True, False]
    assert played.texts()[0].endswith("ten minutes.")
    assert [(m.kind, m.name) for m in played.marks] == [
        ("speech_start", "call"), ("speech_end", "call"),
    ]  # fmt: skip


def test_what_sounds_is_known(played: Played) -> None:
    """The words that sound are known while they do, so that they are not taken for a cue."""
    heard = [played.mouth.saying]
    played.mouth.say("half_way")
    for seconds in (0.1, 3.0):
        played.pull(seconds)
        heard.append(played.mouth.saying)
    assert heard == [None, "Half of it is over.", None]


def test_the_voice_follows_its_tone_within_a_second(played: Played) -> None:
    """After one tone the first word comes 0.8 s later, so the call is answered in time."""
    played.mouth.tone()
    played.mouth.say("call", {"length": "ten minutes"})
    played.pull(2.0)
    assert told(played.marks, "tone")[0].at_sample == 0
    assert told(played.marks, "speech_start")[0].at_sample == round(0.8 * RATE)


def test_two_tones_are_two(played: Played) -> None:
    """The return has two tones, one after the other."""
    played.mouth.tone(2)
    played.pull(2.0)
    assert [m.at_sample for m in told(played.marks, "tone")] == [0, round(0.8 * RATE)]


def test_no_variant_twice_running_and_all_are_heard() -> None:
    """Over many calls each variant comes equally often and never twice in a row."""
    rotation = Rotation(3)
    picks = [rotation.next("call", 4) for _ in range(400)]
    assert all(a != b for a, b in itertools.pairwise(picks))
    assert {picks.count(n) for n in range(4)} == {100}
    assert [Rotation(3).next("x", 1) for _ in range(3)] == [0, 0, 0]


def test_the_same_seed_says_the_same_words() -> None:
    """A run can be repeated exactly; another seed varies."""

    def run(seed: int) -> list[str]:
        played = Played(seed=seed)
        for _ in range(6):
            played.mouth.say("call", {"length": "x"})
        played.pull(10.0)
        return played.texts()

    assert run(1) == run(1)
    assert len({tuple(run(seed)) for seed in range(4)}) > 1


def test_again_says_the_same_words_more_slowly(played: Played) -> None:
    """The last sentence comes again, from the slower voice."""
    played.mouth.say("call", {"length": "ten minutes"})
    played.mouth.say("thanks")
    played.pull(6.0)
    played.mouth.say_again()
    played.pull(6.0)
    assert played.texts()[1] == played.texts()[2]
    starts, ends = told(played.marks, "speech_start"), told(played.marks, "speech_end")
    lengths = [e.at_sample - s.at_sample for s, e in zip(starts, ends, strict=True)]
    assert lengths[2] == pytest.approx(1.5 * lengths[1], rel=0.01)


def test_again_in_a_practice_repeats_its_sentence(played: Played) -> None:
    """During the breath it is the practice's last sentence, not the word of the breath."""
    played.mouth.perform("longer_out")
    played.pull(12.0)
    sentence = played.texts()[0]
    played.mouth.say_again()
    played.pull(5.0)
    assert played.texts().count(sentence) == 2


def test_nothing_to_say_again_is_a_tone(played: Played) -> None:
    """Where nothing was said yet, a tone shows that the wish was heard."""
    played.mouth.say_again()
    played.pull(1.0)
    assert [m.kind for m in played.marks] == ["tone"]


def test_a_practice_is_told_from_start_to_end(played: Played) -> None:
    """A practice sounds to its end, and its end is told under its name."""
    played.mouth.perform("soles")
    played.pull(20.0)
    assert told(played.marks, "script_end")[0].name == "soles"
    assert len(played.texts()) == 2
    assert not played.mouth.busy


def test_hush_ends_a_practice_without_telling_that_it_was_done(played: Played) -> None:
    """A practice that was stopped has not been performed."""
    played.mouth.perform("soles")
    played.pull(0.5)
    played.mouth.hush()
    played.pull(20.0)
    assert not told(played.marks, "script_end")
    assert told(played.marks, "silence")


@pytest.mark.parametrize("what", ["say", "say_again", "perform"])
def test_a_lost_voice_is_two_tones_and_an_error(played: Played, what: str) -> None:
    """A sentence that cannot be made is never silence: two tones sound, and it is told."""
    played.mouth.say("half_way")
    played.pull(3.0)
    played.marks.clear()
    played.voice.lost = True
    slow = played.mouth._slow
    assert isinstance(slow, ToyVoice)
    slow.lost = True
    attempts: dict[str, Callable[[], None]] = {
        "say": lambda: played.mouth.say("call", {"length": "ten minutes"}),
        "say_again": played.mouth.say_again,
        "perform": lambda: played.mouth.perform("soles"),
    }
    with pytest.raises(PartLost):
        attempts[what]()
    played.pull(3.0)
    assert len(told(played.marks, "tone")) == 2
    # Whoever waits for the end of the practice is not left waiting.
    assert bool(told(played.marks, "script_end")) == (what == "perform")
    assert not played.mouth.busy


def test_unknown_names_are_told_in_one_sentence(played: Played) -> None:
    """An unknown line, script or change names what there is."""
    with pytest.raises(ContentError, match=r"no line 'nope': there are call, half_way, thanks"):
        played.mouth.say("nope")
    with pytest.raises(ContentError, match=r"no script 'nope': there are longer_out, soles"):
        played.mouth.perform("nope")
    with pytest.raises(ContentError, match="length"):
        played.mouth.say("call", {})
    with pytest.raises(ContentError, match="sideways"):
        played.mouth.change("sideways")


def test_only_tones_leaves_out_all_but_what_matters(played: Played) -> None:
    """With tones only, offers are left out; the call, and what is marked essential, are spoken."""
    played.mouth.change("tones_only")
    played.mouth.say("half_way")
    assert not played.mouth.busy
    played.mouth.say("call", {"length": "ten minutes"})
    played.mouth.say("thanks", essential=True)
    played.pull(5.0)
    assert [m.name for m in told(played.marks, "speech_start")] == ["call", "thanks"]


def test_only_tones_takes_effect_in_the_running_breath(played: Played) -> None:
    """From the wish on not one more word; the breath keeps its time."""
    played.mouth.perform("longer_out")
    played.pull(12.0)
    heard = len(played.texts())
    played.mouth.change("tones_only")
    played.pull(400.0)
    assert len(played.texts()) == heard
    places = [m.at_sample for m in told(played.marks, "breath")]
    assert len(places) == 64
    assert places[2] - places[0] == 7 * RATE
    assert places[-1] - places[0] == (300 - 6) * RATE
    assert told(played.marks, "script_end")


def test_counts_come_back_in_the_running_breath(played: Played) -> None:
    """Somebody who wants counts hears them from the next phase on."""
    played.mouth.perform("longer_out")
    played.pull(100.0)
    heard = len(played.texts())
    played.mouth.change("counts")
    played.pull(20.0)
    assert {"in", "two", "three", "four", "out", "five", "six"} <= set(played.texts()[heard:])


def test_slower_stretches_the_rests_of_the_running_practice(played: Played) -> None:
    """The next rest is longer already."""
    played.mouth.perform("soles")
    played.pull(0.2)
    played.mouth.change("slower")
    played.pull(30.0)
    ends, starts = told(played.marks, "speech_end"), told(played.marks, "speech_start")
    assert starts[1].at_sample - ends[0].at_sample == round(3.0 * 1.5 * RATE)


def test_quieter_and_louder_are_heard_at_once(played: Played) -> None:
    """One step is three decibels, in what sounds already."""
    played.mouth.say("call", {"length": " ".join(["long"] * 60)})
    before = pcm.rms_db(played.pull(1.0))
    played.mouth.change("quieter")
    played.pull(0.1)
    assert pcm.rms_db(played.pull(1.0)) - before == pytest.approx(-3.0, abs=0.2)
    played.mouth.change("louder")
    played.mouth.change("louder")
    played.pull(0.1)
    assert pcm.rms_db(played.pull(1.0)) - before == pytest.approx(3.0, abs=0.2)


def test_levels_and_paces_have_ends() -> None:
    """However often it is wished, the voice stays between its limits and so do the rests."""
    for change, low, high in (("quieter", QUIETEST_DB, 0.0), ("louder", 0.0, LOUDEST_DB)):
        manner = Manner()
        for _ in range(20):
            manner = changed(manner, change)
        assert manner.gain_db == (low if change == "quieter" else high)
    for change, pace in (("slower", 3.0), ("faster", 0.5)):
        manner = Manner()
        for _ in range(20):
            manner = changed(manner, change)
        assert manner.pace == pace


def test_fewer_words_step_by_step_end_in_tones() -> None:
    """Counts, then fading, then breath alone, then the sentences go as well; plain voice undoes."""
    manner = Manner(mode=Mode.COUNTS, gain_db=-3.0)
    seen = []
    for _ in range(4):
        manner = changed(manner, "fewer_words")
        seen.append((manner.mode, manner.talk))
    assert seen == [
        (Mode.FADING, True), (Mode.TONES, True), (Mode.TONES, False), (Mode.TONES, False),
    ]  # fmt: skip
    assert changed(manner, "plain_voice") == Manner(gain_db=-3.0)


def test_every_change_there_is_can_be_made(played: Played) -> None:
    """Each wish that the cues know takes effect in a running practice without an error."""
    played.mouth.perform("longer_out")
    played.pull(9.0)
    for change in MANNER_CHANGES:
        played.mouth.change(change)
        played.pull(3.0)
    assert played.mouth.busy


def test_a_change_survives_a_lost_voice(played: Played) -> None:
    """Counts that cannot be rendered leave the running breath as it was, and are told."""
    played.mouth.change("tones_only")
    played.mouth.perform("longer_out")
    played.pull(6.0)
    slow = played.mouth._slow
    assert isinstance(slow, ToyVoice)
    slow.lost = True
    with pytest.raises(PartLost):
        played.mouth.change("counts")
    played.pull(330.0)
    assert len(told(played.marks, "breath")) == 64
    assert told(played.marks, "script_end")


def test_all_texts_can_be_rendered_beforehand(played: Played) -> None:
    """Every sentence without facts, every variant of every practice, and every count is listed."""
    assert set(played.mouth.fixed_texts()) == {
        "Half of it is over.",
        "Any time at all.",
        "Any time.",
    }
    practice = set(played.mouth.practice_texts())
    assert {"Small and soft, nothing to fill.", "Two feet, and a floor.", "six", "in"} <= practice
    played.mouth.perform("longer_out")
    for change in ("counts", "words_only"):
        played.mouth.change(change)
    assert set(played.voice.rendered) <= practice
