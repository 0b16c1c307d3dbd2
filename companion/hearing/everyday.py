"""How everyday a phrase is, and how long it is to the ear.

Decides what the language model and the dictionary in PocketSphinx's wheel say about words, and
what is rare. Must not know what a phrase is for.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from companion.hearing.big_model import BigModel

MOST_COMMON = -10.0
"""Natural logarithm, a word, of what is rare: "kitchen window" has -9.0, "good morning" -5.0,
"smart mirror" -11.1, "amber lantern" -13.0."""
VOWELS = (
    "AA", "AE", "AH", "AO", "AW", "AY", "EH", "ER", "EY", "IH", "IY", "OW", "OY", "UH", "UW",
)  # fmt: skip
"""Sounds of the dictionary that make a syllable."""


class Everyday:
    """The big language model and the dictionary of English. SetupError where there are none."""

    def __init__(self) -> None:
        self._model = BigModel()
        from pocketsphinx import get_model_path

        self._dictionary = Path(get_model_path("en-us/cmudict-en-us.dict"))

    def commonness(self, words: Sequence[str]) -> float:
        """Natural logarithm of how likely each word is after those before it, on the average."""
        said = ("<s>", *words)
        total = 0.0
        for at in range(1, len(said)):
            # The model knows three words in a row at most.
            total += self._model.exactly(said[max(0, at - 2) : at + 1])
        return total / len(words)

    def rare(self, words: Sequence[str]) -> bool:
        """Whether these words are hardly ever said together."""
        return bool(words) and self.commonness(words) <= MOST_COMMON

    def syllables(self, words: Sequence[str]) -> tuple[int | None, ...]:
        """How many each word has; None for a word that is not in the dictionary."""
        found: dict[str, int] = {}
        wanted = set(words)
        with self._dictionary.open(encoding="utf-8") as lines:
            for line in lines:
                word, *sounds = line.split()
                if word in wanted:
                    found[word] = sum(sound in VOWELS for sound in sounds)
        return tuple(found.get(word) for word in words)
