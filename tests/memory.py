"""What a process uses of the memory, as Linux tells it in /proc, in MiB.

Not `ru_maxrss`: at exec the kernel carries the peak of whoever started the process over into it.
"""

import os
from pathlib import Path


def resident_mib(pid: int) -> float:
    """The memory in use now; what the kernel keeps for its sockets is not in it. Raises: ProcessLookupError."""
    return _told(pid, "VmRSS:")


def peak_mib(pid: int | None = None) -> float:
    """The most memory that was in use at once, of this process if none is named. Raises: ProcessLookupError."""
    return _told(os.getpid() if pid is None else pid, "VmHWM:")


def _told(pid: int, name: str) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1]) / 1_024
    raise ProcessLookupError(pid)
