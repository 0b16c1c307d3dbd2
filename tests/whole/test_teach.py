"""Teaching through the command line: what is learnt, what is kept, and what never is."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from companion import build, ears, taught
from companion.hearing.sound_templates import from_bytes, load
from companion.hearing.taught import joined
from companion.keeping.owncues import keep_phrase
from companion.ports import Expectation
from companion.teachfiles import templates_of
from tests.conftest import Done, use_vosk
from tests.spoken import heard_from, talk

Companion = Callable[..., Done]
PHRASE = "amber lantern"
ACCENT = "fr-fr"
"""A voice whose English none of the sound templates was made with, and hardly understood."""


def state(environment: Mapping[str, str]) -> Path:
    """Where the companion keeps what must last."""
    return Path(environment["XDG_STATE_HOME"]) / "companion"


def recordings(folder: Path, text: str, voice: str = ACCENT) -> list[Path]:
    """Three recordings of a sentence by one person, each at another pace."""
    paths = []
    for pace in (130, 165, 190):
        path = folder / f"take{pace}.wav"
        talk(path, [(0.5, text)], 3.0, voice=voice, words_a_minute=pace)
        paths.append(path)
    return paths


@pytest.fixture
def own_home(environment: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """The test itself lives in the same home as the commands."""
    for name, value in environment.items():
        if name.startswith("XDG_"):
            monkeypatch.setenv(name, value)


@pytest.mark.slow
@pytest.mark.usefixtures("own_home")
def test_the_phrase_is_heard_and_three_recordings_make_a_hard_voice_heard(
    environment: Mapping[str, str], tmp_path: Path
) -> None:
    """From the next start on, by its sound; of a voice that was missed three recordings do."""
    use_vosk(environment)
    keep_phrase(PHRASE, "en")
    said, hard = tmp_path / "said.wav", tmp_path / "hard.wav"
    talk(said, [(1.0, PHRASE), (4.0, "amber waterfall"), (7.0, "velvet lantern")], 10.0)
    talk(hard, [(1.0, PHRASE)], 4.0, voice=ACCENT, words_a_minute=150)
    content = build.load_content()
    for engine in build.ENGINES:
        assert PHRASE in ears.expected_phrases(engine, content.table, Expectation(), content.own)
    with ears.opened_organs(content, "vosk") as organs:
        ear = ears.ear_of(organs, content, content.table, content.own)
        assert [each.intent for each in ears.hear_file(said, ear)] == ["ask_pause"]
        assert list(ears.hear_file(hard, ear)) == []
        teach(recordings(tmp_path, PHRASE), organs)
        assert [each.intent for each in ears.hear_file(hard, ear)] == ["ask_pause"]
        assert [each.intent for each in ears.hear_file(said, ear)] == ["ask_pause"]


def teach(takes: list[Path], organs: ears.Organs) -> None:
    """The recordings are learnt and kept, and the spotter is told as at a start."""
    assert organs.spotter is not None
    space, out = load(build.templates_file("en")).space, io.StringIO()
    templates = templates_of(takes, PHRASE, organs.spotter, space, out)
    assert out.getvalue().count("to the other recordings") == len(takes)
    taught.keep(joined(None, space, {PHRASE: templates}))
    organs.spotter.teach(taught.packed(pytest.fail))


def test_teaching_keeps_no_sound_and_nothing_without_a_yes_and_forget_deletes_it(
    companion: Companion, environment: dict[str, str], tmp_path: Path
) -> None:
    """At a no all stays as it was; what a yes keeps is templates and the phrase."""
    takes = recordings(tmp_path, "time out")
    config = Path(environment["XDG_CONFIG_HOME"])
    words = ("teach", "--phrase", PHRASE, "--sentence", "time out", "--from")
    done = companion(*words, takes[0], text="no\n")
    assert done.code == 0, done.err
    assert "Nothing was kept" in done.out
    assert not state(environment).exists()
    assert not config.exists()
    done = companion(*words, *takes, text="yes\n")
    assert done.code == 0, done.err
    assert done.out.count("to the other recordings") == 3
    (kept,) = state(environment).iterdir()
    assert kept.name == "taught.npz"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert_no_sound(kept, takes)
    assert all(take.exists() for take in takes)
    assert [path.name for path in config.rglob("*.toml")] == ["phrase.toml"]
    assert companion("status", "--json").lines == [{"promise": "none", "taught": True}]
    # The other tests go on with the voice that they share.
    environment["XDG_CACHE_HOME"] = str(tmp_path / "cache")
    assert "taught" in companion("forget", text="no\n").out
    assert kept.exists()
    assert companion("forget", text="yes\n").code == 0
    assert companion("status", "--json").lines == [{"promise": "none"}]
    assert list(config.rglob("*.toml")) == []


def assert_no_sound(kept: Path, takes: list[Path]) -> None:
    """A few numbers for each 80 ms are kept, and nothing as long as the sound is."""
    content = from_bytes(kept.read_bytes())
    numbers = sum(len(one) for each in content.of.values() for one in each)
    assert numbers < 16 * sum(path.stat().st_size / 32_000 for path in takes) * 2
    assert kept.stat().st_size < min(path.stat().st_size for path in takes) / 4
    samples = takes[0].read_bytes()[44:]
    loud = samples[len(samples) // 2 : len(samples) // 2 + 64]
    assert loud not in kept.read_bytes()


@pytest.mark.slow
def test_a_broken_file_is_told_and_hearing_goes_on(
    companion: Companion, environment: Mapping[str, str], tmp_path: Path
) -> None:
    """One sentence with the file; the doctor has the remedy, and a lesson does not lose it."""
    use_vosk(environment)
    state(environment).mkdir(parents=True)
    broken = state(environment) / "taught.npz"
    broken.write_bytes(b"PK\x03\x04 nothing of the kind")
    path = tmp_path / "said.wav"
    talk(path, [(1.0, "I need a pause")], 4.0)
    done = companion("hear", path)
    assert done.code == 0
    assert [line["intent"] for line in done.lines] == ["ask_pause"]
    assert len(done.err.splitlines()) == 1
    assert "taught.npz" in done.err
    (finding,) = [line for line in companion("doctor", "--json").lines if line["part"] == "taught"]
    assert finding["state"] == "degraded"
    assert "companion forget" in finding["remedy"]
    refused = companion("teach", "--from", path, "--sentence", "I need a pause", "--yes")
    assert refused.code == 2
    assert "taught.npz" in refused.err.splitlines()[-1]


@pytest.mark.slow
def test_a_lesson_on_files(
    companion: Companion, environment: Mapping[str, str], tmp_path: Path
) -> None:
    """Asked aloud, said by somebody who repeats it every nine seconds, tried, told and kept."""
    use_vosk(environment)
    microphone, speaker = tmp_path / "talk.wav", tmp_path / "out.wav"
    talk(microphone, [(10.0 + 9 * n, "help me breathe") for n in range(9)], 95.0)
    done = companion(
        "teach", "--sentence", "help me breathe", "--people", "1", "--yes",
        "--microphone", microphone, "--speaker", speaker,
    )  # fmt: skip
    assert done.code == 0, done.err
    assert done.out.count("taken") == 3
    assert "one of one heard" in done.out
    assert heard_from(speaker, 0.0) is not None
    files = [path for path in state(environment).iterdir() if path.stat().st_size]
    assert [path.name for path in files] == ["taught.npz"]
    assert list(from_bytes(files[0].read_bytes()).of) == ["help me breathe"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("--from", "talk.wav"), 2, "--sentence"),
        (("--from", "talk.wav", "--sentence", "one", "--sentence", "two"), 2, "--sentence"),
        (("--from", "talk.wav", "--sentence", "time out"), 2, "none of the recordings"),
        (("--from", "gone.wav", "--sentence", "time out"), 2, "gone.wav"),
        (("--from", "talk.wav", "--sentence", "?"), 2, "no sentence"),
        (("--phrase", "good morning"), 2, "good"),
        (("--microphone", "talk.wav"), 2, "--speaker"),
        (("--people", "0"), 2, "people"),
        (("--people", "9", "--microphone", "talk.wav", "--speaker", "out.wav"), 2, "1 to 4"),
        (("--microphone", "gone.wav", "--speaker", "out.wav"), 2, "gone.wav"),
    ],
)
def test_bad_input_is_one_sentence(
    words: tuple[str, ...],
    code: int,
    said: str,
    companion: Companion,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    environment: Mapping[str, str],
) -> None:
    """And nothing is kept."""
    use_vosk(environment)
    monkeypatch.chdir(tmp_path)
    talk(tmp_path / "talk.wav", [], 2.0)
    done = companion("teach", *words, "--yes")
    assert done.code == code, done.err
    assert said in done.err
    assert "Traceback" not in done.err
    assert not (state(environment) / "taught.npz").exists()
