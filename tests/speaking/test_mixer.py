"""The mixer: order, fades, silence, level, and marks at their sample."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from companion.core import pcm
from companion.core.score import Score, lay_out, texts
from companion.core.script import Manner, Mode, Script
from companion.speaking.deck import Item, Mark
from companion.speaking.mixer import HUSH_SECONDS, Mixer
from tests.speaking.toys import LONGER_OUT, RATE, SOLES, hum, pulled, told


def line(seconds: float, name: str = "call", text: str = "A line.") -> Item:
    """A spoken line."""
    return Item(hum(seconds), "speech", name, text)


def quiet(seconds: float) -> Item:
    """A rest on the track of lines."""
    return Item(pcm.silence(round(seconds * RATE)), "quiet")


def laid(script: Script, manner: Manner | None = None) -> Score:
    """A script whose sentences hum for 1 s and whose words for 0.4 s."""
    manner = manner or Manner()
    clips = {t: hum(1.0 if " " in t else 0.4) for t in texts(script, manner)}
    return lay_out(script, clips, choose=lambda _, __: 0, manner=manner, rate=RATE)


def seconds(marks: list[Mark], kind: str) -> list[tuple[float, str]]:
    """Place and words of the marks of one kind."""
    return [(m.at_sample / RATE, m.text or m.name) for m in marks if m.kind == kind]


def test_lines_follow_each_other_without_a_gap() -> None:
    """Each line starts at the sample where the one before ended, rests included."""
    mixer = Mixer(RATE)
    mixer.play(line(0.5, text="One."), quiet(0.25), line(0.5, text="Two."))
    pulled(mixer, 2.0)
    marks = mixer.marks()
    assert seconds(marks, "speech_start") == [(0.0, "One."), (0.75, "Two.")]
    assert seconds(marks, "speech_end") == [(0.5, "One."), (1.25, "Two.")]
    assert not mixer.busy


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 4000), min_size=1, max_size=60))
def test_the_size_of_the_blocks_changes_nothing(blocks: list[int]) -> None:
    """However the samples are asked for, they and the marks are the same."""
    whole, pieces = Mixer(RATE), Mixer(RATE)
    for mixer in (whole, pieces):
        mixer.play(line(0.3), quiet(0.1), Item(pcm.tone(RATE), "tone"))
        mixer.perform(laid(SOLES))
    total = sum(blocks)
    parts = np.concatenate([pieces.fill(b) for b in blocks])
    assert (parts == whole.fill(total)).all()
    assert pieces.marks() == whole.marks()


def test_hush_is_silent_within_thirty_milliseconds() -> None:
    """After a hush, in the middle of a line over a breath, 30 ms later all samples are zero."""
    mixer = Mixer(RATE)
    mixer.perform(laid(LONGER_OUT))
    pulled(mixer, 8.0)
    mixer.play(line(3.0), line(3.0))
    pulled(mixer, 1.0)
    assert mixer.saying == "A line."
    mixer.marks()
    at = mixer.position
    mixer.hush()
    after = pulled(mixer, 2.0)
    assert np.abs(after[: round(0.005 * RATE)]).max() > 0.01
    assert not after[round(0.03 * RATE) :].any()
    assert np.abs(np.diff(after)).max() < 0.03
    marks = mixer.marks()
    assert [m.kind for m in marks] == ["speech_cut", "silence"]
    assert marks[-1].at_sample == at + round(HUSH_SECONDS * RATE)
    assert not mixer.busy
    assert mixer.saying is None


def test_what_comes_after_a_hush_starts_after_the_silence() -> None:
    """A tone asked for right after a hush is not lost, and does not mix with the fade."""
    mixer = Mixer(RATE)
    mixer.play(line(3.0))
    pulled(mixer, 0.5)
    mixer.hush()
    mixer.play(Item(pcm.tone(RATE), "tone"))
    pulled(mixer, 1.0)
    marks = mixer.marks()
    silence, tone = told(marks, "silence")[0], told(marks, "tone")[0]
    assert silence.at_sample == tone.at_sample == round((0.5 + HUSH_SECONDS) * RATE)


def test_a_hush_in_silence_is_told_at_once() -> None:
    """Where nothing sounds, silence is already there; what waited is forgotten."""
    mixer = Mixer(RATE)
    mixer.fill(100)
    mixer.play(line(1.0))
    mixer.hush()
    assert mixer.marks() == [Mark("silence", "", "", 100)]
    assert not pulled(mixer, 0.5).any()


def test_two_hushes_are_one() -> None:
    """A second stop within the fade neither clicks nor brings anything back."""
    mixer = Mixer(RATE)
    mixer.play(line(3.0))
    pulled(mixer, 0.5)
    mixer.hush()
    mixer.fill(20)
    mixer.play(line(1.0))
    mixer.hush()
    after = pulled(mixer, 0.5)
    assert not after[round(0.03 * RATE) :].any()
    assert len(told(mixer.marks(), "silence")) == 1


def test_a_cut_sentence_has_not_been_said() -> None:
    """A sentence that a hush cut is told as cut, never as spoken to its end."""
    mixer = Mixer(RATE)
    mixer.play(line(3.0, name="call_back"))
    pulled(mixer, 0.5)
    mixer.hush()
    pulled(mixer, 3.0)
    marks = mixer.marks()
    assert not told(marks, "speech_end")
    assert told(marks, "speech_cut")[0].name == "call_back"
    assert not told(marks, "script_end")


def test_a_score_waits_for_the_lines_before_it() -> None:
    """A practice begins when the lines, with their rests, are over, and tells its end."""
    mixer = Mixer(RATE)
    mixer.play(line(0.5), quiet(0.5))
    mixer.perform(laid(SOLES))
    pulled(mixer, 20.0)
    marks = mixer.marks()
    assert seconds(marks, "script_start") == [(1.0, "soles")]
    start, length = round(1.0 * RATE), laid(SOLES).length
    assert told(marks, "script_end")[0].at_sample == start + length


def test_scores_play_one_after_the_other() -> None:
    """A second practice begins where the first one ended."""
    mixer = Mixer(RATE)
    mixer.perform(laid(SOLES))
    mixer.perform(laid(SOLES))
    pulled(mixer, 40.0)
    starts = [m.at_sample for m in told(mixer.marks(), "script_start")]
    assert starts == [0, laid(SOLES).length]


def test_breath_phases_sound_at_their_sample_for_ten_minutes() -> None:
    """Two runs of the five-minute breath: every phase mark lies on its sample, whatever is said."""
    mixer = Mixer(RATE)
    score = laid(LONGER_OUT)
    mixer.perform(score)
    mixer.perform(score)
    marks: list[Mark] = []
    for second in range(660):
        if second % 20 == 13:
            mixer.play(line(0.7))
        mixer.fill(RATE)
        marks += mixer.marks()
    starts = [m.at_sample for m in told(marks, "script_start")]
    wanted = [(start + m.at, m.text) for start in starts for m in score.marks if m.kind == "breath"]
    breaths = [(m.at_sample, m.name) for m in told(marks, "breath")]
    # A line that comes before the breath holds the first step, and so moves all that follows.
    shift = {start: _first_after(breaths, start) - score.spans[1].start - start for start in starts}
    moved = [(at + shift[starts[at >= starts[1]]], name) for at, name in wanted]
    assert breaths == moved
    assert len(breaths) == 128


def _first_after(breaths: list[tuple[int, str]], start: int) -> int:
    return next(at for at, _ in breaths if at >= start)


def test_a_line_makes_the_practice_wait_and_nothing_is_lost() -> None:
    """In a practice of sentences a line comes after the sentence; the practice goes on then."""
    mixer = Mixer(RATE)
    mixer.perform(laid(SOLES))
    pulled(mixer, 0.5)
    mixer.play(line(2.0, text="Seven minutes."), quiet(0.5))
    pulled(mixer, 20.0)
    marks = mixer.marks()
    assert seconds(marks, "speech_start") == [
        (0.0, "Both feet on the floor now."),
        (1.0, "Seven minutes."),
        (4.0 + 2.5, "Rocking forward, then back."),
    ]
    assert told(marks, "script_end")[0].at_sample == laid(SOLES).length + round(2.5 * RATE)


def test_a_line_over_a_breath_drops_words_and_keeps_the_time() -> None:
    """A breath goes on under a line: no phase moves, no word is spoken at the same time."""
    mixer = Mixer(RATE)
    mixer.perform(laid(LONGER_OUT))
    pulled(mixer, 5.1)
    mixer.play(line(2.5, text="Seven minutes."))
    track = pulled(mixer, 20.0)
    marks = mixer.marks()
    spoken = seconds(marks, "speech_start")
    # The word "in" at 5.0 s is let finish; "two" at 6 s and "three" at 7 s are dropped.
    assert spoken[:5] == [
        (0.0, "Soft and small, nothing to fill."), (5.0, "in"), (5.4, "Seven minutes."),
        (8.0, "out"), (9.0, "two"),
    ]  # fmt: skip
    assert [at for at, _ in seconds(marks, "breath")][:4] == [5.0, 8.0, 12.0, 15.0]
    assert np.abs(np.diff(track)).max() < 0.05


def test_another_layout_takes_over_in_the_same_breath() -> None:
    """Going over to breath sound alone: no phase moves, nothing clicks, no more words."""
    mixer = Mixer(RATE)
    words, tones = laid(LONGER_OUT), laid(LONGER_OUT, Manner(mode=Mode.TONES))
    mixer.perform(words)
    before = pulled(mixer, 10.2)
    mixer.exchange(words, tones)
    after = pulled(mixer, 25.0)
    marks = mixer.marks()
    assert [at for at, _ in seconds(marks, "breath")][:6] == [5.0, 8.0, 12.0, 15.0, 19.0, 22.0]
    assert max(at for at, _ in seconds(marks, "speech_start")) < 10.2
    assert seconds(marks, "speech_cut") == [(10.23, "three")]
    assert np.abs(np.diff(np.concatenate((before, after)))).max() < 0.05


def test_a_sentence_goes_on_in_another_layout() -> None:
    """A slower pace does not begin the running sentence anew or cut it."""
    mixer = Mixer(RATE)
    usual, slow = laid(SOLES), laid(SOLES, Manner(pace=2.0))
    mixer.perform(usual)
    pulled(mixer, 0.5)
    mixer.exchange(usual, slow)
    pulled(mixer, 30.0)
    marks = mixer.marks()
    assert seconds(marks, "speech_start") == [
        (0.0, "Both feet on the floor now."), (7.0, "Rocking forward, then back."),
    ]  # fmt: skip
    assert seconds(marks, "speech_end")[0] == (1.0, "Both feet on the floor now.")
    assert not told(marks, "speech_cut")


def test_a_waiting_score_is_exchanged_too() -> None:
    """A practice that has not begun is played in its new layout."""
    mixer = Mixer(RATE)
    usual, slow = laid(SOLES), laid(SOLES, Manner(pace=2.0))
    mixer.play(line(0.5))
    mixer.perform(usual)
    pulled(mixer, 0.1)
    mixer.exchange(usual, slow)
    assert mixer.performing == (slow,)


def test_the_level_changes_without_a_step() -> None:
    """Quieter reaches its level within 50 ms, and no sample jumps."""
    mixer = Mixer(RATE)
    mixer.play(line(4.0))
    before = pulled(mixer, 1.0)
    mixer.set_gain(-12.0)
    after = pulled(mixer, 1.0)
    settled = after[round(0.06 * RATE) :]
    assert pcm.rms_db(settled) - pcm.rms_db(before) == pytest.approx(-12.0, abs=0.2)
    assert np.abs(np.diff(after)).max() <= np.abs(np.diff(before)).max() + 1e-3


def test_too_much_at_once_is_clipped_not_wrapped() -> None:
    """Samples never leave -1..1."""
    mixer = Mixer(RATE)
    mixer.set_gain(6.0)
    mixer.play(Item(np.full(RATE, 0.9, np.float32), "speech", "x", "x"))
    assert np.abs(pulled(mixer, 1.0)).max() <= 1.0


def test_a_score_at_another_rate_is_refused() -> None:
    """A score laid out at another rate would be at the wrong pitch and place."""
    with pytest.raises(ValueError, match="16000"):
        Mixer(48_000).perform(laid(SOLES))


def test_the_last_sentence_is_remembered() -> None:
    """What can be said again is the last sentence that began, not a count of a breath."""
    mixer = Mixer(RATE)
    assert mixer.said is None
    mixer.perform(laid(LONGER_OUT))
    pulled(mixer, 12.0)
    assert mixer.said == ("longer_out", "Soft and small, nothing to fill.")


def test_lines_may_come_while_samples_are_pulled() -> None:
    """Two hundred lines added by one thread while another pulls all sound, in order."""
    mixer = Mixer(RATE)
    texts_ = [f"Line {n}." for n in range(200)]

    def add() -> None:
        for text in texts_:
            mixer.play(Item(hum(0.01), "speech", "x", text))

    adding = threading.Thread(target=add)
    adding.start()
    marks: list[Mark] = []
    while adding.is_alive() or mixer.busy:
        mixer.fill(64)
        marks += mixer.marks()
    adding.join()
    assert [m.text for m in told(marks, "speech_end")] == texts_
