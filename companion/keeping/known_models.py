"""Models that can be got: what models.toml says of each.

Decides what such a file may hold. Must not know how a model is downloaded, or which are installed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar

from companion.errors import ContentError
from companion.keeping import folders
from companion.keeping.checked import NO_OTHER_KEYS, Allowed, read_document, validated

FILE = "models.toml"


def _matches(pattern: str) -> Callable[[str], bool]:
    return lambda value: re.fullmatch(pattern, value) is not None


_Name = Annotated[
    str,
    Allowed(
        "letters, digits, dots, dashes and underscores in quotes, at most 80",
        _matches(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}"),
    ),
]
_Text = Annotated[str, Allowed("one line of text in quotes", _matches(r"[^\n]{1,120}"))]
_Address = Annotated[
    str,
    Allowed(
        'an address in quotes such as "https://example.org/model.zip"',
        _matches(r"(https://|http://(127\.0\.0\.1|\[::1\]|localhost)[:/])[!-~]+"),
    ),
]
_Bytes = Annotated[int, Allowed("a number of bytes, at least 1", lambda value: value > 0)]
_Sum = Annotated[str, Allowed("64 digits of 0-9 and a-f in quotes", _matches("[0-9a-f]{64}"))]


@dataclass(frozen=True, slots=True)
class KnownModel:
    """One model that can be got."""

    __pydantic_config__: ClassVar[Mapping[str, object]] = NO_OTHER_KEYS

    name: _Name
    language: _Text
    """Language and country, as in "en-US"."""
    licence: _Text
    url: _Address
    """Where the zip file is."""
    size: _Bytes
    """Bytes of the zip file."""
    about: _Text = "no more is known"
    sha256: _Sum | None = None
    """Of the zip file. None: only size and format can be checked."""
    unpacked: _Bytes | None = None
    """Bytes on disk at most. None: not known."""


_NEEDED = ("name", "language", "licence", "url", "size")


def load_known_models(language: str = "en") -> tuple[KnownModel, ...]:
    """The known models for a language, a household's own instead of shipped ones of that name.

    A language without a models.toml has the English one. ContentError where one is wrong.
    """
    shipped = folders.shipped("scripts") / language / FILE
    if not shipped.is_file():
        shipped = folders.shipped("scripts") / "en" / FILE
    models = {model.name: model for model in read_known_models(shipped)}
    own = folders.own("scripts") / language / FILE
    if own.is_file():
        models |= {model.name: model for model in read_known_models(own)}
    return tuple(models.values())


def read_known_models(path: Path) -> tuple[KnownModel, ...]:
    """Read one models.toml. ContentError in one sentence where it is wrong."""
    document = read_document(path)
    entries = document.pop("model", [])
    if document:
        raise ContentError(f"{path}: there is no key {next(iter(document))}; allowed is [[model]]")
    if not (isinstance(entries, list) and all(isinstance(entry, dict) for entry in entries)):
        raise ContentError(f"{path}: model must be tables, each headed [[model]]")
    models: dict[str, KnownModel] = {}
    for number, entry in enumerate(entries, start=1):
        missing = [key for key in _NEEDED if key not in entry]
        if missing:
            raise ContentError(f"{path}: [[model]] {number} needs {missing[0]}")
        model = validated(KnownModel, entry, path)
        if model.name in models:
            raise ContentError(f"{path}: the name {model.name} is there twice")
        models[model.name] = model
    return tuple(models.values())
