"""The microphone of the room.

Decides how a device is found, opened and watched. Must not know who listens.

A lost sound server raises nothing: the callbacks just stop. So frames that do not come within
two seconds are a lost microphone, and a device is opened anew only after PortAudio has looked at
the machine again, since it never notices by itself what was plugged in.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any

import numpy as np

from companion.core import pcm
from companion.errors import PartLost, SetupError
from companion.ports import FRAME_SAMPLES, FRAME_SECONDS, HEARING_RATE, Frame

QUEUE_SECONDS = 8.0
"""Older sound is dropped: the answer would come too late anyway."""
SILENT_SECONDS = 2.0
"""Without a frame for so long the microphone is lost."""
FALLBACK_RATES = (48_000, 44_100)


class DeviceMicrophone:
    """A sound device as a `ports.Microphone`.

    `device` is part of a name, a number, or None for the one the system prefers.
    """

    def __init__(self, device: str | None = None) -> None:
        self._device = device
        self._stream: Any = None
        self._rate = HEARING_RATE
        self._frames: deque[Frame] = deque(maxlen=round(QUEUE_SECONDS / FRAME_SECONDS))
        self._news = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self.ended = False

    async def open(self) -> None:
        """Start listening. SetupError in one sentence when there is no such device."""
        self._loop = asyncio.get_running_loop()
        self._stream = await asyncio.to_thread(self._open)

    async def read(self) -> Frame:
        """Wait for the next 20 ms. PartLost when none comes for two seconds."""
        while not self._frames:
            self._news.clear()
            try:
                await asyncio.wait_for(self._news.wait(), SILENT_SECONDS)
            except TimeoutError:
                raise PartLost("the microphone has stopped sending sound") from None
        return self._frames.popleft()

    async def close(self) -> None:
        """Let go of the device."""
        stream, self._stream = self._stream, None
        self._frames.clear()
        if stream is not None:
            await asyncio.to_thread(stream.close)

    def _open(self) -> Any:
        try:
            import sounddevice
        except OSError as problem:
            raise SetupError(
                "the library libportaudio2 is missing: sudo apt-get install libportaudio2"
            ) from problem
        # Streams of other parts stay open across this only because PortAudio counts.
        device = find_device(sounddevice, self._device, "max_input_channels", "microphone")
        problems = []
        for rate in (HEARING_RATE, *FALLBACK_RATES):
            try:
                stream = sounddevice.InputStream(
                    samplerate=rate,
                    blocksize=round(rate * FRAME_SECONDS),
                    device=device,
                    channels=1,
                    dtype="int16",
                    latency="low",
                    callback=self._heard,
                )
                self._rate = rate
                stream.start()
            except (sounddevice.PortAudioError, ValueError) as problem:
                problems.append(str(problem))
                continue
            return stream
        raise SetupError(f"the microphone cannot be opened, it may be in use: {problems[0]}")

    def _heard(self, block: Any, _frames: int, _time: Any, _status: Any) -> None:
        """In the audio thread: copy, hand over, return."""
        frame = np.array(block[:, 0], dtype=np.int16)
        if self._rate != HEARING_RATE:
            whole = pcm.resample(pcm.from_int16(frame), self._rate, HEARING_RATE)
            frame = pcm.to_int16(whole)[:FRAME_SAMPLES]
            if len(frame) < FRAME_SAMPLES:
                frame = np.pad(frame, (0, FRAME_SAMPLES - len(frame)))
        self._frames.append(frame)
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._news.set)


def find_device(sounddevice: Any, wanted: str | None, key: str, kind: str) -> int | None:
    """The number of the device whose name holds `wanted`; None leaves it to the system."""
    devices = sounddevice.query_devices()
    usable = [(i, str(d["name"])) for i, d in enumerate(devices) if d[key] > 0]
    if not usable:
        raise SetupError(f"no {kind} was found: plug one in, or name WAV files instead")
    if wanted is None:
        return None
    if wanted.isdigit() and any(i == int(wanted) for i, _ in usable):
        return int(wanted)
    for index, name in usable:
        if wanted.lower() in name.lower():
            return index
    names = ", ".join(name for _, name in usable)
    raise SetupError(f"no {kind} has '{wanted}' in its name: there are {names}")
