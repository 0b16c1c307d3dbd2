"""What every store of the promise owes, the one on disk and the one in memory."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from companion.core.promise import Moment, Promise, make
from companion.keeping.store import PromiseStore
from companion.ports import Store

PROMISE = make(Moment(wall=1_780_000_000.1, boot=4321.5, boot_id="a boot"), length=1200.0)


class MemoryStore:
    """The smallest store that keeps the contract, for tests that need no disk."""

    def __init__(self) -> None:
        self.promise: Promise | None = None

    def load(self) -> Promise | None:
        """Answer what was kept last."""
        return self.promise

    def keep(self, promise: Promise) -> None:
        """Hold it."""
        self.promise = promise

    def release(self) -> None:
        """Let it go."""
        self.promise = None


@pytest.fixture(params=["disk", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """Give each store in turn, empty."""
    return PromiseStore(tmp_path / "state") if request.param == "disk" else MemoryStore()


def test_an_empty_store_has_no_promise(store: Store) -> None:
    """Nothing was kept, so there is nothing."""
    assert store.load() is None


def test_what_was_kept_is_what_is_loaded(store: Store) -> None:
    """Every field comes back as it was, to the last bit."""
    store.keep(PROMISE)
    assert store.load() == PROMISE
    assert store.load() == PROMISE


def test_the_last_promise_replaces_the_one_before(store: Store) -> None:
    """There is one promise at a time."""
    store.keep(PROMISE)
    longer = replace(PROMISE, due_wall=PROMISE.due_wall + 600, extensions=1, called=True)
    store.keep(longer)
    assert store.load() == longer


def test_a_released_promise_is_gone(store: Store) -> None:
    """Release removes it; a second release is no error; the store can be used again."""
    store.keep(PROMISE)
    store.release()
    assert store.load() is None
    store.release()
    store.keep(PROMISE)
    assert store.load() == PROMISE


def test_releasing_nothing_is_no_error(store: Store) -> None:
    """A store that never held anything can be released."""
    store.release()
    assert store.load() is None
