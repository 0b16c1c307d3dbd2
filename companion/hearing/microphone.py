"""The microphone of the room.

Decides which device is opened, at which rate, and when it counts as lost. Must not know what is
heard.

PortAudio calls back on a thread of its own, which must never wait: it only puts bytes into a
queue of bounded length, and the oldest sound is dropped when nobody reads. A sound server that
dies raises nothing; the callbacks just stop. So the end of the stream counts, and silence of the
callbacks where even that is not told.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from companion import portaudio
from companion.core.pcm import from_int16, resample, to_int16
from companion.errors import PartLost, SetupError
from companion.ports import FRAME_SAMPLES, FRAME_SECONDS, HEARING_RATE, Frame

QUEUE_SECONDS = 8.0
"""Sound that may wait to be read; brief, 6.8: at most 8 s are ever held."""
LOST_SECONDS = 2.0
"""No sound for so long: the microphone is gone."""
FIRST_SECONDS = 5.0
"""The first sound of a virtual microphone has been seen to come 1.6 s after it was opened."""
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
        self._gone = False
        self._limit = FIRST_SECONDS
        self._convert: Callable[[NDArray[np.int16]], Sequence[Frame]] = _cut

    async def open(self) -> None:
        """Start. SetupError in one sentence when there is no such microphone or it is busy."""
        await self.close()
        self._arrived = arrived = asyncio.Event()
        self._gone = False
        self._limit = FIRST_SECONDS
        loop = asyncio.get_running_loop()
        sound = await asyncio.to_thread(portaudio.library)
        try:
            self._stream = await asyncio.to_thread(
                portaudio.call, lambda: self._opened(sound, loop, arrived), late=_closed
            )
        except TimeoutError as problem:
            raise SetupError(
                f"the microphone {_called(self._wanted)}did not open: {problem}"
            ) from None
        except sound.PortAudioError as problem:
            raise SetupError(f"the sound devices cannot be listed: {problem}") from None

    async def read(self) -> Frame:
        """Wait for the next 20 ms. PartLost when the microphone is gone."""
        while not self._frames:
            if self._arrived is None:
                raise PartLost("the microphone is closed")
            if self._blocks:
                self._frames.extend(self._convert(np.frombuffer(self._blocks.popleft(), np.int16)))
                continue
            if self._gone:
                await self._lost("is gone")
            arrived = self._arrived
            arrived.clear()
            # A block, or the end, may have come between the look and the clearing.
            if self._blocks or self._gone:
                continue
            try:
                await asyncio.wait_for(arrived.wait(), self._limit)
            except TimeoutError:
                await self._lost(f"has given no sound for {self._limit:g} s")
            self._limit = LOST_SECONDS
        return self._frames.popleft()

    async def close(self) -> None:
        """Stop and let go of the device. Twice is harmless."""
        stream, self._stream = self._stream, None
        arrived, self._arrived = self._arrived, None
        if arrived is not None:
            # Whoever waits for a frame is told.
            arrived.set()
        if stream is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.to_thread(portaudio.call, lambda: _closed(stream))
        self.skip()

    def skip(self) -> None:
        """Drop the sound that waits to be read: the next frame is one that is still to come."""
        self._blocks.clear()
        self._frames.clear()

    async def _lost(self, how: str) -> NoReturn:
        await self.close()
        raise PartLost(f"the microphone {_called(self._wanted)}{how}")

    def _opened(
        self, sounddevice: Any, loop: asyncio.AbstractEventLoop, arrived: asyncio.Event
    ) -> Any:
        """The started stream. Runs in a thread: PortAudio may take its time."""
        number, facts = find_input(sounddevice.query_devices(), self._wanted, sounddevice)
        native = round(float(facts["default_samplerate"]))

        def take(data: Any, _frames: int, _time: Any, _status: Any) -> None:
            if self._arrived is not arrived:
                return
            self._blocks.append(bytes(data))
            with contextlib.suppress(RuntimeError):
                # The loop may be closed already while the last blocks come in.
                loop.call_soon_threadsafe(arrived.set)

        def finished() -> None:
            # Also called at a close that was asked for; then this event is no longer the one.
            if self._arrived is arrived:
                self._gone = True
                with contextlib.suppress(RuntimeError):
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
                    finished_callback=finished,
                )
            except sounddevice.PortAudioError as problem:
                trouble = problem
                continue
            try:
                stream.start()
            except sounddevice.PortAudioError as problem:
                stream.close(ignore_errors=True)
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
