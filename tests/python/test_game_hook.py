"""Hook files: an unmodified pyglet game, whose objects are read between two frames."""

from __future__ import annotations

import sys

import numpy as np
import offstage
import pytest
from game_rig import HERE, QUICK, dot
from gymnasium.utils.env_checker import check_env

LEFT, STAY, RIGHT = range(3)
ACTIONS = ["Left", None, "Right"]
POND = [sys.executable, str(HERE / "games/pond.py"), "{seed}"]
HOOK = HERE / "games/pond_hook.py"


def pond(**options):
    options = {"actions": ACTIONS, "environment": QUICK, "observation": {"size": (32, 96), "stack": 1}, **options}
    return offstage.GameEnv(POND, **options)


def toward(info):
    """A player that is good at it."""
    away = info["fish"] - info["duck"] - 2
    return STAY if abs(away) < 4 else RIGHT if away > 0 else LEFT


def play(env, seed, steps=150):
    observation, info = env.reset(seed=seed)
    seen = [(observation, info)]
    total, terminated = 0.0, False
    for _ in range(steps):
        observation, reward, terminated, truncated, info = env.step(toward(info))
        seen.append((observation, reward, terminated, truncated, info))
        total += reward
        if terminated:
            break
    return seen, total


def same(left, right):
    return len(left) == len(right) and all(np.array_equal(a[0], b[0]) and a[1:] == b[1:] for a, b in zip(left, right))


@pytest.mark.parametrize("reset", ["hook", "restart"])
def test_a_hook_tells_and_resets(reset):
    env = pond(hook=HOOK, reset=reset, spares=0)
    seen, total = play(env, 3)
    assert total == seen[-1][-1]["eaten"] > 5
    again, _ = play(env, 3)
    assert same(seen, again)
    other, _ = play(env, 4)
    assert not same(seen, other)
    # And who does nothing, misses.
    env.reset()
    terminated, steps = False, 0
    while not terminated:
        _, reward, terminated, _, info = env.step(LEFT)
        steps += 1
    assert 30 < steps < 150 and 180 <= info["frames"] <= 600
    env.reset()
    env.close()


def test_a_game_alone_is_the_same_every_time():
    """Without a hook: pyglet, its clock and its chance."""
    left, right = pond(reset="restart"), pond(reset="restart")
    actions = np.random.default_rng(2).integers(0, 3, 80)
    seen = []
    for env in (left, right):
        frames = [env.reset(seed=5)[0], *(env.step(action)[0] for action in actions)]
        seen.append(np.array(frames))
        env.close()
    assert np.array_equal(*seen) and seen[0].std(axis=0).max() > 0


@pytest.mark.filterwarnings("ignore:.*ot able to test alternative render modes")
def test_check_env():
    env = pond(hook=HOOK, reset="hook", render_mode="rgb_array")
    check_env(env)
    env.close()


def test_reset_by_keys():
    env = pond(hook=HOOK, reset=["space"])
    env.reset(seed=1)
    terminated = False
    while not terminated:
        terminated = env.step(LEFT)[2]
    _, info = env.reset()
    assert not env.step(STAY)[2] and info["eaten"] == 0
    env.close()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def reset(game, seed):\n    return 1 / 0\n", r"ZeroDivisionError.*hook\.py.*2"),
        ("def observe(game):\n    return {'reward': game.find('Fond').x}\n", "Fond"),
        ("def observe(game):\n    return 3\n", r"TypeError.*hook\.py"),
        ("this is no Python\n", "(?i)syntax"),
        ("import no_such_module\n", "no_such_module"),
        ("def observe(game):\n    return {'reword': 3}\n", "reword"),
        ("", "reset"),
    ],
)
def test_hooks_that_fail(tmp_path, text, said):
    hook = tmp_path / "hook.py"
    hook.write_text(text)
    env = pond(hook=hook, reset="restart" if "observe" in text else "hook", spares=0, timeout=20.0)
    with pytest.raises(offstage.HookFailed, match=said):
        env.reset(seed=1)
        env.step(STAY)
    with pytest.raises(offstage.ResetNeeded):
        env.step(STAY)
    env.close()


@pytest.mark.parametrize("first", [0, 20])
def test_a_hook_that_tells_too_much(tmp_path, first):
    """Found out by the library, which does not know before the first answer how much room there is, or by report()."""
    hook = tmp_path / "hook.py"
    hook.write_text(f"def info(game):\n    return {{'all': 'x' * (20000 if game.frames > {first} else 20)}}\n")
    env = pond(hook=hook, reset="restart", spares=0)
    said = r"^step \d+ of the episode .*20011 bytes, and the learner keeps room for 16384"
    with pytest.raises(offstage.ReportFailed, match=said):
        env.reset(seed=1)
        for _ in range(10):
            env.step(STAY)
    with pytest.raises(offstage.ResetNeeded):
        env.step(STAY)
    env.close()


def test_a_hook_with_rewards_that_are_no_numbers(tmp_path):
    hook = tmp_path / "hook.py"
    hook.write_text("def reward(game):\n    return float('nan') if game.frames > 20 else 1.0\n")
    env = pond(hook=hook, reset="restart", spares=0)
    env.reset(seed=1)
    said = r"^step [56] of the episode .*reward is not a finite number .*hook\.py"
    with pytest.raises(offstage.ReportFailed, match=said):
        for _ in range(10):
            assert env.step(STAY)[1] == 1.0
    env.close()


def test_children_of_a_game_are_not_told_of_the_learner(tmp_path):
    """Neither those that get its environment as it is, nor those that get Python's copy of it."""
    hook = tmp_path / "hook.py"
    hook.write_text(
        "import os, subprocess, sys\n"
        "names = ('OFFSTAGE_CHANNEL', 'OFFSTAGE_HOOK')\n"
        "code = 'import os; print([os.environ.get(name) for name in ' + repr(names) + '])'\n"
        "def info(game):\n"
        "    told = {}\n"
        "    for how, environment in (('as it is', None), ('copied', dict(os.environ))):\n"
        "        child = subprocess.run([sys.executable, '-c', code], env=environment, capture_output=True, text=True)\n"
        "        told[how] = child.stdout.strip()\n"
        "    return told\n"
    )
    env = pond(hook=hook, reset="restart", spares=0, timeout=60.0)
    _, info = env.reset(seed=1)
    assert (info["as it is"], info["copied"]) == ("['', '']", "['', '']")
    env.close()


def test_a_hook_that_fails_later(tmp_path):
    hook = tmp_path / "hook.py"
    hook.write_text("def observe(game):\n    if game.frames > 40:\n        raise KeyError('fish')\n")
    env = pond(hook=hook, reset="restart", spares=0)
    env.reset(seed=1)
    with pytest.raises(offstage.HookFailed, match=r"KeyError: 'fish'.*hook\.py"):
        for _ in range(20):
            env.step(STAY)
    env.reset()
    env.close()


@pytest.mark.parametrize("command", [dot(), [sys.executable, "-I", *POND[1:]]], ids=["no Python", "isolated"])
def test_a_hook_that_nobody_loads_is_told_of(command):
    env = offstage.GameEnv(command, actions=ACTIONS, environment=QUICK, hook=HOOK, spares=0)
    with pytest.raises(offstage.HookFailed, match="was not loaded"):
        env.reset()
    env.close()
