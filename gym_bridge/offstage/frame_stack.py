"""The last n observations of each environment of a vector, as one observation."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any, Literal

import gymnasium
import numpy as np
from gymnasium import spaces
from gymnasium.vector import VectorEnv, VectorWrapper
from gymnasium.vector.utils import batch_space


class FrameStack(VectorWrapper, gymnasium.utils.RecordConstructorArgs):
    """The last n observations of each environment, the oldest first.

    Serves NumPy, torch and jax arrays, whatever the vector under it gives: what it returns is of the same library and
    on the same device, and none of them is imported here. When an episode begins, its first observation fills the
    stack; an episode never sees frames of another one, in all three autoreset modes, nor with
    ``options["reset_mask"]``. In SameStep mode, ``infos["final_obs"]`` is stacked too.

    Observation:
        Of (N, *shape): (N, n, *shape) with ``axis=1``, as Gymnasium's FrameStackObservation does it for one
        environment; another ``axis`` puts the n elsewhere in it, and -1 at the end. With ``join=True`` no axis is
        added: observations are joined along ``axis``, as channels are, (N, n * channels, height, width) of (N,
        channels, height, width).

    Args:
        env: a vector of environments whose observations are a Box, or a Dict, of which ``key`` is stacked.
        n: how many, from 1.
        axis: see above; 0 is the batch, and no choice.
        join: see above.
        key: the entry of a Dict.
        padding: "reset": the first observation of an episode fills the stack; "zero": zeros do.
        copy: every step makes a batch of its own. False: a view of memory that is used again, valid until the next
            step; less is copied then. With jax it makes no difference.

    Raises:
        ValueError: arguments that make no sense.
    """

    def __init__(
        self,
        env: VectorEnv[Any, Any, Any],
        n: int,
        *,
        axis: int = 1,
        join: bool = False,
        key: str | None = None,
        padding: Literal["reset", "zero"] = "reset",
        copy: bool = True,
    ) -> None:
        gymnasium.utils.RecordConstructorArgs.__init__(
            self, n=n, axis=axis, join=join, key=key, padding=padding, copy=copy
        )
        super().__init__(env)
        if not isinstance(n, int) or n < 1:
            raise ValueError(f"n: expected a number of observations from 1, not {n!r}")
        if padding not in ("reset", "zero"):
            raise ValueError(f'padding: expected reset or zero, not "{padding}"')
        single = env.single_observation_space
        box = single[key] if key is not None and isinstance(single, spaces.Dict) else single
        if not isinstance(box, spaces.Box):
            raise ValueError(f"FrameStack stacks a Box, or with key= an entry of a Dict that is one, not {box}")
        dimensions = len(box.shape) + 1 + (not join)
        if not -dimensions <= axis < dimensions or axis % dimensions == 0:
            raise ValueError(
                f"axis: expected 1 to {dimensions - 1} for observations of the shape {box.shape}, not {axis}"
            )
        self._axis = axis % dimensions
        self._join = join
        self._key = key
        self._zero = padding == "zero"
        self._copy = copy
        self._count = n
        self._stack: _Stack | None = None
        self._ended: Any = None
        mode = env.metadata.get("autoreset_mode")
        self._same_step = getattr(mode, "value", mode) == "SameStep"
        self._next_step = getattr(mode, "value", mode) in ("NextStep", None)  # Gymnasium 1.0 names none, and means this
        self._single_observation_space = self._stacked_space(single, box)
        self._observation_space = batch_space(self._single_observation_space, self.num_envs)

    def _stacked_space(self, single: spaces.Space[Any], box: spaces.Box) -> spaces.Space[Any]:
        bounds = [np.stack([bound] * self._count, self._axis - 1) for bound in (box.low, box.high)]
        if self._join:
            bounds = [np.concatenate([bound] * self._count, self._axis - 1) for bound in (box.low, box.high)]
        if self._zero:
            bounds = [np.minimum(bounds[0], 0).astype(box.dtype), np.maximum(bounds[1], 0).astype(box.dtype)]
        stacked = spaces.Box(bounds[0], bounds[1], dtype=box.dtype)  # type: ignore[arg-type]
        if self._key is None:
            return stacked
        return spaces.Dict({**single.spaces, self._key: stacked})  # type: ignore[attr-defined]

    def reset(
        self, *, seed: int | Sequence[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Reset; the stacks of those that are reset are filled anew."""
        mask = None if options is None else options.get("reset_mask")
        observations, infos = self.env.reset(seed=seed, options=options)  # type: ignore[arg-type]
        newest = observations if self._key is None else observations[self._key]
        first = range(self.num_envs) if mask is None else np.flatnonzero(mask).tolist()
        if self._stack is None:
            self._stack = _stack_of(newest, self._axis, self._count, self._join, self._zero)
            first = range(self.num_envs)
        self._stack.fill(newest, first)
        self._ended = None
        return self._merge(observations), infos

    def step(self, actions: Any) -> tuple[Any, Any, Any, Any, dict[str, Any]]:
        """Step; the newest observations come last in the stacks."""
        observations, rewards, terminations, truncations, infos = self.env.step(actions)
        if self._stack is None:
            raise gymnasium.error.ResetNeeded("FrameStack: call reset() before step()")
        newest = observations if self._key is None else observations[self._key]
        ended = self._indices(terminations, truncations)
        if self._same_step:
            first = ended
            if first and "final_obs" in infos:
                self._stack_final(infos["final_obs"], first)
        else:
            first = (self._ended or []) if self._next_step else []
        self._stack.push(newest, first)
        self._ended = ended
        return self._merge(observations), rewards, terminations, truncations, infos

    def _stack_final(self, final: Any, indices: Sequence[int]) -> None:
        assert self._stack is not None
        for index in indices:
            if final[index] is None:
                continue
            if self._key is None:
                final[index] = self._stack.last(index, final[index])
            else:
                final[index] = {**final[index], self._key: self._stack.last(index, final[index][self._key])}

    @staticmethod
    def _indices(terminations: Any, truncations: Any) -> list[int]:
        ended = terminations | truncations
        return [index for index, one in enumerate(ended.tolist()) if one] if ended.any() else []

    def _merge(self, observations: Any) -> Any:
        assert self._stack is not None
        stacked = self._stack.get(self._copy)
        return stacked if self._key is None else {**observations, self._key: stacked}


def _stack_of(array: Any, axis: int, count: int, join: bool, zero: bool) -> _Stack:
    return (_Stack if hasattr(array, "__setitem__") and not _is_jax(array) else _Frozen)(array, axis, count, join, zero)


def _is_jax(array: Any) -> bool:
    return type(array).__module__.partition(".")[0] in ("jax", "jaxlib")


class _Stack:
    """A ring for arrays that can be written to: NumPy's, torch's.

    `memory` is longer than the stack; the stack is a window in it that moves by one with each step, and back to the
    beginning when it has come to the end. So a step writes the newest observation only, most of the time.
    """

    def __init__(self, array: Any, axis: int, count: int, join: bool, zero: bool) -> None:
        self.axis = axis
        self.width = array.shape[axis] if join else 1  # of one observation along the axis
        self.length = self.width * count
        self.join = join
        self.zero = zero
        self.start = 0
        self._make(array)

    def _make(self, array: Any) -> None:
        shape = list(array.shape)
        if not self.join:
            shape.insert(self.axis, 1)
        shape[self.axis] = 2 * self.length
        self.memory = _empty(array, tuple(shape))

    def _part(self, start: int, stop: int, of: Any = None) -> Any:
        memory = self.memory if of is None else of
        return memory[(slice(None),) * self.axis + (slice(start, stop),)]

    def _widened(self, array: Any) -> Any:
        """With the axis that is stacked along."""
        return array if self.join else array[(slice(None),) * self.axis + (None,)]

    def fill(self, newest: Any, indices: Sequence[int]) -> None:
        """Episodes begin."""
        newest = self._widened(newest)
        stop = self.start + self.length
        for index in indices:
            for place in range(self.start, stop - self.width, self.width):
                part = self._part(place, place + self.width)
                if self.zero:
                    part[index] = 0
                else:
                    part[index] = newest[index]
            self._part(stop - self.width, stop)[index] = newest[index]

    def push(self, newest: Any, first: Sequence[int]) -> None:
        """One step; episodes of `first` begin with it."""
        if self.start == self.length:
            kept = self.length - self.width
            self._part(0, kept)[...] = self._part(self.start + self.width, self.start + self.length)
            self.start = 0
        else:
            self.start += self.width
        stop = self.start + self.length
        self._part(stop - self.width, stop)[...] = self._widened(newest)
        if first:
            self.fill(newest, first)

    def get(self, copy: bool) -> Any:
        """The stacks."""
        stacked = self._part(self.start, self.start + self.length)
        if not copy:
            return stacked
        return stacked.clone() if hasattr(stacked, "clone") else stacked.copy()

    def last(self, index: int, final: Any) -> Any:
        """What the stack of one becomes with an observation that is not pushed."""
        before = self._part(self.start + self.width, self.start + self.length)[index]
        shape = list(before.shape)
        shape[self.axis - 1] = self.length
        stacked = _empty(before, tuple(shape))
        head = (slice(None),) * (self.axis - 1)
        stacked[head + (slice(0, self.length - self.width),)] = before
        stacked[head + (slice(self.length - self.width, None),)] = final if self.join else final[head + (None,)]
        return stacked


class _Frozen(_Stack):
    """The same for arrays that cannot be written to: jax's. A step makes a new stack."""

    def _make(self, array: Any) -> None:
        self.numpy = sys.modules["jax.numpy"]  # the arrays came from there
        self.memory = self.numpy.concatenate([self._widened(array)] * (self.length // self.width), self.axis)

    def fill(self, newest: Any, indices: Sequence[int]) -> None:
        newest = self._widened(newest)
        older = self.numpy.zeros_like(newest) if self.zero else newest
        filled = self.numpy.concatenate([older] * (self.length // self.width - 1) + [newest], self.axis)
        mask = np.zeros((len(newest),) + (1,) * (filled.ndim - 1), np.bool_)
        mask[list(indices)] = True
        self.memory = self.numpy.where(mask, filled, self.memory)

    def push(self, newest: Any, first: Sequence[int]) -> None:
        older = self._part(self.width, self.length)
        self.memory = self.numpy.concatenate([older, self._widened(newest)], self.axis)
        if first:
            self.fill(newest, first)

    def get(self, copy: bool) -> Any:
        return self.memory

    def last(self, index: int, final: Any) -> Any:
        older = self._part(self.width, self.length)[index]
        final = self.numpy.asarray(final)
        final = final if self.join else self.numpy.expand_dims(final, self.axis - 1)
        return self.numpy.concatenate([older, final], self.axis - 1)


def _empty(like: Any, shape: tuple[int, ...]) -> Any:
    if hasattr(like, "new_empty"):  # torch
        return like.new_empty(shape)
    return np.empty(shape, like.dtype)
