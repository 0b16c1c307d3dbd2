"""The one file of taught templates: where it is, how it is read, written and deleted.

Decides its place and that only its owner reads it. Must not know what is in it: bytes go in and
come out.
"""

from __future__ import annotations

from pathlib import Path

from companion.errors import ContentError
from companion.keeping import durable, folders

NAME = "taught.npz"
MOST_BYTES = 16_000_000
"""A full one has a tenth of that."""


def taught_file() -> Path:
    """Where it is. It need not exist."""
    return folders.state_folder() / NAME


def read() -> bytes | None:
    """What it holds; None where nothing was taught. ContentError where it cannot be read."""
    path = taught_file()
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise ContentError(f"{path} is too large to be taught templates")
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as problem:
        raise ContentError(f"{path} cannot be read: {durable.reason(problem)}") from problem


def write(content: bytes) -> None:
    """Put it in place of what was there. SetupError where the disk refuses."""
    durable.write(taught_file(), content)


def forget() -> None:
    """Delete it. Nothing there is no error. SetupError where the disk refuses."""
    durable.remove(taught_file())
