"""Taught templates: what three takes change, and what they leave as it was."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator

import numpy as np
import pytest

from companion.hearing.sound_templates import SoundTemplates, Template, from_bytes, load, to_bytes
from companion.hearing.spotter import SpotterWorker
from companion.hearing.takes import Sound, takes_in
from companion.hearing.taught import MOST, best_taught, joined, pink, rare_of, too_few, weighed
from companion.keeping import folders
from companion.ports import Likeness
from tests.spoken import NOISE, RATE, said

TEMPLATES = folders.shipped("scripts") / "en" / "sound_templates.npz"
SPACE = load(TEMPLATES).space
PHRASE = "i need a pause"
ACCENT = "fr-fr"
"""English as no template has it."""


def in_a_room(text: str, voice: str, words_a_minute: int) -> Sound:
    """A sentence with a second of a quiet room around it."""
    sound = said(text, voice, words_a_minute)
    room = np.random.default_rng(2).normal(0.0, NOISE, len(sound) + RATE)
    room[RATE // 2 : RATE // 2 + len(sound)] += sound
    return np.clip(room, -32768, 32767).astype(np.int16)


@pytest.fixture(scope="module")
def spotter() -> Iterator[SpotterWorker]:
    """A spotter with the templates that ship, in its own process."""
    worker = SpotterWorker(TEMPLATES)
    worker.set_phrases((PHRASE, "time out"))
    yield worker
    worker.close()


@pytest.fixture(scope="module")
def lessons(spotter: SpotterWorker) -> list[Template]:
    """What three takes of one hard voice become, at three paces."""
    takes = [take for pace in (130, 165, 190) for take in takes_in(in_a_room(PHRASE, ACCENT, pace))]
    assert len(takes) == 3
    return [template for take in takes for template in spotter.templates(take)]


def heard(spotter: SpotterWorker, text: str, voice: str = ACCENT) -> dict[str, Likeness]:
    """What the spotter makes of a sentence."""
    (take,) = takes_in(in_a_room(text, voice, 150))
    return spotter.likenesses_of(take)


def taught(lessons: list[Template]) -> bytes:
    """The takes as a spotter is given them."""
    return to_bytes(joined(None, SPACE, {PHRASE: lessons}))


def test_three_takes_raise_the_likeness_of_that_sentence_alone(
    spotter: SpotterWorker, lessons: list[Template]
) -> None:
    """The voice is heard better at another pace; other sentences and other speech as before."""
    other = "we are out of onions and the butter is nearly gone"
    spotter.teach(b"")
    before = heard(spotter, PHRASE)
    spotter.teach(taught(lessons))
    after = heard(spotter, PHRASE)
    assert after[PHRASE].alike > before[PHRASE].alike + 0.1
    assert next(iter(after)) == PHRASE
    assert after["time out"].alike == pytest.approx(before["time out"].alike, abs=0.03)
    assert heard(spotter, other)[PHRASE].alike < 0.57


def test_a_spotter_that_was_lost_knows_what_it_was_taught(
    spotter: SpotterWorker, lessons: list[Template]
) -> None:
    """A new child is told of the lessons as well."""
    spotter.teach(taught(lessons))
    before = heard(spotter, PHRASE)[PHRASE].alike
    spotter.close()
    assert heard(spotter, PHRASE)[PHRASE].alike == pytest.approx(before, abs=0.03)


def test_the_same_take_is_the_same_template(
    spotter: SpotterWorker, lessons: list[Template]
) -> None:
    """So teaching a recording twice is teaching it once."""
    (take,) = takes_in(in_a_room(PHRASE, ACCENT, 130))
    again = joined(None, SPACE, {PHRASE: [*lessons, *spotter.templates(take)]})
    assert len(again.of[PHRASE]) == len(lessons)


def test_one_take_is_too_few(spotter: SpotterWorker, lessons: list[Template]) -> None:
    """A single take, which may be a bad one, changes nothing, and that can be told."""
    assert too_few(joined(None, SPACE, {PHRASE: lessons[:2], "stop": lessons[:3]})) == (PHRASE,)
    spotter.teach(b"")
    before = heard(spotter, PHRASE)[PHRASE].alike
    spotter.teach(taught(lessons[:2]))
    assert heard(spotter, PHRASE)[PHRASE].alike == pytest.approx(before, abs=0.03)


def test_taught_templates_never_make_a_voice_worse() -> None:
    """Whoever was heard by the shipped templates still is, whoever has taught."""
    shipped = Likeness(0.8, 1.0, 0.9)
    assert weighed(shipped, Likeness(0.3, 0.2, 0.9), rare=False) == shipped
    assert weighed(shipped, Likeness(0.9, 1.1, 1.0), rare=False).alike == pytest.approx(0.85)
    assert weighed(None, Likeness(0.7, 1.1, 1.0), rare=False).alike == 0.7


def test_both_kinds_of_template_must_agree_on_a_sentence_of_ones_own() -> None:
    """A rare phrase that only one kind finds is not there; what both find is."""
    voices = Likeness(0.7, 1.0, 0.9)
    assert weighed(voices, Likeness(0.4, 1.0, 0.9), rare=True).alike < 0.6
    agreed = weighed(voices, Likeness(0.7, 1.2, 0.9), rare=True)
    assert agreed.alike == pytest.approx(0.7)
    assert agreed.rare
    assert agreed.rare
    sure = Likeness(0.8, 1.0, 0.9)
    assert weighed(sure, Likeness(0.4, 1.0, 0.9), rare=True) == sure
    assert agreed.lacking == 0.0
    half = Likeness(0.7, 1.2, 0.9, lacking=0.2)
    assert weighed(voices, half, rare=True).lacking == 0.2
    assert not weighed(None, half, rare=True).rare
    assert agreed.seconds == 1.2


def template(seed: int, looks: int = 4) -> Template:
    """Some template."""
    rows = np.random.default_rng(seed).normal(size=(looks, 32))
    result: Template = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return result


def test_lessons_are_joined_once_and_do_not_grow_without_end() -> None:
    """The same recordings again change nothing, and the oldest templates make room."""
    first = joined(None, SPACE, {PHRASE: [template(1), template(2)]})
    stored = from_bytes(to_bytes(first))
    again = joined(stored, SPACE, {PHRASE: [template(1), template(2)], "stop": [template(3)]})
    assert {name: len(each) for name, each in again.of.items()} == {PHRASE: 2, "stop": 1}
    full = joined(again, SPACE, {PHRASE: [template(seed) for seed in range(10, 10 + MOST)]})
    assert len(full.of[PHRASE]) == MOST
    assert not any(np.allclose(one, template(1)) for one in full.of[PHRASE])


def test_only_what_is_hardly_ever_said_is_rare() -> None:
    """A household's own sentence of everyday words has to be as sure as any other."""
    own = ("amber lantern", "kids are talking by the door", "i need fifteen minutes", "")
    assert rare_of(own) == {"amber lantern"}


def test_more_templates_ask_for_more_of_them_to_agree() -> None:
    """Of many templates one is like anything; so a share of them counts."""
    assert [best_taught(count) for count in (2, 6, 12, 48)] == [3, 3, 3, 12]


def test_what_is_packed_is_unpacked() -> None:
    """Sentences, templates and their space come back, rounded to a hundredth."""
    kept = SoundTemplates(SPACE, {PHRASE: (template(1), template(2, 9)), "stop": (template(3),)})
    back = from_bytes(to_bytes(kept))
    assert list(back.of) == [PHRASE, "stop"]
    for name, each in kept.of.items():
        for one, other in zip(each, back.of[name], strict=True):
            np.testing.assert_allclose(one, other, atol=0.005)
    np.testing.assert_array_equal(back.space.directions, SPACE.directions)


@pytest.mark.parametrize("damage", range(60))
def test_a_damaged_file_is_refused_and_no_more(damage: int) -> None:
    """Cut or scribbled on, it is a ValueError or still whole: never another error."""
    dice = random.Random(damage)
    content = bytearray(to_bytes(SoundTemplates(SPACE, {PHRASE: (template(1),)})))
    if damage % 2:
        content = content[: dice.randrange(1, len(content))]
    for _ in range(6):
        content[dice.randrange(len(content))] = dice.randrange(256)
    with contextlib.suppress(ValueError):
        back = from_bytes(bytes(content))
        assert [len(one) for each in back.of.values() for one in each] == [4]


def test_pink_noise_is_pink() -> None:
    """It has a mean square of 1, and an octave down lies 3 dB up."""
    noise = pink(16 * RATE)
    assert np.mean(noise**2) == pytest.approx(1.0)
    power = np.abs(np.fft.rfft(noise)) ** 2
    hertz = np.fft.rfftfreq(len(noise), 1 / RATE)

    def density(low: float, high: float) -> float:
        return float(power[(hertz >= low) & (hertz < high)].mean())

    assert 10 * np.log10(density(500, 1000) / density(1000, 2000)) == pytest.approx(3.0, abs=0.3)
