"""Carries out what is to be heard: tones, lines, practices, silence.

Decides which variant is spoken and what happens when a voice fails. Must not know: why something
is said, which device plays it, what is listened for meanwhile.

Everything here may wait for the voice, but for no device. One thread at a time may call it,
except `hush`, `marks`, `saying` and `busy`, which may be called at any time from any thread.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from companion.core import pcm
from companion.core.pcm import Samples
from companion.core.score import Choose, Score, lay_out, texts
from companion.core.script import Manner, Mode, Script
from companion.errors import CompanionError, ContentError
from companion.ports import Voice
from companion.speaking.deck import Item, Mark
from companion.speaking.manner import Rotation, changed
from companion.speaking.mixer import Mixer

__all__ = ["Mark", "Mouth"]

TONE_GAP_SECONDS: Final = 0.1
"""Quiet after a tone; with the tone itself the voice follows 0.8 s after its start."""
LINE_GAP_SECONDS: Final = 0.5
"""Quiet after a line, times the pace."""
AGAIN_GAP_SECONDS: Final = 0.25
"""Quiet before a sentence is said again."""


class Mouth:
    """Carries out the effects of core.events that make sound, on one mixer."""

    def __init__(
        self,
        voice: Voice,
        mixer: Mixer,
        lines: Mapping[str, tuple[str, ...]],
        scripts: Mapping[str, Script],
        *,
        seed: int = 0,
        manner: Manner | None = None,
        essential: Iterable[str] = (),
        slow_voice: Voice | None = None,
    ) -> None:
        """`essential` names the lines that are spoken even where only tones are wanted.

        `slow_voice` speaks practices and what is said again; it is `voice` where none is given.
        """
        self.manner = manner or Manner()
        self._voice = voice
        self._slow = slow_voice or voice
        self._mixer = mixer
        self._lines = lines
        self._scripts = scripts
        self._essential = frozenset(essential)
        self._rotation = Rotation(seed)
        self._laid: dict[int, tuple[Score, Choose]] = {}
        self._tones = tuple(pcm.tone(mixer.rate, n) for n in range(len(pcm.TONE_HERTZ)))
        mixer.set_gain(self.manner.gain_db)

    # ---- effects ----------------------------------------------------------------------------

    def tone(self, count: int = 1) -> None:
        """Play so many soft tones after the lines that wait."""
        for number in range(count):
            sound = self._tones[number % len(self._tones)]
            self._mixer.play(Item(sound, "tone"), self._quiet(TONE_GAP_SECONDS))

    def say(
        self, line: str, values: Mapping[str, str] | None = None, *, essential: bool = False
    ) -> None:
        """Say a variant of a line after the lines that wait; a practice makes room for it.

        Left out where only tones are wanted, unless it is essential. ContentError for an unknown
        line or a missing value; the voice's own errors. Then two tones sound instead.
        """
        if not (self.manner.talk or essential or line in self._essential):
            return
        try:
            text = self._text(line, values or {})
            sound = self._sound(self._voice, text)
        except CompanionError:
            self.tone(2)
            raise
        self._mixer.play(
            Item(sound, "speech", line, text), self._quiet(LINE_GAP_SECONDS * self.manner.pace)
        )

    def say_again(self) -> None:
        """Say the last sentence again, the same words, a little slower; a tone if there is none."""
        said = self._mixer.said
        if said is None:
            self.tone()
            return
        line, text = said
        try:
            sound = self._sound(self._slow, text)
        except CompanionError:
            self.tone(2)
            raise
        self._mixer.play(
            self._quiet(AGAIN_GAP_SECONDS),
            Item(sound, "speech", line, text),
            self._quiet(LINE_GAP_SECONDS * self.manner.pace),
        )

    def perform(self, script: str) -> None:
        """Guide a practice as soon as no line waits.

        ContentError for an unknown script; the voice's own errors. Then two tones sound instead,
        and the end of the script is told after them, so that nobody waits for it.
        """
        found = self._scripts.get(script)
        if found is None:
            self._give_up(script)
            raise ContentError(f"there is no script {script!r}: {_names(self._scripts)}")
        picks: dict[int, int] = {}

        def choose(step: int, count: int) -> int:
            if step not in picks:
                picks[step] = self._rotation.next((script, step), count)
            return picks[step]

        try:
            score = self._lay_out(found, choose)
        except CompanionError:
            self._give_up(script)
            raise
        self._forget_played()
        self._laid[id(score)] = score, choose
        self._mixer.perform(score)

    def hush(self) -> None:
        """Fade to silence at once and forget what was still to be said."""
        self._mixer.hush()

    def change(self, change: str) -> None:
        """Sound different from now on, by one step, also in the practice that is running.

        ContentError for an unknown change; the voice's own errors, and then the running practice
        stays as it was.
        """
        before, self.manner = self.manner, changed(self.manner, change)
        self._mixer.set_gain(self.manner.gain_db)
        same_layout = (before.pace, before.mode, before.talk) == (
            self.manner.pace,
            self.manner.mode,
            self.manner.talk,
        )
        if same_layout:
            return
        for score in self._mixer.performing:
            laid = self._laid.get(id(score))
            script = self._scripts.get(score.script)
            if laid is not None and script is not None:
                new = self._lay_out(script, laid[1])
                self._laid[id(new)] = new, laid[1]
                self._mixer.exchange(score, new)
        self._forget_played()

    # ---- what is going on -------------------------------------------------------------------

    def marks(self) -> list[Mark]:
        """What has sounded since the last call, in order."""
        return self._mixer.marks()

    @property
    def saying(self) -> str | None:
        """The words that sound now."""
        return self._mixer.saying

    @property
    def busy(self) -> bool:
        """Whether anything sounds or waits to sound."""
        return self._mixer.busy

    def fill(self, length: int) -> Samples:
        """The next samples to be played, for a speaker to pull."""
        return self._mixer.fill(length)

    def fixed_texts(self) -> tuple[str, ...]:
        """Every sentence without {values}, for a cache to render beforehand."""
        spoken = [t for variants in self._lines.values() for t in variants if "{" not in t]
        return tuple(dict.fromkeys(spoken))

    def practice_texts(self) -> tuple[str, ...]:
        """Every text of every practice, in any mode, for a cache to render beforehand."""
        modes = [Manner(), Manner(mode=Mode.COUNTS), Manner(mode=Mode.WORDS)]
        spoken = [t for s in self._scripts.values() for m in modes for t in texts(s, m)]
        return tuple(dict.fromkeys(spoken))

    # ---- making it --------------------------------------------------------------------------

    def _text(self, line: str, values: Mapping[str, str]) -> str:
        variants = self._lines.get(line)
        if not variants:
            raise ContentError(f"there is no line {line!r}: {_names(self._lines)}")
        variant = variants[self._rotation.next(line, len(variants))]
        try:
            return variant.format_map(values)
        except (KeyError, IndexError, ValueError) as problem:
            raise ContentError(f"line {line}: nothing is given for {problem}") from problem

    def _sound(self, voice: Voice, text: str) -> Samples:
        clip = voice.render(text)
        return pcm.resample(clip.samples, clip.rate, self._mixer.rate)

    def _lay_out(self, script: Script, choose: Choose) -> Score:
        wanted = texts(script, self.manner, choose)
        clips = {text: self._sound(self._slow, text) for text in wanted}
        return lay_out(script, clips, choose=choose, manner=self.manner, rate=self._mixer.rate)

    def _give_up(self, script: str) -> None:
        self.tone(2)
        self._mixer.perform(Score(script, self._mixer.rate, (), (), (), 0))

    def _quiet(self, seconds: float) -> Item:
        return Item(pcm.silence(round(seconds * self._mixer.rate)), "quiet")

    def _forget_played(self) -> None:
        """Let go of the layouts that neither sound nor wait."""
        kept = {id(s) for s in self._mixer.performing}
        self._laid = {i: laid for i, laid in self._laid.items() if i in kept}


def _names(known: Iterable[str]) -> str:
    return "there are " + ", ".join(sorted(known)) if known else "there are none"
