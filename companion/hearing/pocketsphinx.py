"""PocketSphinx with the English model in its wheel: hears on a machine that was never online.

Decides how the engine is configured and how two readings of one utterance are made. Must not
know cues or phases: phrases come in, readings go out.

The engine's own spotting of single phrases misses half of what people say, and its big language
model is too slow for a small board. So each set of phrases becomes a small language model among
everyday words, taken from the big model (hearing/language_model.py). It reads while somebody
speaks: what it takes for a phrase was hardly anything else. When the utterance has ended, a closed
grammar (hearing/grammar.py) of a few sentences can read it once more: it finds the one that was
meant far more often, and finds one in everything else too.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from companion.hearing.big_model import BigModel
from companion.hearing.everyday_words import load, worked_out
from companion.hearing.grammar import jsgf
from companion.hearing.language_model import Background, arpa, words_of
from companion.hearing.worker_recogniser import WorkerRecogniser
from companion.ports import HEARING_RATE

NAME = "pocketsphinx"
COMFORT_NOISE = 60.0
"""Standard deviation of the noise under every sound, in 16-bit steps. Digital silence and very
clean sound put the engine's loudness normalisation out (lab figure)."""
CONFIGURATION: dict[str, Any] = {
    "samprate": float(HEARING_RATE),
    "lm": None,
    "loglevel": "FATAL",
    # The default of 1e-48 silently loses long phrases.
    "beam": 1e-200,
    "fwdflat": False,
    "topn": 2,
    "maxhmmpf": 3000,
}
CHOICE = "choice"
"""The search that reads an utterance as one of a few sentences."""
_VARIANT = re.compile(r"\(\d+\)")


class PocketSphinxRecogniser(WorkerRecogniser):
    """The embedded recogniser, in a process of its own."""

    def __init__(self, everyday: Path | None = None) -> None:
        """`everyday` is the file of everyday words that ships; without it they are worked out."""
        args = (str(everyday),) if everyday is not None else ()
        super().__init__(NAME, "companion.hearing.pocketsphinx:reader", args)


# ---- what follows runs in the child ---------------------------------------------------------


def reader(everyday: str = "") -> Callable[[tuple[Any, ...]], Any]:
    """Load the engine; the answer carries out requests (hearing/worker_recogniser.py)."""
    return _Reader(Path(everyday) if everyday else None).answer


class _Reader:
    def __init__(self, everyday: Path | None) -> None:
        from pocketsphinx import Config, Decoder, get_model_path

        dictionary = get_model_path("en-us/cmudict-en-us.dict")
        self._decoder = Decoder(
            Config(hmm=get_model_path("en-us/en-us"), dict=dictionary, **CONFIGURATION)
        )
        self._everyday = load(everyday) if everyday is not None else worked_out(BigModel())
        self._searches: dict[tuple[str, ...], str] = {}
        self._chosen = ""
        self._noise = np.random.default_rng(0)
        self._open = False
        self._heard: list[NDArray[np.int16]] = []
        self._ended: list[NDArray[np.int16]] = []

    def answer(self, request: tuple[Any, ...]) -> Any:
        """Carry out one request."""
        match request:
            case ("phrases", phrases):
                self._end()
                self._chosen = self._prepared(phrases)
                return self._unknown(phrases)
            case ("prepare", phrases):
                self._prepared(phrases)
            case ("samples", data):
                self._take(np.frombuffer(data, np.int16))
            case ("finish",):
                return self._finish()
            case ("choose", sentences):
                return self._choose(sentences)
            case ("reset",):
                self._end()
            case _:
                raise ValueError(f"not a request: {request[0]}")
        return None

    def _unknown(self, phrases: Sequence[str]) -> tuple[str, ...]:
        return tuple(w for w in words_of(phrases) if self._decoder.lookup_word(w) is None)

    def _prepared(self, phrases: tuple[str, ...]) -> str:
        """The name of the search among these phrases, built where there is none yet.

        "" where no phrase can be pronounced: then nothing is read.
        """
        name = self._searches.get(phrases)
        if name is not None:
            return name
        unknown = set(self._unknown(phrases))
        usable = [phrase for phrase in phrases if not unknown.intersection(phrase.split())]
        name = f"phrases{len(self._searches)}" if usable else ""
        if usable:
            self._decoder.add_lm(name, self._model(usable))
        self._searches[phrases] = name
        return name

    def _model(self, phrases: Sequence[str]) -> Any:
        from pocketsphinx import NGramModel

        # It takes 30 MB and is asked only here, so it is not kept.
        big = BigModel()
        words = tuple(dict.fromkeys((*self._everyday.words, *words_of(phrases))))
        alone = np.exp([big.logarithm((word,)) for word in words])
        background = Background(words, alone / alone.sum(), self._everyday.pairs)
        text = arpa(phrases, background, lru_cache(maxsize=None)(big.probability))
        # The engine reads models from files only; this one is in memory and has no name.
        descriptor = os.memfd_create("language-model")
        try:
            with open(descriptor, "w", closefd=False) as file:
                file.write(text)
            return NGramModel(
                self._decoder.config, self._decoder.logmath, f"/proc/self/fd/{descriptor}"
            )
        finally:
            os.close(descriptor)

    def _take(self, samples: NDArray[np.int16]) -> None:
        if not self._chosen:
            return
        if not self._open:
            self._decoder.activate_search(self._chosen)
            self._decoder.start_utt()
            self._open = True
        noisy = samples + self._noise.normal(0.0, COMFORT_NOISE, len(samples))
        heard = np.clip(noisy, -32768, 32767).astype(np.int16)
        self._heard.append(heard)
        self._decoder.process_raw(heard.tobytes())

    def _finish(self) -> tuple[tuple[str, float, bool, bool], ...]:
        heard = self._heard
        free = self._end()
        self._ended = heard
        return ((*free, False, False),) if heard else ()

    def _choose(self, sentences: Sequence[str]) -> tuple[tuple[str, float, bool, bool], ...]:
        heard, self._ended = self._ended, []
        unknown = set(self._unknown(sentences))
        usable = [one for one in sentences if not unknown.intersection(one.split())]
        if not heard or not usable:
            return ()
        self._decoder.add_jsgf_string(CHOICE, jsgf(usable))
        self._decoder.activate_search(CHOICE)
        self._decoder.start_utt()
        self._open = True
        self._decoder.process_raw(np.concatenate(heard).tobytes(), full_utt=True)
        closed = self._end()
        self._decoder.activate_search(self._chosen)
        self._decoder.remove_search(CHOICE)
        return ((*closed, False, True),)

    def _end(self) -> tuple[str, float]:
        """End the utterance, if one is open, and read it: words, and how sure they are."""
        self._heard, self._ended = [], []
        if not self._open:
            return ("", 0.0)
        self._open = False
        self._decoder.end_utt()
        hypothesis = self._decoder.hyp()
        if hypothesis is None:
            return ("", 0.0)
        text = _VARIANT.sub("", hypothesis.hypstr)
        # The engine answers one probability for all words; per word it can be compared.
        size = max(len(text.split()), 1)
        return (text, min(1.0, max(hypothesis.prob, 0.0)) ** (1 / size))
