"""The cache in front of a voice: what is kept, what is never kept, and what it survives."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import numpy as np
import pytest

from companion.errors import PartLost
from companion.ports import Clip
from companion.speaking.cache import CachedVoice
from tests.speaking.toys import ToyVoice

FIXED = ("Half of it is over.", "in", "out")


def files(folder: Path) -> list[Path]:
    """What the cache has written."""
    return sorted(folder.rglob("*")) if folder.exists() else []


def warmed(folder: Path, voice: ToyVoice | None = None) -> tuple[CachedVoice, ToyVoice]:
    """A cache that has written the fixed texts."""
    voice = voice or ToyVoice()
    cached = CachedVoice(voice, folder)
    cached.warm(FIXED)
    assert cached.wait(10.0)
    return cached, voice


def test_a_text_is_rendered_once(tmp_path: Path) -> None:
    """The second time comes from memory, sample for sample what the voice made."""
    voice = ToyVoice()
    cached = CachedVoice(voice, tmp_path / "v")
    first, second = cached.render("Hello there."), cached.render("Hello there.")
    assert voice.rendered == ["Hello there."]
    assert (first.samples == second.samples).all()
    assert np.abs(first.samples - voice.render("Hello there.").samples).max() < 1e-4
    assert first.rate == 22_050


def test_fixed_texts_outlive_the_program(tmp_path: Path) -> None:
    """What was warmed is on disk; after a new start the voice renders one text, to be awake."""
    warmed(tmp_path / "v")
    cached, voice = warmed(tmp_path / "v")
    assert voice.rendered == ["out"]
    voice.lost = True
    for text in FIXED:
        assert cached.render(text).seconds > 0


def test_a_sentence_with_a_time_in_it_never_reaches_the_disk(tmp_path: Path) -> None:
    """What was said in a pause leaves no file: name, content and date would tell of it."""
    cached, _ = warmed(tmp_path / "v")
    before = [(f.name, f.stat().st_mtime_ns) for f in files(tmp_path / "v")]
    cached.render("The pause is on: twenty minutes, back at ten past nine.")
    cached.render("in")
    assert [(f.name, f.stat().st_mtime_ns) for f in files(tmp_path / "v")] == before
    assert len(before) == len(FIXED)


def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    """Files are 0600 in a folder of 0700, and nothing unfinished is left."""
    warmed(tmp_path / "v")
    assert stat.S_IMODE((tmp_path / "v").stat().st_mode) == 0o700
    assert {stat.S_IMODE(f.stat().st_mode) for f in files(tmp_path / "v")} == {0o600}
    assert {f.suffix for f in files(tmp_path / "v")} == {".wav"}


@pytest.mark.parametrize("damage", ["empty", "cut", "garbage", "folder"])
def test_a_damaged_file_is_rendered_again(tmp_path: Path, damage: str) -> None:
    """A file that is empty, cut short or something else is not played; warming mends it."""
    warmed(tmp_path / "v")
    for file in files(tmp_path / "v"):
        whole = file.read_bytes()
        match damage:
            case "empty":
                file.write_bytes(b"")
            case "cut":
                file.write_bytes(whole[: len(whole) // 2])
            case "garbage":
                file.write_bytes(os.urandom(2000))
            case _:
                file.unlink()
                file.mkdir()
    cached, voice = CachedVoice(ToyVoice(), tmp_path / "v"), ToyVoice()
    assert (cached.render("in").samples == _as_kept(voice, "in")).all()
    mended, rendering = warmed(tmp_path / "v")
    assert sorted(rendering.rendered) == sorted(FIXED)
    assert (mended.render("in").samples == _as_kept(voice, "in")).all()


def _as_kept(voice: ToyVoice, text: str) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return CachedVoice(voice, Path("/nonexistent/v")).render(text).samples


@pytest.mark.parametrize("place", ["a file stands there", "a parent is a file"])
def test_where_nothing_can_be_written_memory_serves(tmp_path: Path, place: str) -> None:
    """A disk that takes nothing changes nothing but the next start."""
    block = tmp_path / "block"
    block.write_text("in the way")
    folder = block if place == "a file stands there" else block / "voice"
    cached, voice = warmed(folder)
    voice.lost = True
    for text in FIXED:
        assert cached.render(text).seconds > 0
    assert block.read_text() == "in the way"


def test_a_full_disk_leaves_no_half_file() -> None:
    """Writing to a device that is always full is given up once, without an error."""
    folder = Path("/dev/full/voice")
    cached, _ = warmed(folder)
    assert cached.render("in").seconds > 0


def test_another_manner_is_another_file(tmp_path: Path) -> None:
    """The slower voice keeps its own sounds in the same folder."""
    cached, _ = warmed(tmp_path / "v")
    slow = cached.slower()
    assert slow is cached.slower()
    slow.warm(FIXED)
    assert slow.wait(10.0)
    assert len(files(tmp_path / "v")) == 2 * len(FIXED)
    assert slow.render("in").seconds > cached.render("in").seconds
    cached.close()


def test_errors_of_the_voice_pass_through(tmp_path: Path) -> None:
    """A lost voice is told to whoever asks; warming ends quietly; later it works again."""
    voice = ToyVoice()
    voice.lost = True
    cached, _ = warmed(tmp_path / "v", voice)
    with pytest.raises(PartLost):
        cached.render("in")
    voice.lost = False
    assert cached.render("in").seconds > 0


def test_memory_is_bounded(tmp_path: Path) -> None:
    """Long unused sounds leave memory, and are rendered again when they are needed."""
    voice = ToyVoice(seconds_a_word=100.0)
    cached = CachedVoice(voice, tmp_path / "v")
    for n in range(6):
        cached.render(f"number{n}")
    cached.render("number5")
    cached.render("number0")
    assert voice.rendered == [f"number{n}" for n in range(6)] + ["number0"]


class GatedVoice(ToyVoice):
    """A toy that renders one text for each time that somebody lets it."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = threading.Semaphore(0)
        self.let = threading.Semaphore(0)
        self._one = threading.Lock()

    def render(self, text: str) -> Clip:
        """Render when it is let, one text at a time."""
        with self._one:
            self.begun.release()
            assert self.let.acquire(timeout=20.0)
            return super().render(text)

    def slower(self) -> GatedVoice:
        """The same toy."""
        return self


def test_what_is_asked_for_now_goes_first(tmp_path: Path) -> None:
    """Whoever waits for a sentence waits for at most one that was begun beforehand."""
    voice = GatedVoice()
    cached = CachedVoice(voice, tmp_path / "v")
    cached.warm(f"fixed {n}" for n in range(20))
    assert voice.begun.acquire(timeout=20.0)
    asking = threading.Thread(target=cached.render, args=("now",))
    asking.start()
    while not cached._turns._asked:
        asking.join(0.001)
    for _ in range(21):
        voice.let.release()
    asking.join(20.0)
    assert cached.wait(20.0)
    assert voice.rendered[:2] == ["fixed 0", "now"]
    assert len(voice.rendered) == 21


def test_what_is_missing_is_counted_and_told(tmp_path: Path) -> None:
    """Each text that was not there yet is told once; at the next start there is none."""
    told: list[str] = []
    cached = CachedVoice(ToyVoice(), tmp_path / "v")
    assert cached.missing((*FIXED, FIXED[0])) == len(FIXED)
    cached.warm((*FIXED, FIXED[0]), rendered=lambda: told.append("one"))
    assert cached.wait(10.0)
    assert len(told) == len(FIXED)
    assert cached.missing(FIXED) == 0
    cached.warm(FIXED, rendered=lambda: told.append("two"))
    assert cached.wait(10.0)
    assert "two" not in told
