"""Whose turn it is: N environments in processes of their own, their results, their ends and their crashes.

An environment is idle, or at work (a reset, a step, a reset that follows the end of an episode), or ready: its result
waits to be collected. There are two rows for each, used in turn, so that the observation before survives a crash in the
middle of the next one. In lockstep all rows of a turn lie in the same half, and are the batch.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np

from ._infos import AutoresetMode, merge_info
from .errors import GameCrashed

IDLE = 0
_RESET = 1  # for reset(), or for NEXT_STEP
_STEP = 2
_FOLLOW = 3  # resetting after a step that ended the episode, in SAME_STEP
_READY = 4

BUSY, ANSWERED, LOST = 0, 1, 2  # what Players.wait() says, as enum ofs_seat_event


class Answer(NamedTuple):
    """What came of a reset or a step. The observation lies in the row that was named."""

    reward: float = 0.0
    terminated: bool = False
    truncated: bool = False
    info: dict[str, Any] = {}  # noqa: RUF012 - never written to
    loose: Sequence[Any] = ()  # what of the observation has no place in a row
    failure: Exception | None = None  # the environment raised it; its process goes on
    fresh: bool = True  # False: nothing was written to the row, the observation before is the last one


class Players(Protocol):
    """The processes. step() and reset() begin something, and return at once."""

    rows: Any  # _rows.Rows: 2 N observations

    def cut(self, actions: Any, count: int) -> Sequence[Any]:
        """A batch of actions as a sequence of what step() takes; ValueError for one that does not fit."""

    def step(self, index: int, row: int, action: Any) -> None: ...
    def reset(self, index: int, row: int, seed: int | None, options: dict[str, Any] | None) -> None: ...
    def wait(self, indices: Sequence[int], wanted: int, timeout: float) -> Sequence[int]:
        """Until `wanted` of them are ANSWERED or LOST, or the time is out: how each of them stands."""

    def take(self, index: int, event: int) -> Answer | str:
        """The answer of one for which wait() said ANSWERED or LOST; of one that crashed, the sentence that says so."""

    def hung(self, index: int, seconds: float) -> str:
        """The time of this one is out: end it, and say so in a sentence."""

    def restart(self, index: int) -> None:
        """After a crash: start it again, without waiting. The next call is reset()."""

    def close(self, timeout: float) -> None: ...


class Turns:
    """The turns of N environments. Who calls has checked that they may be played."""

    def __init__(self, players: Players, count: int, mode: AutoresetMode, timeout: float, max_crashes: int) -> None:
        self.players = players
        self.count = count
        self.timeout = timeout
        self.rewards = np.zeros(count, np.float64)
        self.terminations = np.zeros(count, np.bool_)
        self.truncations = np.zeros(count, np.bool_)
        self.phase = [IDLE] * count
        self.begun = [False] * count  # reset, and not failed since
        self.ended = [False] * count  # and not reset since
        self.row = list(range(count))  # where the newest observation lies
        self.loose: list[Sequence[Any]] = [()] * count
        self.ready: deque[int] = deque()  # in the order in which they became so

        self._mode = mode
        self._max_crashes = max_crashes
        self._rows = players.rows
        self._cores = len(os.sched_getaffinity(0))
        self._halves = (list(range(count)), list(range(count, 2 * count)))
        self._side = 0  # the half of the newest lockstep batch
        self._target = list(range(count))  # the row that is written to
        self._since = [0.0] * count  # when the turn began
        self._infos: list[dict[str, Any]] = [{}] * count
        self._finals: dict[int, dict[str, Any]] = {}
        self._failures: dict[int, Exception] = {}
        self._crashes = [0] * count  # in a row, without a step between them
        self._crashed_now: dict[int, str] = {}

    # -- beginning ---------------------------------------------------------------------------------------------------

    def turn(self) -> Sequence[int]:
        """The rows of the next lockstep batch, in the other half. Newest observations that lie there move out."""
        before, self._side = self._side, 1 - self._side
        if self.row != self._halves[before]:
            for index, row in enumerate(self.row):
                if row == self._halves[self._side][index]:
                    self.row[index] = self._halves[before][index]
                    self._rows.move(row, self.row[index])
        return self._halves[self._side]

    def other_row(self, index: int) -> int:
        """The row of this one in which its newest observation is not."""
        return (self.row[index] + self.count) % (2 * self.count)

    def begin_reset(self, index: int, row: int, seed: int | None, options: dict[str, Any] | None) -> None:
        """Begin an episode."""
        self._crashes[index] = 0
        self._since[index], self._target[index] = time.monotonic(), row
        self.players.reset(index, row, seed, options)
        self.begun[index], self.ended[index], self.phase[index] = True, False, _RESET

    def begin_steps(self, indices: Iterable[int], rows: Iterable[int], actions: Iterable[Any]) -> None:
        """Begin a step each; of those whose episode has ended, the next one, whatever the action."""
        now, step = time.monotonic(), self.players.step
        for index, row, action in zip(indices, rows, actions):
            self._since[index], self._target[index] = now, row
            if self.ended[index]:
                self.players.reset(index, row, None, None)
                self.ended[index] = False
                self.phase[index] = _RESET
            else:
                step(index, row, action)
                self.phase[index] = _STEP

    # -- waiting -----------------------------------------------------------------------------------------------------

    def at_work(self) -> list[int]:
        """Those that are not idle: at work, or ready."""
        return [index for index, phase in enumerate(self.phase) if phase != IDLE]

    def advance(self, wanted: int, timeout: float | None) -> bool:
        """Wait until `wanted` results are ready; False when the time is out before."""
        end = None if timeout is None else time.monotonic() + timeout
        busy = [index for index, phase in enumerate(self.phase) if IDLE < phase < _READY]
        while len(self.ready) < wanted:
            now = time.monotonic()
            limit = min(self._since[index] for index in busy) + self.timeout
            limit = limit if end is None else min(limit, end)
            missing = min(wanted - len(self.ready), len(busy))
            # While a core is free for it, the first answers are looked at before the last ones are there.
            at_once = 1 if len(busy) <= self._cores else missing
            for index, event in zip(busy, self.players.wait(busy, at_once, max(limit - now, 0.0))):
                if event != BUSY:
                    self._settle(index, self.players.take(index, event))
            if len(self.ready) < wanted:
                now = time.monotonic()
                for index in busy:
                    if self.phase[index] != _READY and now - self._since[index] > self.timeout:
                        self._settle(index, self.players.hung(index, self.timeout))
                if end is not None and now >= end and len(self.ready) < wanted:
                    return False
            busy = [index for index in busy if self.phase[index] != _READY]
        return True

    def _settle(self, index: int, answer: Answer | str) -> None:
        if isinstance(answer, str):
            return self._crash(index, answer)
        phase = self.phase[index]
        if answer.failure is not None:
            self._failures[index] = answer.failure
            answer = Answer()
        elif answer.fresh:
            self.row[index], self.loose[index] = self._target[index], answer.loose
        if phase == _STEP:
            self._crashes[index] = 0
            self.rewards[index] = answer.reward
            self.terminations[index], self.truncations[index] = answer.terminated, answer.truncated
            if answer.terminated or answer.truncated:
                return self._end(index, answer.info)
        elif phase == _RESET:
            self.rewards[index] = 0.0
            self.terminations[index] = self.truncations[index] = False
        self._done(index, answer.info)

    def _end(self, index: int, info: dict[str, Any]) -> None:
        """The episode is over."""
        if self._mode != AutoresetMode.SAME_STEP:
            self.ended[index] = True
            return self._done(index, info)
        self._finals[index] = {"final_obs": self._rows.one(self.row[index], self.loose[index]), "final_info": info}
        self.phase[index], self._since[index] = _FOLLOW, time.monotonic()
        self.players.reset(index, self._target[index], None, None)

    def _done(self, index: int, info: dict[str, Any]) -> None:
        if self._crashed_now:
            sentence = self._crashed_now.pop(index, None)
            info = info if sentence is None else {**info, "crashed": sentence}
        self._infos[index] = info
        self.phase[index] = _READY
        self.ready.append(index)

    def _crash(self, index: int, sentence: str) -> None:
        self._crashes[index] += 1
        self.players.restart(index)
        if self._crashes[index] > self._max_crashes:
            times = self._crashes[index]
            self._failures[index] = GameCrashed(
                f"environment {index} crashed {times} times without a step in between; the last time: {sentence}"
            )
            return self._done(index, {})
        self._crashed_now[index] = sentence
        if self.phase[index] == _STEP:  # its row may be half written; the one before holds the last observation
            self.rewards[index] = 0.0
            self.terminations[index], self.truncations[index] = False, True
            return self._end(index, {"crashed": sentence})
        self._since[index] = time.monotonic()
        self.players.reset(index, self._target[index], None, None)

    # -- collecting --------------------------------------------------------------------------------------------------

    def collect(self, ids: Sequence[int], places: Iterable[int], count: int) -> dict[str, Any]:
        """Take the results of `ids`, which are idle after it: their infos, at `places` of `count`.

        Raises:
            Exception: what an environment of them raised; it has to be reset before its next step.
        """
        infos: dict[str, Any] = {}
        for index, place in zip(ids, places):
            self.phase[index] = IDLE
            final = self._finals.pop(index, None) if self._finals else None
            if final is not None:
                merge_info(infos, final, place, count)
            if self._infos[index]:
                merge_info(infos, self._infos[index], place, count)
        if len(ids) == len(self.ready):
            self.ready.clear()
        else:
            taken = set(ids)
            self.ready = deque(index for index in self.ready if index not in taken)
        failed = [index for index in ids if index in self._failures] if self._failures else []
        if failed:
            failures = [self._failures.pop(index) for index in failed]
            for index in failed:
                self.begun[index] = False  # nobody knows how it stands
            raise failures[0]
        return infos

    def drain(self) -> None:
        """Wait for all that was begun, and forget what came of it. Ctrl-C may have come between any two lines here."""
        self._forget()
        ids = self.at_work()
        if ids:
            self.advance(len(ids), None)
        self._forget()

    def _forget(self) -> None:
        self.phase[:] = [IDLE if phase == _READY else phase for phase in self.phase]
        for index in self._failures:
            self.begun[index] = False
        for kept in (self.ready, self._finals, self._failures, self._crashed_now):
            kept.clear()  # type: ignore[attr-defined]

    def batch(self, copy: bool) -> Any:
        """The newest observations of all, in the half of the newest turn."""
        half = self._halves[self._side]
        if self.row != half:  # some did not play, or crashed
            for index, row in enumerate(self.row):
                if row != half[index]:
                    self._rows.move(row, half[index])
                    self.row[index] = half[index]
        return self._rows.batch(slice(half[0], half[-1] + 1), self.loose, copy)

    def gather(self, ids: Sequence[int]) -> Any:
        """The newest observations of some, a copy."""
        return self._rows.batch([self.row[index] for index in ids], [self.loose[index] for index in ids])
