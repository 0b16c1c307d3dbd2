"""Zip files that anybody may have made: what is unpacked, and what is refused."""

from __future__ import annotations

import contextlib
import io
import os
import stat
import tempfile
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.errors import SetupError
from companion.hearing.unpacking import WrongArchive, unpack

CONTENTS = {
    "model/am/final.mdl": os.urandom(20_000),
    "model/graph/words.txt": b"yes 1\nno 2\n" * 500,
    "model/README": b"",
}


def zipped(contents: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip file."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in contents.items():
            archive.writestr(name, data)
    return file.getvalue()


def with_entry(name: str, data: bytes = b"x", *, mode: int = 0) -> bytes:
    """A zip file in which one thing is odd."""
    file = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(file, "w") as archive:
        warnings.simplefilter("ignore")  # a name that is there twice is what is tried
        archive.writestr("model/README", b"fine")
        entry = zipfile.ZipInfo("placeholder")
        entry.filename = entry.orig_filename = name
        entry.external_attr = mode << 16
        archive.writestr(entry, data)
    return file.getvalue()


def refused(data: bytes, folder: Path, at_most: int | None = None) -> str:
    """The one sentence with which a zip file is refused; nothing is written before it."""
    archive = folder / "a.zip"
    archive.write_bytes(data)
    with pytest.raises(WrongArchive) as caught:
        unpack(archive, folder / "new", name="a.zip", at_most=at_most)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith("a.zip")
    return str(caught.value)


def files(folder: Path) -> dict[str, bytes]:
    """All files below a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_everything_is_unpacked(tmp_path: Path) -> None:
    """Every file has its bytes and its place."""
    (tmp_path / "a.zip").write_bytes(zipped({**CONTENTS, "model/empty/": b""}))
    unpack(tmp_path / "a.zip", tmp_path / "new", name="a.zip", at_most=None)
    assert files(tmp_path / "new") == CONTENTS
    assert (tmp_path / "new" / "model" / "empty").is_dir()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("../escaped", "leads out of its folder"),
        ("model/../../escaped", "leads out of its folder"),
        ("/tmp/escaped", "leads out of its folder"),
        ("model//escaped", "leads out of its folder"),
        ("./escaped", "leads out of its folder"),
        ("/", "leads out of its folder"),
        ("model\\..\\..\\escaped", "is not a plain name"),
        ("C:escaped", "is not a plain name"),
        ("model/\x1b[31mred", "is not a plain name"),
        ("model/new\nline", "is not a plain name"),
        ("model/end\0.txt", "is not a plain name"),
        ("model/README", "holds a name twice"),
        ("model/README/inner", "holds a name twice"),
        ("model", "holds a name twice"),
    ],
)
def test_a_name_that_leads_elsewhere(name: str, said: str, tmp_path: Path) -> None:
    """Nothing is written outside of the folder, and nothing over something else."""
    assert said in refused(with_entry(name), tmp_path)
    assert sorted(tmp_path.rglob("*escaped*")) == []


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFSOCK])
def test_links_and_devices_are_refused(kind: int, tmp_path: Path) -> None:
    """A link could lead anywhere, so there are none."""
    said = refused(with_entry("model/link", b"/etc/passwd", mode=kind | 0o777), tmp_path)
    assert "'model/link' in it is a link or a device" in said
    assert not (tmp_path / "new").exists()


def test_a_bomb_does_not_go_off(tmp_path: Path) -> None:
    """What would unpack to more than is declared, or to far more than it is, is not begun."""
    bomb = zipped({"model/zeros": bytes(5_000_000)})
    assert "unpack to 5.0 MB, and at most" in refused(bomb, tmp_path)
    assert "at most 4.0 MB are right" in refused(bomb, tmp_path, 4_000_000)
    assert not (tmp_path / "new").exists()
    (tmp_path / "a.zip").write_bytes(bomb)
    unpack(tmp_path / "a.zip", tmp_path / "new", name="a.zip", at_most=5_000_000)


def test_a_bomb_that_lies_about_its_size(tmp_path: Path) -> None:
    """No more is written than the list of contents says."""
    bomb = zipped({"model/zeros": bytes(5_000_000)})
    small = bomb.replace((5_000_000).to_bytes(4, "little"), (1_000).to_bytes(4, "little"))
    assert "is damaged" in refused(small, tmp_path)
    assert sum(map(len, files(tmp_path / "new").values())) <= 1_000


def test_more_files_than_a_model_has(tmp_path: Path) -> None:
    """Millions of empty files would fill a disk too."""
    many = zipped({f"model/{number}": b"" for number in range(2_001)}, zipfile.ZIP_STORED)
    assert "holds 2,001 files" in refused(many, tmp_path)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_unusual_packing_is_refused(method: int, tmp_path: Path) -> None:
    """Some of it may ask for gigabytes of memory."""
    assert "packed in an unusual way" in refused(zipped(CONTENTS, method), tmp_path)


def test_a_password_is_refused(tmp_path: Path) -> None:
    """Nobody has one."""
    data = bytearray(zipped({"model/README": b"fine"}))
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + place] |= 1
    assert "has a password" in refused(bytes(data), tmp_path)


@pytest.mark.parametrize(
    "damage",
    [lambda data: b"", lambda data: b"PK\x03\x04", lambda data: data[:-30], lambda data: data[:99]],
)
def test_half_a_zip_file_is_none(damage: Callable[[bytes], bytes], tmp_path: Path) -> None:
    """The list of contents is at its end."""
    assert "no zip file, or not a whole one" in refused(damage(zipped(CONTENTS)), tmp_path)


def test_a_changed_byte_is_noticed(tmp_path: Path) -> None:
    """Each file in it has a checksum of its own."""
    data = bytearray(zipped(CONTENTS, zipfile.ZIP_STORED))
    data[data.index(CONTENTS["model/am/final.mdl"]) + 10_000] ^= 1
    assert "'model/am/final.mdl' is not whole" in refused(bytes(data), tmp_path)


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """A disk's trouble is one sentence, and not the zip file's fault."""
    (tmp_path / "a.zip").write_bytes(zipped(CONTENTS))
    (tmp_path / "new").touch()
    with pytest.raises(SetupError, match=r"a\.zip cannot be unpacked: file exists") as caught:
        unpack(tmp_path / "a.zip", tmp_path / "new", name="a.zip", at_most=None)
    assert not isinstance(caught.value, WrongArchive)


SMALL = zipped({"m/am/final.mdl": b"abc" * 30, "m/graph/HCLr.fst": b"xyz" * 20})


@given(st.lists(st.tuples(st.integers(0, len(SMALL) - 1), st.integers(0, 255)), max_size=8))
def test_any_damage_is_one_sentence_or_harmless(changes: list[tuple[int, int]]) -> None:
    """Whatever bytes are changed: it unpacks within its folder and its size, or is refused."""
    data = bytearray(SMALL)
    for place, byte in changes:
        data[place] = byte
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "a.zip").write_bytes(data)
        with contextlib.suppress(SetupError):
            unpack(folder / "a.zip", folder / "new", name="a.zip", at_most=1_000)
        assert {path.name for path in folder.iterdir()} <= {"a.zip", "new"}
        assert sum(map(len, files(folder / "new").values())) <= 1_000
