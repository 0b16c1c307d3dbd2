"""A voice that remembers what it has rendered.

Decides what is kept, and where. Must not know: how a text becomes sound, or when it is played.

Only texts handed to `warm` are written to disk: they are the fixed sentences that ship with the
companion, rendered in their own order. A sentence with a clock time in it would tell, by its
name, its content and its date, when two people needed a pause; so whatever `render` is asked for
beyond the fixed sentences stays in memory.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import tempfile
import threading
import wave
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from companion.core import pcm
from companion.errors import CompanionError
from companion.ports import Clip

MEMORY_BYTES = 16_000_000
"""About three minutes of 22 050 Hz in two bytes a sample, twice over."""
DISK_BYTES = 200_000_000
"""Above this the files unused for longest are removed."""

log = logging.getLogger(__name__)


class KnownVoice(Protocol):
    """A companion.ports.Voice that can say which sound it would make."""

    name: str

    @property
    def identity(self) -> str:
        """Changes whenever the same text would sound different."""

    def render(self, text: str) -> Clip:
        """Speak `text`."""

    def slower(self) -> Self:
        """The same voice at the rate of instructions."""

    def close(self) -> None:
        """End it."""


class Turns:
    """Who is rendered for next: what is asked for now goes before what may be needed later."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._asked = 0

    @contextlib.contextmanager
    def first(self) -> Iterator[None]:
        """For as long as somebody waits for a sentence."""
        with self._changed:
            self._asked += 1
        try:
            yield
        finally:
            with self._changed:
                self._asked -= 1
                self._changed.notify_all()

    def wait(self) -> None:
        """Wait until nobody waits for a sentence."""
        with self._changed:
            self._changed.wait_for(lambda: not self._asked)


class CachedVoice:
    """A companion.ports.Voice in front of another one."""

    def __init__(self, voice: KnownVoice, folder: Path, *, turns: Turns | None = None) -> None:
        """Keep files in `folder`, which is made when it is first written to.

        `turns` are shared by voices that share a process.
        """
        self._turns = turns or Turns()
        self.name = voice.name
        self._voice = voice
        self._folder = folder
        self._writable = True
        self._memory: OrderedDict[str, tuple[NDArray[np.int16], int]] = OrderedDict()
        self._held = 0
        self._lock = threading.Lock()
        self._warming: threading.Thread | None = None
        self._closed = threading.Event()
        self._slow: list[CachedVoice] = []

    @property
    def identity(self) -> str:
        """That of the voice behind it."""
        return self._voice.identity

    def slower(self) -> CachedVoice:
        """The same voice at the rate of instructions, in the same folder. Closed with this one."""
        if not self._slow:
            self._slow.append(CachedVoice(self._voice.slower(), self._folder, turns=self._turns))
        return self._slow[0]

    def render(self, text: str) -> Clip:
        """The sound of `text`: from memory, from disk, or from the voice with its errors."""
        key = self._key(text)
        kept = self._recall(key) or _read(self._folder / key)
        if kept is None:
            with self._turns.first():
                clip = self._voice.render(text)
            kept = pcm.to_int16(clip.samples), clip.rate
        self._remember(key, kept)
        return Clip(pcm.from_int16(kept[0]), kept[1])

    def missing(self, texts: Iterable[str]) -> int:
        """How many of these texts are not on disk yet."""
        return sum(not _sound_is_there(self._folder / self._key(text)) for text in set(texts))

    def warm(self, texts: Iterable[str], *, rendered: Callable[[], None] | None = None) -> None:
        """Render these fixed texts in the background and keep them on disk.

        What `render` is asked for meanwhile goes first. `rendered` is called on the thread that
        does the work, for each text that was not there.
        It ends early, with one warning, where the voice fails; whoever asks for a text then is
        told why. A disk that is full or read-only changes nothing but the next start.
        """
        if self._warming is not None and self._warming.is_alive():
            self._warming.join()
        self._warming = threading.Thread(
            target=self._warm,
            args=(tuple(dict.fromkeys(texts)), rendered or (lambda: None)),
            name="voice-cache",
            daemon=True,
        )
        self._warming.start()

    def wait(self, seconds: float) -> bool:
        """Wait until `warm` has done its work; False when it takes longer."""
        if self._warming is not None:
            self._warming.join(seconds)
            return not self._warming.is_alive()
        return True

    def close(self) -> None:
        """End the warming and the voice. Twice is harmless."""
        self._closed.set()
        for slow in self._slow:
            slow._closed.set()
            slow.wait(10.0)
        self.wait(10.0)
        self._voice.close()

    def _warm(self, texts: tuple[str, ...], rendered: Callable[[], None]) -> None:
        awake = False
        for text in texts:
            if self._closed.is_set():
                return
            key = self._key(text)
            # One is rendered even where all are there: the process behind the voice is then
            # awake when a sentence with a clock time in it is needed at once.
            there = _sound_is_there(self._folder / key)
            if there and (awake or text != texts[-1]):
                continue
            awake = True
            self._turns.wait()
            try:
                clip = self._voice.render(text)
            except CompanionError as problem:
                log.warning("%s", problem)
                return
            kept = pcm.to_int16(clip.samples), clip.rate
            self._write(key, kept)
            if not self._writable:
                # Nothing is written any more, and memory holds what `render` asks for.
                self._remember(key, kept)
            if not there:
                rendered()
        self._make_room()

    def _key(self, text: str) -> str:
        return hashlib.sha256(f"{self.identity}\0{text}".encode()).hexdigest() + ".wav"

    def _recall(self, key: str) -> tuple[NDArray[np.int16], int] | None:
        with self._lock:
            if key in self._memory:
                self._memory.move_to_end(key)
            return self._memory.get(key)

    def _remember(self, key: str, kept: tuple[NDArray[np.int16], int]) -> None:
        with self._lock:
            if key not in self._memory:
                self._memory[key] = kept
                self._held += kept[0].nbytes
            while self._held > MEMORY_BYTES and len(self._memory) > 1:
                _, (samples, _) = self._memory.popitem(last=False)
                self._held -= samples.nbytes

    def _write(self, key: str, kept: tuple[NDArray[np.int16], int]) -> None:
        if not self._writable:
            return
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._folder.chmod(0o700)
            descriptor, temporary = tempfile.mkstemp(dir=self._folder, suffix=".part")
            try:
                with os.fdopen(descriptor, "wb") as raw, wave.open(raw, "wb") as file:
                    file.setparams((1, 2, kept[1], 0, "NONE", "not compressed"))
                    file.writeframes(kept[0].astype("<i2").tobytes())
                Path(temporary).replace(self._folder / key)
            except OSError:
                with contextlib.suppress(OSError):
                    Path(temporary).unlink()
                raise
        except OSError as problem:
            self._writable = False
            log.warning("the voice is not kept in %s: %s", self._folder, problem.strerror)

    def _make_room(self) -> None:
        with contextlib.suppress(OSError):
            files = sorted(
                ((f.stat().st_mtime, f.stat().st_size, f) for f in self._folder.iterdir()),
                reverse=True,
            )
            total = 0
            for _, size, file in files:
                total += size
                if total > DISK_BYTES:
                    file.unlink()


def _sound_is_there(path: Path) -> bool:
    """Whether a kept file is whole, without reading all of it."""
    try:
        with wave.open(str(path), "rb") as file:
            return path.stat().st_size >= 44 + 2 * file.getnframes()
    except (OSError, EOFError, wave.Error):
        return False


def _read(path: Path) -> tuple[NDArray[np.int16], int] | None:
    """A kept sound, or None where the file is missing, cut short or something else."""
    try:
        with wave.open(str(path), "rb") as file:
            if (file.getnchannels(), file.getsampwidth()) != (1, 2):
                return None
            frames = file.readframes(file.getnframes())
            if len(frames) != 2 * file.getnframes():
                return None
            return np.frombuffer(frames, "<i2").astype(np.int16), file.getframerate()
    except (OSError, EOFError, wave.Error):
        return None
