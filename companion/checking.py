"""Validates files that people write: every mistake is one sentence.

Decides which files belong to the companion. Must not repair or use anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from companion.errors import ContentError
from companion.keeping import content, cuebook, folders, settings


def check(files: Sequence[Path]) -> tuple[list[str], int]:
    """Every mistake in these files, or in all that would be used; and how many were looked at."""
    chosen = list(files) or everything()
    problems: list[str] = []
    for path in chosen:
        problems.extend(_problems(path))
    if not files:
        problems.extend(_together())
    # What is wrong with one file also shows when they are used together.
    return list(dict.fromkeys(problems)), len(chosen)


def everything() -> list[Path]:
    """Shipped files and a person's own, settings included."""
    found: list[Path] = []
    for kind in ("scripts", "voices"):
        for folder in (folders.shipped(kind), folders.own(kind)):
            found.extend(sorted(folder.rglob("*.toml")))
    own = settings.settings_file()
    return [*found, *([own] if own.exists() else [])]


def _problems(path: Path) -> list[str]:
    try:
        if path.name == "settings.toml":
            settings.load_settings(path)
            return []
        if path.name == "cues.toml" and path.exists():
            shipped = folders.shipped("scripts") / "en" / "cues.toml"
            joined = [path] if path.resolve() == shipped.resolve() else [shipped, path]
            cuebook.read_cues(joined)
            return []
    except ContentError as problem:
        return [str(problem)]
    return content.check_file(path)


def _together() -> list[str]:
    """What only shows when the files are used together."""
    problems: list[str] = []
    for load in (content.load_scripts, content.load_lines, cuebook.load_cues):
        try:
            load()
        except ContentError as problem:
            if str(problem) not in problems:
                problems.append(str(problem))
    return problems
