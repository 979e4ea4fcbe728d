"""What all our vector environments share: Gymnasium's interface, and EnvPool's way of taking whoever is ready."""

from __future__ import annotations

import operator
import os
from collections.abc import Iterable, Sequence
from typing import Any

import gymnasium
import numpy as np
from gymnasium.error import AlreadyPendingCallError, ClosedEnvironmentError, NoAsyncCallError
from gymnasium.vector.utils import batch_space

from ._infos import AutoresetMode, autoreset_mode
from ._turns import IDLE, Players, Turns
from .errors import FrameTimeout, ResetNeeded

_forks = 0  # between the process that imported this and this one; asking for the process's number costs a system call


def _count_fork() -> None:
    global _forks
    _forks += 1


os.register_at_fork(after_in_child=_count_fork)


class BatchEnv(gymnasium.vector.VectorEnv[Any, Any, Any]):
    """N environments that write into one batch. The public classes say what they are made of."""

    def __init__(
        self,
        players: Players,
        num_envs: int,
        observation_space: gymnasium.Space[Any],
        action_space: gymnasium.Space[Any],
        *,
        mode: Any,
        copy: bool,
        timeout: float,
        max_crashes: int,
        metadata: dict[str, Any],
        render_mode: str | None,
    ) -> None:
        self.num_envs = num_envs
        self.autoreset_mode = autoreset_mode(mode)
        self.metadata = {**metadata, "autoreset_mode": self.autoreset_mode}
        self.render_mode = render_mode
        self.single_observation_space = observation_space
        self.single_action_space = action_space
        self.observation_space = batch_space(observation_space, num_envs)
        self.action_space = batch_space(action_space, num_envs)
        self.copy = copy
        self._players = players
        self._turns = Turns(players, num_envs, self.autoreset_mode, timeout, max_crashes)
        self._all = range(num_envs)
        self._forks = _forks
        self._pending = ""  # "reset" or "step", in lockstep
        self._torn = False  # Ctrl-C came in the middle of a reset() or step(): nobody else would wait for the rest

    # -- all at once -------------------------------------------------------------------------------------------------

    def reset(
        self, *, seed: int | Sequence[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Begin an episode in every environment, or in those of ``options["reset_mask"]``.

        Args:
            seed: of the first environment, the next ones get the numbers after it; or one for each; None: unseeded.
            options: for the environments' own reset(). "reset_mask", (N,) bool, is taken out: the others stay as they
                are, and keep their observations.
        """
        if self._torn:
            self._mend()
        try:
            self.reset_async(seed, options)
            return self.reset_wait()
        except KeyboardInterrupt:
            self._torn = True
            raise

    def step(self, actions: Any) -> tuple[Any, Any, Any, Any, dict[str, Any]]:
        """One step of every environment; what becomes of those whose episode ends is said by the autoreset mode.

        Returns:
            observations (N, ...), rewards (N,) float64, terminations (N,) bool, truncations (N,) bool, infos.
        """
        if self._torn:
            self._mend()
        try:
            self.step_async(actions)
            return self.step_wait()
        except KeyboardInterrupt:
            self._torn = True
            raise

    def reset_async(
        self, seed: int | Sequence[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> None:
        """Begin what reset() does, without waiting."""
        self._check_free("reset_async")
        seeds = self._seeds_of(seed)
        chosen: Sequence[int] = self._all
        if options is not None and "reset_mask" in options:
            options = dict(options)  # wrappers around us look for the mask in theirs afterwards
            chosen = self._masked(options.pop("reset_mask"))
        rows = self._turns.turn()
        for index in chosen:
            self._turns.begin_reset(index, rows[index], seeds[index], options)
        self._pending = "reset"

    def reset_wait(self, timeout: float | None = None) -> tuple[Any, dict[str, Any]]:
        """Wait for what reset_async() began. After a FrameTimeout it may be called again."""
        ids = self._finish("reset", timeout)
        infos = self._turns.collect(ids, ids, self.num_envs)
        return self._turns.batch(self.copy), infos

    def step_async(self, actions: Any) -> None:
        """Begin what step() does, without waiting."""
        self._check_free("step_async")
        pieces = self._players.cut(actions, self.num_envs)
        self._check_playable(self._all)
        self._turns.begin_steps(self._all, self._turns.turn(), pieces)
        self._pending = "step"

    def step_wait(self, timeout: float | None = None) -> tuple[Any, Any, Any, Any, dict[str, Any]]:
        """Wait for what step_async() began. After a FrameTimeout it may be called again."""
        turns = self._turns
        self._finish("step", timeout)
        infos = turns.collect(self._all, self._all, self.num_envs)
        observations = turns.batch(self.copy)
        return observations, turns.rewards.copy(), turns.terminations.copy(), turns.truncations.copy(), infos

    # -- whoever is ready --------------------------------------------------------------------------------------------

    def async_reset(
        self, seed: int | Sequence[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> None:
        """Begin an episode in every environment (or in those of ``options["reset_mask"]``), for recv() and send()."""
        self.reset_async(seed, options)
        self._pending = ""

    def send(self, actions: Any, env_ids: Sequence[int]) -> None:
        """Begin one step of some environments, without waiting.

        Args:
            actions: a batch of k.
            env_ids: (k,) whose they are: the last result of each must have come from recv().
        """
        self._check_open()
        if self._pending:
            raise self._already("send", self._pending)
        ids = [operator.index(index) for index in env_ids]
        if len(set(ids)) != len(ids) or not all(0 <= index < self.num_envs for index in ids):
            raise ValueError(f"env_ids: expected different numbers from 0 to {self.num_envs - 1}, not {ids}")
        for index in ids:
            if self._turns.phase[index] != IDLE:
                raise self._already("send", f"step of environment {index}")
        pieces = self._players.cut(actions, len(ids))
        self._check_playable(ids)
        self._turns.begin_steps(ids, [self._turns.other_row(index) for index in ids], pieces)

    def recv(self, count: int | None = None, timeout: float | None = None) -> tuple[Any, Any, Any, Any, dict[str, Any]]:
        """Wait until `count` of the environments at work are done, and take these, in the order in which they were.

        Args:
            count: k; None = all that are at work.
            timeout: in seconds; FrameTimeout when it is out. Nothing is lost by it.

        Returns:
            As step(), but of k: observations (k, ...), always a copy, and so on. ``infos["env_id"]`` is (k,) int64: who
            they are, for send(). A reset gives reward 0 and no end.
        """
        self._check_open()
        if self._pending:
            raise self._already("recv", self._pending)
        turns, working = self._turns, len(self._turns.at_work())
        count = working if count is None else count
        if not 1 <= count <= working:
            raise ValueError(f"recv({count}): {working} of {self.num_envs} environments are at work")
        if not turns.advance(count, timeout):
            raise FrameTimeout(f"recv({count}): {len(turns.ready)} were ready after {timeout} s")
        ids = [turns.ready[place] for place in range(count)]
        infos = turns.collect(ids, range(count), count)
        infos["env_id"], infos["_env_id"] = np.array(ids, np.int64), np.ones(count, np.bool_)
        return turns.gather(ids), turns.rewards[ids], turns.terminations[ids], turns.truncations[ids], infos

    # -- the end -----------------------------------------------------------------------------------------------------

    def close_extras(self, timeout: float = 5.0, terminate: bool = False, **_: Any) -> None:
        """End all processes. Environments get `timeout` seconds to close in order, and none with ``terminate=True``."""
        if self._forks == _forks:  # a forked child has nothing to end
            self._players.close(0.0 if terminate else timeout)

    def __del__(self) -> None:
        if not self.closed and hasattr(self, "_pending"):
            self.close(terminate=True)

    def __reduce__(self) -> Any:
        raise TypeError(
            f"a {type(self).__name__} owns processes, it cannot be copied or pickled: make it where it is used"
        )

    # -- what is asked for wrongly -----------------------------------------------------------------------------------

    def _finish(self, what: str, timeout: float | None) -> list[int]:
        self._check_open()
        if self._pending != what:
            raise NoAsyncCallError(f"{what}_wait() without {what}_async() before it", what)
        ids = self._turns.at_work()
        if not self._turns.advance(len(ids), timeout):
            ready = len(self._turns.ready)
            raise FrameTimeout(f"{what}_wait(): {ready} of {len(ids)} environments were ready after {timeout} s")
        self._pending = ""
        return ids

    def _mend(self) -> None:
        self._check_open()
        self._turns.drain()
        self._pending, self._torn = "", False

    def _check_open(self) -> None:
        if self.closed:
            raise ClosedEnvironmentError(f"this {type(self).__name__} is closed")
        if self._forks != _forks:
            raise RuntimeError(f"this {type(self).__name__} belongs to the process from which this one was forked")

    def _check_free(self, what: str) -> None:
        self._check_open()
        busy = self._pending or ("send" if any(self._turns.phase) else "")
        if busy:
            raise self._already(what, busy)

    def _already(self, what: str, busy: str) -> AlreadyPendingCallError:
        return AlreadyPendingCallError(f"{what}() while a {busy} is under way: wait for that first", busy)

    def _check_playable(self, indices: Iterable[int]) -> None:
        disabled = self.autoreset_mode == AutoresetMode.DISABLED
        for index in indices:
            if not self._turns.begun[index]:
                raise ResetNeeded(f"environment {index} is at no episode: call reset() first")
            if disabled and self._turns.ended[index]:
                raise ResetNeeded(
                    f"the episode of environment {index} is over, and autoreset is disabled: "
                    'call reset(options={"reset_mask": ...}) first'
                )

    def _seeds_of(self, seed: Any) -> list[int | None]:
        if seed is None:
            return [None] * self.num_envs
        if isinstance(seed, (int, np.integer)):
            given: list[Any] = [int(seed) + index for index in self._all]
        elif isinstance(seed, Iterable):
            given = list(seed)
        else:
            raise ValueError(f"seed: expected a whole number from 0, or one for each environment, not {seed!r}")
        if len(given) != self.num_envs:
            raise ValueError(f"seed: {len(given)} seeds for {self.num_envs} environments")
        for one in given:
            if one is not None and (not isinstance(one, (int, np.integer)) or one < 0):
                raise ValueError(f"seed: expected whole numbers from 0, not {one!r}")
        return [None if one is None else int(one) for one in given]

    def _masked(self, mask: Any) -> list[int]:
        mask = np.asarray(mask)
        if mask.shape != (self.num_envs,) or mask.dtype != np.bool_ or not mask.any():
            raise ValueError(
                f'options["reset_mask"]: expected ({self.num_envs},) bool with at least one True, not {mask!r}'
            )
        for index in np.flatnonzero(~mask):
            if not self._turns.begun[index]:
                raise ResetNeeded(f"environment {index} is at no episode and not in the mask: reset all of them first")
        return [int(index) for index in np.flatnonzero(mask)]
