"""Neverball as Debian ships it: keys, mouse and pointer reach it, and examples/play_neverball.py reads its coins."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from offstage import actions

from conftest import EXAMPLES, moments

sys.path.insert(0, str(EXAMPLES))

import play_neverball  # noqa: E402

GAME = play_neverball.find_game()
pytestmark = pytest.mark.skipif(GAME is None, reason="neverball is not installed (Debian: apt-get install neverball)")
VIEW = {"size": (240, 320), "gray": False, "layout": "HWC", "stack": 1}


@pytest.fixture
def neverball(play: Callable, tmp_path: Path) -> Callable:
    """In its first level, the ball at rest; or in its menu."""

    def start(what, level: bool = True, **options):
        command = [GAME, "-l", "map-easy/easy.sol"] if level else [GAME]
        begin = dict(start=play_neverball.SKIP, start_frames=20) if level else dict(start_frames=30)
        settings = dict(actions=what, observation=VIEW, frame_skip=4, timeout=60,
                        environment=play_neverball.configure(tmp_path), **begin)
        return play(command, **{**settings, **options})

    return start


def difference(one: np.ndarray, other: np.ndarray) -> float:
    """Of two pictures, without the clock and the counters at their lower edge: mean over pixels, 0 to 255."""
    return float(np.abs(one[:200].astype(int) - other[:200]).mean())


def test_the_keys_tilt_the_floor(neverball: Callable) -> None:
    env = neverball([None, "Up", "Left", "Right"], reset=["r", *play_neverball.SKIP])
    ends = [moments(env, 0, [action] * 15)[-1][0] for action in range(4)]
    still = moments(env, 0, [0] * 15)[-1][0]
    assert difference(ends[0], still) < 2, "a ball that nobody pushes moves"
    for end in ends[1:]:
        assert difference(end, still) > 8
    assert difference(ends[2], ends[3]) > 8


def test_the_mouse_tilts_it_as_well(neverball: Callable) -> None:
    env = neverball(actions.Motion(20), reset=["r", *play_neverball.SKIP])
    left, right = (moments(env, 0, [np.array((dx, 0), np.float32)] * 15)[-1][0] for dx in (-0.6, 0.6))
    assert difference(left, right) > 8


def test_the_pointer_chooses_in_the_menu(neverball: Callable) -> None:
    """What it points at is lit up: each place of it changes the picture there."""
    env = neverball(actions.Pointer(), level=False)
    env.reset(seed=0)
    heights = (0.395, 0.5, 0.71)  # Play, Replay, Options
    shown = {y: [env.step(np.array((0.5, y), np.float32))[0] for _ in range(8)][-1] for y in heights}
    for y in heights:
        row = round(y * 240)
        bars = {at: picture[row - 12:row + 12, 125:195].mean((0, 1)) for at, picture in shown.items()}
        others = [bar for at, bar in bars.items() if at != y]
        assert all(np.abs(bars[y] - bar).max() > 15 for bar in others), f"at {y}: {bars}"


def test_played_by_chance(tmp_path: Path) -> None:
    """Some hundred frames, all different; the coins that the ball rolls over are rewards."""
    env = play_neverball.make_env(GAME, tmp_path, steps=60)
    try:
        env.action_space.seed(0)
        seen = moments(env, 0, [env.action_space.sample() for _ in range(70)])
        assert len(seen) == 61 and seen[-1][3], "the time limit did not end it"
        assert len({moment[0].tobytes() for moment in seen}) > 55
        assert env.render().shape == (240, 320, 3)
        np.testing.assert_array_equal(env.render(), seen[-1][0])
    finally:
        env.close()


def towards_a_coin(picture: np.ndarray) -> int:
    """0 on, 1 left, 2 right: to where there is most of the coins' yellow above the ground in front."""
    ahead = picture[30:175].astype(int)
    yellow = ((ahead[..., 0] > 130) & (ahead[..., 1] > 120) & (ahead[..., 2] < 70)).sum(0)
    best = int(np.convolve(yellow, np.ones(9), "same").argmax()) if yellow.any() else 160
    return 1 if best < 148 else 2 if best > 172 else 0


def test_who_rolls_to_the_coins_that_are_seen_is_rewarded(neverball: Callable) -> None:
    env = neverball(["Up", ("Up", "Left"), ("Up", "Right")], reward=play_neverball.CoinsSeen())
    picture, _ = env.reset(seed=0)
    for _ in range(100):
        picture, reward, *_ = env.step(towards_a_coin(picture))
        if reward:
            return
    pytest.fail("no coin was seen to be counted")


def test_the_example_runs(tmp_path: Path) -> None:
    picture = tmp_path / "last.png"
    command = [sys.executable, str(EXAMPLES / "play_neverball.py"), "--steps", "5", "--picture", str(picture)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0 and "s of play" in done.stdout, done.stderr
    assert picture.read_bytes()[:4] == b"\x89PNG"
