"""What the tests share: a home of their own, and the companion's command line."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.forked import CommandLine

ROOT = Path(__file__).resolve().parent.parent
VOSK_MODEL = ROOT / "tests" / "models" / "vosk-espeak"
# How long an example takes tells of what else the machine is doing, not of the code.
settings.register_profile("companion", deadline=None)
settings.load_profile("companion")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest: beside them the short ones find their place on another core."""
    items.sort(key=lambda item: "whole" not in item.path.parts)


@dataclass(frozen=True, slots=True)
class Done:
    """A command that has ended."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The JSON lines of its output."""
        return [json.loads(line) for line in self.out.splitlines() if line.startswith("{")]

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The events of one kind."""
        return [line for line in self.lines if line.get("kind") == kind]


def home(folder: Path) -> dict[str, str]:
    """An environment in which everything of a person lies under `folder`."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("XDG_", "PULSE_"))}
    own = {
        name: str(folder / part)
        for name, part in (
            ("HOME", "home"),
            ("XDG_CONFIG_HOME", "config"),
            ("XDG_STATE_HOME", "state"),
            ("XDG_CACHE_HOME", "cache"),
            ("XDG_DATA_HOME", "data"),
        )
    }
    return {**kept, **own, "PYTHONPATH": str(ROOT), "TZ": "UTC", "COLUMNS": "100"}


def use_vosk(environment: Mapping[str, str]) -> None:
    """Install the small Vosk model where a person would."""
    models = Path(environment["XDG_DATA_HOME"]) / "companion" / "models"
    models.mkdir(parents=True)
    (models / "small").symlink_to(VOSK_MODEL)


@pytest.fixture(scope="session")
def warm_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache of the companion's own voice for the whole run of tests."""
    return tmp_path_factory.mktemp("voice-cache")


@pytest.fixture
def environment(tmp_path: Path, warm_cache: Path) -> dict[str, str]:
    """A fresh home for one test; only the cache of the voice is shared."""
    return {**home(tmp_path), "XDG_CACHE_HOME": str(warm_cache)}


@pytest.fixture(scope="session")
def command_line() -> Iterator[CommandLine]:
    """The command line, loaded once for the whole run of tests."""
    command_line = CommandLine()
    yield command_line
    command_line.close()


@pytest.fixture
def companion(command_line: CommandLine, environment: Mapping[str, str]) -> Callable[..., Done]:
    """Runs the command line in a fresh home."""
    return runner(command_line, environment)


def runner(command_line: CommandLine, environment: Mapping[str, str]) -> Callable[..., Done]:
    """Runs the command line with this environment."""

    def run(*words: str | Path, text: str = "", seconds: float = 90.0) -> Done:
        ended = command_line.run(
            [str(word) for word in words], environment=environment, text=text, seconds=seconds
        )
        return Done(ended.code, ended.out, ended.err)

    return run
