"""How far something has come: a line that moves on a terminal, plain lines elsewhere.

Decides how that looks. Must not know what it is that comes.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import TextIO

from companion.hearing.disk import amount

STEP_PERCENT = 10
"""A plain line for so many percent."""


@contextlib.contextmanager
def shown(out: TextIO) -> Iterator[Callable[[int, int], None]]:
    """Give what is to be told (bytes that are here, bytes of the whole)."""
    if out.isatty():
        with _moving(out) as tell:
            yield tell
    else:
        yield _lines(out)


@contextlib.contextmanager
def _moving(out: TextIO) -> Iterator[Callable[[int, int], None]]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(file=out)) as progress:
        task = progress.add_task("", start=False, total=None)

        def tell(have: int, total: int) -> None:
            if not progress.tasks[0].started:
                progress.start_task(task)
            progress.update(task, completed=have, total=total)

        yield tell


def _lines(out: TextIO) -> Callable[[int, int], None]:
    told = -1

    def tell(have: int, total: int) -> None:
        nonlocal told
        step = 100 * have // max(total, 1) // STEP_PERCENT
        if step != told:
            told = step
            out.write(f"{step * STEP_PERCENT:3d} %  {amount(have)} of {amount(total)}\n")
            out.flush()

    return tell
