"""offstage.vector.FrameStack against a slow reference, in every mode and library."""

from __future__ import annotations

import sys
from collections import deque

import gymnasium
import numpy as np
import pytest
from gymnasium import spaces
from gymnasium.vector import VectorEnv
from gymnasium.vector.utils import batch_space
from offstage.vector import AutoresetMode, FrameStack
from vector_checks import same


class Count(VectorEnv):
    """Observations that are all different; episodes end by luck. Gives arrays of the library of `convert`."""

    def __init__(self, mode, shape=(2, 3), n=4, convert=lambda array: array, key=None):
        self.num_envs, self.shape, self.convert, self.key = n, shape, convert, key
        self.metadata = {} if mode is None else {"autoreset_mode": mode}
        self.mode = AutoresetMode.NEXT_STEP if mode is None else mode
        box = spaces.Box(1, 1e6, shape, np.float32)
        self.single_observation_space = box if key is None else spaces.Dict({key: box, "other": spaces.Discrete(3)})
        self.observation_space = batch_space(self.single_observation_space, n)
        self.single_action_space = spaces.Discrete(2)
        self.action_space = batch_space(self.single_action_space, n)
        self.luck = np.random.default_rng(7)
        self.number = 0
        self.over = np.zeros(n, bool)
        self.now = np.zeros((n, *shape), np.float32)

    def observe(self, index):
        self.number += 1
        self.now[index] = np.arange(np.prod(self.shape)).reshape(self.shape) / 64 + self.number

    def result(self):
        array = self.convert(self.now.copy())
        return array if self.key is None else {self.key: array, "other": np.zeros(self.num_envs, np.int64)}

    def reset(self, *, seed=None, options=None):
        mask = (options or {}).get("reset_mask", np.ones(self.num_envs, bool))
        for index in np.flatnonzero(mask):
            self.observe(index)
        self.over &= ~mask
        return self.result(), {}

    def step(self, actions):
        infos = {}
        ended = self.luck.random(self.num_envs) < 0.3
        for index in range(self.num_envs):
            if self.mode == AutoresetMode.NEXT_STEP and self.over[index]:
                ended[index] = False
            self.observe(index)
            if self.mode == AutoresetMode.SAME_STEP and ended[index]:
                final = infos.setdefault("final_obs", np.full(self.num_envs, None, object))
                one = self.convert(self.now[index].copy())
                final[index] = one if self.key is None else {self.key: one, "other": np.int64(0)}
                self.observe(index)
        self.over = ended
        terminated = ended & (np.arange(self.num_envs) % 2 == 0)
        flags = [self.convert(flag) for flag in (terminated, ended & ~terminated)]
        return self.result(), np.zeros(self.num_envs), *flags, infos


class Reference:
    """One deque for each environment."""

    def __init__(self, n, count, axis, join, zero):
        self.stacks = [deque(maxlen=count) for _ in range(n)]
        self.count, self.axis, self.join, self.zero = count, axis, join, zero

    def first(self, index, observation):
        older = np.zeros_like(observation) if self.zero else observation.copy()
        self.stacks[index].extend([older] * self.count)
        self.stacks[index].append(observation.copy())

    def one(self, stack):
        return np.concatenate(stack, self.axis - 1) if self.join else np.stack(stack, self.axis - 1)

    def final(self, index, observation):
        return self.one([*list(self.stacks[index])[1:], observation])

    def all(self):
        return np.stack([self.one(stack) for stack in self.stacks])


def play(env, reference, mode, plain, steps=60):
    """Steps both, and compares. `plain` makes a NumPy array of what the library gives."""
    counted = env.unwrapped
    found = env.reset()[0]
    for index in range(counted.num_envs):
        reference.first(index, counted.now[index])
    over = np.zeros(counted.num_envs, bool)
    kept = []
    for _ in range(steps):
        same(reference.all(), plain(found))
        kept.append((found, plain(found).copy()))
        found, _, terminated, truncated, infos = env.step(None)
        ended = np.asarray(plain(terminated)) | np.asarray(plain(truncated))
        for index in range(counted.num_envs):
            final = infos["final_obs"][index] if "final_obs" in infos else None
            if mode == AutoresetMode.SAME_STEP and ended[index]:
                last = counted.now[index] - 1  # one observation before the first
                np.testing.assert_allclose(reference.final(index, last), plain(final), rtol=1e-6)
                reference.first(index, counted.now[index])
            elif mode == AutoresetMode.NEXT_STEP and over[index]:
                reference.first(index, counted.now[index])
            else:
                reference.stacks[index].append(counted.now[index].copy())
        over = ended
        if mode == AutoresetMode.DISABLED and ended.any():
            same(reference.all(), plain(found))
            found = env.reset(options={"reset_mask": ended})[0]
            for index in np.flatnonzero(ended):
                reference.first(index, counted.now[index])
    return kept


def as_jax(array):
    return pytest.importorskip("jax.numpy", reason="jax is not installed").asarray(array)


class Tensor:
    """As much of a torch tensor as FrameStack may use: no copy(), no astype(), no mixing with NumPy."""

    def __init__(self, array):
        self.array = array

    shape = property(lambda self: self.array.shape)
    dtype = property(lambda self: f"torch.{self.array.dtype}")

    def new_empty(self, shape):
        return Tensor(np.full(shape, -9, self.array.dtype))

    def new_tensor(self, data):
        return Tensor(np.array(data, self.array.dtype))

    def clone(self):
        return Tensor(self.array.copy())

    def any(self):
        return Tensor(self.array.any())

    def __bool__(self):
        return bool(self.array)

    def tolist(self):
        return self.array.tolist()

    def __or__(self, other):
        return Tensor(self.array | other.array)

    def __getitem__(self, where):
        return Tensor(self.array[where])

    def __setitem__(self, where, value):
        assert isinstance(value, (Tensor, int, float)), type(value)
        self.array[where] = value.array if isinstance(value, Tensor) else value


Tensor.__module__ = "torch"


def as_torch(array):
    return pytest.importorskip("torch", reason="torch is not installed").tensor(array)


LIBRARIES = {
    "numpy": (lambda array: array, lambda array: array),
    "jax": (as_jax, np.asarray),
    "pretended torch": (Tensor, lambda tensor: tensor.array),
    "torch": (as_torch, lambda tensor: tensor.numpy()),
}


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("mode", list(AutoresetMode))
@pytest.mark.parametrize("copy", [True, False])
def test_every_library_and_mode(library, mode, copy):
    convert, plain = LIBRARIES[library]
    convert(np.zeros(1, np.float32))  # or skip
    for options in (
        dict(),
        dict(axis=2),
        dict(axis=-1),
        dict(join=True),
        dict(join=True, axis=2),
        dict(padding="zero"),
    ):
        env = FrameStack(Count(mode, convert=convert), 3, copy=copy, **options)
        axis = {None: 1, 2: 2, -1: 3}[options.get("axis")]
        join = options.get("join", False)
        kept = play(env, Reference(4, 3, axis, join, "padding" in options), mode, plain)
        if copy:
            for found, before in kept:  # nothing that was given is written to again
                same(before, plain(found))
        assert kept[0][1].shape == env.observation_space.shape
        assert kept[0][1][0].shape == env.single_observation_space.shape


@pytest.mark.parametrize("count", [1, 2, 7])
def test_depths(count):
    env = FrameStack(Count(AutoresetMode.NEXT_STEP, shape=(5,)), count)
    kept = play(env, Reference(4, count, 1, False, False), AutoresetMode.NEXT_STEP, lambda array: array)
    assert all(found in env.observation_space for found, _ in kept)


def test_an_entry_of_a_dict():
    for mode in AutoresetMode:
        env = FrameStack(Count(mode, key="pixels"), 3, key="pixels")
        found = env.reset()[0]
        assert found in env.observation_space and found["pixels"].shape == (4, 3, 2, 3)
        for _ in range(20):
            found, *_, infos = env.step(None)
            assert found in env.observation_space
            for final in infos.get("final_obs", []):
                assert final is None or final in env.single_observation_space


def test_no_mode_means_next_step():
    env = FrameStack(Count(None), 2)
    play(env, Reference(4, 2, 1, False, False), AutoresetMode.NEXT_STEP, lambda array: array)


def test_against_gymnasiums_own_for_one():
    """Each environment sees what FrameStackObservation would give it."""
    from gymnasium.wrappers import FrameStackObservation

    def fn():
        return gymnasium.make("CartPole-v1")

    plain = FrameStack(gymnasium.vector.SyncVectorEnv([fn] * 2), 4)
    theirs = gymnasium.vector.SyncVectorEnv([lambda: FrameStackObservation(fn(), 4)] * 2)
    assert plain.observation_space == theirs.observation_space
    same(theirs.reset(seed=1)[0], plain.reset(seed=1)[0])
    for step in range(80):
        actions = np.array([step % 2, 1])
        for one, other in zip(theirs.step(actions)[:4], plain.step(actions)[:4]):
            same(one, other)


@pytest.mark.parametrize(
    "options, text",
    [(dict(n=0), "n:"), (dict(axis=0), "axis"), (dict(axis=4), "axis"), (dict(padding="one"), "padding")],
)
def test_what_makes_no_sense(options, text):
    with pytest.raises(ValueError, match=text):
        FrameStack(Count(AutoresetMode.NEXT_STEP), **{"n": 2, **options})


def test_other_spaces():
    env = Count(AutoresetMode.NEXT_STEP)
    env.single_observation_space = spaces.Discrete(3)
    with pytest.raises(ValueError, match="stacks a Box"):
        FrameStack(env, 2)
    with pytest.raises(gymnasium.error.ResetNeeded):
        FrameStack(Count(AutoresetMode.NEXT_STEP), 2).step(None)


def test_nothing_is_imported():
    """A library is found by its arrays."""
    before = set(sys.modules)
    play(
        FrameStack(Count(AutoresetMode.NEXT_STEP), 2),
        Reference(4, 2, 1, False, False),
        AutoresetMode.NEXT_STEP,
        lambda array: array,
        steps=3,
    )
    assert not {name for name in set(sys.modules) - before if name.partition(".")[0] in ("jax", "torch")}
