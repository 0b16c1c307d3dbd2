"""Settings to parts to a running companion; picks the best that is there and says so.

Decides which implementation stands behind each port. Must not know what happens in a pause.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from companion.core.cues import PHASES, QUESTIONS, CueTable
from companion.core.cues import understand as understand_text
from companion.core.script import Script, estimated_seconds
from companion.core.session import Household, Phase, Session
from companion.core.state import Offered
from companion.errors import ContentError, SetupError
from companion.keeping import folders
from companion.keeping.clock import SystemClock, local_zone
from companion.keeping.content import load_lines, load_scripts, load_voice
from companion.keeping.cuebook import load_cues, only, phrases, with_cue
from companion.keeping.owncues import own_cues
from companion.keeping.settings import Settings, load_settings, numbers_to_speak
from companion.ports import Expectation, Recogniser

if TYPE_CHECKING:
    from companion.hearing.spotter import SpotterWorker
    from companion.speaking.cache import CachedVoice
    from companion.speaking.mouth import Mouth

OFFER_ORDER = ("orienting", "soles", "three_sighs", "longer_out_short", "longer_out")
"""Orienting suits both states and comes first (brief, 3.1); others follow, quiet comes last."""
ESSENTIAL_LINES = frozenset(
    {
        "call", "call_asking", "call_default_length", "length_named", "appointment",
        "beyond_day", "extended", "time_left", "early_back", "ended_early", "call_back",
        "call_back_late", "call_back_again", "closing", "appointment_reminder", "clock_unsure",
        "doors", "not_ready", "extend_choice", "door_later_ask", "safety_self",
        "safety_self_no_line", "safety_other", "safety_medical", "who_to_call",
        "who_to_call_no_line",
    }
)  # fmt: skip
"""Spoken even where only tones are wanted: they carry the promise, a question, or safety."""
FILE_SUFFIXES = (".wav", ".flac")
ENGINES = ("auto", "vosk", "pocketsphinx", "wyoming")


@dataclass(frozen=True, slots=True)
class Choices:
    """What the command line chose for one run; None leaves it to the settings."""

    microphone: str | None = None
    speaker: str | None = None
    engine: str | None = None
    voice: str | None = None
    events: bool = False
    max_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """Everything that was written for this household."""

    settings: Settings
    lines: Mapping[str, tuple[str, ...]]
    scripts: Mapping[str, Script]
    table: CueTable
    own: CueTable | None = None
    """What of the table the household wrote itself."""


def load_content() -> Content:
    """Settings, lines, practices and cues. ContentError in one sentence for a wrong file."""
    settings = load_settings()
    language = settings.language
    table = load_cues(language)
    return Content(
        settings,
        load_lines(language),
        load_scripts(language),
        table,
        own_cues(table, language),
    )


def new_session(content: Content) -> Session:
    """An idle session for this household."""
    zone = local_zone()
    numbers = numbers_to_speak(
        content.settings, datetime.fromtimestamp(SystemClock().now().wall, zone).date()
    )
    order = {name: place for place, name in enumerate(OFFER_ORDER)}
    scripts = sorted(content.scripts.values(), key=lambda s: (order.get(s.name, 99), s.name))
    return Session(
        household=Household(
            zone=zone,
            default_seconds=content.settings.default_minutes * 60.0,
            practices=tuple(
                Offered(s.name, s.title, s.family, estimated_seconds(s)) for s in scripts
            ),
            emergency=numbers.emergency,
            crisis_line=numbers.crisis_line,
            abuse_line=numbers.abuse_line,
        )
    )


def is_file(name: str | None) -> bool:
    """Whether a microphone or speaker was named as a file."""
    return name is not None and name.lower().endswith(FILE_SUFFIXES)


def make_recogniser(engine: str, settings: Settings) -> Recogniser:
    """The recogniser that was asked for; auto takes Vosk where a model is installed."""
    from companion.hearing.models import find_vosk_model
    from companion.hearing.pocketsphinx import PocketSphinxRecogniser
    from companion.hearing.vosk import VoskRecogniser

    if engine not in ENGINES:
        allowed = ", ".join(ENGINES)
        raise ContentError(f"--engine {engine} is not known: allowed are {allowed}")
    if engine == "wyoming":
        raise SetupError("the engine wyoming is not built yet: use vosk or pocketsphinx")
    shipped = folders.shipped("scripts") / settings.language / "everyday_words.npz"
    everyday = shipped if shipped.exists() else None
    if engine == "pocketsphinx":
        return PocketSphinxRecogniser(everyday)
    model = find_vosk_model(settings.vosk_folder(), folders.data_folder())
    if model is not None:
        return VoskRecogniser(model)
    if engine == "vosk":
        raise SetupError(
            "no Vosk model is installed: `companion models` lists what can be got, or name the"
            " folder of one as vosk_model in the settings"
        )
    return PocketSphinxRecogniser(everyday)


def make_spotter(language: str, taught: bytes = b"") -> SpotterWorker | None:
    """The spotter, with the sound templates of this language; None where there are none.

    `taught`: those of people, packed.
    """
    from companion.hearing.spotter import SpotterWorker

    templates = templates_file(language)
    if not templates.exists():
        return None
    return SpotterWorker(templates, taught, folders.cache_folder() / "learnt")


def templates_file(language: str) -> Path:
    """Where the sound templates of a language lie. There may be none."""
    return folders.shipped("scripts") / language / "sound_templates.npz"


@contextlib.contextmanager
def opened_voice(name: str) -> Iterator[CachedVoice]:
    """The voice of this name with its cache; its process ends with the block."""
    from companion.speaking.cache import CachedVoice
    from companion.speaking.voice import EspeakVoice, VoiceSpec

    file = load_voice(name)
    spec = VoiceSpec(
        name=file.name,
        voice=file.voice,
        rate_wpm=file.rate_wpm,
        pitch=file.pitch,
        gain_db=file.gain_db,
        sentence_gap_seconds=file.sentence_gap_seconds,
    )
    voice = CachedVoice(EspeakVoice(spec), folders.cache_folder() / "voice")
    try:
        yield voice
    finally:
        voice.close()


def make_mouth(content: Content, voice: CachedVoice, rate: int) -> Mouth:
    """The mouth of this household at a sample rate."""
    from companion.speaking.mixer import Mixer
    from companion.speaking.mouth import Mouth

    return Mouth(
        voice,
        Mixer(rate),
        content.lines,
        content.scripts,
        essential=ESSENTIAL_LINES,
        slow_voice=voice.slower(),
    )


def warm(voice: CachedVoice, mouth: Mouth, tell: Callable[[str], None]) -> None:
    """Render all that is known beforehand, in the background; `tell` is told of its progress.

    What is asked for meanwhile goes first. Nothing is told where all is on disk from last time.
    """
    parts = ((voice, mouth.fixed_texts()), (voice.slower(), mouth.practice_texts()))
    count = sum(one.missing(texts) for one, texts in parts)
    left, lock = count, threading.Lock()

    def rendered() -> None:
        nonlocal left
        with lock:
            before, left = left, left - 1
            if not left:
                tell("The voice is ready.")
            elif 4 * left // count != 4 * before // count:
                tell(f"Preparing the voice: {100 * (count - left) // count} %")

    if count:
        tell(f"Preparing the voice: {count} sentences, this once")
    for one, texts in parts:
        one.warm(texts, rendered=rendered)


def all_phrases() -> tuple[str, ...]:
    """Everything that makes sense in some phase, for looking over a recogniser's words."""
    table = load_cues(load_settings().language)
    found: dict[str, None] = {}
    for phase in Phase:
        found.update(dict.fromkeys(phrases(table, phase=phase.value)))
    return tuple(found)


def with_cues(
    table: CueTable, cues: Sequence[str], *, only_those: bool
) -> tuple[CueTable, tuple[str, ...]]:
    """The cues joined by NAME=TEMPLATE ones, and the names of those.

    ContentError where one is not written like that.
    """
    names = []
    for cue in cues:
        name, equals, template = cue.partition("=")
        if not (name and equals and template):
            raise ContentError(f"--cue {cue}: write NAME=TEMPLATE, as in mirror='smart mirror'")
        table = with_cue(table, name, template)
        names.append(name)
    if only_those and not names:
        raise ContentError("--only means the added cues alone: add one with --cue NAME=TEMPLATE")
    return (only(table, names) if only_those else table), tuple(names)


def expectation(phase: str, asked: str | None) -> Expectation:
    """What the command line says is to be expected. ContentError for what does not exist."""
    if phase not in PHASES:
        raise ContentError(f"--phase {phase} is not known: allowed are {', '.join(PHASES)}")
    if asked is not None and asked not in QUESTIONS:
        raise ContentError(f"--asked {asked} is not known: allowed are {', '.join(QUESTIONS)}")
    return Expectation(phase, asked)


def understood(text: str, expected: Expectation) -> dict[str, object]:
    """What one typed sentence means, as plain facts."""
    meant = understand_text(text, _table(), phase=expected.phase, asked=expected.asked)
    if meant is None:
        return {"text": text, "intent": None, "strength": None, "slots": {}}
    return {
        "text": text,
        "intent": meant.intent,
        "strength": meant.strength.value,
        "slots": dict(meant.slots),
    }


_tables: list[CueTable] = []


def _table() -> CueTable:
    if not _tables:
        _tables.append(load_cues(load_settings().language))
    return _tables[0]
