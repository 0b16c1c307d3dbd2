"""What somebody wrote in one file: read, checked, and turned into plain types or plain complaints.

Decides what a script, a table of lines, a list of re-entry sentences and a voice may hold, and
how a mistake in them is told: the file, the place in it, what is wrong, what is allowed. Every
reader here adds its complaints to a list and gives back nothing when there are any. Must not
know: which files there are, which of two wins, or how anything sounds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import Any, Final

from companion.core.script import BreatheStep, SayStep, Script, Stage, Step, ToneStep, WaitStep
from companion.keeping.fitted import fitted

FEWEST_VARIANTS = 3
"""So that a sentence heard again is seldom the same sentence."""
STEP_KINDS: Final = ("say", "wait", "tone", "breathe")
SHAPES: Final[Mapping[str, tuple[str, ...]]] = {
    "own": ("E1", "E3", "E4", "E5", "E11"),
    "open": ("E1", "E8", "E9"),
    "listen": ("E2", "E10", "E17"),
    "not_yet": ("E1", "E14"),
}
"""Shapes of a re-entry and the moves each is made of, in their order (brief, 4.2)."""
MOST_REENTRY_WORDS = 18
"""In one of the two sentences (brief, 4.2)."""


@dataclass(frozen=True, slots=True)
class LineTable:
    """One line with its variants and its limits, as written."""

    variants: tuple[str, ...]
    facts: tuple[str, ...] = ()
    """What stands in {braces}, in every variant."""
    most_words: int = 60
    """Of the spoken sentence, facts included."""
    most_seconds: float | None = None
    fixed: bool = False
    """Exactly one wording, which a household cannot change."""


@dataclass(frozen=True, slots=True)
class ReentrySentence:
    """Two short sentences for a person to say, to begin again."""

    shape: str
    """One of SHAPES."""
    text: str
    moves: tuple[tuple[str, ...], ...] = ()
    """What each of the two sentences does, by the codes of SHAPES."""


@dataclass(frozen=True, slots=True)
class VoiceFile:
    """A voice as it is written down: an engine and its manner."""

    name: str
    title: str
    engine: str
    """What speaks it: espeak."""
    voice: str
    """The engine's own name for it: "en-gb", or with a variant "en-gb+f4"."""
    rate_wpm: int
    """Words a minute while talking, 80 to 300."""
    pitch: int
    """0 to 99; 50 is the engine's own."""
    gain_db: float
    """Decibels, -18 to +6."""
    sentence_gap_seconds: float
    """Quiet between two sentences of one line, 0 to 5."""
    source: str = ""
    """The file it was read from."""


def read_script(path: Path, data: Mapping[str, Any], wrong: list[str]) -> Script | None:
    """Read a practice: name, title, family and its steps."""
    found = len(wrong)
    table = fitted("script", data, str(path), wrong)
    if table is not None and table["name"] != path.stem:
        wrong.append(
            f"{path}: name is '{table['name']}', and must be the file's own: '{path.stem}'"
        )
    steps = [
        _step(step, f"{path}, step {number}", wrong)
        for number, step in enumerate((table or {}).get("step", ()), 1)
    ]
    if len(wrong) > found or table is None:
        return None
    whole = tuple(step for step in steps if step is not None)
    return Script(table["name"], table["title"], table["family"], whole, source=str(path))


def _step(step: object, where: str, wrong: list[str]) -> Step | None:
    match step:
        case {"say": _, **rest} if not _kinds(rest):
            table = fitted("say", step, where, wrong)
            if table is None:
                return None
            check_variants(table["say"], where, wrong)
            return SayStep(tuple(table["say"]), table["silence"])
        case {"wait": _, **rest} if not _kinds(rest):
            table = fitted("wait", step, where, wrong)
            return WaitStep(table["wait"]) if table else None
        case {"tone": _, **rest} if not _kinds(rest):
            return ToneStep() if fitted("tone", step, where, wrong) else None
        case {"breathe": _, **rest} if not _kinds(rest):
            return _breathe(step, where, wrong)
        case _:
            held = ", ".join(map(str, step)) if isinstance(step, dict) and step else "nothing"
            wrong.append(f"{where}: holds {held}; it must hold one of {', '.join(STEP_KINDS)}")
            return None


def _kinds(table: Mapping[Any, object]) -> list[str]:
    return [kind for kind in STEP_KINDS if kind in table]


def _breathe(step: object, where: str, wrong: list[str]) -> Step | None:
    table = fitted("breathe", step, where, wrong)
    written = table["breathe"] if table else ()
    stages = [
        fitted("stage", stage, f"{where}, stage {number}", wrong)
        for number, stage in enumerate(written, 1)
    ]
    return BreatheStep(tuple(Stage(**stage) for stage in stages if stage is not None))


def read_lines(path: Path, data: Mapping[str, Any], wrong: list[str]) -> dict[str, LineTable]:
    """Read the companion's own lines, each with its facts and limits."""
    lines = {}
    for name, written in data.items():
        where = f"{path}, line '{name}'"
        table = fitted("line", written, where, wrong)
        if table is None:
            continue
        fixed = table["fixed"]
        fewest, most = (1, 1) if fixed else (FEWEST_VARIANTS, None)
        check_variants(table["say"], where, wrong, table["facts"], fewest=fewest, most=most)
        lines[name] = LineTable(
            variants=tuple(table["say"]),
            facts=tuple(table["facts"]),
            most_words=table["most_words"],
            most_seconds=table["most_seconds"],
            fixed=fixed,
        )
    return lines


def read_own_lines(
    path: Path, data: Mapping[str, Any], wrong: list[str], *, known: Mapping[str, LineTable]
) -> dict[str, tuple[str, ...]]:
    """Read a household's wording of lines that exist; the facts stay those of the line."""
    wordings = {}
    for name, written in data.items():
        where = f"{path}, line '{name}'"
        if name not in known:
            wrong.append(f"{where}: there is no such line; allowed: {', '.join(sorted(known))}")
        elif known[name].fixed:
            wrong.append(f"{where}: its wording is fixed, for safety; leave it out")
        else:
            table = fitted("own line", written, where, wrong)
            if table is not None:
                check_variants(table["say"], where, wrong, known[name].facts)
                wordings[name] = tuple(table["say"])
    return wordings


def read_reentry(
    path: Path, data: Mapping[str, Any], wrong: list[str]
) -> tuple[ReentrySentence, ...]:
    """Read re-entry sentences, in the order in which they are written."""
    read = []
    for shape, sentences in data.items():
        if shape not in SHAPES or not isinstance(sentences, list):
            wrong.append(f"{path}: [[{shape}]] is not known here; allowed: {_tables(SHAPES)}")
            continue
        for number, written in enumerate(sentences, 1):
            where = f"{path}, {shape} {number}"
            table = fitted("sentence", written, where, wrong)
            if table is not None:
                read.append(_sentence(shape, table, where, wrong))
    return tuple(read)


def _sentence(
    shape: str, table: Mapping[str, Any], where: str, wrong: list[str]
) -> ReentrySentence:
    moves = tuple(tuple(codes) for codes in table["moves"])
    wrong.extend(
        f"{where}: {code} is not a move of this shape; allowed: {', '.join(SHAPES[shape])}"
        for code in sum(moves, ())
        if code not in SHAPES[shape]
    )
    for number, half in enumerate(table["say"], 1):
        words = len(half.split())
        if words > MOST_REENTRY_WORDS:
            wrong.append(
                f"{where}: sentence {number} has {words} words; at most {MOST_REENTRY_WORDS} are"
                " allowed"
            )
    check_variants(table["say"], where, wrong, fewest=2)
    return ReentrySentence(shape, " ".join(table["say"]), moves)


def _tables(names: Iterable[str]) -> str:
    return ", ".join(f"[[{name}]]" for name in names)


def read_voice(path: Path, data: Mapping[str, Any], wrong: list[str]) -> VoiceFile | None:
    """Read a voice."""
    table = fitted("voice", data, str(path), wrong)
    if table is None:
        return None
    if table["name"] != path.stem:
        wrong.append(
            f"{path}: name is '{table['name']}', and must be the file's own: '{path.stem}'"
        )
        return None
    return VoiceFile(**table, source=str(path))


def check_variants(
    variants: Sequence[str],
    where: str,
    wrong: list[str],
    facts: Sequence[str] = (),
    *,
    fewest: int = FEWEST_VARIANTS,
    most: int | None = None,
) -> None:
    """See that there are enough, none empty, none twice, each with exactly the facts, once."""
    if len(variants) < fewest or (most is not None and len(variants) > most):
        bound = f"exactly {fewest}" if most == fewest else f"at least {fewest}"
        wrong.append(f"{where}: say has {len(variants)}, and must have {bound}")
    for number, variant in enumerate(variants, 1):
        place = f"{where}, variant {number}"
        if not variant.strip():
            wrong.append(f"{place}: is empty; write a sentence")
        if variant in variants[: number - 1]:
            wrong.append(f"{place}: stands there twice; write another")
        _check_facts(variant, place, facts, wrong)


def _check_facts(variant: str, place: str, facts: Sequence[str], wrong: list[str]) -> None:
    allowed = ", ".join(f"{{{fact}}}" for fact in facts) or "none"
    try:
        parts = list(Formatter().parse(variant))
    except ValueError:
        wrong.append(f"{place}: has an unpaired brace; allowed placeholders: {allowed}")
        return
    names = [name for _, name, _, _ in parts if name is not None]
    bent = any(style or turn for _, _, style, turn in parts)
    strange = [name for name in names if name not in facts]
    if bent or strange:
        name = strange[0] if strange else names[0]
        wrong.append(f"{place}: {{{name}}} is no plain placeholder here; allowed: {allowed}")
    wrong.extend(
        f"{place}: must hold {{{fact}}} once, and holds it {names.count(fact)} times"
        for fact in facts
        if names.count(fact) != 1
    )
