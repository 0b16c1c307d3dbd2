"""Small real voices for tests: one that hums, one that is lost, and scripts to perform."""

from __future__ import annotations

import numpy as np

from companion.core import pcm
from companion.core.pcm import Samples
from companion.core.script import BreatheStep, SayStep, Script, Stage, ToneStep, WaitStep
from companion.errors import PartLost
from companion.ports import Clip
from companion.speaking.deck import Mark
from companion.speaking.mixer import Mixer

RATE = 16_000
"""Low, so that ten minutes are quick."""

LONGER_OUT = Script(
    name="longer_out",
    title="a longer breath out",
    family="breath",
    steps=(
        SayStep(("Soft and small, nothing to fill.", "Small and soft, nothing to fill."), 4.0),
        BreatheStep((Stage(3, 0, 4, 0, 4), Stage(3, 0, 5, 0, 4), Stage(4, 0, 6, 0, 24))),
        SayStep(("Breath goes as it likes.",), 2.0),
    ),
)
SOLES = Script(
    name="soles",
    title="the soles of the feet",
    family="body",
    steps=(
        SayStep(("Both feet on the floor now.", "Two feet, and a floor."), 3.0),
        SayStep(("Rocking forward, then back.", "A small rock, and home."), 3.0),
        ToneStep(),
        WaitStep(2.0),
    ),
)
SCRIPTS = {s.name: s for s in (LONGER_OUT, SOLES)}
LINES = {
    "call": ("The pause is on: {length}.", "A pause, from now: {length}.", "Here it is: {length}."),
    "half_way": ("Half of it is over.",),
    "thanks": ("Any time at all.", "Any time."),
}


class ToyVoice:
    """A companion.ports.Voice that hums, a tenth of a second a letter and word end."""

    name = "toy"
    identity = "toy 1"

    def __init__(self, *, seconds_a_word: float = 0.2) -> None:
        self.rendered: list[str] = []
        self.lost = False
        """Set it, and the voice answers no more."""
        self._seconds = seconds_a_word

    def render(self, text: str) -> Clip:
        """Hum as long as the text has words."""
        if self.lost:
            raise PartLost("the toy voice is lost")
        self.rendered.append(text)
        time = np.arange(round(len(text.split()) * self._seconds * 22_050)) / 22_050
        hum = np.sin(2 * np.pi * 180 * time).astype(np.float32)
        hum = pcm.fade_out(pcm.fade_in(hum, 400), 400)
        return Clip(pcm.gain_db(hum, pcm.VOICE_DB - pcm.rms_db(hum)), 22_050)

    def slower(self) -> ToyVoice:
        """The same toy with a slower hum."""
        slow = ToyVoice(seconds_a_word=self._seconds * 1.5)
        slow.rendered = self.rendered
        slow.identity = "toy 1 slow"
        return slow

    def close(self) -> None:
        """Nothing to end."""


def hum(seconds: float, rate: int = RATE) -> Samples:
    """A steady sine that starts at zero."""
    time = np.arange(round(seconds * rate)) / rate
    return (0.1 * np.sin(2 * np.pi * 200 * time)).astype(np.float32)


def pulled(mixer: Mixer, seconds: float, *, block: int = 320) -> Samples:
    """The next seconds of a mixer, block by block."""
    if seconds > 10:
        block *= 10
    return np.concatenate([mixer.fill(block) for _ in range(round(seconds * mixer.rate / block))])


def told(marks: list[Mark], kind: str) -> list[Mark]:
    """The marks of one kind."""
    return [m for m in marks if m.kind == kind]
