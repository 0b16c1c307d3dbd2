"""What a recogniser should expect to hear: the phrases of a phase among everyday words.

Decides how probable a word is after the words before it, as a small language model in ARPA form.
Must not know any engine, file or phase: phrases and a background come in, text goes out.

Two models are mixed word by word. The cue model is counted from the phrases that make sense now;
the background says how people talk otherwise, so that unrelated speech is decoded to its own
words and not forced onto a cue. How much the cue model weighs follows from the words so far: a
history that the phrases make likely, and everyday talk does not, speaks for the cue model.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

START, END = "<s>", "</s>"

History = tuple[str, ...]

CUE_WEIGHT = 0.99
"""How much of all speech is taken to be a cue before a word is heard. Measured: benchmarks."""
DAMPING = 0.5
"""Counts are raised to this power, so that a template with sixty numbers in it does not drown a
phrase that stands alone."""
SHARES = (0.85, 0.12, 0.03)
"""How the cue model splits between three words, two words and one word of context."""
FLOOR = 1e-7
"""No word is rarer than this."""


@dataclass(frozen=True, slots=True)
class Background:
    """How people talk: probabilities of everyday words, alone and in pairs."""

    words: tuple[str, ...]
    """The vocabulary, START and END not included."""
    alone: NDArray[np.float64]
    """float64[n]: probability of each word, whatever came before."""
    pairs: Mapping[History, float]
    """Probability of the second word after the first, where it differs from `alone`."""


def words_of(phrases: Iterable[str]) -> tuple[str, ...]:
    """Every word of the phrases once, in order."""
    return tuple(dict.fromkeys(word for phrase in phrases for word in phrase.split()))


def arpa(
    phrases: Sequence[str],
    background: Background,
    probability: Callable[[History], float],
    *,
    weight: float = CUE_WEIGHT,
) -> str:
    """Write the mixed model in ARPA form (base-10 logarithms).

    `phrases` are lower case, words separated by blanks, every word in `background.words`.
    `probability` answers the background's probability of the last word of a history of two or
    three words after the ones before it. `weight`: 0 to 1, how likely a cue is beforehand.
    """
    cue = _CueModel(phrases)
    singles = {w: float(p) for w, p in zip(background.words, background.alone, strict=True)}
    single_level = _single_level(cue, singles, weight)
    pair_level: dict[History, float] = dict(background.pairs)
    for pair in cue.pairs:
        share = cue.share((pair[0],), weight, singles, probability)
        pair_level[pair] = share * cue.chance(pair) + (1 - share) * probability(pair)
    triple_level: dict[History, float] = {}
    for triple in cue.triples:
        share = cue.share(triple[:2], weight, singles, probability)
        triple_level[triple] = share * cue.chance(triple) + (1 - share) * probability(triple)
    return _written(single_level, pair_level, triple_level)


class _CueModel:
    """Damped counts of the phrases, and the probabilities that follow from them."""

    def __init__(self, phrases: Sequence[str]) -> None:
        counts: tuple[Counter[History], ...] = (Counter(), Counter(), Counter())
        for phrase in phrases:
            words = (START, *phrase.split(), END)
            for size in (1, 2, 3):
                for start in range(len(words) - size + 1):
                    counts[size - 1][words[start : start + size]] += 1
        self._counts = tuple({k: v**DAMPING for k, v in c.items()} for c in counts)
        self._after: Counter[History] = Counter()
        for level in self._counts[1:]:
            for history, count in level.items():
                self._after[history[:-1]] += count
        alone = self._counts[0]
        self._total = sum(v for k, v in alone.items() if k != (START,))
        self.pairs = tuple(self._counts[1])
        self.triples = tuple(self._counts[2])
        self._joint: dict[History, float] = {(START,): 1.0}

    def chance(self, history: History) -> float:
        """Probability of the last word after the words before it."""
        total, given = 0.0, 0.0
        for size, share in zip((3, 2, 1), SHARES, strict=True):
            if size > len(history):
                continue
            part = history[-size:]
            seen = self._after[part[:-1]] if size > 1 else self._total
            if seen:
                given += share
                total += share * self._counts[size - 1].get(part, 0.0) / seen
        return total / given if given else 0.0

    def alone(self, word: str) -> float:
        """Probability of a word, whatever came before."""
        return self._counts[0].get((word,), 0.0) / self._total if self._total else 0.0

    def share(
        self,
        history: History,
        weight: float,
        singles: Mapping[str, float],
        probability: Callable[[History], float],
    ) -> float:
        """How much the cue model weighs after `history`: what both make of it decides."""
        if history == (START,):
            return weight
        here, there = 1.0, 1.0
        if history[0] != START:
            here *= self.alone(history[0])
            there *= singles.get(history[0], FLOOR)
        for size in range(2, len(history) + 1):
            here *= self.chance(history[:size])
            there *= probability(history[:size])
        likely = weight * here
        return likely / (likely + (1 - weight) * there) if likely else 0.0


def _single_level(
    cue: _CueModel, singles: Mapping[str, float], weight: float
) -> dict[History, float]:
    level: dict[History, float] = {}
    for word, chance in singles.items():
        level[(word,)] = weight * cue.alone(word) + (1 - weight) * chance
    level[(END,)] = weight * cue.alone(END) + (1 - weight) * 0.1
    total = sum(level.values())
    return {history: max(p / total, FLOOR) for history, p in level.items()}


def _written(
    singles: Mapping[History, float],
    pairs: Mapping[History, float],
    triples: Mapping[History, float],
) -> str:
    """The three levels as ARPA text, each history's left-over mass going to its shorter one."""
    pair_back = _left_over(pairs, singles)

    def pair_chance(history: History) -> float:
        found = pairs.get(history)
        if found is not None:
            return found
        return pair_back.get(history[:1], 1.0) * singles.get(history[1:], FLOOR)

    triple_back = _left_over(triples, _Lookup(pair_chance))
    lines = ["\\data\\", f"ngram 1={len(singles) + 1}", f"ngram 2={len(pairs)}"]
    lines += [f"ngram 3={len(triples)}", "", "\\1-grams:"]
    lines.append(f"-99 {START} {math.log10(pair_back.get((START,), 1.0)):.4f}")
    for history, chance in sorted(singles.items()):
        back = math.log10(pair_back.get(history, 1.0))
        lines.append(f"{math.log10(chance):.4f} {history[0]} {back:.4f}")
    lines += ["", "\\2-grams:"]
    for history, chance in sorted(pairs.items()):
        back = math.log10(triple_back.get(history, 1.0))
        lines.append(f"{math.log10(max(chance, FLOOR)):.4f} {' '.join(history)} {back:.4f}")
    lines += ["", "\\3-grams:"]
    for history, chance in sorted(triples.items()):
        lines.append(f"{math.log10(max(chance, FLOOR)):.4f} {' '.join(history)}")
    return "\n".join([*lines, "", "\\end\\", ""])


class _Lookup:
    """A function read like a mapping."""

    def __init__(self, chance: Callable[[History], float]) -> None:
        self._chance = chance

    def get(self, history: History, _default: float) -> float:
        return self._chance(history)


def _left_over(
    level: Mapping[History, float], shorter: Mapping[History, float] | _Lookup
) -> dict[History, float]:
    used: Counter[History] = Counter()
    covered: Counter[History] = Counter()
    for history, chance in level.items():
        used[history[:-1]] += chance  # type: ignore[assignment]
        covered[history[:-1]] += shorter.get(history[1:], FLOOR)  # type: ignore[assignment]
    return {
        history: max(1 - used[history], 1e-3) / max(1 - covered[history], 1e-3) for history in used
    }
