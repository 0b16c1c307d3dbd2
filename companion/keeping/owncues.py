"""The cues that a household wrote itself: its cues.toml, and the phrase that it chose.

Decides which files these are, and which of all phrasings come from them. Must not know how a
phrasing is read, or what a cue leads to.

phrase.toml has the form of cues.toml and one phrasing in it. It is a file of its own so that
nothing which somebody wrote by hand is ever written over.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from companion.core.cuetable import CueTable, with_intents
from companion.keeping import durable, folders
from companion.keeping.cueshape import read_book

CUES, PHRASE = "cues.toml", "phrase.toml"
PHRASE_INTENT = "ask_pause"
"""The household's phrase asks for a pause, whatever goes on."""
_FORM = """\
# The phrase that this household chose. `companion teach --phrase` wrote this file, and
# `companion forget` deletes it.

[[intents.{intent}.phrasings]]
templates = ["{phrase}"]
states = ["idle", "session", "return"]
"""


def own_files(language: str, *, phrase: bool = True) -> list[Path]:
    """A household's own cue files, in the order in which they join the shipped one."""
    folder = folders.own("scripts") / language
    names = (CUES, PHRASE) if phrase else (CUES,)
    return [path for path in (folder / name for name in names) if path.is_file()]


def own_cues(table: CueTable, language: str, *, phrase: bool = True) -> CueTable | None:
    """The household's own phrasings of `table` alone; None where it has written none.

    `phrase`: whether the phrase that it chose is in `table`. ContentError in one sentence for a
    wrong file.
    """
    counts: dict[str, int] = {}
    for path in own_files(language, phrase=phrase):
        for name, written in read_book(path).intents.items():
            before = 0 if written.replace else counts.get(name, 0)
            counts[name] = before + len(written.phrasings)
    # A file's phrasings come after those of the files before it.
    intents = [
        replace(intent, phrasings=intent.phrasings[-counts[intent.name] :])
        for intent in table.intents
        if counts.get(intent.name)
    ]
    return with_intents(table, intents) if intents else None


def phrase_file(language: str) -> Path:
    """Where the household's phrase stands. It need not exist."""
    return folders.own("scripts") / language / PHRASE


def load_phrase(language: str) -> str | None:
    """The phrase that was chosen, None where none was. ContentError for a wrong file."""
    path = phrase_file(language)
    if not path.is_file():
        return None
    written = read_book(path).intents.get(PHRASE_INTENT)
    return str(written.phrasings[-1].templates[-1]) if written is not None else None


def keep_phrase(phrase: str, language: str) -> None:
    """Write the phrase in place of any before: plain words, lower case. SetupError if it fails."""
    text = _FORM.format(intent=PHRASE_INTENT, phrase=phrase)
    durable.write(phrase_file(language), text.encode())


def forget_phrase() -> None:
    """Delete it, in every language. Nothing there is no error. SetupError if the disk refuses."""
    for path in folders.own("scripts").glob(f"*/{PHRASE}"):
        durable.remove(path)
