"""A speaker that is a WAV file: whatever is pulled is appended to it.

Decides when it reaches the disk. Must not know: what time it is. Whoever pulls is the clock, so
a microphone file read in step and this file line up sample by sample.
"""

from __future__ import annotations

import wave
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from companion.core.pcm import Samples, to_int16
from companion.errors import PartLost, SetupError

FLUSH_SECONDS = 1.0
"""A killed program leaves a whole WAV file that lacks at most this much."""


class WavSpeaker:
    """A companion.ports.Speaker: 16-bit mono at `rate` samples a second."""

    def __init__(self, path: Path | str, rate: int) -> None:
        self.path = Path(path)
        self.rate = rate
        self._fill: Callable[[int], Samples] | None = None
        self._raw: BinaryIO | None = None
        self._file: wave.Wave_write | None = None
        self._waiting: list[NDArray[np.int16]] = []
        self._waiting_samples = 0
        self.samples = 0
        """How many have been pulled."""

    def open(self, fill: Callable[[int], Samples]) -> None:
        """Begin the file anew. SetupError in one sentence where it cannot be written."""
        if self.path.suffix.lower() != ".wav":
            raise SetupError(f"the speaker file {self.path} must end in .wav")
        self.close()
        try:
            self._raw = self.path.open("wb")
            self._file = wave.open(self._raw, "wb")  # noqa: SIM115 - closed by close()
            self._file.setparams((1, 2, self.rate, 0, "NONE", "not compressed"))
            # The header is there from the first moment on.
            self._file.writeframes(b"")
            self._raw.flush()
        except OSError as problem:
            self._let_go()
            reason = problem.strerror or str(problem)
            raise SetupError(f"the speaker file {self.path} cannot be written: {reason}") from None
        self._fill = fill

    def pull(self, length: int) -> Samples:
        """Ask for the next `length` samples, append them, and answer them.

        PartLost where the file can no longer be written.
        """
        if self._fill is None:
            raise PartLost(f"the speaker file {self.path} is not open")
        samples = self._fill(length)
        self._waiting.append(to_int16(samples))
        self._waiting_samples += length
        self.samples += length
        if self._waiting_samples >= FLUSH_SECONDS * self.rate:
            self._write()
        return samples

    def close(self) -> None:
        """Finish the file. Twice is harmless. PartLost where its end could not be written."""
        try:
            if self._file is not None:
                self._write()
        finally:
            self._let_go()

    def _write(self) -> None:
        if self._file is None or self._raw is None:
            return
        block = np.concatenate([*self._waiting, np.zeros(0, np.int16)]).astype("<i2")
        self._waiting.clear()
        self._waiting_samples = 0
        try:
            self._file.writeframes(block.tobytes())
            self._raw.flush()
        except OSError as problem:
            self._let_go()
            reason = problem.strerror or str(problem)
            raise PartLost(
                f"the speaker file {self.path} can no longer be written: {reason}"
            ) from None

    def _let_go(self) -> None:
        """Close what is open, without another word."""
        self._fill = None
        # Each part may want to write once more to a disk that is full; that was told already.
        for part in (self._file, self._raw):
            try:
                if part is not None:
                    part.close()
            except (OSError, ValueError):
                continue
        self._file = self._raw = None
