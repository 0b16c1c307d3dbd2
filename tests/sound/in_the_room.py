"""Devices that are lost and come back, in a room of their own (room.py), for real.

    python -m pytest tests/sound/in_the_room.py

Needs a sound server, so pytest does not find it by its name; .ci/run names it. The companion is
the one that a household starts, with the small Vosk model of the tests as its recogniser. Each
truth begins where the one before it ended: a companion that hears and plays.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from companion.errors import PartLost
from companion.hearing.microphone import DeviceMicrophone
from companion.ports import HEARING_RATE, Microphone
from tests.conftest import VOSK_MODEL
from tests.contracts.test_microphone_contract import (
    humming,
    live,
    test_a_frame_is_20_ms_of_16_bits,
    test_closing_twice_is_harmless,
    test_frames_are_no_copies_of_one_another,
    test_it_can_be_opened_again,
    test_it_has_not_ended_while_it_gives_sound,
)
from tests.sound.loop import Companion, spoken
from tests.sound.measure import first_sound
from tests.sound.room import RATE, Room, wait_for

BACK_SECONDS = 5.0
"""From the return of a device to sound through it."""
GONE_SECONDS = 8.0
"""How long a device stays away: several attempts."""
MOST_CPU_SHARE = 0.3
"""Of one core, while a device is away: attempts are made, but nothing goes round in a circle."""
__all__ = [
    "test_a_frame_is_20_ms_of_16_bits",
    "test_closing_twice_is_harmless",
    "test_frames_are_no_copies_of_one_another",
    "test_it_can_be_opened_again",
    "test_it_has_not_ended_while_it_gives_sound",
]
pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def room() -> Iterator[Room]:
    """Give one room to all."""
    with Room() as room:
        models = room.home / ".local" / "share" / "companion" / "models"
        models.mkdir(parents=True)
        (models / "small").symlink_to(VOSK_MODEL)
        yield room


@pytest.fixture(scope="module")
def companion(room: Room) -> Iterator[Companion]:
    """Give one companion that hears and has been asked for a pause."""
    companion = Companion(room)
    wait_for(lambda: plays(room) and hears(room), lambda: "no streams", 60.0)
    for _ in range(10):
        say(room, "I need a pause")
        if companion.event(4.0, kind="promise", state="made") is not None:
            break
    else:
        pytest.fail("no cue was heard")
    yield companion
    companion.close()


@pytest.fixture
def microphone(room: Room, monkeypatch: pytest.MonkeyPatch) -> Microphone:
    """Give the device of the room, for what every microphone owes."""
    for name, value in room.environment.items():
        monkeypatch.setenv(name, value)
    return DeviceMicrophone(None)


def say(room: Room, text: str) -> None:
    """Say something to the microphone."""
    room.say(*spoken(text, "en-us+f3"))


def plays(room: Room) -> bool:
    """Whether the companion plays on the loudspeaker: the room's own two streams are there too."""
    return len([x for x in room.list("sink-inputs").splitlines() if "protocol-native" in x]) > 1


def hears(room: Room) -> bool:
    """Whether the companion records: the room's own recorder is there too."""
    outputs = room.list("source-outputs").splitlines()
    return len([x for x in outputs if "protocol-native" in x]) > 1


def faults(companion: Companion, seconds: float) -> list[str]:
    """Every fault that is told within so many seconds."""
    end = time.monotonic() + seconds
    told = []
    while (left := end - time.monotonic()) > 0:
        event = companion.event(left, kind="fault")
        if event is not None:
            told.append(str(event["what"]))
    return told


def answers(room: Room, companion: Companion, cue: str, intent: str) -> None:
    """The cue is heard, and something sounds at the loudspeaker after it."""
    for _ in range(3):
        companion.forget_events()
        say(room, cue)
        begin = room.position
        if companion.event(4.0, kind="cue", intent=intent) is not None:
            break
    else:
        pytest.fail(f"{cue!r} was not heard")
    wait_for(
        lambda: first_sound(room.recording(begin)[:, 1], RATE, 0.0) is not None,
        lambda: "nothing sounded",
        5.0,
    )


@pytest.mark.parametrize("part", ["speaker", "microphone", "server"])
def test_a_lost_device_is_told_once_and_comes_back(
    room: Room, companion: Companion, part: str
) -> None:
    """One fault each, the process and the promise live on, and sound is there within 5 s.

    While it is away the companion asks for it now and then and does nothing else.
    """
    companion.forget_events()
    if part == "server":
        room.kill()
    else:
        room.unplug(part)
    before = companion.cpu_seconds
    told = faults(companion, GONE_SECONDS)
    assert companion.cpu_seconds - before < MOST_CPU_SHARE * GONE_SECONDS
    wanted = {"speaker": ["loudspeaker"], "microphone": ["microphone"]}
    for word in wanted.get(part, ["loudspeaker", "microphone"]):
        assert len([what for what in told if word in what]) == 1, told
    assert len(told) == len(wanted.get(part, [1, 2])), told
    if part == "server":
        room.start()
    else:
        room.plug_in(part)
    wait_for(lambda: plays(room) and hears(room), lambda: "not back", BACK_SECONDS)
    answers(room, companion, "How long is left?", "how_long_left")
    kept = list(Path(room.home).rglob("promise.json"))
    assert len(kept) == 1


async def read_on(port: Microphone) -> None:
    """Read for as long as there is something."""
    while True:
        await port.read()


def test_the_device_hears_what_sounds_now(room: Room, microphone: Microphone) -> None:
    """What waited to be read can be dropped; then what is said is heard, and nothing older."""
    assert isinstance(microphone, DeviceMicrophone)

    async def use(_: Microphone) -> None:
        await microphone.read()
        await asyncio.to_thread(room.say, humming(1.0), HEARING_RATE)
        microphone.skip()
        rest = np.concatenate([await microphone.read() for _ in range(50)])
        assert np.abs(rest[HEARING_RATE // 2 :].astype(np.int32)).max() < 1000
        saying = asyncio.create_task(asyncio.to_thread(room.say, humming(1.0), HEARING_RATE))
        heard = np.concatenate([await microphone.read() for _ in range(75)])
        assert np.abs(heard.astype(np.int32)).max() > 2000
        await saying

    live(microphone, use)


def test_an_unplugged_device_is_lost_at_once(room: Room, microphone: Microphone) -> None:
    """Whoever waits for a frame is told within a second, in one sentence, and can open it again."""

    async def use(port: Microphone) -> None:
        await port.read()
        await asyncio.to_thread(room.unplug, "microphone")
        began = time.monotonic()
        with pytest.raises(PartLost, match="the microphone is gone"):
            await read_on(port)
        assert time.monotonic() - began < 1.0
        await asyncio.to_thread(room.plug_in, "microphone")
        await port.open()
        await port.read()

    live(microphone, use)
