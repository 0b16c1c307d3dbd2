"""The household's phrase: what may be one, and why something else may not."""

from __future__ import annotations

import pytest

from companion.build import Content, load_content
from companion.choosing import chosen_phrase
from companion.errors import ContentError


@pytest.fixture(scope="module")
def content() -> Content:
    """What ships."""
    return load_content()


@pytest.mark.parametrize("phrase", ["amber lantern", "Purple Umbrella!", "smart mirror"])
def test_a_rare_phrase_is_taken(content: Content, phrase: str) -> None:
    """As a recogniser writes it."""
    assert chosen_phrase(phrase, content) == phrase.lower().rstrip("!")


@pytest.mark.parametrize(
    ("phrase", "why"),
    [
        ("lantern", "2 to 5 plain words"),
        ("one two three four five six", "2 to 5 plain words"),
        ("3 lanterns", "2 to 5 plain words"),
        ("", "2 to 5 plain words"),
        ("view glass", "too short"),
        ("amber xqzzt", "not in the dictionary"),
        ("kitchen window", "by chance"),
        ("good morning", '"good" is a cue already'),
        ("i need a pause", "is a cue already"),
        ("amber time out", '"time out" is a cue already'),
        ("stop elephants", '"stop" is a cue already'),
        ("both feet", "is a cue already"),
        ("towel to fold", "by chance"),
    ],
)
def test_anything_else_is_refused_in_one_sentence(content: Content, phrase: str, why: str) -> None:
    """With the reason."""
    with pytest.raises(ContentError, match=why) as told:
        chosen_phrase(phrase, content)
    assert "\n" not in str(told.value)
