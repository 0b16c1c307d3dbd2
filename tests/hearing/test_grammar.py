"""The closed grammar: exactly the sentences it was made of, and small."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from companion.hearing.grammar import jsgf

WORDS = st.sampled_from(("i", "need", "a", "pause", "two", "minutes"))
SENTENCES = st.lists(st.lists(WORDS, min_size=1, max_size=4).map(" ".join), min_size=1, max_size=8)


def accepted(rule: str, sentence: str) -> bool:
    """Whether a JSGF rule without weights accepts a sentence, read as a regular expression."""
    parts = re.findall(r"[a-z']+|[()|\[\]]", rule)
    written = {"[": "(?:", "]": ")?"}
    pattern = "".join(f"(?:{p} )" if p[0].isalpha() else written.get(p, p) for p in parts)
    return re.fullmatch(pattern, f"{sentence} ") is not None


def rule_of(grammar: str) -> str:
    """What the public rule of a grammar accepts."""
    return grammar.partition("public <sentence> = ")[2].strip().removesuffix(";")


@given(SENTENCES, st.lists(WORDS, min_size=1, max_size=4).map(" ".join))
def test_it_accepts_its_sentences_and_no_other(sentences: list[str], other: str) -> None:
    """What went in is accepted; any other sentence is not."""
    rule = rule_of(jsgf(sentences))
    for sentence in sentences:
        assert accepted(rule, sentence), rule
    assert accepted(rule, other) is (other in sentences)


def test_beginnings_are_shared() -> None:
    """Sentences that begin alike write their beginning once."""
    grammar = jsgf(["i need a pause", "i need a break", "i need two minutes", "i need"])
    shared = "i need [ ( a ( pause | break ) | two minutes ) ]"
    assert rule_of(grammar).split() == shared.split()
