"""A lesson: each person says a few sentences, in three manners, and then once more for trial.

Decides what is asked for, how often, and what counts as heard. Must not know which devices are
used, or where anything is kept. A take becomes a template at once and is gone then.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from companion.core.cues import PHASES, CueTable, understand
from companion.core.spoken import number_words
from companion.core.wording import surface_words
from companion.errors import ContentError
from companion.hearing.ear import Ear
from companion.hearing.sound_templates import SoundTemplates, Space, Template, to_bytes
from companion.hearing.spotter import SpotterWorker
from companion.hearing.takes import Flaw, Sound, flaw
from companion.hearing.taught import joined
from companion.keeping.teachwords import TeachWords
from companion.ports import Expectation, Likeness
from companion.teachroom import TeachRoom

MOST_ASKS = 3
"""A take that is of no use is asked for again, at most twice."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence that is taught."""

    text: str
    """As it is shown and spoken."""
    plain: str
    """As a recogniser writes it."""
    intent: str
    """What it means, "" where it is no cue."""
    phase: str
    """A phase in which it acts."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of the sentences of a trial were heard."""

    heard: int
    asked: int


def sentence_of(text: str, table: CueTable) -> Sentence:
    """A sentence with what it means, in the first phase in which it acts.

    ContentError in one sentence where there are no words in it.
    """
    plain = " ".join(surface_words(text))
    if not plain:
        raise ContentError(f'"{text}" is no sentence: write what is said, in words')
    for phase in PHASES:
        understood = understand(plain, table, phase=phase)
        if understood is not None:
            return Sentence(text, plain, understood.intent, phase)
    return Sentence(text, plain, "", PHASES[0])


class Lesson:
    """One lesson of a household."""

    def __init__(
        self,
        room: TeachRoom,
        spotter: SpotterWorker,
        ear: Callable[[], Ear],
        words: TeachWords,
        sentences: Sequence[Sentence],
        before: SoundTemplates | None,
        space: Space,
    ) -> None:
        """`ear` makes one that hears all cues; `before` was taught earlier; both in `space`."""
        self._room = room
        self._spotter = spotter
        self._ear = ear
        self._words = words
        self._sentences = sentences
        self._space = space
        self.templates = before
        """What was taught, up to now."""
        self.taken = 0
        """Takes of this lesson that became templates."""

    async def run(self, people: int) -> list[Tally]:
        """Teach with so many people, one after the other; ends where nobody speaks any more."""
        await asyncio.to_thread(self._spotter.learn, [one.plain for one in self._sentences])
        await self._room.say("teach_begin")
        tallies = []
        for person in self._words.people[:people]:
            await self._room.say("teach_person", {"person": person})
            if not await self._takes():
                break
            tallies.append(await self._trial(person))
        return tallies

    async def wanted(self) -> bool | None:
        """Whether somebody says that what was taught is to be kept; None where nobody does."""
        ear = await asyncio.to_thread(self._ear)
        ear.expect(Expectation(asked="yes_no"))
        await self._room.say("teach_keep")
        heard = await self._room.cue(ear)
        answer = heard.slots.get("answer") if heard is not None else None
        return None if answer is None else answer == "yes"

    async def _takes(self) -> bool:
        """Ask one person for every take, and teach the spotter; False where nobody spoke."""
        await asyncio.to_thread(
            self._spotter.set_phrases, tuple(one.plain for one in self._sentences)
        )
        taken: dict[str, list[Template]] = {}
        for sentence in self._sentences:
            for manner in self._words.manners:
                templates = await self._take(sentence, manner)
                if templates:
                    taken.setdefault(sentence.plain, []).extend(templates)
                    self.taken += 1
                elif not taken and self._nobody:
                    return False
        self.templates = joined(self.templates, self._space, taken)
        await asyncio.to_thread(self._spotter.teach, to_bytes(self.templates))
        return True

    async def _take(self, sentence: Sentence, manner: str) -> list[Template]:
        """The templates of one take; none where no take was of use in three attempts."""
        self._nobody = True
        values = {"sentence": sentence.text, "manner": manner}
        for _ in range(MOST_ASKS):
            await self._room.say("teach_say", values)
            sound = await self._room.take()
            if sound is None and self._room.over:
                break
            found = await asyncio.to_thread(self._compared, sound)
            likeness = found.pop(sentence.plain, None)
            others = max((one.alike for one in found.values()), default=0.0)
            wrong = flaw(sound, likeness, others)
            if sound is not None and wrong is None:
                alike = f", alike {likeness.alike:.2f}" if likeness is not None else ""
                self._room.show(f"  taken{alike}")
                return await asyncio.to_thread(self._spotter.templates, sound)
            self._nobody = self._nobody and wrong is Flaw.EMPTY
            await self._room.say(f"teach_{wrong}")
        self._room.show("  left out")
        return []

    def _compared(self, sound: Sound | None) -> dict[str, Likeness]:
        if sound is None:
            return {}
        return self._spotter.likenesses_of(sound)

    async def _trial(self, person: str) -> Tally:
        """Each sentence once more, heard as in a run; the result is told."""
        cues = [one for one in self._sentences if one.intent]
        if not cues:
            return Tally(0, 0)
        await self._room.say("teach_trial")
        ear = await asyncio.to_thread(self._ear)
        heard = 0
        for sentence in cues:
            ear.expect(Expectation(sentence.phase))
            values = {"sentence": sentence.text, "manner": self._words.trial}
            await self._room.say("teach_say", values)
            found = await self._room.cue(ear)
            right = found is not None and found.intent == sentence.intent
            self._room.show("  heard" if right else "  not heard")
            heard += right
        tally = Tally(heard, len(cues))
        values = {
            "person": person,
            "heard": number_words(tally.heard),
            "asked": number_words(tally.asked),
        }
        await self._room.say("teach_result", values)
        return tally
