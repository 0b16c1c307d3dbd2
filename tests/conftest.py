"""What the tests share: a home of their own, and the companion's command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
VOSK_MODEL = ROOT / "tests" / "models" / "vosk-espeak"


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


@pytest.fixture(scope="session")
def warm_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache of the companion's own voice for the whole run of tests."""
    return tmp_path_factory.mktemp("voice-cache")


@pytest.fixture
def environment(tmp_path: Path, warm_cache: Path) -> dict[str, str]:
    """A fresh home for one test; only the cache of the voice is shared."""
    return {**home(tmp_path), "XDG_CACHE_HOME": str(warm_cache)}


@pytest.fixture
def companion(environment: Mapping[str, str]) -> Callable[..., Done]:
    """Runs the real command line in a fresh home."""

    def run(*words: str | Path, text: str = "", seconds: float = 90.0) -> Done:
        command = [sys.executable, "-m", "companion.cli", *map(str, words)]
        ended = subprocess.run(
            command,
            input=text,
            capture_output=True,
            text=True,
            timeout=seconds,
            env=dict(environment),
            check=False,
        )
        return Done(ended.returncode, ended.stdout, ended.stderr)

    return run
