"""Where the thresholds of a decision should lie. Prints a table; changes nothing.

    python -m benchmarks.calibrate FOLDER SPEECH [--noise FILE] [--every N]

FOLDER holds cues.yaml and near_misses.yaml, SPEECH sound files in which nobody says a cue, from
the microphone that is used. Every sentence is spoken once, in a synthetic voice and a condition
that change from one to the next, and heard by a real ear. What its witnesses said is remembered,
and decided upon again with other values of each threshold, one at a time (hearing/decision.py).
The best value is marked: the fewest false hits and wrong cues first, then the most hits.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.hearing import VOICES, Said, listed, sounds
from benchmarks.rooms import Sound, conditions, in_a_room, voiced
from companion import build, ears
from companion.hearing import decision
from companion.hearing.wav_microphone import read_sound
from companion.ports import Expectation

TRIED: dict[str, tuple[Any, ...]] = {
    "ALIKE_READ": ((0.66, 0.54), (0.70, 0.58), (0.74, 0.62)),
    "ALIKE_ALONE": ((0.72, 0.68), (0.74, 0.70), (0.76, 0.72), (0.80, 0.76)),
    "ALIKE_SAID": ((0.45, 0.45), (0.55, 0.55), (0.65, 0.65)),
    "ALIKE_AGREED": (0.4, 0.5, 0.6),
    "ALIKE_MEANT": (0.55, 0.6, 0.65),
    "AHEAD": (0.01, 0.03, 0.05),
    "COVERED": (0.5, 0.6, 0.7),
    "COVERED_ALONE": (0.65, 0.75, 0.85),
    "LACKING": (0.03, 0.04, 0.05, 0.07),
}
OTHER = Said("", "idle", "")


@dataclass(frozen=True, slots=True)
class Witnessed:
    """One sentence, and what every utterance in it was decided from."""

    said: Said
    condition: str
    utterances: tuple[dict[str, Any], ...]


def witnessed(folder: Path, speech: Path, noise: Sound | None, every: int) -> list[Witnessed]:
    """Let a real ear hear everything once."""
    content = build.load_content()
    told: list[dict[str, Any]] = []

    def remember(*args: Any, **named: Any) -> decision.Decided | None:
        told.append({"args": args, "named": named})
        return decision.decide(*args, **named)

    result = []
    with ears.opened_ear(content, "pocketsphinx") as ear:
        ear.decide = remember
        for said, condition, sound in _everything(folder, speech, noise, every):
            told.clear()
            ear.expect(Expectation(said.phase))
            list(ears.hear_samples(sound, ear))
            result.append(Witnessed(said, condition, tuple(told)))
    return result


def _everything(
    folder: Path, speech: Path, noise: Sound | None, every: int
) -> Iterator[tuple[Said, str, Sound]]:
    rooms = conditions(noise is not None)
    for number, said in enumerate(listed(folder, every)):
        room = rooms[number % len(rooms)]
        voice = voiced(said.text, VOICES[number // len(rooms) % len(VOICES)])
        yield said, room.name, in_a_room(voice, room, noise, number)[0]
    for sound in sounds(speech)[::every]:
        yield OTHER, "other speech", sound


def counted(everything: list[Witnessed]) -> Counter[str]:
    """Hits by condition, wrong cues, and false hits, with the thresholds as they are now."""
    tally: Counter[str] = Counter()
    for one in everything:
        decided = (decision.decide(*u["args"], **u["named"]) for u in one.utterances)
        heard = [each.intent for each in decided if each is not None]
        if one.said.intent:
            tally[one.condition] += one.said.intent in heard
            tally["wrong"] += bool(heard) and one.said.intent not in heard
        else:
            tally["false"] += bool(heard)
    return tally


def row(name: str, value: Any, tally: Counter[str], conditions: list[str], mark: str) -> None:
    """Print a line of the table."""
    hits = "".join(f"{tally[condition]:>14}" for condition in conditions)
    print(f"{name:16}{value!s:>14}{hits}{tally['wrong']:>7}{tally['false']:>7}  {mark}")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", type=Path)
    parser.add_argument("speech", type=Path)
    parser.add_argument("--noise", type=Path, help="a sound file of noise, laid under at 10 dB")
    parser.add_argument("--every", type=int, default=1, help="take each Nth only")
    chosen = parser.parse_args()
    noise = read_sound(chosen.noise)[0] if chosen.noise else None
    everything = witnessed(chosen.folder, chosen.speech, noise, chosen.every)
    spoken = Counter(one.condition for one in everything if one.said.intent)
    names = list(spoken)
    print(f"{'':30}{''.join(f'{name:>14}' for name in names)}{'wrong':>7}{'false':>7}")
    row("of", "", spoken, names, f"{len(everything) - spoken.total()} without a cue")
    for name, values in TRIED.items():
        now = getattr(decision, name)
        found = {}
        for value in values:
            setattr(decision, name, value)
            found[value] = counted(everything)
        setattr(decision, name, now)
        best = min(
            found, key=lambda v: (found[v]["false"] + found[v]["wrong"], -_hits(found[v]), v != now)
        )
        for value, tally in found.items():
            mark = ("now " if value == now else "") + ("best" if value == best else "")
            row(name, value, tally, names, mark)


def _hits(tally: Counter[str]) -> int:
    return sum(count for name, count in tally.items() if name not in ("wrong", "false"))


if __name__ == "__main__":
    main()
