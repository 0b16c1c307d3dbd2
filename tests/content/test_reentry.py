"""Every sentence that is offered for beginning again."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from companion.keeping.content import (
    SHAPES,
    ReentrySentence,
    load_lines,
    load_reentry,
)
from tests.content import tone_rules

SENTENCES = load_reentry()
BANNED = tone_rules.load_banned()
ESSAY = set((Path(__file__).parent / "essay_shingles.txt").read_text().split())
ABOUT_THE_OTHER = {"E4", "E9", "E10", "E12", "E17"}
YOU = ["you", "your", "yours", "yourself", "you're", "you've", "you'll", "you'd"]
REFUSABLE = ["or say no", "a no is welcome", "or say not now", "or not yet"]
MOST_WORDS = 18

every_sentence = pytest.mark.parametrize("sentence", SENTENCES, ids=lambda each: each.text[:40])


def test_every_shape_has_a_choice() -> None:
    """Own, open, listen and not yet each have at least four sentences."""
    for shape in SHAPES:
        assert sum(each.shape == shape for each in SENTENCES) >= 4


@every_sentence
def test_two_short_sentences(sentence: ReentrySentence) -> None:
    """There are two sentences of at most eighteen words, and a move in each."""
    halves = tone_rules.sentences(sentence.text)
    assert len(halves) == len(sentence.moves) == 2
    for half, moves in zip(halves, sentence.moves, strict=True):
        assert tone_rules.word_count(half) <= MOST_WORDS
        assert moves


@every_sentence
def test_tone(sentence: ReentrySentence) -> None:
    """Nothing sharpens it: no verdict, comparison, diagnosis, or history beyond today."""
    assert tone_rules.spoken(sentence.text, BANNED) == []
    assert tone_rules.banned_words(sentence.text, BANNED["reentry"]) == []


@every_sentence
def test_you_only_where_a_move_is_about_you(sentence: ReentrySentence) -> None:
    """The other person appears only as a guess, a request, a question, or what was heard."""
    halves = tone_rules.sentences(sentence.text)
    for half, moves in zip(halves, sentence.moves, strict=True):
        if not ABOUT_THE_OTHER & set(moves):
            assert tone_rules.banned_words(half, YOU) == []


@every_sentence
def test_moves_keep_their_order(sentence: ReentrySentence) -> None:
    """The moves of a shape come in the order that works: regret never before the act."""
    order = SHAPES[sentence.shape]
    places = [order.index(move) for move in itertools.chain(*sentence.moves)]
    assert places == sorted(places)


@every_sentence
def test_each_move_shows(sentence: ReentrySentence) -> None:
    """A request can be refused, regret names itself, a guess is a guess, listening has a length."""
    for half, moves in zip(tone_rules.sentences(sentence.text), sentence.moves, strict=True):
        if "E9" in moves:
            assert tone_rules.banned_words(half, REFUSABLE)
        if "E5" in moves:
            assert tone_rules.has(half, "sorry")
        if "E4" in moves:
            assert tone_rules.banned_words(half, ["I imagine", "I think I saw"])
        if "E10" in moves:
            assert half.endswith("?")
            assert tone_rules.has(half, "minutes")
        if "E14" in moves:
            assert tone_rules.banned_words(half, ["minutes", "hour"])


@every_sentence
def test_nothing_is_taken_from_the_essay(sentence: ReentrySentence) -> None:
    """No sentence shares five words in a row with the essay that the project began with."""
    assert not tone_rules.fingerprints(sentence.text) & ESSAY


def test_no_sentence_needs_filling_in() -> None:
    """They can be said as they stand."""
    assert not any("{" in each.text for each in SENTENCES)


def test_each_shape_is_a_line() -> None:
    """The session asks for a shape by the name of a line."""
    lines = load_lines()
    for shape in SHAPES:
        expected = tuple(each.text for each in SENTENCES if each.shape == shape)
        assert lines[f"reentry_{shape}"] == expected
