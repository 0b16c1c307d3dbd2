"""Unpacks a stranger's zip file, and nothing that it should not.

Decides what a zip file may hold: files and folders with plain names below one folder, no more
bytes than were declared, no links. Must not know what a model is.

All of it is judged by the list of contents before the first byte is written, and what is then
written is held to that list.
"""

from __future__ import annotations

import os
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path

from companion.errors import SetupError
from companion.hearing.disk import amount, need_space, reason, sync_folder

MOST_ENTRIES = 2_000
MOST_TIMES = 20
"""So many times its own size may a zip file unpack to where no limit is known."""
CHUNK_BYTES = 1 << 20
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class WrongArchive(SetupError):  # noqa: N818 - named for what it is about
    """The zip file itself is at fault: keeping it is of no use."""


def unpack(archive: Path, folder: Path, *, name: str, at_most: int | None) -> None:
    """Unpack a zip file into `folder`, which must not exist; all of it is forced onto the disk.

    `name` stands for the zip file in messages, `at_most` bounds the bytes it unpacks to.
    WrongArchive in one sentence about what is wrong with it, SetupError about the disk.
    """
    if at_most is None:
        at_most = MOST_TIMES * archive.stat().st_size
    try:
        with archive.open("rb") as file:
            zipped = _opened(file, name)
            entries = _judged(zipped, name, at_most)
            need_space(folder.parent, sum(entry.file_size for entry in entries))
            folder.mkdir()
            for entry in entries:
                _write(zipped, entry, folder, name)
        for where, _, _ in os.walk(folder):
            sync_folder(Path(where))
    except OSError as problem:
        raise SetupError(f"{name} cannot be unpacked: {reason(problem)}") from problem


def _opened(file: object, name: str) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(file)  # type: ignore[call-overload,no-any-return]
    except Exception as problem:
        raise WrongArchive(f"{name} is no zip file, or not a whole one") from problem


def _judged(zipped: zipfile.ZipFile, name: str, at_most: int) -> list[zipfile.ZipInfo]:
    """The entries, if all of them may be unpacked."""
    entries = zipped.infolist()
    if len(entries) > MOST_ENTRIES:
        raise WrongArchive(f"{name} is no model: it holds {len(entries):,} files")
    total = sum(entry.file_size for entry in entries)
    if total > at_most:
        raise WrongArchive(
            f"{name} would unpack to {amount(total)}, and at most {amount(at_most)} are right"
        )
    for entry in entries:
        wrong = _wrong(entry)
        if wrong:
            shown = ascii(entry.orig_filename[:80])
            raise WrongArchive(f"{name} is not to be trusted: {shown} in it {wrong}")
    paths = [_parts(entry) for entry in entries]
    if len(set(paths)) < len(paths):
        raise WrongArchive(f"{name} is not to be trusted: it holds a name twice")
    return entries


def _wrong(entry: zipfile.ZipInfo) -> str:
    """What is wrong with an entry; "" where nothing is."""
    written = entry.orig_filename
    parts = written.split("/")
    if written.endswith("/"):
        parts.pop()
    if not written.isprintable() or "\\" in written or ":" in written:
        return "is not a plain name"
    if {"", ".", ".."} & set(parts):
        return "leads out of its folder"
    if stat.S_IFMT(entry.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is a link or a device"
    if entry.flag_bits & 1:
        return "has a password"
    if entry.compress_type not in _METHODS:
        return "is packed in an unusual way"
    return ""


def _parts(entry: zipfile.ZipInfo) -> tuple[str, ...]:
    return tuple(entry.orig_filename.rstrip("/").split("/"))


def _write(zipped: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path, name: str) -> None:
    place = folder.joinpath(*_parts(entry))
    try:
        if entry.is_dir():
            place.mkdir(parents=True, exist_ok=True)
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("xb") as file:
            for piece in _pieces(zipped, entry, name):
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
    except (FileExistsError, NotADirectoryError, IsADirectoryError) as problem:
        raise WrongArchive(f"{name} is not to be trusted: it holds a name twice") from problem


def _pieces(zipped: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> Iterator[bytes]:
    """The bytes of an entry, no more than declared, and only if they have its checksum."""
    left = entry.file_size
    try:
        with zipped.open(entry) as packed:
            while piece := packed.read(CHUNK_BYTES):
                left -= len(piece)
                if left < 0:
                    break
                yield piece
    except Exception as problem:
        raise WrongArchive(f"{name} is damaged: {entry.filename[:80]!a} is not whole") from (
            problem
        )
    if left:
        raise WrongArchive(f"{name} is damaged: {entry.filename[:80]!a} is not whole")
