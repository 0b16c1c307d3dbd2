"""The ear: frames go in, cues come out.

Decides what an utterance is, when it is read, and what is told about it. Must not know where
frames come from, which engine reads, or what a cue leads to. Nothing of what was heard is kept
beyond the utterance, and nothing is logged.

A recogniser that was lost is told once as EarFailed; the next utterance finds a new one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol, TypeVar, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from companion.core.cues import PHASES, CueTable
from companion.errors import PartLost, SetupError
from companion.hearing.decision import Decided, decide, shortlist, sounds_whole
from companion.hearing.heard import EarEvent, EarFailed, Heard, SpeechBegan, SpeechEnded
from companion.hearing.level import Leveller
from companion.hearing.spotting import COMPARE_AFTER_SECONDS, Spotting
from companion.ports import (
    FRAME_SECONDS,
    Endpointer,
    Expectation,
    Finding,
    Frame,
    Recogniser,
    Spotter,
)

PRE_ROLL_SECONDS = 0.4
"""What is read from before the moment at which speech was noticed, lest a first sound be lost."""
OWN_VOICE_LINGERS_SECONDS = 0.6
"""So long after the companion has stopped speaking its words still count as its own."""
SURE_AFTER_SECONDS = 0.22
"""After so much quiet an utterance is over if it sounds like a whole cue."""
PREPARE_AFTER_SECONDS = 2.0
"""After so much quiet the recogniser gets ready for another phase."""


_Answer = TypeVar("_Answer")


@runtime_checkable
class _Prepares(Protocol):
    def prepare(self, phrases: Sequence[str]) -> None:
        """Get ready for a set of phrases without being waited for."""


class _Sentences(NamedTuple):
    """What makes sense to hear."""

    phrases: tuple[str, ...]
    """For the recogniser while somebody speaks."""
    common: tuple[str, ...]
    """For the spotter, and for reading an utterance once more."""


class Ear:
    """Turns frames into cues. `phrases_for` and `common_for` answer what makes sense to hear:
    the recogniser is told the first, the spotter the second.
    """

    def __init__(
        self,
        endpointer: Endpointer,
        recogniser: Recogniser,
        table: CueTable,
        phrases_for: Callable[[Expectation], Sequence[str]],
        common_for: Callable[[Expectation], Sequence[str]],
        *,
        spotter: Spotter | None = None,
        waits_to_the_end: bool = False,
    ) -> None:
        """`waits_to_the_end`: for people who stutter, an utterance never ends sooner."""
        self._endpointer = endpointer
        self._recogniser = recogniser
        self._spotting = Spotting(spotter)
        self.decide: Callable[..., Decided | None] = decide
        """Weighs the witnesses. A benchmark may put its own in between, to look at them."""
        self._waits_to_the_end = waits_to_the_end
        self._table = table
        self._leveller = Leveller()
        self._phrases_for = phrases_for
        self._common_for = common_for
        self._expectation = Expectation()
        self._told: Expectation | None = None
        self._unknown: tuple[str, ...] = ()
        self._known: dict[Expectation, _Sentences] = {}
        self._ahead = list(reversed(PHASES))
        self.restart()

    def restart(self) -> None:
        """Begin again at second 0, as if nothing had been heard."""
        self._frames = 0
        self._past: deque[Frame] = deque(maxlen=round(PRE_ROLL_SECONDS / FRAME_SECONDS))
        self._open = False
        self._began = self._noticed = 0.0
        self._quiet_frames = 0
        self._trouble: str | None = None
        self._own: tuple[str, float] | None = None
        self._endpointer.reset()
        self._guard(self._recogniser.reset)
        self._spotting.begin()

    def expect(self, expectation: Expectation) -> None:
        """From the next utterance on this is what makes sense to hear."""
        self._expectation = expectation
        if not self._open:
            self._guard(self._teach)

    def own_voice(self, text: str | None) -> None:
        """What the companion itself is saying just now, None while it says nothing."""
        if text is not None:
            self._own = (text, self._now)

    def accept(self, frame: Frame) -> tuple[EarEvent, ...]:
        """Take the next 20 ms; answer what was noticed. Never raises for a lost recogniser."""
        self._frames += 1
        verdict = self._endpointer.accept(frame)
        events: list[EarEvent] = []
        if self._open:
            self._hand_on(self._leveller.take(frame))
            if verdict == "end" or self._sounds_whole():
                events += self._ended()
        else:
            self._past.append(frame)
            self._quiet_frames += 1
            if verdict == "begin":
                events.append(self._begun())
            elif self._quiet_frames > PREPARE_AFTER_SECONDS / FRAME_SECONDS:
                self._quiet_frames = 0
                self._prepare()
        trouble = self._trouble or self._spotting.trouble()
        self._trouble = None
        return (*events, EarFailed(trouble)) if trouble else tuple(events)

    def check(self) -> Finding:
        """Whether the recogniser runs and knows its words."""
        part = f"recogniser {self._recogniser.name}"
        self._told = None
        self._guard(self._teach)
        trouble = self._trouble or self._spotting.trouble()
        self._trouble = None
        if trouble:
            return Finding(part, "missing", trouble, "./run installs what is missing")
        if self._unknown:
            words = ", ".join(self._unknown)
            return Finding(
                part,
                "degraded",
                f"it does not know {words}: cues with these words are not heard",
                "say the cue in other words, or install a larger model",
            )
        return Finding(part, "ok", "it knows every word of the cues")

    @property
    def _now(self) -> float:
        return self._frames * FRAME_SECONDS

    def _begun(self) -> SpeechBegan:
        self._open = True
        self._quiet_frames = 0
        self._noticed = self._now
        self._began = max(0.0, self._now - len(self._past) * FRAME_SECONDS)
        self._spotting.begin()
        self._guard(self._teach)
        past = np.concatenate(list(self._past))
        self._past.clear()
        self._leveller.begin()
        self._hand_on(self._leveller.take(past, before=True))
        return SpeechBegan(self._began)

    def _hand_on(self, samples: NDArray[np.int16]) -> None:
        if not len(samples):
            return
        self._guard(lambda: self._recogniser.accept(samples))
        self._spotting.accept(samples)

    def _sounds_whole(self) -> bool:
        """Whether it has been quiet for a moment after what sounds like a whole cue."""
        if self._waits_to_the_end:
            return False
        trailing = self._endpointer.trailing_seconds
        if trailing < COMPARE_AFTER_SECONDS:
            self._spotting.goes_on()
            return False
        self._hand_on(self._leveller.rest())
        self._spotting.compare()
        if trailing < SURE_AFTER_SECONDS:
            return False
        return sounds_whole(
            self._spotting.found_now() or {},
            self._table,
            self._told or self._expectation,
            speech_seconds=self._spoken_until(self._now - trailing),
        )

    def _ended(self) -> list[EarEvent]:
        self._open = False
        self._endpointer.end()
        end = self._now - self._endpointer.trailing_seconds
        events: list[EarEvent] = [SpeechEnded(end)]
        self._hand_on(self._leveller.rest())
        self._spotting.compare()
        readings = self._guard(self._recogniser.finish) or ()
        likeness = self._spotting.found()
        expectation = self._told or self._expectation
        common = self._sentences(expectation).common
        chosen_from = shortlist(likeness) if likeness is not None else common
        if chosen_from:
            readings += self._guard(lambda: self._recogniser.choose(chosen_from)) or ()
        decided = self.decide(
            readings,
            self._table,
            expectation,
            engine=self._recogniser.name,
            likeness=likeness,
            speech_seconds=self._spoken_until(end),
            own_words=self._own_words(),
        )
        if decided is not None:
            events.append(
                Heard(
                    decided.intent, decided.slots, decided.confidence, self._began, end, self._now
                )
            )
        if self._told != self._expectation:
            self._guard(self._teach)
        return events

    def _spoken_until(self, end: float) -> float:
        """Seconds of speech in the utterance, by the speech detector and by loudness."""
        return min(end - self._noticed, self._leveller.loud_seconds())

    def _own_words(self) -> str | None:
        """What the companion said while this utterance lasted."""
        if self._own is None or self._own[1] < self._began - OWN_VOICE_LINGERS_SECONDS:
            return None
        return self._own[0]

    def _teach(self) -> None:
        if self._told != self._expectation:
            sentences = self._sentences(self._expectation)
            self._spotting.set_phrases(sentences.common)
            self._unknown = self._recogniser.set_phrases(sentences.phrases)
            self._told = self._expectation

    def _prepare(self) -> None:
        """Let the recogniser get ready for one more phase while nobody speaks."""
        if self._ahead and isinstance(self._recogniser, _Prepares):
            recogniser, ahead = self._recogniser, self._sentences(Expectation(self._ahead.pop()))
            self._guard(lambda: recogniser.prepare(ahead.phrases))

    def _sentences(self, expectation: Expectation) -> _Sentences:
        known = self._known.get(expectation)
        if known is None:
            known = self._known[expectation] = _Sentences(
                tuple(self._phrases_for(expectation)), tuple(self._common_for(expectation))
            )
        return known

    def _guard(self, step: Callable[[], _Answer]) -> _Answer | None:
        """Carry out a step; a lost recogniser is remembered as trouble, to be told once."""
        try:
            return step()
        except (PartLost, SetupError) as problem:
            self._trouble = str(problem)
            return None
