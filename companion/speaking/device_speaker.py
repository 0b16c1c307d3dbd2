"""A loudspeaker: PortAudio pulls samples from a callback.

Decides which device, rate and block are taken, and when a sample sounds. Must not know: what is
played. The callback asks for samples and copies them, and does nothing else.

A device that is lost raises nothing: its callbacks just stop. Whoever plays on it asks `trouble`.
"""

from __future__ import annotations

import contextlib
import statistics
import time
from collections import deque
from collections.abc import Callable
from typing import Any, TypeVar

from companion import portaudio
from companion.core.pcm import Samples
from companion.errors import SetupError

WANTED_RATE = 48_000
BLOCK_SECONDS = 0.005
"""240 samples at 48 kHz; with twice as many silence comes 10 ms later."""
LATENCY_SECONDS = 0.02
"""With it silence is heard 34 ms after a hush; much shorter ones ran dry under load."""
LOST_SECONDS = 2.0
"""No sample was asked for in so long: the loudspeaker is gone."""
ANCHORS = 65
"""Callbacks whose times are compared; the median leaves out those that came late."""
MOST_DELAY_SECONDS = 2.0

T = TypeVar("T")
Source = Callable[[int], Samples]


def boot_seconds() -> float:
    """Seconds since the machine started, suspend included."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class DeviceSpeaker:
    """A companion.ports.Speaker on a sound device."""

    def __init__(
        self, device: str | int | None = None, *, now: Callable[[], float] = boot_seconds
    ) -> None:
        """Find the device: by number, by a part of its name, or the default one.

        `now` tells seconds of boot time. SetupError in one sentence where there is no such
        device, or no PortAudio, or it takes no sound.
        """
        self._wanted = device
        self._sound = portaudio.library()
        self.name, self.rate = _asked(self._sound, lambda: self._found()[1:3])
        self._now = now
        self._stream: Any = None
        self._fill: Source | None = None
        self._turn = 0
        self._ended = False
        self._asked_at = 0.0
        self._played = 0
        self._anchors: deque[float] = deque(maxlen=ANCHORS)
        self.underruns = 0
        """How often the device ran dry."""

    @property
    def playing(self) -> bool:
        """Whether the device is pulling samples."""
        return self._stream is not None and self.trouble() is None

    def open(self, fill: Source) -> None:
        """Start pulling. SetupError in one sentence where the device is busy or gone.

        The device is looked for again; it must take the rate that the first one had.
        """
        self.close()
        self._turn += 1
        self._ended = False
        self._fill = fill
        self._anchors.clear()
        turn = self._turn
        self._stream = _asked(self._sound, lambda: self._start(turn))
        self._asked_at = self._now()

    def close(self) -> None:
        """Stop. Twice is harmless."""
        stream, self._stream = self._stream, None
        self._turn += 1
        if stream is not None:
            with contextlib.suppress(TimeoutError):
                portaudio.call(lambda: _end(stream))

    def trouble(self) -> str | None:
        """One sentence when the device that was opened is gone; None while all is well."""
        if self._stream is None:
            return None
        if self._ended or self._now() - self._asked_at > LOST_SECONDS:
            return f"the loudspeaker {self.name} is gone"
        return None

    def boot_seconds_at(self, sample: int) -> float:
        """When a sample sounds, in seconds of boot time; counted from the first that was pulled."""
        anchors = tuple(self._anchors)
        if not anchors:
            return self._now()
        return statistics.median(anchors) + sample / self.rate

    def _found(self, rates: tuple[int, ...] = ()) -> tuple[int, str, int, int]:
        """Number, name, rate and channels of the wanted device."""
        number = _number(self._sound, self._wanted)
        return number, *_settings(self._sound, number, rates)

    def _start(self, turn: int) -> Any:
        number, self.name, rate, channels = self._found((self.rate,))
        stream = self._sound.OutputStream(
            samplerate=rate,
            device=number,
            channels=channels,
            dtype="float32",
            blocksize=round(BLOCK_SECONDS * rate),
            latency=LATENCY_SECONDS,
            callback=lambda *facts: self._callback(turn, *facts),
            finished_callback=lambda: self._finished(turn),
        )
        try:
            stream.start()
        except BaseException:
            _end(stream)
            raise
        return stream

    def _callback(self, turn: int, out: Any, frames: int, times: Any, status: Any) -> None:
        if turn != self._turn:
            # A stream that could not be closed in time pulls nothing any more.
            out.fill(0.0)
            return
        if status.output_underflow:
            # What was known about the time no longer holds.
            self.underruns += 1
            self._anchors.clear()
        # PortAudio's own clock may be on any scale; only the difference of two of its times counts.
        delay = float(times.outputBufferDacTime - times.currentTime)
        delay = min(max(delay, 0.0), MOST_DELAY_SECONDS)
        self._asked_at = self._now()
        self._anchors.append(self._asked_at + delay - self._played / self.rate)
        self._played += frames
        assert self._fill is not None
        out[:] = self._fill(frames)[:, None]

    def _finished(self, turn: int) -> None:
        # Also called at a close that was asked for; then it is another turn.
        if turn == self._turn:
            self._ended = True


def _asked(sound: Any, step: Callable[[], T]) -> T:
    """Carry out a step in PortAudio; SetupError in one sentence where it fails or hangs."""
    try:
        answer: T = portaudio.call(step, late=_end)
    except (TimeoutError, sound.PortAudioError, ValueError) as problem:
        raise SetupError(f"the loudspeaker cannot be opened: {problem}") from None
    return answer


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


def _settings(sound: Any, device: int, rates: tuple[int, ...]) -> tuple[str, int, int]:
    """Name, rate and channels that the device takes: 48 kHz mono where any rate will do."""
    found = sound.query_devices(device)
    for rate in rates or (WANTED_RATE, round(found["default_samplerate"])):
        for channels in (1, 2):
            with contextlib.suppress(sound.PortAudioError, ValueError):
                sound.check_output_settings(
                    device=device, channels=channels, dtype="float32", samplerate=rate
                )
                return str(found["name"]), rate, channels
    raise SetupError(f"the loudspeaker {found['name']} is busy or takes no sound")


def _end(stream: Any) -> None:
    with contextlib.suppress(Exception):
        stream.abort()
    with contextlib.suppress(Exception):
        stream.close()
