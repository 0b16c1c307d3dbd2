"""The command line of `companion models`: list, get, remove.

Decides how these are written. Must not know how anything works.
"""

from __future__ import annotations

import json
import sys
from typing import Annotated, Optional

import typer  # noqa: TID253 - a part of the command line

app = typer.Typer(
    help="Models for the recogniser Vosk: what is here, get one, remove one.",
    invoke_without_command=True,
    rich_markup_mode=None,
)

Json = Annotated[bool, typer.Option("--json", help="JSON Lines on standard output")]
Text = Optional[str]  # noqa: UP045 - typer reads this form on every Python we support


@app.callback()
def models(context: typer.Context, as_json: Json = False) -> None:
    """Models for the recogniser Vosk: what is here, get one, remove one."""
    if context.invoked_subcommand is None:
        _list(as_json)


@app.command("list")
def list_models(context: typer.Context, as_json: Json = False) -> None:
    """List what is installed, and what can be got. Uses no network."""
    before = context.parent is not None and context.parent.params["as_json"]
    _list(as_json or before)


@app.command()
def get(
    what: Annotated[Text, typer.Argument(help="a known name, or a zip file on a disk")] = None,
    url: Annotated[Text, typer.Option(help="get any other model from this https address")] = None,
    name: Annotated[Text, typer.Option(help="what to call it here")] = None,
    sha256: Annotated[Text, typer.Option(help="the checksum that the zip file must have")] = None,
) -> None:
    """Download a model, check it, and try it. Ctrl-C stops; the same command goes on later."""
    from companion import models

    asked = models.Asked(what or "", url or "", name or "", sha256 or "")
    try:
        models.get(asked, sys.stdout)
    except KeyboardInterrupt:
        typer.echo("companion: stopped; the same command goes on from where it was", err=True)
        raise typer.Exit(130) from None


@app.command()
def remove(
    name: str,
    yes: Annotated[bool, typer.Option("--yes", help="do not ask first")] = False,
) -> None:
    """Remove a model from this machine."""
    from companion import models

    going = models.to_remove(name)
    if not yes:
        typer.confirm(f"Remove {going}?", abort=True)
    models.remove(name)
    typer.echo(f"Removed: {going}")


def _list(as_json: bool) -> None:
    from companion import models

    found = models.shelf()
    for line in map(json.dumps, models.facts(found)) if as_json else models.lines(found):
        typer.echo(line)
