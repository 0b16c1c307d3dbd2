"""What the disk holds and can hold.

Decides how much space must be free, and how amounts and a disk's trouble are told. Must not know
what is written.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from companion.errors import SetupError

SPARE_BYTES = 50_000_000
"""Left free whatever is written: the promise and the cached voice need room too."""


def amount(count: int) -> str:
    """A number of bytes for a person: "800 bytes", "12 kB", "41 MB", "1.8 GB"."""
    for unit, size in (("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)):
        if count >= size:
            shown = count / size
            return f"{shown:.1f} {unit}" if shown < 9.95 else f"{shown:,.0f} {unit}"
    return f"{count} bytes"


def need_space(folder: Path, count: int) -> None:
    """SetupError where fewer than `count` bytes, and some to spare, are free at `folder`."""
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    if free < count + SPARE_BYTES:
        raise SetupError(
            f"{amount(count + SPARE_BYTES)} must be free in {folder}, and there are {amount(free)}"
        )


def reason(problem: OSError) -> str:
    """What a disk complains of, in lower case."""
    text = problem.strerror or type(problem).__name__
    return text[:1].lower() + text[1:]


def size_of(folder: Path) -> int:
    """Bytes of all files under a folder; what cannot be read counts nothing."""
    total = 0
    for where, _, names in os.walk(folder):
        for name in names:
            try:
                total += (Path(where) / name).lstat().st_size
            except OSError:
                continue
    return total


def delete(path: Path) -> None:
    """Remove a file, a link or a whole folder; nothing where nothing is.

    SetupError in one sentence where the disk refuses.
    """
    try:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    except OSError as problem:
        raise SetupError(f"{path} cannot be removed: {reason(problem)}") from problem


def sync_folder(folder: Path) -> None:
    """Force the names in a folder onto the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
