"""A call that never comes back holds nobody."""

from __future__ import annotations

import threading

import pytest

from companion.limits import within


def test_an_answer_in_time_is_the_answer() -> None:
    """What the call answers comes through, None too."""
    assert within(10.0, lambda: 7) == 7
    assert within(10.0, lambda: None) is None


def test_an_error_is_the_error() -> None:
    """What the call raises is raised where it is waited for."""
    with pytest.raises(ZeroDivisionError):
        within(10.0, lambda: 1 // 0)


def test_a_call_that_hangs_is_given_up_and_tidied_up_later() -> None:
    """It ends in a TimeoutError; the answer that comes after all goes to whoever tidies up."""
    free, tidied = threading.Event(), threading.Event()
    found: list[str] = []

    def hang() -> str:
        free.wait(30.0)
        return "a stream"

    def late(answer: str) -> None:
        found.append(answer)
        tidied.set()

    with pytest.raises(TimeoutError):
        within(0.01, hang, late=late)
    assert found == []
    free.set()
    assert tidied.wait(30.0)
    assert found == ["a stream"]
