"""A loudspeaker: PortAudio pulls samples from a callback.

Decides which device, rate and block are taken, and when a sample sounds. Must not know: what is
played. The callback asks for samples and copies them, and does nothing else.
"""

from __future__ import annotations

import contextlib
import statistics
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from companion.core.pcm import Samples
from companion.errors import SetupError

WANTED_RATE = 48_000
BLOCK_SECONDS = 0.005
"""240 samples at 48 kHz; with twice as many silence comes 10 ms later."""
LATENCY_SECONDS = 0.02
"""With it silence is heard 34 ms after a hush; much shorter ones ran dry under load."""
OPEN_SECONDS = 10.0
"""Limit for a sound server that does not answer."""
ANCHORS = 65
"""Callbacks whose times are compared; the median leaves out those that came late."""
MOST_DELAY_SECONDS = 2.0

Source = Callable[[int], Samples]


def boot_seconds() -> float:
    """Seconds since the machine started, suspend included."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class DeviceSpeaker:
    """A companion.ports.Speaker on a sound device."""

    def __init__(
        self,
        device: str | int | None = None,
        *,
        now: Callable[[], float] = boot_seconds,
        lost: Callable[[str], None] | None = None,
    ) -> None:
        """Find the device: by number, by a part of its name, or the default one.

        `now` tells seconds of boot time. `lost` is called once, from another thread, with one
        sentence, when a playing device is gone.
        SetupError in one sentence where there is no such device, or no PortAudio.
        """
        self._sound = _library()
        self._device = _number(self._sound, device)
        self.name, self.rate, self._channels = _settings(self._sound, self._device)
        self._now = now
        self._lost = lost
        self._stream: Any = None
        self._fill: Source | None = None
        self._closing = False
        self._played = 0
        self._anchors: deque[float] = deque(maxlen=ANCHORS)
        self.underruns = 0
        """How often the device ran dry."""

    @property
    def playing(self) -> bool:
        """Whether the device is pulling samples."""
        return self._stream is not None and bool(self._stream.active)

    def open(self, fill: Source) -> None:
        """Start pulling. SetupError in one sentence where the device is busy or gone."""
        self.close()
        self._closing = False
        self._fill = fill
        self._anchors.clear()
        self._stream = _within(OPEN_SECONDS, self._start, self.name)

    def close(self) -> None:
        """Stop. Twice is harmless."""
        self._closing = True
        stream, self._stream = self._stream, None
        if stream is not None:
            closing = threading.Thread(target=_end, args=(stream,), daemon=True)
            closing.start()
            closing.join(OPEN_SECONDS)

    def boot_seconds_at(self, sample: int) -> float:
        """When a sample sounds, in seconds of boot time; counted from the first that was pulled."""
        anchors = tuple(self._anchors)
        if not anchors:
            return self._now()
        return statistics.median(anchors) + sample / self.rate

    def _start(self) -> Any:
        stream = self._sound.OutputStream(
            samplerate=self.rate,
            device=self._device,
            channels=self._channels,
            dtype="float32",
            blocksize=round(BLOCK_SECONDS * self.rate),
            latency=LATENCY_SECONDS,
            callback=self._callback,
            finished_callback=self._finished,
        )
        stream.start()
        return stream

    def _callback(self, out: Any, frames: int, times: Any, status: Any) -> None:
        if status.output_underflow:
            # What was known about the time no longer holds.
            self.underruns += 1
            self._anchors.clear()
        # PortAudio's own clock may be on any scale; only the difference of two of its times counts.
        delay = float(times.outputBufferDacTime - times.currentTime)
        delay = min(max(delay, 0.0), MOST_DELAY_SECONDS)
        self._anchors.append(self._now() + delay - self._played / self.rate)
        self._played += frames
        assert self._fill is not None
        out[:] = self._fill(frames)[:, None]

    def _finished(self) -> None:
        if not self._closing and self._lost is not None:
            self._closing = True
            self._lost(f"the speaker {self.name} is gone")


def _library() -> Any:
    try:
        import sounddevice
    except OSError as problem:
        raise SetupError(
            "PortAudio is not there: install it with `sudo apt install libportaudio2`"
        ) from problem
    return sounddevice


def _number(sound: Any, device: str | int | None) -> int:
    """The number of an output device, or SetupError with the names there are."""
    outputs = {
        number: str(found["name"])
        for number, found in enumerate(sound.query_devices())
        if found["max_output_channels"] > 0
    }
    if device is None:
        default = int(sound.default.device[1])
        if default in outputs:
            return default
        if outputs:
            return next(iter(outputs))
        raise SetupError("there is no loudspeaker: the machine has no sound output")
    if isinstance(device, int) or device.isdecimal():
        if int(device) in outputs:
            return int(device)
    else:
        for number, name in outputs.items():
            if device.lower() in name.lower():
                return number
    there = ", ".join(f"{n} {name}" for n, name in outputs.items()) or "none"
    raise SetupError(f"there is no loudspeaker {device!r}; there are: {there}")


def _settings(sound: Any, device: int) -> tuple[str, int, int]:
    """Name, rate and channels that the device takes: 48 kHz mono where it can."""
    found = sound.query_devices(device)
    for rate in (WANTED_RATE, round(found["default_samplerate"])):
        for channels in (1, 2):
            with contextlib.suppress(sound.PortAudioError, ValueError):
                sound.check_output_settings(
                    device=device, channels=channels, dtype="float32", samplerate=rate
                )
                return str(found["name"]), rate, channels
    raise SetupError(f"the loudspeaker {found['name']} is busy or takes no sound")


def _within(seconds: float, start: Callable[[], Any], name: str) -> Any:
    """Open a stream, but wait no longer than so many seconds for it."""
    opened: list[Any] = []
    wrong: list[Exception] = []

    def attempt() -> None:
        try:
            opened.append(start())
        except Exception as problem:  # noqa: BLE001 - told below, in one sentence
            wrong.append(problem)

    thread = threading.Thread(target=attempt, name="open-speaker", daemon=True)
    thread.start()
    thread.join(seconds)
    if opened:
        return opened[0]
    reason = str(wrong[0]) if wrong else f"it did not answer within {seconds:g} s"
    raise SetupError(f"the loudspeaker {name} cannot be opened: {reason}")


def _end(stream: Any) -> None:
    with contextlib.suppress(Exception):
        stream.abort()
    with contextlib.suppress(Exception):
        stream.close()
