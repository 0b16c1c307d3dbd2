"""Sound templates: how a sentence sounds to the spotter, from several voices.

Decides how templates are made and kept in a file. Must not know how they are compared, where sound
comes from in a run, or when a likeness is enough.

A template is what the embedding makes of one voice speaking one sentence, turned into the 32
directions in which speech differs most and brought to length 1 (hearing/bank.py compares). Of five
phrases spoken by people, 32 directions miss 2.1 % at no false hit and all 96 miss 2.6 %
(docs/decisions/sound-templates.md), at three times the size.
"""

from __future__ import annotations

import io
import json
import struct
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tokenize import TokenError
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from companion.errors import ContentError
from companion.hearing.embedding import EMBEDDING_SIZE, Embedder, Embeddings
from companion.hearing.synthetic import Person, spoken

DIRECTIONS = 32
"""How many numbers of an embedding are kept."""
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
