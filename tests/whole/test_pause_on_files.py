"""A whole pause through the command line: real sound in, real recogniser, real sound out."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import Done, home, runner, use_vosk
from tests.forked import CommandLine
from tests.spoken import heard_from, talk

Companion = Callable[..., Done]


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause that has been run: what was said to it and what it answered."""

    done: Done
    ends: list[float]
    """Seconds at which each sentence said to it ends."""
    speaker: Path


@pytest.fixture(
    scope="module",
    params=[
        ("vosk", "en-us+f3", "I'm back"),
        # None of the voices that the spotter's templates were made with.
        ("pocketsphinx", "en-gb+f4", "I'm back"),
    ],
    ids=lambda param: param[0],
)
def pause(
    request: pytest.FixtureRequest,
    command_line: CommandLine,
    warm_cache: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Pause:
    """Run television, a request for two minutes and the answer to the call back, once."""
    engine, voice, answer = request.param
    folder = tmp_path_factory.mktemp(engine)
    environment = {**home(folder), "XDG_CACHE_HOME": str(warm_cache)}
    use_vosk(environment)
    microphone, speaker = folder / "talk.wav", folder / "out.wav"
    said = [
        (1.0, "And now the weather for the weekend"),
        (6.0, "Pause the film for a moment"),
        (12.0, "I need a two minute pause"),
        (146.0, answer),
    ]
    ends = talk(microphone, said, 160.0, voice=voice)
    done = runner(command_line, environment)(
        "run", "--microphone", microphone, "--speaker", speaker, "--events",
        "--max-seconds", "400", "--engine", engine,
    )  # fmt: skip
    assert done.code == 0, done.err
    return Pause(done, ends, speaker)


def test_television_changes_nothing(pause: Pause) -> None:
    """Speech that is no cue is not answered, and leaves no trace."""
    first = min(e["t"] for e in pause.done.lines if e["kind"] in ("cue", "phase", "promise"))
    assert first > pause.ends[2]
    heard = heard_from(pause.speaker, 0.0)
    assert heard is not None
    assert heard > pause.ends[2]


def test_a_pause_of_two_minutes(pause: Pause) -> None:
    """The promise is due two minutes after the answer, and called back on time; then kept."""
    done = pause.done
    promises = {line["state"]: line for line in done.of("promise")}
    assert list(promises) == ["made", "due", "kept", "released"]
    made = promises["made"]
    assert made["due"] - made["t"] == pytest.approx(120.0, abs=0.05)
    assert promises["due"]["t"] == pytest.approx(made["due"], abs=0.2)
    assert [c["intent"] for c in done.of("cue")] == ["ask_pause_duration", "ready_back"]
    lines = [s["line"] for s in done.of("speech")]
    assert lines[:2] == ["call", "practice_offer"]
    assert "call_back" in lines
    assert "welcome" in lines
    assert done.of("phase")[-1]["phase"] == "idle"


def test_the_answer_and_the_call_back_sound_in_time(pause: Pause) -> None:
    """The first sound follows within a second, and the call back is heard when it was promised."""
    first = heard_from(pause.speaker, pause.ends[2])
    assert first is not None
    assert first - pause.ends[2] < 1.0
    due = pause.done.of("promise")[0]["due"]
    assert heard_from(pause.speaker, due - 1.0) == pytest.approx(due, abs=0.2)


@pytest.mark.parametrize("engine", ["vosk", "pocketsphinx"])
def test_breathing_is_guided_and_stop_silences(
    companion: Companion, environment: Mapping[str, str], tmp_path: Path, engine: str
) -> None:
    """Breath phases follow the pattern; stop is silent within half a second of the decision."""
    use_vosk(environment)
    microphone, speaker = tmp_path / "talk.wav", tmp_path / "out.wav"
    talk(microphone, [(1.0, "Help me breathe"), (60.0, "Stop")], 70.0)
    done = companion(
        "run", "--microphone", microphone, "--speaker", speaker, "--events", "--engine", engine
    )
    assert done.code == 0, done.err
    starts = [b["start"] for b in done.of("breath") if b["phase"] == "in"]
    assert starts[1] - starts[0] == pytest.approx(7.0, abs=0.002)
    stopped = next(c["t"] for c in done.of("cue") if c["intent"] == "stop")
    assert done.of("silence")[-1]["at"] - stopped < 0.1
    assert heard_from(speaker, stopped + 0.1) is None


def test_killed_and_started_again(environment: Mapping[str, str], tmp_path: Path) -> None:
    """After kill -9 in the middle of a pause the call back still comes at the promised time."""
    use_vosk(environment)
    first, quiet = tmp_path / "talk.wav", tmp_path / "quiet.wav"
    talk(first, [(1.0, "I need a two minute pause")], 5.0)
    talk(quiet, [], 1.0)
    command = [
        sys.executable, "-m", "companion.cli", "run", "--events",
        "--speaker", str(tmp_path / "out.wav"), "--microphone",
    ]  # fmt: skip
    running = subprocess.Popen(
        [*command, str(first)], stdout=subprocess.PIPE, text=True, env=dict(environment)
    )
    assert running.stdout is not None
    for line in running.stdout:
        if '"made"' in line:
            break
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    running.stdout.close()
    kept = Path(environment["XDG_STATE_HOME"]) / "companion" / "promise.json"
    promise = json.loads(kept.read_text())
    due = next(v for k, v in _flat(promise).items() if k.endswith("due_wall"))
    left = due - time.time()
    again = subprocess.run(
        [*command, str(quiet), "--max-seconds", str(left + 10)],
        capture_output=True, text=True, timeout=90, env=dict(environment), check=True,
    )  # fmt: skip
    events = [json.loads(line) for line in again.stdout.splitlines()]
    due_events = [e for e in events if e["kind"] == "promise" and e["state"] == "due"]
    assert len(due_events) == 1
    # Starting takes a moment, which the promise does not wait for.
    assert due_events[0]["t"] < left
    assert due_events[0]["t"] == pytest.approx(left, abs=8.0)
    assert "call_back" in [e["line"] for e in events if e["kind"] == "speech"]


def _flat(value: object, name: str = "") -> dict[str, float]:
    if isinstance(value, dict):
        return {
            k: v for key, inner in value.items() for k, v in _flat(inner, f"{name}.{key}").items()
        }
    return {name: value} if isinstance(value, int | float) else {}
