"""What every microphone owes: the one that is a file, and sound in memory as its fake.

The device owes the same; it needs a sound server, so tests/sound/in_the_room.py runs these tests
over it in a room of its own.
"""

from __future__ import annotations

import asyncio
import wave
from collections.abc import Awaitable, Callable
from pathlib import Path

import numpy as np
import pytest

from companion.errors import PartLost
from companion.hearing.wav_microphone import WavMicrophone
from companion.ports import FRAME_SAMPLES, HEARING_RATE, Frame, Microphone

SECONDS = 0.5


def humming(seconds: float = SECONDS, rate: int = HEARING_RATE) -> Frame:
    """A steady hum, int16."""
    time = np.arange(round(seconds * rate)) / rate
    return (3000 * np.sin(2 * np.pi * 200 * time)).astype(np.int16)


class ListMicrophone:
    """A companion.ports.Microphone that gives what is in a list, and then is lost."""

    ended = False

    def __init__(self, samples: Frame) -> None:
        self._all = samples
        self._left: Frame | None = None

    async def open(self) -> None:
        """Begin again."""
        self._left = self._all

    async def read(self) -> Frame:
        """The next 20 ms."""
        if self._left is None or len(self._left) < FRAME_SAMPLES:
            raise PartLost("the list is over")
        frame, self._left = self._left[:FRAME_SAMPLES], self._left[FRAME_SAMPLES:]
        return frame

    async def close(self) -> None:
        """Stop."""
        self._left = None


@pytest.fixture(params=["list", "file"])
def microphone(request: pytest.FixtureRequest, tmp_path: Path) -> Microphone:
    """Give each microphone in turn, not yet open."""
    if request.param == "list":
        return ListMicrophone(humming())
    path = tmp_path / "hum.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, HEARING_RATE, 0, "NONE", "not compressed"))
        file.writeframes(humming().tobytes())
    return WavMicrophone(path)


def live(microphone: Microphone, use: Callable[[Microphone], Awaitable[None]]) -> None:
    """Open it, use it, and let go of it whatever happens."""

    async def whole() -> None:
        await microphone.open()
        try:
            await use(microphone)
        finally:
            await microphone.close()

    asyncio.run(whole())


def test_a_frame_is_20_ms_of_16_bits(microphone: Microphone) -> None:
    """Every frame has the shape and the type that ears expect."""

    async def use(port: Microphone) -> None:
        for _ in range(10):
            frame = await port.read()
            assert frame.shape == (FRAME_SAMPLES,)
            assert frame.dtype == np.int16

    live(microphone, use)


def test_frames_are_no_copies_of_one_another(microphone: Microphone) -> None:
    """A frame that is kept does not change when the next one is read."""

    async def use(port: Microphone) -> None:
        first = await port.read()
        kept = first.copy()
        await port.read()
        assert (first == kept).all()

    live(microphone, use)


def test_it_has_not_ended_while_it_gives_sound(microphone: Microphone) -> None:
    """An open microphone has sound to give."""

    async def use(port: Microphone) -> None:
        await port.read()
        assert not port.ended

    live(microphone, use)


def test_it_can_be_opened_again(microphone: Microphone) -> None:
    """After a close it begins anew; opening one that is open begins anew as well."""

    async def use(port: Microphone) -> None:
        await port.read()
        await port.close()
        await port.open()
        await port.read()
        await port.open()
        await port.read()

    live(microphone, use)


def test_closing_twice_is_harmless(microphone: Microphone) -> None:
    """Also before it was ever open."""

    async def whole() -> None:
        await microphone.close()
        await microphone.open()
        await microphone.close()
        await microphone.close()

    asyncio.run(whole())


# ---- what only a file owes ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rate", "width", "channels"),
    [(8_000, 2, 1), (16_000, 1, 1), (16_000, 2, 2), (44_100, 2, 2), (48_000, 3, 1)],
)
def test_a_file_of_any_kind_is_heard_at_its_own_speed(
    tmp_path: Path, rate: int, width: int, channels: int
) -> None:
    """Any rate, 8 to 24 bits, one channel or two: the same hum for the same time."""
    path = tmp_path / "kind.wav"
    hum = humming(SECONDS, rate).astype(np.int32)
    match width:
        case 1:
            samples = (hum // 256 + 128).astype(np.uint8).reshape(-1, 1)
        case 2:
            samples = hum.astype("<i2").view(np.uint8).reshape(-1, 2)
        case _:
            samples = (hum * 256).astype("<i4").view(np.uint8).reshape(-1, 4)[:, :3]
    with wave.open(str(path), "wb") as file:
        file.setparams((channels, width, rate, 0, "NONE", "not compressed"))
        file.writeframes(np.repeat(samples[:, None, :], channels, axis=1).tobytes())
    microphone = WavMicrophone(path)
    heard: list[Frame] = []

    async def use(_: Microphone) -> None:
        while not microphone.ended:
            heard.append(await microphone.read())

    live(microphone, use)
    assert len(heard) * FRAME_SAMPLES == pytest.approx(SECONDS * HEARING_RATE, abs=FRAME_SAMPLES)
    middle = np.concatenate(heard)[1000:7000].astype(np.float64)
    assert np.sqrt(np.mean(middle**2)) == pytest.approx(3000 / np.sqrt(2), rel=0.1)
    crossings = np.count_nonzero(np.diff(np.signbit(middle)))
    assert crossings == pytest.approx(2 * 200 * 6000 / HEARING_RATE, abs=3)


def test_after_its_end_a_file_gives_silence(tmp_path: Path) -> None:
    """Time goes on after the last sample: silence, for as long as somebody reads."""
    path = tmp_path / "short.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, HEARING_RATE, 0, "NONE", "not compressed"))
        file.writeframes(humming(0.03).tobytes())

    async def use(port: Microphone) -> None:
        ended = []
        for _ in range(2):
            last = await port.read()
            ended.append(port.ended)
        assert ended == [False, True]
        assert not last[FRAME_SAMPLES // 2 :].any()
        assert not (await port.read()).any()

    live(WavMicrophone(path), use)
