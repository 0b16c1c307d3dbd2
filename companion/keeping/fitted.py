"""The keys that a written table may hold, and the values they may have.

Decides names, types and bounds, and how a misfit is told in one sentence. pydantic does the
checking; it is imported when the first table is checked, since the command line answers without
it. Must not know: files, or what a table means.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic_core import ErrorDetails

Shape = Literal[
    "script", "say", "wait", "tone", "breathe", "stage", "line", "own line", "sentence", "voice"
]


def fitted(shape: Shape, data: object, where: str, wrong: list[str]) -> dict[str, Any] | None:
    """Fill in the defaults of a table. None where it does not fit; `wrong` then says why."""
    from pydantic import ValidationError

    model = _shapes()[shape]
    try:
        return model.model_validate(data).model_dump()
    except ValidationError as error:
        wrong.extend(f"{where}: {_complaint(each, model)}" for each in error.errors())
    return None


def _complaint(error: ErrorDetails, model: type[BaseModel]) -> str:
    """One of pydantic's findings as the end of a sentence."""
    place = " ".join(str(p + 1 if isinstance(p, int) else p) for p in error["loc"])
    message = error["msg"].removeprefix("Input ")
    match error["type"]:
        case "missing":
            return f"{place} is missing"
        case "extra_forbidden":
            allowed = ", ".join(field.alias or name for name, field in model.model_fields.items())
            return f"{place} is not known here; allowed: {allowed}"
        case "model_type":
            return f"{_shown(error['input'])} stands where a table must stand"
        case _:
            return f"{place} is {_shown(error['input'])}, and {message}"


def _shown(value: object) -> str:
    """Quote a wrong value, no longer than fits in a sentence."""
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."


@cache
def _shapes() -> Mapping[str, type[BaseModel]]:
    from pydantic import BaseModel, ConfigDict, Field

    class Table(BaseModel):
        model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    class Script(Table):
        name: str
        title: str = Field(min_length=1, max_length=60)
        family: Literal["breath", "senses", "body", "quiet"]
        step: list[Any] = Field(min_length=1)

    class Say(Table):
        say: list[str]
        silence: float = Field(ge=0, le=600, allow_inf_nan=False)

    class Wait(Table):
        wait: float = Field(gt=0, le=600, allow_inf_nan=False)

    class Tone(Table):
        tone: Literal[True]

    class Breathe(Table):
        breathe: list[Any] = Field(min_length=1)

    class Stage(Table):
        breath_in: float = Field(alias="in", ge=1, le=10)
        hold_in: float = Field(default=0.0, ge=0, le=10)
        breath_out: float = Field(alias="out", ge=1, le=15)
        hold_out: float = Field(default=0.0, ge=0, le=10)
        cycles: int = Field(ge=1, le=120)
        top_up: float = Field(default=0.0, ge=0, le=3)

    class OwnLine(Table):
        say: list[str]

    class Line(OwnLine):
        facts: list[str] = Field(default_factory=list)
        most_words: int = Field(ge=1, le=60)
        most_seconds: float | None = Field(default=None, gt=0)
        fixed: bool = False

    class Sentence(Table):
        moves: list[list[str]] = Field(min_length=2, max_length=2)
        say: list[str] = Field(min_length=2, max_length=2)

    class Voice(Table):
        name: str
        title: str = Field(min_length=1)
        engine: Literal["espeak"]
        voice: str = Field(pattern=r"^[A-Za-z0-9_/.-]+(\+[A-Za-z0-9_-]+)?$")
        rate_wpm: int = Field(ge=80, le=300)
        pitch: int = Field(default=50, ge=0, le=99)
        gain_db: float = Field(default=0.0, ge=-18, le=6)
        sentence_gap_seconds: float = Field(default=0.4, ge=0, le=5)

    return {
        "script": Script,
        "say": Say,
        "wait": Wait,
        "tone": Tone,
        "breathe": Breathe,
        "stage": Stage,
        "line": Line,
        "own line": OwnLine,
        "sentence": Sentence,
        "voice": Voice,
    }
