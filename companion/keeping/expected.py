"""The sentences that a small recogniser is told to expect in a phase.

Decides how scripts/<language>/expected.toml becomes plain sentences. Must not know: any engine,
or what a sentence means (the cue file says that).
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from companion.core.cues import CueTable, acting_intents
from companion.errors import ContentError
from companion.keeping import folders
from companion.keeping.checked import read_document

LISTS = ("length", "minute", "clock")


def expected_sentences(
    table: CueTable, *, phase: str, asked: str | None = None, language: str = "en"
) -> tuple[str, ...]:
    """The common sentences of every cue that acts in `phase`, each once."""
    written = load_expected(folders.shipped("scripts") / language / "expected.toml")
    acting = acting_intents(table, phase=phase, asked=asked)
    chosen = (written[name] for name in sorted(acting) if name in written)
    return tuple(dict.fromkeys(itertools.chain.from_iterable(chosen)))


def every_expected_sentence(
    table: CueTable | None = None, *, language: str = "en"
) -> tuple[str, ...]:
    """The common sentences of all cues, or of those of a table: sound templates ship for all."""
    written = load_expected(folders.shipped("scripts") / language / "expected.toml")
    wanted = set(written) if table is None else {intent.name for intent in table.intents}
    chosen = (sentences for name, sentences in written.items() if name in wanted)
    return tuple(dict.fromkeys(itertools.chain.from_iterable(chosen)))


@cache
def load_expected(path: Path) -> Mapping[str, tuple[str, ...]]:
    """The sentences of each intent. ContentError in one sentence for a file that is wrong."""
    document = read_document(path)
    lists = {name: _strings(path, name, document.get(name)) for name in LISTS}
    say = document.get("say")
    if not isinstance(say, dict):
        raise ContentError(f"{path}: [say] is missing: it holds the sentences of each cue")
    return {
        name: tuple(
            sentence
            for template in _strings(path, f"say.{name}", templates)
            for sentence in _filled(path, template, lists)
        )
        for name, templates in say.items()
    }


def _strings(path: Path, key: str, value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ContentError(f"{path}: {key} must be a list of sentences in quotes")
    return value


def _filled(path: Path, template: str, lists: Mapping[str, list[str]]) -> list[str]:
    for name in LISTS:
        if "{" + name + "}" in template:
            return [template.replace("{" + name + "}", each) for each in lists[name]]
    if "{" in template:
        allowed = ", ".join("{" + name + "}" for name in LISTS)
        raise ContentError(f"{path}: '{template}' may hold only {allowed}")
    return [template]
