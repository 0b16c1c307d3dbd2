"""Every line the companion says, against the brief: limits, tone, facts, safety."""

from __future__ import annotations

import io
import subprocess
import wave
from pathlib import Path

import pytest

from companion.keeping.content import LineTable, load_line_tables, load_voice
from tests.content import tone_rules

LINES = load_line_tables()
BANNED = tone_rules.load_banned()
ESSAY = set((Path(__file__).parent / "essay_shingles.txt").read_text().split())

# The longest words that can stand in the braces. In lines about a pause of up to an hour the
# clock time is short; elsewhere it may be an appointment's.
FACTS = {
    "length": "fifty-seven minutes",
    "minutes": "twenty-three hours and fifty-seven minutes",
    "clock": "tomorrow at eleven fifty-seven in the afternoon",
    "practice": "two minutes of long breaths out",
    "person": "second person",
    "manner": "in an ordinary voice",
    "sentence": "I need twenty minutes",
    "heard": "five",
    "asked": "five",
    "emergency": "nine, nine, nine",
    "crisis_line": "zero eight zero zero, one one one, zero, one one one",
    "abuse_line": "zero eight zero eight, two zero zero zero, two four seven",
}
# What is asked for by name, and what stands in it. A line that loses a fact breaks a promise.
EXPECTED = {
    "call": {"length", "clock"},
    "call_asking": set(),
    "call_default_length": {"length", "clock"},
    "length_named": {"length", "clock"},
    "appointment": {"clock"},
    "beyond_day": set(),
    "length_question": set(),
    "soft_offer": set(),
    "breaths_offer": set(),
    "practice_offer": {"practice"},
    "quiet_offer": set(),
    "state_question": set(),
    "brooding": set(),
    "half_way": set(),
    "last_minute": set(),
    "time_left": {"minutes", "clock"},
    "extended": {"length", "clock"},
    "extend_choice": set(),
    "early_back": {"minutes"},
    "ended_early": {"clock"},
    "call_back": set(),
    "call_back_late": set(),
    "call_back_again": set(),
    "closing": set(),
    "appointment_reminder": set(),
    "clock_unsure": set(),
    "welcome": set(),
    "doors": set(),
    "not_ready": set(),
    "door_later_ask": set(),
    "let_go": set(),
    "reentry_intro": set(),
    "thanks": set(),
    "dizzy": set(),
    "not_met_soft": set(),
    "rehearse_short": set(),
    "teach_begin": set(),
    "teach_person": {"person"},
    "teach_say": {"manner", "sentence"},
    "teach_empty": set(),
    "teach_clipped": set(),
    "teach_short": set(),
    "teach_unlike": set(),
    "teach_trial": set(),
    "teach_result": {"person", "heard", "asked"},
    "teach_keep": set(),
    "teach_kept": set(),
    "teach_dropped": set(),
    "safety_self": {"crisis_line", "emergency"},
    "safety_self_no_line": {"emergency"},
    "safety_self_short": {"crisis_line", "emergency"},
    "safety_self_short_no_line": {"emergency"},
    "safety_self_check": set(),
    "safety_other": {"emergency"},
    "safety_medical": {"emergency"},
    "who_to_call": {"abuse_line", "emergency"},
    "who_to_call_no_line": {"emergency"},
}
# The table of the brief, 1.4, and what 6.3 and 7 add to it.
MOST_WORDS = {
    "call": 24,
    "soft_offer": 10,
    "practice_offer": 12,
    "brooding": 25,
    "half_way": 8,
    "last_minute": 14,
    "call_back": 14,
    "call_back_again": 10,
    "closing": 12,
    "thanks": 3,
    "safety_self": 35,
    "safety_other": 35,
    "safety_medical": 35,
}
SAFETY = [name for name in LINES if name.startswith(("safety_", "who_to_call"))]
REVEALING = [
    "abuse", "partner", "violence", "violent", "helpline", "safe", "safety", "danger", "hurt",
    "afraid", "fear", "help", "leave", "police", "how are you",
]  # fmt: skip
THREE_CHOICES = "let it go for today"

every_line = pytest.mark.parametrize(("name", "table"), LINES.items(), ids=list(LINES))


def _filled(table: LineTable) -> list[str]:
    facts = FACTS | ({"clock": "eleven fifty-seven"} if "length" in table.facts else {})
    texts = [variant.format(**facts) for variant in table.variants]
    return [text[:1].upper() + text[1:] for text in texts]


def test_the_lines_are_those_that_are_asked_for() -> None:
    """The names and facts of the lines are the ones that the session fills in."""
    assert {name: set(table.facts) for name, table in LINES.items()} == EXPECTED


@every_line
def test_tone(name: str, table: LineTable) -> None:
    """No line commands, praises, comforts, blames, speaks of the other person or of health."""
    for text in _filled(table):
        assert tone_rules.spoken(text, BANNED) == [], text


@every_line
def test_length(name: str, table: LineTable) -> None:
    """No line is longer than its limit, even with the longest facts, no clause than 12 words."""
    for text in _filled(table):
        assert tone_rules.word_count(text) <= table.most_words, text
        most = 3 if name in SAFETY else 2
        assert tone_rules.length(text, most_sentences=most) == [], text


def test_limits_are_those_of_the_brief() -> None:
    """The limits written beside the lines are no wider than the brief's."""
    for name, most in MOST_WORDS.items():
        assert LINES[name].most_words <= most


@every_line
def test_nothing_is_taken_from_the_essay(name: str, table: LineTable) -> None:
    """No line shares five words in a row with the essay that the project began with."""
    for text in table.variants:
        assert not tone_rules.fingerprints(text) & ESSAY, text


def test_every_timeline_line_varies() -> None:
    """Lines that come in every pause have more variants than the fewest allowed."""
    for name in ("call", "half_way", "last_minute", "call_back", "practice_offer", "brooding"):
        assert len(LINES[name].variants) >= 5


def test_words_are_easy() -> None:
    """All lines taken together read at grade five or below."""
    assert tone_rules.grade([text for each in LINES.values() for text in _filled(each)]) <= 5


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("call", "{length}, back at {clock}. Anyone here may ask for more."),
        ("call_default_length", "{length}, back at {clock}. Anyone here may change it."),
        ("appointment", "set for {clock}. I'll call once then, and not before."),
        ("time_left", "{minutes} left, until {clock}."),
        ("extended", "{length} more, back at {clock}."),
        ("early_back", '{minutes} left. Saying "end the pause" stops the clock.'),
        ("ended_early", "The agreed time stays open for anyone, until {clock}."),
        ("last_minute", "Then back, more time, or not today."),
        ("closing", 'Say "I\'m back" any time today.'),
        ("doors", "now, a time within a day, or let it go for today."),
        ("not_ready", "More time, another hour today or tomorrow, or let it go for today."),
        ("extend_choice", "Later today, tomorrow, or let it go for today."),
    ],
)
def test_facts_keep_one_wording(name: str, facts: str) -> None:
    """Where time or choices are told, only the opening words vary."""
    for variant in LINES[name].variants:
        assert variant.endswith(facts)


def test_commands_to_the_companion_are_named_only_where_they_are_told() -> None:
    """Two phrases are spoken as phrases to say, nowhere else."""
    told = {"early_back": "end the pause", "closing": "I'm back"}
    for name, table in LINES.items():
        for phrase in told.values():
            for text in table.variants:
                assert tone_rules.has(text, phrase) == (told.get(name) == phrase), text


def test_a_call_fits_in_twelve_seconds() -> None:
    """The first answer, spoken by the shipped voice, is over within its limit."""
    voice = load_voice("calm")
    for table in (table for table in LINES.values() if table.most_seconds is not None):
        for text in _filled(table):
            assert _seconds(text, voice.voice, voice.rate_wpm) <= (table.most_seconds or 0), text


def _seconds(text: str, voice: str, rate_wpm: int) -> float:
    sound = subprocess.run(
        ["espeak-ng", "-v", voice, "-s", str(rate_wpm), "--stdout", text],
        capture_output=True,
        check=True,
        timeout=10,
    ).stdout
    # Written to a pipe, the header cannot know its length; the file behind it can be counted.
    with wave.open(io.BytesIO(sound)) as header:
        bytes_a_second: int = header.getframerate() * header.getsampwidth()
    return (len(sound) - 44) / bytes_a_second


@pytest.mark.parametrize("name", SAFETY)
def test_safety_is_fixed(name: str) -> None:
    """A safety line has one wording, which a household cannot change."""
    assert LINES[name].fixed
    assert len(LINES[name].variants) == 1


def test_only_safety_is_fixed() -> None:
    """Everything else may be worded differently at home."""
    assert [name for name, table in LINES.items() if table.fixed] == SAFETY


@pytest.mark.parametrize("name", ["safety_other", "who_to_call", "who_to_call_no_line"])
def test_the_neutral_lines_reveal_nothing(name: str) -> None:
    """Somebody who overhears them does not learn what was understood."""
    assert tone_rules.banned_words(_filled(LINES[name])[0], REVEALING) == []


def test_safety_lines_ask_and_counsel_nothing() -> None:
    """They carry no suicide word, no reason, no method, and say what a box cannot do."""
    words = ["suicide", "kill", "die", "dying", "why", "how", "because", "hope", "helpline"]
    for name in SAFETY:
        assert tone_rules.banned_words(LINES[name].variants[0], words) == []
    for name in ("safety_self", "safety_self_no_line", "safety_self_short", "safety_medical"):
        assert "cannot call" in LINES[name].variants[0]
    for name in ("safety_self", "safety_self_no_line"):
        assert "no person is listening" in LINES[name].variants[0]


def test_no_show_is_told_without_a_trace_of_blame() -> None:
    """The call backs count nothing, name nobody and guess no reason."""
    words = ["still not", "minutes ago", "second", "twice", "again", "who", "why", "someone"]
    for name in ("call_back", "call_back_again", "closing"):
        for text in LINES[name].variants:
            assert tone_rules.banned_words(text, words) == [], text
