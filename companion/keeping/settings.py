"""What a household decided once: its settings file.

Decides which keys there are, what each may hold, and what holds where nothing is written. Must not
know clocks, devices or models: whether there is a microphone of that name is for others to find.

The file is `settings.toml` in the configuration folder, and it is only ever read. A missing file
is no error: everything has a default. A wrong file is refused as a whole, in one sentence that
names the file, the key and what is allowed.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from companion.errors import ContentError
from companion.keeping import folders
from companion.keeping.checked import NO_OTHER_KEYS, Allowed, read_document, validated
from companion.keeping.numbers import (
    CountryNumbers,
    Numbers,
    SpokenNumbers,
    load_country_numbers,
    spoken_numbers,
)

_Language = Annotated[
    str,
    Allowed(
        'a language code in quotes such as "en"', lambda text: re.fullmatch("[a-z]{2,3}", text)
    ),
]
_VoiceName = Annotated[
    str,
    Allowed(
        "the name of a voice in quotes, as `companion voices` lists them",
        lambda text: re.fullmatch("[A-Za-z0-9_-]+", text),
    ),
]
_Engine = Annotated[
    Literal["auto", "vosk", "pocketsphinx"], Allowed('"auto", "vosk" or "pocketsphinx"')
]
_Folder = Annotated[str, Allowed('a folder in quotes, or "" to look for a model')]
_Device = Annotated[str, Allowed('the name of a device in quotes, or "" for the usual one')]
_Minutes = Annotated[
    int, Allowed("a whole number of minutes from 2 to 60", lambda minutes: 2 <= minutes <= 60)
]
_Country = Annotated[
    str,
    Allowed(
        'a country code of two letters in quotes such as "GB", or "" for none',
        lambda text: re.fullmatch("([A-Za-z]{2})?", text),
    ),
]
_YesNo = Annotated[bool, Allowed("true or false, without quotes")]


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one household. Every key may be left out."""

    __pydantic_config__: ClassVar[Mapping[str, object]] = NO_OTHER_KEYS

    language: _Language = "en"
    """Which folder of scripts/ is spoken and understood."""
    voice: _VoiceName = "calm"
    """Which file of voices/ says everything."""
    engine: _Engine = "auto"
    """Which recogniser listens. auto: Vosk where a model is installed, else PocketSphinx."""
    vosk_model: _Folder = ""
    """The folder of a Vosk model, ~ allowed. "": the installed models are looked through."""
    microphone: _Device = ""
    """The name of a sound device, or a part of it. "": the one the system prefers."""
    speaker: _Device = ""
    """The name of a sound device, or a part of it. "": the one the system prefers."""
    default_minutes: _Minutes = 20
    """Minutes of a pause when nobody says how long (brief, 1.3)."""
    country: _Country = ""
    """Where the household is, in capitals, for the telephone numbers. "": not said."""
    breath_holds: _YesNo = False
    """Whether breathing with a held breath may be guided."""
    patient: _YesNo = False
    """Waits 1.5 s for the end of speech, for people who stutter or speak slowly (brief, 6.9)."""
    numbers: Numbers = field(default_factory=Numbers)
    """The household's own telephone numbers; the rest comes from the country."""

    def vosk_folder(self) -> Path | None:
        """Tell where the Vosk model is, or None where it is to be looked for."""
        return Path(self.vosk_model).expanduser() if self.vosk_model else None


def settings_file() -> Path:
    """Tell where a household's settings are. The file need not exist."""
    return folders.config_folder() / "settings.toml"


def load_settings(path: Path | None = None) -> Settings:
    """Read the settings; the defaults where there is no file.

    `path` is a file to read instead of the household's own, and then it must exist. ContentError
    in one sentence for a file that is wrong in any way.
    """
    own = settings_file()
    if path is None and not own.exists():
        return Settings()
    path = path or own
    settings = validated(Settings, read_document(path), path)
    settings = replace(settings, country=settings.country.upper())
    if settings.country and not settings.numbers.emergency:
        known = load_country_numbers(settings.language).by_country
        if settings.country not in known:
            raise ContentError(
                f'{path}: no numbers are known for country = "{settings.country}": write its'
                f" emergency number under [numbers], or use one of {', '.join(sorted(known))}"
            )
    return settings


def numbers_to_speak(
    settings: Settings, today: datetime.date, known: CountryNumbers | None = None
) -> SpokenNumbers:
    """Choose what may be spoken on the local day `today`, digit by digit.

    `known` is what `load_country_numbers` answered, read now where it is left out.
    """
    known = known or load_country_numbers(settings.language)
    return spoken_numbers(settings.numbers, settings.country, known, today)
