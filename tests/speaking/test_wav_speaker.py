"""The speaker that is a file."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pytest

from companion.core.pcm import to_int16
from companion.errors import PartLost, SetupError
from companion.speaking.wav_speaker import WavSpeaker
from tests.speaking.toys import hum


def read(path: Path) -> tuple[int, np.ndarray[tuple[int], np.dtype[np.int16]]]:
    """Rate and samples of a WAV file."""
    with wave.open(str(path), "rb") as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)
        frames = file.readframes(file.getnframes())
        return file.getframerate(), np.frombuffer(frames, "<i2").astype(np.int16)


def test_every_pulled_sample_is_in_the_file_in_order(tmp_path: Path) -> None:
    """Uneven pulls give one unbroken track of exactly that length."""
    track, asked = hum(3.0, 8000), [0]

    def fill(length: int) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
        asked[0] += length
        return track[asked[0] - length : asked[0]]

    speaker = WavSpeaker(tmp_path / "out.wav", 8000)
    speaker.open(fill)
    for length in (1, 160, 7999, 0, 5000, 333):
        assert len(speaker.pull(length)) == length
    speaker.close()
    rate, samples = read(tmp_path / "out.wav")
    assert rate == 8000
    assert speaker.samples == len(samples) == 13_493
    assert (samples == to_int16(track[:13_493])).all()


def test_a_killed_program_leaves_a_file_that_can_be_played(tmp_path: Path) -> None:
    """Without any close, all but the last second is there, and the header knows it."""
    speaker = WavSpeaker(tmp_path / "out.wav", 8000)
    speaker.open(lambda n: np.full(n, 0.5, np.float32))
    assert len(read(tmp_path / "out.wav")[1]) == 0
    for _ in range(173):
        speaker.pull(160)
    assert len(read(tmp_path / "out.wav")[1]) >= 173 * 160 - 8000
    speaker.close()


def test_opening_again_begins_anew(tmp_path: Path) -> None:
    """An old recording is replaced, not appended to."""
    speaker = WavSpeaker(tmp_path / "out.wav", 8000)
    for length in (5000, 700):
        speaker.open(lambda n: np.zeros(n, np.float32))
        speaker.pull(length)
    speaker.close()
    assert len(read(tmp_path / "out.wav")[1]) == 700


@pytest.mark.parametrize(
    ("name", "says"),
    [("no/such/out.wav", "No such file"), ("out.mp3", "must end in .wav"), ("", "must end in")],
)
def test_a_place_that_cannot_be_written_is_told(tmp_path: Path, name: str, says: str) -> None:
    """One sentence with the path and the reason; nothing is left behind."""
    with pytest.raises(SetupError, match=says) as told:
        WavSpeaker(tmp_path / name, 8000).open(lambda n: np.zeros(n, np.float32))
    assert str(tmp_path) in str(told.value)
    assert not list(tmp_path.iterdir())


def test_a_disk_that_fills_up_is_told(tmp_path: Path) -> None:
    """When the disk is full the speaker is lost, in one sentence."""
    full = tmp_path / "out.wav"
    full.symlink_to("/dev/full")
    speaker = WavSpeaker(full, 8000)
    with pytest.raises((SetupError, PartLost), match="No space left"):
        speaker.open(lambda n: np.zeros(n, np.float32))


def test_a_closed_file_cannot_be_pulled(tmp_path: Path) -> None:
    """After its end a speaker says so instead of losing sound."""
    speaker = WavSpeaker(tmp_path / "out.wav", 8000)
    with pytest.raises(PartLost, match="not open"):
        speaker.pull(10)
