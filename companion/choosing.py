"""Which phrase a household may choose as its own: rare, long enough, and no part of anything else.

Decides what is asked of such a phrase. Must not know where it is kept, or how it is heard.

It is a sure way to ask for a pause, whispered too, so it must never be said by chance: not in
everyday talk, not by the companion itself, and not as a part of another cue.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, product

from companion.build import Content
from companion.core.cues import PHASES, QUESTIONS, CueTable, understand
from companion.core.script import SayStep
from companion.core.wording import surface_words
from companion.errors import ContentError
from companion.keeping.cuebook import load_cues
from companion.keeping.expected import every_expected_sentence

FEWEST_WORDS, MOST_WORDS = 2, 5
FEWEST_SYLLABLES = 3
"""Brief, section 5: three to five. What is shorter is in much of other speech."""
EXAMPLE = 'choose two words that hardly ever stand together, such as "amber lantern"'


def chosen_phrase(text: str, content: Content) -> str:
    """The phrase as a recogniser writes it. ContentError in one sentence where it will not do."""
    words = surface_words(text)
    phrase = " ".join(words)
    if not FEWEST_WORDS <= len(words) <= MOST_WORDS or not phrase.replace(" ", "").isalpha():
        raise ContentError(
            f'"{text}" cannot be the phrase: it takes {FEWEST_WORDS} to {MOST_WORDS} plain words,'
            " without digits or apostrophes"
        )
    _is_no_cue(words, load_cues(content.settings.language, phrase=False))
    _is_long_and_rare(phrase, words)
    _is_said_nowhere(phrase, content)
    return phrase


def _is_long_and_rare(phrase: str, words: Sequence[str]) -> None:
    from companion.hearing.everyday import Everyday

    everyday = Everyday()
    syllables = everyday.syllables(words)
    for word, count in zip(words, syllables, strict=True):
        if count is None:
            raise ContentError(f'"{word}" is not in the dictionary: choose a word that is')
    if sum(filter(None, syllables)) < FEWEST_SYLLABLES:
        raise ContentError(f'"{phrase}" is too short: it takes {FEWEST_SYLLABLES} syllables')
    if not everyday.rare(words):
        raise ContentError(f'"{phrase}" may be said by chance: {EXAMPLE}')


def _is_no_cue(words: Sequence[str], table: CueTable) -> None:
    """No words of it in a row may mean something already, in any phase or to any question."""
    places = (*product(PHASES, [None]), *product(PHASES[:1], QUESTIONS))
    for length in range(len(words), 0, -1):
        for start in range(len(words) - length + 1):
            part = " ".join(words[start : start + length])
            if any(understand(part, table, phase=at, asked=question) for at, question in places):
                raise ContentError(f'"{part}" is a cue already: {EXAMPLE}')


def _is_said_nowhere(phrase: str, content: Content) -> None:
    """Neither the companion nor a common way to say a cue may hold it."""
    steps = (step for script in content.scripts.values() for step in script.steps)
    said = (
        *every_expected_sentence(language=content.settings.language),
        *chain.from_iterable(content.lines.values()),
        *chain.from_iterable(step.variants for step in steps if isinstance(step, SayStep)),
    )
    for text in said:
        if f" {phrase} " in f" {' '.join(surface_words(text))} ":
            raise ContentError(f'"{phrase}" is a part of "{text}": {EXAMPLE}')
