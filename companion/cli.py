"""The command line: verb first, exit 0 done, 1 failed, 2 wrong usage or a wrong file.

Decides how commands are written and how trouble is told. Must not know how anything works:
every command imports its parts when it is called, so that --help answers at once.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any, Optional

import typer  # noqa: TID253 - a part of the command line

from companion.cli_models import app as models
from companion.cli_teach import teach
from companion.errors import CompanionError, ContentError

app = typer.Typer(
    name="companion",
    help="A voice-guided pause for two people in one room. Offline; nothing is recorded.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.add_typer(models, name="models")
app.command()(teach)

Engine = Annotated[str, typer.Option(help="auto, vosk, pocketsphinx or wyoming")]
Json = Annotated[bool, typer.Option("--json", help="JSON Lines on standard output")]
PhaseOption = Annotated[
    str, typer.Option(help="idle, practice, away, calling_back, re_entry or open_return")
]
Asked = Annotated[
    Optional[str],  # noqa: UP045 - typer reads this form on every Python we support
    typer.Option(help="an open question: yes_no, rating, state, length or doors"),
]
Text = Optional[str]  # noqa: UP045 - as above


@app.command()
def run(
    microphone: Annotated[Text, typer.Option(help="a sound device, or FILE.wav")] = None,
    speaker: Annotated[Text, typer.Option(help="a sound device, or FILE.wav")] = None,
    engine: Annotated[Text, typer.Option(help="auto, vosk, pocketsphinx or wyoming")] = None,
    voice: Annotated[Text, typer.Option(help="the name of a voice")] = None,
    events: Annotated[bool, typer.Option("--events", help="JSON Lines of what happens")] = False,
    max_seconds: Annotated[
        Optional[float],  # noqa: UP045 - as above
        typer.Option(min=0.0, help="end after so many seconds"),
    ] = None,
) -> None:
    """Listen and speak. On WAV files, time is the microphone file's own."""
    from companion import listening
    from companion.build import Choices

    choices = Choices(microphone, speaker, engine, voice, events, max_seconds)
    if microphone is None and speaker is None and not listening.has_sound():
        from companion import first_pause

        first_pause.show(choices, sys.stdout)
    else:
        listening.run(choices, sys.stdout)


@app.command()
def demo(
    speed: Annotated[float, typer.Option(min=1.0, help="how much faster than real")] = 20.0,
) -> None:
    """Try a whole pause in the terminal: type what you would say; Ctrl-D ends."""
    import asyncio

    from companion import build
    from companion.demo import demo as typed
    from companion.keeping.clock import SystemClock

    content = build.load_content()
    asyncio.run(
        typed(
            build.new_session(content),
            table=content.table,
            lines=content.lines,
            scripts=content.scripts,
            clock=SystemClock(),
            speed=speed,
        )
    )


@app.command()
def hear(
    files: Annotated[list[Path], typer.Argument(help="WAV or FLAC files")],
    engine: Engine = "auto",
    phase: PhaseOption = "idle",
    asked: Asked = None,
    cue: Annotated[
        Optional[list[str]],  # noqa: UP045 - as above
        typer.Option(help="add a cue: NAME=TEMPLATE"),
    ] = None,
    only: Annotated[bool, typer.Option("--only", help="only the added cues")] = False,
) -> None:
    """Recognise only: a JSON line for every cue in the files."""
    from companion import build, ears

    content = build.load_content()
    table, added = build.with_cues(content.table, cue or [], only_those=only)
    ears.hear(
        files,
        engine=engine,
        expectation=build.expectation(phase, asked),
        table=table,
        added=added,
        content=content,
        out=sys.stdout,
    )


@app.command()
def understand(
    text: Annotated[list[str], typer.Argument(help="sentences, each in quotes")],
    phase: PhaseOption = "idle",
    asked: Asked = None,
) -> None:
    """Match typed sentences against the cues: a JSON line for each."""
    from companion import build

    expected = build.expectation(phase, asked)
    for sentence in text:
        _print(build.understood(sentence, expected))


@app.command()
def say(
    text: str,
    speaker: Annotated[Text, typer.Option(help="a sound device, or FILE.wav")] = None,
    voice: Annotated[Text, typer.Option(help="the name of a voice")] = None,
) -> None:
    """Speak one sentence."""
    from companion import listening

    listening.speak(text, speaker=speaker, voice=voice, practice=False)


@app.command()
def play(
    script: str,
    speaker: Annotated[Text, typer.Option(help="a sound device, or FILE.wav")] = None,
    voice: Annotated[Text, typer.Option(help="the name of a voice")] = None,
) -> None:
    """Guide one practice."""
    from companion import listening

    listening.speak(script, speaker=speaker, voice=voice, practice=True)


@app.command()
def scripts(as_json: Json = False) -> None:
    """List the practices, with where each comes from."""
    from companion.keeping import content

    _list(content.list_scripts(), as_json)


@app.command()
def voices(as_json: Json = False) -> None:
    """List the voices, with where each comes from."""
    from companion.keeping import content

    _list(content.list_voices(), as_json)


@app.command()
def check(
    files: Annotated[
        Optional[list[Path]],  # noqa: UP045 - as above
        typer.Argument(help="scripts, lines, cues, voices or settings"),
    ] = None,
) -> None:
    """Validate files; without one, everything that would be used."""
    from companion import checking

    problems, looked_at = checking.check(files or [])
    for problem in problems:
        typer.echo(problem, err=True)
    if problems:
        raise typer.Exit(2)
    typer.echo(f"{looked_at} files are in order")


@app.command()
def doctor(as_json: Json = False) -> None:
    """Look at every part: what is there, what is missing, and the one remedy."""
    from companion.doctor import examine

    findings = examine()
    for finding in findings:
        if as_json:
            _print(
                {
                    "part": finding.part,
                    "state": finding.state,
                    "detail": finding.detail,
                    "remedy": finding.remedy,
                }
            )
        else:
            remedy = f"  ->  {finding.remedy}" if finding.remedy else ""
            typer.echo(f"{finding.state:9}{finding.part:12} {finding.detail}{remedy}")
    if any(finding.state == "missing" for finding in findings):
        raise typer.Exit(1)


@app.command()
def status(as_json: Json = False) -> None:
    """Say how the promise stands."""
    from companion import standing

    facts = standing.status()
    if as_json:
        _print(facts)
    else:
        typer.echo(standing.sentence(facts))


@app.command()
def forget(
    yes: Annotated[bool, typer.Option("--yes", help="do not ask first")] = False,
) -> None:
    """Wipe everything that is stored: the promise, what was taught, and the cached voice."""
    from companion import standing

    if not yes:
        typer.confirm(
            "Forget the promise, what was taught with the phrase, and the cached voice?",
            abort=True,
        )
    standing.forget()
    typer.echo("Nothing is stored any more.")


def _print(facts: dict[str, Any]) -> None:
    import json

    typer.echo(json.dumps(facts, ensure_ascii=False))


def _list(listed: Any, as_json: bool) -> None:
    for one in listed:
        if as_json:
            _print({"name": one.name, "title": one.title, "path": str(one.path)})
        else:
            typer.echo(f"{one.name:18} {one.title:40} {one.path}")


def main() -> None:
    """Run the command line; trouble that has a name is told in one sentence."""
    try:
        app()
    except CompanionError as problem:
        typer.echo(f"companion: {problem}", err=True)
        sys.exit(2 if isinstance(problem, ContentError) else 1)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
