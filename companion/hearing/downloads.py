"""A download that goes on where it broke off.

Decides what is asked for, when a part may be kept, and when to give up. Must not know what the
file holds, but that it is a zip file.

Beside the part lie notes: which address it came from, how long the whole is, and the mark (ETag
or date) by which the server knows that version. Only what agrees with all of them is added to
the part; anything else starts afresh.
"""

from __future__ import annotations

import contextlib
import json
import re
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeAlias

from companion.errors import SetupError
from companion.hearing.disk import amount, delete, need_space, reason
from companion.hearing.web import Answer, ask

CHUNK_BYTES = 1 << 18
UNPACKED_GUESS = 3
"""So many times the zip file is asked for where nobody knows what it unpacks to."""
_ZIP = b"PK\x03\x04"

Progress: TypeAlias = Callable[[int, int], None]
"""Told (bytes that are here, bytes of the whole)."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One model as it is asked for. None is what nobody knows."""

    name: str
    url: str
    """Where its zip file is; "" where that is on a disk already."""
    size: int | None = None
    """Bytes of the zip file."""
    sha256: str | None = None
    """Of the zip file, 64 digits."""
    unpacked: int | None = None
    """Bytes on disk at most."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a server may take."""

    answer_seconds: float = 60.0
    """For an answer to begin."""
    stall_seconds: float = 30.0
    """For each piece, and for `least_bytes` of them."""
    least_bytes: int = 20_000
    """Fewer than these within `stall_seconds` are a stall too."""


@dataclass(frozen=True, slots=True)
class _Notes:
    url: str
    total: int
    mark: str


def download(
    wanted: Wanted,
    part: Path,
    notes: Path,
    *,
    patience: Patience,
    progress: Progress,
    clock: Callable[[], float] = time.monotonic,
) -> bool:
    """Bring the whole file to `part`; whether some of it had been there before.

    SetupError in one sentence when it does not come, with what is kept for the next time.
    """
    try:
        return _download(wanted, part, notes, patience, progress, clock)
    except SetupError as problem:
        kept, _ = _kept(wanted, part, notes)
        if not kept:
            delete(part)
            delete(notes)
            raise
        raise SetupError(
            f"{problem}; {amount(kept)} are kept, and the same command goes on from there"
        ) from problem


def _download(
    wanted: Wanted,
    part: Path,
    notes: Path,
    patience: Patience,
    progress: Progress,
    clock: Callable[[], float],
) -> bool:
    have, noted = _kept(wanted, part, notes)
    if noted is not None and have == noted.total:
        progress(have, have)
        return True
    answer = _ask(wanted, have, noted, patience)
    if answer.status != 200 and not _continues(answer, have, noted):
        answer.close()
        have, noted = 0, None
        answer = _ask(wanted, have, noted, patience)
    with contextlib.closing(answer):
        if answer.status == 200:
            have, noted = 0, _begun(answer, wanted)
        if noted is None:
            raise SetupError(f"{answer.host} gives a part where the whole was asked for")
        unpacked = wanted.unpacked or UNPACKED_GUESS * noted.total
        need_space(part.parent, noted.total - have + unpacked)
        if not have:
            _write_notes(part, notes, noted)
        _take(answer, part, have, noted, patience, progress, clock)
    return have > 0


def _kept(wanted: Wanted, part: Path, notes: Path) -> tuple[int, _Notes | None]:
    """How much of what is wanted is here already, and what it is a part of."""
    try:
        have = part.stat().st_size
        noted = _Notes(**json.loads(notes.read_text(encoding="utf-8")))
        ours = noted.url == wanted.url and wanted.size in (None, noted.total)
        # Without a mark only a checksum tells whether both halves are of the same file.
        safe = bool(noted.mark or wanted.sha256) or have == noted.total
        if ours and safe and 0 < have <= noted.total:
            return have, noted
    except (OSError, ValueError, TypeError):
        pass
    return 0, None


def _ask(wanted: Wanted, have: int, noted: _Notes | None, patience: Patience) -> Answer:
    headers = {}
    if have and noted is not None:
        headers["Range"] = f"bytes={have}-"
        if noted.mark:
            headers["If-Range"] = noted.mark
    answer = ask(
        wanted.url,
        headers,
        seconds=patience.answer_seconds,
        stall_seconds=patience.stall_seconds,
        elsewhere=wanted.sha256 is not None,
    )
    host = answer.host
    told = ""
    if "html" in answer.headers.get("Content-Type", "").lower():
        told = f"{host} answers with a web page, not with a zip file"
    elif answer.headers.get("Content-Encoding", "identity").lower() != "identity":
        told = f"{host} answers in another form than it was asked for"
    if told and answer.status != 416:
        answer.close()
        raise SetupError(f"{told}: is the address right?")
    return answer


def _continues(answer: Answer, have: int, noted: _Notes | None) -> bool:
    """Whether this is the rest of what is here."""
    if answer.status != 206 or noted is None:
        return False
    told = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", answer.headers.get("Content-Range", "").strip())
    if told is None:
        return False
    if tuple(map(int, told.groups())) != (have, noted.total - 1, noted.total):
        return False
    mark = _mark(answer)
    return not (mark and noted.mark and mark != noted.mark)


def _begun(answer: Answer, wanted: Wanted) -> _Notes:
    """What the server begins to give. SetupError where that is not what is wanted."""
    host = answer.host
    length = answer.headers.get("Content-Length", "")
    total = int(length) if re.fullmatch(r"\d{1,15}", length) else wanted.size
    if total is None:
        raise SetupError(f"{host} does not say how long the file is, so it is not taken")
    if wanted.size is not None and total != wanted.size:
        raise SetupError(
            f"{host} has a file of {total:,} bytes, and {wanted.name} has {wanted.size:,}: it is"
            " not the same file"
        )
    return _Notes(wanted.url, total, _mark(answer))


def _mark(answer: Answer) -> str:
    """How the server knows this version; a weak ETag vouches for the meaning only."""
    mark = answer.headers.get("ETag", "")
    return mark if mark.startswith('"') else answer.headers.get("Last-Modified", "")


def _write_notes(part: Path, notes: Path, noted: _Notes) -> None:
    try:
        # In this order: an old part never stands beside new notes.
        part.write_bytes(b"")
        notes.write_text(json.dumps(asdict(noted)), encoding="utf-8")
    except OSError as problem:
        raise SetupError(f"{part} cannot be written: {reason(problem)}") from problem


def _take(
    answer: Answer,
    part: Path,
    have: int,
    noted: _Notes,
    patience: Patience,
    progress: Progress,
    clock: Callable[[], float],
) -> None:
    """Add what comes to the part, until all is there."""
    host = answer.host
    since, then = clock(), have
    head = b"" if have == 0 else _ZIP
    progress(have, noted.total)
    while have < noted.total:
        piece = answer.read(min(CHUNK_BYTES, noted.total - have))
        if not piece:
            told = f"{amount(have)} of {amount(noted.total)}"
            raise SetupError(f"the connection to {host} ended after {told}")
        head = (head + piece)[: len(_ZIP)]
        ends = have + len(piece) == noted.total
        if not _ZIP.startswith(head) or (ends and head != _ZIP):
            delete(part)
            raise SetupError(f"what {host} gives is no zip file: is the address right?")
        _append(part, piece)
        have += len(piece)
        progress(have, noted.total)
        now = clock()
        if now - since >= patience.stall_seconds:
            if have < noted.total and have - then < patience.least_bytes:
                told = f"{amount(have - then)} in {now - since:.0f} s"
                raise SetupError(f"{host} is too slow: {told}")
            since, then = now, have


def _append(part: Path, piece: bytes) -> None:
    try:
        with part.open("ab") as file:
            file.write(piece)
    except OSError as problem:
        raise SetupError(f"{part} cannot be written: {reason(problem)}") from problem
