"""`companion models` as a household types it: real server, real files, the real recogniser."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import pty
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from companion import build, progress
from companion.keeping.settings import Settings
from tests.conftest import ROOT, Done, use_vosk
from tests.hearing import file_server
from tests.hearing.file_server import FileServer, Request
from tests.hearing.test_installing import MODEL, SUM, UNLOADABLE
from tests.whole.test_command_line import one_sentence

Companion = Callable[..., Done]
SMALL = "vosk-model-small-en-us-0.15"


@pytest.fixture
def server() -> Iterator[FileServer]:
    """A server that has the model."""
    with file_server.serving() as running:
        running.manner = file_server.good(MODEL)
        yield running


@pytest.fixture
def place(environment: Mapping[str, str]) -> Path:
    """Where the models of this home are."""
    return Path(environment["XDG_DATA_HOME"]) / "companion" / "models"


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    """A memory stick with a model on it."""
    path = tmp_path / "stick" / "carried.zip"
    path.parent.mkdir()
    path.write_bytes(MODEL)
    return path


def known(environment: Mapping[str, str], server: FileServer, **more: object) -> None:
    """A household's own list, with a model that the server has."""
    own = Path(environment["XDG_CONFIG_HOME"]) / "companion" / "scripts" / "en"
    own.mkdir(parents=True)
    facts: dict[str, object] = {"name": "ours", "language": "en", "licence": "Apache-2.0"}
    facts |= {"url": server.url, "size": len(MODEL), "sha256": SUM, **more}
    lines = [f"{key} = {json.dumps(value)}\n" for key, value in facts.items() if value is not None]
    (own / "models.toml").write_text("[[model]]\n" + "".join(lines))


def test_the_list_shows_what_is_here_and_what_can_be_got(
    companion: Companion, environment: Mapping[str, str], place: Path
) -> None:
    """Names, sizes, licences, and which one is heard with; nothing is made or asked for."""
    done = companion("models")
    assert done.code == 0, done.err
    assert f"No model is installed in {place}." in done.out
    assert "41 MB  Apache-2.0, en-US" in done.out
    assert not place.exists()
    use_vosk(environment)
    lines = companion("models", "list", "--json").lines
    assert lines == companion("models", "--json").lines
    here = [line for line in lines if line["kind"] == "installed"]
    assert [(one["name"], one["used"]) for one in here] == [("small", True)]
    assert here[0]["folder"] == str(place / "small")
    assert here[0]["bytes"] > 500_000
    first = next(line for line in lines if line["kind"] == "known")
    assert (first["name"], first["bytes"], first["installed"]) == (SMALL, 41205931, False)


def test_a_known_model_is_got_and_heard_with(
    companion: Companion,
    environment: Mapping[str, str],
    server: FileServer,
    place: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One command, and from then on the engine that is chosen by itself is Vosk with it."""
    known(environment, server)
    done = companion("models", "get", "ours")
    assert done.code == 0, done.err
    assert "ours, from 127.0.0.1" in done.out
    assert " 0 %  0 bytes of" in done.out
    assert "100 %  " in done.out
    assert f"sha256 {SUM}, as it should be" in done.out
    assert f"It is in {place / 'ours'}" in done.out
    assert "From its next start on, the companion hears with it." in done.out
    monkeypatch.setenv("XDG_DATA_HOME", environment["XDG_DATA_HOME"])
    with contextlib.closing(build.make_recogniser("auto", Settings())) as recogniser:
        assert recogniser.name == "vosk"
        assert recogniser.set_phrases(("i need a pause",)) == ()
    again = companion("models", "get", "ours")
    assert (again.code, again.out) == (0, f"ours is there already: {place / 'ours'}\n")
    assert len(server.asked) == 1


def test_any_other_model_is_got_from_its_address(
    companion: Companion, server: FileServer, place: Path
) -> None:
    """Without a checksum that is said, and the one that it has is shown."""
    done = companion("models", "get", "--url", server.url, "--name", "other")
    assert done.code == 0, done.err
    assert "no checksum is known: only the size and the format can be checked" in done.out
    assert f"sha256 {SUM}\n" in done.out
    assert (place / "other" / "am" / "final.mdl").is_file()


def test_a_model_comes_on_a_stick(
    companion: Companion, stick: Path, place: Path, environment: Mapping[str, str]
) -> None:
    """A zip file is enough; it is checked in the same way, and stays as it is."""
    wrong = companion("models", "get", stick, "--sha256", "0" * 64)
    one_sentence(wrong, 1, "carried.zip is not the file that was meant", SUM)
    assert not (place / "carried").exists()
    done = companion("models", "get", stick, "--sha256", SUM.upper())
    assert done.code == 0, done.err
    assert f"sha256 {SUM}, as it should be" in done.out
    assert (place / "carried").is_dir()
    assert stick.read_bytes() == MODEL
    settings = Path(environment["XDG_CONFIG_HOME"]) / "companion" / "settings.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text('engine = "pocketsphinx"\n')
    done = companion("models", "get", stick, "--name", "twin")
    assert 'engine = "pocketsphinx", so it is not used' in done.out


def test_a_stick_with_the_wrong_file_of_a_known_name(
    companion: Companion, stick: Path, place: Path
) -> None:
    """What is called as a known model must be that one."""
    stick = stick.rename(stick.with_name(f"{SMALL}.zip"))
    done = companion("models", "get", stick)
    one_sentence(done, 1, f"{SMALL}.zip has {len(MODEL):,} bytes", "41,205,931")
    assert [path.name for path in place.iterdir()] == [".lock"]


def test_a_model_that_cannot_be_loaded_is_not_kept(
    companion: Companion, server: FileServer, place: Path, stick: Path
) -> None:
    """The recogniser itself is asked before the model is put in its place."""
    server.manner = file_server.good(UNLOADABLE)
    done = companion("models", "get", "--url", server.url, "--name", "broken")
    one_sentence(done, 1, "Vosk cannot load broken, so it is not installed", "removed")
    stick.write_bytes(UNLOADABLE)
    one_sentence(companion("models", "get", stick), 1, "carried.zip, so it is not installed")
    assert [path.name for path in place.iterdir()] == [".lock"]
    assert stick.exists()


def test_a_model_is_removed_after_a_yes(
    companion: Companion, environment: Mapping[str, str], place: Path
) -> None:
    """Anything but a yes leaves it; then it is gone."""
    use_vosk(environment)
    assert companion("models", "remove", "small", text="n\n").code == 1
    assert (place / "small").exists()
    assert companion("models", "remove", "small", text="y\n").code == 0
    assert not (place / "small").is_symlink()
    use_vosk_again = companion("models", "remove", "small", "--yes")
    one_sentence(use_vosk_again, 2, "no model small is installed; installed: none")


def test_what_was_begun_is_listed_and_can_be_removed(
    companion: Companion, server: FileServer, place: Path, environment: Mapping[str, str]
) -> None:
    """A download that broke off is seen, goes on, or goes away."""
    known(environment, server)
    server.manner = file_server.good(MODEL, cut=100_000)
    one_sentence(companion("models", "get", "ours"), 1, "ended after 100 kB", "100 kB are kept")
    assert "Begun and not finished: ours, 100 kB are here" in companion("models").out
    begun = [line["begun_bytes"] for line in companion("models", "--json").lines]
    assert begun[-1] == 100_000
    done = companion("models", "remove", "ours", "--yes")
    assert done.out == "Removed: what was downloaded of ours, 100 kB\n"
    assert [path.name for path in place.iterdir()] == [".lock"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("get",), ("name a model", "companion models")),
        (("get", "vosk-model-small"), ("no model vosk-model-small", f"did you mean {SMALL}?")),
        (("get", "--url", "https://example.org/m.zip"), ("--name",)),
        (("get", "--url", "http://example.org/m.zip", "--name", "m"), ("https://",)),
        (("get", "--url", "file:///etc/passwd", "--name", "m"), ("https://",)),
        (("get", "--url", "https://example.org/m.zip", "--name", "../m"), ("'../m'", "letters")),
        (("get", "--url", "https://example.org/m.zip", "--name", ".m"), ("'.m'", "letters")),
        (("get", "a", "--url", "https://example.org/m.zip", "--name", "b"), ("one name",)),
        (("get", SMALL, "--name", "m"), ("--name goes with",)),
        (("get", "gone.zip"), ("gone.zip", "no such file")),
        (("get", "no/such/folder"), ("no/such/folder", "no such file")),
        (("get", SMALL, "--sha256", "30f2"), ("--sha256", "64 digits")),
        (("get", SMALL, "--sha256", "0" * 64), ("--sha256", "known for")),
        (("remove", "nobody"), ("no model nobody is installed",)),
        (("remove", "../../home"), ("'../../home'", "letters")),
    ],
)
def test_a_wrong_word_is_one_sentence(
    words: tuple[str, ...], said: tuple[str, ...], companion: Companion, place: Path
) -> None:
    """Exit 2, and nothing is asked for or made."""
    one_sentence(companion("models", *words), 2, *said)
    assert not place.exists()


def test_offline_is_one_sentence(
    companion: Companion, environment: Mapping[str, str], server: FileServer
) -> None:
    """Nobody at the other end: exit 1, and the next time may be better."""
    known(environment, server, url="http://127.0.0.1:1/model.zip")
    one_sentence(companion("models", "get", "ours"), 1, "127.0.0.1 refuses the connection")


def test_without_a_model_the_remedy_is_named(
    companion: Companion, environment: Mapping[str, str]
) -> None:
    """The self-check of somebody who chose Vosk says how to get a model."""
    settings = Path(environment["XDG_CONFIG_HOME"]) / "companion" / "settings.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text('engine = "vosk"\n')
    lines = companion("doctor", "--json").lines
    (recogniser,) = (line for line in lines if line["part"] == "recogniser")
    assert recogniser["state"] == "missing"
    assert recogniser["remedy"] == f"companion models get {SMALL}"


def test_a_list_of_ones_own_is_checked(
    companion: Companion, environment: Mapping[str, str], server: FileServer
) -> None:
    """`companion check` reads it as every other file."""
    known(environment, server, sha256="30f2")
    one_sentence(companion("check"), 2, "models.toml", "64 digits")


def test_ctrl_c_keeps_what_came(
    environment: Mapping[str, str], server: FileServer, place: Path
) -> None:
    """The command ends with a sentence and 130, and goes on from there the next time."""
    started: list[subprocess.Popen[str]] = []
    part = place / ".m.part"

    def interrupted(request: Request) -> None:
        request.begin(200, ETag='"one"', Content_Length=len(MODEL))
        request.wfile.write(MODEL[:100_000])
        request.wfile.flush()
        while not (part.exists() and part.stat().st_size == 100_000):
            pass
        started[0].send_signal(signal.SIGINT)
        request.wait()

    server.manner = interrupted
    words = ["models", "get", "--url", server.url, "--name", "m", "--sha256", SUM]
    process = subprocess.Popen(
        [sys.executable, "-m", "companion.cli", *words], cwd=ROOT, env=dict(environment),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    started.append(process)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err == "companion: stopped; the same command goes on from where it was\n"
    assert hashlib.sha256(part.read_bytes()).digest() == hashlib.sha256(MODEL[:100_000]).digest()


def test_progress_moves_on_a_terminal_and_is_lines_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line is written over on a terminal; a log has one for each tenth."""
    with (tmp_path / "log").open("w") as log, progress.shown(log) as tell:
        for have in range(0, 1_000_001, 1_000):
            tell(have, 1_000_000)
    lines = (tmp_path / "log").read_text().splitlines()
    assert len(lines) == 11
    assert (lines[0], lines[5]) == ("  0 %  0 bytes of 1.0 MB", " 50 %  500 kB of 1.0 MB")

    monkeypatch.setenv("TERM", "xterm")
    ours, theirs = pty.openpty()
    try:
        with open(theirs, "w", closefd=False) as terminal, progress.shown(terminal) as tell:
            tell(0, 1_000_000)
            tell(1_000_000, 1_000_000)
        moved = b""
        # What a terminal was told comes in as many pieces as it likes.
        while select.select([ours], [], [], 0.5)[0]:
            moved += os.read(ours, 100_000)
    finally:
        os.close(ours)
        os.close(theirs)
    assert b"1.0/1.0 MB" in moved
    assert b"\x1b[" in moved
