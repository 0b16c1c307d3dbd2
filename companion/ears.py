"""Ears: one for a run, and one that reads files.

Decides which parts an ear is put together from, and what they are told to expect. Must not know
what a cue leads to.
"""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TextIO, assert_never

import numpy as np
from numpy.typing import NDArray

from companion import build, taught
from companion.build import Content
from companion.core.cuetable import PHASES, CueTable, with_intents
from companion.errors import CompanionError, PartLost
from companion.hearing.ear import Ear
from companion.hearing.heard import EarFailed, Heard, SpeechBegan, SpeechEnded
from companion.hearing.spotter import SpotterWorker
from companion.hearing.wav_microphone import read_sound
from companion.keeping.cuebook import only, phrases
from companion.keeping.expected import every_expected_sentence, expected_sentences
from companion.ports import FRAME_SAMPLES, HEARING_RATE, Expectation, Recogniser

PATIENT_HANG_SECONDS = 1.5
"""For people who stutter or speak slowly (brief, 6.9)."""
MOST_OWN_PHRASES = 40
"""Ways to say the cues that somebody added; each costs some seconds at the first start with it."""
LAST_SILENCE_SECONDS = 2.5
"""Silence after the end of a file, so that its last utterance ends."""


@dataclass(frozen=True, slots=True)
class Organs:
    """What an ear is put together from, each in a process of its own."""

    recogniser: Recogniser
    spotter: SpotterWorker | None


@contextlib.contextmanager
def opened_ear(
    content: Content, engine: str, table: CueTable | None = None, added: Sequence[str] = ()
) -> Iterator[Ear]:
    """An ear with the recogniser that was asked for; its processes end with the block.

    `table` in place of the content's cues; `added` names the cues in it that came with it.
    """
    cues = table or content.table
    own = _own(content, cues, added)
    with opened_organs(content, engine) as organs:
        yield ear_of(organs, content, cues, own)


@contextlib.contextmanager
def opened_organs(content: Content, engine: str) -> Iterator[Organs]:
    """The recogniser that was asked for, and the spotter; their processes end with the block."""
    recogniser = build.make_recogniser(engine, content.settings)
    with contextlib.closing(recogniser), opened_spotter(content) as spotter:
        yield Organs(recogniser, spotter)


@contextlib.contextmanager
def opened_spotter(content: Content) -> Iterator[SpotterWorker | None]:
    """The spotter with all that was taught; None where there are no templates."""
    spotter = build.make_spotter(content.settings.language, taught.packed(warn))
    try:
        yield spotter
    finally:
        if spotter is not None:
            spotter.close()


def ear_of(organs: Organs, content: Content, cues: CueTable, own: CueTable | None) -> Ear:
    """An ear for these cues; `own` are those that somebody added, and the spotter learns them."""
    from companion.hearing.endpointer import SpeechEndpointer

    if organs.spotter is not None and own is not None:
        try:
            organs.spotter.learn(_all_ways(own))
        except CompanionError as problem:
            # It hears on by its words; the spotter is tried again with the next utterance.
            warn(str(problem))
    return Ear(
        SpeechEndpointer(hang_seconds=hang_seconds(content)),
        organs.recogniser,
        cues,
        lambda e: expected_phrases(organs.recogniser.name, cues, e, own),
        lambda e: _common(cues, e, own),
        spotter=organs.spotter,
        waits_to_the_end=content.settings.patient,
    )


def hang_seconds(content: Content) -> float:
    """Quiet that ends an utterance, in this household."""
    from companion.hearing.endpointer import HANG_SECONDS

    return PATIENT_HANG_SECONDS if content.settings.patient else HANG_SECONDS


def warn(problem: str) -> None:
    """Tell what is wrong and hear on."""
    sys.stderr.write(f"companion: {problem}\n")


def _own(content: Content, cues: CueTable, added: Sequence[str]) -> CueTable | None:
    """The cues that somebody added, on the command line or in files of the household."""
    names = {intent.name for intent in cues.intents}
    own = [*only(cues, added).intents] if added else []
    if content.own is not None:
        own += [one for one in content.own.intents if one.name in names.difference(added)]
    return with_intents(cues, own) if own else None


def expected_phrases(
    engine: str, cues: CueTable, expectation: Expectation, own: CueTable | None
) -> tuple[str, ...]:
    """What the recogniser is told to expect: all ways to say the cues of a phase for Vosk.

    The common sentences of every phase for the small one: a model for each phase would read no
    better, and takes a second to build.
    """
    if engine != "pocketsphinx":
        return phrases(cues, phase=expectation.phase, asked=expectation.asked)
    ways = _all_ways(own) if own is not None else ()
    return tuple(dict.fromkeys((*every_expected_sentence(cues), *ways)))


def _common(cues: CueTable, expectation: Expectation, own: CueTable | None) -> tuple[str, ...]:
    """The common sentences of a phase and those that somebody added: the spotter knows them."""
    phase, asked = expectation.phase, expectation.asked
    common = expected_sentences(cues, phase=phase, asked=asked)
    ways = phrases(own, phase=phase, asked=asked, limit=MOST_OWN_PHRASES) if own else ()
    return tuple(dict.fromkeys((*common, *ways)))


def _all_ways(own: CueTable) -> tuple[str, ...]:
    """Ways to say the cues that somebody added, whatever the phase."""
    found = (phrases(own, phase=phase, limit=MOST_OWN_PHRASES) for phase in PHASES)
    return tuple(dict.fromkeys(chain.from_iterable(found)))[:MOST_OWN_PHRASES]


def hear(
    files: Sequence[Path],
    *,
    engine: str,
    expectation: Expectation,
    table: CueTable,
    added: Sequence[str],
    content: Content,
    out: TextIO,
) -> None:
    """Write a JSON line for every cue in the files."""
    with opened_ear(content, engine, table, added) as ear:
        ear.expect(expectation)
        for path in files:
            for heard in hear_file(path, ear):
                facts = {
                    "file": str(path),
                    "start": round(heard.start, 3),
                    "end": round(heard.end, 3),
                    "decided": round(heard.decided, 3),
                    "intent": heard.intent,
                    "slots": dict(heard.slots),
                    "confidence": round(heard.confidence, 3),
                }
                out.write(json.dumps(facts, ensure_ascii=False) + "\n")
                out.flush()


def hear_file(path: Path, ear: Ear) -> Iterator[Heard]:
    """The cues in a sound file, times in seconds of the file.

    ContentError for a bad file, PartLost when the recogniser is lost.
    """
    samples, _ = read_sound(path)
    yield from hear_samples(samples, ear)


def hear_samples(samples: NDArray[np.int16], ear: Ear) -> Iterator[Heard]:
    """The cues in a stretch of sound at 16 kHz. PartLost when the recogniser is lost."""
    ear.restart()
    silence = np.zeros(round(LAST_SILENCE_SECONDS * HEARING_RATE), np.int16)
    samples = np.concatenate((samples, silence))
    for start in range(0, len(samples) - FRAME_SAMPLES + 1, FRAME_SAMPLES):
        for event in ear.accept(samples[start : start + FRAME_SAMPLES]):
            match event:
                case Heard():
                    yield event
                case EarFailed(what):
                    raise PartLost(what)
                case SpeechBegan() | SpeechEnded():
                    pass
                case _:
                    assert_never(event)
