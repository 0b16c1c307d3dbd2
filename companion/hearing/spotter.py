"""The spotter: how much an utterance sounds like a sentence.

Decides how likeness is asked for. Must not know which sentences are asked about, what they mean,
or when a likeness is enough (hearing/decision.py).

It knows voices, not meanings: whispered, hurried or trembling, a sentence still sounds like
itself, but "I need a pen" sounds much like "I need a pause". So it never decides alone. It lives
in a process of its own beside the recogniser's, and works while somebody speaks.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from companion.errors import PartLost, SetupError
from companion.hearing.embedding import Embedder, Embeddings
from companion.hearing.level import levelled
from companion.hearing.remembered import remembered
from companion.hearing.sound_templates import (
    SoundTemplates,
    Template,
    from_bytes,
    load,
)
from companion.hearing.synthetic import people_here
from companion.hearing.taught import TaughtBank, in_both_rooms, learnt, rare_of
from companion.ports import HEARING_RATE, Likeness
from companion.worker import Worker

HANDOVER_SECONDS = 0.16
"""So much sound is gathered before it is handed over: two looks of the embedding."""
LIKENESSES_SECONDS = 6.0
"""Limit for the likenesses of an utterance of at most 12 s."""
LEARN_SECONDS = 120.0
"""Limit for making the templates of one of a household's own sentences. It takes some four on
x86-64, and a small board at work several times that."""
MOST_LEARNT = 60
"""Sentences beyond the shipped ones for which templates are made at the start."""


class SpotterWorker:
    """The spotter in a process of its own. Every method may raise PartLost."""

    name = "spotter"

    def __init__(self, templates: Path, taught: bytes = b"", folder: Path | None = None) -> None:
        """`templates` are those that ship; `taught` those of people, as `to_bytes` packs them.

        `folder`: where what it learns is remembered (hearing/remembered.py), None for nowhere.
        """
        self._worker = Worker(
            "companion.hearing.spotter:reader", (templates, folder), name=self.name
        )
        self._learnt: tuple[str, ...] = ()
        self._taught = taught
        self._phrases: tuple[str, ...] = ()
        self._told = 0
        self._gathered: list[NDArray[np.int16]] = []
        self._waiting = 0

    def learn(self, phrases: Sequence[str]) -> None:
        """Have templates of these sentences; those that ship are there already."""
        self._learnt = tuple(dict.fromkeys((*self._learnt, *phrases)))
        self._told = 0
        self._ready()

    def teach(self, taught: bytes) -> None:
        """Compare with these templates of people too, in place of any before."""
        self._taught = taught
        self._told = 0
        self._ready()

    def set_phrases(self, phrases: Sequence[str]) -> None:
        """Sentences that make sense now; those it has never learnt are passed over."""
        self._phrases = tuple(phrases)
        self._ready()
        self._worker.post(("phrases", self._phrases))

    def accept(self, samples: NDArray[np.int16]) -> None:
        """Take more samples of the current utterance (16 kHz, any number of them)."""
        self._gathered.append(samples)
        self._waiting += len(samples)
        if self._waiting >= HANDOVER_SECONDS * HEARING_RATE:
            self._hand_over()

    def compare(self) -> None:
        """Begin to compare what was heard so far, without being waited for."""
        self._hand_over()
        self._ready()
        self._worker.post(("compare",))

    def likenesses(self) -> dict[str, Likeness]:
        """The likeness of what was compared to each sentence, the likeliest first."""
        answer = self._call(("likenesses",), LIKENESSES_SECONDS)
        return {phrase: Likeness(*one) for phrase, one in answer}

    def likenesses_of(self, take: NDArray[np.int16]) -> dict[str, Likeness]:
        """The same for a whole take, however loud it is. Not in the middle of an utterance."""
        self._ready()
        answer = self._call(("take", take.tobytes()), LIKENESSES_SECONDS)
        return {phrase: Likeness(*one) for phrase, one in answer}

    def templates(self, take: NDArray[np.int16]) -> list[Template]:
        """What a take would be as templates. Not in the middle of an utterance."""
        self._ready()
        made: list[Template] = self._call(("templates", take.tobytes()), LIKENESSES_SECONDS)
        return made

    def reset(self) -> None:
        """Throw the current utterance away."""
        self._gathered, self._waiting = [], 0
        if self._told:
            self._worker.post(("reset",))

    def close(self) -> None:
        """End its process. Twice is harmless."""
        self._worker.close()
        self._told = 0

    def _ready(self) -> None:
        """Start a child where there is none, and tell it all that it was told before."""
        self._worker.start()
        if self._told != self._worker.starts:
            for sentence in self._learnt[:MOST_LEARNT]:
                self._call(("learn", sentence), LEARN_SECONDS)
            self._worker.post(("taught", self._taught))
            self._worker.post(("phrases", self._phrases))
            self._told = self._worker.starts

    def _hand_over(self) -> None:
        gathered, self._gathered, self._waiting = self._gathered, [], 0
        if gathered:
            self._ready()
            self._worker.post(("samples", np.concatenate(gathered).tobytes()))

    def _call(self, request: Any, seconds: float) -> Any:
        try:
            return self._worker.call(request, seconds=seconds)
        except SetupError as problem:
            self._worker.close()
            raise PartLost(f"the {self.name} failed: {problem}") from problem


# ---- what follows runs in the child ---------------------------------------------------------


def reader(templates: Path, folder: Path | None) -> Callable[[tuple[Any, ...]], Any]:
    """Load the embedding; the answer carries out requests."""
    return _Reader(load(templates), folder).answer


class _Reader:
    def __init__(self, shipped: SoundTemplates, folder: Path | None) -> None:
        self._embedder = Embedder()
        self._folder = folder
        self._templates = shipped
        self._shipped = frozenset(shipped.of)
        self._taught: SoundTemplates | None = None
        self._is_rare: dict[str, bool] = {}
        """What was found out of the household's own sentences: that loads the big model."""
        self._phrases: tuple[str, ...] = ()
        self._banks: dict[tuple[str, ...], TaughtBank] = {}
        self._found: list[tuple[str, tuple[float, ...]]] = []

    def answer(self, request: tuple[Any, ...]) -> Any:
        """Carry out one request."""
        match request:
            case ("samples", data):
                self._embedder.accept(np.frombuffer(data, np.int16))
            case ("compare",):
                self._found = self._compared(self._embedder.looks())
            case ("likenesses",):
                return self._found
            case ("take", data):
                return self._compared(self._embedder.embedded(_sound(data)))
            case ("templates", data):
                space = (self._taught or self._templates).space
                return [space.turned(one) for one in in_both_rooms(_sound(data), self._embedder)]
            case ("phrases", phrases):
                self._phrases = phrases
                self._bank()
            case ("learn", sentence):
                self._learn(sentence)
            case ("taught", data):
                self._taught = from_bytes(data) if data else None
                self._banks.clear()
            case ("reset",):
                self._embedder.reset()
                self._found = []
            case _:
                raise ValueError(f"not a request: {request[0]}")
        return None

    def _compared(self, heard: Embeddings) -> list[tuple[str, tuple[float, ...]]]:
        found = self._bank().likenesses(heard)
        return [(phrase, dataclasses.astuple(one)) for phrase, one in found.items()]

    def _bank(self) -> TaughtBank:
        bank = self._banks.get(self._phrases)
        if bank is None:
            own = set(self._phrases) - self._shipped
            asked = own.difference(self._is_rare)
            if asked:
                rare = rare_of(asked)
                self._is_rare |= {sentence: sentence in rare for sentence in asked}
            rare = frozenset(sentence for sentence in own if self._is_rare[sentence])
            bank = TaughtBank(self._templates, self._taught, self._phrases, rare=rare)
            self._banks[self._phrases] = bank
        return bank

    def _learn(self, sentence: str) -> None:
        if sentence in self._templates.of:
            return
        people, space = people_here(), self._templates.space

        def make() -> list[Template]:
            heard = learnt(sentence, people, self._embedder)
            self._embedder.reset()
            return [space.turned(one) for one in heard]

        templates = remembered(self._folder, sentence, space, people, make)
        self._templates = dataclasses.replace(
            self._templates, of={**self._templates.of, sentence: templates}
        )
        self._banks.clear()


def _sound(data: bytes) -> NDArray[np.int16]:
    """A take as loud as an utterance is when it is compared."""
    return levelled(np.frombuffer(data, np.int16))
