"""The embedded recogniser: it reads an utterance freely, and once more among a few sentences."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from companion.hearing.pocketsphinx import PocketSphinxRecogniser
from tests.spoken import said

PHRASES = ("help me breathe", "i need a pause", "ground me", "i need ten minutes")
SENTENCE = "Help me breathe"


@pytest.fixture(scope="module")
def recogniser() -> Iterator[PocketSphinxRecogniser]:
    """The real engine, told a few phrases."""
    one = PocketSphinxRecogniser()
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
