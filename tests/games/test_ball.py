"""examples/ball_glfw.c: a game in C that reports through the library, and the same one that writes lines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from conftest import assert_same, differ, moments

LEFT, STAY, RIGHT = range(3)


@pytest.fixture(params=["ball_glfw", "ball_glfw_line"])
def ball(request: pytest.FixtureRequest, programs: Path, play: Callable) -> Callable:
    program = programs / request.param
    if not program.exists():
        pytest.skip("GLFW's headers are not installed")

    def start(*words: str, **options):
        command = list(words) or [str(program), "{seed}"]
        settings = dict(actions=["Left", None, "Right"], frame_skip=2,
                        observation={"size": (100, 100), "gray": False, "layout": "HWC", "stack": 1})
        return play(command, **{**settings, **options})

    start.program = str(program)
    return start


def column(shown: np.ndarray) -> float:
    return float(np.flatnonzero(shown.any(0)).mean())


def follow(picture: np.ndarray) -> int:
    """Bring the paddle, which is brown, under the ball, which is white."""
    ball = (picture.min(-1) > 180)
    paddle = (picture[..., 0] > 150) & (picture[..., 2] < 120)
    if not ball.any():
        return STAY
    away = column(ball) - column(paddle)
    return STAY if abs(away) < 3 else RIGHT if away > 0 else LEFT


def test_the_keys_move_the_paddle(ball: Callable) -> None:
    env = ball()
    places = []
    for action in (LEFT, RIGHT):
        picture = moments(env, 1, [action] * 20)[-1][0]
        places.append(column((picture[..., 0] > 150) & (picture[..., 2] < 120)))
    assert places[0] < 20 and places[1] > 80, places


def test_who_follows_the_ball_by_what_is_seen_keeps_it(ball: Callable) -> None:
    env = ball()
    picture, _ = env.reset(seed=2)
    total = 0.0
    for _ in range(300):
        picture, reward, terminated, truncated, info = env.step(follow(picture))
        total += reward
        assert not terminated and not truncated
    assert total == info["bounces"] >= 3


def test_a_ball_that_falls_ends_the_episode(ball: Callable) -> None:
    seen = moments(ball(), 3, [LEFT] * 300)
    picture, reward, terminated, truncated, info = seen[-1]
    assert terminated and not truncated and reward == -1
    assert sum(moment[1] for moment in seen) == info["bounces"] - 1
    assert picture[5, 5, 0] > 60, "the screen is not red"


def test_a_seed_and_actions_are_one_play(ball: Callable) -> None:
    actions = np.random.default_rng(1).integers(3, size=60)
    plays = [moments(ball(), seed, actions) for seed in (7, 7, 8)]
    assert_same(plays[0], plays[1])
    assert differ(plays[0], plays[2])


def test_through_a_shell(ball: Callable) -> None:
    """The descriptor and the seat are inherited through a script that starts the game."""
    env = ball("sh", "-c", f"'{ball.program}' {{seed}}; exit $?")
    seen = moments(env, 3, [LEFT] * 300)
    assert seen[-1][2] and "bounces" in seen[-1][4]
