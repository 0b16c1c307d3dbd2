"""How fast, how reliably and how evenly the companion speaks: a table on standard output.

Run it as `python -m benchmarks.speaking [number of renders]`. It needs espeak-ng.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator

import numpy as np

from companion.core import pcm
from companion.core.script import Manner, Mode, SayStep
from companion.keeping.content import load_lines, load_scripts
from companion.ports import Clip
from companion.speaking.deck import Item
from companion.speaking.mixer import Mixer
from companion.speaking.mouth import Mark, Mouth
from companion.speaking.voice import EspeakVoice, VoiceSpec, active_db

RATE = 48_000
FACTS = {
    "length": "twenty minutes",
    "clock": "ten past nine",
    "minutes": "seven minutes",
    "practice": "looking around the room",
}
Row = tuple[str, str]


def timed(work: Callable[[], object]) -> float:
    """Seconds that a piece of work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def line_texts() -> list[str]:
    """Sentences outside practices that are long enough to have a pace."""
    filled: list[str] = []
    for variants in load_lines("en").values():
        for variant in variants[:3]:
            try:
                filled.append(variant.format_map(FACTS))
            except KeyError:
                continue
    return [text for text in filled if len(text.split()) >= 6]


def practice_texts() -> list[str]:
    """Sentences of practices that are long enough to have a pace."""
    steps = [s for script in load_scripts("en").values() for s in script.steps]
    said = [text for step in steps if isinstance(step, SayStep) for text in step.variants]
    return [text for text in said if len(text.split()) >= 6]


def pace(texts: list[str], clips: list[Clip]) -> float:
    """Words a minute while talking."""
    return sum(len(t.split()) for t in texts) / sum(c.seconds for c in clips) * 60.0


def voice_rows(voice: EspeakVoice, count: int) -> Iterator[Row]:
    """Pace, level, speed and reliability of the voice."""
    yield "first render, process started", f"{timed(lambda: voice.render('One.')):.2f} s"
    for name, speaking, texts in (
        ("lines", voice, line_texts()),
        ("practices", voice.slower(), practice_texts()),
    ):
        start = time.perf_counter()
        clips = [speaking.render(text) for text in texts]
        seconds = time.perf_counter() - start
        levels = [active_db(c.samples, c.rate) for c in clips]
        loudest = max(20 * np.log10(pcm.peak(c.samples)) for c in clips)
        yield f"{name}: words a minute", f"{pace(texts, clips):.0f}"
        yield f"{name}: active level", f"{min(levels):.1f} to {max(levels):.1f} dBFS"
        yield f"{name}: highest peak", f"{loudest:.1f} dBFS"
        yield f"{name}: one render", f"{seconds / len(texts) * 1000:.0f} ms"
        spoken = sum(c.seconds for c in clips)
        yield f"{name}: faster than real time", f"{spoken / seconds:.0f} times"
    bad = 0
    slow = voice.slower()
    for number in range(count):
        text = f"This is sentence number {number}, and it ends here."
        clip = (voice if number % 2 else slow).render(text)
        bad += not 1.5 < clip.seconds < 6.0
    yield "renders in a row, pace changing", f"{count - bad} of {count} good"


def play(mouth: Mouth, *, script: str) -> tuple[pcm.Samples, list[Mark]]:
    """A whole practice, pulled in blocks of 5 ms."""
    mouth.perform(script)
    parts: list[pcm.Samples] = []
    marks: list[Mark] = []
    while mouth.busy:
        parts.append(mouth.fill(RATE // 200))
        marks += mouth.marks()
    return np.concatenate(parts), marks


def breath_seconds() -> list[int]:
    """When the phases of the five-minute breath belong: 4 cycles 3/4, 4 of 3/5, 24 of 4/6."""
    at, starts = 0, []
    for inward, outward in [(3, 4)] * 4 + [(3, 5)] * 4 + [(4, 6)] * 24:
        starts += [at, at + inward]
        at += inward + outward
    return starts


def practice_rows(voice: EspeakVoice) -> Iterator[Row]:
    """The five-minute breath, twice in a row, through the mixer."""
    scripts = load_scripts("en")
    mouth = Mouth(
        voice, Mixer(RATE), {}, scripts, slow_voice=voice.slower(), manner=Manner(mode=Mode.TONES)
    )
    yield "a five-minute breath laid out", f"{timed(lambda: mouth.perform('longer_out')):.2f} s"
    mouth.hush()
    start = time.perf_counter()
    track, marks = play(mouth, script="longer_out")
    again, more = play(mouth, script="longer_out")
    seconds = time.perf_counter() - start
    yield "ten minutes mixed in 5 ms blocks", f"{seconds:.1f} s"
    worst, step = 0, 0.0
    for told, sound in ((marks, track), (more, again)):
        begin = next(m.at_sample for m in told if m.kind == "script_start")
        breaths = [m.at_sample for m in told if m.kind == "breath"]
        exact = [second * RATE + breaths[0] for second in breath_seconds()]
        worst = max(worst, *(abs(b - e) for b, e in zip(breaths, exact, strict=True)))
        for at in (b - begin for b in breaths):
            around = sound[max(0, at - 2) : at + 3]
            step = max(step, float(np.abs(np.diff(around)).max(initial=0.0)))
    yield "breath phases off their sample, at most", f"{worst} samples"
    yield "largest step at a turn of breath", f"{step:.5f} of full scale"


def hush_row() -> Row:
    """How long something sounds after a hush, device latency left out."""
    mixer = Mixer(RATE)
    hum = 0.3 * np.sin(2 * np.pi * 500 * np.arange(10 * RATE) / RATE)
    mixer.play(Item(hum.astype(np.float32), "speech", "x", "x"))
    mixer.fill(RATE)
    mixer.hush()
    loud = np.nonzero(np.abs(mixer.fill(RATE)) > 1e-4)[0]
    return "sound after a hush, without the device", f"{(loud[-1] + 1) / RATE * 1000:.1f} ms"


def resample_row() -> Row:
    """Three minutes from a microphone file's rate to the hearing rate."""
    sound = np.random.default_rng(1).standard_normal(180 * 44_100).astype(np.float32) * 0.1
    seconds = timed(lambda: pcm.resample(sound, 44_100, 16_000))
    return "three minutes resampled, 44.1 to 16 kHz", f"{seconds * 1000:.0f} ms"


def main() -> None:
    """Print the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    voice = EspeakVoice(VoiceSpec("calm", "en-gb", rate_wpm=145, pitch=45))
    try:
        rows = [*voice_rows(voice, count), *practice_rows(voice), hush_row(), resample_row()]
    finally:
        voice.close()
    for name, figure in rows:
        print(f"{name:<42}{figure}")


if __name__ == "__main__":
    main()
