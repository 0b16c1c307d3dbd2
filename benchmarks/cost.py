"""What hearing costs: processor time and memory of this process and of its children.

Decides how they are counted: from /proc, so only on Linux.
"""

from __future__ import annotations

import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def family() -> list[int]:
    """Our process and everything that it started, directly or not."""
    found, waiting = [], [os.getpid()]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        for task in Path(f"/proc/{pid}/task").glob("*/children"):
            waiting += [int(child) for child in task.read_text().split()]
    return found


def cpu_seconds() -> float:
    """Processor time so far, in seconds of one core."""
    total = 0
    for pid in family():
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / _TICKS


def peak_megabytes() -> float:
    """The sum of what each process held at most. Pages that several share count several times."""
    total = 0
    for pid in family():
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                total += int(line.split()[1])
    return total / 1024
