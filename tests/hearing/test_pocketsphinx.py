"""The embedded recogniser: it reads an utterance freely, and once more among a few sentences."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from companion.errors import ContentError
from companion.hearing.big_model import BigModel
from companion.hearing.everyday_words import load
from companion.hearing.language_model import START
from companion.hearing.pocketsphinx import PocketSphinxRecogniser
from companion.keeping import folders
from tests.spoken import said

EVERYDAY = folders.shipped("scripts") / "en" / "everyday_words.npz"
PHRASES = ("help me breathe", "i need a pause", "ground me", "i need ten minutes")
SENTENCE = "Help me breathe"


@pytest.fixture(scope="module")
def recogniser() -> Iterator[PocketSphinxRecogniser]:
    """The real engine, told a few phrases."""
    one = PocketSphinxRecogniser(EVERYDAY)
    assert one.set_phrases(PHRASES) == ()
    yield one
    one.close()


def spoken_to(recogniser: PocketSphinxRecogniser, text: str) -> None:
    """Let it hear a sentence."""
    sound = said(text)
    for start in range(0, len(sound), 320):
        recogniser.accept(sound[start : start + 320])


def test_among_a_few_sentences_it_finds_the_one_that_was_said(
    recogniser: PocketSphinxRecogniser,
) -> None:
    """Its free reading comes first; the other is marked as one that could say nothing else."""
    spoken_to(recogniser, SENTENCE)
    (free,) = recogniser.finish()
    assert not free.closed
    (chosen,) = recogniser.choose(("i need a pause", "help me breathe", "ground me"))
    assert chosen.closed
    assert chosen.text == "help me breathe"


def test_it_can_choose_nothing_else(recogniser: PocketSphinxRecogniser) -> None:
    """A choice among sentences that were not said finds one of them: it proves nothing alone."""
    spoken_to(recogniser, SENTENCE)
    recogniser.finish()
    for chosen in recogniser.choose(("i need ten minutes", "ground me")):
        assert chosen.text != "help me breathe"


def test_an_utterance_is_chosen_for_once(recogniser: PocketSphinxRecogniser) -> None:
    """Then its sound is gone; so it is after a reset, and before anything was said."""
    spoken_to(recogniser, SENTENCE)
    recogniser.finish()
    recogniser.choose(PHRASES)
    assert recogniser.choose(PHRASES) == ()
    spoken_to(recogniser, SENTENCE)
    recogniser.finish()
    recogniser.reset()
    assert recogniser.choose(PHRASES) == ()


def test_a_sentence_that_it_cannot_pronounce_is_passed_over(
    recogniser: PocketSphinxRecogniser,
) -> None:
    """The others are still read; where none is left, there is no reading."""
    spoken_to(recogniser, SENTENCE)
    recogniser.finish()
    (chosen,) = recogniser.choose(("xyzzyq please", "help me breathe"))
    assert chosen.text == "help me breathe"
    spoken_to(recogniser, SENTENCE)
    recogniser.finish()
    assert recogniser.choose(("xyzzyq please",)) == ()


def test_the_everyday_words_that_ship_are_those_of_the_big_model() -> None:
    """The file says what the engine's own model says, so a new engine would be noticed."""
    shipped, big = load(EVERYDAY), BigModel()
    assert len(shipped.words) == 1500
    assert {"i", "the", "need", "stop"} <= set(shipped.words)
    for pair in ((START, "i"), *list(shipped.pairs)[:2000:100]):
        assert shipped.pairs[pair] == pytest.approx(big.probability(pair), rel=1e-5)


def test_a_file_that_holds_no_everyday_words_says_so(tmp_path: Path) -> None:
    """One sentence: where, and what mends it."""
    broken = tmp_path / "everyday_words.npz"
    broken.write_bytes(EVERYDAY.read_bytes()[:1000])
    with pytest.raises(ContentError, match=r"everyday_words\.npz: .*make them again"):
        load(broken)
