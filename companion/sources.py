"""Where events come from: WAV files in step with their own clock, or the room as it is.

Decides when hearing, speaking and time take turns. Must not know what an event does.

On files, time is the microphone's sample clock: a frame is heard, the same 20 ms are written to
the speaker file, the clock moves on, and only then does anything happen. So both files line up
sample by sample and every run of the same files is the same.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

from companion.core.events import CueHeard, Event, Failed, Performed, Said
from companion.devices import Devices
from companion.hearing.ear import Ear
from companion.hearing.heard import EarEvent, EarFailed, Heard
from companion.keeping.clock import SampleClock
from companion.ports import FRAME_SECONDS, Board, Clock, Expectation, Microphone
from companion.speaking.mouth import Mark, Mouth
from companion.speaking.wav_speaker import WavSpeaker

LISTEN_BLOCK_SECONDS = 0.03
"""How often the sounding of a line is looked at while something sounds."""


class Telling:
    """Turns what was heard and what sounded into events, and shows both on the boards."""

    def __init__(self, board: Board, mouth: Mouth, seconds_at: Callable[[int], float]) -> None:
        self._board = board
        self._mouth = mouth
        self._seconds_at = seconds_at
        self._begun: dict[str, float] = {}
        self._last_fault = ""

    def heard(self, events: Sequence[EarEvent], now: float) -> list[Event]:
        """The core's events in what the ear noticed; `now` in seconds since the start."""
        told: list[Event] = []
        for event in events:
            match event:
                case Heard():
                    self._last_fault = ""
                    self._board.show(
                        "cue",
                        {
                            "t": round(now, 3),
                            "intent": event.intent,
                            "slots": dict(event.slots),
                            "confidence": round(event.confidence, 3),
                        },
                    )
                    told.append(CueHeard(event.intent, event.slots, event.confidence))
                case EarFailed(what):
                    told.extend(self.fault(what, now))
                case _:
                    pass
        return told

    def fault(self, what: str, now: float) -> list[Event]:
        """Show a fault once, however often it repeats."""
        if what != self._last_fault:
            self._board.show("fault", {"t": round(now, 3), "what": what})
        self._last_fault = what
        return [Failed(what)]

    def sounded(self, now: float) -> list[Event]:
        """The core's events in what the mouth has played since the last look."""
        told: list[Event] = []
        for mark in self._mouth.marks():
            told.extend(self._mark(mark, now))
        return told

    def _mark(self, mark: Mark, now: float) -> list[Event]:
        at = round(self._seconds_at(mark.at_sample), 3)
        match mark.kind:
            case "speech_start":
                self._begun[mark.name] = at
            case "speech_end" | "speech_cut":
                start = self._begun.pop(mark.name, at)
                facts = {"t": round(now, 3), "line": mark.name, "start": start, "end": at}
                self._board.show("speech", facts)
                # A sentence that was cut short has not been said.
                return [Said(mark.name)] if mark.kind == "speech_end" else []
            case "breath":
                facts = {"t": round(now, 3), "phase": mark.name, "start": at}
                self._board.show("breath", facts)
            case "silence":
                self._board.show("silence", {"t": round(now, 3), "at": at})
            case "script_end":
                return [Performed(mark.name)]
            case _:
                pass
        return []


class FileSource:
    """A WAV microphone and a WAV speaker in step."""

    def __init__(
        self,
        microphone: Microphone,
        ear: Ear,
        mouth: Mouth,
        speaker: WavSpeaker,
        clock: SampleClock,
        board: Board,
        *,
        max_seconds: float | None = None,
    ) -> None:
        self._microphone = microphone
        self._ear = ear
        self._mouth = mouth
        self._speaker = speaker
        self._clock = clock
        self._start = clock.now().boot
        self._max_seconds = max_seconds
        self._telling = Telling(board, mouth, lambda sample: sample / speaker.rate)
        self._block = round(speaker.rate * FRAME_SECONDS)

    async def next(self, deadline: float | None, *, resting: bool) -> Sequence[Event] | None:
        """Run the files on until something happens, the deadline comes, or they are done."""
        while deadline is None or self._clock.now().boot < deadline:
            now = self._clock.now().boot - self._start
            if self._max_seconds is not None and now >= self._max_seconds:
                return None
            if self._microphone.ended and resting and not self._mouth.busy:
                return None
            frame = await self._microphone.read()
            self._ear.own_voice(self._mouth.saying)
            heard = self._ear.accept(frame)
            self._speaker.pull(self._block)
            self._clock.advance(FRAME_SECONDS)
            now = self._clock.now().boot - self._start
            events = [*self._telling.heard(heard, now), *self._telling.sounded(now)]
            if events:
                return events
        return ()

    def expect(self, expectation: Expectation) -> None:
        """From now on this is what makes sense to hear."""
        self._ear.expect(expectation)


class LiveSource:
    """The microphone and the loudspeaker of the room, in real time."""

    def __init__(
        self,
        devices: Devices,
        ear: Ear,
        mouth: Mouth,
        seconds_at: Callable[[int], float],
        clock: Clock,
        board: Board,
        *,
        max_seconds: float | None = None,
    ) -> None:
        self._devices = devices
        self._ear = ear
        self._mouth = mouth
        self._clock = clock
        self._start = clock.now().boot
        self._max_seconds = max_seconds
        self._telling = Telling(board, mouth, seconds_at)
        self._events: deque[Event] = deque()
        self._news = asyncio.Event()
        self._expected: Expectation | None = None
        self._told_what_to_expect = asyncio.Event()

    async def listen(self) -> None:
        """Hear for ever, through any time in which there is no microphone.

        What was said before the recogniser was ready is dropped: read later it would make
        everything after it late, and an answer to it would come out of nowhere.
        """
        await self._told_what_to_expect.wait()
        await self._teach()
        self._devices.skip()
        while True:
            frame = await self._devices.read()
            await self._teach()
            self._ear.own_voice(self._mouth.saying)
            heard = await asyncio.to_thread(self._ear.accept, frame)
            self._put(self._telling.heard(heard, self._now()))

    async def mend(self) -> None:
        """Bring lost devices back, for ever."""
        await self._devices.mend(lambda what: self._put(self._telling.fault(what, self._now())))

    async def watch_mouth(self) -> None:
        """Tell what has sounded, for ever."""
        while True:
            self._put(self._telling.sounded(self._now()))
            await asyncio.sleep(LISTEN_BLOCK_SECONDS)

    async def next(self, deadline: float | None, *, resting: bool) -> Sequence[Event] | None:
        """Wait for what happens in the room."""
        ends = [deadline] if deadline is not None else []
        if self._max_seconds is not None:
            last = self._start + self._max_seconds
            if self._clock.now().boot >= last:
                return None
            ends.append(last)
        while not self._events:
            left = min(ends) - self._clock.now().boot if ends else None
            if left is not None and left <= 0:
                past = deadline is not None and self._clock.now().boot >= deadline
                return () if past else None
            self._news.clear()
            try:
                await asyncio.wait_for(self._news.wait(), left)
            except TimeoutError:
                continue
        events = tuple(self._events)
        self._events.clear()
        return events

    def expect(self, expectation: Expectation) -> None:
        """From the next frame on this is what makes sense to hear."""
        self._expected = expectation
        self._told_what_to_expect.set()

    async def _teach(self) -> None:
        if self._expected is not None:
            expectation, self._expected = self._expected, None
            await asyncio.to_thread(self._ear.expect, expectation)

    def _now(self) -> float:
        return self._clock.now().boot - self._start

    def _put(self, events: Sequence[Event]) -> None:
        if events:
            self._events.extend(events)
            self._news.set()
