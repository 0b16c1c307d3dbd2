"""What the companion says, heard by its own ears, is no cue."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from companion.core.cues import understand
from companion.core.script import SayStep
from companion.keeping.content import load_line_tables, load_reentry, load_scripts
from companion.keeping.cuebook import load_cues
from tests.content.tone_rules import sentences

PHASES = ("idle", "away", "re_entry")
"""One for each set of cues that may fire."""
FACTS = {
    "length": "twenty minutes",
    "minutes": "seven minutes",
    "clock": "eight forty",
    "practice": "looking around the room",
    "emergency": "nine, nine, nine",
    "crisis_line": "one one six, one two three",
    "abuse_line": "zero eight zero eight, two zero zero zero, two four seven",
}


Mistaken = Callable[[Iterable[str]], list[tuple[str, str]]]


@pytest.fixture(scope="module")
def mistaken() -> Mistaken:
    """What of some texts the companion would act on, with the intent it would take it for."""
    table = load_cues()

    def heard(texts: Iterable[str]) -> list[tuple[str, str]]:
        # A pause between two sentences ends an utterance, so each is also heard alone.
        parts = dict.fromkeys(part for text in texts for part in (text, *sentences(text)))
        return [
            (part, understood.intent)
            for part in parts
            for phase in PHASES
            if (understood := understand(part, table, phase=phase)) is not None
        ]

    return heard


def test_lines(mistaken: Mistaken) -> None:
    """No line of the companion, and no sentence of one, makes it act when it hears it."""
    lines = load_line_tables().values()
    texts = [text.format(**FACTS) for line in lines for text in line.variants]
    assert mistaken(texts) == []


def test_practices(mistaken: Mistaken) -> None:
    """No sentence of a practice makes it act when it hears it."""
    steps = [step for script in load_scripts().values() for step in script.steps]
    texts = [text for step in steps if isinstance(step, SayStep) for text in step.variants]
    assert mistaken(texts) == []


def test_reentry(mistaken: Mistaken) -> None:
    """Saying the offered sentence to the other person starts nothing."""
    assert mistaken(each.text for each in load_reentry()) == []
