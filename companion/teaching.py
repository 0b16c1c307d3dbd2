"""`companion teach`: a household's own phrase, and how its people say their sentences.

Decides which parts a lesson needs, and that nothing is kept before somebody said yes. Must not
know how a lesson goes, or what a template is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

from companion import build, ears, portaudio, taught
from companion.build import Choices, Content
from companion.choosing import chosen_phrase
from companion.core.cuetable import with_intents
from companion.errors import ContentError, SetupError
from companion.hearing.sound_templates import SoundTemplates, Space, load
from companion.hearing.spotter import SpotterWorker
from companion.hearing.taught import joined, too_few
from companion.keeping import folders
from companion.keeping.cuebook import load_cues, with_cue
from companion.keeping.owncues import PHRASE_INTENT, keep_phrase, load_phrase, own_cues
from companion.keeping.store import PromiseStore
from companion.keeping.teachwords import load_teach_words
from companion.lesson import Lesson, sentence_of
from companion.listening import has_sound
from companion.opening import opened_room
from companion.teachfiles import templates_of

KEEP = "Keep this?"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asks for."""

    files: tuple[Path, ...]
    """Recordings to learn from; none for a lesson in the room."""
    sentences: tuple[str, ...]
    phrase: str | None
    people: int
    yes: bool
    """Keep it without asking."""
    choices: Choices


Confirm = Callable[[str], bool]
Ask = Callable[[str], str]


def teach(asked: Asked, out: TextIO, *, confirm: Confirm, ask: Ask | None) -> None:
    """Learn, and keep what was learnt after a yes. `ask` asks a person at a terminal, if any.

    Any CompanionError; then nothing was kept.
    """
    content = build.load_content()
    phrase = _new_phrase(asked, content, ask)
    if phrase is not None:
        content = _with_phrase(content, phrase)
    choices = asked.choices
    templates: SoundTemplates | None = None
    if asked.files:
        templates = _from_files(asked, phrase, content, out)
        sure = asked.yes or confirm(KEEP)
    elif choices.microphone or choices.speaker or has_sound():
        templates, sure = _lesson(asked, phrase, content, out, confirm if ask else None)
    elif phrase is not None:
        sure = asked.yes or confirm(f'Keep the phrase "{phrase}"?')
    else:
        raise SetupError(
            "no microphone and loudspeaker were found: name recordings of a sentence with --from"
        )
    if not sure:
        out.write("Nothing was kept.\n")
        return
    if templates is not None:
        taught.keep(templates)
        out.write(f"Kept: {taught.told(templates)}, and no sound.\n")
        for sentence in too_few(templates):
            out.write(f'"{sentence}" does not count yet: it takes two recordings or more.\n')
    if phrase is not None:
        keep_phrase(phrase, content.settings.language)
        out.write(f'"{phrase}" now asks for a pause.\n')
    out.write("A companion that is running knows it after its next start.\n")


def _new_phrase(asked: Asked, content: Content, ask: Ask | None) -> str | None:
    """The phrase that the household chooses now, checked; None where it chooses none."""
    text = asked.phrase
    first = load_phrase(content.settings.language) is None
    if text is None and ask is not None and first and not (asked.files or asked.sentences):
        text = ask("A rare phrase of your own that asks for a pause (Enter for none)") or None
    return chosen_phrase(text, content) if text is not None else None


def _with_phrase(content: Content, phrase: str) -> Content:
    """The content as it is once this phrase is kept in place of any other."""
    language = content.settings.language
    table = load_cues(language, phrase=False)
    own = own_cues(table, language, phrase=False) or with_intents(table, ())
    return replace(
        content,
        table=with_cue(table, PHRASE_INTENT, phrase),
        own=with_cue(own, PHRASE_INTENT, phrase),
    )


def _from_files(asked: Asked, phrase: str | None, content: Content, out: TextIO) -> SoundTemplates:
    """What was taught before, joined by what the recordings teach."""
    given = asked.sentences or ((phrase,) if phrase is not None else ())
    if len(given) != 1:
        raise ContentError("name the one sentence that the recordings hold: --sentence TEXT")
    sentence = sentence_of(given[0], content.table)
    out.write(f'"{sentence.plain}"\n')
    if not sentence.intent:
        out.write("  This is no cue: it counts wherever it is made one (hear --cue).\n")
    before = taught.load()
    space = _space(before, content)
    with ears.opened_spotter(content) as opened:
        spotter = _needed(opened, content)
        new = templates_of(asked.files, sentence.plain, spotter, space, out)
    return joined(before, space, {sentence.plain: new})


def _lesson(
    asked: Asked, phrase: str | None, content: Content, out: TextIO, confirm: Confirm | None
) -> tuple[SoundTemplates | None, bool]:
    """What was taught before and in a lesson now, and whether it is to be kept."""
    choices = asked.choices
    if build.is_file(choices.microphone) != build.is_file(choices.speaker):
        raise ContentError("--microphone and --speaker must both be files, or both devices")
    # A companion that is running would take every sentence of the lesson for a cue.
    store = PromiseStore(folders.state_folder())
    store.claim()
    try:
        if build.is_file(choices.microphone):
            return asyncio.run(_held(asked, phrase, content, out, confirm))
        with portaudio.quietly():
            return asyncio.run(_held(asked, phrase, content, out, confirm))
    finally:
        store.close()


async def _held(
    asked: Asked, phrase: str | None, content: Content, out: TextIO, confirm: Confirm | None
) -> tuple[SoundTemplates | None, bool]:
    language = content.settings.language
    before = taught.load()
    words = load_teach_words(language)
    if asked.people > len(words.people):
        raise ContentError(f"--people {asked.people} is too many: 1 to {len(words.people)}")
    phrase = phrase or load_phrase(language)
    texts = asked.sentences or (*((phrase,) if phrase else ()), *words.sentences)
    engine = asked.choices.engine or content.settings.engine
    with ears.opened_organs(content, engine) as organs:
        async with opened_room(asked.choices, content, out) as room:
            lesson = Lesson(
                room,
                _needed(organs.spotter, content),
                lambda: ears.ear_of(organs, content, content.table, content.own),
                words,
                [sentence_of(text, content.table) for text in texts],
                before,
                _space(before, content),
            )
            await lesson.run(asked.people)
            if not lesson.taken:
                return None, False
            sure = asked.yes or await lesson.wanted()
            if sure is None and confirm is not None:
                sure = await asyncio.to_thread(confirm, KEEP)
            await room.say("teach_kept" if sure else "teach_dropped")
            return lesson.templates, bool(sure)


def _needed(spotter: SpotterWorker | None, content: Content) -> SpotterWorker:
    if spotter is None:
        raise SetupError(
            f"there are no sound templates for '{content.settings.language}', so nothing can be"
            " taught"
        )
    return spotter


def _space(before: SoundTemplates | None, content: Content) -> Space:
    """The space of all that is taught: that of the first lesson."""
    if before is not None:
        return before.space
    return load(build.templates_file(content.settings.language)).space
