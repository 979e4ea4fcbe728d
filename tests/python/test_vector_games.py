"""GameVectorEnv: N games are what N GameEnvs would be, and one that goes wrong disturbs nobody."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import warnings

import game_rig as rig
import gymnasium
import numpy as np
import offstage
import pytest
from game_rig import ACT, LEFT, RIGHT, SPACE, STAY, UP
from vector_checks import children, same, wait_for

MODES = ["NextStep", "SameStep", "Disabled"]
OPTIONS = {
    "actions": rig.ACTIONS,
    "observation": {"size": (48, 64), "stack": 2},
    "environment": rig.QUICK,
    "timeout": 20.0,
}


@pytest.fixture(autouse=True)
def nothing_stays():
    descriptors, processes = len(os.listdir("/proc/self/fd")), set(children())
    yield
    gc.collect()
    wait_for(lambda: set(children()) <= processes, "processes stay")
    assert len(os.listdir("/proc/self/fd")) <= descriptors


def make(n, *words, **options):
    return offstage.GameVectorEnv(rig.dot("say=report", *words), n, **{**OPTIONS, **options})


def one(*words, **options):
    return offstage.GameEnv(rig.dot("say=report", *words), **{**OPTIONS, "spares": 0, **options})


def places(observations):
    return [rig.place(observation) for observation in observations]


class Alone:
    """A GameEnv for each place, played as the mode says."""

    def __init__(self, n, mode, *words):
        self.envs, self.mode, self.over = [one(*words) for _ in range(n)], mode, [False] * n

    def reset(self, seed):
        return [env.reset(seed=seed + index) for index, env in enumerate(self.envs)]

    def step(self, index, action):
        """observation, reward, terminated, truncated, info, final observation, final info"""
        env = self.envs[index]
        if self.mode == "NextStep" and self.over[index]:
            self.over[index] = False
            observation, info = env.reset()
            return observation, 0.0, False, False, info, None, None
        observation, reward, terminated, truncated, info = env.step(action)
        over = terminated or truncated
        if self.mode == "SameStep" and over:
            fresh, began = env.reset()
            return fresh, reward, terminated, truncated, began, observation, info
        self.over[index] = over
        return observation, reward, terminated, truncated, info, None, None

    def close(self):
        for env in self.envs:
            env.close()


def info_of(infos, index):
    own = {key: value for key, value in infos.items() if key[0] != "_" and infos[f"_{key}"][index]}
    return {key: info_of(value, index) if isinstance(value, dict) else value[index] for key, value in own.items()}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("copy", [True, False])
def test_bit_for_bit_as_games_alone(mode, copy):
    alone, ours = Alone(2, mode), make(2, autoreset_mode=mode, copy=copy, seeds="own", spares=1)
    assert ours.single_observation_space == alone.envs[0].observation_space
    assert ours.single_action_space == alone.envs[0].action_space
    found, infos = ours.reset(seed=7)
    for index, (observation, info) in enumerate(alone.reset(7)):
        same(observation, found[index].copy())
        assert info == info_of(infos, index)
    luck, ends = np.random.default_rng(1), 0
    for _ in range(30):
        actions = luck.choice([RIGHT, STAY, SPACE, UP, LEFT], 2, p=[0.8, 0.05, 0.05, 0.05, 0.05])
        found, rewards, terminations, truncations, infos = ours.step(actions)
        for index in range(2):
            observation, *scalars, info, final, final_info = alone.step(index, actions[index])
            same(observation, found[index].copy())
            assert [rewards[index], terminations[index], truncations[index]] == scalars
            got = info_of(infos, index)
            if final is not None:
                same(final, got.pop("final_obs"))
                assert got.pop("final_info") == final_info
            assert info == got
        over = terminations | truncations
        ends += over.sum()
        if mode == "Disabled" and over.any():
            found, infos = ours.reset(options={"reset_mask": over})
            for index in np.flatnonzero(over):
                observation, info = alone.envs[index].reset()
                alone.over[index] = False
                same(observation, found[index].copy())
                assert info == info_of(infos, index)
    assert ends >= 2
    ours.close()
    alone.close()


def story(ours, seed, steps=40):
    luck, seen = np.random.default_rng(3), [ours.reset(seed=seed)]
    for _ in range(steps):
        seen.append(ours.step(luck.choice([RIGHT, STAY, SPACE], ours.num_envs, p=[0.8, 0.1, 0.1])))
    return seen


def test_shared_seeds_are_reproducible():
    ours = make(3, spares=2)
    first = story(ours, 5)
    same(first, story(ours, 5))
    ours.close()
    other = make(3, spares=0)  # spares change nothing but the time
    same(first, story(other, 5))
    assert not np.array_equal(first[0][0], other.reset(seed=6)[0])
    other.close()
    own = make(3, spares=0, seeds="own")
    same(first[0], own.reset(seed=5))
    own.close()


def test_spares():
    ours = make(2, "slow=300", spares=3)
    ours.reset(seed=1)
    name = str(rig.DOT)

    def all_there():
        ours.step([RIGHT, LEFT])
        return len([pid for pid in children() if words(pid)[:1] == [name]]) == 5

    wait_for(all_there, "2 games and 3 spares")
    ours.close()


def words(pid):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read().decode().split("\0")
    except OSError:
        return []


# -- what goes wrong -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("key, how", [("e", "status 3"), ("c", "SIGABRT"), ("h", "within 0.7 s")])
def test_a_crash_is_told_and_the_others_go_on(mode, key, how):
    options = {"timeout": 0.7} if key == "h" else {}
    alone, ours = Alone(2, mode), make(2, autoreset_mode=mode, seeds="own", spares=1, **options)
    first = ours.reset(seed=4)[0]
    alone.reset(4)
    found, rewards, terminations, truncations, infos = ours.step([ACT[key], STAY])
    assert how in infos["crashed"][0] and infos["_crashed"].tolist() == [True, False]
    assert rewards[0] == 0 and truncations.tolist() == [True, False] and not terminations.any()
    same(alone.step(1, STAY)[0], found[1])
    if mode == "SameStep":
        same(first[0], infos["final_obs"][0])
        assert how in infos["final_info"]["crashed"][0]
    else:
        same(first[0], found[0])
    if mode == "Disabled":
        with pytest.raises(offstage.ResetNeeded):
            ours.step([STAY, STAY])
        kept = found[1].copy()
        found, infos = ours.reset(options={"reset_mask": np.array([True, False])})
        same(kept, found[1])
    elif mode == "NextStep":
        found, _, _, truncations, infos = ours.step([STAY, STAY])
        same(alone.step(1, STAY)[0], found[1])
        assert not truncations.any()
    if mode != "SameStep":
        assert "crashed" not in infos
    assert infos["frames"][0] == 0  # another episode
    for _ in range(3):
        found, _, _, _, infos = ours.step([RIGHT, RIGHT])
        same(alone.step(1, RIGHT)[0], found[1])
        assert "crashed" not in infos
    assert not np.array_equal(first[0], found[0])
    ours.close()
    alone.close()


@pytest.mark.parametrize("mode", ["NextStep", "SameStep"])
def test_a_game_that_ends_in_order(mode):
    ours = make(2, autoreset_mode=mode)
    first = ours.reset(seed=4)[0]
    found, _, terminations, truncations, infos = ours.step([ACT["q"], STAY])
    assert terminations.tolist() == [True, False] and not truncations.any() and "crashed" not in infos
    if mode == "SameStep":
        same(first[0], infos["final_obs"][0])
        assert infos["final_info"]["closed"][0]
    else:
        same(first[0], found[0])
        assert infos["closed"][0]
        found, *_, infos = ours.step([STAY, STAY])
    assert infos["frames"][0] == 0
    ours.step([STAY, STAY])
    ours.close()


def test_killed_at_any_moment():
    luck = np.random.default_rng(8)
    ours = make(3, spares=2)
    ours.reset(seed=1)
    crashes = 0
    for step in range(60):
        ours.step_async(luck.integers(0, 5, 3))
        if step % 4 == 0:
            games = [pid for pid in children() if words(pid)[:1] == [str(rig.DOT)]]
            if games:
                try:
                    os.kill(luck.choice(games), signal.SIGKILL)
                except ProcessLookupError:
                    pass
        infos = ours.step_wait()[4]
        crashes += infos.get("_crashed", np.zeros(1)).sum()
    assert crashes >= 3
    ours.close()


def test_too_many_crashes():
    ours = make(1, "end=3,e", spares=0, max_crashes=2)
    ours.reset(seed=1)
    with pytest.raises(offstage.GameCrashed, match="crashed 3 times"):
        for _ in range(9):
            ours.step([STAY])
    ours.close()


def test_bad_starts():
    with pytest.raises(offstage.StartFailed, match="nothing_like_it"):
        offstage.GameVectorEnv(["nothing_like_it"], 2, **OPTIONS).reset()
    with pytest.raises(offstage.StartFailed, match="nothing to see"):
        make(2, "window=never").reset()
    with pytest.raises(offstage.StartFailed, match="no frame"):
        make(1, "window=none", timeout=0.8).reset()
    gc.collect()


def test_a_game_may_call_something_closed():
    said = """echo 'reward=1 {"closed": true}' > /dev/fd/$OFFSTAGE_REPORT; exec "$0" "$@\""""
    ours = offstage.GameVectorEnv(["sh", "-c", said, *rig.dot()], 2, **OPTIONS, reward=lambda seen, info: seen.max())
    found, infos = ours.reset(seed=1)
    assert infos["closed"].tolist() == [True, True]
    assert found.reshape(2, -1).max(1).all()  # and it goes on: these are frames
    assert ours.step([STAY, STAY])[1].all()
    ours.close()


def test_a_reward_function_that_raises():
    ours = make(2, reward=lambda seen, info: 1 / (8 - info["frames"]))
    for _ in range(2):
        ours.reset(seed=1)
        assert ours.step([STAY, STAY])[1].tolist() == [0.25, 0.25]
        with pytest.raises(ZeroDivisionError):
            ours.step([STAY, STAY])
        with pytest.raises(offstage.ResetNeeded):
            ours.step([STAY, STAY])
    ours.close()


def test_bad_seeds_change_nothing():
    ours = make(2)
    for wrong in (-1, 1.5, "ab", [1], [1, -1], [1, 1.5]):
        with pytest.raises(ValueError, match="seed"):
            ours.reset(seed=wrong)
    first = ours.reset(seed=[1, None])[0]
    assert rig.place(first[0]) is not None
    ours.close()


def test_after_an_interruption():
    def interrupt(*_):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    ours = make(2)
    try:
        for after in (0.002, 0.3, 0.6):
            with pytest.raises(KeyboardInterrupt):
                signal.setitimer(signal.ITIMER_REAL, after)
                ours.reset(seed=1)
                while True:
                    ours.step([STAY, STAY])
            first, infos = ours.reset(seed=3)
            assert infos["frames"].tolist() == [0, 0]
            assert ours.step([STAY, STAY])[4]["frames"].tolist() == [4, 4]
            with pytest.raises(KeyboardInterrupt):
                signal.setitimer(signal.ITIMER_REAL, 0.01)
                while True:
                    ours.step([STAY, STAY])
            ours.step([STAY, STAY])
    finally:
        signal.signal(signal.SIGALRM, before)
    ours.close()


def test_what_makes_no_sense():
    for wrong in (
        dict(n=0),
        dict(n=2, seeds="mine"),
        dict(n=2, autoreset_mode="Never"),
        dict(n=2, render_mode="human"),
        dict(n=2, reward=1),
        dict(n=2, hz="60"),
        dict(n=2, timeout=None),
        dict(n=2, gpu="the fast one"),
        dict(n=2, screen=(0, 5)),
        dict(n=2, environment={"HOME": 1}),
    ):
        with pytest.raises(ValueError):
            make(**wrong)
    ours = make(2, autoreset_mode="Disabled")
    with pytest.raises(offstage.ResetNeeded):
        ours.step([STAY, STAY])
    first = ours.reset(seed=1)[0]
    for wrong in ([STAY], [STAY, 12], [STAY, -1], [0.5, 1], [[0, 0]], None):
        with pytest.raises(ValueError, match="actions"):
            ours.step(wrong)
    found, *_, infos = ours.step([STAY, STAY])
    assert infos["frames"].tolist() == [4, 4]  # nothing had happened
    assert places(found) == places(first)
    with pytest.raises(TypeError, match="owns processes"):
        import copy

        copy.deepcopy(ours)
    ours.close()
    ours.close()


def test_other_action_spaces():
    from offstage.actions import Keys, Pointer

    for actions, good, bad in (
        (Keys(["Left", "Right"]), np.array([[0, 1], [1, 0]]), np.array([[0, 2], [1, 0]])),
        (Pointer(), np.array([[0.5, 0.5], [0, 1]]), np.array([[0.5, 0.5], [0, 1.5]])),
        ({"move": ["Left", "Right"], "at": Pointer()}, {"move": [0, 1], "at": np.full((2, 2), 0.5)}, {"move": [0, 1]}),
    ):
        ours = make(2, actions=actions, spares=0)
        ours.reset(seed=1)
        ours.step(ours.action_space.sample())
        with pytest.raises(ValueError, match="actions"):
            ours.step(bad)
        ours.step(good)
        ours.close()


# -- Gymnasium -------------------------------------------------------------------------------------------------------


def test_functions_of_the_frame():
    ours = make(
        2,
        spares=0,
        reward=lambda observation, info: float(rig.place(observation)),
        terminated=lambda observation, info: rig.place(observation) > 50,
        info=lambda observation, info: {"twice": 2 * info["x"]},
        autoreset_mode="SameStep",
    )
    ours.reset(seed=1)
    for _ in range(20):
        found, rewards, terminations, _, infos = ours.step([RIGHT, LEFT])
        if terminations[0]:
            assert rewards[0] == infos["final_info"]["x"][0] > 50
            break
        assert rewards.tolist() == places(found) == infos["x"].tolist() == (infos["twice"] / 2).tolist()
    assert terminations[0]
    ours.close()


def test_pictures():
    ours = make(2, render_mode="rgb_array")
    found = ours.reset(seed=1)[0]
    pictures = ours.render()
    assert [picture.shape for picture in pictures] == [(48, 64, 3)] * 2
    for picture, observation in zip(pictures, found):
        np.testing.assert_array_equal(picture[:, :, 0], observation[-1])
    ours.close()


def test_gymnasiums_wrappers():
    from gymnasium.wrappers.vector import NormalizeObservation, RecordEpisodeStatistics

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        env = NormalizeObservation(RecordEpisodeStatistics(make(2)))
        env.reset(seed=1)
        told = [env.step([RIGHT, STAY])[4] for _ in range(20)]
    episodes = [infos["episode"] for infos in told if "episode" in infos]
    assert episodes and all(episode["l"][0] > 0 for episode in episodes)
    env.close()


def test_registered():
    import offstage.envs  # noqa: F401

    env = gymnasium.make_vec(
        "offstage/Game-v0", 2, vectorization_mode="vector_entry_point", command=rig.dot("say=report"), **OPTIONS
    )
    assert isinstance(env.unwrapped, offstage.GameVectorEnv)
    assert env.reset(seed=1)[0].shape == (2, 2, 48, 64)
    env.close()


def test_whoever_is_ready():
    alone, ours = Alone(3, "NextStep"), make(3, seeds="own", spares=1)
    ours.async_reset(seed=9)
    expected = {index: observation for index, (observation, _) in enumerate(alone.reset(9))}
    luck = np.random.default_rng(6)
    for _ in range(60):
        found, *_, infos = ours.recv(int(luck.integers(1, len(expected) + 1)))
        ids = infos["env_id"].tolist()
        for place, index in enumerate(ids):
            same(expected.pop(index), found[place])
        actions = luck.choice([RIGHT, STAY, SPACE], len(ids), p=[0.8, 0.1, 0.1])
        ours.send(actions, ids)
        for index, action in zip(ids, actions):
            expected[index] = alone.step(index, action)[0]
    ours.close()
    alone.close()


def test_forgotten():
    program = "import game_rig as r, offstage as o; env = o.GameVectorEnv(r.dot(), 2, actions=[None]); env.reset()"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
