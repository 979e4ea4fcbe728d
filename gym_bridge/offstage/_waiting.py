"""What a process and its children are doing, for the sentence about a game that shows no frame."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from pathlib import Path

# System calls that a program is found in when it waits, by number. What is not here is called "sleeping".
_X86_64 = {
    0: "read", 7: "poll", 23: "select", 34: "pause", 35: "nanosleep", 42: "connect", 43: "accept", 45: "recvfrom",
    47: "recvmsg", 61: "wait4", 128: "rt_sigtimedwait", 202: "futex", 230: "clock_nanosleep", 232: "epoll_wait",
    247: "waitid", 270: "pselect6", 271: "ppoll", 281: "epoll_pwait", 288: "accept4", 299: "recvmmsg",
    441: "epoll_pwait2",
}  # fmt: skip
_AARCH64 = {
    22: "epoll_pwait", 63: "read", 72: "pselect6", 73: "ppoll", 95: "waitid", 98: "futex", 101: "nanosleep",
    115: "clock_nanosleep", 137: "rt_sigtimedwait", 202: "accept", 203: "connect", 207: "recvfrom", 212: "recvmsg",
    242: "accept4", 243: "recvmmsg", 260: "wait4", 441: "epoll_pwait2",
}  # fmt: skip
_CALLS = {"x86_64": _X86_64, "aarch64": _AARCH64}.get(platform.machine(), {})
_ON_DESCRIPTOR = {"read", "connect", "accept", "accept4", "recvfrom", "recvmsg", "recvmmsg"}
_MOST_THREADS = 8


def what_they_wait_for(pid: int) -> str:
    """One line about the processes below `pid`, or an empty one when there are none."""
    parts = [_process(child) for child in _descendants(pid)]
    return "; ".join(part for part in parts if part)


def _descendants(pid: int) -> Iterator[int]:
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
    except OSError:
        return
    for thread in threads:
        try:
            children = [int(word) for word in (thread / "children").read_text().split()]
        except OSError:
            continue
        for child in children:
            yield child
            yield from _descendants(child)


def _process(pid: int) -> str:
    try:
        name = Path(f"/proc/{pid}/comm").read_text().strip()
        threads = sorted(int(entry.name) for entry in Path(f"/proc/{pid}/task").iterdir())
    except OSError:
        return ""
    if name == "offstage" or not threads:  # the guard's own
        return ""
    first, *others = [_thread(pid, thread) for thread in threads[:_MOST_THREADS]]
    groups = [doing for doing in dict.fromkeys(others) if doing != first]
    more = f" ({len(others)} other threads: {', '.join(groups)})" if groups else ""
    return f"process {pid} ({name}) {first}{more}" if first else ""


def _thread(pid: int, thread: int) -> str:
    """What it does, as the end of a sentence."""
    folder = f"/proc/{pid}/task/{thread}"
    try:
        stat = Path(f"{folder}/stat").read_text()
    except OSError:
        return ""
    state = stat[stat.rindex(")") + 2 :][:1]
    if state != "S":
        return {"R": "is computing", "D": "waits for a disk", "T": "is stopped", "t": "is stopped"}.get(
            state, "is ending"
        )
    try:
        words = Path(f"{folder}/syscall").read_text().split()
        call = _CALLS.get(int(words[0]), "")
    except (OSError, ValueError, IndexError):
        call, words = "", []
    if not call:
        return "is sleeping"
    if call in _ON_DESCRIPTOR and len(words) > 1:
        return f"waits in {call}() for {_descriptor(pid, int(words[1], 16))}"
    return f"waits in {call}()"


def _descriptor(pid: int, number: int) -> str:
    try:
        target = os.readlink(f"/proc/{pid}/fd/{number}")
    except OSError:
        return f"descriptor {number}"
    if target.startswith("socket:"):
        return _socket(pid, target[len("socket:[") : -1]) or f"a socket, descriptor {number}"
    return f"a pipe, descriptor {number}" if target.startswith("pipe:") else target


def _socket(pid: int, inode: str) -> str:
    for kind in ("tcp", "tcp6", "udp", "udp6"):
        try:
            lines = Path(f"/proc/{pid}/net/{kind}").read_text().splitlines()[1:]
        except OSError:
            continue
        if any(line.split()[9:10] == [inode] for line in lines):
            return f"the network ({kind.rstrip('6')})"
    return ""
