"""The cues as people wrote them down: scripts/<language>/cues.toml, ready to match.

Decides which files are read and how a household's own joins the shipped one. Everything is
checked before anything is used; the first mistake is raised as one sentence. Must not know: how
a sentence is read (core.cues), or what a cue leads to.

A household's own cues.toml has the same tables. Its rules, lists and spellings win by name, its
[around] words are added, and its intents add phrasings to those of the same name, or with
`replace = true` take their place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from companion.core import cues
from companion.core.cues import PHASES, CueTable, Strength, added, cue_table, phrases
from companion.core.cuetable import STATES, Around, Intent, Phrasing
from companion.core.patterns import Pattern, all_words, choice
from companion.core.wording import surface_words
from companion.errors import ContentError
from companion.keeping import folders
from companion.keeping.cuecache import remembered
from companion.keeping.cueshape import read_book
from companion.keeping.owncues import own_files
from companion.keeping.templates import Templates

__all__ = ["load_cues", "only", "phrases", "read_cues", "with_cue"]

RANKS: Final = {Strength.SAFETY: 100, Strength.STRONG: 50, Strength.SOFT: 20}
"""Of two meanings of one sentence the higher is meant, unless the file says otherwise."""
_WORD_KEYS: Final = (
    "fillers",
    "loose_words",
    "safety_words",
    "small_words",
    "glue",
    "leads",
    "leads_into",
)
_MAP_KEYS: Final = ("left_out", "sounds_like")
_PATTERN_KEYS: Final = ("courtesy", "clauses", "sayings", "denials")


def load_cues(language: str = "en", *, phrase: bool = True) -> CueTable:
    """Read the cues of a language: the shipped file, joined by the household's own.

    Without the phrase that it chose, unless `phrase`. ContentError in one sentence naming the
    file and the place in it.
    """
    shipped = folders.shipped("scripts") / language / "cues.toml"
    return remembered([shipped, *own_files(language, phrase=phrase)], read_cues)


def read_cues(paths: Sequence[Path]) -> CueTable:
    """Read cue files, later ones joining earlier ones. ContentError in one sentence."""
    files = [(path, read_book(path)) for path in paths]
    spellings: dict[str, tuple[str, ...]] = {}
    rules: dict[str, str] = {}
    lists: dict[str, dict[str, list[str]]] = {}
    for _, book in files:
        spellings |= {said: tuple(surface_words(meant)) for said, meant in book.spellings.items()}
        rules |= book.rules
        lists |= book.lists
    templates = Templates(spellings, rules, lists)
    for path, book in files:
        for name in book.rules:
            _told(path, f"rule <{name}>", templates.rule, name)
    intents: dict[str, Intent] = {}
    for path, book in files:
        for name, written in book.intents.items():
            old = None if written.replace else intents.get(name)
            intents[name] = _intent(path, name, written, templates, old)
    return cue_table(
        intents.values(),
        around=_around(files, templates),
        spellings=spellings,
        rules=templates.patterns,
    )


def with_cue(table: CueTable, name: str, template: str, *, only: bool = False) -> CueTable:
    """Add a strong cue that fires in every phase; `only` leaves out the intents of `table`.

    `template` is in hassil's syntax and may use the rules of the table. ContentError in one
    sentence where it is wrong.
    """
    if not name.isidentifier():
        raise ContentError(f'"{name}" is no name for a cue: letters, digits and _ are allowed')
    templates = Templates(table.spellings, {}, {}, known=table.rules)
    pattern = _told(None, f"cue {name}", templates.read, template)
    phrasing = Phrasing(templates=(pattern,), phases=frozenset(PHASES))
    intent = Intent(name, Strength.STRONG, RANKS[Strength.STRONG] + 1, (phrasing,))
    return added(cues.only(table, ()) if only else table, intent)


def only(table: CueTable, names: Iterable[str]) -> CueTable:
    """Keep these intents alone. ContentError where there is no such intent."""
    wanted = tuple(names)
    known = [intent.name for intent in table.intents]
    for name in wanted:
        if name not in known:
            raise ContentError(f"there is no cue {name}; there are {', '.join(known)}")
    return cues.only(table, wanted)


def _around(files: list[tuple[Path, Any]], templates: Templates) -> Around:
    words: dict[str, set[str]] = {key: set() for key in _WORD_KEYS}
    never: set[str] = set()
    following: dict[str, dict[str, frozenset[str]]] = {key: {} for key in _MAP_KEYS}
    patterns: dict[str, list[Pattern]] = {key: [] for key in (*_PATTERN_KEYS, "blockers")}
    for path, book in files:
        around = book.around
        for key in _WORD_KEYS:
            words[key] |= set(getattr(around, key).split())
        for name in around.loose_rules.split():
            rule = _told(path, "[around] loose_rules", templates.rule, name)
            words["loose_words"] |= all_words(rule)
        never |= set(around.never_loose.split())
        for key, known in following.items():
            for said, some in getattr(around, key).items():
                known[said] = known.get(said, frozenset()) | set(some.split())
        groups = {key: getattr(around, key) for key in _PATTERN_KEYS} | around.blockers
        for group, some in groups.items():
            kind = group if group in patterns else "blockers"
            for number, template in enumerate(some, start=1):
                where = f"[around] {group}, template {number}"
                patterns[kind].append(_told(path, where, templates.read, template))
    words["loose_words"] -= never
    # Around has a set of words, a pattern or a mapping under each of these names.
    parts: dict[str, Any] = {key: frozenset(some) for key, some in words.items()}
    parts |= {key: choice(some) for key, some in patterns.items()}
    parts |= following
    return Around(**parts)


def _intent(
    path: Path, name: str, written: Any, templates: Templates, old: Intent | None
) -> Intent:
    """Build one intent; what it does not say is as in `old`, and its phrasings come after."""
    if written.strength is None and old is None:
        raise ContentError(f"{path}: {name} needs a strength: {', '.join(Strength)}")
    phrasings: list[Phrasing] = []
    number = 0
    for group in written.phrasings:
        patterns: list[Pattern] = []
        for template in group.templates:
            number += 1
            patterns.append(_told(path, f"{name}, template {number}", templates.read, template))
        named = written.states if group.states is None else group.states
        phases = [phase for state in named for phase in STATES.get(state, (state,))]
        phrasings.append(
            Phrasing(
                templates=tuple(patterns),
                phases=frozenset(phases),
                asked=frozenset(group.asked),
                slots=tuple(group.slots.items()),
                alone=group.alone,
                loose=group.loose,
                within=group.within,
            )
        )
    if old is None:
        strength = Strength(written.strength)
        rank = RANKS[strength] if written.rank is None else written.rank
        return Intent(name, strength, rank, tuple(phrasings), bool(written.beside))
    return Intent(
        name,
        Strength(written.strength or old.strength),
        old.rank if written.rank is None else written.rank,
        (*old.phrasings, *phrasings),
        old.beside if written.beside is None else written.beside,
    )


def _told(path: Path | None, where: str, read: Callable[[str], Pattern], written: str) -> Pattern:
    """Read, and where that fails say in which file and place."""
    try:
        return read(written)
    except ContentError as problem:
        place = f"{path}: {where}" if path is not None else where
        raise ContentError(f"{place}: {problem}") from problem
