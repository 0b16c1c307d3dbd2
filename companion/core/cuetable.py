"""What is known about cues: intents, their phrasings, and the words around them, as plain data.

Decides what a cue may be made of and keeps an index of first words. Must not know: files,
template syntax, how a sentence is read (core.cues).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from companion.core.patterns import Choice, Pattern, SlotItems, all_words, choice, first_words
from companion.core.wording import Spellings

STATES: Final[Mapping[str, tuple[str, ...]]] = {
    "idle": ("idle",),
    "session": ("answering", "practice", "away"),
    "return": ("calling_back", "re_entry", "open_return"),
    "safety": ("safety_self", "safety_other", "safety_medical"),
}
"""Groups of phases, by the names that content files use."""
PHASES: Final = tuple(phase for phases in STATES.values() for phase in phases)
QUESTIONS: Final = ("yes_no", "rating", "state", "length", "doors")
"""Kinds of question that may be open."""


class Strength(StrEnum):
    """What a cue allows the companion to do."""

    STRONG = "strong"
    """Act at once."""
    SOFT = "soft"
    """Offer once, in one short sentence; silence means no."""
    SAFETY = "safety"
    """The safety paths of the brief, section 6."""


@dataclass(frozen=True, slots=True)
class Phrasing:
    """Templates of one intent that share their slots and their place."""

    templates: tuple[Pattern, ...]
    phases: frozenset[str]
    """Where it may fire without a question being open."""
    asked: frozenset[str] = frozenset()
    """Kinds of question to which it is an answer, in whatever phase."""
    slots: SlotItems = ()
    """Filled whenever one of the templates fits."""
    alone: bool = False
    """A bare word or two: fires only when nothing but courtesy stands beside it."""
    loose: bool = False
    """Bears some unexplained words of feeling around it."""
    within: bool = False
    """Safety: bears any unexplained words around it."""


@dataclass(frozen=True, slots=True)
class Intent:
    """One cue."""

    name: str
    strength: Strength
    rank: int
    """Of two meanings of one sentence, the higher rank is meant."""
    phrasings: tuple[Phrasing, ...]
    beside: bool = False
    """Its phrasings may stand beside another cue, and that other cue fires."""


@dataclass(frozen=True, slots=True)
class Around:
    """Words that are no cue: what may surround one, and what forbids one."""

    fillers: frozenset[str] = frozenset()
    """Plain words that may stand anywhere, even inside a phrasing: "um", "really"."""
    courtesy: Choice = choice(())
    """What may stand before and after a phrasing: "please", "right now"."""
    clauses: Choice = choice(())
    """Sentences that change nothing: "I'll be back", "it isn't about you"."""
    loose_words: frozenset[str] = frozenset()
    """Plain words of feeling and quarrel that loose phrasings bear around them."""
    safety_words: frozenset[str] = frozenset()
    """Further plain words that loose safety phrasings bear."""
    blockers: Choice = choice(())
    """Where one of these stands outside a phrasing, nothing fires."""
    sayings: Choice = choice(())
    """Whole sentences that are no cue, whatever can be read into them: "give me a break"."""
    denials: Choice = choice(())
    """What takes back the safety phrasing right after it: "no need to", "never"."""
    small_words: frozenset[str] = frozenset()
    """Plain words that may be missing inside a phrasing: "i need pause"."""
    left_out: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """A subject -> plain words before which it may be missing: "need a pause"."""
    glue: frozenset[str] = frozenset()
    """Plain words that mean little: any phrasing bears one or two of them around it."""
    sounds_like: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """What is meant -> plain words of the same sound that a recogniser writes for it."""
    leads: frozenset[str] = frozenset()
    """Plain words like "no" or "stop" that may open a sentence which goes on with one of:"""
    leads_into: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Entry:
    """One template with where it belongs."""

    intent: Intent
    phrasing: Phrasing
    template: Pattern


@dataclass(frozen=True, slots=True)
class CueTable:
    """All cues, ready to be matched. Build with `cue_table`."""

    intents: tuple[Intent, ...]
    around: Around
    spellings: Spellings
    rules: Mapping[str, Pattern]
    """Named parts of templates, for cues that are added later."""
    by_first: Mapping[str, tuple[Entry, ...]]
    """Templates by the plain word they begin with."""
    other: tuple[Entry, ...]
    """Templates that begin with a measure."""
    words: frozenset[str]
    """Every plain word that some cue, or what may surround one, is made of."""


def cue_table(
    intents: Iterable[Intent],
    *,
    around: Around = Around(),
    spellings: Spellings = {},
    rules: Mapping[str, Pattern] = {},
) -> CueTable:
    """Build the table and its index."""
    intents = tuple(intents)
    by_first: dict[str, list[Entry]] = {}
    other: list[Entry] = []
    for intent in intents:
        for phrasing in intent.phrasings:
            for template in phrasing.templates:
                entry = Entry(intent, phrasing, template)
                words, always = first_words(template)
                for word in words:
                    by_first.setdefault(word, []).append(entry)
                if always:
                    other.append(entry)
    index = {word: tuple(entries) for word, entries in by_first.items()}
    templates = (entry.template for entries in (*index.values(), other) for entry in entries)
    words = all_words(*templates, around.courtesy, around.clauses) | around.fillers | around.leads
    return CueTable(intents, around, spellings, rules, index, tuple(other), words)


def only(table: CueTable, names: Iterable[str]) -> CueTable:
    """The same table with these intents alone."""
    wanted = set(names)
    return with_intents(table, (intent for intent in table.intents if intent.name in wanted))


def with_intents(table: CueTable, intents: Iterable[Intent]) -> CueTable:
    """The same table with other intents."""
    return cue_table(intents, around=table.around, spellings=table.spellings, rules=table.rules)


def added(table: CueTable, intent: Intent) -> CueTable:
    """The same table with one more intent, or more phrasings for one that is there."""
    known = {one.name: one for one in table.intents}
    if intent.name in known:
        old = known[intent.name]
        intent = replace(old, phrasings=old.phrasings + intent.phrasings)
    return cue_table(
        (known | {intent.name: intent}).values(),
        around=table.around,
        spellings=table.spellings,
        rules=table.rules,
    )
