"""What the tests of GameEnv share: the game games/dot.c, and looks at what is left of it."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import numpy as np
import offstage

BUILD = Path(offstage.__file__).resolve().parents[2]
DOT = BUILD / "tests/python/dot"
HERE = Path(__file__).resolve().parent

#: What the letters of dot.c do, as a list of actions; by name in ACT.
NAMES = ["stay", "Left", "Right", "space", "Up", "q", "e", "c", "h", "n", "l", "w"]
ACTIONS = [None, *NAMES[1:]]
ACT = {name: index for index, name in enumerate(NAMES)}
STAY, LEFT, RIGHT, SPACE, UP = range(5)

QUICK = {"LP_NUM_THREADS": "0", "OFFSTAGE_GPU": "software"}


def dot(*words: str, chance: str = "{seed}") -> list[str]:
    return [str(DOT), *([f"seed={chance}"] if chance else []), *words]


def make(*words: str, chance: str = "{seed}", **options) -> offstage.GameEnv:
    """A GameEnv of the dot; the window's own pixels, gray, are its observation."""
    options = {
        "actions": ACTIONS,
        "observation": {"size": (48, 64), "stack": 1},
        "environment": QUICK,
        "spares": 0,
        "timeout": 20.0,
        **options,
    }
    return offstage.GameEnv(dot(*words, chance=chance), **options)


def place(observation: np.ndarray) -> int:
    """Where the dot is, in the newest picture of an observation."""
    row = observation[-1, 24 - 4 + 1]
    (columns,) = np.nonzero(row == 255)
    assert len(columns) == 4, row
    return int(columns[0])


def processes(path: str, games: bool = False) -> list[int]:
    """Living processes that have this path in their command line: games, and their guards. Or the games only."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            words = (entry / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
            state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
        except (OSError, IndexError):
            continue
        if state not in "ZX" and (words[0] == path if games else path in words):
            found.append(int(entry.name))
    return found


def wait_until(true, seconds: float = 20.0) -> bool:
    """Poll; False after so long."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def private_copy(folder: Path) -> str:
    """The dot under a path of its own, so that its processes can be told from others."""
    path = folder / f"dot-{os.getpid()}"
    shutil.copy(DOT, path)
    return str(path)


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def mappings() -> int:
    return Path("/proc/self/maps").read_text().count("offstage")
