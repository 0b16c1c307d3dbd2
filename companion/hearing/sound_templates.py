"""Sound templates: how a sentence sounds to the spotter, from several voices.

Decides how templates are made, compared and kept in a file. Must not know where sound comes from
in a run, nor when a likeness is enough.

A template is what the embedding makes of one voice speaking one sentence, turned into the 32
directions in which speech differs most and brought to length 1. An utterance is compared with it
by subsequence dynamic time warping: the sentence may begin and end anywhere in the utterance and
be spoken up to twice as slowly. Of five phrases spoken by people, 32 directions miss 2.1 % at no
false hit and all 96 miss 2.6 % (docs/decisions/sound-templates.md), at three times the size.
"""

from __future__ import annotations

import io
import json
import struct
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tokenize import TokenError
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from companion.errors import ContentError
from companion.hearing.embedding import EMBEDDING_SIZE, STEP_SAMPLES, Embedder, Embeddings
from companion.hearing.synthetic import Person, spoken
from companion.ports import HEARING_RATE, Likeness

DIRECTIONS = 32
"""How many numbers of an embedding are kept."""
BEST = 5
"""The likeness is the mean over so many templates, those of the most alike voices."""
UNLIKE = 0.5
"""A look of a template that is further than this from what was spoken is lacking there: a voice
that it never heard, or noise, moves all looks a little, but another word moves a few very far."""
LOOK_SECONDS = STEP_SAMPLES / HEARING_RATE
UNREACHED = np.float32(1e6)
FORMAT_VERSION = 1
_STEP = 127.0
_BROKEN = (
    OSError, EOFError, LookupError, TypeError, AttributeError, ArithmeticError, MemoryError,
    RuntimeError, SyntaxError, ValueError, BadZipFile, TokenError, struct.error, zlib.error,
)  # fmt: skip
"""What numpy, zip and JSON raise for a damaged file."""

Template = NDArray[np.float32]
"""float32[n, 32], rows of length 1."""


@dataclass(frozen=True, slots=True)
class Space:
    """The directions in which embeddings are compared."""

    mean: NDArray[np.float32]
    """float32[96]: taken off every embedding."""
    directions: NDArray[np.float32]
    """float32[96, 32]."""

    def turned(self, embeddings: Embeddings) -> Template:
        """Embeddings in these directions, each of length 1."""
        turned = (embeddings - self.mean) @ self.directions
        length = np.linalg.norm(turned, axis=1, keepdims=True)
        result: Template = (turned / np.maximum(length, 1e-6)).astype(np.float32)
        return result


@dataclass(frozen=True, slots=True)
class SoundTemplates:
    """Templates of many sentences in one space."""

    space: Space
    of: Mapping[str, tuple[Template, ...]]
    """A sentence, as a recogniser writes it -> one template for each voice."""


def space_of(embeddings: Embeddings) -> Space:
    """The space in which these embeddings (many, of varied speech) differ most."""
    mean = embeddings.mean(axis=0)
    _, _, rows = np.linalg.svd(embeddings - mean, full_matrices=False)
    return Space(mean.astype(np.float32), np.ascontiguousarray(rows[:DIRECTIONS].T, np.float32))


def heard_sentence(text: str, people: Iterable[Person], embedder: Embedder) -> list[Embeddings]:
    """What the embedding makes of each person speaking `text`; who fails is left out."""
    heard = []
    for person in people:
        sound = spoken(text, person)
        if len(sound):
            embedder.reset()
            embedder.accept(sound)
            # The first looks cover next to nothing but the quiet before.
            heard.append(embedder.finish()[1:])
    return heard


def mean_of_five(_count: int) -> int:
    """Shipped templates are of ten voices, and the most alike ones count."""
    return BEST


class Bank:
    """The templates of some sentences, laid out so that one utterance meets all of them at once.

    Some 450 sentences in 10 voices take about 0.05 s of one x86-64 core.
    """

    def __init__(
        self,
        templates: SoundTemplates,
        sentences: Iterable[str],
        *,
        best: Callable[[int], int] = mean_of_five,
    ) -> None:
        """`best`: over how many of so many templates the likeness to a sentence is the mean.

        A sentence with fewer templates than that is left out.
        """
        known = {sentence: templates.of.get(sentence, ()) for sentence in sentences}
        self._of = {s: each for s, each in known.items() if len(each) >= best(len(each))}
        self._best = np.array([best(len(each)) for each in self._of.values()], np.int64)
        self._usual = [LOOK_SECONDS * sum(map(len, each)) / len(each) for each in self._of.values()]
        by_length: dict[int, list[tuple[int, Template]]] = {}
        for number, each in enumerate(self._of.values()):
            for template in each:
                by_length.setdefault(len(template), []).append((number, template))
        self._groups = [
            (np.array([number for number, _ in group]), np.stack([one for _, one in group]))
            for group in by_length.values()
        ]

    def likenesses(self, utterance: Template) -> dict[str, Likeness]:
        """How much the utterance holds each sentence; the likeliest first."""
        if not self._of or not len(utterance):
            return {}
        found = [_best_paths(templates, utterance) for _, templates in self._groups]
        number = np.concatenate([number for number, _ in self._groups])
        distance = np.concatenate([distance for distance, _, _ in found])
        looks = np.concatenate([looks for _, looks, _ in found])
        lacking = np.concatenate([lacking for _, _, lacking in found])
        order = np.lexsort((distance, number))
        first = np.searchsorted(number[order], np.arange(len(self._of)))
        alike = np.maximum(0.0, 1.0 - self._mean(distance[order], first))
        seconds = self._mean(looks[order], first) * LOOK_SECONDS
        lacks = self._mean(lacking[order], first)
        sentences = list(self._of)
        return {
            sentences[i]: Likeness(
                float(alike[i]), float(seconds[i]), self._usual[i], float(lacks[i])
            )
            for i in np.argsort(-alike)
        }

    def _mean(self, values: NDArray[Any], first: NDArray[np.int64]) -> NDArray[np.float64]:
        """For each sentence the mean of the best values; its own begin at `first`, best first."""
        sums = np.concatenate(([0.0], np.cumsum(values, dtype=np.float64)))
        result: NDArray[np.float64] = (sums[first + self._best] - sums[first]) / self._best
        return result


def _best_paths(
    templates: NDArray[np.float32], utterance: Template
) -> tuple[NDArray[np.float32], NDArray[np.int64], NDArray[np.float32]]:
    """For templates of one length (float32[k, n, 32]): the mean cosine distance along the best
    path of each, how many looks of the utterance it spans, and by how much the mean look of the
    template is further than UNLIKE from what was spoken.

    Each step of the template takes 0 to 2 steps of the utterance.
    """
    apart = 1.0 - templates @ utterance.T
    count, steps, looks = apart.shape
    unlike = np.maximum(apart - np.float32(UNLIKE), np.float32(0))
    total, lack = apart[:, 0], unlike[:, 0]
    begun = np.broadcast_to(np.arange(looks), (count, looks))
    for step in range(1, steps):
        best, since, less = total, begun, lack
        for behind in (1, 2):
            way = np.full_like(total, UNREACHED)
            way[:, behind:] = total[:, :-behind]
            better = way < best
            best = np.where(better, way, best)
            since = np.where(better, np.roll(begun, behind, axis=1), since)
            less = np.where(better, np.roll(lack, behind, axis=1), less)
        total, begun, lack = apart[:, step] + best, since, unlike[:, step] + less
    end = total.argmin(axis=1)
    every = np.arange(count)
    return total[every, end] / steps, end - begun[every, end] + 1, lack[every, end] / steps


# ---- the file -------------------------------------------------------------------------------


def save(templates: SoundTemplates, path: Path) -> None:
    """Write them, a byte for each number."""
    path.write_bytes(to_bytes(templates))


def load(path: Path) -> SoundTemplates:
    """Read them. ContentError in one sentence for a file that is none."""
    try:
        return from_bytes(path.read_bytes())
    except (OSError, ValueError) as problem:
        raise ContentError(
            f"{path}: these are no sound templates; make them again with"
            " python -m companion.hearing.make_templates"
        ) from problem


def to_bytes(templates: SoundTemplates) -> bytes:
    """All that a file of them holds."""
    counts = [[len(one) for one in each] for each in templates.of.values()]
    rows = [one for each in templates.of.values() for one in each]
    index = {"version": FORMAT_VERSION, "sentences": list(templates.of), "lengths": counts}
    packed = io.BytesIO()
    np.savez_compressed(
        packed,
        mean=templates.space.mean,
        directions=templates.space.directions,
        rows=rounded(np.concatenate(rows)),
        index=np.frombuffer(json.dumps(index).encode(), np.uint8),
    )
    return packed.getvalue()


def rounded(template: Template) -> NDArray[np.int8]:
    """A template as a file holds it: int8[n, 32]."""
    result: NDArray[np.int8] = np.rint(template * _STEP).astype(np.int8)
    return result


def from_bytes(data: bytes) -> SoundTemplates:
    """The templates that `to_bytes` packed. ValueError, with the reason, for anything else."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            space = Space(file["mean"], file["directions"])
            rows = file["rows"]
            index = json.loads(file["index"].tobytes())
        version = index.get("version", FORMAT_VERSION)
        lengths = [[int(one) for one in each] for each in index["lengths"]]
        sentences = [str(one) for one in index["sentences"]]
    except _BROKEN as problem:
        raise ValueError("it is cut short or of another kind") from problem
    if version != FORMAT_VERSION:
        raise ValueError(f"it has version {version!r}, and version {FORMAT_VERSION} is known")
    flat = [one for each in lengths for one in each]
    if (
        space.mean.shape != (EMBEDDING_SIZE,)
        or space.directions.shape != (EMBEDDING_SIZE, DIRECTIONS)
        or not (np.isfinite(space.mean).all() and np.isfinite(space.directions).all())
        or rows.dtype != np.int8
        or rows.shape != (sum(flat), DIRECTIONS)
        or min(flat, default=1) < 1
        or len(sentences) != len(lengths)
    ):
        raise ValueError("what is in it does not fit together")
    cut = iter(np.split(rows.astype(np.float32) / _STEP, np.cumsum(flat)[:-1]))
    of = {
        sentence: tuple(next(cut) for _ in each)
        for sentence, each in zip(sentences, lengths, strict=True)
    }
    return SoundTemplates(space, of)
