"""Reads the clocks of the machine, and counts the clock of a sound file.

Decides what time it is and whether the wall clock may be believed. Must not know promises,
pauses, or what anybody does with the time. Nothing else in the companion reads a wall clock.

A board such as a Raspberry Pi has no clock chip. After a power cut it wakes at the time of its
last shutdown, hours or weeks in the past, until the network tells it better. So the wall clock
counts as set when one of these is true, looked at in this order:

1. it is earlier than this program: never;
2. the kernel holds it to be synchronised, or timesyncd has synchronised it since the start;
3. the machine has a clock chip, that chip was set once, and the wall clock agrees with it;
4. the machine has no clock chip and is no board: a virtual machine or a container, whose time
   comes from its host.

Once set, a clock stays set until the machine starts again.
"""

from __future__ import annotations

import ctypes
import math
import os
import time
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from companion.core.promise import Moment

EARLIEST_WALL = datetime(2025, 11, 1, tzinfo=UTC).timestamp()
"""Seconds since 1970 UTC. This program did not exist before; an earlier clock is not set."""

UNSYNCHRONISED_MICROSECONDS = 16_000_000
"""The kernel's largest error bound; systemd's timedated draws its line here (NTPSynchronized)."""

CHIP_AGREEMENT_SECONDS = 300.0
"""How far a clock chip and the wall clock may drift apart and still tell the same time."""


class _Timex(ctypes.Structure):
    """The head of `struct timex` (adjtimex(2)); the kernel fills the rest, which is not read."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("frequency", ctypes.c_long),
        ("maximum_error", ctypes.c_long),
        ("rest", ctypes.c_byte * 512),
    )


def kernel_error_bound() -> int:
    """Microseconds by which the kernel says that the wall clock may be off, at most.

    16 s or more means that nobody has disciplined the clock for hours, or ever. The answer is
    that bound where the system refuses to tell.
    """
    timex = _Timex()
    try:
        state = ctypes.CDLL(None).adjtimex(ctypes.byref(timex))
    except (OSError, AttributeError):
        return UNSYNCHRONISED_MICROSECONDS
    return int(timex.maximum_error) if state >= 0 else UNSYNCHRONISED_MICROSECONDS


def clock_is_set(wall: float, *, error_bound: int, root: Path = Path("/")) -> bool:
    """Whether `wall` (seconds since 1970 UTC) may be believed; the rules stand at the top.

    `error_bound` is what `kernel_error_bound` answers. `root` is where proc, sys and run are.
    """
    if wall < EARLIEST_WALL:
        return False
    if error_bound < UNSYNCHRONISED_MICROSECONDS:
        return True
    if (root / "run/systemd/timesync/synchronized").exists():
        return True
    chips = sorted((root / "sys/class/rtc").glob("rtc*/since_epoch"))
    if chips:
        return any(_agrees(_chip_time(chip), wall) for chip in chips)
    return not (root / "proc/device-tree/model").exists()


def _chip_time(path: Path) -> float | None:
    """Seconds since 1970 as a clock chip counts them, or None where it does not answer."""
    try:
        return float(path.read_text())
    except (OSError, ValueError):
        return None


def _agrees(chip: float | None, wall: float) -> bool:
    # A chip whose battery was empty starts again from 1970 or 2000, and proves nothing.
    if chip is None or chip < EARLIEST_WALL:
        return False
    # A machine that also starts another system may keep local time in its chip.
    offset = datetime.fromtimestamp(wall, local_zone()).utcoffset() or timedelta()
    return any(
        abs(chip - shift - wall) <= CHIP_AGREEMENT_SECONDS
        for shift in (0.0, offset.total_seconds())
    )


def local_zone() -> tzinfo:
    """Find the time zone of this machine: TZ where it is set, else /etc/localtime, else UTC."""
    name = os.environ.get("TZ")
    if name is None:
        return _zone_of_file(Path("/etc/localtime")) or UTC
    name = name.removeprefix(":")
    if name.startswith("/"):
        return _zone_of_file(Path(name)) or UTC
    if not name:
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        # A rule such as CET-1CEST,M3.5.0,M10.5.0: the C library reads it, zoneinfo cannot.
        # Its offset of today is right for every pause, which ends within a day.
        now = time.localtime()
        return timezone(timedelta(seconds=now.tm_gmtoff), now.tm_zone)


def local_day(moment: Moment, zone: tzinfo) -> date:
    """Tell the date that the calendar on the wall shows at `moment`."""
    return datetime.fromtimestamp(moment.wall, zone).date()


def _zone_of_file(path: Path) -> tzinfo | None:
    try:
        with path.open("rb") as file:
            key = str(path.resolve()).partition("zoneinfo/")[2]
            return ZoneInfo.from_file(file, key=key or None)
    except (OSError, ValueError):
        return None


class SystemClock:
    """The clocks of this machine. A `companion.ports.Clock`."""

    def __init__(
        self,
        *,
        root: Path = Path("/"),
        wall: Callable[[], float] = time.time,
        error_bound: Callable[[], int] = kernel_error_bound,
    ) -> None:
        self._root = root
        self._wall = wall
        self._error_bound = error_bound
        self._boot_id = _boot_id(root)
        self._set = False

    def now(self) -> Moment:
        """Read this moment. Cheap enough to be asked for every frame."""
        wall = self._wall()
        if not self._set:
            self._set = clock_is_set(wall, error_bound=self._error_bound(), root=self._root)
        return Moment(
            wall=wall,
            boot=time.clock_gettime(time.CLOCK_BOOTTIME),
            boot_id=self._boot_id,
            clock_set=self._set,
        )


def _boot_id(root: Path) -> str:
    try:
        return (root / "proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        # Never equal to another one, so that promises are compared by wall time.
        return str(uuid.uuid4())


class SampleClock:
    """The clock of a sound file: it moves only when sound has been read. A `Clock`.

    One second of sound is one second of wall time and of boot time, however fast it is read.
    """

    def __init__(self, start: Moment) -> None:
        self._start = start
        self._elapsed = 0.0

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return self._elapsed

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass. ValueError for a negative or endless time."""
        if not (math.isfinite(seconds) and seconds >= 0):
            raise ValueError(f"a clock moves forwards by a number of seconds, not by {seconds}")
        self._elapsed += seconds

    def now(self) -> Moment:
        """Tell the moment that has been read up to."""
        return replace(
            self._start,
            wall=self._start.wall + self._elapsed,
            boot=self._start.boot + self._elapsed,
        )
