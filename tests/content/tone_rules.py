"""The tone of everything that is spoken, as rules over text: a lint for sentences.

Each rule answers complaints, one sentence each; nothing where a text is right. The words that
are banned stand in scripts/<language>/tone.toml. Must not know which files hold the sentences.

Run with the path of a text, this file writes the fingerprints of its five-word runs, which is
how essay_shingles.txt was made:

    python tests/content/tone_rules.py ESSAY.txt > tests/content/essay_shingles.txt
"""

from __future__ import annotations

import hashlib
import re
import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

MOST_SENTENCES = 2
MOST_CLAUSE_WORDS = 12
"""In one breath of speech, between two marks (brief, 7)."""
MOST_GRADE = 5.0
"""Flesch-Kincaid reading grade."""
RUN_WORDS = 5
FINGERPRINT_LETTERS = 12
PLAIN_WORDS_A_MINUTE = 135.0
"""An unhurried instruction (brief, 2.5): 125 to 140."""

_SCRIPTS = Path(__file__).parents[2] / "scripts"


def load_banned(language: str = "en") -> Mapping[str, Sequence[str]]:
    """Banned phrases by the name of their group."""
    tables: dict[str, list[str]] = tomllib.loads(
        (_SCRIPTS / language / "tone.toml").read_text(encoding="utf-8")
    )
    return tables


def plain(text: str) -> list[str]:
    """Lower-case words, straight apostrophes, nothing else."""
    lowered = text.lower().replace("\u2019", "'").replace("\u2018", "'")
    return [word.strip("'") for word in re.findall(r"[a-z0-9']+", lowered) if word.strip("'")]


def sentences(text: str) -> list[str]:
    """The sentences of a text."""
    return [part for part in re.split(r"(?<=[.?!])\s+", text.strip()) if part]


def clauses(text: str) -> list[str]:
    """The stretches of a text between two marks at which a voice rests."""
    return [part for part in re.split(r"[.,;:?!\u2026\u2014]+", text) if part.strip()]


def has(text: str, phrase: str) -> bool:
    """Whether a phrase stands in a text as whole words."""
    return f" {' '.join(plain(phrase))} " in f" {' '.join(plain(text))} "


def banned_words(text: str, phrases: Iterable[str]) -> list[str]:
    """No banned phrase."""
    return [f"holds '{phrase}'" for phrase in phrases if has(text, phrase)]


def marks(text: str) -> list[str]:
    """A sentence opens plainly, ends, and never shouts."""
    wrong = []
    if re.search(r"[!*#_<>[\]();\u2026\u2014]|\.\.\.", text):
        wrong.append("holds a mark that is not spoken calmly")
    if not re.match(r'["A-Z{]', text) or not text.endswith((".", "?")):
        wrong.append("does not open with a capital and end with a mark")
    if re.search(r"\d", text):
        wrong.append("holds digits; write numbers as words")
    if text != " ".join(text.split()):
        wrong.append("holds stray blanks")
    return wrong


def length(text: str, *, most_sentences: int = MOST_SENTENCES) -> list[str]:
    """Few sentences, short clauses."""
    wrong = []
    if len(sentences(text)) > most_sentences:
        wrong.append(f"has {len(sentences(text))} sentences, at most {most_sentences}")
    wrong.extend(
        f"'{clause.strip()}' has {word_count(clause)} words, at most {MOST_CLAUSE_WORDS}"
        for clause in clauses(text)
        if word_count(clause) > MOST_CLAUSE_WORDS
    )
    return wrong


def word_count(text: str) -> int:
    """Spoken words: "twenty-five" is two."""
    return len(text.replace("-", " ").split())


def seconds(text: str, *, words_a_minute: float = PLAIN_WORDS_A_MINUTE) -> float:
    """About how long it takes to say."""
    return word_count(text) * 60.0 / words_a_minute


def grade(texts: Sequence[str]) -> float:
    """Flesch-Kincaid grade of texts taken together, with syllables counted by their vowels."""
    whole = " ".join(texts)
    words = plain(whole)
    syllables = sum(_syllables(word) for word in words)
    return 0.39 * len(words) / len(sentences(whole)) + 11.8 * syllables / len(words) - 15.59


def _syllables(word: str) -> int:
    groups = len(re.findall(r"[aeiouy]+", word))
    silent = word.endswith("e") and not word.endswith("le") and groups > 1
    return max(1, groups - silent)


def spoken(text: str, banned: Mapping[str, Sequence[str]]) -> list[str]:
    """Every rule that holds for whatever the companion says or offers to be said."""
    groups = (words for name, words in banned.items() if name not in ("reentry", "opt_out"))
    return [*banned_words(text, [word for words in groups for word in words]), *marks(text)]


def fingerprints(text: str) -> set[str]:
    """One mark for each run of five words, from which the words cannot be read back."""
    words = plain(text)
    runs = (" ".join(words[at : at + RUN_WORDS]) for at in range(len(words) - RUN_WORDS + 1))
    return {hashlib.sha256(run.encode()).hexdigest()[:FINGERPRINT_LETTERS] for run in runs}


if __name__ == "__main__":
    marked = fingerprints(Path(sys.argv[1]).read_text(encoding="utf-8"))
    sys.stdout.write("".join(f"{mark}\n" for mark in sorted(marked)))
