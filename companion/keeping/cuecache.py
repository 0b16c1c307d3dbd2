"""Cue files once read are remembered, so that the next start need not parse them again.

Decides when what was remembered still holds: same files, same program, same Python. Must not
know: what a cue file means. What is remembered is content only, never anything that was heard.

Parsing all templates takes about a second on a desktop and several on a small board; taking
them from the cache folder takes a tenth of that. The folder may be deleted at any time, and
where it cannot be written the files are read again every time.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import os
import pickle
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from companion import core
from companion.core.cuetable import CueTable
from companion.errors import SetupError
from companion.keeping import folders


def remembered(paths: Sequence[Path], read: Callable[[Sequence[Path]], CueTable]) -> CueTable:
    """Give what `read(paths)` gives, from the cache folder where that is possible."""
    with _no_collection():
        place = _place(paths)
        if place is None:
            return read(paths)
        with contextlib.suppress(OSError, pickle.PickleError, EOFError, AttributeError, ValueError):
            table = pickle.loads(place.read_bytes())
            if isinstance(table, CueTable):
                return table
        table = read(paths)
        with contextlib.suppress(OSError):
            _write(place, pickle.dumps(table, pickle.HIGHEST_PROTOCOL))
        return table


def _place(paths: Sequence[Path]) -> Path | None:
    """Name the cache file after everything that what is in it depends on."""
    digest = hashlib.sha256(sys.version.encode())
    rooms = (Path(str(core.__file__)).parent, Path(__file__).parent)
    try:
        # A table holds what several files of both rooms make of a template.
        for path in (*paths, *(one for room in rooms for one in sorted(room.glob("*.py")))):
            digest.update(path.read_bytes())
        return folders.cache_folder() / "cues" / f"{digest.hexdigest()[:32]}.pickle"
    except (OSError, SetupError):
        return None


def _write(place: Path, content: bytes) -> None:
    """Write it whole or not at all, and drop what was remembered of older files."""
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=place.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).replace(place)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    older = sorted(place.parent.glob("*.pickle"), key=lambda path: path.stat().st_mtime)
    for path in older[:-4]:
        path.unlink(missing_ok=True)


@contextlib.contextmanager
def _no_collection() -> Iterator[None]:
    # A hundred thousand small objects are made none of them garbage: looking doubles the time.
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
