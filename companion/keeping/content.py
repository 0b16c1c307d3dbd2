"""What the companion says and how it sounds, as people wrote it down, ready for use.

Decides which files are read and which of two wins: a household's own practice or voice replaces
the shipped one of the same name, its own lines.toml and reentry.toml replace single lines and
single shapes. Everything is checked before anything is used; the first mistake is raised as one
sentence. Must not know: what a file may hold (written.py), or who speaks it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from companion.core.script import Script
from companion.errors import ContentError
from companion.keeping import folders
from companion.keeping.checked import read_document
from companion.keeping.known_models import read_known_models
from companion.keeping.numbers import read_country_numbers
from companion.keeping.written import (
    SHAPES,
    LineTable,
    ReentrySentence,
    VoiceFile,
    read_lines,
    read_own_lines,
    read_reentry,
    read_script,
    read_voice,
)

__all__ = [
    "SHAPES",
    "LineTable",
    "Listed",
    "ReentrySentence",
    "VoiceFile",
    "check_file",
    "list_scripts",
    "list_voices",
    "load_line_tables",
    "load_lines",
    "load_reentry",
    "load_scripts",
    "load_voice",
]

LANGUAGE = "en"
REENTRY_LINE = "reentry_"
"""The line that holds the re-entry sentences of a shape: "reentry_own"."""

Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class Listed:
    """A file that can be chosen by its name."""

    name: str
    title: str
    path: Path


def load_scripts(language: str = LANGUAGE) -> dict[str, Script]:
    """Read every practice, by name. ContentError in one sentence when a file is wrong."""
    scripts = {}
    for path in _files(_language_folder(language) / "practices", _own(language) / "practices"):
        script = _read(path, read_script)
        scripts[script.name] = script
    return scripts


def load_line_tables(language: str = LANGUAGE) -> dict[str, LineTable]:
    """Read the shipped lines with their facts and limits, without a household's own wording."""
    return _read(_language_folder(language) / "lines.toml", read_lines)


def load_lines(language: str = LANGUAGE) -> dict[str, tuple[str, ...]]:
    """Read the variants of every line, by name; the first variant is the plainest.

    The re-entry sentences are lines too, one for each shape: reentry_own, reentry_open,
    reentry_listen, reentry_not_yet. ContentError in one sentence when a file is wrong.
    """
    tables = load_line_tables(language)
    lines = {name: table.variants for name, table in tables.items()}
    own = _own(language) / "lines.toml"
    if own.is_file():
        lines |= _read(own, partial(read_own_lines, known=tables))
    for shape in SHAPES:
        sentences = (each for each in load_reentry(language) if each.shape == shape)
        lines[REENTRY_LINE + shape] = tuple(sentence.text for sentence in sentences)
    return lines


def load_reentry(language: str = LANGUAGE) -> tuple[ReentrySentence, ...]:
    """Read the sentences to begin again with. Shapes that a household wrote replace the shipped."""
    shipped = _read(_language_folder(language) / "reentry.toml", read_reentry)
    own = _own(language) / "reentry.toml"
    if not own.is_file():
        return shipped
    written = _read(own, read_reentry)
    replaced = {sentence.shape for sentence in written}
    return (*(each for each in shipped if each.shape not in replaced), *written)


def load_voice(name: str) -> VoiceFile:
    """Read a voice by its name. ContentError in one sentence when there is none or it is wrong."""
    paths = {path.stem: path for path in _voice_files()}
    if name not in paths:
        allowed = ", ".join(sorted(paths))
        raise ContentError(f"there is no voice '{name}'; allowed: {allowed}")
    return _read(paths[name], read_voice)


def list_scripts(language: str = LANGUAGE) -> tuple[Listed, ...]:
    """List the practices, by name. ContentError when one is wrong."""
    scripts = load_scripts(language).values()
    return tuple(Listed(each.name, each.title, Path(each.source)) for each in scripts)


def list_voices() -> tuple[Listed, ...]:
    """List the voices, by name. ContentError when one is wrong."""
    voices = [_read(path, read_voice) for path in _voice_files()]
    return tuple(Listed(each.name, each.title, Path(each.source)) for each in voices)


def check_file(path: Path) -> list[str]:
    """Tell everything that is wrong with one file, a sentence each; nothing where it is right.

    What kind of file it is shows in its name, and for a voice in its folder or its `engine`.
    What else lies beside the lines has a reader of its own, and is read here as TOML only.
    """
    wrong: list[str] = []
    try:
        data = read_document(path)
        if path.name == "numbers.toml":
            read_country_numbers(path)
        if path.name == "models.toml":
            read_known_models(path)
    except ContentError as problem:
        return [str(problem)]
    match path.name:
        case "lines.toml":
            _check_lines(path, data, wrong)
        case "reentry.toml":
            read_reentry(path, data, wrong)
        case "cues.toml" | "numbers.toml" | "models.toml":
            pass
        case _ if path.resolve().parent.parent == folders.shipped("scripts").resolve():
            pass
        case _ if path.resolve().parent.name == "voices" or "engine" in data:
            read_voice(path, data, wrong)
        case _:
            read_script(path, data, wrong)
    return wrong


def _check_lines(path: Path, data: dict[str, Any], wrong: list[str]) -> None:
    """Shipped lines stand for themselves; anybody else's are held against them."""
    if folders.shipped("scripts") in path.resolve().parents:
        read_lines(path, data, wrong)
    else:
        language = path.resolve().parent.name
        known = load_line_tables(language if language in _languages() else LANGUAGE)
        read_own_lines(path, data, wrong, known=known)


def _languages() -> list[str]:
    return sorted(each.parent.name for each in folders.shipped("scripts").glob("*/lines.toml"))


def _language_folder(language: str) -> Path:
    if language not in _languages():
        allowed = ", ".join(_languages())
        raise ContentError(
            f"there is nothing to say in the language '{language}'; allowed: {allowed}"
        )
    return folders.shipped("scripts") / language


def _own(language: str) -> Path:
    return folders.own("scripts") / language


def _voice_files() -> list[Path]:
    return _files(folders.shipped("voices"), folders.own("voices"))


def _files(shipped: Path, own: Path) -> list[Path]:
    """Find the TOML files of both folders; a file of one's own hides the shipped one."""
    found = {path.stem: path for folder in (shipped, own) for path in folder.glob("*.toml")}
    return [found[name] for name in sorted(found)]


def _read(path: Path, reader: Callable[[Path, dict[str, Any], list[str]], Read | None]) -> Read:
    """Answer what the reader makes of the file, or raise the first mistake in it."""
    wrong: list[str] = []
    read = reader(path, read_document(path), wrong)
    if wrong:
        raise ContentError(wrong[0])
    # A reader that complains of nothing has read something.
    assert read is not None
    return read
