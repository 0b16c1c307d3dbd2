"""How well the companion hears, and how often it hears what was not said. Prints tables.

    python -m benchmarks.hearing cues FOLDER        FOLDER holds cues.yaml and near_misses.yaml
    python -m benchmarks.hearing people FOLDER      FOLDER holds wakewords/NAME/* and orders/*
    python -m benchmarks.hearing templates FOLDER   the same folder: which voices are worth having

`cues` speaks every sentence in synthetic voices, none of which the sound templates were made
with, and lets a real ear hear it in a phase in which it may fire; a look-alike must not fire.
`people` adds the two-word phrases as cues of their own and counts hits, and false hits an hour
on everything else. `templates` leaves the recogniser out: how many people are missed at the
threshold at which nothing else is taken for their phrase. Sound files are WAV or FLAC.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from companion import build, ears
from companion.hearing.ear import Ear
from companion.hearing.embedding import Embedder
from companion.hearing.sound_templates import Bank, SoundTemplates, heard_sentence, space_of
from companion.hearing.synthetic import PEOPLE
from companion.hearing.wav_microphone import read_sound
from companion.ports import HEARING_RATE, Expectation
from tests.spoken import talk

VOICES = ("en-us+croak", "en-us+f3", "en-gb", "en-gb+m5", "en-us+whisper")
"""eSpeak voices that made no template."""
PHASES = {"idle": "idle", "session": "away", "return": "calling_back", "both": "idle"}
"""The coarse states of the lists -> a phase of ours."""
PHRASES = ("smart_mirror", "view_glass")


@contextmanager
def opened(engine: str, cues: Sequence[str] = ()) -> Iterator[Ear]:
    """An ear with the cues that ship, or with NAME=TEMPLATE ones alone."""
    content = build.load_content()
    table, added = build.with_cues(content.table, cues, only_those=bool(cues))
    with ears.opened_ear(content, engine, table if cues else None, added) as ear:
        yield ear


def cues(folder: Path, engine: str) -> None:
    """The lists, spoken."""
    import yaml

    said = yaml.safe_load((folder / "cues.yaml").read_text(encoding="utf-8"))["intents"]
    alike = yaml.safe_load((folder / "near_misses.yaml").read_text(encoding="utf-8"))["sentences"]
    wanted = [
        (intent["id"], PHASES[intent["states"][0]], cue["text"])
        for intent in said
        if intent["states"][0] in PHASES
        for cue in intent["cues"]
    ]
    wanted += [("", PHASES[one["state"]], one["text"]) for one in alike]
    with opened(engine) as ear, tempfile.TemporaryDirectory() as scratch:
        for voice in VOICES:
            tally: Counter[str] = Counter()
            for intent, phase, text in sorted(wanted, key=lambda one: one[1]):
                path = Path(scratch) / "said.wav"
                talk(path, [(0.7, text)], 6.0, voice=voice)
                ear.expect(Expectation(phase))
                heard = [one.intent for one in ears.hear_file(path, ear)]
                if not intent:
                    tally["fired" if heard else "silent"] += 1
                elif intent in heard:
                    tally["right"] += 1
                else:
                    tally["wrong" if heard else "missed"] += 1
            cue_count = tally["right"] + tally["wrong"] + tally["missed"]
            print(
                f"{voice:16} cues: right {tally['right']:3} wrong {tally['wrong']:3}"
                f" missed {tally['missed']:3} of {cue_count}"
                f"   look-alikes fired {tally['fired']:3} of {tally['fired'] + tally['silent']}",
                flush=True,
            )


def people(folder: Path, engine: str) -> None:
    """People's own voices: two-word phrases as cues, and the shipped cues on other speech."""
    phrases = {name: sounds(folder / "wakewords" / name) for name in PHRASES}
    other = sounds(folder / "orders")
    for place in sorted((folder / "wakewords").iterdir()):
        if place.name not in PHRASES:
            other += sounds(place)
    hits: Counter[str] = Counter()
    false, hours = 0, 0.0
    with opened(engine, [f"{name}={name.replace('_', ' ')}" for name in PHRASES]) as ear:
        for name, paths in phrases.items():
            for path in paths:
                hits[name] += name in {one.intent for one in ears.hear_file(path, ear)}
        for path in other:
            false += len(list(ears.hear_file(path, ear)))
            hours += len(read_sound(path)[0]) / HEARING_RATE / 3600
    for name, paths in phrases.items():
        print(f"{name:16} heard {hits[name]} of {len(paths)}")
    print(f"{'other speech':16} false {false} in {hours:.2f} h")
    with opened(engine) as ear:
        orders = sounds(folder / "orders")
        started = [one.intent for path in orders for one in ears.hear_file(path, ear)]
    print(f"{'shipped cues':16} false {len(started)} on {len(orders)} orders {set(started) or ''}")


def templates(folder: Path, _engine: str) -> None:
    """The spotter alone, with templates of some or all of the synthetic people."""
    embedder = Embedder()

    def embedded(path: Path) -> NDArray[np.float32]:
        embedder.accept(read_sound(path)[0])
        return embedder.finish()

    names = sorted(place.name for place in (folder / "wakewords").iterdir())
    clips = {n: [embedded(p) for p in sounds(folder / "wakewords" / n)] for n in names}
    clips[""] = [embedded(path) for path in sounds(folder / "orders")]
    space = space_of(np.concatenate([one for each in clips.values() for one in each]))
    for label, chosen in (
        ("espeak-ng", [p for p in PEOPLE if p.program == "espeak-ng"]),
        ("flite and one", [p for p in PEOPLE if p.program == "flite"] + [PEOPLE[4]]),
        ("all", list(PEOPLE)),
    ):
        missed = []
        for name in names:
            text = name.replace("_", " ")
            each = tuple(space.turned(one) for one in heard_sentence(text, chosen, embedder))
            bank = Bank(SoundTemplates(space, {text: each}), (text,))
            score = {
                n: [bank.likenesses(space.turned(one))[text].alike for one in heard]
                for n, heard in clips.items()
            }
            bar = max(value for n, values in score.items() if n != name for value in values)
            missed.append(float(np.mean([value <= bar for value in score[name]])))
        shares = "  ".join(f"{n} {share:.2f}" for n, share in zip(names, missed, strict=True))
        print(f"{label:16} missed at no false hit: {shares}  mean {np.mean(missed):.3f}")


def sounds(folder: Path) -> list[Path]:
    """The sound files of a folder."""
    return sorted(path for path in folder.iterdir() if path.suffix in (".wav", ".flac"))


def main() -> None:
    """Run one table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("table", choices=("cues", "people", "templates"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--engine", default="pocketsphinx", choices=build.ENGINES)
    chosen = parser.parse_args()
    machine = subprocess.run(["uname", "-m"], capture_output=True, text=True, check=True).stdout
    print(f"{chosen.table}, engine {chosen.engine}, {machine.strip()}")
    {"cues": cues, "people": people, "templates": templates}[chosen.table](
        chosen.folder, chosen.engine
    )


if __name__ == "__main__":
    main()
