"""PortAudio, which every sound device is reached through: loaded, listed and started afresh.

Decides how long it may take. Must not know microphones, loudspeakers or what is played.

It looks for devices once, when it starts. One that appears later is invisible until it has been
started afresh, and for that every stream must be closed first. A fresh process sees what there is
without disturbing anything, so it can be asked whether that is worth it. PortAudio is not made for
several threads: one call at a time goes in.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from companion.errors import SetupError
from companion.limits import within

T = TypeVar("T")

CALL_SECONDS = 5.0
"""Limit for one call. A device opens in less than a tenth of a second; a sound server that hangs
never answers."""
LIST_PROGRAM = (
    "import json, sounddevice as s\n"
    "print(json.dumps([[d['name'], d['max_input_channels'], d['max_output_channels']]"
    " for d in s.query_devices()]))"
)
Devices = tuple[tuple[str, int, int], ...]
"""Name, input channels and output channels of each device, in PortAudio's order."""

_one_at_a_time = threading.Lock()


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """Let nobody but Python write to standard error meanwhile.

    ALSA and PortAudio write a line there for every stream that ran dry and several for every
    attempt on a device that is gone, for as long as it is gone.
    """
    sys.stderr.flush()
    ours, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 2)
    os.close(nothing)
    before = sys.stderr
    try:
        with open(ours, "w", buffering=1, closefd=False) as sys.stderr:
            yield
    finally:
        sys.stderr = before
        os.dup2(ours, 2)
        os.close(ours)


def library() -> Any:
    """Load sounddevice. SetupError in one sentence where it is missing or does not answer."""

    def load() -> Any:
        import sounddevice

        return sounddevice

    try:
        return within(CALL_SECONDS, load)
    except OSError as problem:
        if isinstance(problem, TimeoutError):
            raise SetupError(
                f"the sound system did not answer within {CALL_SECONDS:g} s: start it again"
            ) from None
        raise SetupError("PortAudio is missing: sudo apt-get install libportaudio2") from problem


def call(step: Callable[[], T], *, late: Callable[[T], Any] | None = None) -> T:
    """Carry out one step in PortAudio. TimeoutError after CALL_SECONDS; then see `within`."""

    def alone() -> T:
        with _one_at_a_time:
            return step()

    return within(CALL_SECONDS, alone, late=late)


def start_afresh() -> None:
    """Look for the devices again; every stream must be closed. SetupError where that fails."""
    sound = library()

    def afresh() -> None:
        # sounddevice has no public name for this, and says so in its documentation.
        sound._terminate()
        sound._initialize()

    try:
        call(afresh)
    except (TimeoutError, sound.PortAudioError) as problem:
        raise SetupError(f"the sound system could not be started again: {problem}") from None


def devices() -> Devices:
    """The devices that this process knows of. SetupError where there is no answer."""
    sound = library()
    try:
        found = call(sound.query_devices)
    except (TimeoutError, sound.PortAudioError) as problem:
        raise SetupError(f"the sound devices could not be listed: {problem}") from None
    return tuple((d["name"], d["max_input_channels"], d["max_output_channels"]) for d in found)


def devices_now() -> Devices | None:
    """The devices as a fresh process sees them; None where it gives no answer."""
    command = [sys.executable, "-c", LIST_PROGRAM]
    try:
        listed = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, check=True,
            timeout=2 * CALL_SECONDS,
        )  # fmt: skip
        return tuple((n, i, o) for n, i, o in json.loads(listed.stdout))
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
