"""A household's own cues: which are its own, and the phrase that it chose."""

from __future__ import annotations

from pathlib import Path

import pytest

from companion.core.cues import phrases, understand
from companion.errors import ContentError, SetupError
from companion.keeping import durable
from companion.keeping.cuebook import load_cues
from companion.keeping.owncues import (
    forget_phrase,
    keep_phrase,
    load_phrase,
    own_cues,
    phrase_file,
)

WRITTEN = """
[intents.ask_pause]
strength = "strong"
states = ["idle"]
[[intents.ask_pause.phrasings]]
templates = ["(blue|green) umbrella", "tea for two"]

[intents.ours]
strength = "soft"
[[intents.ours.phrasings]]
states = ["away"]
templates = ["open the curtains"]
"""


@pytest.fixture(autouse=True)
def own(tmp_path: Path, warm_cache: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A household of its own."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(warm_cache))
    return phrase_file("en").parent


def test_what_is_ones_own_is_told_from_what_ships(own: Path) -> None:
    """Only what the household's files say, in the phases they say; its phrase in every phase."""
    assert own_cues(load_cues(), "en") is None
    own.mkdir(parents=True)
    (own / "cues.toml").write_text(WRITTEN)
    keep_phrase("amber lantern", "en")
    table = load_cues()
    found = own_cues(table, "en")
    assert found is not None
    said = set(phrases(found, phase="idle"))
    assert said == {"blue umbrella", "green umbrella", "tea for two", "amber lantern"}
    assert set(phrases(found, phase="away")) == {"open the curtains", "amber lantern"}
    for phase in ("idle", "away", "re_entry"):
        understood = understand("amber lantern", table, phase=phase)
        assert understood is not None
        assert understood.intent == "ask_pause"


def test_a_new_phrase_takes_the_place_of_the_old_one_and_is_forgotten() -> None:
    """In a file that nobody else may read; without it only what ships is left."""
    assert load_phrase("en") is None
    keep_phrase("amber lantern", "en")
    keep_phrase("copper harbour", "en")
    assert load_phrase("en") == "copper harbour"
    assert phrase_file("en").stat().st_mode & 0o777 == 0o600
    assert understand("copper harbour", load_cues(phrase=False)) is None
    forget_phrase()
    assert load_phrase("en") is None
    assert understand("copper harbour", load_cues()) is None


def test_a_phrase_file_that_is_wrong_is_named(own: Path) -> None:
    """Somebody may write into it, and is told of a mistake."""
    own.mkdir(parents=True)
    phrase_file("en").write_text("[intents.ask_pause]\nphrase = 3\n")
    with pytest.raises(ContentError, match=r"phrase\.toml: in intents ask_pause"):
        load_phrase("en")


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    """Nobody else may read it, and a disk that refuses leaves the old one."""
    path = tmp_path / "deep" / "er" / "file"
    durable.write(path, b"first")
    durable.write(path, b"second")
    assert path.read_bytes() == b"second"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    (path.parent / "file.new").mkdir()
    with pytest.raises(SetupError, match="file cannot be written"):
        durable.write(path, b"third")
    assert path.read_bytes() == b"second"
    (path.parent / "file.new").rmdir()
    durable.remove(path)
    durable.remove(path)
    durable.remove(tmp_path / "nowhere" / "file")
    assert list(path.parent.iterdir()) == []
