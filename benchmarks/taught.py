"""What three recordings gain: a phrase that other people taught, of people who never recorded it.

Decides who teaches, by lot from fixed seeds, and what is counted: how many of the others are
heard, and what else is taken for the phrase. Must not know how sound is made noisy.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.rooms import Sound, with_noise
from companion import build, ears
from companion.hearing.ear import Ear
from companion.hearing.sound_templates import load, to_bytes
from companion.hearing.taught import joined
from companion.hearing.wav_microphone import read_sound
from companion.keeping.cuebook import only
from companion.ports import HEARING_RATE, Expectation
from companion.teachfiles import templates_of

TEACHERS = 3
"""People who teach a phrase."""
DRAWS = 2
"""So often they are drawn; false hits are counted before and for the first draw."""
HEARD = 40
"""People of the others who are heard, the same in every draw but for those who teach in one."""
NOISE_DB = 10.0


def taught(
    folder: Path, engine: str, noise: Sound | None, every: int, phrases: Sequence[str]
) -> None:
    """Print a line for each phrase untaught, and for each draw of teachers.

    False hits are counted on every Nth of the other recordings.
    """
    content = build.load_content()
    space = load(build.templates_file(content.settings.language)).space
    others = [
        path
        for place in (*sorted((folder / "wakewords").iterdir()), folder / "orders")
        if place.name not in phrases
        for path in _files(place)
    ]
    for name in phrases:
        text, files = name.replace("_", " "), _files(folder / "wakewords" / name)
        table, added = build.with_cues(content.table, [f"{name}={text}"], only_those=True)
        with ears.opened_organs(content, engine) as organs:
            spotter = organs.spotter
            assert spotter is not None
            spotter.learn((text,))
            ear = ears.ear_of(organs, content, table, only(table, added))
            ear.expect(Expectation())
            heard = [files[at] for at in sorted(_lot(0, len(files), HEARD))]
            for draw in range(DRAWS + 1):
                teachers = [files[at] for at in sorted(_lot(draw, len(files), TEACHERS))]
                if draw:
                    made = templates_of(teachers, text, spotter, space, io.StringIO())
                    spotter.teach(to_bytes(joined(None, space, {text: made})))
                # Teaching asked the spotter about this sentence alone.
                ear.check()
                rest = [path for path in heard if not draw or path not in teachers]
                print(f"{name:14}{f'taught, draw {draw}' if draw else 'not taught'}", flush=True)
                _line("heard", rest, ear, noise)
                if draw < 2:
                    _line("false", others[::every], ear, noise)


def _line(what: str, files: Sequence[Path], ear: Ear, noise: Sound | None) -> None:
    for label, laid in (("quiet", None), (f"noise {NOISE_DB:.0f} dB", noise)):
        if laid is None and label != "quiet":
            continue
        count, seconds = 0, 0.0
        for seed, path in enumerate(files):
            sound = read_sound(path)[0]
            if laid is not None:
                sound = with_noise(sound, laid, NOISE_DB, seed)
            count += bool(list(ears.hear_samples(sound, ear)))
            seconds += len(sound) / HEARING_RATE
        shown = f"{count} of {len(files)}"
        print(f"    {what}, {label:14}{shown:12}{seconds / 3600:.2f} h", flush=True)


def _lot(seed: int, count: int, wanted: int) -> list[int]:
    """So many of `count`, by lot."""
    drawn: list[int] = np.random.default_rng(seed).choice(count, wanted, replace=False).tolist()
    return drawn


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix in (".wav", ".flac"))
