"""What tests of vectors compare by."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np


def same(first, second, where="result"):
    """Equal in everything, down to types."""
    assert type(first) is type(second), f"{where}: {type(first)} and {type(second)}"
    if isinstance(first, dict):
        assert set(first) == set(second), f"{where}: {sorted(first)} and {sorted(second)}"
        for key in first:
            same(first[key], second[key], f"{where}[{key!r}]")
    elif isinstance(first, (tuple, list)):
        assert len(first) == len(second), where
        for index, (one, other) in enumerate(zip(first, second)):
            same(one, other, f"{where}[{index}]")
    elif isinstance(first, np.ndarray):
        assert (first.dtype, first.shape) == (second.dtype, second.shape), f"{where}: {first!r} and {second!r}"
        if first.dtype == object:
            same(list(first), list(second), where)
        else:
            np.testing.assert_array_equal(first, second, where)
    else:
        assert first == second, f"{where}: {first!r} and {second!r}"


def children():
    """Processes below this one that are no zombies."""
    found, queue = [], [os.getpid()]
    while queue:
        parent = queue.pop()
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            try:
                below = [int(word) for word in task.read_text().split()]
            except OSError:
                continue
            queue += below
            found += [child for child in below if state(child) not in ("Z", "X", "")]
    return found


def state(process):
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""


def wait_for(condition, what, seconds=20.0):
    """Until it is true; a generous limit, so that a hang is told from a slow machine."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.01)
