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
import pickle
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from companion import cachefile, core
from companion.core.cuetable import CueTable
from companion.errors import SetupError
from companion.keeping import folders

MOST_REMEMBERED = 4
"""Tables: of the shipped cues, and of a household's."""


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
            cachefile.write(
                place, pickle.dumps(table, pickle.HIGHEST_PROTOCOL), most=MOST_REMEMBERED
            )
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
