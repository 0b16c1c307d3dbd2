"""A model comes to its place whole and tried, or not at all: real server, real zip, real Vosk."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from companion.errors import SetupError
from companion.hearing import installing, models
from companion.hearing.downloads import Wanted
from companion.hearing.installing import Got
from companion.hearing.vosk import VoskRecogniser
from tests.conftest import VOSK_MODEL
from tests.hearing import file_server
from tests.hearing.file_server import FileServer
from tests.spoken import said


def zipped(contents: dict[str, bytes]) -> bytes:
    """A zip file."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in contents.items():
            archive.writestr(name, data)
    return file.getvalue()


CONTENTS = {
    f"vosk-espeak/{path.relative_to(VOSK_MODEL)}": path.read_bytes()
    for path in sorted(VOSK_MODEL.rglob("*"))
    if path.is_file()
}
MODEL = zipped(CONTENTS)
SUM = hashlib.sha256(MODEL).hexdigest()
DEADLY = zipped({**CONTENTS, "vosk-espeak/conf/model.conf": b"--beam=12\n"})
"""It loads, and at the first sound the library ends its whole process."""
UNLOADABLE = zipped({"m/am/final.mdl": b"not Kaldi's", "m/graph/HCLr.fst": b"nor OpenFst's"})


def silence(have: int, total: int) -> None:
    """Take no notice of the progress."""


def interrupt(have: int, total: int) -> None:
    """Ctrl-C, as soon as something has come."""
    if have:
        raise KeyboardInterrupt


@pytest.fixture
def server() -> Iterator[FileServer]:
    """A server that has the model."""
    with file_server.serving() as running:
        running.manner = file_server.good(MODEL)
        yield running


def get(server: FileServer, data: Path, sha256: str | None = SUM) -> Got:
    """Get the model."""
    wanted = Wanted("m", server.url, len(MODEL), sha256, 1_000_000)
    return installing.get(wanted, data, progress=silence)


def refused(wanted: Wanted, data: Path) -> str:
    """The one sentence with which a model is not got; no model is there afterwards."""
    with pytest.raises(SetupError) as caught:
        installing.get(wanted, data, progress=silence)
    assert "\n" not in str(caught.value)
    assert models.find_vosk_model(None, data) is None
    return str(caught.value)


def left(data: Path) -> list[str]:
    """What lies where the models are, but for the lock."""
    return sorted(path.name for path in (data / "models").iterdir() if path.name != ".lock")


def test_a_model_is_got_found_and_hears(server: FileServer, tmp_path: Path) -> None:
    """It lies where the recogniser looks for it, nothing else is left, and it hears."""
    got = get(server, tmp_path)
    assert got == Got(tmp_path / "models" / "m", SUM, True)
    assert left(tmp_path) == ["m"]
    assert models.find_vosk_model(None, tmp_path) == got.folder
    assert [one.name for one in models.installed(tmp_path)] == ["m"]
    for path in VOSK_MODEL.rglob("*"):
        if path.is_file():
            there = got.folder / path.relative_to(VOSK_MODEL)
            assert there.read_bytes() == path.read_bytes()
    recogniser = VoskRecogniser(got.folder)
    try:
        recogniser.set_phrases(("i need a pause", "stop"))
        recogniser.accept(np.concatenate((said("I need a pause"), np.zeros(8000, np.int16))))
        assert "i need a pause" in {words.text for words in recogniser.finish()}
    finally:
        recogniser.close()


def test_ctrl_c_keeps_the_part_and_no_model(server: FileServer, tmp_path: Path) -> None:
    """What came is kept, and the next time only the rest is asked for."""
    wanted = Wanted("m", server.url, len(MODEL), SUM)
    with pytest.raises(KeyboardInterrupt):
        installing.get(wanted, tmp_path, progress=interrupt)
    assert left(tmp_path) == [".m.part", ".m.part.json"]
    assert models.find_vosk_model(None, tmp_path) is None
    have = (tmp_path / "models" / ".m.part").stat().st_size
    assert 0 < have < len(MODEL)
    get(server, tmp_path)
    assert server.asked[1:] == [(f"bytes={have}-", '"one"')]
    assert left(tmp_path) == ["m"]


def test_a_power_cut_while_unpacking_leaves_no_model(server: FileServer, tmp_path: Path) -> None:
    """What is half unpacked is never taken for a model, and the next get clears it away."""
    half = tmp_path / "models" / ".m.new"
    shutil.copytree(VOSK_MODEL, half)
    (half / "graph" / "words.txt").unlink()
    assert models.find_vosk_model(None, tmp_path) is None
    assert models.installed(tmp_path) == ()
    get(server, tmp_path)
    assert left(tmp_path) == ["m"]


def test_the_newest_model_is_the_one_just_got(server: FileServer, tmp_path: Path) -> None:
    """Among several it is the one that is heard with."""
    shutil.copytree(VOSK_MODEL, tmp_path / "models" / "z-older")
    os.utime(tmp_path / "models" / "z-older", (1_600_000_000, 1_600_000_000))
    got = get(server, tmp_path)
    assert models.find_vosk_model(None, tmp_path) == got.folder
    assert left(tmp_path) == ["m", "z-older"]


def test_another_file_than_was_meant_is_thrown_away(server: FileServer, tmp_path: Path) -> None:
    """The checksum decides; the sentence has both."""
    wanted = Wanted("m", server.url, len(MODEL), "0" * 64)
    told = refused(wanted, tmp_path)
    assert f"its sha256 is {SUM}, and should be {'0' * 64}, and it was thrown away" in told
    assert left(tmp_path) == []
    assert len(server.asked) == 1


def test_two_halves_of_two_files_are_got_anew(server: FileServer, tmp_path: Path) -> None:
    """A server that goes on with other bytes is noticed at the end, and asked once more."""
    server.manner = file_server.without_mark(bytes([*MODEL[:-1], 7]), cut=len(MODEL) // 2)
    wanted = Wanted("m", server.url, len(MODEL), SUM)
    assert "kept" in refused(wanted, tmp_path)
    server.manner = file_server.part(MODEL[:-1] + b"\x07", len(MODEL) // 2, len(MODEL), etag="")
    assert "thrown away" in refused(wanted, tmp_path)
    assert [one for one, _ in server.asked] == [None, f"bytes={len(MODEL) // 2}-", None]
    server.manner = file_server.good(MODEL)
    get(server, tmp_path)
    assert left(tmp_path) == ["m"]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (zipped({"pictures/cat.jpg": b"meow"}), "m holds no Vosk model: am/final.mdl"),
        (zipped({"../m/am/final.mdl": b"x"}), "m is not to be trusted"),
        (UNLOADABLE, "Vosk cannot load m, so it is not installed; what was downloaded is removed"),
        (DEADLY, "is not installed: the vosk process ended unexpectedly; what was"),
        (MODEL[:-40], "m is no zip file, or not a whole one"),
    ],
    ids=["no model", "traversal", "unloadable", "deadly", "half"],
)
def test_what_is_no_good_model_leaves_nothing(
    data: bytes, told: str, server: FileServer, tmp_path: Path
) -> None:
    """One sentence, no model, and no part that would fail again."""
    server.manner = file_server.good(data)
    assert told in refused(Wanted("m", server.url), tmp_path)
    assert left(tmp_path) == []


def test_a_model_too_large_for_the_disk_is_not_begun(server: FileServer, tmp_path: Path) -> None:
    """Room for the download and for what it unpacks to is asked for first."""
    wanted = Wanted("m", server.url, len(MODEL), SUM, 10**15)
    assert "1,000,000 GB must be free" in refused(wanted, tmp_path)
    assert left(tmp_path) == []


def test_one_at_a_time(server: FileServer, tmp_path: Path) -> None:
    """While a model is got or removed, another such command is told to wait."""
    with models.alone(tmp_path), pytest.raises(SetupError, match="another command is getting"):
        get(server, tmp_path)
    assert server.asked == []


def test_nothing_is_put_over_something_else(server: FileServer, tmp_path: Path) -> None:
    """A folder that somebody made is left alone."""
    (tmp_path / "models" / "m").mkdir(parents=True)
    (tmp_path / "models" / "m" / "diary.txt").write_text("mine")
    assert "something else is in" in refused(Wanted("m", server.url), tmp_path)
    assert (tmp_path / "models" / "m" / "diary.txt").read_text() == "mine"
    assert server.asked == []


def test_a_folder_that_cannot_be_made_is_told(server: FileServer, tmp_path: Path) -> None:
    """One sentence where the data folder is none."""
    (tmp_path / "data").write_text("a file")
    with pytest.raises(SetupError, match=r"no model can be kept in .*models: not a directory"):
        get(server, tmp_path / "data")


def test_removing_leaves_nothing_of_it(server: FileServer, tmp_path: Path) -> None:
    """The model, its parts, and of a link only the link; other models stay."""
    get(server, tmp_path)
    place = tmp_path / "models"
    (place / "link").symlink_to(VOSK_MODEL)
    (place / ".link.part").touch()
    models.remove("link", tmp_path)
    assert left(tmp_path) == ["m"]
    assert models.looks_like_vosk_model(VOSK_MODEL)
    models.remove("m", tmp_path)
    assert left(tmp_path) == []
