"""Files in a cache folder: they may be lost at any time, but are never half there.

Decides how one is written, and which are dropped for it. Must not know what is in them. What must
not be lost is written by keeping/durable.py.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write(place: Path, content: bytes, *, most: int) -> None:
    """Write it whole or not at all, and drop the oldest of its kind where there are over `most`.

    A kind is a suffix. OSError where the folder cannot be written to.
    """
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, name = tempfile.mkstemp(dir=place.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(name).replace(place)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise
    kind = place.parent.glob(f"*{place.suffix}")
    for path in sorted(kind, key=lambda path: path.stat().st_mtime)[:-most]:
        path.unlink(missing_ok=True)
