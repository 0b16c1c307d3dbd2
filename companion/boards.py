"""Where a run is shown: JSON Lines for programs, short lines for a person at the terminal.

Decides wording of the output only. What is shown never holds heard words.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TextIO


class EventStream:
    """One JSON line for each fact, as DESIGN.md section 5 has them."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def show(self, kind: str, facts: Mapping[str, object]) -> None:
        """Write one line."""
        t = facts.get("t", 0.0)
        rest = {name: value for name, value in facts.items() if name != "t"}
        line = json.dumps({"t": t, "kind": kind, **rest}, ensure_ascii=False)
        print(line, file=self._out, flush=True)


class Timeline:
    """What happened, a line each, for a person."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._breaths = 0
        self._last = ""

    def show(self, kind: str, facts: Mapping[str, object]) -> None:
        """Write one line; single breaths are counted and told together."""
        if kind == "breath":
            self._breaths += facts.get("phase") == "in"
            return
        text = self._text(kind, facts)
        if kind == "speech" and text == self._last:
            # The sentences and counts of one practice are one line here.
            return
        self._last = text or self._last
        if self._breaths and text:
            count, self._breaths = self._breaths, 0
            self._line(facts, f"guided  {count} breaths")
        if text:
            self._line(facts, text)

    def _text(self, kind: str, facts: Mapping[str, object]) -> str:
        match kind:
            case "cue":
                slots = facts.get("slots") or {}
                assert isinstance(slots, Mapping)
                more = "".join(f"  {name} {value}" for name, value in slots.items())
                return f"heard   {facts['intent']}{more}"
            case "phase":
                return f"phase   {facts['phase']}"
            case "promise":
                due = facts["due"]
                assert isinstance(due, float | int)
                return f"promise {facts['state']}, due at {clock(due)}"
            case "speech":
                return f"said    {facts['line']}"
            case "fault":
                return f"fault   {facts['what']}"
            case _:
                return ""

    def _line(self, facts: Mapping[str, object], text: str) -> None:
        t = facts.get("t", 0.0)
        assert isinstance(t, float | int)
        print(f"{clock(t)}  {text}", file=self._out, flush=True)


class Several:
    """Shows everything on several boards."""

    def __init__(self, *boards: EventStream | Timeline) -> None:
        self._boards = boards

    def show(self, kind: str, facts: Mapping[str, object]) -> None:
        """Show one fact on each."""
        for board in self._boards:
            board.show(kind, facts)


def clock(seconds: float) -> str:
    """Seconds as minutes and seconds: 2:05."""
    minutes, rest = divmod(max(0.0, seconds), 60)
    return f"{int(minutes):3d}:{rest:04.1f}"
