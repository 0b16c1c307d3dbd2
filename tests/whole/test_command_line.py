"""Commands, their exit codes, and one clear sentence for every bad input."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from companion import first_pause
from companion.build import Choices
from companion.errors import SetupError
from tests.conftest import ROOT, Done, runner, use_vosk
from tests.forked import CommandLine
from tests.spoken import talk

Companion = Callable[..., Done]


def one_sentence(done: Done, code: int, *words: str) -> None:
    """The command ended so, and said one line that holds these words and no traceback."""
    assert done.code == code, done.err
    assert len(done.err.strip().splitlines()) == 1, done.err
    assert "Traceback" not in done.err
    for word in words:
        assert word in done.err


def test_help_names_every_command(environment: Mapping[str, str]) -> None:
    """--help lists what there is, when the command is started as a person starts it."""
    command = [sys.executable, "-m", "companion.cli", "--help"]
    done = subprocess.run(
        command, cwd=ROOT, env=dict(environment), capture_output=True, text=True, timeout=30,
        check=True,
    )  # fmt: skip
    for verb in ("run", "demo", "hear", "understand", "say", "play", "scripts", "voices",
                 "check", "doctor", "status", "forget", "models"):  # fmt: skip
        assert verb in done.stdout


def test_understand_answers_a_line_for_each_sentence(companion: Companion) -> None:
    """A cue has an intent, a strength and slots; anything else has a null intent."""
    done = companion("understand", "I need twenty minutes", "Pause the film")
    assert [line["intent"] for line in done.lines] == ["ask_pause_duration", None]
    assert done.lines[0]["slots"] == {"length": 1200.0}
    assert done.lines[0]["strength"] == "strong"


def test_an_unknown_phase_is_refused(companion: Companion) -> None:
    """A phase that does not exist is named, with the ones that do."""
    one_sentence(companion("understand", "--phase", "lunch", "stop"), 2, "lunch", "idle")


@pytest.mark.slow
def test_hear_with_an_added_cue(
    companion: Companion, environment: Mapping[str, str], tmp_path: Path
) -> None:
    """A household's own phrase is heard, with times of the file."""
    use_vosk(environment)
    path = tmp_path / "phrase.wav"
    ends = talk(path, [(1.0, "the kitchen window")], 4.0)
    done = companion("hear", path, "--cue", "ours=the kitchen window", "--only")
    assert [line["intent"] for line in done.lines] == ["ours"]
    assert done.lines[0]["file"] == str(path)
    assert abs(done.lines[0]["end"] - ends[0]) < 0.4


def test_lists_and_check(companion: Companion) -> None:
    """Every shipped file is listed and in order."""
    assert "orienting" in companion("scripts").out
    assert companion("voices", "--json").lines[0]["name"]
    done = companion("check")
    assert done.code == 0, done.err


def test_play_renders_a_practice(companion: Companion, tmp_path: Path) -> None:
    """A practice becomes a sound file."""
    path = tmp_path / "sighs.wav"
    done = companion("play", "three_sighs", "--speaker", path)
    assert done.code == 0, done.err
    assert path.stat().st_size > 48_000 * 2 * 25


def test_status_and_forget_on_a_fresh_machine(
    companion: Companion, environment: dict[str, str], tmp_path: Path
) -> None:
    """Nothing is promised, and forgetting nothing is no error."""
    environment["XDG_CACHE_HOME"] = str(tmp_path)
    assert companion("status", "--json").lines == [{"promise": "none"}]
    assert companion("forget", "--yes").code == 0


def test_demo_is_a_whole_pause(companion: Companion) -> None:
    """Typed words become a promise, a call back and a sentence."""
    done = companion("demo", "--speed", "2000", text="I need a two minute pause\n")
    assert done.code == 0, done.err
    assert "two minutes" in done.out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("run", "--microphone", "gone.wav", "--speaker", "out.wav"), 2, ("gone.wav",)),
        (("run", "--microphone", "talk.wav"), 2, ("--speaker",)),
        (("run", "--microphone", "bad.wav", "--speaker", "out.wav"), 2, ("bad.wav", "WAV")),
        (("run", "--microphone", "talk.wav", "--speaker", "/proc/no/out.wav"), 1, ("out.wav",)),
        (("hear", "talk.wav", "--engine", "parrot"), 2, ("parrot", "pocketsphinx")),
        (("hear", "talk.wav", "--engine", "vosk"), 1, ("Vosk model", "models")),
        (("hear", "talk.wav", "--only"), 2, ("--cue",)),
        (("hear", "talk.wav", "--cue", "broken"), 2, ("NAME=TEMPLATE",)),
        (("play", "levitation"), 2, ("levitation", "orienting")),
        (("say", "hello", "--voice", "nobody"), 2, ("nobody", "calm")),
        (("check", "wrong.toml"), 2, ("wrong.toml",)),
    ],
)
def test_bad_input_gets_one_sentence(
    words: tuple[str, ...],
    code: int,
    said: tuple[str, ...],
    companion: Companion,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is wrong, where, and what is allowed; the exit code says whose mistake it was."""
    monkeypatch.chdir(tmp_path)
    talk(tmp_path / "talk.wav", [], 1.0)
    (tmp_path / "bad.wav").write_bytes(b"not sound at all")
    (tmp_path / "wrong.toml").write_text(
        'name = "wrong"\ntitle = "x"\nfamily = "y"\n[[step]]\nhum = 3\n'
    )
    one_sentence(companion(*words), code, *said)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("default_minutes = 500\n", ("default_minutes", "2 to 60")),
        ('default_minutes = "ten"\n', ("default_minutes", "whole number")),
        ("defalt_minutes = 5\n", ("defalt_minutes", "did you mean default_minutes")),
        ("microphone = 3\n", ("microphone", "in quotes")),
        ("please speak louder\n", ("not TOML", "line 1")),
    ],
)
def test_broken_settings_lose_nothing(
    written: str, said: tuple[str, ...], companion: Companion, environment: Mapping[str, str]
) -> None:
    """Wrong settings are named with file and key, and the file is left as it is."""
    settings = Path(environment["XDG_CONFIG_HOME"]) / "companion" / "settings.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text(written)
    one_sentence(companion("understand", "stop"), 2, "settings.toml", *said)
    assert settings.read_text() == written


def test_a_wrong_practice_of_ones_own_is_named(
    companion: Companion, environment: Mapping[str, str]
) -> None:
    """File, step and what is allowed are said, whatever command would use it."""
    own = Path(environment["XDG_CONFIG_HOME"]) / "companion" / "scripts" / "en" / "practices"
    own.mkdir(parents=True)
    (own / "humming.toml").write_text(
        'name = "humming"\ntitle = "humming"\nfamily = "body"\n[[step]]\nhum = 3\n'
    )
    for words in (("scripts",), ("check",), ("play", "orienting", "--speaker", "out.wav")):
        one_sentence(companion(*words), 2, "humming.toml", "step 1", "breathe")


@pytest.mark.parametrize("damage", ["no bytes", "no samples", "text", "half a header"])
def test_a_file_that_is_no_sound_is_said(damage: str, companion: Companion, tmp_path: Path) -> None:
    """Exit 2 and the file's name, whatever is wrong with it."""
    path = tmp_path / "talk.wav"
    talk(path, [], 0.0 if damage == "no samples" else 1.0)
    match damage:
        case "no bytes":
            path.write_bytes(b"")
        case "text":
            path.write_text("hello " * 100)
        case "half a header":
            path.write_bytes(path.read_bytes()[:40])
        case _:
            pass
    done = companion("run", "--microphone", path, "--speaker", tmp_path / "out.wav")
    one_sentence(done, 2, "talk.wav", "sound file")


def test_an_output_that_is_full_is_said(companion: Companion, tmp_path: Path) -> None:
    """A disk without room ends the command with the file and the reason."""
    (tmp_path / "full.wav").symlink_to("/dev/full")
    done = companion("say", "hello", "--speaker", tmp_path / "full.wav")
    one_sentence(done, 1, "full.wav", "No space left")


def test_a_folder_that_cannot_be_written_is_said(
    command_line: CommandLine, environment: Mapping[str, str], tmp_path: Path
) -> None:
    """No promise is made that cannot be kept; the self-check says so as well."""
    (tmp_path / "block").write_text("in the way")
    blocked = {**environment, "XDG_STATE_HOME": str(tmp_path / "block" / "inside")}
    talk(tmp_path / "talk.wav", [], 1.0)
    words = ("run", "--microphone", tmp_path / "talk.wav", "--speaker", tmp_path / "out.wav")
    one_sentence(runner(command_line, blocked)(*words), 1, "block", "not a directory")


def test_a_short_pause_without_a_place_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a machine without sound shows first ends in a sentence where nothing can be written."""
    (tmp_path / "block").write_text("in the way")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "block" / "inside"))
    with pytest.raises(SetupError, match=r"block.*Not a directory") as told:
        first_pause.show(Choices(), io.StringIO())
    assert "\n" not in str(told.value)


def test_no_sound_device_is_said(companion: Companion) -> None:
    """A device that does not exist is one sentence, exit 1."""
    done = companion("run", "--microphone", "no such thing", "--speaker", "no such thing")
    one_sentence(done, 1, "speaker")
