"""examples/lights_qt.py: a toy in Qt, played with the mouse, told of by a hook in a Python that has nothing of ours."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from offstage.actions import At, Button, Press

from conftest import EXAMPLES, assert_same, differ, moments

SIDE = 3
MIDDLES = [((column + 0.5) / SIDE, (row + 0.5) / SIDE) for row in range(SIDE) for column in range(SIDE)]
CLICKS = [(At(x, y), Press(Button("left"))) for x, y in MIDDLES]
NOTHING = len(CLICKS)


@pytest.fixture
def lights(play: Callable, python_with: Callable, tmp_path: Path) -> Callable:
    python = python_with("/usr/bin/python3", "PyQt5.QtWidgets")

    def start():
        tmp_path.chmod(0o700)
        return play([python, str(EXAMPLES / "lights_qt.py")], actions=[*CLICKS, None], frame_skip=30, reset="hook",
                    hook=EXAMPLES / "lights_hook.py", environment={"XDG_RUNTIME_DIR": str(tmp_path)},
                    observation={"size": (90, 90), "gray": True, "stack": 1})

    return start


def lit(picture: np.ndarray) -> tuple[bool, ...]:
    """Which lamps are bright."""
    screen = picture.reshape(90, 90)
    return tuple(bool(screen[round(y * 90), round(x * 90)] > 120) for x, y in MIDDLES)


def switched(lamps: tuple[bool, ...], lamp: int) -> tuple[bool, ...]:
    row, column = divmod(lamp, SIDE)
    near = {(row, column), (row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)}
    return tuple(on != (divmod(place, SIDE) in near) for place, on in enumerate(lamps))


def solution(lamps: tuple[bool, ...]) -> list[int]:
    """The fewest clicks that put these lamps out."""
    for count in range(SIDE**2 + 1):
        for clicks in itertools.combinations(range(SIDE**2), count):
            left = lamps
            for lamp in clicks:
                left = switched(left, lamp)
            if not any(left):
                return list(clicks)
    raise AssertionError(f"{lamps} cannot be put out")


def test_a_click_switches_a_lamp_and_its_neighbours(lights: Callable) -> None:
    env = lights()
    env.reset(seed=1)
    before = lit(env.step(NOTHING)[0])
    for lamp in (4, 0, 5):
        picture, reward, terminated, _, info = env.step(lamp)
        after = lit(picture)
        assert after == switched(before, lamp), f"lamp {lamp}"
        assert reward == sum(before) - sum(after) and info["lit"] == sum(after)
        before = after
        if terminated:
            break
    assert info["clicks"] > 0


def test_all_lamps_out_is_the_end(lights: Callable) -> None:
    env = lights()
    env.reset(seed=2)
    lamps = lit(env.step(NOTHING)[0])
    total = 0.0
    for lamp in solution(lamps):
        picture, reward, terminated, truncated, info = env.step(lamp)
        total += reward
    assert terminated and not truncated and info["lit"] == 0
    assert total == sum(lamps) and not any(lit(picture))


def test_a_seed_and_clicks_are_one_play(lights: Callable) -> None:
    env = lights()
    plays = [moments(env, seed, [NOTHING, NOTHING]) for seed in (5, 6)]
    assert differ(*plays)
    again = lights()
    assert_same(plays[0], moments(again, 5, [NOTHING, NOTHING]))
