"""The promise on disk, written so that a power cut finds either the old one or the new one.

Decides the file format, the order of the disk operations and what becomes of a damaged file.
Must not know: time, phases, or what a promise means.

One folder, for one person's eyes (0700), holds at most: the promise, a temporary file while it
is being replaced, damaged files that were set aside, and a lock. The temporary file is synced
before it takes the promise's name, and the folder is synced before anybody is told. The order is
the whole point: see `PromiseStore.keep`.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import math
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from companion.core.promise import Moment, Promise
from companion.errors import ContentError, PartLost, SetupError

FORMAT_VERSION = 1
"""Raised when the fields change. A file of a later version is never guessed at."""

_PROMISE = "promise.json"
_TEMPORARY = "promise.json.new"
_ASIDE = "promise.json.unreadable"
_LOCK = "lock"

_MOMENT_FIELDS: Mapping[str, type] = {
    "wall": float, "boot": float, "boot_id": str, "clock_set": bool,
}  # fmt: skip
_PROMISE_FIELDS: Mapping[str, type] = {
    "made": dict, "due_wall": float, "due_boot": float, "boot_id": str, "length": float,
    "appointment": bool, "extensions": int, "called": bool,
}  # fmt: skip


def to_json(promise: Promise) -> str:
    """Write the promise as the text of its file. Floats keep every bit."""
    made = {name: getattr(promise.made, name) for name in _MOMENT_FIELDS}
    fields = {name: getattr(promise, name) for name in _PROMISE_FIELDS} | {"made": made}
    return json.dumps({"version": FORMAT_VERSION, "promise": fields}, allow_nan=False)


def from_json(text: str) -> Promise:
    """Read what `to_json` wrote. ValueError saying what is wrong with any other text."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise ValueError("it is cut short or is not JSON") from problem
    if not isinstance(document, dict) or "version" not in document:
        raise ValueError("it is not a promise")
    if document["version"] != FORMAT_VERSION:
        raise ValueError(
            f"it has format version {document['version']!r} and this companion reads version"
            f" {FORMAT_VERSION}"
        )
    fields = _checked(document.get("promise"), _PROMISE_FIELDS)
    made = Moment(**_checked(fields.pop("made"), _MOMENT_FIELDS))
    return Promise(made=made, **fields)


def _checked(fields: Any, kinds: Mapping[str, type]) -> dict[str, Any]:
    """`fields` with exactly the names and types of `kinds`; whole numbers become floats."""
    if not isinstance(fields, dict) or fields.keys() != kinds.keys():
        raise ValueError("it does not have the fields of a promise")
    return {name: _value(name, fields[name], kind) for name, kind in kinds.items()}


def _value(name: str, value: Any, kind: type) -> Any:
    if kind is float and type(value) is int:
        value = float(value)
    if type(value) is not kind or (isinstance(value, float) and not math.isfinite(value)):
        raise ValueError(f"its field {name} is not of the kind {kind.__name__}")
    return value


class PromiseStore:
    """One promise in one folder. A `companion.ports.Store`.

    Nothing is created before the first `claim` or `keep`.
    """

    def __init__(self, folder: Path, *, sync: Callable[[int], None] = os.fsync) -> None:
        self.folder = folder
        self._sync = sync
        """Forces what a descriptor stands for onto the disk."""
        self._lock: int | None = None

    def claim(self) -> None:
        """Take the folder for this process, until `close` or its end. Twice is harmless.

        SetupError when another companion has it, or when it cannot be made.
        """
        if self._lock is not None:
            return
        try:
            self._make_folder()
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
            descriptor = os.open(self.folder / _LOCK, flags, 0o600)
        except OSError as problem:
            raise SetupError(
                f"the promise cannot be kept in {self.folder}: {_reason(problem)}"
            ) from problem
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as problem:
            os.close(descriptor)
            raise SetupError(
                f"another companion is already running and keeps its promise in {self.folder}:"
                " stop that one first"
            ) from problem
        self._lock = descriptor

    def close(self) -> None:
        """Let go of the folder. Twice is harmless."""
        descriptor, self._lock = self._lock, None
        if descriptor is not None:
            os.close(descriptor)

    def load(self) -> Promise | None:
        """Read the promise as it stands, or None.

        ContentError when the file cannot be understood; it is then set aside under another name,
        so that the next load answers None. PartLost when the disk does not answer.
        """
        path = self.folder / _PROMISE
        try:
            return from_json(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        except IsADirectoryError:
            reason = "it is a folder"
        except UnicodeDecodeError:
            reason = "it is not text"
        except ValueError as problem:
            reason = str(problem)
        except OSError as problem:
            raise PartLost(f"the promise in {path} cannot be read: {_reason(problem)}") from problem
        raise ContentError(f"the promise in {path} cannot be understood: {reason}; {self._aside()}")

    def keep(self, promise: Promise) -> None:
        """Write it so that it survives a power cut the moment this returns.

        PartLost when the disk is full or read-only; the promise before it then still stands.
        """
        temporary = self.folder / _TEMPORARY
        try:
            self._make_folder()
            # A leftover of a killed process, perhaps of another user, must not be in the way.
            temporary.unlink(missing_ok=True)
            self._write(temporary, to_json(promise).encode())
            temporary.rename(self.folder / _PROMISE)
            self._sync_folder(self.folder)
        except OSError as problem:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise PartLost(
                f"the promise cannot be written to {self.folder}: {_reason(problem)}"
            ) from problem

    def release(self) -> None:
        """Remove it, as durably. Nothing there is no error. PartLost when the disk refuses."""
        self._remove(_PROMISE, _TEMPORARY)

    def forget(self) -> None:
        """Remove everything that was ever stored, files that were set aside included."""
        aside = [path.name for path in sorted(self.folder.glob(f"{_ASIDE}*"))]
        self._remove(_PROMISE, _TEMPORARY, *aside)

    def _remove(self, *names: str) -> None:
        try:
            if not self.folder.is_dir():
                return
            for name in names:
                (self.folder / name).unlink(missing_ok=True)
            self._sync_folder(self.folder)
        except OSError as problem:
            raise PartLost(
                f"the promise cannot be removed from {self.folder}: {_reason(problem)}"
            ) from problem

    def _write(self, path: Path, content: bytes) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            self._sync(file.fileno())

    def _aside(self) -> str:
        """Rename the damaged file, keeping earlier ones; says where it is now."""
        number, target = 1, self.folder / _ASIDE
        while target.exists():
            number += 1
            target = self.folder / f"{_ASIDE}-{number}"
        try:
            (self.folder / _PROMISE).rename(target)
            self._sync_folder(self.folder)
        except OSError as problem:
            return f"it was left where it is ({_reason(problem)})"
        return f"it was set aside as {target.name}"

    def _make_folder(self) -> None:
        missing = [path for path in (self.folder, *self.folder.parents) if not path.exists()]
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in missing:
            self._sync_folder(path.parent)
        if self.folder.stat().st_mode & 0o077:
            with contextlib.suppress(PermissionError):
                self.folder.chmod(0o700)

    def _sync_folder(self, folder: Path) -> None:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            self._sync(descriptor)
        finally:
            os.close(descriptor)


def _reason(problem: OSError) -> str:
    match problem.errno:
        case errno.ENOSPC | errno.EDQUOT | errno.EFBIG:
            return "the disk is full"
        case errno.EROFS:
            return "the disk is read-only"
        case errno.EACCES | errno.EPERM:
            return "permission is denied"
        case _:
            return (problem.strerror or type(problem).__name__).lower()
