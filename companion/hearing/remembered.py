"""Templates of a household's own sentences, remembered so that the next start need not make them.

Decides when what was remembered still holds: same sentence, same voices, same program. Must not
know what a sentence is for. Only synthetic voices are in it, and the sentences stand in files of
the household anyway; the folder may be deleted at any time, and need not be writable.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

from companion import cachefile
from companion.hearing import embedding, synthetic, taught
from companion.hearing.sound_templates import (
    SoundTemplates,
    Space,
    Template,
    from_bytes,
    to_bytes,
)
from companion.hearing.synthetic import Person

MOST_REMEMBERED = 100
"""Sentences; where there are more, the oldest go."""
SUFFIX = ".npz"


def remembered(
    folder: Path | None,
    sentence: str,
    space: Space,
    people: Sequence[Person],
    make: Callable[[], Sequence[Template]],
) -> tuple[Template, ...]:
    """What `make()` gives for a sentence of these people, from the folder where possible."""
    place = None if folder is None else folder / f"{_name(sentence, space, people)}{SUFFIX}"
    if place is not None:
        with contextlib.suppress(OSError, ValueError, LookupError):
            return from_bytes(place.read_bytes()).of[sentence]
    made = tuple(make())
    # Where every voice failed, the next start may do better.
    if place is not None and made:
        with contextlib.suppress(OSError):
            cachefile.write(
                place, to_bytes(SoundTemplates(space, {sentence: made})), most=MOST_REMEMBERED
            )
    return made


def _name(sentence: str, space: Space, people: Sequence[Person]) -> str:
    """A name that tells of everything on which the templates depend, and not of the sentence."""
    digest = hashlib.sha256(f"{sentence}\n{people}".encode())
    digest.update(space.mean.tobytes() + space.directions.tobytes())
    for module in (embedding, synthetic, taught):
        digest.update(Path(str(module.__file__)).read_bytes())
    return digest.hexdigest()[:32]
