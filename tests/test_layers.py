"""The shape of the house: imports run one way, the core is pure, foreign libraries load late.

Every source file is read as text and its imports, also those inside functions, are compared with
the table below. Nothing is imported to find out.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "companion"

ROOMS = frozenset({"hearing", "speaking", "keeping", "house"})
BELOW_ROOMS = frozenset({"core", "ports", "errors", "limits", "worker", "portaudio", "cachefile"})

# What each part of the companion may import of the companion, itself always included.
MAY_IMPORT: dict[str, frozenset[str]] = {
    "": frozenset(),
    "errors": frozenset(),
    "core": frozenset(),
    "ports": frozenset({"core"}),
    "worker": frozenset({"errors"}),
    "limits": frozenset(),
    "cachefile": frozenset(),
    "portaudio": frozenset({"errors", "limits"}),
    "devices": BELOW_ROOMS | ROOMS,
    **dict.fromkeys(ROOMS, BELOW_ROOMS),
    "runner": BELOW_ROOMS,
    "boards": BELOW_ROOMS,
    "sources": BELOW_ROOMS | ROOMS | {"devices"},
    "build": BELOW_ROOMS | ROOMS | {"runner", "boards", "sources", "devices"},
}
# Whatever else stands beside them carries out a command for cli: doctor, setup, demo. One command
# may use another, in one direction, and none may use cli.

# The command line is written in typer's decorators, and every command needs it.
LOADED_EARLY = dict.fromkeys(
    ("companion.cli", "companion.cli_models", "companion.cli_teach"), frozenset({"typer"})
)

IMPURE = frozenset(
    {
        "asyncio", "concurrent", "ctypes", "fcntl", "glob", "http", "io", "logging", "mmap",
        "multiprocessing", "os", "pathlib", "pickle", "queue", "secrets", "select", "selectors",
        "shelve", "shutil", "signal", "socket", "sqlite3", "subprocess", "tempfile", "threading",
        "time", "tomllib", "urllib", "uuid",
    }
)  # fmt: skip
IMPURE_CALLS = frozenset({"open", "print", "input", "exec", "eval", "__import__"})
WALL_CLOCKS = frozenset(
    {
        "time.time", "time.time_ns", "time.localtime", "time.gmtime", "time.ctime",
        "datetime.now", "datetime.utcnow", "datetime.today", "date.today",
    }
)  # fmt: skip
THE_CLOCK = "companion.keeping.clock"


def module_name(path: Path) -> str:
    """Name a source file as Python does: companion/core/cues.py is companion.core.cues."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def part_of(module: str) -> str:
    """Name the part a module belongs to: the second word, "" for the package itself."""
    return [*module.split("."), ""][1]


def imported(tree: ast.AST, module: str, *, package: bool = False) -> Iterator[str]:
    """Name every module that is imported anywhere below `tree`, as a full dotted name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                keep = module.split(".") if package else module.split(".")[:-1]
                keep = keep[: len(keep) - node.level + 1]
                base = ".".join([*keep, base] if base else keep)
            # "from companion import ports" imports companion.ports.
            yield from ((f"{base}.{name.name}" if base == "companion" else base)
                        for name in node.names)  # fmt: skip


def loaded_at_once(tree: ast.Module) -> Iterator[ast.stmt]:
    """Give the statements that run when the module is imported, but for type checking blocks."""
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            waiting.extend(node.orelse)
        elif not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            if isinstance(node, ast.Import | ast.ImportFrom):
                yield node
            waiting.extend(ast.iter_child_nodes(node))


def wrong_directions(module: str, tree: ast.Module, *, package: bool = False) -> Iterator[str]:
    """Complain of imports that run against the table."""
    part = part_of(module)
    for target in imported(tree, module, package=package):
        other = part_of(target)
        if target.split(".")[0] == "companion" and not may_import(part, other):
            yield f"{module} imports {target}"


def may_import(part: str, other: str) -> bool:
    """Whether a part of the companion may import another."""
    if part == other:
        return part != ""
    return other in MAY_IMPORT.get(part, {other} - {"", "cli"})


def circle(imports: Mapping[str, Iterable[str]]) -> list[str]:
    """Find a chain of parts that import each other in a circle; empty where there is none."""
    done: set[str] = set()

    def walk(part: str, chain: list[str]) -> list[str]:
        if part in chain:
            return [*chain[chain.index(part) :], part]
        if part in done:
            return []
        done.add(part)
        rounds = (walk(other, [*chain, part]) for other in imports.get(part, ()) if other != part)
        return next((found for found in rounds if found), [])

    return next((found for part in imports if (found := walk(part, []))), [])


def early_libraries(module: str, tree: ast.Module) -> Iterator[str]:
    """Complain of foreign libraries, but numpy, that load as soon as the module does."""
    ours = sys.stdlib_module_names | {"companion", "numpy"} | LOADED_EARLY.get(module, frozenset())
    for statement in loaded_at_once(tree):
        for target in imported(statement, module):
            if target and target.split(".")[0] not in ours:
                yield f"{module} loads {target} at once; import it inside a function"


def impurities(module: str, tree: ast.Module) -> Iterator[str]:
    """Complain of what the core must not do: I/O, threads, clocks, logging, dice, libraries."""
    if part_of(module) != "core":
        return
    targets = set(imported(tree, module))
    for target in sorted(targets):
        first = target.split(".")[0]
        if first in IMPURE or first not in sys.stdlib_module_names | {"companion", "numpy"}:
            yield f"{module} imports {target}, and the core is pure"
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            seeded = bool(node.args or node.keywords)
            shared = "random" in targets and re.fullmatch("random[.][a-z]+", called)
            unseeded = called == "random.Random" or called.endswith("default_rng")
            if called in IMPURE_CALLS or shared or (unseeded and not seeded):
                yield f"{module} calls {called}({'...' * seeded}), and the core is pure"


def stray_clocks(module: str, tree: ast.Module) -> Iterator[str]:
    """Complain of wall clocks that are read anywhere but in the clock."""
    if module == THE_CLOCK:
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            read = ".".join(ast.unparse(node).split(".")[-2:])
            if read in WALL_CLOCKS:
                yield f"{module} reads {read}; only {THE_CLOCK} reads the wall clock"
        elif isinstance(node, ast.ImportFrom) and node.module == "time":
            for name in node.names:
                if f"time.{name.name}" in WALL_CLOCKS:
                    yield f"{module} reads time.{name.name}; only {THE_CLOCK} reads the wall clock"


def complaints(module: str, source: str, *, package: bool = False) -> list[str]:
    """Answer everything that is wrong with the text of one module."""
    tree = ast.parse(source)
    return [
        *wrong_directions(module, tree, package=package),
        *early_libraries(module, tree),
        *impurities(module, tree),
        *stray_clocks(module, tree),
    ]


FILES = sorted(path for path in PACKAGE.rglob("*.py") if "_data" not in path.parts)


@pytest.mark.parametrize("path", FILES, ids=module_name)
def test_a_file_keeps_to_its_place(path: Path) -> None:
    """Every file imports only what its part may import, and loads no library early."""
    package = path.name == "__init__.py"
    assert complaints(module_name(path), path.read_text(), package=package) == []


def test_the_whole_house_is_read() -> None:
    """The files are found; an empty list would make the test above pass for nothing."""
    names = {module_name(path) for path in FILES}
    assert {"companion", "companion.ports", "companion.core.promise", THE_CLOCK} <= names


def test_nothing_goes_round_in_a_circle() -> None:
    """No part imports, by any number of steps, a part that imports it."""
    imports: dict[str, set[str]] = {}
    for path in FILES:
        name = module_name(path)
        found = imported(ast.parse(path.read_text()), name, package=path.name == "__init__.py")
        ours = {part_of(target) for target in found if target.startswith("companion.")}
        imports.setdefault(part_of(name), set()).update(ours)
    assert circle(imports) == []


def test_a_planted_circle_is_found() -> None:
    """The search for circles is itself shown some."""
    assert circle({"a": ["b"], "b": ["c", "a"]}) == ["a", "b", "a"]
    assert circle({"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": ["c"]}) == ["d", "c", "d"]
    assert circle({"a": ["a", "b", "c"], "b": ["c"], "c": []}) == []


def test_the_linter_bans_the_same_libraries() -> None:
    """What ruff refuses at the head of a module, this test refuses too."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    tidy = settings["tool"]["ruff"]["lint"]["flake8-tidy-imports"]
    for library in tidy["banned-module-level-imports"]:
        assert complaints("companion.hearing.ear", f"import {library}")


@pytest.mark.parametrize(
    ("module", "source", "complaint"),
    [
        ("companion.core.session", "from companion.ports import Clock", "imports companion.ports"),
        ("companion.core.session", "import companion.errors", "imports companion.errors"),
        ("companion.core.session", "from companion import ports", "imports companion.ports"),
        ("companion.core.session", "from ..keeping import store", "imports companion.keeping"),
        ("companion.core.session", "from .. import worker", "imports companion.worker"),
        ("companion.core.session", "def f():\n import companion.runner", "companion.runner"),
        ("companion.ports", "from companion.hearing import microphone", "companion.hearing"),
        ("companion.errors", "from companion.core import events", "imports companion.core"),
        ("companion.hearing.ear", "from companion.speaking.player import Player", "speaking"),
        ("companion.hearing.ear", "def f():\n from companion.keeping import store", "keeping"),
        ("companion.keeping.store", "from companion.house import mqtt", "companion.house"),
        ("companion.speaking.voice", "import companion.runner", "imports companion.runner"),
        ("companion.speaking.voice", "from companion.build import build", "companion.build"),
        ("companion.runner", "from companion.hearing.ear import Ear", "companion.hearing.ear"),
        ("companion.runner", "from companion.cli import main", "imports companion.cli"),
        ("companion.build", "from companion.doctor import look", "imports companion.doctor"),
        ("companion.doctor", "from companion.cli import main", "imports companion.cli"),
        ("companion.build", "from companion.setup import ask", "imports companion.setup"),
        ("companion", "from companion.core import events", "imports companion.core"),
        ("companion.speaking.voice", "import pyttsx3", "loads pyttsx3 at once"),
        ("companion.doctor", "try:\n import typer\nexcept ImportError:\n pass", "loads typer"),
        ("companion.cli", "class A:\n from rich import print", "loads rich at once"),
        ("companion.keeping.settings", "import requests", "loads requests at once"),
        ("companion.core.pcm", "import scipy.signal", "the core is pure"),
        ("companion.core.pcm", "import soundfile", "the core is pure"),
        ("companion.core.session", "import time", "the core is pure"),
        ("companion.core.session", "from logging import getLogger", "the core is pure"),
        ("companion.core.session", "def f():\n import threading", "the core is pure"),
        ("companion.core.session", "open('x')", "calls open"),
        ("companion.core.session", "import random\nrandom.choice([1])", "calls random.choice"),
        ("companion.core.session", "import random\nrandom.Random()", "random"),
        ("companion.core.pcm", "import numpy as np\nnp.random.default_rng()", "random"),
        ("companion.core.session", "import datetime\ndatetime.datetime.now()", "datetime.now"),
        ("companion.runner", "import time\ntime.time()", "reads time.time"),
        ("companion.runner", "from time import time", "reads time.time"),
        ("companion.keeping.store", "from datetime import date\ndate.today()", "date.today"),
    ],
)
def test_a_planted_mistake_is_found(module: str, source: str, complaint: str) -> None:
    """The reader of imports is itself shown every kind of mistake, and says so."""
    found = complaints(module, source)
    assert any(complaint in said for said in found), found


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("companion.core.session", "from companion.core.events import Event\nimport numpy as np"),
        ("companion.core.session", "import random\nrandom.Random(7).choice([1])"),
        ("companion.core.pcm", "random = np.random.default_rng(7)\nrandom.normal()"),
        ("companion.ports", "from companion.core import promise"),
        ("companion.hearing.ear", "from companion.worker import Worker\nfrom . import frames"),
        ("companion.hearing.ear", "def f():\n import sounddevice"),
        ("companion.hearing.ear", "import time\ntime.monotonic()"),
        ("companion.keeping.lines", "if TYPE_CHECKING:\n from pydantic import BaseModel"),
        ("companion.build", "from companion.runner import Runner\nimport companion.hearing.ear"),
        ("companion.doctor", "from companion.build import build"),
        ("companion.setup", "from companion.doctor import look"),
        ("companion.cli", "from companion.doctor import look\nimport companion.setup"),
        (THE_CLOCK, "import time\ntime.time()"),
    ],
)
def test_what_is_allowed_is_let_through(module: str, source: str) -> None:
    """The reader of imports does not complain of what the house does every day."""
    assert complaints(module, source) == []
