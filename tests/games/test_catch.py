"""examples/catch_pygame.py: a pygame game that reports by itself, is reset by a key, and runs without Offstage, too."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest

from conftest import EXAMPLES, assert_same, moments

LEFT, STAY, RIGHT = range(3)
GAME = [sys.executable, str(EXAMPLES / "catch_pygame.py"), "--seed", "3"]
BASKET = np.array((214, 160, 92))
FRUITS = np.array(((236, 84, 84), (246, 178, 68), (150, 210, 92), (206, 120, 226)))


@pytest.fixture
def catch(play: Callable) -> Callable:
    def start(**options):
        settings = dict(actions=["Left", None, "Right"], frame_skip=4, reset=["space"],
                        observation={"size": (120, 120), "gray": False, "layout": "HWC", "stack": 1},
                        environment={"SDL_AUDIODRIVER": "dummy", "PYGAME_HIDE_SUPPORT_PROMPT": "1"})
        return play(GAME, **{**settings, **options})

    return start


def close_to(picture: np.ndarray, color: np.ndarray) -> np.ndarray:
    return np.abs(picture.astype(int) - color).sum(-1) < 40


def basket(picture: np.ndarray) -> float:
    return float(np.flatnonzero(close_to(picture[105:], BASKET).any(0)).mean())


def fruit(picture: np.ndarray) -> float | None:
    """The column of the fruit that is lowest."""
    shown = np.any([close_to(picture[14:], color) for color in FRUITS], axis=0)
    shown[:, 100:] &= np.arange(len(shown))[:, None] > 6  # not the lives
    rows = np.flatnonzero(shown.sum(1) >= 3)
    return float(np.flatnonzero(shown[rows[-1]]).mean()) if len(rows) else None


def follow(picture: np.ndarray) -> int:
    target = fruit(picture)
    away = 0 if target is None else target - basket(picture)
    return STAY if abs(away) < 5 else RIGHT if away > 0 else LEFT


def test_the_keys_move_the_basket(catch: Callable) -> None:
    env = catch()
    places = [basket(moments(env, 0, [action] * 12)[-1][0]) for action in (LEFT, STAY, RIGHT)]
    assert places[0] < 16 and 50 < places[1] < 70 and places[2] > 104, places


def test_standing_still_ends_after_three_missed(catch: Callable) -> None:
    seen = moments(catch(), 0, [LEFT] * 300)
    picture, _, terminated, truncated, info = seen[-1]
    assert terminated and not truncated and info["missed"] == 3
    assert sum(moment[1] for moment in seen) == info["score"] - 3


def test_who_follows_the_fruit_by_what_is_seen_catches_it(catch: Callable) -> None:
    env = catch()
    picture, _ = env.reset(seed=0)
    total = 0.0
    for _ in range(160):
        picture, reward, terminated, _, info = env.step(follow(picture))
        total += reward
    assert not terminated and info["missed"] == 0
    assert total == info["score"] >= 8


def test_the_key_begins_a_new_game(catch: Callable) -> None:
    env = catch()
    moments(env, 0, [LEFT] * 300)
    _, info = env.reset()
    assert (info["score"], info["missed"]) == (0, 0)
    _, _, terminated, _, info = env.step(STAY)
    assert not terminated and info["missed"] == 0


def test_two_processes_play_alike(catch: Callable) -> None:
    actions = np.random.default_rng(1).integers(3, size=60)
    assert_same(moments(catch(), 0, actions), moments(catch(), 0, actions))


def test_it_runs_where_there_is_no_offstage_package(launcher, tmp_path) -> None:
    alone = ("import runpy, sys; sys.modules['offstage'] = None; sys.argv[0] = 'catch'; "
             f"runpy.run_path({str(EXAMPLES / 'catch_pygame.py')!r}, run_name='__main__')")
    command = [str(launcher), "run", "--gpu", "software", "--frames", "20", "--", sys.executable, "-c", alone]
    variables = {**os.environ, "SDL_AUDIODRIVER": "dummy"}
    done = subprocess.run(command, env=variables, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0 and "Traceback" not in done.stderr, done.stderr
