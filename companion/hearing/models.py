"""Which Vosk models there are on this machine.

Decides where a model is looked for, what looks like one, and what may be its name. Must not load
it: that a model works is found out by the recogniser.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from companion.errors import ContentError, SetupError
from companion.hearing.disk import delete, reason, size_of

FOLDER = "models"
"""Under the data folder: every model, each in a folder of its own."""
ACOUSTIC = ("am/final.mdl", "final.mdl")
"""Newer and older published models keep the acoustic model here."""
DYNAMIC_GRAPHS = ("graph/HCLr.fst", "HCLr.fst")
FIXED_GRAPHS = ("graph/HCLG.fst", "HCLG.fst")
"""What is searched while decoding; a model has one of them. A fixed one takes no phrases."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_LOCK = ".lock"


@dataclass(frozen=True, slots=True)
class Installed:
    """One model that is there."""

    name: str
    """Of its folder under models/."""
    folder: Path
    """The one that holds am/ and graph/: that one, or one within it."""
    size: int
    """Bytes."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where one model lies, and what is kept beside it while it is got.

    A name with a dot before it is never taken for a model.
    """

    folder: Path
    part: Path
    """What has come of its zip file."""
    notes: Path
    """What that is a part of."""
    new: Path
    """Where it is unpacked."""


def places(name: str, data_folder: Path) -> Places:
    """Where a model of this name lies, and what belongs to it."""
    models = data_folder / FOLDER
    return Places(
        folder=models / name,
        part=models / f".{name}.part",
        notes=models / f".{name}.part.json",
        new=models / f".{name}.new",
    )


def checked_name(name: str) -> str:
    """The name, if it may be one of a model. ContentError otherwise."""
    if _NAME.fullmatch(name) is None:
        raise ContentError(
            f"'{name[:80]}' cannot be the name of a model: allowed are letters, digits, dots,"
            " dashes and underscores, a letter or digit first, at most 80"
        )
    return name


def looks_like_vosk_model(folder: Path) -> bool:
    """Whether the files that every model has are there."""
    return any((folder / name).is_file() for name in ACOUSTIC) and any(
        (folder / name).is_file() for name in (*DYNAMIC_GRAPHS, *FIXED_GRAPHS)
    )


def takes_phrases(folder: Path) -> bool:
    """Whether the model can be told what makes sense to hear."""
    return any((folder / name).is_file() for name in DYNAMIC_GRAPHS)


def model_in(folder: Path) -> Path | None:
    """The model that `folder` is, or that lies one folder deeper; None where there is none."""
    return next((one for one in (folder, *_folders(folder)) if looks_like_vosk_model(one)), None)


def find_vosk_model(named: Path | None, data_folder: Path) -> Path | None:
    """The model named in the settings, else the newest one under `data_folder`, else None.

    A model may lie one folder deeper than where it was unpacked. SetupError in one sentence when
    the named folder is none.
    """
    if named is not None:
        found = model_in(named)
        if found is None:
            raise SetupError(
                f"{named} holds no Vosk model: name the folder that holds am/ and graph/"
                " as vosk_model in the settings"
            )
        return found
    nearby = _folders(data_folder / FOLDER)
    candidates = [*nearby, *(inner for folder in nearby for inner in _folders(folder))]
    models = [folder for folder in candidates if looks_like_vosk_model(folder)]
    return max(models, key=lambda folder: (folder.stat().st_mtime, folder.name), default=None)


def installed(data_folder: Path) -> tuple[Installed, ...]:
    """Every model under `data_folder`, by name."""
    found = ((folder, model_in(folder)) for folder in _folders(data_folder / FOLDER))
    return tuple(Installed(folder.name, model, size_of(folder)) for folder, model in found if model)


def remove(name: str, data_folder: Path) -> None:
    """Remove a model, and what is left of a get of it. SetupError where the disk refuses."""
    mine = places(name, data_folder)
    with alone(data_folder):
        delete(mine.new)
        if mine.folder.is_dir() and not mine.folder.is_symlink():
            # Taken away at once, so that nobody finds half a model.
            try:
                mine.folder.rename(mine.new)
            except OSError as problem:
                raise SetupError(f"{mine.folder} cannot be removed: {reason(problem)}") from problem
        for path in (mine.folder, mine.part, mine.notes, mine.new):
            delete(path)


@contextlib.contextmanager
def alone(data_folder: Path) -> Iterator[None]:
    """Nobody else gets or removes a model meanwhile.

    SetupError when somebody does, or when nothing can be written there.
    """
    folder = data_folder / FOLDER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        lock = os.open(folder / _LOCK, flags, 0o600)
    except OSError as problem:
        raise SetupError(f"no model can be kept in {folder}: {reason(problem)}") from problem
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as problem:
            raise SetupError(
                "another command is getting or removing a model: wait until it has ended"
            ) from problem
        yield
    finally:
        os.close(lock)


def _folders(parent: Path) -> list[Path]:
    try:
        return sorted(
            entry for entry in parent.iterdir() if entry.is_dir() and entry.name[0] != "."
        )
    except OSError:
        return []
