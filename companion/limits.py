"""A time limit around a call that may never come back.

Decides how a foreign call is waited for. Must not know what is called. A sound server that hangs
holds whoever asks it, and no thread can be ended from outside: so the call is made on a thread
of its own that nobody waits for at the end, and its late result is handed to whoever tidies up.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


def within(seconds: float, call: Callable[[], T], *, late: Callable[[T], Any] | None = None) -> T:
    """What `call` answers, or its error; TimeoutError when it takes longer than `seconds`.

    After that `late` is given the answer, should it still come, on the same thread as the call.
    """
    answer = _Answer(call, late)
    thread = threading.Thread(target=answer.make, name="foreign-call", daemon=True)
    thread.start()
    thread.join(seconds)
    return answer.take(seconds)


class _Answer(Generic[T]):
    """An answer that is taken in time or given up, never both."""

    def __init__(self, call: Callable[[], T], late: Callable[[T], Any] | None) -> None:
        self._call = call
        self._late = late
        self._lock = threading.Lock()
        self._values: list[T] = []
        self._problem: BaseException | None = None
        self._given_up = False

    def make(self) -> None:
        """Make the call."""
        try:
            value = self._call()
        except BaseException as problem:  # noqa: BLE001 - raised again where it is waited for
            self._problem = problem
            return
        with self._lock:
            if not self._given_up:
                self._values.append(value)
                return
        if self._late is not None:
            self._late(value)

    def take(self, seconds: float) -> T:
        """The answer or the error of the call; TimeoutError where there is neither."""
        with self._lock:
            if self._values:
                return self._values[0]
            if self._problem is not None:
                raise self._problem
            self._given_up = True
            raise TimeoutError(f"no answer within {seconds:g} s")
