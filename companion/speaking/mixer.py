"""The last place before the loudspeaker: fades, level, and what was sounding when.

Decides how quickly silence comes and how loud everything is. Must not know: which device pulls
the samples, what is said, or what the pause is about.

`fill` is called from an audio callback while another thread adds lines, so every entry takes one
short lock and nothing is rendered under it.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass

import numpy as np

from companion.core.pcm import Samples, factor, rise, silence
from companion.core.score import Score, moved
from companion.speaking.deck import Deck, Item, Mark, Playing, Tell, untold

HUSH_SECONDS = 0.012
"""Long enough to be no click, short enough for silence within 50 ms of the decision."""
EXCHANGE_SECONDS = 0.03
"""One layout of a score becomes another within this time."""
GAIN_SECONDS = 0.05
"""A change of level takes this long."""


@dataclass(slots=True)
class Fading:
    """Something on its way to silence."""

    deck: Deck
    ramp: Samples
    """Factors, from 1 down to 0."""
    at: int
    """How many of them have been used."""
    closing: tuple[Mark, ...]
    """Told when silence is reached, at that place."""
    hush: bool
    """Nothing new begins before it is silent."""

    def render(self, length: int, now: int, tell: Tell) -> Samples:
        """Its next samples, zeros after its end."""
        out = silence(length)
        ramp = self.ramp[self.at : self.at + length]
        out[: len(ramp)] = self.deck.render(len(ramp), now, untold) * ramp
        self.at += len(ramp)
        if self.at >= len(self.ramp):
            for mark in self.closing:
                tell(Mark(mark.kind, mark.name, mark.text, now + len(ramp)))
            self.closing = ()
        return out


class Mixer:
    """Everything that sounds, as one stream of samples at `rate`."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self._lock = threading.Lock()
        self._deck = Deck()
        self._fading: list[Fading] = []
        self._marks: deque[Mark] = deque()
        self._said: tuple[str, str] | None = None
        self._position = 0
        self._gain = 1.0
        self._gain_left: Samples = silence(0)

    def fill(self, length: int) -> Samples:
        """The next `length` samples to be played, float32 in -1..1."""
        with self._lock:
            out = silence(length)
            done = 0
            while done < length:
                done += self._step(out[done:])
            self._level(out)
        return np.clip(out, -1.0, 1.0)

    def play(self, *items: Item) -> None:
        """Add lines after those that already wait, before any score."""
        with self._lock:
            self._deck.lines.extend(items)

    def perform(self, score: Score) -> None:
        """Play a score as soon as no line waits. ValueError where its rate is another one."""
        if score.rate != self.rate:
            raise ValueError(f"the score is laid out at {score.rate} samples a second")
        with self._lock:
            self._deck.scores.append(score)

    def hush(self) -> None:
        """Fade to silence within HUSH_SECONDS and forget everything that waits."""
        with self._lock:
            old, self._deck = self._deck, Deck()
            if any(f.hush for f in self._fading):
                return
            if old.line is None and old.playing is None:
                self._marks.append(Mark("silence", "", "", self._position))
                return
            closing = [Mark("speech_cut", *old.speech, 0)] if old.speech[1] else []
            closing.append(Mark("silence", "", "", 0))
            old.lines.clear()
            old.scores.clear()
            self._fade(old, HUSH_SECONDS, tuple(closing), hush=True)

    def exchange(self, old: Score, new: Score) -> None:
        """Go on with another layout of the same script at the same place; unheard if possible."""
        with self._lock:
            deck = self._deck
            deck.scores = deque(new if s is old else s for s in deck.scores)
            playing = deck.playing
            if playing is None or playing.score is not old:
                return
            rising = round(EXCHANGE_SECONDS * self.rate)
            place = moved(playing.at, old, new)
            deck.playing = Playing(new, place, going_on=playing.saying, rising=rising)
            closing: tuple[Mark, ...] = ()
            if playing.saying and not deck.playing.saying:
                closing = (Mark("speech_cut", old.script, playing.saying, 0),)
            leaving = Deck()
            leaving.playing = playing
            # Held under a line that is being said, the old layout is silent already.
            if deck.line is None or playing.breathing:
                self._fade(leaving, EXCHANGE_SECONDS, closing, hush=False)

    def set_gain(self, decibels: float) -> None:
        """Change the level of everything, what sounds included, without a step."""
        with self._lock:
            count = round(GAIN_SECONDS * self.rate)
            start = float(self._gain_left[0]) if len(self._gain_left) else self._gain
            self._gain = factor(decibels)
            self._gain_left = (start + (self._gain - start) * rise(count)).astype(np.float32)

    def marks(self) -> list[Mark]:
        """What has happened since the last call, in order."""
        with self._lock:
            told = sorted(self._marks, key=lambda m: m.at_sample)
            self._marks.clear()
        return told

    @property
    def saying(self) -> str | None:
        """The words that sound now."""
        with self._lock:
            return self._deck.speech[1] or None

    @property
    def said(self) -> tuple[str, str] | None:
        """Name and words of the last sentence that began to sound; single words do not count."""
        with self._lock:
            return self._said

    @property
    def busy(self) -> bool:
        """Whether anything sounds or waits to sound."""
        with self._lock:
            return not self._deck.idle or bool(self._fading)

    @property
    def performing(self) -> tuple[Score, ...]:
        """The scores that sound or wait, in order."""
        with self._lock:
            playing = self._deck.playing
            return (*((playing.score,) if playing else ()), *self._deck.scores)

    @property
    def position(self) -> int:
        """How many samples have been asked for so far."""
        with self._lock:
            return self._position

    def _tell(self, mark: Mark) -> None:
        self._marks.append(mark)
        if mark.kind == "speech_start" and " " in mark.text:
            self._said = mark.name, mark.text

    def _fade(self, deck: Deck, seconds: float, closing: tuple[Mark, ...], *, hush: bool) -> None:
        ramp = (1.0 - rise(round(seconds * self.rate))).astype(np.float32)
        self._fading.append(Fading(deck, ramp, 0, closing, hush))

    def _step(self, out: Samples) -> int:
        """Fill the start of `out`, up to the end of a hush; answers how far."""
        now, tell = self._position, self._tell
        hushing = next((f for f in self._fading if f.hush), None)
        if hushing is None:
            length = len(out)
            out[:] = self._deck.render(length, now, tell)
        else:
            length = min(len(out), len(hushing.ramp) - hushing.at)
        for fading in self._fading:
            out[:length] += fading.render(length, now, tell)
        self._fading = [f for f in self._fading if f.at < len(f.ramp)]
        self._position += length
        return length

    def _level(self, out: Samples) -> None:
        ramp = self._gain_left[: len(out)]
        out[: len(ramp)] *= ramp
        out[len(ramp) :] *= np.float32(self._gain)
        self._gain_left = self._gain_left[len(ramp) :]
