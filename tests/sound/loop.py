"""The true sound loop: a cue spoken into a virtual microphone, the answer at a virtual speaker.

    python -m tests.sound.loop [--trials N] [-- companion options]

Starts the real `companion run --events`, with the recogniser and the voice that a fresh machine
has, in a room of its own (room.py). In each trial a voice of espeak-ng asks for a pause, and the
recording tells the time from the end of the cue to the first sample that the companion plays.
Then the pause is cancelled, by voice, and the next trial begins. The wanted median is 0.7 s. Exit 0
where the median is within 1.0 s and at most a sixth of the cues was missed, else 1.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import queue
import subprocess
import sys
import threading
import time
import wave
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.sound.measure import Trial, answer_seconds, first_sound, verdict
from tests.sound.room import RATE, Room, wait_for

WANTED_SECONDS = 0.7
"""For the median: a person notices a longer silence as a question whether they were heard."""
LIMIT_SECONDS = 1.0
"""The brief's own limit (1.4). On a machine that does other work the wanted figure is reported,
and this one decides."""
MISSED_SHARE = 1 / 6
"""Of the cues. This loop measures time; how well the companion hears is measured on more than a
dozen clips (benchmarks/hearing.py)."""
ANSWER_SECONDS = 4.0
"""A cue that was not answered by then was missed."""
START_SECONDS = 90.0
"""For the first cue to be heard: everything is loaded, and nothing is cached yet."""

CUES = ("I need a pause", "time out", "I need twenty minutes")
VOICES = ("en-us", "en-gb", "en-us+f2", "en-gb+m3")
CANCEL = "cancel the pause"


def spoken(text: str, voice: str) -> tuple[NDArray[np.int16], int]:
    """Let espeak-ng speak: int16[n] and samples a second."""
    command = ["espeak-ng", "-v", voice, "-s", "150", "-a", "120", "--stdout", text]
    sound = subprocess.run(command, capture_output=True, timeout=30, check=True).stdout
    with wave.open(io.BytesIO(sound)) as file:
        # espeak-ng cannot know the length in the header of a pipe; what follows is the sound.
        rate, header = file.getframerate(), sound.index(b"data") + 8
    return np.frombuffer(sound[header:], np.int16), rate


class Companion:
    """The companion as a household starts it, and the events that it tells."""

    def __init__(self, room: Room, options: Sequence[str] = ()) -> None:
        command = [sys.executable, "-m", "companion.cli", "run", "--events", *options]
        self.phase = "idle"
        self._room = room
        self._events: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._process = subprocess.Popen(
            command, env=room.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
        )
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def wait_until_it_hears(self) -> None:
        """Ask for a pause until one is answered, and cancel it. TimeoutError when none is.

        A recogniser that is still loading, and the first block of a null sink's microphone, which
        can come 1.6 s late, must not be measured.
        """
        end = time.monotonic() + START_SECONDS
        while self.event(2.0, kind="cue") is None:
            if time.monotonic() > end:
                raise TimeoutError(f"no cue was heard within {START_SECONDS:g} s of the start")
            self._room.say(*spoken(CUES[0], VOICES[0]))
        if not self.come_to_rest():
            raise TimeoutError("the first pause could not be cancelled")

    def come_to_rest(self) -> bool:
        """Cancel the pause by voice; whether that was heard, tried three times."""
        for voice in VOICES[:3]:
            wait_until_quiet(self._room)
            self.forget_events()
            self._room.say(*spoken(CANCEL, voice))
            if self.event(ANSWER_SECONDS, kind="phase", phase="idle") is not None:
                return True
        return False

    def event(self, seconds: float, **facts: object) -> dict[str, Any] | None:
        """Wait for an event with these facts; None where it does not come in time."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                found = self._events.get(timeout=left)
            except queue.Empty:
                break
            if found is None:
                raise TimeoutError(f"the companion ended with exit code {self._process.wait()}")
            if facts.items() <= found.items():
                return found
        return None

    def forget_events(self) -> None:
        """Drop what was told up to now."""
        while not self._events.empty():
            self._events.get()

    @property
    def cpu_seconds(self) -> float:
        """Processor time of its own process up to now."""
        stat = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._thread.join(timeout=5)
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            event = json.loads(line)
            self.phase = event["phase"] if event["kind"] == "phase" else self.phase
            self._events.put(event)
        self._events.put(None)


def wait_until_quiet(room: Room, seconds: float = 1.0, limit: float = 40.0) -> None:
    """Wait until the loudspeaker has been silent for so long."""
    size = round(seconds * RATE)

    def quiet() -> bool:
        return first_sound(room.recording(room.position - size)[:, 1], RATE, 0.0) is None

    wait_for(quiet, lambda: "the loudspeaker did not fall silent", limit)


def one_trial(room: Room, companion: Companion, cue: str, voice: str) -> Trial:
    """Say the cue, wait for the answer, and measure."""
    wait_until_quiet(room)
    companion.forget_events()
    begin = room.position
    room.say(*spoken(cue, voice))
    answered = companion.event(ANSWER_SECONDS, kind="phase")
    if answered is not None:
        # The sound follows the decision; then it is in the recording.
        time.sleep(0.5)
    return Trial(voice, cue, answer_seconds(room.recording(begin), RATE))


def all_trials(room: Room, count: int, options: Sequence[str]) -> list[Trial]:
    """Run the trials, one companion for all of them unless it could not be brought to rest."""
    trials: list[Trial] = []
    companion: Companion | None = None
    try:
        for number in range(count):
            if companion is None:
                companion = Companion(room, options)
                companion.wait_until_it_hears()
            cue = CUES[number % len(CUES)]
            trial = one_trial(room, companion, cue, VOICES[number % len(VOICES)])
            trials.append(trial)
            shown = "missed" if trial.seconds is None else f"{trial.seconds:.3f} s"
            tell(f"{number + 1:5}  {trial.voice:10} {trial.cue:24} {shown}")
            if companion.phase != "idle" and not companion.come_to_rest():
                companion.close()
                subprocess.run(
                    [sys.executable, "-m", "companion.cli", "forget"],
                    env=room.environment, timeout=60, check=True, stdout=subprocess.DEVNULL,
                )  # fmt: skip
                companion = None
    finally:
        if companion is not None:
            companion.close()
    return trials


def tell(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    """Run the trials, print the table and the verdict."""
    parser = argparse.ArgumentParser(description="Measure the true sound loop.")
    parser.add_argument("--trials", type=int, default=12)
    parser.add_argument("options", nargs="*", help="options for `companion run`, after --")
    given = parser.parse_args()
    tell("trial  voice      cue                      from its end to the first sound")
    with Room() as room:
        try:
            trials = all_trials(room, given.trials, given.options)
        except TimeoutError as problem:
            tell(f"sound loop failed: {problem}")
            return 1
    line, good = verdict(trials, limit=LIMIT_SECONDS, missed_share=MISSED_SHARE)
    tell(f"sound loop {'passed' if good else 'failed'}: {line}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
