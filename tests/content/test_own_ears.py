"""What the companion says is no cue for it.

A sentence that means a cue ("say I'm back any time") is left out by the decision, which knows
what the companion itself is saying. A re-entry sentence is said by a person, so it must mean none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from companion.core.cues import CueTable, understand
from companion.core.script import SayStep
from companion.hearing.decision import decide
from companion.keeping.content import load_line_tables, load_reentry, load_scripts
from companion.keeping.cuebook import load_cues
from companion.ports import Expectation, Words
from tests.content.tone_rules import sentences

PHASES = ("idle", "away", "re_entry")
"""One for each set of cues that may fire."""
FACTS = {
    "length": "twenty minutes",
    "minutes": "seven minutes",
    "clock": "eight forty",
    "practice": "looking around the room",
    "person": "first person",
    "manner": "whispered",
    "sentence": "I need a pause",
    "heard": "four",
    "asked": "five",
    "emergency": "nine, nine, nine",
    "crisis_line": "one one six, one two three",
    "abuse_line": "zero eight zero eight, two zero zero zero, two four seven",
}


Mistaken = Callable[[Iterable[str]], list[tuple[str, str]]]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def table() -> CueTable:
    """The cues, read once."""
    return load_cues()


@pytest.fixture(scope="module")
def mistaken(table: CueTable) -> Mistaken:
    """What of some texts means a cue, with a phase in which the companion would act on it."""

    def heard(texts: Iterable[str]) -> list[tuple[str, str]]:
        return [
            (part, phase)
            for part in parts(texts)
            for phase in PHASES
            if understand(part, table, phase=phase) is not None
        ]

    return heard


def parts(texts: Iterable[str]) -> Iterable[str]:
    """Each text and each sentence of it, once: a pause between sentences ends an utterance."""
    return dict.fromkeys(part for text in texts for part in (text, *sentences(text)))


def test_lines(table: CueTable, mistaken: Mistaken) -> None:
    """No line of the companion, and no sentence of one, makes it act while it says it."""
    lines = load_line_tables().values()
    spoken = [variant.format(**FACTS) for line in lines for variant in line.variants]
    # What means no cue is decided already. The rest must be known as the companion's own words.
    for part, phase in mistaken(spoken):
        readings = (Words(part, 1.0), Words(part, 1.0))
        for text in spoken:
            if part in parts([text]):
                expected = Expectation(phase)
                found = decide(readings, table, expected, engine="vosk", own_words=text)
                assert found is None, part


def test_practices(mistaken: Mistaken) -> None:
    """No sentence of a practice makes it act when it hears it."""
    steps = [step for script in load_scripts().values() for step in script.steps]
    texts = [text for step in steps if isinstance(step, SayStep) for text in step.variants]
    assert mistaken(texts) == []


def test_reentry(mistaken: Mistaken) -> None:
    """Saying the offered sentence to the other person starts nothing."""
    assert mistaken(each.text for each in load_reentry()) == []
