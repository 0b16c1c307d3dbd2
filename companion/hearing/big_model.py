"""The big language model of English in PocketSphinx's wheel.

Decides how it is asked how likely a word is. Must not know who asks, or what for. It takes 30 MB
while somebody holds it.
"""

from __future__ import annotations

import math

from companion.errors import SetupError
from companion.hearing.language_model import History

UNIT = 1.0001
"""Base of the engine's logarithms."""
RAREST = -15.0
"""Natural logarithm: in a small language model no word is taken to be rarer."""


class BigModel:
    """How likely words are. SetupError in one sentence where there is no such model."""

    def __init__(self) -> None:
        try:
            from pocketsphinx import Config, LogMath, NGramModel, get_model_path
        except ImportError as problem:
            raise SetupError("PocketSphinx is missing, which knows the words: ./run") from problem
        self._model = NGramModel(
            Config(loglevel="FATAL"), LogMath(UNIT), get_model_path("en-us/en-us.lm.bin")
        )

    def exactly(self, history: History) -> float:
        """Natural logarithm of the probability of the last word after the ones before it."""
        # The engine wants the newest word first.
        units: float = self._model.prob(list(reversed(history)))
        return units * math.log(UNIT)

    def logarithm(self, history: History) -> float:
        """The same, RAREST at least."""
        return max(self.exactly(history), RAREST)

    def probability(self, history: History) -> float:
        """Probability of the last word after the ones before it, from the same floor on."""
        return math.exp(self.logarithm(history))
