"""Make the sound templates that ship: python -m companion.hearing.make_templates SENTENCES FILE

Decides nothing about hearing: it speaks every sentence in every synthetic voice and writes what
the embedding makes of it. SENTENCES is a text file with a sentence a line. Anyone can run it
again; it needs espeak-ng and flite, and some three minutes on two x86-64 cores.
"""

from __future__ import annotations

import sys
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from companion.errors import SetupError
from companion.hearing.embedding import Embedder, Embeddings
from companion.hearing.sound_templates import SoundTemplates, heard_sentence, save, space_of
from companion.hearing.synthetic import PEOPLE, people_here

_embedders: list[Embedder] = []


def make(sentences: list[str], path: Path) -> None:
    """Write the templates of `sentences` to `path`. SetupError where a voice is missing."""
    if set(people_here()) != set(PEOPLE):
        raise SetupError(
            "espeak-ng and flite are both needed: sudo apt-get install espeak-ng flite"
        )
    with get_context("spawn").Pool() as pool:
        heard = list(pool.imap(_heard, sentences, chunksize=4))
    space = space_of(np.concatenate([one for each in heard for one in each]))
    of = {
        sentence: tuple(space.turned(one) for one in each)
        for sentence, each in zip(sentences, heard, strict=True)
    }
    save(SoundTemplates(space, of), path)


def _heard(sentence: str) -> list[Embeddings]:
    if not _embedders:
        _embedders.append(Embedder())
    return heard_sentence(sentence, PEOPLE, _embedders[0])


if __name__ == "__main__":
    make(Path(sys.argv[1]).read_text(encoding="utf-8").splitlines(), Path(sys.argv[2]))
