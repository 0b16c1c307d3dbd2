"""How people talk otherwise: the commonest words of a language, and which of them go together.

Decides how this is worked out from the big language model in PocketSphinx's wheel, and how it is
kept in a file. Must not know cues or phases.

Working it out asks the big model two million times, which takes ten seconds of one x86-64 core
and a minute on a small board (estimated, not measured on a Pi). So it ships; anyone can make the
file again: python -m companion.hearing.everyday_words FILE
"""

from __future__ import annotations

import io
import json
import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from companion.errors import ContentError
from companion.hearing.big_model import BigModel
from companion.hearing.language_model import START, History

WORDS = 1500
"""Size of the vocabulary."""
PAIRS = 25
"""Pairs kept for each word: those that tell most."""
PAIR_GAIN = 0.3
"""A pair is kept from this natural logarithm on above what its words alone say."""


@dataclass(frozen=True, slots=True)
class EverydayWords:
    """The words, commonest first, and the pairs that are commoner than their words say."""

    words: tuple[str, ...]
    pairs: dict[History, float]
    """Probability of the second word after the first; the first may be START."""


def worked_out(model: BigModel) -> EverydayWords:
    """Ask the big model. Takes ten seconds."""
    from pocketsphinx import get_model_path

    words = _commonest(Path(get_model_path("en-us/cmudict-en-us.dict")), model)
    alone = np.array([model.logarithm((word,)) for word in words])
    pairs: dict[History, float] = {}
    for first in (START, *words):
        pairs |= _pairs(first, words, alone, model)
    return EverydayWords(words, pairs)


def _commonest(dictionary: Path, model: BigModel) -> tuple[str, ...]:
    """The words that the engine can pronounce, commonest first."""
    chance: dict[str, float] = {}
    with dictionary.open(encoding="utf-8") as lines:
        for line in lines:
            word = line.split(maxsplit=1)[0]
            if "(" not in word and (len(word) > 1 or word in "ai"):
                chance[word] = model.logarithm((word,))
    return tuple(sorted(chance, key=lambda word: -chance[word])[:WORDS])


def _pairs(
    first: str, words: Sequence[str], alone: NDArray[np.float64], model: BigModel
) -> dict[History, float]:
    """The most telling words after `first`, each with its probability."""
    after = np.array([model.logarithm((first, word)) for word in words])
    gain = after - alone
    gain -= np.median(gain)
    telling = np.where(gain > PAIR_GAIN, np.exp(after) * gain, 0.0)
    best = np.argsort(-telling)[:PAIRS]
    return {(first, words[i]): math.exp(after[i]) for i in best if telling[i] > 0}


# ---- the file -------------------------------------------------------------------------------


def save(everyday: EverydayWords, path: Path) -> None:
    """Write it. A pair's words are kept as places in the list of words, START as the last."""
    place = {word: at for at, word in enumerate((*everyday.words, START))}
    packed = io.BytesIO()
    np.savez_compressed(
        packed,
        words=np.frombuffer(json.dumps(everyday.words).encode(), np.uint8),
        pairs=np.array([[place[word] for word in pair] for pair in everyday.pairs], np.uint16),
        chances=np.array(list(everyday.pairs.values()), np.float32),
    )
    path.write_bytes(packed.getvalue())


def load(path: Path) -> EverydayWords:
    """Read it. ContentError in one sentence for a file that is none."""
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as file:
            words = tuple(json.loads(file["words"].tobytes()))
            named = (*words, START)
            pairs: dict[History, float] = {
                (named[first], named[second]): float(chance)
                for (first, second), chance in zip(file["pairs"], file["chances"], strict=True)
            }
    except (OSError, EOFError, ValueError, KeyError, IndexError, BadZipFile) as problem:
        raise ContentError(
            f"{path}: these are no everyday words; make them again with"
            " python -m companion.hearing.everyday_words"
        ) from problem
    return EverydayWords(words, pairs)


if __name__ == "__main__":
    save(worked_out(BigModel()), Path(sys.argv[1]))
