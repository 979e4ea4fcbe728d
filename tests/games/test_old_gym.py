"""examples/old_gym_car.py: an environment of the old kind, pyglet 1.5 in a Python of its own, by old_gym_hook.py."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from conftest import EXAMPLES, ROOT, assert_same, differ, moments

COAST, GAS, LEFT, RIGHT = range(4)
FRAME_SKIP = 4


@pytest.fixture
def car(play: Callable, python_with: Callable) -> Callable:
    python = python_with(ROOT / ".venv-pyglet15" / "bin" / "python", "pyglet")

    def start(**options):
        settings = dict(actions=[None, "Up", ("Up", "Left"), ("Up", "Right")], hz=50, frame_skip=FRAME_SKIP,
                        hook=EXAMPLES / "old_gym_hook.py", reset="hook",
                        observation={"size": (50, 50), "gray": False, "layout": "HWC", "stack": 1})
        return play([python, str(EXAMPLES / "old_gym_car.py")], **{**settings, **options})

    return start


def road(picture: np.ndarray) -> np.ndarray:
    """Gray is road, green is grass."""
    colors = picture.astype(int)
    return np.abs(colors[..., 1] - colors[..., 0]) < 25


def steer(picture: np.ndarray) -> int:
    """Towards the road some way ahead of the car, which is in the lower middle; not too fast."""
    ahead = np.flatnonzero(road(picture[24:28]).any(0))
    if not len(ahead):
        return GAS
    away = ahead.mean() - 25
    return GAS if abs(away) < 3 else RIGHT if away > 0 else LEFT


def test_gas_and_wheel_have_effects(car: Callable) -> None:
    env = car()
    still = moments(env, 3, [COAST] * 10)
    assert all(np.array_equal(moment[0], still[0][0]) for moment in still), "it moves without gas"
    assert sum(moment[1] for moment in still) == pytest.approx(-0.1 * FRAME_SKIP * 10)
    gas, left, right = (moments(env, 3, [action] * 10) for action in (GAS, LEFT, RIGHT))
    assert differ(gas, still) and differ(left, right) and differ(left, gas)
    assert max(moment[1] for moment in gas) > 5, "no tile was worth anything"


def test_who_steers_by_what_is_seen_gets_round_further(car: Callable) -> None:
    env = car()
    picture, _ = env.reset(seed=4)
    steered = 0.0
    for step in range(150):
        action = steer(picture)
        picture, reward, terminated, truncated, info = env.step(COAST if action == GAS and step % 3 else action)
        steered += reward
        assert not truncated
        if terminated:
            break
    blind = sum(moment[1] for moment in moments(env, 4, [GAS] * 150))
    assert steered > blind + 100, f"steered {steered:.0f}, straight on {blind:.0f}"


def test_lost_on_the_grass_is_the_end(car: Callable) -> None:
    seen = moments(car(), 5, [GAS] * 400)
    assert seen[-1][2] and not seen[-1][3] and seen[-1][1] < -90
    assert seen[-1][4]["tiles"] > 1


def test_a_seed_is_one_track_whatever_was_before(car: Callable) -> None:
    # One frame a step: the program's loop has then just seen `done` when the learner resets, and resets by itself, too.
    env = car(frame_skip=1)
    actions = np.random.default_rng(2).integers(4, size=80)
    first = moments(env, 8, actions)
    assert differ(first, moments(env, 9, actions))
    assert moments(env, 9, [GAS] * 1000)[-1][2]
    assert_same(first, moments(env, 8, actions))
    assert_same(first, moments(car(frame_skip=1), 8, actions))
