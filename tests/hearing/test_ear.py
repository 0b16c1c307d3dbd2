"""The ear goes on hearing when one of its organs is lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from companion.hearing.ear import Ear
from companion.hearing.endpointer import SpeechEndpointer
from companion.hearing.heard import EarEvent, EarFailed, Heard, SpeechBegan, SpeechEnded
from companion.hearing.spotter import SpotterWorker
from companion.hearing.vosk import VoskRecogniser
from companion.keeping import folders
from companion.keeping.cuebook import load_cues, phrases
from companion.keeping.expected import expected_sentences
from companion.ports import FRAME_SAMPLES
from tests.conftest import VOSK_MODEL
from tests.spoken import RATE, said

TEMPLATES = folders.shipped("scripts") / "en" / "sound_templates.npz"
ROOM = np.random.default_rng(2).normal(0.0, 12.0, RATE).astype(np.int16)


@pytest.fixture(scope="module")
def ear(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ear]:
    """A real ear whose spotter cannot start: its templates are no templates."""
    broken = tmp_path_factory.mktemp("broken") / "sound_templates.npz"
    broken.write_bytes(b"nothing")
    with opened(broken) as one:
        yield one


@contextmanager
def opened(templates: Path, *, waits_to_the_end: bool = False) -> Iterator[Ear]:
    """A real ear with Vosk."""
    table = load_cues()
    recogniser, spotter = VoskRecogniser(VOSK_MODEL), SpotterWorker(templates)
    yield Ear(
        SpeechEndpointer(),
        recogniser,
        table,
        lambda e: phrases(table, phase=e.phase, asked=e.asked, limit=200),
        lambda e: expected_sentences(table, phase=e.phase, asked=e.asked),
        spotter=spotter,
        waits_to_the_end=waits_to_the_end,
    )
    recogniser.close()
    spotter.close()


def told(ear: Ear, sound: NDArray[np.int16]) -> list[EarEvent]:
    """What an ear tells of a sound from its beginning."""
    ear.restart()
    starts = range(0, len(sound) - FRAME_SAMPLES + 1, FRAME_SAMPLES)
    return [one for at in starts for one in ear.accept(sound[at : at + FRAME_SAMPLES])]


def trimmed(text: str) -> NDArray[np.int16]:
    """A sentence without the silence around it."""
    voice = said(text)
    loud = np.flatnonzero(np.abs(voice) > 300)
    return voice[loud[0] : loud[-1] + 1]


def test_it_hears_without_a_spotter(ear: Ear) -> None:
    """The recogniser's two readings still decide, and the loss is told once an utterance."""
    events = told(ear, np.concatenate((ROOM, said("I need a pause"), ROOM)))
    assert [one.intent for one in events if isinstance(one, Heard)] == ["ask_pause"]
    failed = [one.what for one in events if isinstance(one, EarFailed)]
    assert len(failed) == 1
    assert "sound templates" in failed[0]


@pytest.mark.parametrize("loudness", [0.005, 3.0])
def test_it_hears_faint_and_overdriven_microphones(ear: Ear, loudness: float) -> None:
    """A whisper across the room, and a microphone that is set so loud that it clips."""
    voice = said("I need a pause").astype(np.float64)
    voice *= 9000 / np.abs(voice).max()
    quiet = np.random.default_rng(2).normal(0.0, 1.0, RATE).astype(np.int16)
    loud = np.clip(np.rint(voice * loudness), -32768, 32767).astype(np.int16)
    events = told(ear, np.concatenate((quiet, loud, quiet)))
    assert [one.intent for one in events if isinstance(one, Heard)] == ["ask_pause"]


def test_what_surely_is_a_whole_cue_is_not_waited_for() -> None:
    """It is decided a quarter of a second after its last sound; other speech takes longer, and a
    hesitation inside it ends nothing. Who stutters is always waited for.
    """
    request = np.concatenate((ROOM, trimmed("I need a pause"), ROOM))
    halves = (trimmed("we put the onions"), ROOM[: RATE * 3 // 10], trimmed("on the table"))
    with opened(TEMPLATES) as ear:
        (heard,) = [one for one in told(ear, request) if isinstance(one, Heard)]
        assert heard.intent == "ask_pause"
        assert heard.decided - heard.end < 0.3
        events = told(ear, np.concatenate((ROOM, *halves, ROOM)))
        assert [type(one) for one in events] == [SpeechBegan, SpeechEnded]
    with opened(TEMPLATES, waits_to_the_end=True) as ear:
        (heard,) = [one for one in told(ear, request) if isinstance(one, Heard)]
        assert heard.decided - heard.end > 0.4
