"""What can happen, and what to do about it.

Events come in from the rooms; effects go out to them, in order, and each is carried out before
the next begins. Must not know: how anything sounds, where anything is stored.

Intent names are those of scripts/en/cues.toml. Line names are those of scripts/en/lines.toml.
Slot names and units:

  length    float, seconds: a wish for so much time
  until     str "H:MM": a clock time as it was said, twelve-hour unless `daypart` settles it
  daypart   str "am" or "pm", where the words settled it
  day       str "today" or "tomorrow", where the words settled it
  number    float, 0 to 10: an answer to a rating question
  answer    str "yes" or "no"
  state     str "wound_up", "shut_down" or "both"
  change    str, one of MANNER_CHANGES: how the companion should sound from now on
  practice  str: a practice asked for by its name
  door      str "now", "later" or "let_go": an answer to the three doors
  end_clock bool: end the pause now and stop its clock
  cancel    bool: drop the pause and its promise without a word
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from companion.core.promise import Promise

SlotValue: TypeAlias = float | str | bool
Slots: TypeAlias = Mapping[str, SlotValue]

MANNER_CHANGES: Final = (
    "quieter", "louder", "slower", "faster", "tones_only", "words_only", "counts",
    "fewer_words", "plain_voice",
)  # fmt: skip


# ---- events ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Restored:
    """The program has started; this is the promise that was found on disk, if any."""

    promise: Promise | None


@dataclass(frozen=True, slots=True)
class CueHeard:
    """Somebody said something that the companion acts on."""

    intent: str
    slots: Slots = field(default_factory=dict)
    confidence: float = 1.0
    """0 to 1."""


@dataclass(frozen=True, slots=True)
class DeadlineReached:
    """The time that `next_deadline` named has come."""


@dataclass(frozen=True, slots=True)
class Said:
    """A line has sounded to its end."""

    line: str


@dataclass(frozen=True, slots=True)
class Performed:
    """A practice has sounded to its end."""

    script: str


@dataclass(frozen=True, slots=True)
class Failed:
    """A sound could not be made or a part was lost. The promise is never dropped for it."""

    what: str
    """One clear sentence without heard words."""


Event: TypeAlias = Restored | CueHeard | DeadlineReached | Said | Performed | Failed


# ---- effects --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class KeepPromise:
    """Write the promise to disk, durably, before anything after this is done."""

    promise: Promise


@dataclass(frozen=True, slots=True)
class ReleasePromise:
    """Remove the promise from disk: it was kept, cancelled, or nobody waits for it any more."""


@dataclass(frozen=True, slots=True)
class Hush:
    """Fade everything that sounds to silence at once, and forget what was still to be said."""


@dataclass(frozen=True, slots=True)
class Tone:
    """Play a soft tone."""

    count: int = 1
    """One, or two for the return."""


@dataclass(frozen=True, slots=True)
class Say:
    """Say a line of scripts/en/lines.toml, one of its variants, after what already sounds."""

    line: str
    values: Mapping[str, str] = field(default_factory=dict)
    """What stands in the line's {braces}, already in spoken words."""


@dataclass(frozen=True, slots=True)
class SayAgain:
    """Say the last sentence again, the same words, a little slower."""


@dataclass(frozen=True, slots=True)
class Perform:
    """Guide a practice: lay the script out in time and play it."""

    script: str


@dataclass(frozen=True, slots=True)
class ChangeManner:
    """Sound different from now on, by one step."""

    change: str
    """One of MANNER_CHANGES."""


Effect: TypeAlias = (
    KeepPromise | ReleasePromise | Hush | Tone | Say | SayAgain | Perform | ChangeManner
)
