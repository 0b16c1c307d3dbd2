"""What people are asked to say when they teach: scripts/<language>/teach.toml.

Decides what that file may hold. Must not know how any of it is spoken, heard or kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from companion.errors import ContentError
from companion.keeping import folders
from companion.keeping.checked import read_document


@dataclass(frozen=True, slots=True)
class TeachWords:
    """Words of a lesson, in their order."""

    sentences: tuple[str, ...]
    """Cues as they are written for people: "I need a pause"."""
    manners: tuple[str, ...]
    """How each is to be said: "whispered"."""
    trial: str
    """How each is said in the trial."""
    people: tuple[str, ...]
    """Whose turn it is: "first person"."""


def load_teach_words(language: str = "en") -> TeachWords:
    """The words of a language. ContentError in one sentence for a wrong file."""
    path = folders.shipped("scripts") / language / "teach.toml"
    document = read_document(path)
    return TeachWords(
        sentences=_texts(path, document, "sentences"),
        manners=_texts(path, document, "manners"),
        trial=_texts(path, document, "trial")[0],
        people=_texts(path, document, "people"),
    )


def _texts(path: Path, document: Mapping[str, object], key: str) -> tuple[str, ...]:
    value = document.get(key)
    if not (isinstance(value, list) and value and all(isinstance(one, str) for one in value)):
        raise ContentError(f"{path}: {key} must be a list of texts in quotes")
    return tuple(value)
