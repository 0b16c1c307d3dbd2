"""The real voice: pyttsx3 and espeak-ng in their own process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.core import pcm
from companion.errors import ContentError
from companion.speaking.voice import (
    HIGHEST_PEAK_DB,
    EspeakVoice,
    VoiceSpec,
    active_db,
    engine_rate,
    levelled,
    sentences,
    trimmed,
)

CALL = "The pause is on: ten minutes, back at half past six. Anyone here may ask for more."
STEPS = (
    "Both feet on the floor, with weight on each.",
    "Then to one side, and the other.",
    "Something far away, and something near.",
    "Breath comes and goes by itself.",
)


@pytest.fixture(scope="module")
def voice() -> Iterator[EspeakVoice]:
    """Give one voice to all tests here."""
    voice = EspeakVoice(VoiceSpec("calm", "en-gb", pitch=45))
    yield voice
    voice.close()


def wpm(voice: EspeakVoice, *texts: str) -> float:
    """Measured words a minute over these texts."""
    seconds = sum(voice.render(text).seconds for text in texts)
    return sum(len(text.split()) for text in texts) / seconds * 60


def test_it_speaks_at_the_pace_that_was_written(voice: EspeakVoice) -> None:
    """A call is spoken at 140-155 words a minute, instructions at 125-140 (brief, 2.5)."""
    assert 138 <= wpm(voice, CALL) <= 157
    assert 123 <= wpm(voice.slower(), *STEPS) <= 145


def test_other_voices_keep_the_pace_too() -> None:
    """The pace is measured for each voice, because engines count in their own way."""
    other = EspeakVoice(VoiceSpec("other", "en-us+f3"))
    assert 135 <= wpm(other, CALL) <= 160
    other.close()


def test_every_clip_has_the_same_level(voice: EspeakVoice) -> None:
    """Long or short, speech has -23 dBFS while it sounds, and no peak above -3 dBFS."""
    for text in (CALL, "in", "two", "Quiet now."):
        clip = voice.render(text)
        assert active_db(clip.samples, clip.rate) == pytest.approx(pcm.VOICE_DB, abs=0.1)
        assert pcm.peak(clip.samples) <= pcm.factor(HIGHEST_PEAK_DB) + 1e-4


def test_a_clip_begins_and_ends_with_its_words(voice: EspeakVoice) -> None:
    """No silence is left around a word, so that it starts where it is placed; edges are soft."""
    clip = voice.render("in")
    loud = np.nonzero(np.abs(clip.samples) > 0.05 * pcm.peak(clip.samples))[0]
    assert loud[0] / clip.rate < 0.03
    assert clip.seconds - loud[-1] / clip.rate < 0.08
    assert clip.samples[0] == 0
    assert clip.seconds < 0.9


def test_a_count_fits_into_its_second(voice: EspeakVoice) -> None:
    """The words of a breath, at the pace of instructions, end within their second."""
    slow = voice.slower()
    for word in ("in", "out", "hold", "two", "three", "four", "five", "six", "seven", "eight"):
        assert slow.render(word).seconds < 0.95


def test_the_same_text_takes_the_same_time(voice: EspeakVoice) -> None:
    """Rendered again, after other texts and in another process, its length stays within 4 %.

    espeak-ng carries a little of a sentence over into the next, so samples differ.
    """
    again = EspeakVoice(voice.spec)
    lengths = [again.render(CALL).seconds]
    again.close()
    for before in STEPS:
        voice.render(before)
        lengths.append(voice.render(CALL).seconds)
    assert max(lengths) < 1.04 * min(lengths)


def test_forty_renders_are_all_there(voice: EspeakVoice) -> None:
    """One engine renders one text after another, changing pace in between, and loses none."""
    slow = voice.slower()
    for n in range(20):
        text = f"This is sentence number {n}, and it ends here."
        usual, slower = voice.render(text), slow.render(text)
        assert 1.5 < usual.seconds < slower.seconds < 6.0


def test_sentences_have_their_gap() -> None:
    """Between two sentences of one text lies the gap of the voice, in silence."""
    gaps = {}
    for seconds in (0.35, 1.0):
        voice = EspeakVoice(VoiceSpec("gap", sentence_gap_seconds=seconds, rate_wpm=145))
        voice._engine.trials = [(110, 122.0), (150, 163.0)]
        gaps[seconds] = voice.render("One line. Another line.").seconds
        voice.close()
    assert gaps[1.0] - gaps[0.35] == pytest.approx(0.65, abs=0.001)


def test_a_voice_that_is_not_there_is_told() -> None:
    """A wrong name, or a wrong variant, is one sentence, not another voice."""
    for name in ("klingonese", "en-gb+nobody"):
        voice = EspeakVoice(VoiceSpec("mine", name))
        with pytest.raises(ContentError, match=r"voice mine: espeak-ng knows no voice"):
            voice.render("Hello.")
        voice.close()


def test_a_killed_process_is_replaced(voice: EspeakVoice) -> None:
    """When the engine's process dies, the next text is spoken by a new one."""
    voice.render("One.")
    child = voice._engine.worker._child
    assert child is not None
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    assert voice.render(CALL).seconds > 3


def test_nothing_to_say_is_an_empty_clip(voice: EspeakVoice) -> None:
    """No words, no sound, no error."""
    for text in ("", "   ", "...", "\0\n"):
        assert len(voice.render(text).samples) == 0


def test_odd_texts_are_spoken(voice: EspeakVoice) -> None:
    """Markup, control characters, quotes and other scripts do not disturb the engine."""
    for text in ("<break/> one", "[[one]] two", "a\0b\x1b[31m", "ä ß 猫 🙂 yes", "it’s “so”"):
        assert voice.render(text).seconds > 0.1


def test_renders_leave_no_file(voice: EspeakVoice) -> None:
    """What was rendered on the way is gone from shared memory and from the temporary folder."""
    places = [Path("/dev/shm"), Path(tempfile.gettempdir())]

    def there() -> set[Path]:
        return {p for place in places for p in place.glob("voice-*")}

    before = there()
    voice.render("One more sentence.")
    left = there() - before
    for number in range(10):
        # What another voice renders meanwhile comes and goes; what is left behind stays.
        voice.render(f"One more sentence, number {number}.")
        left &= there()
    assert not left


def test_the_engine_writes_nothing_to_standard_output() -> None:
    """The engine's own chatter does not get between the lines of --json."""
    program = (
        "from companion.speaking.voice import EspeakVoice, VoiceSpec\n"
        "v = EspeakVoice(VoiceSpec('x')); v.render('One, two.'); v.close(); print('done')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "done\n"


def test_without_espeak_the_remedy_is_told() -> None:
    """Where the library cannot be loaded, one sentence says what to install."""
    program = (
        "import sys; sys.modules['pyttsx3'] = None\n"
        "from companion.speaking.espeak import make\n"
        "try: make()\n"
        "except RuntimeError as problem: sys.stderr.write(str(problem))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert "apt install espeak-ng" in done.stderr


def test_texts_are_divided_at_the_ends_of_sentences() -> None:
    """A full stop ends a sentence only before a capital; what has no word is no sentence."""
    assert sentences("It is on. Back at nine! Sure? (Yes.)") == (
        "It is on.", "Back at nine!", "Sure?", "(Yes.)",
    )  # fmt: skip
    assert sentences("Back at 9.30 p.m. today.") == ("Back at 9.30 p.m. today.",)
    assert sentences("...  ") == ()


@given(st.floats(60, 300))
def test_the_engine_rate_follows_the_trials(words_a_minute: float) -> None:
    """Faster never means a slower engine, and the trials themselves are met."""
    trials = [(110, 122.0), (150, 163.0)]
    assert engine_rate(122.0, trials) == 110
    assert engine_rate(163.0, trials) == 150
    assert 80 <= engine_rate(words_a_minute, trials) <= engine_rate(words_a_minute + 5, trials)


def test_trimming_silence_leaves_nothing() -> None:
    """A silent clip is empty, and levelling it is no division by zero."""
    assert len(trimmed(pcm.silence(5000), 22_050)) == 0
    assert not levelled(pcm.silence(100), 22_050, -23.0).any()
    assert active_db(pcm.silence(3), 22_050) == pcm.FLOOR_DB
