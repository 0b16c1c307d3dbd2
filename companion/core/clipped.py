"""What somebody leaves out who hardly speaks: "need a pause", "can't think", "stop, feel sick".

Decides where a missing subject may be put back. Must not know: cues, or what the result means.
The subjects and the words that follow them are content and are passed in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

_MISHEARD: Final = ("a", "ah", "eye")
"""How a recogniser may write a quick "I"."""


def made_whole(
    words: tuple[str, ...], left_out: Mapping[str, frozenset[str]], *, after: frozenset[str]
) -> Iterator[tuple[str, ...]]:
    """Give each sentence that `words` may stand for, with one subject put back.

    `left_out` holds subjects and the words before which each may be missing, at the beginning or
    after a word of `after`.
    """
    first = 1 if words[:1] and words[0] in _MISHEARD else 0
    for at, word in enumerate(words[first:], start=first):
        if at > first and words[at - 1] not in after:
            continue
        for subject, followers in left_out.items():
            if word in followers:
                yield (*words[first:at], *subject.split(), *words[at:])
