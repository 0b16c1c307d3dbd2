"""A short pause on files, for a machine without sound: a first look at what the companion does.

Decides what is said to it and when. Everything else is real: the voice that speaks the cues, the
recogniser that hears them, the session, the promise on disk, and the answer as a WAV file.
"""

from __future__ import annotations

import asyncio
import tempfile
import wave
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import numpy as np
from numpy.typing import NDArray

from companion import build
from companion.boards import EventStream, Timeline
from companion.build import Choices
from companion.core import pcm
from companion.errors import SetupError
from companion.keeping import folders
from companion.keeping.store import PromiseStore
from companion.listening import on_files
from companion.ports import HEARING_RATE, Board

if TYPE_CHECKING:
    from companion.speaking.cache import CachedVoice

TALK = (
    (2.0, "I need a two minute pause."),
    (22.0, "Help me breathe."),
    (140.0, "I'm back."),
)
"""Seconds from the start, and what is said to the companion then."""
TALK_SECONDS = 150.0
ROOM_NOISE = 12.0
"""Standard deviation of the noise floor in 16-bit steps: a quiet room, not digital silence."""


def show(choices: Choices, out: TextIO) -> None:
    """Run the short pause, print its timeline, and say where the answer lies."""
    out.write(
        "No sound device was found, so here is a short pause on files."
        " On a machine with a microphone and a loudspeaker this command listens.\n"
    )
    out.flush()
    folder = folders.data_folder() / "first-pause"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise SetupError(
            f"the short pause cannot be written to {folder}: {problem.strerror}"
        ) from None
    talk, answer = folder / "talk.wav", folder / "answer.wav"
    content = build.load_content()
    with build.opened_voice(choices.voice or content.settings.voice) as voice:
        write_talk(voice, talk)
    board: Board = EventStream(out) if choices.events else Timeline(out)
    # A promise that a household made must not be mixed up with this one.
    with tempfile.TemporaryDirectory(prefix="companion-") as scratch:
        on_paths = replace(choices, microphone=str(talk), speaker=str(answer), max_seconds=400.0)
        asyncio.run(on_files(on_paths, PromiseStore(Path(scratch)), board))
    out.write(f"What was said to it: {talk}\nWhat it answered:    {answer}\n")
    out.flush()


def write_talk(voice: CachedVoice, path: Path) -> None:
    """Speak the cues into a WAV file with a quiet room around them."""
    noise = np.random.default_rng(1).normal(0.0, ROOM_NOISE, int(TALK_SECONDS * HEARING_RATE))
    room = pcm.from_int16(noise.astype(np.int16))
    for at, text in TALK:
        clip = voice.render(text)
        said = pcm.resample(clip.samples, clip.rate, HEARING_RATE)
        start = int(at * HEARING_RATE)
        room[start : start + len(said)] += said
    try:
        _write(path, pcm.to_int16(room))
    except OSError as problem:
        raise SetupError(f"{path} cannot be written: {problem.strerror}") from None


def _write(path: Path, samples: NDArray[np.int16]) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(HEARING_RATE)
        file.writeframes(samples.tobytes())
