"""A WAV file as a microphone.

Decides how a file of any rate and any number of channels becomes frames. Must not know what is
in it, nor how fast it is read: whoever reads it decides what time it is.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from companion.core.pcm import resample, to_int16
from companion.errors import ContentError
from companion.ports import FRAME_SAMPLES, HEARING_RATE, Frame


def read_sound(path: Path) -> tuple[NDArray[np.int16], int]:
    """The whole file as int16[n] at 16 kHz, its channels averaged, and the file's own rate.

    ContentError in one sentence when it is missing, empty or no sound file.
    """
    import soundfile

    if not path.is_file():
        raise ContentError(f"{path}: there is no such sound file")
    try:
        samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, RuntimeError, OSError) as problem:
        raise ContentError(
            f"{path}: this is not a sound file that can be read; WAV and FLAC can"
        ) from problem
    if not len(samples):
        raise ContentError(f"{path}: this sound file is empty")
    mono = np.nan_to_num(samples.mean(axis=1, dtype=np.float32))
    return to_int16(resample(mono, rate, HEARING_RATE)), rate


class WavMicrophone:
    """Reads a file to its end, and then silence for ever.

    `rate` is the file's own, in samples a second, known once it is open.
    """

    def __init__(self, path: Path) -> None:
        self.ended = False
        self.rate = HEARING_RATE
        self._path = path
        self._samples: NDArray[np.int16] = np.zeros(0, np.int16)
        self._at = 0

    async def open(self) -> None:
        """Read the file. ContentError in one sentence when it cannot be."""
        self._samples, self.rate = read_sound(self._path)
        self._at = 0
        self.ended = False

    async def read(self) -> Frame:
        """The next 20 ms; the last frame of the file is filled up with silence."""
        part = self._samples[self._at : self._at + FRAME_SAMPLES]
        self._at += len(part)
        self.ended = self._at >= len(self._samples)
        if len(part) == FRAME_SAMPLES:
            return part
        frame = np.zeros(FRAME_SAMPLES, np.int16)
        frame[: len(part)] = part
        return frame

    async def close(self) -> None:
        """Let go of the samples."""
        self._samples = np.zeros(0, np.int16)
        self._at = 0
