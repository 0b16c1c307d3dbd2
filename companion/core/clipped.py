"""What was meant where a sentence means nothing as it stands.

Somebody who hardly speaks leaves out the subject: "need a pause", "stop, feel sick". A recogniser
writes a word of the same sound: "help me breath". Decides where either may be put right. Must not
know: cues, or what the result means. The words themselves are content and are passed in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

_MISHEARD_I: Final = ("a", "ah")
"""How a recogniser may write a quick "I" at the beginning."""


def made_whole(
    words: tuple[str, ...], left_out: Mapping[str, frozenset[str]], *, after: frozenset[str]
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Give each sentence that `words` may stand for, with one subject put back, and its place.

    `left_out` holds subjects and the words before which each may be missing, at the beginning or
    after a word of `after`.
    """
    first = 1 if words[:1] and words[0] in _MISHEARD_I else 0
    for at, word in enumerate(words[first:], start=first):
        if at > first and words[at - 1] not in after:
            continue
        for subject, followers in left_out.items():
            if word in followers:
                yield at - first, (*words[first:at], *subject.split(), *words[at:])


def heard_right(
    words: tuple[str, ...], sounds_like: Mapping[str, frozenset[str]]
) -> Iterator[tuple[str, ...]]:
    """Give each sentence that sounds as `words`, with one word written as it may be meant.

    `sounds_like` holds what is meant and the words that are written for it.
    """
    for meant, written in sounds_like.items():
        for at, word in enumerate(words):
            if word in written:
                yield (*words[:at], *meant.split(), *words[at + 1 :])
