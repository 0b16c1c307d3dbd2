"""The microphone of the room.

Decides which device is opened, at which rate, and when it counts as lost. Must not know what is
heard.

PortAudio calls back on a thread of its own, which must never wait: it only puts bytes into a
queue of bounded length, and the oldest sound is dropped when nobody reads. A sound server that
dies raises nothing; the callbacks just stop. So silence of the callbacks is what counts.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from companion.core.pcm import from_int16, resample, to_int16
from companion.errors import PartLost, SetupError
from companion.ports import FRAME_SAMPLES, FRAME_SECONDS, HEARING_RATE, Frame

QUEUE_SECONDS = 8.0
"""Sound that may wait to be read; brief, 6.8: at most 8 s are ever held."""
LOST_SECONDS = 2.0
"""No sound for so long: the microphone is gone."""
FIRST_SECONDS = 5.0
"""The first sound of a virtual microphone has been seen to come 1.6 s after it was opened."""
OPEN_SECONDS = 5.0
"""Limit for PortAudio to open or close a device."""
LATENCY_SECONDS = 0.03
"""What PortAudio is asked to hold back; less lost sound under load (lab figure)."""


class DeviceMicrophone:
    """A device chosen by its number, a part of its name, or None for the machine's own choice."""

    def __init__(self, device: str | int | None) -> None:
        self.ended = False
        """A device never ends."""
        self._wanted = device
        self._stream: Any = None
        self._blocks: deque[bytes] = deque(maxlen=round(QUEUE_SECONDS / FRAME_SECONDS))
        self._frames: deque[Frame] = deque()
        self._arrived: asyncio.Event | None = None
        self._limit = FIRST_SECONDS
        self._convert: Callable[[NDArray[np.int16]], Sequence[Frame]] = _cut

    async def open(self) -> None:
        """Start. SetupError in one sentence when there is no such microphone or it is busy."""
        await self.close()
        self._arrived = asyncio.Event()
        self._limit = FIRST_SECONDS
        loop = asyncio.get_running_loop()
        try:
            self._stream = await asyncio.wait_for(
                asyncio.to_thread(self._opened, loop, self._arrived), OPEN_SECONDS
            )
        except TimeoutError:
            raise SetupError(
                f"the microphone {_called(self._wanted)}did not open within {OPEN_SECONDS:g} s"
            ) from None

    async def read(self) -> Frame:
        """Wait for the next 20 ms. PartLost when the microphone is gone."""
        while not self._frames:
            if self._arrived is None:
                raise PartLost("the microphone is closed")
            if self._blocks:
                self._frames.extend(self._convert(np.frombuffer(self._blocks.popleft(), np.int16)))
                continue
            self._arrived.clear()
            # A block may have come between the look and the clearing.
            if self._blocks:
                continue
            try:
                await asyncio.wait_for(self._arrived.wait(), self._limit)
            except TimeoutError:
                await self.close()
                raise PartLost(
                    f"the microphone {_called(self._wanted)}has given no sound for"
                    f" {self._limit:g} s"
                ) from None
            self._limit = LOST_SECONDS
        return self._frames.popleft()

    async def close(self) -> None:
        """Stop and let go of the device. Twice is harmless."""
        stream, self._stream = self._stream, None
        self._arrived = None
        if stream is not None:
            with contextlib.suppress(TimeoutError, Exception):
                await asyncio.wait_for(asyncio.to_thread(_closed, stream), OPEN_SECONDS)
        self._blocks.clear()
        self._frames.clear()

    def _opened(self, loop: asyncio.AbstractEventLoop, arrived: asyncio.Event) -> Any:
        """The started stream. Runs in a thread: PortAudio may take its time."""
        sounddevice = import_sounddevice()
        number, facts = find_input(sounddevice.query_devices(), self._wanted, sounddevice)
        native = round(float(facts["default_samplerate"]))

        def take(data: Any, _frames: int, _time: Any, _status: Any) -> None:
            self._blocks.append(bytes(data))
            with contextlib.suppress(RuntimeError):
                # The loop may be closed already while the last blocks come in.
                loop.call_soon_threadsafe(arrived.set)

        trouble: Exception | None = None
        for rate in dict.fromkeys((HEARING_RATE, native)):
            step = Resampling(rate)
            try:
                stream = sounddevice.RawInputStream(
                    samplerate=rate,
                    blocksize=step.hop,
                    device=number,
                    channels=1,
                    dtype="int16",
                    latency=LATENCY_SECONDS,
                    callback=take,
                )
                stream.start()
            except sounddevice.PortAudioError as problem:
                trouble = problem
                continue
            self._convert = _cut if rate == HEARING_RATE else step
            return stream
        raise SetupError(
            f"the microphone {facts['name']} cannot be opened: close what else uses it, or choose"
            " another one"
        ) from trouble


class Resampling:
    """Sound in blocks of `hop` samples at `rate` becomes frames, 20 or 40 ms late.

    Each block is resampled between its neighbours, so that no seam is heard.
    """

    def __init__(self, rate: int) -> None:
        self.hop = round(rate * FRAME_SECONDS)
        if self.hop * HEARING_RATE != FRAME_SAMPLES * rate:
            # 11025 samples a second: only every second frame ends on a whole sample.
            self.hop = round(rate * 2 * FRAME_SECONDS)
        self._rate = rate
        self._samples = np.zeros(2 * self.hop, np.float32)

    def __call__(self, block: NDArray[np.int16]) -> Sequence[Frame]:
        """The frames of the block before this one."""
        self._samples = np.concatenate((self._samples[-2 * self.hop :], from_int16(block)))
        whole = resample(self._samples, self._rate, HEARING_RATE)
        third = round(self.hop * HEARING_RATE / self._rate)
        return _cut(to_int16(whole[third : 2 * third]))


def find_input(
    devices: Sequence[Mapping[str, Any]], wanted: str | int | None, sounddevice: Any
) -> tuple[int, Mapping[str, Any]]:
    """Number and facts of the wanted microphone. SetupError in one sentence when it is not there.

    `devices` is PortAudio's list; `sounddevice` answers what the machine's own choice is.
    """
    inputs = {n: d for n, d in enumerate(devices) if d["max_input_channels"] > 0}
    if not inputs:
        raise SetupError("this machine has no microphone: plug one in, or name a WAV file")
    if wanted is None:
        usual = sounddevice.default.device[0]
        number = usual if usual in inputs else next(iter(inputs))
        return number, inputs[number]
    if isinstance(wanted, int) or wanted.isdecimal():
        if int(wanted) in inputs:
            return int(wanted), inputs[int(wanted)]
    else:
        name = wanted.casefold()
        alike = [n for n, d in inputs.items() if name in str(d["name"]).casefold()]
        alike.sort(key=lambda n: str(inputs[n]["name"]).casefold() != name)
        if alike:
            return alike[0], inputs[alike[0]]
    known = ", ".join(f"{n} {d['name']}" for n, d in inputs.items())
    raise SetupError(f"there is no microphone {wanted!r}: there are {known}")


def import_sounddevice() -> Any:
    """The library, which needs PortAudio. SetupError in one sentence without it."""
    try:
        import sounddevice
    except OSError as problem:
        raise SetupError("PortAudio is missing: install the package libportaudio2") from problem
    return sounddevice


def _cut(samples: NDArray[np.int16]) -> Sequence[Frame]:
    return [
        samples[start : start + FRAME_SAMPLES]
        for start in range(0, len(samples) - FRAME_SAMPLES + 1, FRAME_SAMPLES)
    ]


def _closed(stream: Any) -> None:
    stream.abort(ignore_errors=True)
    stream.close(ignore_errors=True)


def _called(wanted: str | int | None) -> str:
    return "" if wanted is None else f"{wanted!r} "
