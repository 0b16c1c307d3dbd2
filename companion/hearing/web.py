"""Asking a web server for a file, and not believing everything it says.

Decides which addresses may be asked, which redirects are followed, how long an answer may take,
and how a server's trouble is told. Must not know what the file is or where it goes.

An address is https; plain http is for this very machine only. A redirect stays with that, and
leaves the host only where a checksum will tell whether the right thing came.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import urllib.request
from collections.abc import Mapping
from email.message import Message
from urllib.parse import SplitResult, urljoin, urlsplit

from companion.errors import ContentError, SetupError
from companion.limits import within

MOST_REDIRECTS = 5
_REDIRECTS = (301, 302, 303, 307, 308)
_HEADERS = {"User-Agent": "pause-companion", "Accept-Encoding": "identity"}


class Answer:
    """The head of an answer. Its body is still to come; it must be closed."""

    def __init__(self, url: str, connection: http.client.HTTPConnection) -> None:
        response = connection.getresponse()
        self.url = url
        self.status = response.status
        self.headers: Message = response.headers
        self._response = response
        self._connection = connection

    @property
    def host(self) -> str:
        """Who answered."""
        return host_of(self.url)

    def read(self, most: int) -> bytes:
        """What comes next, at most so many bytes; nothing at the end.

        SetupError when nothing comes in time, or when the connection is lost.
        """
        try:
            return self._response.read1(most)
        except TimeoutError as problem:
            raise SetupError(f"{self.host} stopped sending") from problem
        except (OSError, ValueError, http.client.HTTPException) as problem:
            raise SetupError(f"the connection to {self.host} broke off") from problem

    def close(self) -> None:
        """Let go of the connection. Twice is harmless."""
        self._response.close()
        self._connection.close()


def checked_address(url: str) -> str:
    """The address, if it may be asked. ContentError otherwise."""
    if not (url.isascii() and url.isprintable() and " " not in url):
        raise ContentError("an address holds plain letters, digits and signs, and no spaces")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise ContentError(f"{url[:200]} is no address") from None
    if not host or parts.username is not None:
        raise ContentError(f"{url[:200]} is no address: it must be https://HOST/FILE")
    if parts.scheme == "https" or (parts.scheme == "http" and _is_here(host)):
        return parts._replace(fragment="").geturl()
    raise ContentError(
        f"{url[:200]} is not asked: an address must begin with https://"
        " (http:// is for this machine only)"
    )


def host_of(url: str) -> str:
    """The host in an address."""
    return urlsplit(url).hostname or ""


def ask(
    url: str,
    headers: Mapping[str, str],
    *,
    seconds: float,
    stall_seconds: float,
    elsewhere: bool,
) -> Answer:
    """The answer to a request for `url`, after its redirects, with its body still to come.

    `seconds` is the limit for each answer to begin, `stall_seconds` later for each piece of the
    body; `elsewhere` allows redirects to another host. SetupError in one sentence when there is
    no answer, or when it is none that can be used: only 200, 206 and 416 come back.
    """
    for _ in range(MOST_REDIRECTS + 1):
        answer = _answer(url, headers, seconds, stall_seconds)
        if answer.status in (200, 206, 416):
            return answer
        answer.close()
        if answer.status not in _REDIRECTS:
            raise SetupError(_refusal(answer.status, url))
        url = _redirected(url, answer.headers.get("Location") or "", elsewhere)
    raise SetupError(f"{host_of(url)} sends on and on, and never to a file")


def _answer(url: str, headers: Mapping[str, str], seconds: float, stall_seconds: float) -> Answer:
    parts = urlsplit(url)

    def asked() -> Answer:
        connection = _connection(parts, seconds)
        try:
            connection.connect()
            where = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("GET", where, headers={**_HEADERS, **headers})
            line: socket.socket = connection.sock
            answer = Answer(url, connection)
            line.settimeout(stall_seconds)
            return answer
        except BaseException:
            connection.close()
            raise

    try:
        # Looking a name up has no limit of its own, and a head can come byte by byte.
        return within(seconds, asked, late=Answer.close)
    except (OSError, http.client.HTTPException, ValueError) as problem:
        raise SetupError(_trouble(problem, host_of(url))) from problem


def _connection(parts: SplitResult, seconds: float) -> http.client.HTTPConnection:
    host = parts.hostname or ""
    if parts.scheme == "http":
        return http.client.HTTPConnection(host, parts.port, timeout=seconds)
    proxy = urlsplit(urllib.request.getproxies().get("https", ""))
    if not proxy.hostname or _is_here(host) or urllib.request.proxy_bypass(host):
        return http.client.HTTPSConnection(host, parts.port, timeout=seconds)
    connection = http.client.HTTPSConnection(proxy.hostname, proxy.port, timeout=seconds)
    connection.set_tunnel(host, parts.port or 443)
    return connection


def _redirected(url: str, location: str, elsewhere: bool) -> str:
    host = host_of(url)
    try:
        there = checked_address(urljoin(url, location))
    except (ContentError, ValueError):
        raise SetupError(
            f"{host} sends on to another place that is not https, and that is not followed"
        ) from None
    if url.startswith("https:") and not there.startswith("https:"):
        raise SetupError(f"{host} sends on from https to http, and that is not followed")
    if host_of(there) != host and not elsewhere:
        raise SetupError(
            f"{host} sends on to {host_of(there)[:80]}, and without a checksum that is not"
            " followed: give --sha256, or that address with --url"
        )
    return there


def _refusal(status: int, url: str) -> str:
    host = host_of(url)
    if status in (404, 410):
        return f"{host} has no such file ({status}): {url[:200]}"
    if status in (401, 403, 407, 451):
        return f"{host} does not give this file away ({status}): {url[:200]}"
    if status >= 500 or status == 429:
        return f"{host} cannot give the file just now ({status}): try again later"
    return f"{host} answers with {status}, which is no file"


def _trouble(problem: Exception, host: str) -> str:
    match problem:
        case socket.gaierror() | UnicodeError():
            return f"{host} cannot be found: is this machine online?"
        case ssl.SSLCertVerificationError():
            return (
                f"the certificate of {host} cannot be trusted ({problem.verify_message}): is the"
                " clock right?"
            )
        case TimeoutError():
            return f"{host} gives no answer: is this machine online?"
        case ConnectionRefusedError():
            return f"{host} refuses the connection: is the address right?"
        case http.client.HTTPException() | ConnectionError() | ssl.SSLError() | ValueError():
            return f"{host} does not answer as a web server does: is the address right?"
        case OSError():
            why = (problem.strerror or str(problem)).lower()
            return f"{host} cannot be reached ({why}): is this machine online?"
        case _:
            return f"{host} cannot be asked: {problem}"


def _is_here(host: str) -> bool:
    """Whether a host is this very machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
