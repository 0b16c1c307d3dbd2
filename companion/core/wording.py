"""From a sentence as it was typed or recognised to the plain words that are compared.

Decides what counts as the same word: case, punctuation, contractions, spellings, stutters and
repeats. Must not know any cue. The tables of contractions and spellings are content and are
passed in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from companion.core.numbers import is_number

Spellings = Mapping[str, tuple[str, ...]]
"""A written word -> the words it is compared as: "i'm" -> ("i", "am")."""

_TYPOGRAPHIC = str.maketrans({"\u2019": "'", "\u2018": "'", "\u00bd": " half ", "\u2013": "-"})
_MERIDIEM = re.compile(r"\b([ap])\s?\.\s?m\b\.?")
_LONG_DRAWN = re.compile(r"([a-z])\1{2,}")
_STUTTER = re.compile(r"\b([a-z]{1,4})-(?=\1)|\b(?!one|two|six|ten|re)([a-z])[a-z]{0,2}-(?=\2)")
"""A sound before the word it begins: "t-twenty", "puh-pause"."""
_BROKEN_OFF = re.compile(r"\b[a-z']+-(?=\s|$)")
_NUMBER_UNIT = re.compile(r"(\d)([a-z])")
_WORD = re.compile(r"\d+(?:[.:]\d+)?|[a-z]+(?:'[a-z]+)*")
_ENDINGS = {"s": "is", "ll": "will", "d": "would", "ve": "have", "re": "are"}
"""What is left of a word after an apostrophe: "the door's shut", "she'd listen"."""
_LONGEST_REPEAT = 4
"""Words in a group that may be said twice by a person searching for the next one."""


def plain_words(text: str, spellings: Spellings) -> tuple[str, ...]:
    """Split `text` into lower-case words without punctuation, stutter or immediate repeats.

    Digits stay digits ("20", "9:30", "6.5"). "T-twenty minutes, p-please" -> twenty minutes please.
    """
    return _without_repeats(_without_stutter(_spelled(surface_words(text), spellings)))


def template_words(text: str, spellings: Spellings) -> tuple[str, ...]:
    """The words of a template's own text: as `plain_words`, but nothing is taken out."""
    return tuple(_spelled(surface_words(text), spellings))


def surface_words(text: str) -> list[str]:
    """Split `text` into lower-case words as they are said, contractions kept ("i'm")."""
    text = text.lower().translate(_TYPOGRAPHIC)
    text = _MERIDIEM.sub(r"\1m", text)
    text = _LONG_DRAWN.sub(r"\1", text)
    text = _STUTTER.sub("", text)
    text = _BROKEN_OFF.sub("", text)
    text = _NUMBER_UNIT.sub(r"\1 \2", text)
    return _WORD.findall(text)


def _spelled(words: list[str], spellings: Spellings) -> list[str]:
    return [plain for word in words for plain in _plain(word, spellings)]


def _plain(word: str, spellings: Spellings) -> tuple[str, ...]:
    stem, mark, ending = word.rpartition("'")
    if word not in spellings and mark and ending in _ENDINGS:
        return (*_plain(stem, spellings), _ENDINGS[ending])
    return spellings.get(word, (word,))


def _without_stutter(words: list[str]) -> list[str]:
    # A recogniser writes a stuttered first sound as a letter of its own: "p p pause".
    kept: list[str] = []
    for at in range(len(words) - 1, -1, -1):
        word = words[at]
        lone = len(word) == 1 and word.isalpha() and word not in "aio"
        if lone and kept and kept[-1].startswith(word):
            continue
        kept.append(word)
    return kept[::-1]


def _without_repeats(words: list[str]) -> tuple[str, ...]:
    for size in range(1, _LONGEST_REPEAT + 1):
        at = 0
        while at + 2 * size <= len(words):
            group = words[at : at + size]
            said_again = group == words[at + size : at + 2 * size]
            if said_again and not all(is_number(word) for word in group):
                del words[at : at + size]
            else:
                at += 1
    return tuple(words)
