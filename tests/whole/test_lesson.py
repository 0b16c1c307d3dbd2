"""A lesson in a room: real lines, real endpointer, real ear, and somebody who answers."""

from __future__ import annotations

import asyncio
import io
import re
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from companion import build, ears
from companion.hearing.sound_templates import load
from companion.keeping.teachwords import TeachWords
from companion.lesson import Lesson, Tally, sentence_of
from companion.ports import FRAME_SAMPLES, FRAME_SECONDS, Frame
from companion.speaking.mixer import Mixer
from companion.speaking.mouth import Mouth
from companion.teachroom import TeachRoom
from tests.conftest import home, use_vosk
from tests.speaking.toys import ToyVoice
from tests.spoken import NOISE, RATE, said

MOUTH_RATE = 48_000
WORDS = TeachWords(
    sentences=("help me breathe",),
    manners=("in an ordinary voice", "in a hurry", "slowly"),
    trial="in any voice",
    people=("first person", "second person"),
)
PACES = {"in an ordinary voice": 150, "in a hurry": 190, "slowly": 130, "in any voice": 160}
ASKED = re.compile(r"(?:Now|Next|This time) (.+): (.+)\.")


class Somebody:
    """A room with somebody in it, who answers what the companion says.

    `says` maps what was asked for to what is said instead; `turns` is how many people there are.
    """

    echo_seconds = 0.1
    over = False

    def __init__(self, mouth: Mouth, *, says: dict[str, str], turns: int = 1) -> None:
        self._mouth = mouth
        self._says = says
        self._turns = turns
        self._room = np.random.default_rng(6)
        self._answer: deque[Frame] = deque()
        self._told = ""
        self._person = 0

    async def frame(self) -> Frame:
        """The next 20 ms of the room; an answer begins half a second after a question."""
        self._mouth.fill(round(MOUTH_RATE * FRAME_SECONDS))
        saying = self._mouth.saying
        if saying is None and self._told:
            self._hear(self._told)
        self._told = saying or ""
        noise = self._room.normal(0.0, NOISE, FRAME_SAMPLES)
        sound = self._answer.popleft() if self._answer else 0
        return np.clip(noise + sound, -32768, 32767).astype(np.int16)

    def _hear(self, text: str) -> None:
        self._person += text.endswith(" person.")
        if self._person > self._turns:
            return
        if asked := ASKED.fullmatch(text):
            manner, sentence = asked.groups()
            self._say(self._says.pop(manner, sentence), PACES[manner])
        elif text.endswith("yes or no?"):
            self._say(self._says.get("keep", ""), 150)

    def _say(self, text: str, pace: int) -> None:
        sound = said(text, "en-gb+f4", pace) if text else np.zeros(0, np.int16)
        sound = np.concatenate((np.zeros(RATE // 2, np.int16), sound))
        sound = np.pad(sound, (0, -len(sound) % FRAME_SAMPLES))
        self._answer.extend(sound.reshape(-1, FRAME_SAMPLES))


@pytest.fixture(scope="module")
def organs(tmp_path_factory: pytest.TempPathFactory, warm_cache: Path) -> Iterator[ears.Organs]:
    """A real recogniser and a real spotter."""
    fresh = {**home(tmp_path_factory.mktemp("lesson")), "XDG_CACHE_HOME": str(warm_cache)}
    use_vosk(fresh)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in fresh.items():
            patch.setenv(name, value)
        with ears.opened_organs(build.load_content(), "vosk") as opened:
            yield opened


def lesson(organs: ears.Organs, out: io.StringIO, **answers: object) -> Lesson:
    """A lesson of one sentence, with somebody who answers so."""
    content = build.load_content()
    mouth = Mouth(ToyVoice(seconds_a_word=0.05), Mixer(MOUTH_RATE), content.lines, {})
    place = Somebody(mouth, **answers)  # type: ignore[arg-type]
    spotter = organs.spotter
    assert spotter is not None
    spotter.teach(b"")
    return Lesson(
        TeachRoom(place, mouth, out, hang_seconds=0.3),
        spotter,
        lambda: ears.ear_of(organs, content, content.table, None),
        WORDS,
        [sentence_of(text, content.table) for text in WORDS.sentences],
        None,
        load(build.templates_file("en")).space,
    )


def test_a_person_teaches_and_is_heard(organs: ears.Organs) -> None:
    """Three takes become templates, a trial tells how many are heard, the next one is absent."""
    out = io.StringIO()
    held = lesson(organs, out, says={})
    assert asyncio.run(held.run(2)) == [Tally(1, 1)]
    assert held.taken == 3
    assert held.templates is not None
    assert {name: len(each) for name, each in held.templates.of.items()} == {"help me breathe": 6}
    assert "first person: one of one heard" in out.getvalue()
    assert "second person" in out.getvalue()


@pytest.mark.slow
def test_a_take_of_no_use_is_asked_for_again(organs: ears.Organs) -> None:
    """Silence and another sentence are told of, at most twice; then the take is left out."""
    out = io.StringIO()
    says = {"in an ordinary voice": "", "slowly": "we are out of onions and butter"}
    held = lesson(organs, out, says=says)
    asyncio.run(held.run(1))
    assert held.taken == 3
    content = build.load_content()
    assert any(text in out.getvalue() for text in content.lines["teach_empty"])
    assert any(text in out.getvalue() for text in content.lines["teach_unlike"])


def test_nobody_there_is_no_trouble(organs: ears.Organs) -> None:
    """After three questions that nobody answers the lesson is over, and nothing was learnt."""
    held = lesson(organs, io.StringIO(), says={}, turns=0)
    assert asyncio.run(held.run(2)) == []
    assert held.taken == 0


@pytest.mark.parametrize(
    ("answer", "wanted"), [("yes please", True), ("no thank you", False), ("", None)]
)
def test_keeping_takes_a_yes(organs: ears.Organs, answer: str, wanted: bool | None) -> None:
    """Silence is no yes."""
    held = lesson(organs, io.StringIO(), says={"keep": answer}, turns=9)
    assert asyncio.run(held.wanted()) is wanted
