"""Templates of a household's own sentences: made once, then remembered."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from companion.hearing.remembered import MOST_REMEMBERED, remembered
from companion.hearing.sound_templates import Space, Template
from companion.hearing.synthetic import PEOPLE

SPACE = Space(np.zeros(96, np.float32), np.eye(96, 32, dtype=np.float32))
SENTENCE = "amber lantern"


def maker(*templates: Template) -> tuple[Callable[[], list[Template]], list[None]]:
    """Makes these templates, and counts how often."""
    asked: list[None] = []

    def make() -> list[Template]:
        asked.append(None)
        return list(templates)

    return make, asked


def test_a_sentence_is_learnt_once(tmp_path: Path) -> None:
    """Until the voices are others, or what was remembered is damaged or deleted."""
    make, asked = maker(np.full((3, 32), 0.5, np.float32), np.full((4, 32), 0.25, np.float32))
    folder = tmp_path / "learnt"
    for count in (1, 1):
        found = remembered(folder, SENTENCE, SPACE, PEOPLE, make)
        assert [len(one) for one in found] == [3, 4]
        assert found[1] == pytest.approx(0.25, abs=0.005)
        assert len(asked) == count
    (kept,) = folder.iterdir()
    remembered(folder, SENTENCE, SPACE, PEOPLE[:3], make)
    assert len(asked) == 2
    kept.write_bytes(b"nothing of the kind")
    assert len(remembered(folder, SENTENCE, SPACE, PEOPLE, make)) == 2
    assert len(asked) == 3


def test_without_a_folder_it_is_learnt_every_time(tmp_path: Path) -> None:
    """A folder that cannot be written is no trouble; neither is none."""
    make, asked = maker(np.ones((3, 32), np.float32))
    (tmp_path / "file").touch()
    for folder in (None, tmp_path / "file" / "learnt"):
        remembered(folder, SENTENCE, SPACE, PEOPLE, make)
        assert len(remembered(folder, SENTENCE, SPACE, PEOPLE, make)) == 1
    assert len(asked) == 4


def test_what_no_voice_could_say_is_tried_again(tmp_path: Path) -> None:
    """Nothing learnt is nothing to remember, and the folder does not grow without end."""
    make, asked = maker()
    for _ in range(2):
        assert remembered(tmp_path, SENTENCE, SPACE, PEOPLE, make) == ()
    assert len(asked) == 2
    make, _ = maker(np.ones((3, 32), np.float32))
    for number in range(MOST_REMEMBERED + 5):
        remembered(tmp_path, f"sentence {number}", SPACE, PEOPLE, make)
    assert len(list(tmp_path.iterdir())) == MOST_REMEMBERED
