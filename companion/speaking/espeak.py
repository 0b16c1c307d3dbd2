"""pyttsx3 and espeak-ng, as they behave inside the voice's worker process.

Decides how the engine is asked so that it answers reliably. Must not know: levels, caches, or
that there is a parent; nothing here may be called outside a process of its own.

What pyttsx3 2.99 does on Linux, and what is done about it: the first loop of a fresh engine
returns before anything was rendered, so an empty one is run first. A property set while the
library still works is dropped, so each set waits for the library. A wrong voice raises nothing,
so the library is asked which voice it took. A render may return before its file is written, or
write none, so the target is deleted first and the file is verified. Two threads hang it, so there
is one. It prints to standard output, which belongs to somebody else, so that is closed off.
"""

from __future__ import annotations

import os
import tempfile
import time
import wave
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RENDER_TRIES = 3
SETTLE_SECONDS = 5.0
"""How long the library may take to become still, or a file to appear."""
SHARED_MEMORY = Path("/dev/shm")
"""Renders pass through here, so that they never reach a disk."""


@dataclass(frozen=True, slots=True)
class Request:
    """One sentence and how to speak it."""

    text: str
    voice: str
    """"gmw/en+f4", "en-gb+f4": the library's identifier, name or language, and a variant."""
    rate: int
    """In the engine's own unit, near to words a minute but not equal to it."""
    pitch: int
    """0 to 99, 50 is the voice's own."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A sentence as sound."""

    samples: bytes
    """int16, little-endian, mono."""
    rate: int
    """Samples a second."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Why there is no sound."""

    what: str
    unknown_voice: bool = False


def make() -> Callable[[Request], Rendered | Refused]:
    """Load the engine; the answer speaks one request at a time.

    Raises with one sentence where pyttsx3 or espeak-ng is missing.
    """
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    try:
        import pyttsx3

        engine = pyttsx3.init("espeak")
        from pyttsx3.drivers import _espeak
    except (ImportError, OSError, RuntimeError, AttributeError) as problem:
        raise RuntimeError(
            "the voice needs espeak-ng, and it is not there:"
            " install it with `sudo apt install espeak-ng`"
        ) from problem
    engine.runAndWait()
    return _Speaking(engine, _espeak).answer


class _Speaking:
    """The one engine of this process."""

    def __init__(self, engine: Any, library: Any) -> None:
        self._engine = engine
        self._library = library
        self._set: dict[str, str | int] = {}

    def answer(self, request: Request) -> Rendered | Refused:
        """Speak one request."""
        if not self._take_voice(request.voice):
            return Refused(f"espeak-ng knows no voice {request.voice!r}", unknown_voice=True)
        self._property("rate", request.rate)
        self._property("pitch", request.pitch)
        where = SHARED_MEMORY if os.access(SHARED_MEMORY, os.W_OK) else None
        with tempfile.TemporaryDirectory(prefix="voice-", dir=where) as folder:
            for number in range(RENDER_TRIES):
                rendered = self._render(request.text, Path(folder) / f"{number}.wav")
                if rendered is not None:
                    return rendered
        return Refused("the voice made no sound")

    def _render(self, text: str, path: Path) -> Rendered | None:
        path.unlink(missing_ok=True)
        self._engine.save_to_file(text, str(path))
        self._engine.runAndWait()
        self._still()
        until = time.monotonic() + SETTLE_SECONDS
        while not path.exists() and time.monotonic() < until:
            time.sleep(0.005)
        return _read(path)

    def _take_voice(self, voice: str) -> bool:
        if self._set.get("voice") == voice:
            return True
        base, plus, variant = voice.partition("+")
        for name in (base, *self._identifiers(base)):
            self._engine.setProperty("voice", f"{name}{plus}{variant}")
            self._still()
            # The library keeps the old voice where it does not know the new one.
            identifier = self._library.GetCurrentVoice().contents.identifier or b""
            if identifier.decode("utf-8").lower() in self._meant(name, plus, variant):
                # A voice brings its own rate and pitch.
                self._set = {"voice": voice}
                return True
        return False

    def _identifiers(self, language: str) -> tuple[str, ...]:
        """Voices that speak a language, best first: "en-gb" is spoken by "gmw/en"."""
        found: list[tuple[int, str]] = []
        for voice in self._library.ListVoices(None):
            # Pairs of a priority byte and a name; only the first is read, it is the voice's own.
            listed = (voice.languages or b"")[1:].decode("utf-8", "replace")
            if listed.lower() == language.lower():
                found.append((voice.languages[0], voice.identifier.decode("utf-8")))
        return tuple(name for _, name in sorted(found))

    def _meant(self, name: str, plus: str, variant: str) -> tuple[str, ...]:
        names = [name, *self._identifiers(name)]
        return tuple(f"{each}{plus}{variant}".lower() for each in names)

    def _property(self, name: str, value: int) -> None:
        if self._set.get(name) != value:
            self._engine.setProperty(name, value)
            self._still()
            self._set[name] = value

    def _still(self) -> None:
        until = time.monotonic() + SETTLE_SECONDS
        while self._library.IsPlaying() and time.monotonic() < until:
            time.sleep(0.001)


def _read(path: Path) -> Rendered | None:
    """The sound of a file, or None where it is missing, unfinished or silent."""
    try:
        with wave.open(str(path), "rb") as file:
            frames = file.readframes(file.getnframes())
            if len(frames) != 2 * file.getnframes() or not any(frames):
                return None
            return Rendered(frames, file.getframerate())
    except (OSError, EOFError, wave.Error):
        return None
