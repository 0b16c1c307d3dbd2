"""Reading what people wrote: own files win, and every mistake is told in one sentence."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from companion.core.script import BreatheStep, SayStep, Stage, ToneStep, WaitStep
from companion.errors import ContentError
from companion.keeping import folders
from companion.keeping.content import (
    check_file,
    list_scripts,
    list_voices,
    load_line_tables,
    load_lines,
    load_reentry,
    load_scripts,
    load_voice,
)

HEAD = 'name = "walk"\ntitle = "a slow walk"\nfamily = "body"\n'
SAY = '[[step]]\nsay = ["One step.", "A step.", "The first step."]\nsilence = 7\n'
VOICE = 'name = "plain"\ntitle = "plain"\nengine = "espeak"\nvoice = "en-us+f2"\nrate_wpm = 150\n'
SENTENCE = '[[own]]\nmoves = [["E1"], ["E3"]]\nsay = ["I am near.", "I spoke too fast."]\n'


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A household's own folder, empty."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "companion" / "scripts" / "en" / "practices").mkdir(parents=True)
    (tmp_path / "companion" / "voices").mkdir()
    return tmp_path / "companion"


def _written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def _practice(own: Path, text: str, name: str = "walk") -> Path:
    return _written(own / "scripts" / "en" / "practices" / f"{name}.toml", text)


# ---- what is right --------------------------------------------------------------------------


@pytest.mark.usefixtures("own")
def test_shipped_files_are_right() -> None:
    """Every shipped file passes the check; what has a reader of its own is at least TOML."""
    files = [*folders.shipped("scripts").rglob("*.toml"), *folders.shipped("voices").glob("*.toml")]
    assert len(files) >= 10
    assert {path.name: check_file(path) for path in files} == {path.name: [] for path in files}


def test_every_kind_of_step(own: Path) -> None:
    """A practice may say, wait, sound a tone and guide breaths; what is left out is zero."""
    steps = (
        "[[step]]\ntone = true\n[[step]]\nwait = 20\n[[step]]\n"
        "breathe = [{ in = 3, out = 4, cycles = 2 },"
        " { in = 4, hold_in = 1, out = 6, hold_out = 2, top_up = 1, cycles = 1 }]\n"
    )
    path = _practice(own, HEAD + SAY + steps)
    script = load_scripts()["walk"]
    assert (script.title, script.family, script.source) == ("a slow walk", "body", str(path))
    assert script.steps == (
        SayStep(("One step.", "A step.", "The first step."), 7.0),
        ToneStep(),
        WaitStep(20.0),
        BreatheStep((Stage(3, 0, 4, 0, 2), Stage(4, 1, 6, 2, 1, top_up=1))),
    )


def test_own_practice_wins_by_name(own: Path) -> None:
    """A household's practice replaces the shipped one of its name, and no other."""
    path = _practice(own, HEAD.replace("walk", "soles") + SAY, name="soles")
    scripts = load_scripts()
    assert scripts["soles"].source == str(path)
    assert Path(scripts["orienting"].source).parent == folders.shipped("scripts") / "en/practices"
    assert path in [each.path for each in list_scripts()]


def test_own_lines_replace_single_lines(own: Path) -> None:
    """A household may word one line anew; the others stay."""
    before = load_lines()
    _written(
        own / "scripts/en/lines.toml", '[half_way]\nsay = ["Half.", "Half now.", "Half left."]'
    )
    assert load_lines() == before | {"half_way": ("Half.", "Half now.", "Half left.")}


def test_own_reentry_replaces_a_shape(own: Path) -> None:
    """Sentences of a shape that a household wrote stand alone; other shapes stay."""
    before = [each for each in load_reentry() if each.shape != "own"]
    _written(own / "scripts/en/reentry.toml", SENTENCE)
    after = load_reentry()
    assert [each for each in after if each.shape != "own"] == before
    assert [each.text for each in after if each.shape == "own"] == ["I am near. I spoke too fast."]
    assert load_lines()["reentry_own"] == ("I am near. I spoke too fast.",)


def test_own_voice(own: Path) -> None:
    """A household's voice is found by its name, and what it leaves out has a default."""
    path = _written(own / "voices/plain.toml", VOICE)
    voice = load_voice("plain")
    assert (voice.voice, voice.rate_wpm, voice.pitch, voice.source) == (
        "en-us+f2",
        150,
        50,
        str(path),
    )
    assert [each.name for each in list_voices()] == ["calm", "plain"]


def test_a_byte_order_mark_is_no_mistake(own: Path) -> None:
    """Some editors begin a file with one."""
    path = _practice(own, "\ufeff" + HEAD + SAY)
    assert check_file(path) == []


# ---- what is wrong --------------------------------------------------------------------------

WRONG_PRACTICES = {
    "kind of step": ("[[step]]\nhum = 3\n", ["step 1", "hum", "say, wait, tone, breathe"]),
    "two kinds": (SAY + SAY + "wait = 3\n", ["step 2", "say, silence, wait", "one of"]),
    "empty step": ("[[step]]\n", ["step 1", "nothing"]),
    "no table": ("step = [3]\n", ["step 1", "say, wait, tone, breathe"]),
    "no steps": ("step = []\n", ["step", "at least 1"]),
    "missing steps": ("", ["step is missing"]),
    "unknown key in a step": (SAY + "loud = 1\n", ["step 1", "loud", "allowed: say, silence"]),
    "negative silence": (SAY.replace("7", "-1"), ["step 1", "silence is -1", "0"]),
    "endless silence": (SAY.replace("7", "inf"), ["step 1", "silence"]),
    "silence in words": (SAY.replace("7", '"7"'), ["step 1", "silence is '7'", "number"]),
    "no silence": (SAY.replace("silence = 7\n", ""), ["step 1", "silence is missing"]),
    "too few": ('[[step]]\nsay = ["One."]\nsilence = 7\n', ["step 1", "has 1", "at least 3"]),
    "one string": ('[[step]]\nsay = "One."\nsilence = 7\n', ["step 1", "say is 'One.'", "list"]),
    "empty variant": (SAY.replace("A step.", " "), ["step 1, variant 2", "empty"]),
    "same twice": (SAY.replace("A step.", "One step."), ["step 1, variant 2", "twice"]),
    "placeholder": (SAY.replace("A", "{clock}"), ["variant 2", "{clock}", "allowed: none"]),
    "brace": (SAY.replace("A", "{"), ["variant 2", "brace"]),
    "tone off": ("[[step]]\ntone = false\n", ["step 1", "tone is False"]),
    "no breath": ("[[step]]\nbreathe = []\n", ["step 1", "breathe"]),
    "breath key": (
        "[[step]]\nbreathe = [{ in = 3, out = 4, cycles = 2, rest = 1 }]\n",
        ["step 1, stage 1", "rest", "in, hold_in, out, hold_out, cycles, top_up"],
    ),
    "no out-breath": (
        "[[step]]\nbreathe = [{ in = 3, cycles = 2 }]\n",
        ["step 1, stage 1", "out is missing"],
    ),
    "half a cycle": (
        "[[step]]\nbreathe = [{ in = 3, out = 4, cycles = 2.5 }]\n",
        ["step 1, stage 1", "cycles is 2.5"],
    ),
    "nan": (
        "[[step]]\nbreathe = [{ in = nan, out = 4, cycles = 2 }]\n",
        ["step 1, stage 1", "in is nan"],
    ),
}


@pytest.mark.parametrize(("text", "told"), WRONG_PRACTICES.values(), ids=list(WRONG_PRACTICES))
def test_a_wrong_step(own: Path, text: str, told: list[str]) -> None:
    """A mistake in a step is told with the file, the step, what is there and what is allowed."""
    path = _practice(own, HEAD + text)
    _is_told(path, told)
    with pytest.raises(ContentError) as error:
        load_scripts()
    assert str(error.value) == check_file(path)[0]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (HEAD.replace("walk", "run") + SAY, ["name is 'run'", "'walk'"]),
        (HEAD.replace("body", "dance") + SAY, ["family is 'dance'", "breath", "quiet"]),
        (HEAD.replace('title = "a slow walk"\n', "") + SAY, ["title is missing"]),
        (HEAD + "music = 1\n" + SAY, ["music", "allowed: name, title, family, step"]),
        (HEAD + "silence = =\n" + SAY, ["not TOML", "line 4"]),
        ("", ["name is missing"]),
    ],
)
def test_a_wrong_practice(own: Path, text: str, told: list[str]) -> None:
    """A mistake at the head of a practice, or in its TOML, is told with what is allowed."""
    _is_told(_practice(own, text), told)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[half]\nsay = ["A.", "B.", "C."]', ["'half'", "no such line", "half_way"]),
        ('[half_way]\nsay = ["A.", "B."]', ["'half_way'", "has 2", "at least 3"]),
        ("[half_way]\nsay = []", ["'half_way'", "has 0", "at least 3"]),
        ("[half_way]", ["'half_way'", "say is missing"]),
        ("half_way = 3", ["'half_way'", "3 stands where a table must stand"]),
        ('[half_way]\nsay = ["A.", "B.", "C."]\nloud = 1', ["loud", "allowed: say"]),
        ('[half_way]\nsay = ["A.", "B.", "{clock}"]', ["variant 3", "{clock}", "allowed: none"]),
        (
            '[time_left]\nsay = ["{minutes} {clock}.", "{minutes}.", "{minutes}, {clock}."]',
            ["variant 2", "must hold {clock} once", "0 times"],
        ),
        (
            '[time_left]\nsay = ["{minutes} {clok}.", "{minutes} {clock}", "{clock}, {minutes}."]',
            ["variant 1", "{clok}", "allowed: {minutes}, {clock}"],
        ),
        (
            '[ended_early]\nsay = ["{clock!r}.", "Till {clock}.", "Until {clock}."]',
            ["variant 1", "{clock}", "no plain placeholder"],
        ),
        ('[safety_other]\nsay = ["Hello."]', ["'safety_other'", "fixed", "safety"]),
    ],
)
def test_a_wrong_line(own: Path, text: str, told: list[str]) -> None:
    """A mistake in a household's lines is told with the line, the variant and what is allowed."""
    path = _written(own / "scripts" / "en" / "lines.toml", text)
    _is_told(path, told)
    with pytest.raises(ContentError):
        load_lines()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (SENTENCE.replace("own", "limit"), ["[[limit]]", "[[own]], [[open]]"]),
        (SENTENCE.replace("E3", "E9"), ["own 1", "E9", "E1, E3, E4, E5, E11"]),
        (
            SENTENCE.replace("fast", "fast " * 16 + "fast"),
            ["own 1", "sentence 2", "20 words", "18"],
        ),
        (SENTENCE.replace(', "I spoke too fast."', ""), ["own 1", "say", "2 items"]),
        (SENTENCE.replace("I am near", "{who} is near"), ["own 1, variant 1", "{who}"]),
        (SENTENCE.replace("moves", "move"), ["own 1", "move"]),
        ("own = 3", ["[[own]]"]),
    ],
)
def test_a_wrong_reentry(own: Path, text: str, told: list[str]) -> None:
    """A mistake in a re-entry sentence is told with its shape and number."""
    path = _written(own / "scripts" / "en" / "reentry.toml", text)
    _is_told(path, told)
    with pytest.raises(ContentError):
        load_reentry()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (VOICE.replace("150", "20"), ["rate_wpm is 20", "80"]),
        (VOICE.replace("150", '"fast"'), ["rate_wpm is 'fast'", "integer"]),
        (VOICE + "pitch = 120\n", ["pitch is 120", "99"]),
        (VOICE.replace("espeak", "siri"), ["engine is 'siri'", "'espeak'"]),
        (VOICE.replace("en-us+f2", "en us; rm"), ["voice is 'en us; rm'"]),
        (VOICE.replace("plain", "other"), ["name is 'other'", "'plain'"]),
        (VOICE + "colour = 3\n", ["colour", "allowed: name, title, engine, voice, rate_wpm"]),
    ],
)
def test_a_wrong_voice(own: Path, text: str, told: list[str]) -> None:
    """A mistake in a voice is told with the key, what it holds and what is allowed."""
    path = _written(own / "voices" / "plain.toml", text)
    _is_told(path, told)
    with pytest.raises(ContentError):
        load_voice("plain")


def _is_told(path: Path, told: list[str]) -> None:
    problems = check_file(path)
    assert problems
    assert problems[0].startswith(str(path))
    assert "\n" not in problems[0]
    assert [part for part in told if part not in problems[0]] == []


def test_every_mistake_of_a_file_is_told(own: Path) -> None:
    """The check does not stop at the first mistake."""
    path = _practice(own, HEAD + "[[step]]\nhum = 1\n" + SAY.replace("7", "-1"))
    assert ["step 1" in each or "step 2" in each for each in check_file(path)] == [True, True]


def test_unreadable_files(own: Path) -> None:
    """A file that is missing, a folder, or not text is told as such."""
    folder = own / "scripts"
    binary = own / "walk.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    for path in (own / "none.toml", folder, binary):
        (problem,) = check_file(path)
        assert problem.startswith(str(path))


@pytest.mark.usefixtures("own")
def test_unknown_names_list_the_known() -> None:
    """A voice or a language that is not there is answered with those that are."""
    with pytest.raises(ContentError, match=r"no voice 'loud'; allowed: calm"):
        load_voice("loud")
    with pytest.raises(ContentError, match=r"language 'xx'; allowed: en"):
        load_lines("xx")


@pytest.mark.usefixtures("own")
def test_a_copy_of_a_shipped_line_file_is_held_against_the_shipped(tmp_path: Path) -> None:
    """Facts and limits belong to the shipped file: elsewhere they are unknown keys."""
    shipped = folders.shipped("scripts") / "en" / "lines.toml"
    copy = _written(tmp_path / "lines.toml", shipped.read_text(encoding="utf-8"))
    assert any("most_words is not known here" in each for each in check_file(copy))
    assert load_line_tables()["call"].facts == ("length", "clock")


def test_reading_content_costs_nothing_until_it_is_read() -> None:
    """The command line answers at once: importing the reader does not import pydantic."""
    code = "import sys, companion.keeping.content; sys.exit('pydantic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=20).returncode == 0
