"""What sounds next: lines one after another, and a score that makes room for them.

Decides the order of sounds, sample by sample. Must not know: levels, fades, threads, how a
text became samples.

There are two tracks. Lines (sentences, tones, the quiet between them) play one after another.
A score waits until there are no lines. A line that comes while a score plays is not put off to
the end of the practice: it waits for the word that is sounding, then a guided breath goes on
under it without words, and any other step is held until the line is over.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from companion.core.pcm import Samples, rise, silence
from companion.core.score import Score, Sound


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened at a sample of the output."""

    kind: str
    """"speech_start", "speech_end", "speech_cut" (the sentence did not sound to its end),
    "tone", "script_start", "script_end", "breath" or "silence"."""
    name: str
    """The line's or the script's name; for a breath "in", "top_up", "hold" or "out"."""
    text: str
    """The words, where words sound."""
    at_sample: int
    """Counted from the first sample that was ever asked for."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing on the track of lines."""

    samples: Samples
    kind: str
    """"speech", "tone" or "quiet"."""
    name: str = ""
    text: str = ""


Tell: TypeAlias = Callable[[Mark], None]


def untold(mark: Mark) -> None:
    """Keep a mark to oneself: what fades away was told when it began."""


class Playing:
    """A score and the place where it has got to."""

    def __init__(self, score: Score, at: int = 0, *, going_on: str = "", rising: int = 0) -> None:
        """Start at sample `at`; a sentence `going_on` there goes on, another one is left out.

        The first `rising` samples swell from nothing.
        """
        self.score = score
        self.at = at
        self._starts = [s.start for s in score.sounds]
        self._breaths = [m for m in score.marks if m.kind == "breath"]
        self._breath_places = [m.at for m in self._breaths]
        self._span_ends = [s.end for s in score.spans]
        self._next = bisect_left(self._starts, at)
        self._next_breath = bisect_left(self._breath_places, at)
        self._active: list[Sound] = [
            s
            for s in score.sounds[: self._next]
            if s.end > at and (s.kind != "speech" or s.text == going_on)
        ]
        self._ramp = rise(rising)
        self._ramp_at = 0

    @property
    def breathing(self) -> bool:
        """Whether a breath is guided here."""
        index = bisect_right(self._span_ends, self.at)
        return index < len(self.score.spans) and self.score.spans[index].breathing

    @property
    def saying(self) -> str:
        """The words that sound, "" for none."""
        return next((s.text for s in self._active if s.kind == "speech"), "")

    @property
    def makes_room(self) -> bool:
        """Whether a line may begin: no word is cut in two, and no tone."""
        return not any(s.kind != "breath" for s in self._active)

    @property
    def over(self) -> bool:
        """Whether the score has sounded to its end."""
        return self.at >= self.score.length

    def begin(self, now: int, tell: Tell, *, wordless: bool) -> None:
        """Begin what has its place here; words are left out where `wordless`."""
        while self._next < len(self._starts) and self._starts[self._next] <= self.at:
            sound = self.score.sounds[self._next]
            self._next += 1
            if sound.kind == "speech":
                if wordless:
                    continue
                tell(Mark("speech_start", self.score.script, sound.text, now))
            elif sound.kind == "tone":
                tell(Mark("tone", self.score.script, "", now))
            self._active.append(sound)
        while (
            self._next_breath < len(self._breaths)
            and self._breath_places[self._next_breath] <= self.at
        ):
            tell(Mark("breath", self._breaths[self._next_breath].text, "", now))
            self._next_breath += 1

    def until_change(self) -> int:
        """Samples until something begins or ends."""
        places = [s.end for s in self._active]
        if self._next < len(self._starts):
            places.append(self._starts[self._next])
        if self._next_breath < len(self._breaths):
            places.append(self._breath_places[self._next_breath])
        places.extend(self._span_ends[bisect_right(self._span_ends, self.at) :][:1])
        return max(1, min(places, default=self.score.length) - self.at)

    def render(self, length: int, now: int, tell: Tell) -> Samples:
        """The next samples, at most `until_change` of them; `now` is the place of the first."""
        out = silence(length)
        for sound in self._active:
            part = sound.samples[self.at - sound.start : self.at - sound.start + length]
            out[: len(part)] += part * sound.gain
        ramp = self._ramp[self._ramp_at : self._ramp_at + length]
        out[: len(ramp)] *= ramp
        self._ramp_at += len(ramp)
        self.at += length
        for sound in self._active:
            if sound.end <= self.at and sound.kind == "speech":
                tell(Mark("speech_end", self.score.script, sound.text, now + length))
        self._active = [s for s in self._active if s.end > self.at]
        return out


class Deck:
    """Both tracks."""

    def __init__(self) -> None:
        self.lines: deque[Item] = deque()
        self.scores: deque[Score] = deque()
        self.line: Item | None = None
        self.playing: Playing | None = None
        self._line_at = 0

    @property
    def idle(self) -> bool:
        """Whether nothing sounds and nothing waits."""
        return not (self.lines or self.scores or self.line or self.playing)

    @property
    def speech(self) -> tuple[str, str]:
        """Name and words of the sentence that sounds, empty where none does."""
        if self.line is not None and self.line.kind == "speech":
            return self.line.name, self.line.text
        if self.playing is not None and self.playing.saying:
            return self.playing.score.script, self.playing.saying
        return "", ""

    def render(self, length: int, now: int, tell: Tell) -> Samples:
        """The next `length` samples; `now` is the place of the first one."""
        out = silence(length)
        done = 0
        while done < length:
            self._begin(now + done, tell)
            if self.line is None and self.playing is None:
                break
            done += self._step(out[done:], now + done, tell)
        return out

    def _begin(self, now: int, tell: Tell) -> None:
        room = self.playing is None or self.playing.makes_room
        if self.line is None and self.lines and room:
            self.line, self._line_at = self.lines.popleft(), 0
            if self.line.kind == "speech":
                tell(Mark("speech_start", self.line.name, self.line.text, now))
            elif self.line.kind == "tone":
                tell(Mark("tone", self.line.name, "", now))
        if self.line is None and self.playing is None and self.scores:
            self.playing = Playing(self.scores.popleft())
            tell(Mark("script_start", self.playing.score.script, "", now))

    def _step(self, out: Samples, now: int, tell: Tell) -> int:
        """Fill the start of `out` until something changes; answers how far."""
        length = len(out)
        line, playing = self.line, self.playing
        if line is not None:
            length = min(length, len(line.samples) - self._line_at)
        if playing is not None and playing.over:
            length = 0
        elif playing is not None and (line is None or playing.breathing):
            # A waiting line has the next place to begin: no new word is started before it.
            playing.begin(now, tell, wordless=line is not None or bool(self.lines))
            length = min(length, playing.until_change())
            out[:length] += playing.render(length, now, tell)
        if line is not None:
            out[:length] += line.samples[self._line_at : self._line_at + length]
            self._line_at += length
            if self._line_at >= len(line.samples):
                self.line = None
                if line.kind == "speech":
                    tell(Mark("speech_end", line.name, line.text, now + length))
        if playing is not None and playing.over:
            tell(Mark("script_end", playing.score.script, "", now + length))
            self.playing = None
        return length
