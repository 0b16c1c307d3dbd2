"""The spotter: a sentence sounds like itself, whoever speaks it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from companion.errors import ContentError
from companion.hearing.bank import LIKELIEST, Bank
from companion.hearing.embedding import Embedder
from companion.hearing.level import levelled
from companion.hearing.sound_templates import load
from companion.hearing.spotter import SpotterWorker
from companion.hearing.synthetic import PEOPLE
from companion.hearing.thresholds import AHEAD, LACKING
from companion.keeping import folders
from companion.keeping.expected import every_expected_sentence
from companion.ports import Likeness
from tests.spoken import RATE, said

TEMPLATES = folders.shipped("scripts") / "en" / "sound_templates.npz"
SOMEBODY = "en-us+croak"
"""None of the voices that the templates were made with."""
PHRASES = ("i need a pause", "time out", "help me breathe", "i'm back", "ground me")


@pytest.fixture(scope="module")
def spotter() -> Iterator[SpotterWorker]:
    """A spotter with the templates that ship, in its own process."""
    worker = SpotterWorker(TEMPLATES)
    worker.set_phrases(PHRASES)
    yield worker
    worker.close()


def heard(spotter: SpotterWorker, text: str, voice: str = SOMEBODY) -> dict[str, Likeness]:
    """What the spotter makes of a sentence in a quiet room."""
    sound = said(text, voice)
    for start in range(0, len(sound), 320):
        spotter.accept(sound[start : start + 320])
    spotter.compare()
    found = spotter.likenesses()
    spotter.reset()
    return dict(found)


@pytest.mark.parametrize("phrase", PHRASES)
def test_a_sentence_sounds_most_like_itself(spotter: SpotterWorker, phrase: str) -> None:
    """Among the phrases it is the likeliest, by far, and takes up most of the utterance."""
    found = heard(spotter, phrase)
    assert next(iter(found)) == phrase
    best, second = list(found.values())[:2]
    assert best.alike > max(0.7, second.alike + AHEAD)
    loud = np.flatnonzero(np.abs(said(phrase, SOMEBODY)) > 300)
    assert best.seconds == pytest.approx((loud[-1] - loud[0]) / RATE, abs=0.3)


@pytest.mark.slow
def test_what_shares_half_of_its_words_lacks_the_other_half(spotter: SpotterWorker) -> None:
    """An unknown voice is a little unlike everywhere, another sentence very much in places."""
    own = "kids are talking by the door"
    spotter.learn((own,))
    spotter.set_phrases((own,))
    assert heard(spotter, own)[own].lacking < LACKING / 2
    assert heard(spotter, "Dogs are sitting by the door")[own].lacking > LACKING
    spotter.set_phrases(PHRASES)


def test_other_speech_sounds_like_none_of_them(spotter: SpotterWorker) -> None:
    """A sentence about the shopping is like no phrase."""
    found = heard(spotter, "we are out of onions and the butter is nearly gone")
    assert max(one.alike for one in found.values()) < 0.57


def test_each_utterance_stands_alone(spotter: SpotterWorker) -> None:
    """What was heard before, whole or thrown away, changes nothing that matters."""
    alone = heard(spotter, "time out")["time out"].alike
    heard(spotter, "i need a pause")
    spotter.accept(said("help me breathe", SOMEBODY))
    spotter.reset()
    assert heard(spotter, "time out")["time out"].alike == pytest.approx(alone, abs=0.03)


def test_silence_is_like_nothing(spotter: SpotterWorker) -> None:
    """A quiet room is no cue."""
    room = np.random.default_rng(3).normal(0.0, 12.0, RATE).astype(np.int16)
    spotter.accept(room)
    spotter.compare()
    assert max(one.alike for one in spotter.likenesses().values()) < 0.57


@pytest.mark.slow
def test_it_learns_a_sentence_of_the_household(spotter: SpotterWorker) -> None:
    """A phrase that no template ships for is made from synthetic voices, and then heard."""
    own = "purple umbrella"
    spotter.set_phrases((*PHRASES, own))
    assert own not in heard(spotter, own)
    spotter.learn((own,))
    found = heard(spotter, own)
    assert next(iter(found)) == own
    assert found[own].alike > 0.7


def test_templates_ship_for_every_expected_sentence() -> None:
    """Made again after scripts/en/expected.toml was changed, in every voice."""
    shipped = load(TEMPLATES)
    assert set(shipped.of) == set(every_expected_sentence())
    assert {len(each) for each in shipped.of.values()} == {len(PEOPLE)}


def test_a_file_that_is_none_is_told_in_one_sentence(tmp_path: Path) -> None:
    """Whatever is wrong with it, the sentence names the file and the remedy."""
    for content in (b"", b"not a zip", TEMPLATES.read_bytes()[:5000]):
        broken = tmp_path / "sound_templates.npz"
        broken.write_bytes(content)
        with pytest.raises(ContentError, match=r"sound_templates\.npz: .*make_templates"):
            load(broken)


def test_of_many_sentences_a_rough_comparison_finds_the_likeliest() -> None:
    """Among all shipped sentences the likeliest ten are those of a thorough comparison."""
    shipped, embedder = load(TEMPLATES), Embedder()
    for text in ("Help me breathe", "we are out of onions"):
        heard = shipped.space.turned(embedder.embedded(levelled(said(text, SOMEBODY))))
        found = Bank(shipped, shipped.of).likenesses(heard)
        assert len(found) == LIKELIEST
        sentences = list(shipped.of)
        parts = [sentences[at : at + LIKELIEST] for at in range(0, len(sentences), LIKELIEST)]
        thorough = {
            s: one for part in parts for s, one in Bank(shipped, part).likenesses(heard).items()
        }
        likeliest = sorted(thorough, key=lambda one: -thorough[one].alike)[:10]
        assert list(found)[:10] == likeliest
