"""A child process for a foreign engine that can block, hang or hold the interpreter.

Decides how a child is started, asked, timed and replaced. Must not know what the engine does.

A recogniser's one look has been seen to take 1.5 s with the interpreter locked, and a speech
engine to hang for good. So each runs in a process of its own, and every question to it has a
time limit; a child that is late or dies is killed, and the next question starts a new one.
Requests and replies are pickled over a private socket pair, so nothing touches disk or network.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection, Pipe
from typing import Any

from companion.errors import PartLost, SetupError

START_SECONDS = 60.0
"""Limit for a child to load its engine. Generous: a model on a slow SD card takes seconds."""
PIPE_SECONDS = 30.0
"""Limit for a child that is at work to take a request, or to finish a reply that it has begun."""


class Worker:
    """One child process that answers requests, restarted when it is lost.

    `target` is "module:factory". The child calls `factory(*args)` once, and then the callable
    it returned for each request. Requests and replies must be picklable.
    """

    def __init__(self, target: str, args: Sequence[Any] = (), *, name: str) -> None:
        self.name = name
        self._target = target
        self._args = tuple(args)
        self._child: subprocess.Popen[bytes] | None = None
        self._connection: Connection[Any, Any] | None = None
        self._owed = 0
        self.starts = 0
        """How many children have been started; more than one means that one was lost."""

    def start(self, *, seconds: float = START_SECONDS) -> None:
        """Start the child and wait until its engine is loaded.

        SetupError when the engine says that it cannot run, PartLost when it says nothing.
        """
        if self._child is not None:
            return
        ours, theirs = Pipe()
        _limit(ours, PIPE_SECONDS)
        self._child = subprocess.Popen(
            [sys.executable, "-m", "companion.worker", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
        )
        theirs.close()
        self._connection = ours
        self._owed = 0
        self.starts += 1
        self._send((self._target, self._args))
        self._owed = 1
        try:
            self._receive(seconds)
        except (SetupError, PartLost):
            self.close()
            raise

    def post(self, request: Any) -> None:
        """Ask without waiting; the reply is thrown away when the next `call` collects its own."""
        self.start()
        self._send(request)
        self._owed += 1

    def call(self, request: Any, *, seconds: float) -> Any:
        """Ask and wait at most `seconds` for the reply. PartLost when it is late or gone."""
        self.post(request)
        while self._owed > 1:
            self._receive(seconds)
        return self._receive(seconds)

    def close(self) -> None:
        """End the child. It is killed: it holds nothing that must be saved."""
        child, self._child = self._child, None
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
        if child is not None:
            child.kill()
            with contextlib.suppress(subprocess.TimeoutExpired):
                # One that waits for a broken disk cannot be killed, only left behind.
                child.wait(PIPE_SECONDS)

    def _send(self, message: Any) -> None:
        assert self._connection is not None
        try:
            self._connection.send(message)
        except (OSError, ValueError) as problem:
            self.close()
            raise PartLost(f"the {self.name} process ended unexpectedly") from problem

    def _receive(self, seconds: float) -> Any:
        if self._connection is None:
            raise PartLost(f"the {self.name} process is not running")
        try:
            if not self._connection.poll(seconds):
                self.close()
                raise PartLost(f"the {self.name} process gave no answer within {seconds:g} s")
            ok, value = self._connection.recv()
        except (EOFError, OSError) as problem:
            self.close()
            raise PartLost(f"the {self.name} process ended unexpectedly") from problem
        self._owed -= 1
        if not ok:
            raise SetupError(value)
        return value


def _limit(connection: Connection[Any, Any], seconds: float) -> None:
    """From now on a write or read that takes longer is an OSError: a child may hang half-way."""
    limit = struct.pack("ll", int(seconds), 0)
    with socket.socket(fileno=os.dup(connection.fileno())) as same:
        same.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, limit)
        same.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, limit)


def _load(target: str) -> Callable[..., Any]:
    module, _, name = target.partition(":")
    factory: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return factory


def _child(descriptor: int) -> None:
    # Ctrl-C reaches the whole terminal group; the parent decides when a child ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    connection: Connection[Any, Any] = Connection(descriptor)
    answer: Callable[[Any], Any] | None = None
    with contextlib.suppress(EOFError, OSError):
        while True:
            request = connection.recv()
            try:
                if answer is None:
                    target, args = request
                    answer, value = _load(target)(*args), None
                else:
                    value = answer(request)
                connection.send((True, value))
            except Exception as problem:  # noqa: BLE001 - any engine's trouble is told, once
                connection.send((False, f"{problem}" or type(problem).__name__))


if __name__ == "__main__":
    _child(int(sys.argv[1]))
