"""A download from a real server on this machine, in all its manners.

Nothing is waited for but what the code itself waits for; the limits are made short.
"""

from __future__ import annotations

import gc
import hashlib
import itertools
import json
import random
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from companion.errors import ContentError, SetupError
from companion.hearing.downloads import Patience, Wanted, download
from companion.hearing.web import checked_address
from tests.hearing import file_server
from tests.hearing.file_server import FileServer

DATA = b"PK\x03\x04" + random.Random(1).randbytes(1_000_000)
OTHER = b"PK\x03\x04" + random.Random(2).randbytes(1_000_000)
SUM = hashlib.sha256(DATA).hexdigest()
HALF = 400_000
LONG = Patience()
SHORT = Patience(stall_seconds=0.2)


class Visitor:
    """Somebody who downloads from a server into a folder."""

    def __init__(self, server: FileServer, folder: Path) -> None:
        self.server = server
        self.part, self.notes = folder / ".m.part", folder / ".m.part.json"
        self.told: list[tuple[int, int]] = []

    def get(
        self,
        *,
        url: str = "",
        size: int | None = None,
        sha256: str | None = None,
        patience: Patience = LONG,
    ) -> bool:
        """Download; answer whether some of it had been there."""
        wanted = Wanted("m", url or self.server.url, size, sha256)

        def progress(have: int, total: int) -> None:
            self.told.append((have, total))

        return download(wanted, self.part, self.notes, patience=patience, progress=progress)

    def refused(
        self,
        *,
        url: str = "",
        size: int | None = None,
        sha256: str | None = None,
        patience: Patience = LONG,
    ) -> str:
        """The one sentence with which it fails."""
        with pytest.raises(SetupError) as caught:
            self.get(url=url, size=size, sha256=sha256, patience=patience)
        said = str(caught.value)
        assert "\n" not in said
        return said

    def break_off(self, *, mark: bool = True) -> None:
        """Have the first part of DATA from an earlier time."""
        manner = file_server.good if mark else file_server.without_mark
        self.server.manner = manner(DATA, cut=HALF)
        said = self.refused()
        assert mark == ("400 kB are kept" in said)
        self.server.asked.clear()

    @property
    def empty(self) -> bool:
        """Whether nothing at all is left of it."""
        return not (self.part.exists() or self.notes.exists())


@pytest.fixture
def server() -> Iterator[FileServer]:
    """A server of its own for each test."""
    with file_server.serving() as running:
        yield running


@pytest.fixture
def visitor(server: FileServer, tmp_path: Path) -> Visitor:
    """Somebody with an empty folder."""
    return Visitor(server, tmp_path)


# ---- a file comes ---------------------------------------------------------------------------


def test_a_file_comes_whole(visitor: Visitor) -> None:
    """Every byte, in one request, and how far it is is told from nothing to all."""
    visitor.server.manner = file_server.good(DATA)
    assert visitor.get() is False
    assert visitor.part.read_bytes() == DATA
    assert visitor.server.asked == [(None, None)]
    assert visitor.told[0] == (0, len(DATA))
    assert visitor.told[-1] == (len(DATA), len(DATA))


def test_it_goes_on_where_it_broke_off(visitor: Visitor) -> None:
    """What came is kept and said to be; later only the rest is asked for, of the same version."""
    visitor.break_off()
    visitor.server.manner = file_server.good(DATA)
    assert visitor.get() is True
    assert visitor.part.read_bytes() == DATA
    assert visitor.server.asked == [(f"bytes={HALF}-", '"one"')]


def test_it_can_break_off_again(visitor: Visitor) -> None:
    """Each time it goes on from where the last one ended."""
    visitor.break_off()
    visitor.server.manner = file_server.good(DATA, cut=600_000)
    assert "ended after 600 kB of 1.0 MB; 600 kB are kept" in visitor.refused()
    visitor.server.manner = file_server.good(DATA)
    assert visitor.get() is True
    assert visitor.part.read_bytes() == DATA


def test_what_is_here_already_is_not_asked_for(visitor: Visitor) -> None:
    """A whole file that was not unpacked yet needs no server."""
    visitor.server.manner = file_server.good(DATA)
    visitor.get()
    visitor.server.asked.clear()
    assert visitor.get() is True
    assert visitor.server.asked == []


@pytest.mark.parametrize(
    ("manner", "version", "requests"),
    [
        (file_server.without_ranges(DATA), DATA, 1),
        (file_server.good(OTHER, etag='"two"'), OTHER, 1),
        (file_server.part(OTHER, HALF, len(OTHER), etag='"two"'), OTHER, 2),
        (file_server.part(DATA, HALF - 1, len(DATA)), DATA, 2),
        (file_server.part(DATA, HALF, len(DATA) + 1), DATA, 2),
        (file_server.unwilling_to_go_on(DATA), DATA, 2),
    ],
    ids=["no ranges", "changed", "other bytes", "wrong place", "wrong length", "416"],
)
def test_it_starts_afresh_where_the_rest_does_not_fit(
    manner: file_server.Manner, version: bytes, requests: int, visitor: Visitor
) -> None:
    """A part is never mended with something else; the whole comes instead, from the start."""
    visitor.break_off()
    visitor.server.manner = manner
    assert visitor.get() is False
    assert visitor.part.read_bytes() == version
    assert len(visitor.server.asked) == requests


def test_without_a_mark_only_a_checksum_lets_it_go_on(visitor: Visitor) -> None:
    """Nobody would notice two halves of two files, so the half is not even kept."""
    visitor.break_off(mark=False)
    assert visitor.empty
    visitor.server.manner = file_server.without_mark(DATA, cut=HALF)
    assert "400 kB are kept" in visitor.refused(sha256=SUM)
    visitor.server.manner = file_server.without_mark(DATA)
    assert visitor.get(sha256=SUM) is True
    assert visitor.part.read_bytes() == DATA
    assert visitor.server.asked[-1] == (f"bytes={HALF}-", None)


@pytest.mark.parametrize("broken", ["", "[]", '{"url": 3}', "\x00", '{"url": "x", "total": "y"}'])
def test_broken_notes_are_no_notes(broken: str, visitor: Visitor) -> None:
    """Where it is not known what the part is of, it starts afresh."""
    visitor.break_off()
    visitor.notes.write_text(broken)
    visitor.server.manner = file_server.good(DATA)
    assert visitor.get() is False
    assert visitor.part.read_bytes() == DATA


def test_a_part_of_another_address_is_not_used(visitor: Visitor) -> None:
    """Two servers may have two files of one name."""
    visitor.break_off()
    notes = json.loads(visitor.notes.read_text())
    visitor.notes.write_text(json.dumps({**notes, "url": "https://example.org/model.zip"}))
    visitor.server.manner = file_server.good(DATA)
    assert visitor.get() is False
    assert visitor.server.asked == [(None, None)]


# ---- a server says something else than it should --------------------------------------------


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (404, "127.0.0.1 has no such file (404)"),
        (410, "127.0.0.1 has no such file (410)"),
        (403, "does not give this file away (403)"),
        (500, "cannot give the file just now (500): try again later"),
        (503, "cannot give the file just now (503)"),
        (418, "answers with 418, which is no file"),
        (204, "answers with 204, which is no file"),
    ],
)
def test_a_refusal_is_told(code: int, said: str, visitor: Visitor) -> None:
    """One sentence with the number, and nothing is left."""
    visitor.server.manner = file_server.status(code)
    assert said in visitor.refused()
    assert visitor.empty


def test_a_refusal_keeps_what_had_come(visitor: Visitor) -> None:
    """A server that is down for a while costs nothing that is here."""
    visitor.break_off()
    visitor.server.manner = file_server.status(500)
    said = visitor.refused()
    assert "(500)" in said
    assert "400 kB are kept" in said
    visitor.server.manner = file_server.good(DATA)
    assert visitor.get() is True


@pytest.mark.parametrize(
    ("manner", "size", "said"),
    [
        (file_server.with_headers(b"<p>", Content_Type="text/html"), None, "a web page"),
        (
            file_server.with_headers(DATA, Content_Encoding="gzip", Content_Length=len(DATA)),
            None,
            "in another form",
        ),
        (file_server.good(b"Rar!" + DATA), None, "is no zip file"),
        (file_server.good(b"PK"), None, "is no zip file"),
        (file_server.good(DATA), len(DATA) + 1, "1,000,004 bytes, and m has 1,000,005"),
        (file_server.with_headers(DATA), None, "does not say how long"),
        (file_server.with_headers(DATA, Content_Length="-5"), None, "does not say how long"),
        (file_server.with_headers(b"PK", Content_Length=10**14), None, "must be free"),
        (file_server.part(DATA, 0, len(DATA)), 7, "not the same file"),
        (file_server.babbling, None, "does not answer as a web server does"),
    ],
    ids=[
        "page", "gzip", "rar", "tiny", "wrong size", "no length", "bad length", "huge", "part",
        "mail",
    ],
)  # fmt: skip
def test_what_is_no_model_is_refused(
    manner: file_server.Manner, size: int | None, said: str, visitor: Visitor
) -> None:
    """One sentence, and nothing is left."""
    visitor.server.manner = manner
    assert said in visitor.refused(size=size)
    assert visitor.empty


def test_a_length_that_is_known_need_not_be_told(visitor: Visitor) -> None:
    """And then no more than that is taken."""
    visitor.server.manner = file_server.with_headers(DATA + b"more")
    assert visitor.get(size=len(DATA)) is False
    assert visitor.part.read_bytes() == DATA


def test_a_file_may_come_in_pieces(visitor: Visitor) -> None:
    """A server that sends piece by piece tells no length; a piece that is cut off is a loss."""
    pieces = b"".join(b"%x\r\n%s\r\n" % (len(each), each) for each in (DATA[:HALF], DATA[HALF:]))
    visitor.server.manner = file_server.with_headers(pieces[:-9], Transfer_Encoding="chunked")
    assert "the connection to 127.0.0.1 broke off" in visitor.refused(size=len(DATA))
    visitor.server.manner = file_server.with_headers(
        pieces + b"0\r\n\r\n", Transfer_Encoding="chunked"
    )
    visitor.get(size=len(DATA))
    assert visitor.part.read_bytes() == DATA


# ---- a server takes its time ----------------------------------------------------------------


def test_a_stall_has_an_end(visitor: Visitor) -> None:
    """A server that stops sending is given up, and what came is kept."""
    visitor.server.manner = file_server.stalling(DATA, HALF)
    said = visitor.refused(patience=SHORT)
    assert "127.0.0.1 stopped sending; 400 kB are kept" in said
    assert visitor.part.read_bytes() == DATA[:HALF]


def test_silence_has_an_end(visitor: Visitor) -> None:
    """A server that takes the request and never answers is given up."""
    visitor.server.manner = file_server.silent
    assert "127.0.0.1 gives no answer" in visitor.refused(patience=Patience(answer_seconds=0.2))
    assert visitor.empty


def test_a_trickle_is_a_stall(visitor: Visitor) -> None:
    """Bytes that come too seldom do not keep it waiting for ever: time by a clock of the test."""
    visitor.server.manner = file_server.good(DATA)
    seconds = itertools.count(0, 1000)
    wanted = Wanted("m", visitor.server.url)
    with pytest.raises(SetupError, match=r"too slow: .* in 1000 s; .* kept"):
        download(
            wanted,
            visitor.part,
            visitor.notes,
            patience=Patience(least_bytes=len(DATA)),
            progress=lambda have, total: None,
            clock=lambda: float(next(seconds)),
        )


# ---- a server sends on ----------------------------------------------------------------------


@pytest.mark.parametrize("code", [301, 302, 303, 307, 308])
def test_a_redirect_on_the_same_host_is_followed(code: int, visitor: Visitor) -> None:
    """The rest is asked for where the file has moved to."""
    visitor.break_off()
    visitor.server.manner = file_server.redirect("/moved.zip", file_server.good(DATA), code=code)
    assert visitor.get() is True
    assert visitor.part.read_bytes() == DATA
    assert visitor.server.asked == [(f"bytes={HALF}-", '"one"')] * 2


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("http://example.org/model.zip", "is not https, and that is not followed"),
        ("ftp://127.0.0.1/model.zip", "is not https, and that is not followed"),
        ("file:///etc/passwd", "is not https, and that is not followed"),
        ("http://[::1/model.zip", "is not https, and that is not followed"),
        ("https://example.org/model.zip", "example.org, and without a checksum"),
        ("/model.zip", "sends on and on"),
        ("", "sends on and on"),
    ],
)
def test_a_redirect_elsewhere_is_not_followed(to: str, said: str, visitor: Visitor) -> None:
    """Another scheme never, another host not without a checksum, and not in circles."""
    visitor.server.manner = file_server.redirect(to, file_server.good(DATA))
    assert said in visitor.refused()
    assert visitor.empty


def test_with_a_checksum_another_host_may_give_it(visitor: Visitor) -> None:
    """What comes is held against the checksum, wherever it is from."""
    there = f"http://localhost:{visitor.server.port}/moved.zip"
    visitor.server.manner = file_server.redirect(there, file_server.good(DATA))
    assert "localhost, and without a checksum" in visitor.refused()
    assert visitor.get(sha256=SUM) is False
    assert visitor.part.read_bytes() == DATA


# ---- there is no server ---------------------------------------------------------------------


def test_a_refused_connection_is_told(visitor: Visitor) -> None:
    """Nobody listens at that port."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    said = visitor.refused(url=f"http://127.0.0.1:{port}/model.zip")
    assert said == "127.0.0.1 refuses the connection: is the address right?"
    assert visitor.empty


@pytest.mark.parametrize("host", [".".join(["a" * 60] * 5), "a" * 70 + ".example"])
def test_a_host_that_cannot_be_found_is_told(host: str, visitor: Visitor) -> None:
    """As on a machine that is offline. These names are too long to be asked for anywhere."""
    said = visitor.refused(url=f"https://{host}/model.zip")
    assert said == f"{host} cannot be found: is this machine online?"
    assert visitor.empty


def test_a_proxy_is_asked_where_there_is_one(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A household behind a proxy gets its model through it; this proxy says no."""
    for name in ("no_proxy", "NO_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{visitor.server.port}")
    said = visitor.refused(url="https://model.invalid/model.zip")
    assert "model.invalid cannot be reached (tunnel connection failed: 501" in said


# Python 3.11.2 leaves the socket of a handshake that failed to its garbage collection.
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_server_without_a_certificate_is_not_trusted(visitor: Visitor) -> None:
    """A server that speaks no https is told in one sentence."""
    url = visitor.server.url.replace("http:", "https:")
    assert "does not answer as a web server does" in visitor.refused(url=url)
    gc.collect()


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/model.zip",
        "http://127.0.0.1.example.org/model.zip",
        "http://localhost.example.org/model.zip",
        "ftp://example.org/model.zip",
        "file:///etc/passwd",
        "https:///model.zip",
        "https://name:word@example.org/model.zip",
        "https://example.org:port/model.zip",
        "https://[::1/model.zip",
        "https://example.org/a model.zip",
        "https://example.org/\nmodel.zip",
        "https://exämple.org/model.zip",
        "model.zip",
        "",
    ],
)
def test_an_address_that_is_not_asked(url: str) -> None:
    """Anything but https, or http on this machine, and what could be read in two ways."""
    with pytest.raises(ContentError) as caught:
        checked_address(url)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org/model.zip",
        "http://127.0.0.1:80/m",
        "http://[::1]/m",
        "http://localhost/m",
    ],
)
def test_an_address_that_may_be_asked(url: str) -> None:
    """It stays as it was written, but for a fragment."""
    assert checked_address(url + "#there") == url
