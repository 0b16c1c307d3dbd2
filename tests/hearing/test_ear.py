"""The ear goes on hearing when one of its organs is lost."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from companion.hearing.ear import Ear
from companion.hearing.endpointer import SpeechEndpointer
from companion.hearing.heard import EarEvent, EarFailed, Heard
from companion.hearing.spotter import SpotterWorker
from companion.hearing.vosk import VoskRecogniser
from companion.keeping.cuebook import load_cues, phrases
from companion.keeping.expected import expected_sentences
from companion.ports import FRAME_SAMPLES
from tests.conftest import VOSK_MODEL
from tests.spoken import RATE, said


@pytest.fixture
def ear(tmp_path: Path) -> Iterator[Ear]:
    """A real ear whose spotter cannot start: its templates are no templates."""
    broken = tmp_path / "sound_templates.npz"
    broken.write_bytes(b"nothing")
    table = load_cues()
    recogniser, spotter = VoskRecogniser(VOSK_MODEL), SpotterWorker(broken)
    yield Ear(
        SpeechEndpointer(),
        recogniser,
        table,
        lambda e: phrases(table, phase=e.phase, asked=e.asked, limit=200),
        lambda e: expected_sentences(table, phase=e.phase, asked=e.asked),
        spotter=spotter,
    )
    recogniser.close()
    spotter.close()


def test_it_hears_without_a_spotter(ear: Ear) -> None:
    """The recogniser's two readings still decide, and the loss is told once an utterance."""
    room = np.random.default_rng(2).normal(0.0, 12.0, RATE).astype(np.int16)
    sound = np.concatenate((room, said("I need a pause"), room))
    events: list[EarEvent] = []
    for start in range(0, len(sound) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
        events += ear.accept(sound[start : start + FRAME_SAMPLES])
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
    sound = np.concatenate((quiet, loud, quiet))
    events: list[EarEvent] = []
    for start in range(0, len(sound) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
        events += ear.accept(sound[start : start + FRAME_SAMPLES])
    assert [one.intent for one in events if isinstance(one, Heard)] == ["ask_pause"]
