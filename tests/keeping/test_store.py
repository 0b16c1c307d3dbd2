"""The promise file: what a power cut, a full disk and a damaged file may and may not do."""

from __future__ import annotations

import json
import os
import random
import signal
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.core.promise import Moment, Promise, make
from companion.errors import ContentError, PartLost, SetupError
from companion.keeping.store import PromiseStore, from_json, to_json

PROMISE = make(Moment(wall=1_780_000_000.1, boot=4321.5, boot_id="a boot"), length=1200.0)

CHILD = """
import os, resource, signal, sys
from dataclasses import replace
from pathlib import Path
from companion.core.promise import Moment, make
from companion.errors import CompanionError
from companion.keeping.store import PromiseStore

folder = Path(sys.argv[1])
promise = make(Moment(wall=1.0, boot=1.0, boot_id="a boot"), length=1200.0)
"""

KEEPS_FOR_EVER = """
number = int(sys.argv[2])
store = PromiseStore(folder)
while True:
    number += 1
    store.keep(replace(promise, extensions=number))
    os.write(1, f"{number}\\n".encode())
"""

DIES_AT_A_SYNC = """
left = int(sys.argv[2])
def sync(descriptor):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    os.fsync(descriptor)
PromiseStore(folder, sync=sync).keep(replace(promise, extensions=2))
"""

HAS_A_FULL_DISK = """
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
try:
    PromiseStore(folder).keep(replace(promise, extensions=2))
except CompanionError as problem:
    print(type(problem).__name__, problem)
"""

MAY_NOT_WRITE = """
os.chdir(folder)
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
for attempt in ("claim", "keep", "release"):
    store = PromiseStore(Path("state"))
    try:
        store.keep(promise) if attempt == "keep" else getattr(store, attempt)()
    except CompanionError as problem:
        print(type(problem).__name__, problem)
"""


def child(code: str, *arguments: object) -> subprocess.Popen[bytes]:
    """Start a Python of its own on `code`."""
    command = [sys.executable, "-c", CHILD + code, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def told(code: str, *arguments: object) -> list[str]:
    """Run `code` in a Python of its own to its end; the lines that it printed."""
    with child(code, *arguments) as process:
        output, _ = process.communicate(timeout=30)
    return output.decode().splitlines()


def numbered(number: int) -> Promise:
    """The children's promise, told apart by a number."""
    start = Moment(wall=1.0, boot=1.0, boot_id="a boot")
    return replace(make(start, length=1200.0), extensions=number)


def mode(path: Path) -> int:
    """Permission bits of a file or folder."""
    return stat.S_IMODE(path.stat().st_mode)


# ---- the power goes -------------------------------------------------------------------------


def test_a_kill_at_any_moment_loses_nothing_that_was_told(tmp_path: Path) -> None:
    """After SIGKILL in the middle of writing, the promise is the last one told or a later one."""
    dice = random.Random(7)
    store, last = PromiseStore(tmp_path), 0
    for _ in range(12):
        with child(KEEPS_FOR_EVER, tmp_path, last) as process:
            assert process.stdout is not None
            for _ in range(dice.randrange(1, 40)):
                last = int(process.stdout.readline())
            process.kill()
            rest = process.stdout.read().split()
        last = int(rest[-1]) if rest else last
        found = store.load()
        assert found is not None
        assert found in (numbered(last), numbered(last + 1))
        last = found.extensions


@pytest.mark.parametrize(("at", "survives"), [(1, 1), (2, 2)])
def test_a_kill_between_two_steps_leaves_one_whole_promise(
    tmp_path: Path, at: int, survives: int
) -> None:
    """Killed before the rename, the old promise stands; killed after it, the new one."""
    store = PromiseStore(tmp_path)
    store.keep(numbered(1))
    with child(DIES_AT_A_SYNC, tmp_path, at) as process:
        assert process.wait(timeout=30) == -signal.SIGKILL
    assert store.load() == numbered(survives)
    store.keep(numbered(3))
    assert store.load() == numbered(3)
    assert [path.name for path in tmp_path.iterdir()] == ["promise.json"]


def test_the_file_is_synced_before_its_name_and_the_folder_after_it(tmp_path: Path) -> None:
    """The order of the disk operations is what makes a promise durable."""
    seen: list[tuple[str, bool]] = []
    store = PromiseStore(tmp_path)
    store.keep(numbered(1))

    def sync(descriptor: int) -> None:
        name = Path(f"/proc/self/fd/{descriptor}").readlink().name
        new = store.load() == numbered(2)
        seen.append((name, new))
        if name == "promise.json.new":
            assert (tmp_path / name).read_text() == to_json(numbered(2))
        os.fsync(descriptor)

    PromiseStore(tmp_path, sync=sync).keep(numbered(2))
    assert seen == [("promise.json.new", False), (tmp_path.name, True)]


def test_a_new_folder_and_a_release_are_synced_too(tmp_path: Path) -> None:
    """A folder that was just made, and a name that was just removed, survive as well."""
    seen: list[str] = []

    def sync(descriptor: int) -> None:
        seen.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        os.fsync(descriptor)

    store = PromiseStore(tmp_path / "deep" / "state", sync=sync)
    store.keep(PROMISE)
    assert seen == ["deep", tmp_path.name, "promise.json.new", "state"]
    seen.clear()
    store.release()
    assert seen == ["state"]


# ---- the disk refuses -----------------------------------------------------------------------


def test_a_full_disk_is_told_and_the_old_promise_stands(tmp_path: Path) -> None:
    """A file that can grow to 100 bytes only: one sentence, nothing lost, nothing left behind."""
    store = PromiseStore(tmp_path)
    store.keep(numbered(1))
    lines = told(HAS_A_FULL_DISK, tmp_path)
    assert lines == [f"PartLost the promise cannot be written to {tmp_path}: the disk is full"]
    assert store.load() == numbered(1)
    assert [path.name for path in tmp_path.iterdir()] == ["promise.json"]


def test_a_folder_that_may_not_be_written_is_told(tmp_path: Path) -> None:
    """Another user's folder: every attempt ends in one sentence, and the promise stands."""
    folder = tmp_path / "state"
    PromiseStore(folder).keep(PROMISE)
    tmp_path.chmod(0o755)
    folder.chmod(0o500)
    (folder / "promise.json").chmod(0o444)
    lines = told(MAY_NOT_WRITE, tmp_path)
    folder.chmod(0o755)
    assert lines == [
        "SetupError the promise cannot be kept in state: permission is denied",
        "PartLost the promise cannot be written to state: permission is denied",
        "PartLost the promise cannot be removed from state: permission is denied",
    ]
    assert PromiseStore(folder).load() == PROMISE


def test_something_in_the_way_of_the_folder_is_told(tmp_path: Path) -> None:
    """A file where the folder should be is no folder."""
    (tmp_path / "state").write_text("")
    with pytest.raises(PartLost, match="cannot be written"):
        PromiseStore(tmp_path / "state").keep(PROMISE)
    with pytest.raises(SetupError, match="cannot be kept"):
        PromiseStore(tmp_path / "state").claim()
    with pytest.raises(PartLost, match="cannot be read"):
        PromiseStore(tmp_path / "state").load()


def test_a_promise_that_may_not_be_read_is_told(tmp_path: Path) -> None:
    """A link that leads to itself cannot be read; it is left alone."""
    (tmp_path / "promise.json").symlink_to("promise.json")
    with pytest.raises(PartLost, match="cannot be read"):
        PromiseStore(tmp_path).load()
    assert (tmp_path / "promise.json").is_symlink()


# ---- the file is damaged --------------------------------------------------------------------


def test_a_file_cut_short_anywhere_is_set_aside(tmp_path: Path) -> None:
    """Whatever the length that was left of it, it is refused in one sentence and not lost."""
    whole = to_json(PROMISE)
    store = PromiseStore(tmp_path)
    for length in range(len(whole)):
        (tmp_path / "promise.json").write_text(whole[:length])
        with pytest.raises(ContentError, match="cut short") as caught:
            store.load()
        assert "\n" not in str(caught.value)
        assert store.load() is None
        (aside,) = tmp_path.iterdir()
        assert aside.read_text() == whole[:length]
        aside.unlink()


def changed(**fields: object) -> str:
    """A promise file with some fields replaced."""
    document = json.loads(to_json(PROMISE))
    document["promise"] |= fields
    return json.dumps(document)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "cut short"),
        (b"\0" * 200, "cut short"),
        (b"\xff\xfe{}", "not text"),
        (b"[]", "not a promise"),
        (b"{}", "not a promise"),
        (b'{"version": 2, "promise": {}}', "format version 2"),
        (b'{"version": "1", "promise": {}}', "format version '1'"),
        (b'{"version": 1}', "fields of a promise"),
        (b'{"version": 1, "promise": {}}', "fields of a promise"),
        (b"[" * 100_000, "cut short"),
        (changed(more=1).encode(), "fields of a promise"),
        (changed(made={"wall": 1}).encode(), "fields of a promise"),
        (changed(length="1200").encode(), "length is not of the kind float"),
        (changed(length=True).encode(), "length is not of the kind float"),
        (changed(due_wall=float("nan")).encode(), "due_wall is not of the kind float"),
        (changed(due_boot=float("inf")).encode(), "due_boot is not of the kind float"),
        (changed(called=0).encode(), "called is not of the kind bool"),
        (changed(extensions=1.0).encode(), "extensions is not of the kind int"),
    ],
)
def test_a_damaged_file_is_refused_and_set_aside(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    """Zeros, another version, wrong fields: one sentence, and the bytes are still there."""
    (tmp_path / "promise.json").write_bytes(content)
    store = PromiseStore(tmp_path)
    with pytest.raises(ContentError, match=reason) as caught:
        store.load()
    assert "\n" not in str(caught.value)
    assert (tmp_path / "promise.json.unreadable").read_bytes() == content
    assert store.load() is None


def test_a_folder_in_the_place_of_the_file_is_set_aside(tmp_path: Path) -> None:
    """Then a promise can be kept again."""
    (tmp_path / "promise.json").mkdir()
    store = PromiseStore(tmp_path)
    with pytest.raises(ContentError, match="it is a folder"):
        store.load()
    store.keep(PROMISE)
    assert store.load() == PROMISE


def test_a_second_damaged_file_does_not_replace_the_first(tmp_path: Path) -> None:
    """Each keeps a name of its own, until everything is forgotten."""
    store = PromiseStore(tmp_path)
    for content in ("one", "two", "three"):
        (tmp_path / "promise.json").write_text(content)
        with pytest.raises(ContentError):
            store.load()
    assert sorted(path.read_text() for path in tmp_path.iterdir()) == ["one", "three", "two"]
    store.keep(PROMISE)
    store.forget()
    assert list(tmp_path.iterdir()) == []


FLOATS = st.floats(allow_nan=False, allow_infinity=False)
MOMENTS = st.builds(Moment, FLOATS, FLOATS, st.text(), st.booleans())
PROMISES = st.builds(
    Promise, MOMENTS, FLOATS, FLOATS, st.text(), FLOATS, st.booleans(), st.integers(), st.booleans()
)


@given(PROMISES)
def test_any_promise_survives_its_file(promise: Promise) -> None:
    """Writing and reading gives the same value, to the last bit."""
    assert from_json(to_json(promise)) == promise


def test_whole_numbers_of_seconds_are_understood() -> None:
    """A file that somebody wrote with 1200 instead of 1200.0 is a good file."""
    assert from_json(to_json(PROMISE).replace("1200.0", "1200")) == PROMISE


# ---- who may see it, and who may have it ----------------------------------------------------


def test_only_its_owner_can_see_the_promise(tmp_path: Path) -> None:
    """The folder is 0700 and each file in it 0600, whatever the umask."""
    folder = tmp_path / "state"
    before = os.umask(0)
    try:
        store = PromiseStore(folder)
        store.claim()
        store.keep(PROMISE)
        store.close()
    finally:
        os.umask(before)
    assert mode(folder) == 0o700
    assert {mode(path) for path in folder.iterdir()} == {0o600}


def test_a_folder_that_was_open_to_others_is_closed(tmp_path: Path) -> None:
    """A folder made by somebody else with 0755 becomes 0700."""
    folder = tmp_path / "state"
    folder.mkdir(mode=0o755)
    PromiseStore(folder).keep(PROMISE)
    assert mode(folder) == 0o700


def test_two_companions_do_not_serve_one_folder(tmp_path: Path) -> None:
    """The second is told so in one sentence; once the first has closed, it may."""
    first, second = PromiseStore(tmp_path), PromiseStore(tmp_path)
    first.claim()
    first.claim()
    with pytest.raises(SetupError, match="another companion is already running") as caught:
        second.claim()
    assert "\n" not in str(caught.value)
    first.close()
    first.close()
    second.claim()
    second.close()


def test_a_killed_companion_lets_go_of_its_folder(tmp_path: Path) -> None:
    """No stale lock stays behind: the system takes it away with the process."""
    code = "PromiseStore(folder).claim; s = PromiseStore(folder); s.claim(); os.write(1, b'.\\n')"
    with child(f"{code}\nsignal.pause()", tmp_path) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b".\n"
        with pytest.raises(SetupError):
            PromiseStore(tmp_path).claim()
        process.kill()
    store = PromiseStore(tmp_path)
    store.claim()
    store.close()


def test_reading_changes_nothing_on_disk(tmp_path: Path) -> None:
    """Looking for a promise, or releasing none, makes no folder."""
    store = PromiseStore(tmp_path / "state")
    assert store.load() is None
    store.release()
    store.forget()
    assert not (tmp_path / "state").exists()
