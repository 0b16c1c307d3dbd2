"""What every speaker owes: the one that is a file, and a list in memory as its fake.

A device needs a sound server; .ci/run measures it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from companion.errors import SetupError
from companion.ports import Speaker
from companion.speaking.device_speaker import DeviceSpeaker
from companion.speaking.wav_speaker import WavSpeaker
from tests.speaking.toys import hum


class ListSpeaker:
    """A companion.ports.Speaker that remembers what it played."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self.played: list[NDArray[np.float32]] = []
        self._fill: Callable[[int], NDArray[np.float32]] | None = None

    def open(self, fill: Callable[[int], NDArray[np.float32]]) -> None:
        """Start."""
        self._fill = fill

    def pull(self, length: int) -> NDArray[np.float32]:
        """Play the next samples."""
        assert self._fill is not None
        self.played.append(self._fill(length))
        return self.played[-1]

    def close(self) -> None:
        """Stop."""
        self._fill = None


@pytest.fixture(params=["list", "file"])
def speaker(request: pytest.FixtureRequest, tmp_path: Path) -> ListSpeaker | WavSpeaker:
    """Give each speaker in turn."""
    return (
        ListSpeaker(16_000) if request.param == "list" else WavSpeaker(tmp_path / "o.wav", 16_000)
    )


def test_it_asks_at_its_own_rate_and_plays_what_it_gets(speaker: ListSpeaker | WavSpeaker) -> None:
    """Every sample that was asked for comes out, in order, once."""
    port: Speaker = speaker
    track, place = hum(1.0, port.rate), [0]

    def fill(length: int) -> NDArray[np.float32]:
        place[0] += length
        return track[place[0] - length : place[0]]

    port.open(fill)
    heard = [speaker.pull(length) for length in (320, 1, 960)]
    port.close()
    assert (np.concatenate(heard) == track[:1281]).all()


def test_nothing_is_asked_before_it_opens_or_after_it_closes(
    speaker: ListSpeaker | WavSpeaker,
) -> None:
    """Opening and closing ask for no sample; closing twice is harmless."""
    asked: list[int] = []

    def fill(length: int) -> NDArray[np.float32]:
        asked.append(length)
        return np.zeros(length, np.float32)

    speaker.open(fill)
    speaker.close()
    speaker.close()
    assert asked == []


def test_a_device_that_is_not_there_is_told_in_one_sentence() -> None:
    """Where no loudspeaker has this name, the error says so, or says what the machine lacks."""
    with pytest.raises(SetupError, match=r"loudspeaker|PortAudio") as told:
        DeviceSpeaker("a loudspeaker that nobody has")
    assert "\n" not in str(told.value)
