"""Lost devices: told once, tried again at growing intervals, brought back together.

The devices are small real ones that can be unplugged; the real ones are in
tests/sound/in_the_room.py. Time is that of the event loop, which a test moves on by itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import selectors
from collections.abc import Awaitable, Callable

import numpy as np
import pytest

from companion.core.pcm import Samples, silence
from companion.devices import RETRY_SECONDS, Devices
from companion.errors import PartLost, SetupError
from companion.ports import FRAME_SAMPLES, Frame


class Skipping(selectors.DefaultSelector):
    """Waits for nothing: when all is done, the loop's time jumps to what comes next."""

    ahead = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """What is ready now. While a thread is at work, wait for it as usual."""
        ready = super().select(0)
        if ready or timeout is None or timeout <= 0:
            return ready or super().select(timeout)
        ready = super().select(0.002)
        if not ready:
            self.ahead += timeout
        return ready


class Loop(asyncio.SelectorEventLoop):
    """An event loop whose time runs ahead of the clock."""

    def __init__(self) -> None:
        self._skipping = Skipping()
        super().__init__(self._skipping)

    def time(self) -> float:
        """Seconds, those that were skipped included."""
        return super().time() + self._skipping.ahead


class Plug:
    """A device in a socket: it may be there or not, and counts how often it was tried."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.there = True
        self.opened = False
        self.tried: list[float] = []

    def start(self) -> None:
        """Start, where it is there."""
        self.tried.append(0.0)
        self.opened = False
        if not self.there:
            raise SetupError(f"the {self.name} cannot be opened")
        self.opened = True


class PluggedMicrophone(Plug):
    """A microphone that gives silence, and seldom, so that hours are quick."""

    ended = False
    skipped = 0

    async def open(self) -> None:
        """Start."""
        self.start()

    async def read(self) -> Frame:
        """The next 20 ms."""
        await asyncio.sleep(0.5)
        if not (self.there and self.opened):
            raise PartLost(f"the {self.name} is gone")
        return np.zeros(FRAME_SAMPLES, np.int16)

    def skip(self) -> None:
        """Nothing waits."""
        self.skipped += 1

    async def close(self) -> None:
        """Stop."""
        self.opened = False


class PluggedSpeaker(Plug):
    """A loudspeaker that pulls nothing."""

    def open(self, fill: Callable[[int], Samples]) -> None:
        """Start."""
        fill(1)
        self.start()

    def close(self) -> None:
        """Stop."""
        self.opened = False

    def trouble(self) -> str | None:
        """What is wrong."""
        return f"the {self.name} is gone" if self.opened and not self.there else None


class Hall:
    """A microphone, a loudspeaker, and whoever uses both."""

    def __init__(self) -> None:
        self.microphone = PluggedMicrophone("microphone")
        self.speaker = PluggedSpeaker("loudspeaker")
        self.devices = Devices(self.microphone, self.speaker, silence, changed=lambda: False)
        self.told: list[str] = []
        self.frames = 0

    async def listen(self) -> None:
        """Read for ever."""
        while True:
            await self.devices.read()
            self.frames += 1


def live(hall: Hall, story: Callable[[], Awaitable[None]]) -> None:
    """Run the story while somebody reads and mends."""

    async def whole() -> None:
        await hall.devices.open()
        tasks = [
            asyncio.create_task(hall.listen()),
            asyncio.create_task(hall.devices.mend(hall.told.append)),
        ]
        await story()
        for task in tasks:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        await hall.devices.close()

    with asyncio.Runner(loop_factory=Loop) as runner:
        runner.run(whole())


@pytest.fixture
def hall() -> Hall:
    """Give a hall in which everything is plugged in."""
    return Hall()


def test_a_lost_loudspeaker_is_told_once_and_hearing_goes_on(hall: Hall) -> None:
    """While it is away every frame is still read; when it is back it plays, and nothing is told."""

    async def story() -> None:
        hall.speaker.there = False
        await asyncio.sleep(60.0)
        assert hall.told == ["the loudspeaker is gone"]
        assert hall.frames > 100
        assert len(hall.microphone.tried) == 1
        hall.speaker.there = True
        await asyncio.sleep(RETRY_SECONDS[-1] + 1.0)
        assert hall.speaker.opened
        assert len(hall.told) == 1

    live(hall, story)


def test_a_lost_microphone_is_told_once_and_playing_goes_on(hall: Hall) -> None:
    """The loudspeaker is not touched; the frames come again when the microphone does."""

    async def story() -> None:
        hall.microphone.there = False
        await asyncio.sleep(60.0)
        assert hall.told == ["the microphone is gone"]
        assert len(hall.speaker.tried) == 1
        hall.microphone.there = True
        await asyncio.sleep(RETRY_SECONDS[-1] + 1.0)
        before = hall.frames
        await asyncio.sleep(1.0)
        assert hall.frames > before

    live(hall, story)


def test_attempts_become_rare(hall: Hall) -> None:
    """In ten minutes without it a device is tried about every three seconds, not in a circle."""

    async def story() -> None:
        hall.speaker.there = False
        await asyncio.sleep(600.0)
        assert 100 < len(hall.speaker.tried) < 220

    live(hall, story)


def test_a_device_that_is_lost_again_is_told_again(hall: Hall) -> None:
    """Once for each time that it worked in between."""

    async def story() -> None:
        for _ in range(3):
            hall.microphone.there = False
            await asyncio.sleep(10.0)
            hall.microphone.there = True
            await asyncio.sleep(10.0)
        assert hall.told == ["the microphone is gone"] * 3

    live(hall, story)


def test_what_is_not_there_at_the_start_is_said(hall: Hall) -> None:
    """Opening is refused with the device's own sentence."""
    hall.speaker.there = False

    async def nothing() -> None:
        raise AssertionError("it must not come to this")

    with pytest.raises(SetupError, match="the loudspeaker cannot be opened"):
        live(hall, nothing)
