"""The cues as people wrote them down: scripts/<language>/cues.toml, checked and ready to match.

Decides what a cue file may hold and how a household's own file joins the shipped one. Everything
is checked before anything is used; the first mistake is raised as one sentence. Must not know:
how a sentence is read (core.cues), or what a cue leads to.

A household's own cues.toml has the same tables. Its rules, lists and spellings win by name; its
[around] words are added; its intents add phrasings to those of the same name, or with
`replace = true` take their place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from companion.core.cues import PHASES, QUESTIONS, CueTable, Strength, added, cue_table, phrases
from companion.core.cues import only as only_names
from companion.core.cuetable import STATES, Around, Intent, Phrasing
from companion.core.events import MANNER_CHANGES, SlotValue
from companion.core.patterns import Pattern, choice
from companion.core.wording import surface_words
from companion.errors import ContentError
from companion.keeping import folders
from companion.keeping.checked import read_document
from companion.keeping.cuecache import remembered
from companion.keeping.templates import Templates

if TYPE_CHECKING:
    from pydantic import BaseModel

__all__ = ["load_cues", "only", "phrases", "read_cues", "with_cue"]

RANKS: Final = {Strength.SAFETY: 100, Strength.STRONG: 50, Strength.SOFT: 20}
"""Of two meanings of one sentence, the higher is meant, unless the file says otherwise."""
_SLOT_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "daypart": ("am", "pm"),
    "day": ("today", "tomorrow"),
    "answer": ("yes", "no"),
    "state": ("wound_up", "shut_down", "both"),
    "change": MANNER_CHANGES,
    "door": ("now", "later", "let_go"),
}
_SLOTS: Final = (*_SLOT_WORDS, "length", "until", "number", "practice", "end_clock", "cancel")
"""Slots that a phrasing may fill by itself (core.events)."""


def load_cues(language: str = "en") -> CueTable:
    """Read the cues of a language: the shipped file, joined by a person's own.

    ContentError in one sentence naming the file and the place in it.
    """
    shipped = folders.shipped("scripts") / language / "cues.toml"
    own = folders.own("scripts") / language / "cues.toml"
    return remembered([shipped, *([own] if own.is_file() else [])], read_cues)


def read_cues(paths: Iterable[Path]) -> CueTable:
    """Read cue files, later ones joining earlier ones. ContentError in one sentence."""
    files = [(path, _checked(path)) for path in paths]
    spellings: dict[str, tuple[str, ...]] = {}
    rules: dict[str, str] = {}
    lists: dict[str, Mapping[str, list[str]]] = {}
    for _, book in files:
        spellings |= {said: tuple(surface_words(meant)) for said, meant in book.spellings.items()}
        rules |= book.rules
        lists |= book.lists
    templates = Templates(spellings, rules, lists)
    around = _around(files, templates)
    table = cue_table((), around=around, spellings=spellings, rules=templates.patterns)
    intents: dict[str, Intent] = {}
    for path, book in files:
        for name, written in book.intents.items():
            intent = _intent(path, name, written, templates, intents.get(name))
            old = intents.get(name)
            if old is not None and not written.replace:
                intent = Intent(
                    name, intent.strength, intent.rank, old.phrasings + intent.phrasings,
                    intent.beside,
                )  # fmt: skip
            intents[name] = intent
    for name in rules:
        _told(files[-1][0], f"rule <{name}>", templates.rule, name)
    return cue_table(
        intents.values(), around=table.around, spellings=spellings, rules=templates.patterns
    )


def with_cue(table: CueTable, name: str, template: str, *, only: bool = False) -> CueTable:
    """Add a strong cue that fires in every phase; `only` leaves out the intents of `table`.

    `template` is in hassil's syntax and may use the rules of the table. ContentError in one
    sentence where it is wrong.
    """
    if not name.isidentifier():
        raise ContentError(f'"{name}" is no name for a cue: letters, digits and _ are allowed')
    templates = Templates(table.spellings, {}, {}, known=table.rules)
    pattern = _told(None, f"the cue {name}", templates.read, template)
    phrasing = Phrasing(templates=(pattern,), phases=frozenset(PHASES))
    intent = Intent(name, Strength.STRONG, RANKS[Strength.STRONG] + 1, (phrasing,))
    return added(only_names(table, ()) if only else table, intent)


def only(table: CueTable, names: Iterable[str]) -> CueTable:
    """Keep these intents alone. ContentError where there is no such intent."""
    names = tuple(names)
    known = [intent.name for intent in table.intents]
    for name in names:
        if name not in known:
            raise ContentError(f"there is no cue {name}; there are {', '.join(known)}")
    return only_names(table, names)


# ---- from what was written to plain data ----------------------------------------------------


def _around(files: list[tuple[Path, Any]], templates: Templates) -> Around:
    words: dict[str, list[str]] = {}
    patterns: dict[str, list[Pattern]] = {"courtesy": [], "clauses": [], "blockers": []}
    for path, book in files:
        for key in ("fillers", "loose_words", "safety_words", "leads", "leads_into"):
            words.setdefault(key, []).extend(getattr(book.around, key).split())
        written = {
            "courtesy": {"courtesy": book.around.courtesy},
            "clauses": {"clauses": book.around.clauses},
            "blockers": book.around.blockers,
        }
        for key, groups in written.items():
            for group, some in groups.items():
                for number, template in enumerate(some, start=1):
                    where = f"[around] {group}, template {number}"
                    patterns[key].append(_told(path, where, templates.read, template))
    sets = {key: frozenset(some) for key, some in words.items()}
    return Around(**sets, **{key: choice(some) for key, some in patterns.items()})


def _intent(
    path: Path, name: str, written: Any, templates: Templates, old: Intent | None
) -> Intent:
    if old is None and written.strength is None:
        raise ContentError(f"{path}: {name} needs a strength: {', '.join(Strength)}")
    strength = Strength(written.strength) if written.strength else old.strength  # type: ignore[union-attr]
    states = written.states
    phrasings = []
    number = 0
    for group in written.phrasings:
        patterns = []
        for template in group.templates:
            number += 1
            where = f"{name}, template {number}"
            patterns.append(_told(path, where, templates.read, template))
        _check_slots(path, name, group.slots)
        named = states if group.states is None else group.states
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
    rank = RANKS[strength] if written.rank is None else written.rank
    if old is not None and written.rank is None:
        rank = old.rank
    beside = old.beside if old is not None and written.beside is None else bool(written.beside)
    return Intent(name, strength, rank, tuple(phrasings), beside)


def _told(path: Path | None, where: str, read: Any, written: str) -> Pattern:
    """Read, and where that fails say in which file and place."""
    try:
        pattern: Pattern = read(written)
    except ContentError as problem:
        place = f"{path}: {where}" if path is not None else where
        raise ContentError(f"{place}: {problem}") from problem
    return pattern


def _check_slots(path: Path, name: str, slots: Mapping[str, SlotValue]) -> None:
    for slot, value in slots.items():
        if slot not in _SLOTS:
            raise ContentError(
                f"{path}: {name} has no slot {slot}; allowed are {', '.join(_SLOTS)}"
            )
        allowed = _SLOT_WORDS.get(slot)
        if allowed is not None and value not in allowed:
            raise ContentError(
                f"{path}: {name}, slot {slot} is {value}; allowed are {', '.join(allowed)}"
            )


def _checked(path: Path) -> Any:
    from pydantic import ValidationError

    document = read_document(path)
    try:
        return _book().model_validate(document)
    except ValidationError as problem:
        first = problem.errors(include_url=False)[0]
        where = " ".join(str(p + 1 if isinstance(p, int) else p) for p in first["loc"])
        raise ContentError(f"{path}: {where}: {first['msg'].lower()}") from problem


@cache
def _book() -> type[BaseModel]:
    from typing import Literal

    from pydantic import BaseModel, ConfigDict, Field

    class Strict(BaseModel):
        model_config = ConfigDict(extra="forbid")

    State = Literal[(*STATES, *PHASES)]  # type: ignore[valid-type]
    Question = Literal[QUESTIONS]  # type: ignore[valid-type]

    class Group(Strict):
        templates: list[str] = Field(min_length=1)
        slots: dict[str, bool | float | str] = {}
        states: list[State] | None = None
        asked: list[Question] = []
        alone: bool = False
        loose: bool = False
        within: bool = False

    class Cue(Strict):
        strength: Literal["strong", "soft", "safety"] | None = None
        states: list[State] = []
        rank: int | None = None
        beside: bool | None = None
        replace: bool = False
        phrasings: list[Group] = Field(min_length=1)

    class Surroundings(Strict):
        fillers: str = ""
        loose_words: str = ""
        safety_words: str = ""
        leads: str = ""
        leads_into: str = ""
        courtesy: list[str] = []
        clauses: list[str] = []
        blockers: dict[str, list[str]] = {}

    class Book(Strict):
        around: Surroundings = Surroundings()
        spellings: dict[str, str] = {}
        rules: dict[str, str] = {}
        lists: dict[str, dict[str, list[str]]] = {}
        intents: dict[str, Cue] = {}

    return Book
