"""How well the companion hears, and how often it hears what was not said. Prints tables.

    python -m benchmarks.hearing cues FOLDER        FOLDER holds cues.yaml and near_misses.yaml
    python -m benchmarks.hearing people FOLDER      FOLDER holds wakewords/NAME/* and orders/*
    python -m benchmarks.hearing templates FOLDER   the same folder: which voices are worth having
    python -m benchmarks.hearing taught FOLDER      the same folder: three people teach a phrase

`cues` speaks every sentence in synthetic voices, none of which the sound templates were made
with, and lets a real ear hear it in a phase in which it may fire; a look-alike must not fire.
`people` adds the two-word phrases as cues of their own and counts hits, and false hits an hour
on everything else. Both put the engines' naive ways beside ours (benchmarks/peers.py).
`templates` leaves the recogniser out: how many people are missed at the threshold at which
nothing else is taken for their phrase. `taught` counts how many people are heard before and after
three others have taught the phrase (benchmarks/taught.py). Sound files are WAV or FLAC; --noise
names one more, which is laid over speech at 10 dB. Everything is computed from fixed seeds.
"""

from __future__ import annotations

import argparse
import platform
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks import cost, peers
from benchmarks.rooms import Condition, Sound, conditions, in_a_room, voiced, with_noise
from benchmarks.taught import taught as gains
from companion import build, ears
from companion.core.cues import understand
from companion.hearing.bank import Bank
from companion.hearing.ear import Ear
from companion.hearing.embedding import Embedder
from companion.hearing.sound_templates import SoundTemplates, heard_sentence, space_of
from companion.hearing.synthetic import PEOPLE
from companion.hearing.wav_microphone import read_sound
from companion.keeping.expected import expected_sentences
from companion.ports import HEARING_RATE, Expectation

VOICES = ("en-us+f3", "en-us+croak", "en-gb-x-rp", "en-us+whisper")
"""eSpeak voices that made no template."""
PHASES = {"idle": "idle", "session": "away", "return": "calling_back", "both": "idle"}
"""The coarse states of the lists -> a phase of ours."""
PHRASES = ("smart_mirror", "view_glass")
NOISE_DB = 10.0


@dataclass(frozen=True, slots=True)
class Options:
    """What somebody asked to have measured."""

    folder: Path
    engine: str
    model: Path | None
    noise: Sound | None
    voices: Sequence[str]
    every: int


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence, and the intent that it must bring about: "" for a look-alike."""

    intent: str
    phase: str
    text: str


@contextmanager
def opened(engine: str, cues: Sequence[str] = ()) -> Iterator[Ear]:
    """An ear with the cues that ship, or with NAME=TEMPLATE ones alone."""
    content = build.load_content()
    table, added = build.with_cues(content.table, cues, only_those=bool(cues))
    with ears.opened_ear(content, engine, table if cues else None, added) as ear:
        yield ear


def listed(folder: Path, every: int) -> list[Said]:
    """The sentences of both lists, those of one phase together."""
    import yaml

    intents = yaml.safe_load((folder / "cues.yaml").read_text(encoding="utf-8"))["intents"]
    alike = yaml.safe_load((folder / "near_misses.yaml").read_text(encoding="utf-8"))["sentences"]
    said = [
        Said(intent["id"], PHASES[intent["states"][0]], cue["text"])
        for intent in intents
        if intent["states"][0] in PHASES
        for cue in intent["cues"]
    ]
    said += [Said("", PHASES[one["state"]], one["text"]) for one in alike]
    return sorted(said[::every], key=lambda one: one.phase)


# ---- the cue lists --------------------------------------------------------------------------


def cues(options: Options) -> None:
    """The lists, spoken: ours by voice and condition, then the peers."""
    said = listed(options.folder, options.every)
    print(f"{'':34}{'right':>7}{'wrong':>7}{'missed':>8}{'look-alikes':>13}{'latency s':>13}")
    begun, seconds = cost.cpu_seconds(), 0.0
    with opened(options.engine) as ear:
        for voice in options.voices:
            for condition in conditions(options.noise is not None):
                tally: Counter[str] = Counter()
                late: list[float] = []
                for one, sound, end in spoken(said, voice, condition, options.noise):
                    ear.expect(Expectation(one.phase))
                    heard = list(ears.hear_samples(sound, ear))
                    count(tally, one, [each.intent for each in heard])
                    late += [h.decided - end for h in heard if h.intent == one.intent]
                    seconds += len(sound) / HEARING_RATE
                row(f"{voice}, {condition.name}", tally, late)
        spent = cost.cpu_seconds() - begun
        print(f"{spent / seconds:.3f} of a core, {cost.peak_megabytes():.0f} MB in all processes")
    for name, made in naive(options).items():
        tally = Counter()
        for voice in options.voices:
            for one, sound, _ in spoken(said, voice, conditions(False)[0], None):
                meant = [understand(t, TABLE, phase=one.phase) for t in made[one.phase](sound)]
                count(tally, one, [each.intent for each in meant if each is not None])
        row(f"{name}, near, quiet", tally, [])


TABLE = build.load_content().table


def naive(options: Options) -> dict[str, Mapping[str, peers.Peer]]:
    """The peers, each with the same sentences as ours, a phase at a time."""
    sentences = {
        phase: expected_sentences(TABLE, phase=phase) for phase in sorted(set(PHASES.values()))
    }
    made: dict[str, Mapping[str, peers.Peer]] = {
        "PocketSphinx keyphrases": {p: peers.keyphrases(s) for p, s in sentences.items()},
        "PocketSphinx grammar": {p: peers.grammar(s) for p, s in sentences.items()},
    }
    if options.model is not None:
        model = options.model
        made["Vosk grammar with [unk]"] = {
            p: peers.grammar_or_unknown(s, model) for p, s in sentences.items()
        }
    return made


def spoken(
    said: Sequence[Said], voice: str, condition: Condition, noise: Sound | None
) -> Iterator[tuple[Said, Sound, float]]:
    """Each sentence as the microphone gets it, and when it ends."""
    for number, one in enumerate(said):
        sound, end = in_a_room(voiced(one.text, voice), condition, noise, number)
        yield one, sound, end


def count(tally: Counter[str], one: Said, heard: Sequence[str]) -> None:
    """Note what came of one sentence."""
    if not one.intent:
        tally["fired" if heard else "silent"] += 1
    elif one.intent in heard:
        tally["right"] += 1
    else:
        tally["wrong" if heard else "missed"] += 1


def row(name: str, tally: Counter[str], late: Sequence[float]) -> None:
    """Print a line of the table; shares in per cent."""
    all_cues = max(1, tally["right"] + tally["wrong"] + tally["missed"])
    shares = "".join(
        f"{100 * tally[key] / all_cues:>{width}.1f}"
        for key, width in (("right", 7), ("wrong", 7), ("missed", 8))
    )
    alike = 100 * tally["fired"] / max(1, tally["fired"] + tally["silent"])
    times = f"{np.median(late):.2f}/{np.percentile(late, 95):.2f}" if late else "-"
    print(f"{name:34}{shares}{alike:>13.1f}{times:>13}", flush=True)


# ---- people ---------------------------------------------------------------------------------


def people(options: Options) -> None:
    """People's own voices: two-word phrases as cues, and the shipped cues on other speech."""
    phrases = {name: sounds(options.folder / "wakewords" / name) for name in PHRASES}
    orders = sounds(options.folder / "orders")
    other = list(orders)
    for place in sorted((options.folder / "wakewords").iterdir()):
        if place.name not in PHRASES:
            other += sounds(place)
    hours = sum(len(one) for one in other) / HEARING_RATE / 3600
    with opened(options.engine, [f"{n}={n.replace('_', ' ')}" for n in PHRASES]) as ear:
        found = _found(lambda sound: {one.intent for one in ears.hear_samples(sound, ear)}, phrases)
        print(f"ours, quiet                 {found}")
        if options.noise is not None:
            noise = options.noise
            found = _found(
                lambda sound: {
                    one.intent
                    for one in ears.hear_samples(with_noise(sound, noise, NOISE_DB, 1), ear)
                },
                phrases,
            )
            print(f"ours, noise 10 dB           {found}")
        false = sum(len(list(ears.hear_samples(sound, ear))) for sound in other)
        print(f"ours, other speech          {false} false in {hours:.2f} h")
    texts = [name.replace("_", " ") for name in PHRASES]
    spotting = peers.keyphrases(texts)
    found = _found(lambda sound: {t.replace(" ", "_") for t in spotting(sound)}, phrases)
    false = sum(len(spotting(sound)) for sound in other)
    print(f"PocketSphinx keyphrases     {found}, {false} false")
    with opened(options.engine) as ear:
        started = [one.intent for sound in orders for one in ears.hear_samples(sound, ear)]
    print(f"shipped cues, orders        {len(started)} false starts {sorted(set(started)) or ''}")


def _found(hear: Callable[[Sound], set[str]], phrases: Mapping[str, Sequence[Sound]]) -> str:
    return ", ".join(
        f"{name} {sum(name in hear(sound) for sound in each)} of {len(each)}"
        for name, each in phrases.items()
    )


def templates(options: Options) -> None:
    """The spotter alone, with templates of some or all of the synthetic people."""
    embedder = Embedder()

    def embedded(sound: Sound) -> NDArray[np.float32]:
        embedder.accept(sound)
        return embedder.finish()

    places = sorted((options.folder / "wakewords").iterdir())
    clips = {place.name: [embedded(sound) for sound in sounds(place)] for place in places}
    names = list(clips)
    clips[""] = [embedded(sound) for sound in sounds(options.folder / "orders")]
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


def taught(options: Options) -> None:
    """What three recordings by other people gain."""
    gains(options.folder, options.engine, options.noise, options.every, PHRASES)


def sounds(folder: Path) -> list[Sound]:
    """The sounds of a folder, in the order of their names."""
    paths = sorted(path for path in folder.iterdir() if path.suffix in (".wav", ".flac"))
    return [read_sound(path)[0] for path in paths]


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("table", choices=("cues", "people", "templates", "taught"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--engine", default="pocketsphinx", choices=build.ENGINES)
    parser.add_argument("--model", type=Path, help="a Vosk model, for the peer that needs one")
    parser.add_argument("--noise", type=Path, help="a sound file of noise")
    parser.add_argument("--voices", nargs="+", default=VOICES, help="eSpeak's, or festival:NAME")
    parser.add_argument("--every", type=int, default=1, help="take each Nth sentence only")
    chosen = parser.parse_args()
    noise = read_sound(chosen.noise)[0] if chosen.noise else None
    options = Options(
        chosen.folder, chosen.engine, chosen.model, noise, chosen.voices, chosen.every
    )
    print(f"{chosen.table}, engine {chosen.engine}, {platform.machine()}")
    tables = {"cues": cues, "people": people, "templates": templates, "taught": taught}
    tables[chosen.table](options)


if __name__ == "__main__":
    main()
