"""A real web server on this machine that gives a file, in good manners or in bad ones.

A manner is a function that answers one request. Nothing here knows who asks.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from typing import Any, TypeAlias


class Request(BaseHTTPRequestHandler):
    """One request, noted and then answered in the server's manner."""

    server: FileServer
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer."""
        wanted = (self.headers.get("Range"), self.headers.get("If-Range"))
        self.server.asked.append(wanted)
        self.close_connection = True
        self.server.manner(self)

    def begin(self, status: int, **headers: object) -> None:
        """Send a status and headers; underscores in a name are dashes."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()

    def wait(self) -> None:
        """Say no more until the server is closed."""
        self.server.closing.wait()

    def log_message(self, format: str, *args: Any) -> None:
        """Write no log."""


Manner: TypeAlias = Callable[[Request], None]


class FileServer(ThreadingTCPServer):
    """Listens on a free port of this machine."""

    daemon_threads = False
    """Closing the server waits for every answer, so that no socket outlives its test."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Request)
        self.port: int = self.socket.getsockname()[1]
        self.manner: Manner = status(404)
        self.asked: list[tuple[str | None, str | None]] = []
        """(Range, If-Range) of each request."""
        self.closing = threading.Event()

    @property
    def url(self) -> str:
        """Where the file is."""
        return f"http://127.0.0.1:{self.port}/model.zip"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nobody is told when a client goes away in the middle."""


@contextlib.contextmanager
def serving() -> Iterator[FileServer]:
    """A server for as long as the block lasts."""
    with FileServer() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.closing.set()
            server.shutdown()
            thread.join(10)


def good(data: bytes, *, etag: str = '"one"', cut: int | None = None) -> Manner:
    """Ranges and If-Range as they should be; the connection breaks after `cut` bytes in all."""

    def answer(request: Request) -> None:
        start = _start(request)
        if start and request.headers.get("If-Range") in (None, etag):
            told = f"bytes {start}-{len(data) - 1}/{len(data)}"
            request.begin(206, ETag=etag, Content_Length=len(data) - start, Content_Range=told)
            request.wfile.write(data[start:cut])
        else:
            request.begin(200, ETag=etag, Content_Length=len(data))
            request.wfile.write(data[:cut])
            request.close_connection = cut is not None  # else the line stays open, as is usual

    return answer


def without_ranges(data: bytes) -> Manner:
    """The whole, whatever part is asked for."""

    def answer(request: Request) -> None:
        request.begin(200, ETag='"one"', Content_Length=len(data))
        request.wfile.write(data)

    return answer


def without_mark(data: bytes, *, cut: int | None = None) -> Manner:
    """Ranges, and nothing by which a version could be known."""

    def answer(request: Request) -> None:
        start = _start(request)
        told = f"bytes {start}-{len(data) - 1}/{len(data)}"
        headers: dict[str, object] = {"Content_Range": told} if start else {}
        request.begin(206 if start else 200, Content_Length=len(data) - start, **headers)
        request.wfile.write(data[start:cut])

    return answer


def part(data: bytes, start: int, total: int, *, etag: str = '"one"') -> Manner:
    """A part that says where it belongs, whatever is asked for; the whole where none is."""

    def answer(request: Request) -> None:
        if not _start(request):
            good(data, etag=etag)(request)
            return
        told = f"bytes {start}-{total - 1}/{total}"
        request.begin(206, ETag=etag, Content_Length=len(data) - start, Content_Range=told)
        request.wfile.write(data[start:])

    return answer


def unwilling_to_go_on(data: bytes) -> Manner:
    """416 for every part."""

    def answer(request: Request) -> None:
        if _start(request):
            request.begin(416, Content_Range=f"bytes */{len(data)}", Content_Length=0)
        else:
            good(data)(request)

    return answer


def stalling(data: bytes, after: int) -> Manner:
    """Stops in the middle, and keeps the line."""

    def answer(request: Request) -> None:
        request.begin(200, ETag='"one"', Content_Length=len(data))
        request.wfile.write(data[:after])
        request.wfile.flush()
        request.wait()

    return answer


def silent(request: Request) -> None:
    """Takes the request and says nothing."""
    request.wait()


def babbling(request: Request) -> None:
    """Speaks, but not as a web server does."""
    request.wfile.write(b"220 mail.example ready\r\n")


def with_headers(data: bytes, **headers: object) -> Manner:
    """200 with these headers and no others."""

    def answer(request: Request) -> None:
        request.begin(200, **headers)
        request.wfile.write(data)

    return answer


def status(code: int) -> Manner:
    """A status and a page about it."""

    def answer(request: Request) -> None:
        request.begin(code, Content_Type="text/html", Content_Length=4)
        request.wfile.write(b"oops")

    return answer


def redirect(to: str, then: Manner, *, code: int = 302) -> Manner:
    """Sends on to another address; what is asked for there is answered by `then`."""

    def answer(request: Request) -> None:
        if request.path == "/model.zip":
            request.begin(code, **({"Location": to} if to else {}))
        else:
            then(request)

    return answer


def _start(request: Request) -> int:
    wanted = request.headers.get("Range") or "bytes=0-"
    return int(wanted.removeprefix("bytes=").partition("-")[0])
