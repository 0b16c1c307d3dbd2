"""Ears: one for a run, and one that reads files.

Decides which parts an ear is put together from, and what they are told to expect. Must not know
what a cue leads to.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO, assert_never

import numpy as np
from numpy.typing import NDArray

from companion import build
from companion.build import Content
from companion.core.cuetable import CueTable
from companion.errors import PartLost
from companion.hearing.ear import Ear
from companion.hearing.heard import EarFailed, Heard, SpeechBegan, SpeechEnded
from companion.hearing.wav_microphone import read_sound
from companion.keeping.cuebook import only, phrases
from companion.keeping.expected import every_expected_sentence, expected_sentences
from companion.ports import FRAME_SAMPLES, HEARING_RATE, Expectation

PATIENT_HANG_SECONDS = 1.5
"""For people who stutter or speak slowly (brief, 6.9)."""
MOST_OWN_PHRASES = 40
"""Ways to say the cues that somebody added; each costs a second at the start."""
LAST_SILENCE_SECONDS = 2.5
"""Silence after the end of a file, so that its last utterance ends."""


@contextlib.contextmanager
def opened_ear(
    content: Content, engine: str, table: CueTable | None = None, added: Sequence[str] = ()
) -> Iterator[Ear]:
    """An ear with the recogniser that was asked for; its processes end with the block.

    `table` in place of the content's cues; `added` names the cues in it that came with it.
    """
    from companion.hearing.endpointer import HANG_SECONDS, SpeechEndpointer

    cues = table or content.table
    hang = PATIENT_HANG_SECONDS if content.settings.patient else HANG_SECONDS
    own = only(cues, added) if added else None
    with contextlib.ExitStack() as closing:
        recogniser = build.make_recogniser(engine, content.settings)
        closing.callback(recogniser.close)
        spotter = build.make_spotter(content.settings.language)
        if spotter is not None:
            closing.callback(spotter.close)
            if own is not None:
                spotter.learn(_all_ways(own))
        yield Ear(
            SpeechEndpointer(hang_seconds=hang),
            recogniser,
            cues,
            lambda e: _phrases(recogniser.name, cues, e, own),
            lambda e: _common(cues, e, own),
            spotter=spotter,
            waits_to_the_end=content.settings.patient,
        )


def _phrases(
    engine: str, cues: CueTable, expectation: Expectation, own: CueTable | None
) -> tuple[str, ...]:
    """What the recogniser is told to expect: all ways to say the cues of a phase for Vosk.

    The common sentences of every phase for the small one: a model for each phase would read no
    better, and takes a second to build.
    """
    if engine != "pocketsphinx":
        return phrases(cues, phase=expectation.phase, asked=expectation.asked)
    return _with(every_expected_sentence(cues), own)


def _common(cues: CueTable, expectation: Expectation, own: CueTable | None) -> tuple[str, ...]:
    """The common sentences of a phase, whose sound the spotter knows."""
    asked = expectation.asked
    return _with(expected_sentences(cues, phase=expectation.phase, asked=asked), own)


def _with(common: tuple[str, ...], own: CueTable | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*common, *(_all_ways(own) if own is not None else ()))))


def _all_ways(own: CueTable) -> tuple[str, ...]:
    """Ways to say the cues that somebody added, whatever the phase."""
    return phrases(own, phase="idle", limit=MOST_OWN_PHRASES)


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
