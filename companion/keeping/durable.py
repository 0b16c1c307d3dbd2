"""A small file written whole or not at all, for its owner only.

Decides how it gets onto the disk: a temporary file beside it, forced out, renamed over the old
one, and the folder forced out too. Must not know what is in it.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from companion.errors import SetupError

TEMPORARY = ".new"
"""Added to the name of the file while it is written."""


def write(path: Path, content: bytes) -> None:
    """Put `content` there; whatever happens, the old file or the new one stands there whole.

    SetupError in one sentence where the disk refuses.
    """
    temporary = path.with_name(path.name + TEMPORARY)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # A leftover of a killed process must not be in the way.
        temporary.unlink(missing_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        with os.fdopen(os.open(temporary, flags, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(path)
        _sync(path.parent)
    except OSError as problem:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise SetupError(f"{path} cannot be written: {reason(problem)}") from problem


def remove(path: Path) -> None:
    """Take it away, and what is left of an attempt to write it. Nothing there is no error.

    SetupError in one sentence where the disk refuses.
    """
    try:
        if path.parent.is_dir():
            path.unlink(missing_ok=True)
            path.with_name(path.name + TEMPORARY).unlink(missing_ok=True)
            _sync(path.parent)
    except OSError as problem:
        raise SetupError(f"{path} cannot be removed: {reason(problem)}") from problem


def reason(problem: OSError) -> str:
    """What the disk complains of, as a part of a sentence."""
    return (problem.strerror or type(problem).__name__).lower()


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
