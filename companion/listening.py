"""Runs the companion: in the room, or on WAV files in step with their own clock.

Decides which parts are opened for a run, in which order, and that all are closed again. Must not
know what happens in a pause.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from companion import build, portaudio
from companion.boards import EventStream, Timeline
from companion.build import Choices, Content
from companion.core.cuetable import CueTable
from companion.devices import Devices
from companion.errors import CompanionError, ContentError, SetupError
from companion.hearing.ear import Ear
from companion.keeping import folders
from companion.keeping.clock import SampleClock, SystemClock
from companion.keeping.cuebook import phrases
from companion.keeping.expected import expected_sentences
from companion.keeping.store import PromiseStore
from companion.ports import Board, Clock, Expectation
from companion.runner import Runner
from companion.sources import FileSource, LiveSource
from companion.speaking.mouth import Mouth

if TYPE_CHECKING:
    from companion.speaking.cache import CachedVoice

SPOKEN_LINE = "spoken"
"""The line of `companion say`: it holds nothing but the text."""
PATIENT_HANG_SECONDS = 1.5
"""For people who stutter or speak slowly (brief, 6.9)."""
WHOLE_MILLISECONDS_RATES = (16_000, 22_050, 32_000, 44_100, 48_000)
"""Rates at which 20 ms are a whole number of samples."""


def run(choices: Choices, out: TextIO) -> None:
    """Listen and speak until stopped; on files, until nothing more can happen."""
    if build.is_file(choices.microphone) != build.is_file(choices.speaker):
        raise ContentError(
            "--microphone and --speaker must both be files, or both devices: time is either the"
            " file's or the room's"
        )
    board: Board = EventStream(out) if choices.events else Timeline(out)
    store = PromiseStore(folders.state_folder())
    store.claim()
    try:
        if build.is_file(choices.microphone):
            asyncio.run(on_files(choices, store, board))
            return
        with portaudio.quietly():
            asyncio.run(in_the_room(choices, store, board, _progress(choices, out)))
    finally:
        store.close()


def _progress(choices: Choices, out: TextIO) -> Callable[[str], None]:
    """Where progress is told: to a person. Programs read events, and this is none."""

    def tell(line: str) -> None:
        if not choices.events:
            out.write(f"{line}\n")
            out.flush()

    return tell


def has_sound() -> bool:
    """Whether the machine has a microphone and a loudspeaker."""
    from companion.doctor import sound_devices

    try:
        return bool(sound_devices("max_input_channels") and sound_devices("max_output_channels"))
    except SetupError:
        return False


@contextlib.contextmanager
def opened_ear(content: Content, engine: str, table: CueTable | None = None) -> Iterator[Ear]:
    """An ear with the recogniser that was asked for; its process ends with the block."""
    from companion.hearing.endpointer import HANG_SECONDS, SpeechEndpointer

    cues = table or content.table
    recogniser = build.make_recogniser(engine, content.settings)
    try:
        hang = PATIENT_HANG_SECONDS if content.settings.patient else HANG_SECONDS
        yield Ear(
            SpeechEndpointer(hang_seconds=hang),
            recogniser,
            cues,
            lambda e: _phrases(recogniser.name, cues, e, added=table is not None),
        )
    finally:
        recogniser.close()


def _phrases(
    engine: str, cues: CueTable, expectation: Expectation, *, added: bool
) -> tuple[str, ...]:
    """What the recogniser is told to expect: common sentences for the small one, all for Vosk."""
    phase, asked = expectation.phase, expectation.asked
    if engine != "pocketsphinx":
        return phrases(cues, phase=phase, asked=asked)
    common = expected_sentences(cues, phase=phase, asked=asked)
    if not added:
        return common
    return tuple(dict.fromkeys((*common, *phrases(cues, phase=phase, asked=asked, limit=400))))


async def on_files(choices: Choices, store: PromiseStore, board: Board) -> None:
    """One run with a WAV microphone and a WAV speaker, sample by sample."""
    from companion.hearing.wav_microphone import WavMicrophone
    from companion.speaking.wav_speaker import WavSpeaker

    assert choices.microphone is not None
    assert choices.speaker is not None
    content = build.load_content()
    microphone = WavMicrophone(Path(choices.microphone))
    await microphone.open()
    rate = microphone.rate if microphone.rate in WHOLE_MILLISECONDS_RATES else 48_000
    clock = SampleClock(SystemClock().now())
    engine = choices.engine or content.settings.engine
    with (
        build.opened_voice(choices.voice or content.settings.voice) as voice,
        opened_ear(content, engine) as ear,
    ):
        mouth = build.make_mouth(content, voice, rate)
        speaker = WavSpeaker(Path(choices.speaker), rate)
        speaker.open(mouth.fill)
        try:
            source = FileSource(
                microphone, ear, mouth, speaker, clock, board, max_seconds=choices.max_seconds
            )
            await _live(content, source, mouth, store, clock, board)
        finally:
            speaker.close()


async def in_the_room(
    choices: Choices, store: PromiseStore, board: Board, tell: Callable[[str], None]
) -> None:
    """One run with the microphone and the loudspeaker of the room; `tell` takes its progress."""
    from companion.hearing.microphone import DeviceMicrophone
    from companion.speaking.device_speaker import DeviceSpeaker

    content = build.load_content()
    settings = content.settings
    clock = SystemClock()
    microphone = DeviceMicrophone(choices.microphone or settings.microphone or None)
    speaker = DeviceSpeaker(choices.speaker or settings.speaker or None)
    with (
        build.opened_voice(choices.voice or settings.voice) as voice,
        opened_ear(content, choices.engine or settings.engine) as ear,
    ):
        mouth = build.make_mouth(content, voice, speaker.rate)
        start = clock.now().boot
        devices = Devices(microphone, speaker, mouth.fill)
        try:
            await devices.open()
            build.warm(voice, mouth, tell)
            source = LiveSource(
                devices,
                ear,
                mouth,
                lambda sample: speaker.boot_seconds_at(sample) - start,
                clock,
                board,
                max_seconds=choices.max_seconds,
            )
            async with asyncio.TaskGroup() as tasks:
                running = [
                    tasks.create_task(source.listen()),
                    tasks.create_task(source.watch_mouth()),
                    tasks.create_task(source.mend()),
                ]
                await _live(content, source, mouth, store, clock, board)
                for task in running:
                    task.cancel()
        except* CompanionError as problems:
            raise _first(problems) from None
        finally:
            await devices.close()


def _first(problems: BaseExceptionGroup[CompanionError]) -> CompanionError:
    """One trouble of several: one sentence is told."""
    inner = problems.exceptions[0]
    return _first(inner) if isinstance(inner, BaseExceptionGroup) else inner


async def _live(
    content: Content,
    source: FileSource | LiveSource,
    mouth: Mouth,
    store: PromiseStore,
    clock: Clock,
    board: Board,
) -> None:
    session = build.new_session(content)
    runner = Runner(session, source=source, mouth=mouth, store=store, clock=clock, boards=(board,))
    await runner.run()


def hear(
    files: Sequence[Path],
    *,
    engine: str,
    expectation: Expectation,
    table: CueTable,
    content: Content,
    out: TextIO,
) -> None:
    """Write a JSON line for every cue in the files."""
    import json

    from companion.hearing.ear import hear_file

    with opened_ear(content, engine, table) as ear:
        ear.expect(expectation)
        for path in files:
            for heard in hear_file(path, ear):
                facts = {
                    "file": str(path),
                    "start": round(heard.start, 3),
                    "end": round(heard.end, 3),
                    "decided": round(heard.decided, 3),
                    "intent": heard.intent,
                    "slots": dict(heard.slots),
                    "confidence": round(heard.confidence, 3),
                }
                out.write(json.dumps(facts, ensure_ascii=False) + "\n")
                out.flush()


def speak(sound: str, *, speaker: str | None, voice: str | None, practice: bool) -> None:
    """Speak one sentence, or guide one practice, to a device or into a file."""
    content = build.load_content()
    if practice and sound not in content.scripts:
        known = ", ".join(sorted(content.scripts))
        raise ContentError(f"there is no practice '{sound}': there are {known}")
    content = replace(content, lines={SPOKEN_LINE: ("{text}",)})
    with build.opened_voice(voice or content.settings.voice) as opened:
        if build.is_file(speaker):
            _speak_to_file(content, opened, sound, Path(str(speaker)), practice)
        else:
            with portaudio.quietly():
                _speak_to_device(content, opened, sound, speaker, practice)


def _begin(mouth: Mouth, sound: str, practice: bool) -> None:
    if practice:
        mouth.perform(sound)
    else:
        mouth.say(SPOKEN_LINE, {"text": sound}, essential=True)


def _speak_to_file(
    content: Content, voice: CachedVoice, sound: str, path: Path, practice: bool
) -> None:
    from companion.speaking.wav_speaker import WavSpeaker

    rate = 48_000
    mouth = build.make_mouth(content, voice, rate)
    speaker = WavSpeaker(path, rate)
    speaker.open(mouth.fill)
    try:
        _begin(mouth, sound, practice)
        while mouth.busy:
            speaker.pull(rate // 50)
    finally:
        speaker.close()
    sys.stdout.write(f"{path}\n")


def _speak_to_device(
    content: Content, voice: CachedVoice, sound: str, device: str | None, practice: bool
) -> None:
    import time

    from companion.speaking.device_speaker import DeviceSpeaker

    speaker = DeviceSpeaker(device or content.settings.speaker or None)
    mouth = build.make_mouth(content, voice, speaker.rate)
    speaker.open(mouth.fill)
    try:
        _begin(mouth, sound, practice)
        while mouth.busy:
            time.sleep(0.05)
        time.sleep(0.2)
    finally:
        speaker.close()
