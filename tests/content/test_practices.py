"""Every practice that ships, laid out in time and read for its tone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from companion.core.script import BreatheStep, SayStep, Script, ToneStep, WaitStep
from companion.keeping.content import load_scripts
from tests.content import tone_rules

PRACTICES = load_scripts()
BANNED = tone_rules.load_banned()
ESSAY = set((Path(__file__).parent / "essay_shingles.txt").read_text().split())

# Seconds in all, by the table of the brief, 3.2; for breathing by 2.2, its introduction added.
TOTALS = {
    "orienting": (60, 90),
    "soles": (120, 180),
    "quiet": (60, 300),
    "longer_out": (300, 340),
    "longer_out_short": (120, 150),
    "three_sighs": (30, 50),
}
# Seconds of silence after each sentence, by the same table.
SILENCES = {"orienting": (6, 8), "soles": (8, 10)}
LONG_SILENCE_SECONDS = 10
TITLE_WORDS = 6

every_practice = pytest.mark.parametrize("script", PRACTICES.values(), ids=list(PRACTICES))
every_breath = pytest.mark.parametrize(
    "script", [each for each in PRACTICES.values() if each.family == "breath"], ids=lambda s: s.name
)


def _says(script: Script) -> list[SayStep]:
    return [step for step in script.steps if isinstance(step, SayStep)]


def _texts(script: Script) -> list[str]:
    return [text for step in _says(script) for text in step.variants]


def _breathing_seconds(script: Script) -> float:
    return sum(
        stage.cycles
        * (stage.breath_in + stage.top_up + stage.hold_in + stage.breath_out + stage.hold_out)
        for step in script.steps
        if isinstance(step, BreatheStep)
        for stage in step.stages
    )


def _total_seconds(script: Script, *, longest: bool) -> float:
    pick = max if longest else min
    total = _breathing_seconds(script)
    for step in script.steps:
        match step:
            case SayStep():
                total += pick(map(tone_rules.seconds, step.variants)) + step.silence
            case WaitStep():
                total += step.seconds
    return total


def test_the_practices_are_those_that_were_promised() -> None:
    """Looking around, the soles of the feet, quiet, and the breaths all ship."""
    assert set(PRACTICES) == set(TOTALS)


@every_practice
def test_tone(script: Script) -> None:
    """No sentence commands, praises, promises, or speaks of the other person or of health."""
    for text in _texts(script):
        assert tone_rules.spoken(text, BANNED) == [], text


@every_practice
def test_length(script: Script) -> None:
    """At most two sentences, and no clause beyond twelve words."""
    for text in _texts(script):
        assert tone_rules.length(text) == [], text


@every_practice
def test_variants(script: Script) -> None:
    """Each sentence comes in at least three wordings."""
    for step in _says(script):
        assert len(step.variants) >= 3


@every_practice
def test_nothing_is_taken_from_the_essay(script: Script) -> None:
    """No sentence shares five words in a row with the essay that the project began with."""
    for text in _texts(script):
        assert not tone_rules.fingerprints(text) & ESSAY, text


@every_practice
def test_words_are_easy(script: Script) -> None:
    """A practice reads at grade five or below."""
    assert tone_rules.grade(_texts(script)) <= tone_rules.MOST_GRADE


@every_practice
def test_total(script: Script) -> None:
    """Whichever variants are picked, a practice lasts as long as it is meant to."""
    shortest, longest = TOTALS[script.name]
    assert shortest <= _total_seconds(script, longest=False)
    assert _total_seconds(script, longest=True) <= longest


@every_practice
def test_silences(script: Script) -> None:
    """Each sentence is followed by the quiet that its practice asks for."""
    least, most = SILENCES.get(script.name, (0, LONG_SILENCE_SECONDS))
    for step in _says(script):
        assert least <= step.silence <= most


@every_practice
def test_long_quiet_is_announced(script: Script) -> None:
    """Nobody wonders whether the box has died: a long wait is told with its length before it."""
    for at, step in enumerate(script.steps):
        if isinstance(step, WaitStep) and step.seconds > LONG_SILENCE_SECONDS:
            before = [each for each in script.steps[:at] if isinstance(each, SayStep)][-1]
            for text in before.variants:
                assert re.search(r"\bquiet\b.*minute|minute.*\bquiet\b", text.lower()), text


@every_practice
def test_opt_out(script: Script) -> None:
    """That it is a choice is said at the start, and never again. Quiet asks nothing at all."""
    first, *rest = _says(script)
    for text in first.variants:
        said = bool(tone_rules.banned_words(text, BANNED["opt_out"]))
        assert said == (script.family != "quiet"), text
    for step in rest:
        for text in step.variants:
            assert not tone_rules.banned_words(text, BANNED["opt_out"]), text


@every_practice
def test_title_fits_into_the_offer(script: Script) -> None:
    """A title is a few words without capital or full stop, so that "or quiet" can follow."""
    assert re.fullmatch(r"[a-z ]+", script.title)
    assert len(script.title.split()) <= TITLE_WORDS
    assert tone_rules.banned_words(script.title, BANNED["breath_and_eyes"]) == []


@every_breath
def test_soft_and_small_comes_first(script: Script) -> None:
    """Before the first cycle it is said that breaths are soft and small, with nothing to fill."""
    first = next(at for at, step in enumerate(script.steps) if isinstance(step, BreatheStep))
    before = [step for step in script.steps[:first] if isinstance(step, SayStep)]
    needed = ("soft", "small", "nothing to fill")
    assert any(
        all(tone_rules.has(text, word) for text in step.variants for word in needed)
        for step in before
    )


@every_breath
def test_no_breath_is_held(script: Script) -> None:
    """Holds are off until a household switches them on."""
    for step in script.steps:
        if isinstance(step, BreatheStep):
            assert all(stage.hold_in == stage.hold_out == 0 for stage in step.stages)


def test_breathing_lasts_as_the_brief_says() -> None:
    """Five minutes, two minutes, half a minute; the first minute is the ramp."""
    seconds = {each.name: _breathing_seconds(each) for each in PRACTICES.values()}
    assert seconds["longer_out"] == 300
    assert seconds["longer_out_short"] == 120
    assert seconds["three_sighs"] == 30
    for name in ("longer_out", "longer_out_short"):
        (step,) = (each for each in PRACTICES[name].steps if isinstance(each, BreatheStep))
        ramp = [(each.breath_in, each.breath_out, each.cycles) for each in step.stages]
        assert ramp[:2] == [(3, 4, 4), (3, 5, 4)]
        assert ramp[2][:2] == (4, 6)


def test_quiet_lies_between_two_tones() -> None:
    """The quiet practice is one tone, silence, one tone."""
    assert [type(step) for step in PRACTICES["quiet"].steps[1:]] == [ToneStep, WaitStep, ToneStep]
