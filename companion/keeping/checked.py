"""Reads a TOML file into a frozen dataclass, or refuses it in one sentence.

Decides how a wrong file is told: which file, which key, what it holds, what is allowed. Must not
know what any key means. A dataclass says what its fields may hold with `Annotated[type, Allowed]`.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, is_dataclass
from pathlib import Path
from typing import Any, TypeVar, get_args, get_type_hints

from companion.errors import ContentError

T = TypeVar("T")

NO_OTHER_KEYS: Mapping[str, object] = {"extra": "forbid"}
"""For `__pydantic_config__`: an unknown key is wrong."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a field may hold: in words for a person, and as a check beyond its type."""

    words: str
    """Completes "it must be ..."."""
    check: Callable[[Any], object] = lambda _: True
    """Answers something true for what is allowed."""

    def __get_pydantic_core_schema__(self, source: Any, build: Callable[[Any], Any]) -> Any:
        """Let pydantic look at the type first, and strictly, and then at the check."""
        from pydantic_core import core_schema

        inner = build(source)
        if inner["type"] in {"str", "int", "bool", "date"}:
            inner["strict"] = True  # 20 in quotes is no number, and 1 is not true
        return core_schema.no_info_after_validator_function(self._checked, inner)

    def _checked(self, value: Any) -> Any:
        if not self.check(value):
            raise ValueError(self.words)
        return value


def read_document(path: Path) -> dict[str, Any]:
    """Read a TOML file. ContentError in one sentence when it cannot be read or is not TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as problem:
        raise ContentError(f"{path}: this is not a text file in UTF-8") from problem
    except tomllib.TOMLDecodeError as problem:
        raise ContentError(f"{path}: this is not TOML: {_lowered(str(problem))}") from problem
    except OSError as problem:
        reason = _lowered(problem.strerror or type(problem).__name__)
        raise ContentError(f"{path}: this file cannot be read: {reason}") from problem


def validated(kind: type[T], document: Mapping[str, Any], path: Path) -> T:
    """Turn the document of the file `path` into `kind`, a dataclass with `Allowed` fields.

    ContentError in one sentence about the first thing that is wrong.
    """
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(kind).validate_python(dict(document))
    except ValidationError as problem:
        first = problem.errors(include_url=False)[0]
        keys = [str(part) for part in first["loc"]]
        raise ContentError(f"{path}: {_sentence(kind, keys, first['input'])}") from problem


def _sentence(kind: type, keys: list[str], value: object) -> str:
    hints = {
        name: hint
        for name, hint in get_type_hints(kind, include_extras=True).items()
        if not name.startswith("__")
    }
    key, *rest = keys
    if key not in hints:
        near = difflib.get_close_matches(key, hints, n=1)
        meant = f" (did you mean {near[0]}?)" if near else ""
        return f"there is no key {key}{meant}; allowed are {', '.join(hints)}"
    if is_dataclass(hints[key]) and isinstance(hints[key], type):
        if rest:
            return f"in [{key}], {_sentence(hints[key], rest, value)}"
        return f"{key} is a table: write [{key}] on a line of its own and its keys below"
    return f"{key} = {_shown(value)} is not allowed: it must be {_words(hints[key])}"


def _words(hint: Any) -> str:
    """Find the words of the `Allowed` in a type, however deep they stand."""
    for part in getattr(hint, "__metadata__", ()):
        if isinstance(part, Allowed):
            return part.words
    return next((found for part in get_args(hint) if (found := _words(part))), "")


def _shown(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return f'"{value[:60]}"'
        case _:
            return str(value)[:60]


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]
