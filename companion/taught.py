"""What was taught, between the disk and the ear.

Decides what happens with a file that is none: it is told, and hearing goes on without it. Must
not know how a template is made or compared.
"""

from __future__ import annotations

from collections.abc import Callable

from companion.errors import ContentError
from companion.hearing.sound_templates import SoundTemplates, from_bytes, to_bytes
from companion.keeping import taught

REMEDY = "companion forget, then companion teach"
"""For a file that cannot be used."""


def load() -> SoundTemplates | None:
    """What was taught; None where nothing was. ContentError in one sentence for a wrong file."""
    content = taught.read()
    if content is None:
        return None
    try:
        return from_bytes(content)
    except ValueError as problem:
        raise ContentError(
            f"{taught.taught_file()} cannot be understood, {problem}: what was taught is left out"
            " until companion forget has deleted it"
        ) from problem


def keep(templates: SoundTemplates) -> None:
    """Write them in place of those before. SetupError where the disk refuses."""
    taught.write(to_bytes(templates))


def told(templates: SoundTemplates) -> str:
    """How much was taught, for a person."""
    count, sentences = sum(map(len, templates.of.values())), len(templates.of)
    return f"{count} templates of {sentences} sentence{'' if sentences == 1 else 's'}"


def packed(tell: Callable[[str], None]) -> bytes:
    """What was taught, for a spotter; nothing where there is nothing that can be used.

    A wrong file is told in one sentence.
    """
    try:
        templates = load()
    except ContentError as problem:
        tell(str(problem))
        return b""
    return to_bytes(templates) if templates is not None else b""
