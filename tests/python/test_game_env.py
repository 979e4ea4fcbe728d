"""GameEnv: a game in a process of its own as a Gymnasium environment."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
import warnings

import gymnasium
import numpy as np
import offstage
import pytest
from game_rig import ACT, ACTIONS, LEFT, QUICK, RIGHT, SPACE, STAY, dot, make, place
from gymnasium.spaces import Box, Discrete, MultiBinary
from gymnasium.utils.env_checker import check_env
from offstage.actions import Button, Keys, Motion, Pointer, Press


def play(env, count=40, seed=5, action_seed=6):
    """Everything that is seen in an episode of random actions that end nothing."""
    random = np.random.default_rng(action_seed)
    observation, info = env.reset(seed=seed)
    seen = [(observation, 0.0, False, False, info)]
    for _ in range(count):
        seen.append(env.step(int(random.integers(0, 3))))
        if seen[-1][2]:
            break
    return seen


def same(left, right):
    return len(left) == len(right) and all(
        np.array_equal(a[0], b[0]) and a[1:4] == b[1:4] and a[4] == b[4] for a, b in zip(left, right)
    )


# -- what an episode looks like ----------------------------------------------------------------------------------------


def test_steps():
    env = make("say=report")
    assert env.observation_space == Box(0, 255, (1, 48, 64), np.uint8)
    assert env.action_space == Discrete(len(ACTIONS))
    observation, info = env.reset(seed=1)
    x = place(observation)
    assert info == {"frames": 0, "time": 0.0, "x": x, "ms": info["ms"]}
    observation, reward, terminated, truncated, later = env.step(RIGHT)
    assert place(observation) == x + 4 and (reward, terminated, truncated) == (4.0, False, False)
    assert later["frames"] == 4 and later["time"] == pytest.approx(4 / 60, abs=1e-4)
    assert later["ms"] - info["ms"] == 67
    x = place(env.step(STAY)[0])
    assert place(env.step(LEFT)[0]) == x - 4
    assert place(env.step(LEFT)[0]) == x - 8
    assert (
        isinstance(reward, float) and terminated is False and observation.flags.owndata and observation.flags.writeable
    )
    env.close()


def test_the_end_of_an_episode():
    env = make("say=report")
    observation, _ = env.reset(seed=1)
    total, x = 0.0, place(observation)
    for _ in range(30):
        observation, reward, terminated, truncated, info = env.step(RIGHT)
        total += reward
        if terminated:
            break
    assert terminated and not truncated and place(observation) == 60 and total == 60 - x and info["x"] == 60
    with pytest.raises(offstage.ResetNeeded, match=r"the last one has ended.*reset\(\)"):
        env.step(STAY)
    observation, info = env.reset()
    assert info["frames"] == 0 and place(observation) < 32
    env.step(STAY)
    env.close()


@pytest.mark.parametrize("frame_skip", [1, 3])
@pytest.mark.parametrize("hz", [30, 59.94])
def test_rates(frame_skip, hz):
    env = make("say=report", hz=hz, frame_skip=frame_skip)
    assert env.metadata["render_fps"] == hz / frame_skip
    _, info = env.reset(seed=1)
    for count in range(1, 6):
        _, reward, _, _, info = env.step(RIGHT)
        assert reward == frame_skip and info["frames"] == count * frame_skip
        assert info["time"] == pytest.approx(count * frame_skip / hz, abs=1e-4)
    env.close()


def test_real_time():
    env = make("say=report", hz=None)
    _, info = env.reset(seed=1)
    assert info["time"] == 0.0 and env.step(RIGHT)[1] == 4.0
    assert env.metadata["render_fps"] == 15.0
    env.close()


def test_a_stack_begins_with_the_first_picture():
    env = make(observation={"size": (48, 64), "stack": 3})
    for seed in (1, None):
        observation, _ = env.reset(seed=seed)
        xs = [place(observation[: k + 1]) for k in range(3)]
        assert len(set(xs)) == 1
        observation = env.step(RIGHT)[0]
        observation = env.step(RIGHT)[0]
        assert [place(observation[: k + 1]) - xs[0] for k in range(3)] == [0, 4, 8]
    env.close()


@pytest.mark.parametrize(
    ("options", "space"),
    [
        (dict(), Box(0, 255, (4, 84, 84), np.uint8)),
        (dict(gray=False, stack=2, layout="HWC", size=(20, 30)), Box(0, 255, (20, 30, 6), np.uint8)),
        (dict(dtype="float32", scale=1 / 256, size=(10, 10)), Box(0, 255 / 256, (4, 10, 10), np.float32)),
        (
            dict(dtype="float16", scale=-2 / 256, offset=1.0, crop=(8, 8, 16, 16), size=(8, 8), stack=1),
            Box(-254 / 256, 1, (1, 8, 8), np.float16),
        ),
        (dict(max_frames=2, flip="horizontal", filter="nearest"), Box(0, 255, (4, 84, 84), np.uint8)),
    ],
)
def test_observations(options, space):
    env = make(observation=options)
    assert env.observation_space == space
    observation, _ = env.reset(seed=1)
    assert observation in env.observation_space and observation.std() > 0
    assert env.step(RIGHT)[0] in env.observation_space
    env.close()


def test_the_default_observation():
    env = offstage.GameEnv(dot(), actions=[None], environment=QUICK)
    assert env.observation_space == Box(0, 255, (4, 84, 84), np.uint8)
    env.close()


# -- actions -----------------------------------------------------------------------------------------------------------


def test_keys_are_held_between_steps():
    env = make("say=report", actions=[None, "Right", Press("Right", frames=1), ("Right", "space"), Press("Right", 4)])
    env.reset(seed=2)
    assert [env.step(action)[1] for action in (1, 1, 0, 2, 2, 1, 4, 4, 0)] == [4, 4, 0, 1, 1, 4, 4, 4, 0]
    env.close()


def test_other_spaces():
    env = make("say=report", actions=Keys(["Left", "Right"]))
    assert env.action_space == MultiBinary(2)
    env.reset(seed=2)
    assert [env.step(np.array(keys))[1] for keys in ([0, 1], [1, 1], [0, 1], [1, 0])] == [4, 0, 4, -4]
    env.close()
    env = make("say=report", "follow=1", actions=Pointer())
    env.reset(seed=2)
    places = [place(env.step(at)[0]) for at in ([0.5, 0.5], [0.25, 0.9], [0, 0])]
    assert places == [32, 16, 0]
    env.close()
    env = make("say=report", "follow=1", actions={"by": Motion(20), "fire": [None, Button("left")]})
    env.reset(seed=2)
    before = place(env.step({"by": [0.25, 0], "fire": 0})[0])
    observation, *_ = env.step({"by": [-0.15, 0.1], "fire": 0})
    assert place(observation) == before - 3
    observation, *_ = env.step({"by": [0, 0], "fire": 1})
    assert 255 not in observation  # the dot is yellow now
    env.close()


@pytest.mark.parametrize("wrong", [-1, len(ACTIONS), 0.5, None, "Left", [0]])
def test_actions_out_of_range_do_nothing(wrong):
    env = make("say=report")
    env.reset(seed=1)
    env.step(RIGHT)
    with pytest.raises(ValueError, match=r"action .* is not in the action space Discrete"):
        env.step(wrong)
    _, reward, _, _, info = env.step(RIGHT)
    assert info["frames"] == 8 and reward == 4.0
    env.close()


# -- reward, end, information ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("manner", ["report", "line"])
def test_reports(manner):
    env = make(f"say={manner}")
    seen = play(env)
    assert sum(step[1] for step in seen) == place(seen[-1][0]) - place(seen[0][0])
    assert all(step[4]["x"] == place(step[0]) for step in seen)
    assert seen[0][1] == 0.0
    env.close()


def test_both_ways_of_reporting_tell_the_same():
    one, other = make("say=report"), make("say=line")
    assert same(play(one), play(other))
    one.close()
    other.close()


def test_without_reports():
    env = make()
    env.reset(seed=1)
    for count in range(1, 20):
        observation, reward, terminated, truncated, info = env.step(RIGHT)
        assert (reward, terminated, truncated) == (0.0, False, False)
        assert info == {"frames": 4 * count, "time": pytest.approx(4 * count / 60, abs=1e-4)}
    env.close()


def test_functions_of_the_observation():
    asked = []

    def reward(observation, info):
        asked.append((observation.copy(), dict(info)))
        return np.float32(place(observation))

    env = make(
        "say=report",
        reward=reward,
        terminated=lambda observation, info: np.bool_(place(observation) > 40),
        info=lambda observation, info: {"twice": 2 * info["x"]},
    )
    observation, info = env.reset(seed=1)
    assert info["twice"] == 2 * place(observation)
    terminated = False
    while not terminated:
        observation, reward, terminated, truncated, info = env.step(RIGHT)
        assert reward == place(observation) and type(reward) is float and type(terminated) is bool
        assert info["twice"] == 2 * info["x"]
    assert place(observation) > 40
    assert np.array_equal(asked[-1][0], observation) and asked[-1][1]["twice"] == info["twice"]
    with pytest.raises(offstage.ResetNeeded):
        env.step(STAY)
    env.close()


def test_a_function_that_raises():
    env = make(reward=lambda observation, info: 1 / (info["frames"] - 4))
    env.reset(seed=1)
    with pytest.raises(ZeroDivisionError):
        env.step(STAY)
    assert env.step(STAY)[1] == 0.25
    env.close()


# -- ways to begin -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("spares", [0, 1, 3])
def test_restarts(spares):
    """Each episode of a seed has a seed of its own, whether spares play it or not."""
    env, plain = make(spares=spares), make()
    firsts = [[one.reset(seed=9 if k == 0 else None)[0] for k in range(5)] for one in (env, plain)]
    assert all(np.array_equal(a, b) for a, b in zip(*firsts))
    assert len({observation.tobytes() for observation in firsts[0]}) == 5
    again = [env.reset(seed=9 if k == 0 else None)[0] for k in range(5)]
    assert all(np.array_equal(a, b) for a, b in zip(firsts[0], again))
    env.close()
    plain.close()


def test_reset_by_keys():
    env = make("say=report", reset=["space", 3], start_frames=2)
    observation, info = env.reset(seed=1)
    ms = info["ms"]
    env.step(RIGHT)
    xs = set()
    for _ in range(6):
        observation, info = env.reset()
        assert info["frames"] == 0 and info["time"] == 0.0 and info["ms"] > ms  # the process goes on
        ms = info["ms"]
        xs.add(place(observation))
        assert env.step(STAY)[1] == 0.0  # what was held before is not held any more
        env.step(RIGHT)
    assert len(xs) > 1 and max(xs) < 32
    # A seed cannot be given by keys: a process begins anew.
    first, info = env.reset(seed=1)
    assert info["ms"] < ms
    second, _ = env.reset(seed=1)
    assert np.array_equal(first, second)
    env.close()


@pytest.mark.parametrize("spares", [0, 2])
def test_a_menu_is_passed(spares):
    env = make("menu=Return", start=["Return"], start_frames=5, spares=spares)
    xs = set()
    for k in range(4):
        observation, info = env.reset(seed=3 if k == 0 else None)
        assert info["frames"] == 0
        xs.add(place(observation))
        env.step(RIGHT)
    assert len(xs) > 1
    env.close()
    env = make("menu=Return", spares=spares)
    assert env.reset(seed=3)[0].max() == 0
    assert env.step(STAY)[0].max() == 0
    env.close()


def test_the_seed_of_the_constructor():
    env, other = make(seed=4), make()
    first = env.reset()[0]
    assert np.array_equal(first, other.reset(seed=4)[0])
    second = env.reset()[0]
    assert not np.array_equal(second, first) and np.array_equal(second, other.reset()[0])
    env.close()
    other.close()


def test_luck_from_the_system():
    """A game that asks the system for chance gets it from the seed."""
    env, other = make("say=report", chance=""), make("say=report", chance="")
    left, right = play(env, seed=3), play(other, seed=3)
    assert same(left, right)
    assert not same(left, play(other, seed=4))
    env.close()
    other.close()


# -- the same again ----------------------------------------------------------------------------------------------------


def test_determinism():
    env, other = make("say=report"), make("say=report", spares=1)
    first = play(env, 60)
    assert same(first, play(other, 60)) and same(first, play(env, 60)) and same(first, play(other, 60))
    assert not np.array_equal(first[0][0], play(other, 1, seed=6)[0][0])
    assert not same(first, play(other, 60, action_seed=7))
    env.close()
    other.close()


# -- Gymnasium ---------------------------------------------------------------------------------------------------------


def check(env, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", message=".*not able to test alternative render modes.*")
        warnings.filterwarnings("ignore", message=".*Not able to test alternative render modes.*")
        check_env(env, **options)


@pytest.mark.parametrize("mode", [None, "rgb_array"])
@pytest.mark.parametrize(
    "options",
    [
        dict(),
        dict(spares=1),
        dict(reset=["space"]),
        dict(observation=dict(gray=False, layout="HWC", stack=1, dtype="float32", scale=1 / 255)),
        dict(actions=Keys(["Left", "Right"])),
        dict(actions={"move": ["Left", "Right"], "look": Motion(5)}),
    ],
)
def test_check_env(mode, options):
    env = make("say=report", render_mode=mode, **{"actions": [None, "Left", "Right"], **options})
    check(env, skip_render_check=mode is None)
    env.close()


def test_gymnasium_make():
    command = dot("say=report")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        env = gymnasium.make(
            "offstage/Game-v0",
            command=command,
            actions=[None, "Left", "Right"],
            environment=QUICK,
            render_mode="rgb_array",
            max_episode_steps=3,
        )
        assert isinstance(env.unwrapped, offstage.GameEnv) and env.spec.kwargs["command"] == command
        env.reset(seed=1)
        assert [env.step(2)[3] for _ in range(3)] == [False, False, True]
        assert env.render().shape == (48, 64, 3)
        check(env.unwrapped)
    env.close()


@pytest.mark.parametrize(
    ("imports", "name"),
    [
        ("gymnasium", "offstage:offstage/Game-v0"),
        ("gymnasium, offstage", "offstage/Game-v0"),
        ("offstage, gymnasium; offstage.GameEnv", "offstage/Game-v0"),
        ("offstage, gymnasium", "offstage.envs:offstage/Game-v0"),
    ],
)
def test_registration(imports, name):
    code = f"import {imports}; gymnasium.make({name!r}, command=['true'], actions=[None])"
    subprocess.run([sys.executable, "-W", "error::UserWarning", "-c", code], check=True)


def test_wrappers():
    env = gymnasium.wrappers.RecordEpisodeStatistics(gymnasium.wrappers.TimeLimit(make("say=report"), 50))
    env.reset(seed=1)
    over = False
    while not over:
        _, _, terminated, truncated, info = env.step(RIGHT)
        over = terminated or truncated
    assert info["episode"]["l"] < 50 and info["episode"]["r"] > 20
    env.close()


def test_render():
    env = make("say=report", render_mode="rgb_array")
    with pytest.raises(offstage.ResetNeeded):
        env.render()
    observation, _ = env.reset(seed=1)
    picture = env.render()
    assert picture.shape == (48, 64, 3) and picture.dtype == np.uint8 and picture.flags.writeable
    assert np.array_equal(picture[:, :, 0], observation[0])
    observation, *_ = env.step(RIGHT)
    assert np.array_equal(env.render()[:, :, 1], observation[0])
    assert np.array_equal(env.render()[:, :, 1], observation[0])  # time does not go on by it
    assert env.step(RIGHT)[4]["frames"] == 8
    last = env.render()
    _, _, terminated, _, info = env.step(ACT["q"])
    assert terminated and info["closed"] is True
    assert np.array_equal(env.render(), last)
    env.close()
    env = make()
    env.reset(seed=1)
    assert env.render() is None
    env.close()
    with pytest.raises(ValueError, match="render_mode"):
        make(render_mode="human")


def test_it_is_not_copied():
    env = make()
    for way in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError, match="holds running processes"):
            way(env)
    env.close()


def test_closing():
    env = make()
    env.reset(seed=1)
    env.close()
    env.close()
    for use in (env.reset, lambda: env.step(0)):
        with pytest.raises(offstage.ResetNeeded, match="closed"):
            use()
    make().close()
    with make() as env:
        env.reset(seed=1)


def test_space_by_keys_is_an_action_too():
    env = make("say=report")
    env.reset(seed=1)
    xs = set()
    for _ in range(5):
        xs.add(env.step(SPACE)[4]["x"])
        env.step(STAY)
    assert len(xs) > 2
    env.close()
