"""Sentence templates: from hassil's syntax to the plain patterns of core.patterns.

Decides how (a|b), [optional], (a;b), {measure}, {list:slot} and <rule> are written, and how a
mistake in one is told. hassil parses; it is imported when the first template is read. Must not
know: files, intents, phases.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from companion.core.measures import MEASURES
from companion.core.patterns import Choice, Measure, Pattern, Row, Tagged, Word, choice, row
from companion.core.wording import Spellings, surface_words, template_words
from companion.errors import ContentError

if TYPE_CHECKING:
    from hassil.expression import Expression, ListReference

_BROKEN_WORD: Final = re.compile(r"[a-z0-9'][(\[<{]|[)\]>}][a-z0-9']", re.IGNORECASE)
_ALLOWED: Final = "allowed are words, (a|b), [optional], (a;b), {list:slot} and <rule>"
Values = Mapping[str, Mapping[str, Sequence[str]]]
"""List name -> value for the slot -> templates that mean this value."""


class Templates:
    """Reads templates that may use the same rules and lists.

    Every rule and list is turned into a pattern once, and parts that are alike become one object:
    that is read faster from the cache, and what fits is found out once for all of them.
    """

    def __init__(
        self,
        spellings: Spellings,
        rules: Mapping[str, str],
        lists: Values,
        known: Mapping[str, Pattern] | None = None,
    ) -> None:
        """`known` are rules that are patterns already."""
        from hassil import expression

        self._form = expression
        self._spellings = spellings
        self._rules = rules
        self._lists = lists
        self.patterns: dict[str, Pattern] = dict(known or {})
        self._values: dict[tuple[str, str], Pattern] = {}
        self._texts: dict[str, Pattern] = {}
        self._open: list[str] = []
        self._alike: dict[tuple[object, ...], Pattern] = {}

    def read(self, template: str) -> Pattern:
        """Turn one template into a pattern. ContentError, the end of a sentence, if it is wrong."""
        from hassil.parse_expression import parse_sentence
        from hassil.parser import ParseError

        broken = _BROKEN_WORD.search(template)
        if broken is not None:
            raise ContentError(f'a space is missing in "{broken.group()}"; {_ALLOWED}')
        try:
            sentence = parse_sentence(template)
        except (ParseError, AssertionError) as problem:
            raise ContentError(f'"{template}" cannot be read; {_ALLOWED}') from problem
        return self._pattern(sentence.expression)

    def rule(self, name: str) -> Pattern:
        """Give the pattern of <name>."""
        if name not in self.patterns:
            if name in self._open:
                raise ContentError(f"the rule <{name}> uses itself")
            if name not in self._rules:
                known = ", ".join(sorted({*self._rules, *self.patterns})) or "none"
                raise ContentError(f"there is no rule <{name}>; there are {known}")
            self._open.append(name)
            self.patterns[name] = self.read(self._rules[name])
            self._open.pop()
        return self.patterns[name]

    def _pattern(self, part: Expression) -> Pattern:
        form = self._form
        match part:
            case form.TextChunk():
                return self._text(part.original_text)
            case form.Alternative():
                return self._alternatives(part)
            case form.Permutation():
                items = [self._pattern(item) for item in part.items]
                return self._choice([self._row(order) for order in itertools.permutations(items)])
            case form.Sequence():
                return self._row([self._pattern(item) for item in part.items])
            case form.RuleReference():
                return self.rule(part.rule_name)
            case form.ListReference():
                return self._list(part)
            case _:
                raise ContentError(f"{type(part).__name__} is not allowed; {_ALLOWED}")

    def _alternatives(self, part: object) -> Pattern:
        items: list[Pattern] = []
        for item in part.items:  # type: ignore[attr-defined]
            pattern = self._pattern(item)
            # An alternative with one branch is what hassil makes of "[(a|b)]".
            items.extend(pattern.items if isinstance(pattern, Choice) else (pattern,))
        if part.is_optional:  # type: ignore[attr-defined]
            empty = self._row(())
            items = [empty, *(one for one in items if not isinstance(one, Row) or one.items)]
        return self._choice(items)

    def _text(self, text: str) -> Pattern:
        known = self._texts.get(text)
        if known is None:
            said = surface_words(text)
            known = self._texts[text] = self._row([self._word(word) for word in said])
        return known

    def _list(self, part: ListReference) -> Pattern:
        name = part.list_name
        if name in MEASURES:
            return self._alike.setdefault((Measure, name), Measure(name))
        if name not in self._lists:
            known = ", ".join([*MEASURES, *sorted(self._lists)])
            raise ContentError(f"there is no list {{{name}}}; there are {known}")
        key = (name, part.slot_name)
        if key not in self._values:
            self._values[key] = choice(
                Tagged(part.slot_name, value, self.read(template))
                for value, templates in self._lists[name].items()
                for template in templates
            )
        return self._values[key]

    def _word(self, said: str) -> Pattern:
        plain = template_words(said, self._spellings)
        return self._alike.setdefault((Word, said), Word(said, plain))

    def _choice(self, items: Sequence[Pattern]) -> Pattern:
        key = (Choice, *map(id, items))
        known = self._alike.get(key)
        if known is None:
            known = self._alike[key] = choice(items)
        return known

    def _row(self, items: Sequence[Pattern]) -> Pattern:
        flat: list[Pattern] = []
        for item in items:
            flat.extend(item.items if isinstance(item, Row) else (item,))
        if len(flat) == 1:
            return flat[0]
        key = (Row, *map(id, flat))
        known = self._alike.get(key)
        if known is None:
            known = self._alike[key] = row(flat)
        return known
