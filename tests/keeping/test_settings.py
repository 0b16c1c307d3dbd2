"""The settings file and the numbers that may be spoken."""

from __future__ import annotations

import contextlib
import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.errors import ContentError
from companion.keeping import folders
from companion.keeping.numbers import load_country_numbers, read_country_numbers, spelled
from companion.keeping.settings import Settings, load_settings, numbers_to_speak, settings_file

KNOWN = load_country_numbers()
DIGITS = KNOWN.digits
TODAY = datetime.date(2026, 6, 15)


def settings(folder: Path, text: str) -> Settings:
    """Read settings that somebody wrote."""
    path = folder / "settings.toml"
    path.write_text(text)
    return load_settings(path)


def refusal(folder: Path, text: str) -> str:
    """Answer the one sentence with which settings are refused, after the file's name."""
    with pytest.raises(ContentError) as caught:
        settings(folder, text)
    said = str(caught.value)
    assert "\n" not in said
    path, _, sentence = said.partition(": ")
    assert path == str(folder / "settings.toml")
    return sentence


# ---- the file -------------------------------------------------------------------------------


def test_without_a_file_everything_has_a_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine that has never seen the companion has settings: twenty minutes, no holds."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    found = load_settings()
    assert found == Settings()
    assert (found.default_minutes, found.breath_holds, found.patient) == (20, False, False)
    assert list(tmp_path.iterdir()) == []


def test_the_household_file_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is settings.toml in the companion's own configuration folder."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    path = tmp_path / "companion" / "settings.toml"
    assert settings_file() == path
    path.parent.mkdir()
    path.write_text("default_minutes = 30\n")
    assert load_settings().default_minutes == 30


def test_an_empty_file_is_all_defaults(tmp_path: Path) -> None:
    """So is one with comments only, and one that an editor began with a byte order mark."""
    assert settings(tmp_path, "") == Settings()
    assert settings(tmp_path, "\ufeff# nothing yet\n") == Settings()


def test_every_key_can_be_written(tmp_path: Path) -> None:
    """What is in the file is what is in the value."""
    found = settings(
        tmp_path,
        """
        language = "en"
        voice = "calm"
        engine = "vosk"
        vosk_model = "~/models/small"
        microphone = "USB"
        speaker = "hw:1,0"
        default_minutes = 60
        country = "gb"
        breath_holds = true
        patient = true

        [numbers]
        emergency = "112"
        crisis_line = "116 123"
        abuse_line = ""
        text_line = "HOME to 85258"
        checked_on = 2026-03-01
        """,
    )
    assert found.vosk_folder() == Path.home() / "models/small"
    assert (found.engine, found.microphone, found.speaker) == ("vosk", "USB", "hw:1,0")
    assert (found.default_minutes, found.country) == (60, "GB")
    assert (found.breath_holds, found.patient) == (True, True)
    assert found.numbers.checked_on == datetime.date(2026, 3, 1)
    assert (found.numbers.emergency, found.numbers.abuse_line) == ("112", "")


def test_no_model_folder_means_looking_for_one() -> None:
    """An empty path is not the current folder."""
    assert Settings().vosk_folder() is None


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("default_minutes = 1", "default_minutes = 1 is not allowed: it must be a whole number"),
        ("default_minutes = 61", "a whole number of minutes from 2 to 60"),
        ('default_minutes = "20"', "a whole number of minutes from 2 to 60"),
        ("default_minutes = 20.5", "a whole number of minutes from 2 to 60"),
        ("default_minutes = true", "default_minutes = true is not allowed"),
        ('engine = "whisper"', 'engine = "whisper" is not allowed: it must be "auto", "vosk" or'),
        ('language = "English"', "a language code in quotes"),
        ('voice = "../calm"', "the name of a voice in quotes"),
        ("microphone = 2", "microphone = 2 is not allowed: it must be the name of a device"),
        ('country = "Germany"', "a country code of two letters"),
        ('country = "XX"', 'no numbers are known for country = "XX": write its emergency number'),
        ("patient = 1", "true or false, without quotes"),
        ('breath_holds = "no"', "true or false, without quotes"),
        ('langauge = "en"', "there is no key langauge (did you mean language?); allowed are"),
        ("qqq = 1", "there is no key qqq; allowed are language, voice"),
        ("__pydantic_config__ = 1", "there is no key __pydantic_config__"),
        ("numbers = 3", "write [numbers] on a line of its own"),
        ("[[numbers]]", "write [numbers] on a line of its own"),
        ("[numbers]\nemergency = 112", "in [numbers], emergency = 112 is not allowed: it must be"),
        ('[numbers]\nemergency = ""', 'digits in quotes such as "112"'),
        ('[numbers]\ncrisis_line = "ask anna"', 'digits in quotes such as "116 123", or ""'),
        ('[numbers]\nchecked_on = "2026-03-01"', "a date without quotes such as 2026-03-01"),
        ("[numbers]\nchecked_on = 2026-03-01T08:00:00", "a date without quotes"),
        ("[numbers]\nabuse = 1", "in [numbers], there is no key abuse (did you mean abuse_line?)"),
        ("voice = calm", "this is not TOML: invalid value (at line 1, column 9)"),
    ],
)
def test_a_wrong_file_is_refused_in_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    """The sentence names the file, the key, what it holds and what is allowed."""
    assert sentence in refusal(tmp_path, text)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    """Bytes that are no UTF-8, a folder, and a link that leads nowhere: one sentence each."""
    (tmp_path / "a").write_bytes(b"\xff\xfe")
    (tmp_path / "b").mkdir()
    for name, reason in (("a", "UTF-8"), ("b", "is a directory"), ("c", "no such file")):
        with pytest.raises(ContentError, match=reason):
            load_settings(tmp_path / name)


@given(st.text())
def test_any_text_is_settings_or_a_refusal(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    """Whatever stands in the file, the companion never ends in anything but a sentence."""
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    with contextlib.suppress(ContentError):
        load_settings(path)


# ---- the numbers ----------------------------------------------------------------------------


def test_every_shipped_country_has_an_emergency_number() -> None:
    """The shipped file is whole: ten digits, two-letter codes, an emergency number each."""
    assert len(DIGITS) == len(set(DIGITS)) == 10
    assert {"US", "GB", "AU", "DE", "FR", "IE"} <= KNOWN.by_country.keys()
    assert all(numbers.emergency for numbers in KNOWN.by_country.values())
    assert all(numbers.checked_on is None for numbers in KNOWN.by_country.values())


@pytest.mark.parametrize(
    ("country", "spoken"),
    [
        ("US", "nine, one, one"),
        ("GB", "nine, nine, nine"),
        ("AU", "zero, zero, zero"),
        ("DE", "one, one, two"),
    ],
)
def test_the_emergency_number_is_the_countrys(country: str, spoken: str) -> None:
    """Spoken digit by digit, without any date of checking."""
    assert numbers_to_speak(Settings(country=country), TODAY).emergency == spoken


def test_without_a_country_there_is_still_an_emergency_number() -> None:
    """It is 112, and the self-check is told that no country is set."""
    spoken = numbers_to_speak(Settings(), TODAY)
    assert spoken.emergency == "one, one, two"
    assert spoken.reason == "no country is set"


def test_numbers_that_nobody_checked_are_not_spoken() -> None:
    """A shipped helpline alone is never spoken: it may have changed since it was written."""
    spoken = numbers_to_speak(Settings(country="GB"), TODAY)
    assert (spoken.crisis_line, spoken.abuse_line, spoken.text_line) == ("", "", "")
    assert "not checked" in spoken.reason


@pytest.mark.parametrize(
    ("checked", "today", "spoken"),
    [
        ("2026-06-15", "2026-06-15", True),
        ("2025-06-15", "2026-06-15", True),
        ("2025-06-14", "2026-06-15", False),
        ("2024-02-29", "2025-02-28", True),
        ("2024-02-29", "2025-03-01", False),
        ("2026-06-16", "2026-06-15", False),
        ("2020-01-01", "2026-06-15", False),
    ],
)
def test_helplines_are_spoken_for_twelve_months(
    tmp_path: Path, checked: str, today: str, spoken: bool
) -> None:
    """After that, and for a date in the future, only the emergency number is left."""
    found = settings(tmp_path, f'country = "GB"\n[numbers]\nchecked_on = {checked}\n')
    numbers = numbers_to_speak(found, datetime.date.fromisoformat(today))
    assert (numbers.crisis_line == "one one six, one two three") is spoken
    assert (numbers.reason == "") is spoken
    assert numbers.emergency == "nine, nine, nine"


def test_the_households_own_numbers_win(tmp_path: Path) -> None:
    """Field by field; an empty one says that there is none, whatever the country has."""
    found = settings(
        tmp_path,
        """
        country = "US"
        [numbers]
        emergency = "112"
        crisis_line = "12-34"
        abuse_line = ""
        checked_on = 2026-06-01
        """,
    )
    numbers = numbers_to_speak(found, TODAY)
    assert numbers.emergency == "one, one, two"
    assert numbers.crisis_line == "one two, three four"
    assert numbers.abuse_line == ""
    assert numbers.text_line == "START to eight eight seven eight eight"


def test_a_country_without_shipped_numbers_needs_its_own(tmp_path: Path) -> None:
    """With an emergency number of its own, any country is accepted."""
    found = settings(tmp_path, 'country = "JP"\n[numbers]\nemergency = "119"\n')
    assert numbers_to_speak(found, TODAY).emergency == "one, one, nine"


@given(st.from_regex(r"[0-9][0-9 -]{1,20}", fullmatch=True))
def test_every_digit_of_a_number_is_spoken_in_its_order(number: str) -> None:
    """Spelling loses nothing, adds nothing and changes no order."""
    words = spelled(number, DIGITS).replace(",", "").split()
    assert words == [DIGITS[int(digit)] for digit in number if digit.isdecimal()]


def test_a_persons_own_numbers_file_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of the same name in the configuration folder is read instead of the shipped one."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    path = folders.own("scripts") / "en" / "numbers.toml"
    path.parent.mkdir(parents=True)
    words = ", ".join(f'"{word}"' for word in DIGITS)
    path.write_text(f'digits = [{words}]\nunset = "999"\n')
    assert numbers_to_speak(Settings(), TODAY).emergency == "nine, nine, nine"
    assert numbers_to_speak(Settings(language="de"), TODAY).emergency == "nine, nine, nine"


WORDS = 'digits = ["0","1","2","3","4","5","6","7","8","9"]\n'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "digits must be a list of ten words"),
        ('digits = ["zero"]', "digits must be a list of ten words"),
        (WORDS, "unset must be digits in quotes"),
        (WORDS + "unset = 112", "unset must be digits in quotes"),
        (WORDS + 'unset = "112"\nmore = 1', "there is no key more"),
        (WORDS + 'unset = "112"\ncountry = 1', "each headed [[country]]"),
        (WORDS + 'unset = "112"\n[[country]]\nemergency = "1"', "[[country]] 1 needs codes"),
        (WORDS + 'unset = "112"\n[[country]]\ncodes = ["gb"]', "[[country]] 1 needs codes"),
        (WORDS + 'unset = "112"\n[[country]]\ncodes = ["GB"]\nline = "1"', "there is no key line"),
    ],
)
def test_a_wrong_numbers_file_is_refused_in_one_sentence(
    tmp_path: Path, text: str, sentence: str
) -> None:
    """It names the file and what is allowed, as for settings."""
    path = tmp_path / "numbers.toml"
    path.write_text(text)
    with pytest.raises(ContentError) as caught:
        read_country_numbers(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert sentence in str(caught.value)
