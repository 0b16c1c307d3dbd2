"""The microphone and the loudspeaker of the room, opened together and mended together.

Decides when one counts as lost and how both come back. Must not know what is heard or played.

A lost device is told once. Then it is tried again, at growing intervals, for as long as it takes.
PortAudio sees a device that came back under another number only after it was started afresh with
every stream closed. So where one of the two still works it is disturbed for that only when a
fresh process sees other devices than this one; where both are gone, nothing is lost by it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Protocol

from companion import portaudio
from companion.core.pcm import Samples
from companion.errors import CompanionError, PartLost, SetupError
from companion.ports import Frame, Microphone

LOOK_SECONDS = 0.25
"""How often the loudspeaker is looked at: it tells nobody that it is gone."""
RETRY_SECONDS = (0.5, 1.0, 2.0, 3.0)
"""Waits between attempts; the last one repeats, and leaves time to be back within 5 s."""
STEADY_SECONDS = 30.0
"""A device that is lost again sooner does not begin with the short waits: a loose plug."""

Fill = Callable[[int], Samples]


class LiveMicrophone(Microphone, Protocol):
    """A microphone whose sound waits in a queue."""

    def skip(self) -> None:
        """Drop the sound that waits to be read."""


class LiveSpeaker(Protocol):
    """A loudspeaker that can be asked whether it still plays."""

    def open(self, fill: Fill) -> None:
        """Start pulling sound. SetupError in one sentence when it cannot."""

    def close(self) -> None:
        """Stop. Twice is harmless."""

    def trouble(self) -> str | None:
        """One sentence when the device is gone, None while all is well."""


class Devices:
    """Both devices of the room."""

    def __init__(
        self,
        microphone: LiveMicrophone,
        speaker: LiveSpeaker,
        fill: Fill,
        *,
        changed: Callable[[], bool] | None = None,
    ) -> None:
        """`changed` says whether there are other devices than PortAudio knows of."""
        self._changed = changed or has_changed
        self._microphone = microphone
        self._speaker = speaker
        self._fill = fill
        self._gone: dict[object, str] = {}
        """Which of the two does not work, and why."""
        self._told: set[object] = set()
        """Which of the two has been told as gone and has not worked since."""
        self._news = asyncio.Event()
        self._hears = asyncio.Event()
        self._waits = iter(RETRY_SECONDS)
        self._waited_at = 0.0

    async def open(self) -> None:
        """Start both. SetupError in one sentence when one is not there or is busy."""
        await self._microphone.open()
        await asyncio.to_thread(self._speaker.open, self._fill)
        self._hears.set()

    async def read(self) -> Frame:
        """Wait for the next 20 ms, through any time in which there is no microphone."""
        while True:
            await self._hears.wait()
            try:
                frame = await self._microphone.read()
            except PartLost as problem:
                # While the devices are started afresh it is closed on purpose.
                if self._hears.is_set():
                    self._hears.clear()
                    self._gone[self._microphone] = str(problem)
                    self._news.set()
                continue
            self._told.discard(self._microphone)
            return frame

    def skip(self) -> None:
        """Drop what was heard up to now and has not been read."""
        self._microphone.skip()

    async def mend(self, tell: Callable[[str], None]) -> None:
        """For ever: notice that a device is gone, tell it once, and bring it back."""
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), LOOK_SECONDS)
            self._news.clear()
            self._look()
            for part, what in self._gone.items():
                if part not in self._told:
                    self._told.add(part)
                    tell(what)
            if self._gone:
                await asyncio.sleep(self._wait())
                self._look()
                await self._attempt()

    async def close(self) -> None:
        """Let go of both."""
        await asyncio.to_thread(self._speaker.close)
        await self._microphone.close()

    def _look(self) -> None:
        if self._speaker in self._gone:
            return
        trouble = self._speaker.trouble()
        if trouble is None:
            self._told.discard(self._speaker)
        else:
            self._gone[self._speaker] = trouble

    def _wait(self) -> float:
        now = asyncio.get_running_loop().time()
        if now - self._waited_at > STEADY_SECONDS:
            self._waits = iter(RETRY_SECONDS)
        self._waited_at = now
        return next(self._waits, RETRY_SECONDS[-1])

    async def _attempt(self) -> None:
        """Try once to open what is gone."""
        if len(self._gone) == 2 or await asyncio.to_thread(self._changed):
            self._hears.clear()
            await self.close()
            with contextlib.suppress(SetupError):
                await asyncio.to_thread(portaudio.start_afresh)
            closed: tuple[object, ...] = (self._microphone, self._speaker)
        else:
            closed = tuple(self._gone)
        if self._microphone in closed:
            try:
                await self._microphone.open()
            except CompanionError as problem:
                self._gone[self._microphone] = str(problem)
            else:
                self._gone.pop(self._microphone, None)
                self._hears.set()
        if self._speaker in closed:
            try:
                await asyncio.to_thread(self._speaker.open, self._fill)
            except CompanionError as problem:
                self._gone[self._speaker] = str(problem)
            else:
                self._gone.pop(self._speaker, None)


def has_changed() -> bool:
    """Whether a fresh process sees other devices than this one."""
    now = portaudio.devices_now()
    try:
        return now is not None and now != portaudio.devices()
    except SetupError:
        return True
