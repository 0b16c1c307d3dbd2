"""Vosk with any model in its format.

Decides how one utterance is read twice: within the phrases that make sense now, and freely. Must
not know cues or phases: phrases come in, readings go out.

A closed set of phrases pulls whatever is said onto itself with a confidence of 1.0, also where it
may answer "unknown". So the same samples are decoded a second time without it, and whoever
decides can ask that both mean the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from companion.errors import SetupError
from companion.hearing.language_model import words_of
from companion.hearing.models import looks_like_vosk_model
from companion.hearing.worker_recogniser import WorkerRecogniser
from companion.ports import HEARING_RATE

NAME = "vosk"
UNKNOWN = "[unk]"
"""What the engine writes for a sound that none of the phrases explains."""


class VoskRecogniser(WorkerRecogniser):
    """The recogniser of choice where a model is installed, in a process of its own."""

    def __init__(self, model: Path) -> None:
        if not looks_like_vosk_model(model):
            raise SetupError(
                f"{model} holds no Vosk model: unpack one there, or name another folder as"
                " vosk_model in the settings"
            )
        super().__init__(NAME, "companion.hearing.vosk:reader", (str(model),))


# ---- what follows runs in the child ---------------------------------------------------------


def reader(model: str) -> Callable[[tuple[Any, ...]], Any]:
    """Load the model; the answer carries out requests (hearing/worker_recogniser.py)."""
    return _Reader(model).answer


class _Reader:
    def __init__(self, model: str) -> None:
        import vosk

        vosk.SetLogLevel(-1)
        try:
            self._model = vosk.Model(model)
        except Exception as problem:
            raise SetupError(
                f"Vosk cannot load the model in {model}: unpack it again, or install another"
            ) from problem
        self._free = _Pass(vosk.KaldiRecognizer(self._model, HEARING_RATE))
        self._within: _Pass | None = None
        self._passes: dict[tuple[str, ...], _Pass | None] = {}

    def answer(self, request: tuple[Any, ...]) -> Any:
        """Carry out one request."""
        match request:
            case ("phrases", phrases):
                self._reset()
                self._within = self._prepared(phrases)
                return self._unknown(phrases)
            case ("prepare", phrases):
                self._prepared(phrases)
            case ("samples", data):
                for reading in self._readings():
                    reading.take(data)
            case ("finish",):
                return tuple(
                    (*reading.finish(), reading is self._within) for reading in self._readings()
                )
            case ("choose", _):
                return ()
            case ("reset",):
                self._reset()
            case _:
                raise ValueError(f"not a request: {request[0]}")
        return None

    def _readings(self) -> tuple[_Pass, ...]:
        return (self._free,) if self._within is None else (self._within, self._free)

    def _reset(self) -> None:
        for reading in self._readings():
            reading.reset()

    def _unknown(self, phrases: Sequence[str]) -> tuple[str, ...]:
        return tuple(w for w in words_of(phrases) if self._model.vosk_model_find_word(w) < 0)

    def _prepared(self, phrases: tuple[str, ...]) -> _Pass | None:
        """A decoder for these phrases, built where there is none yet; None for no phrases."""
        import vosk

        if phrases not in self._passes:
            unknown = set(self._unknown(phrases))
            usable = [phrase for phrase in phrases if not unknown.intersection(phrase.split())]
            self._passes[phrases] = (
                _Pass(
                    vosk.KaldiRecognizer(self._model, HEARING_RATE, json.dumps([*usable, UNKNOWN]))
                )
                if usable
                else None
            )
        return self._passes[phrases]


class _Pass:
    """One decoder over one utterance. The engine ends sentences by itself; the parts are joined."""

    def __init__(self, recogniser: Any) -> None:
        recogniser.SetWords(True)
        self._recogniser = recogniser
        self._parts: list[dict[str, Any]] = []
        self._fresh = True

    def take(self, data: bytes) -> None:
        self._fresh = False
        if self._recogniser.AcceptWaveform(data):
            self._parts.append(json.loads(self._recogniser.Result()))

    def finish(self) -> tuple[str, float, bool]:
        """(text, confidence, whether some of it is unknown) of everything since the last time."""
        if self._fresh:
            return ("", 0.0, False)
        self._parts.append(json.loads(self._recogniser.FinalResult()))
        parts, self._parts, self._fresh = self._parts, [], True
        said = [word for part in parts for word in part.get("result", ())]
        known = [word for word in said if word["word"] != UNKNOWN]
        text = " ".join(word["word"] for word in said)
        # A sentence is as sure as its least sure word.
        sure = min((float(word["conf"]) for word in known), default=0.0)
        return (text, min(max(sure, 0.0), 1.0), len(known) < len(said))

    def reset(self) -> None:
        if not self._fresh:
            self._recogniser.Reset()
        self._parts, self._fresh = [], True
