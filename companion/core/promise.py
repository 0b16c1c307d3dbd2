"""What was promised, and what a moment says about it.

Decides whether a promise is still ahead, has just come due, came due long ago, or cannot be
judged. Must not know: clocks, files, what is said about it, or which phase the pause is in.

Two clocks are carried because each fails in its own way. Boot time (CLOCK_BOOTTIME) never jumps
but ends with the boot; wall time outlives a power cut but may be wrong until it is set. So:
within one boot compare boot time, across boots compare wall time, and across boots with a clock
that nobody has set the answer is UNSURE.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

CALL_BACK_WINDOW_SECONDS = 5 * 60.0
"""A promise found this long after it came due is still called back, kindly (DESIGN.md, 1)."""

OPEN_RETURN_SECONDS = 24 * 3600.0
"""How long an open return waits in silence for somebody to speak (brief, 1.4)."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Now, as the clock saw it."""

    wall: float
    """Seconds since 1970 UTC. Believed only as far as `clock_set` says."""
    boot: float
    """Seconds since this machine started, suspend included. Never jumps."""
    boot_id: str
    """Which start of the machine `boot` counts from."""
    clock_set: bool = True
    """False while the wall clock has not been set since the start (a Pi has no clock chip)."""


@dataclass(frozen=True, slots=True)
class Promise:
    """Back at a time. What is written to disk, and nothing else is."""

    made: Moment
    due_wall: float
    """Seconds since 1970 UTC."""
    due_boot: float
    """Seconds of boot time, in the boot named by `boot_id`."""
    boot_id: str
    length: float
    """Seconds from the first call to the return, extensions included."""
    appointment: bool = False
    """Longer than an hour: one soft reminder at its time, none before."""
    extensions: int = 0
    """How often more time was asked for. Two are free (brief, 1.3)."""
    called: bool = False
    """The call back has been spoken to its end; it is not spoken again after a restart."""


class Judgement(StrEnum):
    """What a moment says about a promise."""

    AHEAD = "ahead"
    """Due later."""
    JUST_DUE = "just_due"
    """Came due less than five minutes ago."""
    LONG_DUE = "long_due"
    """Came due longer ago than that, within 24 hours."""
    OVER = "over"
    """Came due more than 24 hours ago: nobody waits for it any more."""
    UNSURE = "unsure"
    """Another boot, and the clock has not been set: cannot be told."""


def make(moment: Moment, *, length: float, appointment: bool = False) -> Promise:
    """Promise to call back `length` seconds after `moment`."""
    return Promise(
        made=moment,
        due_wall=moment.wall + length,
        due_boot=moment.boot + length,
        boot_id=moment.boot_id,
        length=length,
        appointment=appointment,
    )


def seconds_left(promise: Promise, moment: Moment) -> float:
    """Seconds until the promise is due, negative when it is past. Boot time where it can be."""
    if promise.boot_id == moment.boot_id:
        return promise.due_boot - moment.boot
    return promise.due_wall - moment.wall


def judge(promise: Promise, moment: Moment) -> Judgement:
    """Say where `moment` stands to the promise."""
    if promise.boot_id != moment.boot_id and not moment.clock_set:
        return Judgement.UNSURE
    left = seconds_left(promise, moment)
    if left > 0:
        return Judgement.AHEAD
    if -left < CALL_BACK_WINDOW_SECONDS:
        return Judgement.JUST_DUE
    if -left < OPEN_RETURN_SECONDS:
        return Judgement.LONG_DUE
    return Judgement.OVER


def anchored(promise: Promise, moment: Moment) -> Promise:
    """The same promise with its due time expressed in the boot that `moment` belongs to."""
    if promise.boot_id == moment.boot_id:
        return promise
    due_boot = moment.boot + (promise.due_wall - moment.wall)
    return replace(promise, due_boot=due_boot, boot_id=moment.boot_id)
