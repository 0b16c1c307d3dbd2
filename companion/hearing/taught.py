"""Taught templates: how a sentence sounds when the people of a household say it.

Decides how they are made, gathered, and weighed against the shipped ones. Must not know where
they are kept, who spoke, or what a likeness leads to.

They are templates as any others, so they hold no sound, and whose they are is not noted. They
bring the space along in which they were made: shipped templates may be made anew, and taught ones
still mean what they meant.

Measured with two phrases of two words, three people teaching and some ninety others speaking,
over an hour of other speech (benchmarks/hearing.py, taught): the mean of what both kinds of
template say tells the phrase from anything else better than either alone, and a second template
of each take with noise laid under it is what hears it in a kitchen.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from companion.errors import SetupError
from companion.hearing.bank import Bank
from companion.hearing.decision import enough
from companion.hearing.embedding import STEP_SAMPLES, Embedder, Embeddings
from companion.hearing.everyday import Everyday
from companion.hearing.sound_templates import SoundTemplates, Space, Template, rounded
from companion.hearing.synthetic import Person, spoken
from companion.hearing.thresholds import ALIKE_ALONE, ALIKE_RARE
from companion.ports import HEARING_RATE, Likeness

FEWEST = 3
"""A sentence is taught by so many templates at least."""
MOST = 48
"""Templates kept of one sentence; where more are taught, the oldest go."""
BEST_SHARE = 0.25
"""The likeness to taught templates is the mean over this share of them, and FEWEST at least."""
NOISE_DB = 10.0
"""How far the noise under a take lies below the speech."""
BEFORE_LOOKS = 5
"""A room is noisy before somebody speaks in it: for so many looks of the embedding."""
LOWEST_HERTZ = 60.0
"""Below that no microphone of a room hears much."""


def in_both_rooms(sound: NDArray[np.int16], embedder: Embedder) -> tuple[Embeddings, Embeddings]:
    """Speech (int16[n], 16 kHz) in a quiet room and in a noisy one, without what was before it."""
    before = np.zeros(BEFORE_LOOKS * STEP_SAMPLES)
    noise = pink(len(before) + len(sound)) * np.sqrt(np.mean(np.square(sound, dtype=np.float64)))
    noisy = np.concatenate((before, sound)) + noise / 10 ** (NOISE_DB / 20)
    # The first looks cover next to nothing but what was before.
    quietly = embedder.embedded(sound)[1:]
    noisily = embedder.embedded(np.clip(noisy, -32768, 32767).astype(np.int16))[1 + BEFORE_LOOKS :]
    return quietly, noisily


def learnt(text: str, people: Iterable[Person], embedder: Embedder) -> list[Embeddings]:
    """What the embedding makes of each person speaking `text`, in both rooms; who fails is left
    out.
    """
    spoken_by = (spoken(text, person) for person in people)
    return [one for sound in spoken_by if len(sound) for one in in_both_rooms(sound, embedder)]


def pink(count: int) -> NDArray[np.float64]:
    """So many samples of noise that falls by 3 dB an octave; its mean square is 1."""
    frequency = np.maximum(np.fft.rfftfreq(count, 1 / HEARING_RATE), LOWEST_HERTZ)
    spread = np.random.default_rng(count).normal(size=(2, len(frequency)))
    sound = np.fft.irfft((spread[0] + 1j * spread[1]) / np.sqrt(frequency), count)
    noise: NDArray[np.float64] = sound / np.sqrt(np.mean(np.square(sound)))
    return noise


def joined(
    old: SoundTemplates | None, space: Space, new: Mapping[str, Sequence[Template]]
) -> SoundTemplates:
    """What was taught before with what is new; `space` is that of the new templates.

    A template that is there already is not taken twice.
    """
    of = dict(old.of) if old is not None else {}
    for sentence, templates in new.items():
        # A file holds them rounded; two that differ by less are the same.
        every = {rounded(one).tobytes(): one for one in (*of.get(sentence, ()), *templates)}
        of[sentence] = tuple(every.values())[-MOST:]
    return SoundTemplates(space, of)


def too_few(taught: SoundTemplates) -> tuple[str, ...]:
    """The sentences of which there are too few templates to count."""
    return tuple(sentence for sentence, each in taught.of.items() if len(each) < FEWEST)


def best_taught(count: int) -> int:
    """Over how many of so many taught templates the likeness is the mean."""
    return max(FEWEST, round(BEST_SHARE * count))


def rare_of(sentences: Iterable[str]) -> frozenset[str]:
    """Those that are hardly ever said by chance; none where nothing knows how common words are."""
    try:
        everyday = Everyday()
    except SetupError:
        return frozenset()
    return frozenset(sentence for sentence in sentences if everyday.rare(sentence.split()))


class TaughtBank:
    """Templates of synthetic voices for some sentences, and those that people taught."""

    def __init__(
        self,
        voices: SoundTemplates,
        taught: SoundTemplates | None,
        sentences: Iterable[str],
        *,
        rare: Container[str],
    ) -> None:
        """`rare`: sentences that hardly anything else sounds like (rare_of)."""
        wanted = tuple(sentences)
        self._voices = Bank(voices, wanted), voices.space
        self._taught = None
        if taught is not None:
            self._taught = Bank(taught, wanted, best=best_taught), taught.space
        self._rare = rare

    def likenesses(self, heard: Embeddings) -> dict[str, Likeness]:
        """How much an utterance holds each sentence, the likeliest first."""
        bank, space = self._voices
        found = bank.likenesses(space.turned(heard))
        if self._taught is None:
            return {s: replace(one, rare=s in self._rare) for s, one in found.items()}
        bank, space = self._taught
        for sentence, one in bank.likenesses(space.turned(heard)).items():
            found[sentence] = weighed(found.get(sentence), one, rare=sentence in self._rare)
        return dict(sorted(found.items(), key=lambda each: -each[1].alike))


def weighed(voices: Likeness | None, taught: Likeness, *, rare: bool) -> Likeness:
    """One likeness of what both kinds of template say.

    For a shipped sentence it is never less than what the synthetic voices say. A rare sentence
    is a household's own, so its two kinds must agree; only what the
    synthetic voices alone are sure of needs nothing else, so that whoever was heard still is.
    What shares a word with it lacks more of what people taught than of what synthetic voices say.
    """
    if voices is None:
        return taught
    both = (voices.alike + taught.alike) / 2
    if not rare:
        return replace(
            voices,
            alike=max(voices.alike, both),
            seconds=max(voices.seconds, taught.seconds),
            lacking=min(voices.lacking, taught.lacking),
        )
    agreed = replace(
        voices,
        alike=both,
        seconds=max(voices.seconds, taught.seconds),
        lacking=taught.lacking,
        rare=True,
    )
    sure = enough(voices, ALIKE_ALONE) and not enough(agreed, ALIKE_RARE)
    return voices if sure else agreed
