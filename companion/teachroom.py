"""The room in which a lesson takes place: what the companion says there, and what it hears.

Decides that the two take turns, and how long an answer is waited for. Must not know what is said,
or what a take is good for. Nothing that is heard is kept here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Protocol, TextIO

from companion.hearing.ear import Ear
from companion.hearing.heard import EarFailed, Heard, SpeechBegan, SpeechEnded
from companion.hearing.takes import Sound, TakeCutter
from companion.ports import FRAME_SECONDS, Frame, Microphone
from companion.speaking.mouth import Mouth
from companion.speaking.wav_speaker import WavSpeaker

ANSWER_SECONDS = 15.0
"""So long somebody may take to begin to speak (brief, 6.9)."""
FILE_ECHO_SECONDS = 0.1
ROOM_ECHO_SECONDS = 0.6
"""After a sentence of its own it does not listen for so long: the loudspeaker is a little behind,
and a room rings."""


class Place(Protocol):
    """Where sound comes from while sound goes out."""

    echo_seconds: float
    """How long its own voice is in the air after the last sample."""

    @property
    def over(self) -> bool:
        """Whether nothing more can be heard."""

    async def frame(self) -> Frame:
        """The next 20 ms, while the mouth goes on sounding. PartLost when it is gone."""


class FilePlace:
    """A WAV microphone and a WAV speaker in step."""

    echo_seconds = FILE_ECHO_SECONDS

    def __init__(self, microphone: Microphone, speaker: WavSpeaker) -> None:
        self._microphone = microphone
        self._speaker = speaker
        self._block = round(speaker.rate * FRAME_SECONDS)

    @property
    def over(self) -> bool:
        """Whether the microphone file has been read to its end."""
        return self._microphone.ended

    async def frame(self) -> Frame:
        """The next 20 ms of the file."""
        frame = await self._microphone.read()
        self._speaker.pull(self._block)
        return frame


class LivePlace:
    """The microphone of the room; the loudspeaker pulls by itself."""

    echo_seconds = ROOM_ECHO_SECONDS
    over = False

    def __init__(self, microphone: Microphone) -> None:
        self._microphone = microphone

    async def frame(self) -> Frame:
        """Wait for the next 20 ms."""
        return await self._microphone.read()


class TeachRoom:
    """Speaks, then listens."""

    def __init__(self, place: Place, mouth: Mouth, out: TextIO, *, hang_seconds: float) -> None:
        self._place = place
        self._mouth = mouth
        self._out = out
        self._cutter = TakeCutter(hang_seconds=hang_seconds)

    @property
    def over(self) -> bool:
        """Whether nothing more can be heard."""
        return self._place.over

    def show(self, text: str) -> None:
        """Write a line for a person to read."""
        self._out.write(f"{text}\n")
        self._out.flush()

    async def say(self, line: str, values: Mapping[str, str] | None = None) -> None:
        """Speak a line to its end, and show it. ContentError or the voice's own errors."""
        # Rendering a sentence takes a while, and frames arrive meanwhile.
        await asyncio.to_thread(self._mouth.say, line, values, essential=True)
        while self._mouth.busy:
            await self._place.frame()
            self._show_spoken()
        for _ in range(round(self._place.echo_seconds / FRAME_SECONDS)):
            await self._place.frame()

    async def take(self) -> Sound | None:
        """What somebody says next; None where nobody does."""
        self._cutter.restart()
        waited = 0.0
        while self._cutter.speaking or (waited < ANSWER_SECONDS and not self.over):
            sound = self._cutter.accept(await self._place.frame())
            if sound is not None:
                return sound
            waited += FRAME_SECONDS
        return None

    async def cue(self, ear: Ear) -> Heard | None:
        """The cue in what somebody says next; None where it is none, or nobody speaks."""
        ear.restart()
        waited, speaking = 0.0, False
        while speaking or (waited < ANSWER_SECONDS and not self.over):
            frame = await self._place.frame()
            waited += FRAME_SECONDS
            events = await asyncio.to_thread(ear.accept, frame)
            for event in events:
                if isinstance(event, Heard):
                    return event
                if isinstance(event, EarFailed):
                    self.show(event.what)
            if any(isinstance(event, SpeechEnded) for event in events):
                return None
            speaking = speaking or any(isinstance(event, SpeechBegan) for event in events)
        return None

    def _show_spoken(self) -> None:
        for mark in self._mouth.marks():
            if mark.kind == "speech_start":
                self.show(mark.text)
