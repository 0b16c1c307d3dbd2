"""What a cue file may hold: its tables, keys and values, and how a mistake is told.

Decides names and types; pydantic does the checking and is imported when the first file is
checked. Must not know: template syntax, which files there are, what a cue leads to.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from companion.core.cuetable import PHASES, QUESTIONS, STATES, Strength
from companion.core.events import MANNER_CHANGES
from companion.errors import ContentError
from companion.keeping.checked import read_document

if TYPE_CHECKING:
    from pydantic import BaseModel

SLOT_VALUES: Final[dict[str, tuple[str, ...] | type]] = {
    "length": float,
    "until": str,
    "daypart": ("am", "pm"),
    "day": ("today", "tomorrow"),
    "number": float,
    "answer": ("yes", "no"),
    "state": ("wound_up", "shut_down", "both"),
    "change": MANNER_CHANGES,
    "practice": str,
    "door": ("now", "later", "let_go"),
    "end_clock": bool,
    "cancel": bool,
}
"""Slots that a phrasing may fill by itself, and the words or the type they take (core.events)."""
_PLACES: Final = (*STATES, *PHASES)


def read_book(path: Path) -> Any:
    """Read one cue file and check its shape. ContentError in one sentence where it is wrong."""
    from pydantic import ValidationError

    document = read_document(path)
    try:
        book = _book().model_validate(document)
    except ValidationError as problem:
        raise ContentError(
            f"{path}: {_sentence(problem.errors(include_url=False)[0])}"
        ) from problem
    for name, intent in book.intents.items():  # type: ignore[attr-defined]
        for group in intent.phrasings:
            for slot, value in group.slots.items():
                _check_slot(path, name, slot, value)
    return book


def _sentence(error: Any) -> str:
    """One of pydantic's findings in a person's words."""
    *places, key = [str(p + 1) if isinstance(p, int) else p for p in error["loc"]]
    where = f"in {' '.join(places)}, " if places else ""
    match error["type"]:
        case "extra_forbidden":
            return f"{where}there is no key {key}; allowed are {', '.join(_allowed(places))}"
        case "missing":
            return f"{where}{key} is missing"
        case _:
            shown = repr(error["input"])[:60]
            return f"{where}{key} is {shown}: {error['msg'].lower()}"


def _allowed(places: list[str]) -> list[str]:
    """Keys that a table may hold, found by going down the model the way the document goes."""
    shapes = _book().__pydantic_root_shapes__  # type: ignore[attr-defined]
    match [place for place in places if not place.isdigit()]:
        case []:
            return list(shapes["book"].model_fields)
        case ["around"]:
            return list(shapes["around"].model_fields)
        case ["intents", _]:
            return list(shapes["intent"].model_fields)
        case _:
            return list(shapes["phrasings"].model_fields)


def _check_slot(path: Path, name: str, slot: str, value: object) -> None:
    if slot not in SLOT_VALUES:
        raise ContentError(
            f"{path}: {name} fills a slot {slot}, which nothing reads; "
            f"allowed are {', '.join(SLOT_VALUES)}"
        )
    allowed = SLOT_VALUES[slot]
    if isinstance(allowed, tuple):
        if value not in allowed:
            raise ContentError(
                f"{path}: {name} fills the slot {slot} with {value}; "
                f"allowed are {', '.join(allowed)}"
            )
    elif type(value) is not allowed:
        kind = {float: "a number with a point", str: "text", bool: "true or false"}[allowed]
        raise ContentError(f"{path}: {name} fills the slot {slot} with {value}; it must be {kind}")


@cache
def _book() -> type[BaseModel]:
    from pydantic import BaseModel, ConfigDict, Field

    class Strict(BaseModel):
        model_config = ConfigDict(extra="forbid")

    class Group(Strict):
        templates: list[str] = Field(min_length=1)
        slots: dict[str, bool | float | str] = {}
        states: list[Literal[_PLACES]] | None = None  # type: ignore[valid-type]
        asked: list[Literal[QUESTIONS]] = []  # type: ignore[valid-type]
        alone: bool = False
        loose: bool = False
        within: bool = False

    class Cue(Strict):
        strength: Literal[tuple(Strength)] | None = None  # type: ignore[valid-type]
        states: list[Literal[_PLACES]] = []  # type: ignore[valid-type]
        rank: int | None = None
        beside: bool | None = None
        replace: bool = False
        phrasings: list[Group] = Field(min_length=1)

    class Surroundings(Strict):
        fillers: str = ""
        loose_words: str = ""
        loose_rules: str = ""
        never_loose: str = ""
        safety_words: str = ""
        small_words: str = ""
        glue: str = ""
        left_out: dict[str, str] = {}
        sounds_like: dict[str, str] = {}
        sayings: list[str] = []
        denials: list[str] = []
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

    shapes = {"book": Book, "around": Surroundings, "intent": Cue, "phrasings": Group}
    Book.__pydantic_root_shapes__ = shapes  # type: ignore[attr-defined]
    return Book
