"""What every voice owes: the toy of the tests, the real one, and either behind a cache."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from companion.core.pcm import rms_db
from companion.ports import Voice
from companion.speaking.cache import CachedVoice
from companion.speaking.voice import EspeakVoice, VoiceSpec
from tests.speaking.toys import ToyVoice


def made(kind: str, folder: Path) -> Voice:
    """A voice of each kind."""
    match kind:
        case "toy":
            return ToyVoice()
        case "espeak":
            return EspeakVoice(VoiceSpec("calm"))
        case "cached toy":
            return CachedVoice(ToyVoice(), folder)
        case _:
            return CachedVoice(EspeakVoice(VoiceSpec("calm")), folder)


@pytest.fixture(scope="module", params=["toy", "espeak", "cached toy", "cached espeak"])
def voice(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Voice]:
    """Give each voice in turn."""
    voice = made(request.param, tmp_path_factory.mktemp("voice") / "kept")
    yield voice
    voice.close()


def test_a_clip_is_mono_float_within_full_scale(voice: Voice) -> None:
    """One dimension, float32, -1..1, at a rate that a person can hear."""
    clip = voice.render("The pause is on.")
    assert clip.samples.ndim == 1
    assert clip.samples.dtype == np.float32
    assert np.abs(clip.samples).max() <= 1.0
    assert 8000 <= clip.rate <= 48_000
    assert 0.3 < clip.seconds < 5.0


def test_more_words_take_longer(voice: Voice) -> None:
    """A longer text is a longer clip."""
    assert voice.render("One two three four five.").seconds > voice.render("One.").seconds


def test_a_text_sounds_the_same_every_time(voice: Voice) -> None:
    """The same text is as loud, and within 4 % as long; behind a cache it is the same clip."""
    first, second = voice.render("Half of it is over."), voice.render("Half of it is over.")
    assert second.seconds == pytest.approx(first.seconds, rel=0.04)
    assert rms_db(second.samples) == pytest.approx(rms_db(first.samples), abs=0.5)
    if isinstance(voice, CachedVoice):
        assert (first.samples == second.samples).all()


def test_it_may_be_asked_from_two_threads(voice: Voice) -> None:
    """Texts that are asked for at the same time all come, each as long as when asked for alone."""
    texts = [" ".join(["number"] * n) + "." for n in range(1, 9)]
    alone = {text: voice.render(text).seconds for text in texts}
    together: dict[str, float] = {}

    def render(some: list[str]) -> None:
        for text in some:
            together[text] = voice.render(text).seconds

    threads = [threading.Thread(target=render, args=(texts[n::2],)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30.0)
    assert together == pytest.approx(alone, rel=0.05)


def test_it_has_a_name(voice: Voice) -> None:
    """A voice can be named in a report."""
    assert voice.name


def test_closing_twice_is_harmless(voice: Voice) -> None:
    """A voice may be closed by whoever is done with it, and by the one who made it."""
    voice.close()
    voice.close()
