"""Opens the room for a lesson: a voice, a microphone and a loudspeaker, or two files.

Decides which parts these are, and that all are closed again. Must not know what is taught.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from companion import build, ears
from companion.build import Choices, Content
from companion.listening import WHOLE_MILLISECONDS_RATES
from companion.teachroom import FilePlace, LivePlace, Place, TeachRoom

if TYPE_CHECKING:
    from companion.speaking.cache import CachedVoice
    from companion.speaking.mouth import Mouth


@contextlib.asynccontextmanager
async def opened_room(choices: Choices, content: Content, out: TextIO) -> AsyncIterator[TeachRoom]:
    """The room that was chosen. ContentError or SetupError in one sentence."""
    with build.opened_voice(choices.voice or content.settings.voice) as voice:
        opened = _files if build.is_file(choices.microphone) else _devices
        async with opened(choices, content, voice) as (place, mouth):
            yield TeachRoom(place, mouth, out, hang_seconds=ears.hang_seconds(content))


@contextlib.asynccontextmanager
async def _files(
    choices: Choices, content: Content, voice: CachedVoice
) -> AsyncIterator[tuple[Place, Mouth]]:
    from companion.hearing.wav_microphone import WavMicrophone
    from companion.speaking.wav_speaker import WavSpeaker

    microphone = WavMicrophone(Path(str(choices.microphone)))
    await microphone.open()
    rate = microphone.rate if microphone.rate in WHOLE_MILLISECONDS_RATES else 48_000
    mouth = build.make_mouth(content, voice, rate)
    speaker = WavSpeaker(Path(str(choices.speaker)), rate)
    speaker.open(mouth.fill)
    try:
        yield FilePlace(microphone, speaker), mouth
    finally:
        speaker.close()


@contextlib.asynccontextmanager
async def _devices(
    choices: Choices, content: Content, voice: CachedVoice
) -> AsyncIterator[tuple[Place, Mouth]]:
    from companion.hearing.microphone import DeviceMicrophone
    from companion.speaking.device_speaker import DeviceSpeaker

    settings = content.settings
    microphone = DeviceMicrophone(choices.microphone or settings.microphone or None)
    speaker = DeviceSpeaker(choices.speaker or settings.speaker or None)
    mouth = build.make_mouth(content, voice, speaker.rate)
    try:
        await microphone.open()
        await asyncio.to_thread(speaker.open, mouth.fill)
        yield LivePlace(microphone), mouth
    finally:
        await asyncio.to_thread(speaker.close)
        await microphone.close()
