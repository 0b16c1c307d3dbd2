"""Teaching from recordings: files in, templates out, no microphone needed.

Decides how recordings are told of. Must not know where templates are kept. The files are read and
left as they are; nothing of their sound is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from companion.errors import ContentError
from companion.hearing.bank import Bank
from companion.hearing.sound_templates import SoundTemplates, Space, Template
from companion.hearing.spotter import SpotterWorker
from companion.hearing.takes import Flaw, Sound, flaw, takes_in
from companion.hearing.wav_microphone import read_sound
from companion.ports import HEARING_RATE, Likeness

WHY = {
    Flaw.EMPTY: "nobody speaks in it",
    Flaw.CLIPPED: "it is too loud, and cut off",
    Flaw.SHORT: "it is too short for the sentence",
    Flaw.UNLIKE: "it does not sound like the sentence",
}
NAME_WIDTH = 28


@dataclass(frozen=True, slots=True)
class _Take:
    name: str
    seconds: float
    templates: list[Template]
    """The first is that of the take as it is."""
    likeness: Likeness | None


def templates_of(
    files: Sequence[Path], sentence: str, spotter: SpotterWorker, space: Space, out: TextIO
) -> list[Template]:
    """The templates that recordings of one sentence give, telling of each file.

    `sentence` as a recogniser writes it; `space` is the one in which `spotter` makes templates.
    ContentError where a file is no sound, or where none of them is of use; PartLost when the
    spotter is lost.
    """
    sounds = [(path, read_sound(path)[0]) for path in files]
    spotter.learn((sentence,))
    spotter.set_phrases((sentence,))
    takes: list[_Take] = []
    for path, sound in sounds:
        found, wrong = _takes(path.name, sound, sentence, spotter)
        takes += found
        if not found:
            out.write(f"  {path.name:{NAME_WIDTH}} left out: {WHY[wrong]}\n")
    if not takes:
        raise ContentError(f'none of the recordings can teach "{sentence}"')
    for at, take in enumerate(takes):
        others = [other.templates[0] for other in (*takes[:at], *takes[at + 1 :])]
        out.write(f"  {take.name:{NAME_WIDTH}} {take.seconds:.1f} s{_alike(take, others, space)}\n")
    return [template for take in takes for template in take.templates]


def _takes(
    name: str, sound: Sound, sentence: str, spotter: SpotterWorker
) -> tuple[list[_Take], Flaw]:
    """Every take of use in one recording, and what is wrong with the last one that is of none."""
    takes = []
    wrong = Flaw.EMPTY
    for take in takes_in(sound):
        likeness = spotter.likenesses_of(take).get(sentence)
        found = flaw(take, likeness)
        if found is None:
            seconds = len(take) / HEARING_RATE
            takes.append(_Take(name, seconds, spotter.templates(take), likeness))
        else:
            wrong = found
    return takes, wrong


def _alike(take: _Take, others: Sequence[Template], space: Space) -> str:
    parts = []
    if take.likeness is not None:
        parts.append(f"{take.likeness.alike:.2f} to the voices that it knew")
    if others:
        bank = Bank(SoundTemplates(space, {"": tuple(others)}), ("",), best=lambda count: count)
        alike = bank.likenesses(take.templates[0])[""].alike
        parts.append(f"{alike:.2f} to the other recordings")
    return f", alike {' and '.join(parts)}" if parts else ""
