"""Telephone numbers: what may be said aloud on a given day, and how.

Decides which of a household's and a country's numbers may be spoken, and spells them. Must not
know when they are spoken, or clocks: the day is passed in.

Nothing is built in as true for ever (brief, 6.7). A country's numbers come from
scripts/<language>/numbers.toml, the household's own from its settings win field by field, and a
helpline is spoken only when somebody of the household has checked it in the last 12 months. What
is left then is the emergency number, never "a helpline you trust".
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, ClassVar

from companion.errors import ContentError
from companion.keeping import folders
from companion.keeping.checked import NO_OTHER_KEYS, Allowed, read_document, validated


def _matches(pattern: str) -> Callable[[str], bool]:
    return lambda value: re.fullmatch(pattern, value) is not None


_TELEPHONE = r"[0-9][0-9 -]{1,20}"
_Needed = Annotated[str, Allowed('digits in quotes such as "112"', _matches(_TELEPHONE))]
_Line = Annotated[
    str,
    Allowed('digits in quotes such as "116 123", or "" for none', _matches(f"({_TELEPHONE})?")),
]
_Text = Annotated[
    str,
    Allowed(
        'a word and digits in quotes such as "START to 88788", or "" for none',
        _matches(r"[A-Za-z0-9 -]{0,40}"),
    ),
]
_Day = Annotated[datetime.date, Allowed("a date without quotes such as 2026-03-01")]


@dataclass(frozen=True, slots=True)
class Numbers:
    """Telephone numbers as they are written down. "" is none; None is not decided here."""

    __pydantic_config__: ClassVar[Mapping[str, object]] = NO_OTHER_KEYS

    emergency: _Needed | None = None
    """Spoken always."""
    crisis_line: _Line | None = None
    """For somebody who does not want to live."""
    abuse_line: _Line | None = None
    """For somebody who is hurt or afraid at home. Spoken only when it is asked for."""
    text_line: _Text | None = None
    """Reached by text message."""
    checked_on: _Day | None = None
    """The day on which somebody last made sure that these numbers are right."""


@dataclass(frozen=True, slots=True)
class CountryNumbers:
    """What numbers.toml of a language holds."""

    digits: tuple[str, ...]
    """Ten words, for zero to nine."""
    unset: str
    """The emergency number where no country is set."""
    by_country: Mapping[str, Numbers]
    """By ISO 3166-1 code of two letters."""


@dataclass(frozen=True, slots=True)
class SpokenNumbers:
    """Numbers in words, digit by digit: "nine, nine, nine". "" must not be mentioned."""

    emergency: str
    crisis_line: str = ""
    abuse_line: str = ""
    text_line: str = ""
    reason: str = ""
    """What keeps the helplines from being spoken, for the self-check; "" where nothing does."""


def load_country_numbers(language: str = "en") -> CountryNumbers:
    """Read numbers.toml of a language, a person's own file before the shipped one.

    A language without one has the English one. ContentError in one sentence where it is wrong.
    """
    places = [
        root / name / "numbers.toml"
        for name in (language, "en")
        for root in (folders.own("scripts"), folders.shipped("scripts"))
    ]
    path = next((place for place in places if place.is_file()), places[-1])
    return read_country_numbers(path)


def read_country_numbers(path: Path) -> CountryNumbers:
    """Read one numbers.toml. ContentError in one sentence where it is wrong."""
    document = read_document(path)
    digits, unset = document.pop("digits", None), document.pop("unset", None)
    entries = document.pop("country", [])
    if document:
        raise ContentError(
            f"{path}: there is no key {next(iter(document))}; allowed are digits, unset, country"
        )
    if not (_words(digits) and len(digits) == 10):
        raise ContentError(f"{path}: digits must be a list of ten words in quotes, zero to nine")
    if not (isinstance(unset, str) and _matches(_TELEPHONE)(unset)):
        raise ContentError(f'{path}: unset must be digits in quotes such as "112"')
    if not (isinstance(entries, list) and all(isinstance(entry, dict) for entry in entries)):
        raise ContentError(f"{path}: country must be tables, each headed [[country]]")
    by_country: dict[str, Numbers] = {}
    for number, entry in enumerate(entries, start=1):
        codes = entry.pop("codes", None)
        if not (_words(codes) and all(re.fullmatch("[A-Z]{2}", code) for code in codes)):
            raise ContentError(
                f'{path}: [[country]] {number} needs codes, a list of two capitals such as ["GB"]'
            )
        by_country |= dict.fromkeys(codes, validated(Numbers, entry, path))
    return CountryNumbers(tuple(digits), unset, by_country)


def _words(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(word, str) for word in value)


def spoken_numbers(
    own: Numbers, country: str, known: CountryNumbers, today: datetime.date
) -> SpokenNumbers:
    """Choose what may be spoken on `today`, in words: the emergency number, always.

    It is the household's own, else its country's, else the one for no country. A helpline is
    added only when `own.checked_on` lies in the last 12 months.
    """
    theirs = known.by_country.get(country, Numbers())
    emergency = own.emergency or theirs.emergency
    spoken = SpokenNumbers(
        emergency=spelled(emergency or known.unset, known.digits),
        reason="" if emergency else "no country is set",
    )
    if not _fresh(own.checked_on, today):
        stale = "the numbers were not checked in the last 12 months"
        return replace(spoken, reason=spoken.reason or stale)

    def chosen(mine: str | None, their: str | None) -> str:
        return spelled((their if mine is None else mine) or "", known.digits)

    return replace(
        spoken,
        crisis_line=chosen(own.crisis_line, theirs.crisis_line),
        abuse_line=chosen(own.abuse_line, theirs.abuse_line),
        text_line=chosen(own.text_line, theirs.text_line),
    )


def _fresh(checked_on: datetime.date | None, today: datetime.date) -> bool:
    # A date in the future is a slip, or the clock is wrong: neither vouches for a number.
    if checked_on is None or checked_on > today:
        return False
    last = (checked_on.year + 1, checked_on.month, checked_on.day)
    return (today.year, today.month, today.day) <= last


def spelled(number: str, digits: Sequence[str]) -> str:
    """Spell a number for a voice: "116 123" becomes "one one six, one two three".

    A comma is a small rest: between groups of digits, or between digits where there is one
    group only. Words stay as they are.
    """
    groups = re.findall(r"[0-9]+|[A-Za-z]+", number)
    rest = " " if len(groups) > 1 else ", "
    text, before = "", ""
    for group in groups:
        if before:
            text += ", " if before.isdecimal() and group.isdecimal() else " "
        said = rest.join(digits[int(digit)] for digit in group) if group.isdecimal() else group
        text, before = text + said, group
    return text
