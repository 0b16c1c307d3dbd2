"""Make the sound templates that ship: python -m companion.hearing.make_templates SENTENCES FILE

Decides nothing about hearing: it speaks every sentence in every synthetic voice and writes what
the embedding makes of it. SENTENCES is a text file with a sentence a line. Anyone can run it
again; it needs espeak-ng and flite, and about a second of one x86-64 core for each new sentence.
What FILE already holds is kept, in the space that it was made in; without FILE all is made anew.
"""

from __future__ import annotations

import sys
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from companion.errors import SetupError
from companion.hearing.embedding import Embedder, Embeddings
from companion.hearing.sound_templates import SoundTemplates, heard_sentence, load, save, space_of
from companion.hearing.synthetic import PEOPLE, people_here

_embedders: list[Embedder] = []


def make(sentences: list[str], path: Path) -> None:
    """Write the templates of `sentences` to `path`. SetupError where a voice is missing."""
    if set(people_here()) != set(PEOPLE):
        raise SetupError(
            "espeak-ng and flite are both needed: sudo apt-get install espeak-ng flite"
        )
    old = load(path) if path.exists() else None
    known = dict(old.of) if old is not None else {}
    missing = [sentence for sentence in sentences if sentence not in known]
    with get_context("spawn").Pool() as pool:
        heard = list(pool.imap(_heard, missing, chunksize=4))
    space = old.space if old else space_of(np.concatenate([one for each in heard for one in each]))
    for sentence, each in zip(missing, heard, strict=True):
        known[sentence] = tuple(space.turned(one) for one in each)
    save(SoundTemplates(space, {sentence: known[sentence] for sentence in sentences}), path)


def _heard(sentence: str) -> list[Embeddings]:
    if not _embedders:
        _embedders.append(Embedder())
    return heard_sentence(sentence, PEOPLE, _embedders[0])


if __name__ == "__main__":
    make(Path(sys.argv[1]).read_text(encoding="utf-8").splitlines(), Path(sys.argv[2]))
