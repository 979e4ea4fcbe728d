"""send() and recv(): whoever is ready, of offstage.vector.make()'s environments."""

from __future__ import annotations

import functools

import numpy as np
import offstage
import pytest
from gymnasium.error import AlreadyPendingCallError
from offstage import vector
from vector_checks import same
from vector_envs import Naughty, Walk


def own(fn, n, **options):
    return vector.make(fn, n, observation="own", **options)


@pytest.mark.parametrize("mode", ["NextStep", "SameStep", "Disabled"])
@pytest.mark.parametrize("kind", ["box", "dict"])
def test_each_has_its_own_story(mode, kind):
    """Whatever the order in which they are played, each environment goes through what it would alone."""
    fn = functools.partial(Walk, observation=kind)
    alone = [fn() for _ in range(5)]
    luck = np.random.default_rng(2)
    ours = own(fn, 5, autoreset_mode=mode)
    ours.async_reset(seed=30)
    expected = {index: ("reset", env.reset(seed=30 + index)) for index, env in enumerate(alone)}
    over, played = [False] * 5, [0] * 5
    while min(played) < 12:
        count = int(luck.integers(1, 1 + len(expected)))
        observations, rewards, terminations, truncations, infos = ours.recv(count)
        ids = infos["env_id"]
        assert ids.dtype == np.int64 and len(set(ids.tolist())) == count == len(rewards)
        for place, index in enumerate(ids.tolist()):
            what, result = expected.pop(index)
            observation, info = result[0], result[-1]
            found = (
                {key: value[place] for key, value in observations.items() if key == "place"} if kind == "dict" else None
            )
            same(
                observation["place"] if kind == "dict" else observation,
                found["place"] if found else observations[place],
            )
            key = "steps" if what == "step" else "began"
            assert infos[f"_{key}"][place] and infos[key][place] == info[key]
            if what == "end":  # SameStep: the final one is in the info
                final = infos["final_obs"][place]
                same(result[1], final)
                assert infos["final_info"]["steps"][place] == info["steps"]
            if what in ("step", "end"):
                assert (rewards[place], terminations[place], truncations[place]) == result[2]
            else:
                assert (rewards[place], terminations[place], truncations[place]) == (0, False, False)
        if mode == "Disabled" and any(over) and not expected:
            mask = np.array(over)
            ours.async_reset(options={"reset_mask": mask})
            for index in np.flatnonzero(mask):
                expected[int(index)] = ("reset", alone[index].reset())
                over[index] = False
            ids = np.array([index for index in ids if not mask[index]], np.int64)
        ids = [index for index in ids.tolist() if not (mode == "Disabled" and over[index])]
        actions = luck.integers(-2, 3, len(ids))
        if ids:
            ours.send(actions, ids)
        for index, action in zip(ids, actions):
            expected[index] = step(alone[index], action, mode, over, index)
            played[index] += 1
        if mode == "Disabled" and not expected:
            break  # those that were not sent again wait for the others
    ours.close()


def step(env, action, mode, over, index):
    if mode == "NextStep" and over[index]:
        over[index] = False
        return "reset", env.reset()
    observation, reward, terminated, truncated, info = env.step(action)
    over[index] = terminated or truncated
    scalars = (reward, terminated, truncated)
    if mode == "SameStep" and over[index]:
        fresh, began = env.reset()
        return "end", (fresh, observation, scalars, {**info, **began})
    return "step", (observation, None, scalars, info)


def test_the_slow_do_not_hold_up_the_quick():
    ours = own(Naughty, 3)
    ours.async_reset(seed=1)
    ids = ours.recv()[4]["env_id"]
    assert sorted(ids.tolist()) == [0, 1, 2]
    ours.send([4, 0, 0], [1, 0, 2])  # 1 sleeps
    seen = []
    for _ in range(4):
        (index,) = ours.recv(1)[4]["env_id"].tolist()
        seen.append(index)
        if index != 1:
            ours.send([0], [index])
    assert 1 not in seen
    assert 1 in ours.recv()[4]["env_id"]
    ours.close()


def test_crashes():
    ours = own(Naughty, 3)
    ours.async_reset(seed=1)
    observations, *_, infos = ours.recv()
    first = observations[infos["env_id"].tolist().index(0)]
    for action, how in ((2, "SIGKILL"), (10, "status 7")):
        ours.send([action, 0, 0], [0, 1, 2])
        observations, rewards, _, truncations, infos = ours.recv(3)
        place = infos["env_id"].tolist().index(0)
        assert truncations[place] and rewards[place] == 0 and how in infos["crashed"][place]
        same(first, observations[place])  # the last one that there was
        ours.send([0], [0])
        observations, *_, infos = ours.recv(1)
        assert "began" in infos
        first = observations[0]
    ours.send([1, 0], [0, 1])
    ours.send([0], [2])
    with pytest.raises(KeyError):
        ours.recv(3)
    with pytest.raises(offstage.errors.ResetNeeded):
        ours.send([0], [0])
    ours.close()


def test_what_makes_no_sense():
    ours = own(Walk, 3)
    with pytest.raises(ValueError, match="0 of 3 environments are at work"):
        ours.recv()
    with pytest.raises(offstage.errors.ResetNeeded):
        ours.send([0], [0])
    ours.async_reset(seed=1)
    for count in (0, 4):
        with pytest.raises(ValueError, match="at work"):
            ours.recv(count)
    with pytest.raises(AlreadyPendingCallError):
        ours.send([0], [0])
    with pytest.raises(AlreadyPendingCallError):
        ours.step(np.zeros(3, np.int64))
    ours.recv()
    for ids in ([0, 0], [3], [-1]):
        with pytest.raises(ValueError, match="env_ids"):
            ours.send([0] * len(ids), ids)
    with pytest.raises(ValueError, match="actions"):
        ours.send([0, 1], [0])
    ours.step(np.zeros(3, np.int64))  # and back in lockstep
    ours.close()


def test_lockstep_and_async_can_be_mixed():
    ours, alone = own(functools.partial(Walk, length=99), 3, copy=False), [Walk(length=99) for _ in range(3)]
    newest = [env.reset(seed=6 + index)[0] for index, env in enumerate(alone)]
    same(np.stack(newest), ours.reset(seed=6)[0].copy())
    luck = np.random.default_rng(5)
    for _ in range(30):
        ids = luck.permutation(3)[: luck.integers(0, 4)].tolist()
        if ids:
            ours.send([1] * len(ids), ids)
            observations, *_, infos = ours.recv()
            for place, index in enumerate(infos["env_id"]):
                newest[index] = alone[index].step(1)[0]
                same(newest[index], observations[place])
        if any(env.steps >= env.end - 1 for env in alone):
            break
        newest = [env.step(-1)[0] for env in alone]
        same(np.stack(newest), ours.step(np.full(3, -1))[0].copy())
        if any(env.steps >= env.end - 1 for env in alone):
            break
    ours.close()
