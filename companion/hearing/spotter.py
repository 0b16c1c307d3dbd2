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
from companion.hearing.embedding import Embedder
from companion.hearing.sound_templates import (
    Bank,
    SoundTemplates,
    heard_sentence,
    load,
)
from companion.hearing.synthetic import people_here
from companion.ports import HEARING_RATE, Likeness
from companion.worker import Worker

HANDOVER_SECONDS = 0.16
"""So much sound is gathered before it is handed over: two looks of the embedding."""
LIKENESSES_SECONDS = 6.0
"""Limit for the likenesses of an utterance of at most 12 s."""
LEARN_SECONDS = 120.0
"""Limit for making the templates of a household's own cues: about a second for a sentence."""
MOST_LEARNT = 60
"""Sentences beyond the shipped ones for which templates are made at the start."""


class SpotterWorker:
    """The spotter in a process of its own. Every method may raise PartLost."""

    name = "spotter"

    def __init__(self, templates: Path) -> None:
        self._worker = Worker("companion.hearing.spotter:reader", (str(templates),), name=self.name)
        self._learnt: tuple[str, ...] = ()
        self._phrases: tuple[str, ...] = ()
        self._taught = 0
        self._gathered: list[NDArray[np.int16]] = []
        self._waiting = 0

    def learn(self, phrases: Sequence[str]) -> None:
        """Have templates of these sentences; those that ship are there already."""
        self._learnt = tuple(dict.fromkeys((*self._learnt, *phrases)))
        self._taught = 0
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

    def reset(self) -> None:
        """Throw the current utterance away."""
        self._gathered, self._waiting = [], 0
        if self._taught:
            self._worker.post(("reset",))

    def close(self) -> None:
        """End its process. Twice is harmless."""
        self._worker.close()
        self._taught = 0

    def _ready(self) -> None:
        """Start a child where there is none, and tell it all that it was told before."""
        self._worker.start()
        if self._taught != self._worker.starts:
            self._call(("learn", self._learnt), LEARN_SECONDS)
            self._worker.post(("phrases", self._phrases))
            self._taught = self._worker.starts

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


def reader(templates: str) -> Callable[[tuple[Any, ...]], Any]:
    """Load the embedding; the answer carries out requests."""
    return _Reader(load(Path(templates))).answer


class _Reader:
    def __init__(self, shipped: SoundTemplates) -> None:
        self._embedder = Embedder()
        self._templates = shipped
        self._banks: dict[tuple[str, ...], Bank] = {}
        self._bank = Bank(shipped, ())
        self._found: list[tuple[str, tuple[float, ...]]] = []

    def answer(self, request: tuple[Any, ...]) -> Any:
        """Carry out one request."""
        match request:
            case ("samples", data):
                self._embedder.accept(np.frombuffer(data, np.int16))
            case ("compare",):
                utterance = self._templates.space.turned(self._embedder.looks())
                found = self._bank.likenesses(utterance)
                self._found = [(phrase, dataclasses.astuple(one)) for phrase, one in found.items()]
            case ("likenesses",):
                return self._found
            case ("phrases", phrases):
                if phrases not in self._banks:
                    self._banks[phrases] = Bank(self._templates, phrases)
                self._bank = self._banks[phrases]
            case ("learn", phrases):
                self._learn(phrases)
            case ("reset",):
                self._embedder.reset()
                self._found = []
            case _:
                raise ValueError(f"not a request: {request[0]}")
        return None

    def _learn(self, phrases: Sequence[str]) -> None:
        people = people_here()
        known = dict(self._templates.of)
        for phrase in [p for p in phrases if p not in known][:MOST_LEARNT]:
            heard = heard_sentence(phrase, people, self._embedder)
            known[phrase] = tuple(self._templates.space.turned(one) for one in heard)
        self._embedder.reset()
        self._templates = dataclasses.replace(self._templates, of=known)
        self._banks.clear()
