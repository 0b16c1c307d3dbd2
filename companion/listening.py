"""Runs the companion: in the room, or on WAV files in step with their own clock.

Decides which parts are opened for a run, in which order, and that all are closed again. Must not
know what happens in a pause.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from companion import build, portaudio
from companion.boards import EventStream, Timeline
from companion.build import Choices, Content
from companion.devices import Devices
from companion.ears import opened_ear
from companion.errors import CompanionError, ContentError, SetupError
from companion.keeping import folders
from companion.keeping.clock import SampleClock, SystemClock
from companion.keeping.store import PromiseStore
from companion.ports import Board, Clock
from companion.runner import Runner
from companion.sources import FileSource, LiveSource
from companion.speaking.mouth import Mouth

if TYPE_CHECKING:
    from companion.speaking.cache import CachedVoice

SPOKEN_LINE = "spoken"
"""The line of `companion say`: it holds nothing but the text."""
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
