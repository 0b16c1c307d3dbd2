"""How the promise stands, and how everything is forgotten.

Decides what `status` and `forget` do. Must not start anything that hears or speaks.
"""

from __future__ import annotations

import shutil
from datetime import UTC, datetime

from companion.core.promise import judge, seconds_left
from companion.core.spoken import clock_words, length_words
from companion.keeping import folders, taught
from companion.keeping.clock import SystemClock, local_zone
from companion.keeping.owncues import forget_phrase
from companion.keeping.store import PromiseStore


def status() -> dict[str, object]:
    """The promise on disk as plain facts; `promise` is "none" where nothing is promised.

    `taught` is there where templates of people are kept.
    """
    promise = PromiseStore(folders.state_folder()).load()
    kept = {"taught": True} if taught.taught_file().exists() else {}
    if promise is None:
        return {"promise": "none", **kept}
    moment = SystemClock().now()
    left = seconds_left(promise, moment)
    due = datetime.fromtimestamp(moment.wall + left, UTC).astimezone(local_zone())
    return {
        "promise": judge(promise, moment).value,
        "due": due.isoformat(timespec="seconds"),
        "seconds_left": round(left, 1),
        "length": promise.length,
        "called": promise.called,
        **kept,
    }


def sentence(facts: dict[str, object]) -> str:
    """The same for a person."""
    due = facts.get("due")
    left = facts.get("seconds_left")
    if not isinstance(due, str) or not isinstance(left, float):
        if facts.get("taught"):
            return "Nothing is promised. What was taught is kept."
        return "Nothing is promised, and nothing is stored."
    clock = clock_words(datetime.fromisoformat(due))
    if left > 0:
        return f"A call back is promised at {clock}, in {length_words(left)}."
    return f"The promised time, {clock}, has come; the return is open."


def forget() -> None:
    """Remove the promise, all that `teach` wrote, and the cached voice.

    SetupError while a companion is running.
    """
    store = PromiseStore(folders.state_folder())
    store.claim()
    try:
        store.forget()
        taught.forget()
        forget_phrase()
    finally:
        store.close()
    shutil.rmtree(folders.cache_folder(), ignore_errors=True)
