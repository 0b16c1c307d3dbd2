"""A model comes to its place whole, tried and checked, or not at all.

Decides the order: room, download, size and checksum, unpacking beside the place, trying it with
the recogniser, and only then one rename. Until then everything lies under names with a dot before
them, which nobody takes for a model.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from companion.errors import CompanionError, PartLost, SetupError
from companion.hearing.disk import delete, need_space, reason, sync_folder
from companion.hearing.downloads import (
    UNPACKED_GUESS,
    Patience,
    Progress,
    Wanted,
    download,
)
from companion.hearing.models import Places, alone, model_in, places, takes_phrases
from companion.hearing.unpacking import WrongArchive, unpack
from companion.hearing.vosk import VoskRecogniser
from companion.portaudio import quietly
from companion.ports import HEARING_RATE

TRIAL = ("yes", "no")
"""What a new model is asked to listen for, to see that it can."""


@dataclass(frozen=True, slots=True)
class Got:
    """A model that is in its place now."""

    folder: Path
    sha256: str
    """Of the zip file that it came from."""
    takes_phrases: bool
    """Whether it can be told what makes sense to hear."""


def get(
    wanted: Wanted, data_folder: Path, *, progress: Progress, patience: Patience | None = None
) -> Got:
    """Download a model, check it, and put it in its place.

    SetupError in one sentence when that fails. Then there is no model of that name, but what was
    downloaded may be kept for the next time, which the sentence says.
    """
    mine = places(wanted.name, data_folder)
    with _at_work(mine, data_folder):
        digest = _downloaded(wanted, mine, patience or Patience(), progress)
        try:
            got = _put(mine.part, wanted, mine, digest, wanted.name)
        except WrongArchive as problem:
            delete(mine.part)
            delete(mine.notes)
            raise WrongArchive(f"{problem}; what was downloaded is removed") from problem
        except SetupError as problem:
            raise SetupError(
                f"{problem}; the download is kept, and the same command goes on from there"
            ) from problem
        delete(mine.part)
        delete(mine.notes)
    return got


def get_from_file(archive: Path, wanted: Wanted, data_folder: Path) -> Got:
    """Put a model in its place from a zip file on a disk, with the same checks.

    SetupError in one sentence when that fails; the file is left as it is.
    """
    mine = places(wanted.name, data_folder)
    with _at_work(mine, data_folder):
        try:
            size = archive.stat().st_size
            if wanted.size is not None and size != wanted.size:
                raise SetupError(
                    f"{archive} has {size:,} bytes, and {wanted.name} has {wanted.size:,}: it is"
                    " not the same file"
                )
            need_space(mine.folder.parent, wanted.unpacked or UNPACKED_GUESS * size)
            digest = _sha256(archive)
        except OSError as problem:
            raise SetupError(f"{archive} cannot be read: {reason(problem)}") from problem
        if wanted.sha256 not in (None, digest):
            raise SetupError(_unlike(str(archive), digest, wanted))
        return _put(archive, wanted, mine, digest, str(archive))


@contextmanager
def _at_work(mine: Places, data_folder: Path) -> Iterator[None]:
    if importlib.util.find_spec("vosk") is None:
        raise SetupError("the library vosk is missing: install the companion again")
    with alone(data_folder):
        if mine.folder.exists() or mine.folder.is_symlink():
            raise SetupError(
                f"something else is in {mine.folder}: move it away, or take another --name"
            )
        delete(mine.new)
        try:
            yield
        finally:
            delete(mine.new)


def _downloaded(wanted: Wanted, mine: Places, patience: Patience, progress: Progress) -> str:
    """Have the zip file in `mine.part`; its checksum, compared with the one that is known."""
    for _ in range(2):
        resumed = download(wanted, mine.part, mine.notes, patience=patience, progress=progress)
        try:
            digest = _sha256(mine.part)
        except OSError as problem:
            raise SetupError(f"{mine.part} cannot be read: {reason(problem)}") from problem
        if wanted.sha256 in (None, digest):
            return digest
        delete(mine.part)
        delete(mine.notes)
        if not resumed:
            break
        # The two halves may be of two files: once more from the start.
    raise SetupError(f"{_unlike('what came', digest, wanted)}, and it was thrown away")


def _unlike(what: str, digest: str, wanted: Wanted) -> str:
    return (
        f"{what} is not the file that was meant by {wanted.name}: its sha256 is {digest}, and"
        f" should be {wanted.sha256}"
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _put(archive: Path, wanted: Wanted, mine: Places, digest: str, name: str) -> Got:
    """Unpack beside the place, try the model, and rename it."""
    unpack(archive, mine.new, name=name, at_most=wanted.unpacked)
    model = model_in(mine.new)
    if model is None:
        raise WrongArchive(f"{name} holds no Vosk model: am/final.mdl and a graph/ must be in it")
    try_model(model, name)
    try:
        os.utime(model)
        model.rename(mine.folder)
        sync_folder(mine.folder.parent)
    except OSError as problem:
        raise SetupError(f"{mine.folder} cannot be made: {reason(problem)}") from problem
    return Got(mine.folder, digest, takes_phrases(mine.folder))


def try_model(model: Path, name: str) -> None:
    """Load a model and listen with it, to a second of nothing.

    WrongArchive when that does not work.
    """
    recogniser = VoskRecogniser(model)
    try:
        # The library says on standard error what is said below.
        with quietly():
            recogniser.set_phrases(TRIAL)
            recogniser.accept(np.zeros(HEARING_RATE, np.int16))
            recogniser.finish()
    except PartLost as problem:
        raise WrongArchive(
            f"Vosk cannot load {name}, so it is not installed: {problem}"
        ) from problem
    except CompanionError as problem:
        raise WrongArchive(f"Vosk cannot load {name}, so it is not installed") from problem
    finally:
        recogniser.close()
