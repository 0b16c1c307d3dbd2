"""The command line of `companion teach`.

Decides how it is written. Must not know how anything works.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Optional

import typer  # noqa: TID253 - a part of the command line

Text = Optional[str]  # noqa: UP045 - typer reads this form on every Python we support
Texts = Optional[list[str]]  # noqa: UP045 - as above
Paths = Optional[list[Path]]  # noqa: UP045 - as above


def teach(
    recordings: Annotated[Paths, typer.Argument(help="more recordings, after --from")] = None,
    from_: Annotated[
        Paths, typer.Option("--from", help="recordings of one sentence, instead of a microphone")
    ] = None,
    sentence: Annotated[Texts, typer.Option(help="what is said; may be given again")] = None,
    phrase: Annotated[Text, typer.Option(help="a rare phrase that asks for a pause")] = None,
    people: Annotated[int, typer.Option(min=1, help="how many people, in turn")] = 2,
    yes: Annotated[bool, typer.Option("--yes", help="keep it without asking")] = False,
    microphone: Annotated[Text, typer.Option(help="a sound device, or FILE.wav")] = None,
    speaker: Annotated[Text, typer.Option(help="a sound device, or FILE.wav")] = None,
    engine: Annotated[Text, typer.Option(help="auto, vosk, pocketsphinx or wyoming")] = None,
    voice: Annotated[Text, typer.Option(help="the name of a voice")] = None,
) -> None:
    """Learn how people here say their sentences. Templates are kept, no sound; `forget` deletes."""
    from companion import teaching
    from companion.build import Choices

    asked = teaching.Asked(
        files=(*(from_ or ()), *(recordings or ())),
        sentences=tuple(sentence or ()),
        phrase=phrase,
        people=people,
        yes=yes,
        choices=Choices(microphone, speaker, engine, voice),
    )
    ask = typer.prompt if sys.stdin.isatty() else None
    teaching.teach(asked, sys.stdout, confirm=typer.confirm, ask=ask)
