"""The clocks: what they read, and when a wall clock may be believed."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from companion.core.promise import Judgement, Moment, judge, make
from companion.keeping.clock import (
    EARLIEST_WALL,
    UNSYNCHRONISED_MICROSECONDS,
    SampleClock,
    SystemClock,
    clock_is_set,
    kernel_error_bound,
    local_day,
    local_zone,
)

NOBODY = UNSYNCHRONISED_MICROSECONDS
WALL = datetime(2026, 7, 1, 12, 0, tzinfo=UTC).timestamp()


@pytest.fixture
def zone() -> Iterator[pytest.MonkeyPatch]:
    """Let a test set TZ, and give the C library the old one back afterwards."""
    with pytest.MonkeyPatch.context() as patch:
        yield patch
    time.tzset()


def machine(root: Path, *, chip: float | None = None, board: bool = False) -> Path:
    """Lay out the files by which a machine shows what clock it has."""
    if chip is not None:
        folder = root / "sys/class/rtc/rtc0"
        folder.mkdir(parents=True)
        (folder / "since_epoch").write_text(f"{chip:.0f}\n")
    if board:
        folder = root / "proc/device-tree"
        folder.mkdir(parents=True)
        (folder / "model").write_text("Raspberry Pi 4 Model B Rev 1.4\0")
    return root


def synchronise(root: Path) -> None:
    """Do what timesyncd does when it has reached a time server."""
    (root / "run/systemd/timesync").mkdir(parents=True)
    (root / "run/systemd/timesync/synchronized").touch()


def test_a_board_that_woke_in_the_past_has_no_set_clock(tmp_path: Path) -> None:
    """A Pi without network shows the time of its last shutdown, and that is not believed."""
    assert not clock_is_set(WALL, error_bound=NOBODY, root=machine(tmp_path, board=True))


def test_a_board_has_a_set_clock_once_the_kernel_says_so(tmp_path: Path) -> None:
    """An error bound under 16 s means that a time server disciplines the clock."""
    assert clock_is_set(WALL, error_bound=30_000, root=machine(tmp_path, board=True))


def test_a_board_has_a_set_clock_once_timesyncd_says_so(tmp_path: Path) -> None:
    """After hours without network the error bound is lost, but the clock was set."""
    root = machine(tmp_path, board=True)
    synchronise(root)
    assert clock_is_set(WALL, error_bound=NOBODY, root=root)


def test_a_board_with_a_clock_chip_has_a_set_clock(tmp_path: Path) -> None:
    """A chip that tells the same time as the wall clock stands for it."""
    root = machine(tmp_path, chip=WALL - 2, board=True)
    assert clock_is_set(WALL, error_bound=NOBODY, root=root)


@pytest.mark.parametrize("chip", [0.0, 946_684_800.0])
def test_a_chip_with_an_empty_battery_proves_nothing(tmp_path: Path, chip: float) -> None:
    """A Pi 5 has a chip but often no battery: it starts from 1970 or 2000 again."""
    root = machine(tmp_path, chip=chip, board=True)
    assert not clock_is_set(WALL, error_bound=NOBODY, root=root)
    assert not clock_is_set(chip, error_bound=NOBODY, root=root)


def test_a_chip_that_nobody_read_proves_nothing(tmp_path: Path) -> None:
    """A right chip does not help while the wall clock still shows last week."""
    root = machine(tmp_path, chip=WALL, board=True)
    assert not clock_is_set(WALL - 7 * 86_400, error_bound=NOBODY, root=root)


def test_a_chip_that_does_not_answer_proves_nothing(tmp_path: Path) -> None:
    """A file that holds no number is a chip that cannot be read."""
    root = machine(tmp_path, chip=WALL)
    (root / "sys/class/rtc/rtc0/since_epoch").write_text("")
    assert not clock_is_set(WALL, error_bound=NOBODY, root=root)


def test_a_desktop_without_a_time_service_has_a_set_clock(tmp_path: Path) -> None:
    """Its clock chip has kept the time, whether anybody synchronises it or not."""
    assert clock_is_set(WALL, error_bound=NOBODY, root=machine(tmp_path, chip=WALL + 40))


def test_a_desktop_that_keeps_local_time_in_its_chip_has_a_set_clock(
    tmp_path: Path, zone: pytest.MonkeyPatch
) -> None:
    """A chip that is off by the offset of the time zone tells local time."""
    zone.setenv("TZ", "Asia/Kolkata")
    root = machine(tmp_path, chip=WALL + 5.5 * 3600)
    assert clock_is_set(WALL, error_bound=NOBODY, root=root)


def test_a_container_has_a_set_clock(tmp_path: Path) -> None:
    """Neither chip nor board: the time comes from the host."""
    assert clock_is_set(WALL, error_bound=NOBODY, root=tmp_path)


def test_a_time_before_this_program_is_never_believed(tmp_path: Path) -> None:
    """Even a kernel that claims to be synchronised is wrong about such a time."""
    synchronise(tmp_path)
    assert not clock_is_set(EARLIEST_WALL - 1, error_bound=1, root=tmp_path)


def test_the_clock_stays_set_once_it_was_set(tmp_path: Path) -> None:
    """A board whose network goes away later keeps counting the right time."""
    bounds = iter([NOBODY, 1_000, NOBODY])
    clock = SystemClock(
        root=machine(tmp_path, board=True), wall=lambda: WALL, error_bound=lambda: next(bounds)
    )
    assert [clock.now().clock_set for _ in range(3)] == [False, True, True]


def test_a_promise_of_another_boot_is_unsure_until_the_clock_is_set(tmp_path: Path) -> None:
    """What the clock says is what the judgement turns on."""
    bounds = iter([NOBODY, 1_000])
    clock = SystemClock(
        root=machine(tmp_path, board=True), wall=lambda: WALL, error_bound=lambda: next(bounds)
    )
    old = make(SystemClock(root=tmp_path, wall=lambda: WALL - 60).now(), length=1200)
    assert judge(old, clock.now()) is Judgement.UNSURE
    assert judge(old, clock.now()) is Judgement.AHEAD


def test_the_boot_id_is_the_kernels() -> None:
    """Two clocks of one machine name the same boot; it is the kernel's own id."""
    expected = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    assert SystemClock().now().boot_id == SystemClock().now().boot_id == expected


def test_without_a_boot_id_every_start_is_another_boot(tmp_path: Path) -> None:
    """Then promises are compared by wall time, which is the safe way to be wrong."""
    assert SystemClock(root=tmp_path).now().boot_id != SystemClock(root=tmp_path).now().boot_id


def test_the_kernel_answers_an_error_bound() -> None:
    """The foreign call works on this machine: never negative, never above the kernel's limit."""
    assert 0 <= kernel_error_bound() <= UNSYNCHRONISED_MICROSECONDS


def test_the_zone_is_the_one_that_tz_names(zone: pytest.MonkeyPatch) -> None:
    """A name, a name after a colon and a path all name a zone."""
    noon = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
    for name in ("Europe/Berlin", ":Europe/Berlin"):
        zone.setenv("TZ", name)
        assert noon.astimezone(local_zone()).hour == 14
    zone.setenv("TZ", "/usr/share/zoneinfo/Europe/Berlin")
    assert noon.astimezone(local_zone()).hour in {12, 14}


def test_a_zone_given_as_a_rule_has_the_right_offset(zone: pytest.MonkeyPatch) -> None:
    """The C library's own notation is understood by way of the C library."""
    zone.setenv("TZ", "XYZ-3")
    time.tzset()
    assert datetime.now(UTC).astimezone(local_zone()).utcoffset() == timedelta(hours=3)


@pytest.mark.parametrize("name", ["", "/no/such/file"])
def test_a_zone_that_says_nothing_is_utc(zone: pytest.MonkeyPatch, name: str) -> None:
    """As the C library has it."""
    zone.setenv("TZ", name)
    assert local_zone() is UTC


def test_without_tz_the_zone_is_the_machines(zone: pytest.MonkeyPatch) -> None:
    """The offset is the one that the C library reads from /etc/localtime."""
    zone.delenv("TZ", raising=False)
    time.tzset()
    now = time.time()
    offset = datetime.fromtimestamp(now, local_zone()).utcoffset()
    assert offset == timedelta(seconds=time.localtime(now).tm_gmtoff)
    assert "TZ" not in os.environ


def test_the_day_turns_at_local_midnight() -> None:
    """One moment can lie on two days, west and east."""
    moment = SampleClock(Moment(wall=WALL, boot=0.0, boot_id="a boot")).now()
    assert local_day(moment, timezone(timedelta(hours=-12))).isoformat() == "2026-07-01"
    assert local_day(moment, timezone(timedelta(hours=12))).isoformat() == "2026-07-02"
