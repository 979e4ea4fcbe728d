"""What the tests of whole games share: where things are, and games that are closed again."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

os.environ.setdefault("LP_NUM_THREADS", "0")  # small windows, drawn on a processor: threads would only wait

import offstage

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
# One moment of play: picture, reward, terminated, truncated, info.
Moment = tuple[np.ndarray, float, bool, bool, dict[str, Any]]


@pytest.fixture
def play() -> Iterator[Callable[..., offstage.GameEnv]]:
    """offstage.GameEnv, closed at the end of the test."""
    opened = []

    def start(*arguments: Any, **options: Any) -> offstage.GameEnv:
        opened.append(offstage.GameEnv(*arguments, **options))
        return opened[-1]

    yield start
    for env in opened:
        env.close()


@pytest.fixture
def examples() -> Path:
    return EXAMPLES


@pytest.fixture
def launcher() -> Path:
    return Path(os.environ["GAMES_BUILD"]) / "bin" / "offstage"


@pytest.fixture
def programs() -> Path:
    """Where the games in C were built."""
    return Path(os.environ["GAMES_PROGRAMS"])


@pytest.fixture
def python_with() -> Callable[[str, str], str]:
    """Skip unless this Python has the module; the module's name as `import` takes it."""

    def check(python: str | Path, module: str) -> str:
        if not Path(python).exists():
            pytest.skip(f"{python} is missing (scripts/setup makes it)")
        if subprocess.run([str(python), "-c", f"import {module}"], capture_output=True).returncode != 0:
            pytest.skip(f"{python} has no {module}")
        return str(python)

    return check


def moments(env: offstage.GameEnv, seed: int, actions: Any) -> list[Moment]:
    """Reset, and these actions until the episode ends."""
    picture, info = env.reset(seed=seed)
    seen: list[Moment] = [(picture, 0.0, False, False, info)]
    for action in actions:
        seen.append(env.step(action))
        if seen[-1][2] or seen[-1][3]:
            break
    return seen


def assert_same(first: list[Moment], second: list[Moment]) -> None:
    """Bit for bit, rewards and ends included."""
    assert [moment[1:4] for moment in first] == [moment[1:4] for moment in second]
    for number, (one, other) in enumerate(zip(first, second)):
        np.testing.assert_array_equal(one[0], other[0], err_msg=f"picture {number}")


def differ(first: list[Moment], second: list[Moment]) -> bool:
    return any(not np.array_equal(one[0], other[0]) for one, other in zip(first, second))
