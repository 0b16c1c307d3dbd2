"""A closed grammar of sentences, in JSGF, for a recogniser that chooses the one most like a sound.

Decides how sentences share their beginnings, so that many of them stay a small grammar. Must not
know any engine, phase or meaning.

A closed grammar reads what is in it far better than a language model does, and reads everything
else as something in it: what comes out needs a second witness (hearing/decision.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

Branches: TypeAlias = dict[str, "Branches"]
"""A word -> what may follow it."""

_END = ""


def jsgf(sentences: Iterable[str]) -> str:
    """The grammar that accepts exactly these sentences: lower case, words apart by one blank."""
    root: Branches = {}
    for sentence in sentences:
        at = root
        for word in sentence.split():
            at = at.setdefault(word, {})
        at[_END] = {}
    return f"#JSGF V1.0;\ngrammar sentences;\npublic <sentence> = {_written(root)};\n"


def _written(branches: Branches) -> str:
    ways = [
        " ".join(filter(None, (word, _written(after))))
        for word, after in branches.items()
        if word != _END
    ]
    if not ways:
        return ""
    body = f"( {' | '.join(ways)} )" if len(ways) > 1 else ways[0]
    return f"[ {body} ]" if _END in branches else body
