"""N games played side by side, as a Gymnasium vector environment."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import numpy as np
from gymnasium import spaces
from gymnasium.error import CustomSpaceError
from gymnasium.utils import seeding
from gymnasium.vector.utils import batch_space, iterate

from ._batch_env import BatchEnv
from ._games import Games
from ._infos import AutoresetMode
from ._rows import DeviceRows, Layout
from ._turns import Answer
from .errors import GameCrashed, GameError, GameTimeout, OffstageError, PlanError, StartFailed


class GameVectorEnv(BatchEnv):
    """N games, each in a process of its own, and one batch of observations that they fill in place.

    Gymnasium's VectorEnv, with its three autoreset modes; and EnvPool's way of taking whoever is ready::

        env.async_reset(seed=1)
        while True:
            observations, rewards, terminations, truncations, infos = env.recv(4)       # any 4 of N
            env.send(policy(observations), infos["env_id"])

    Observations:
        (N, channels, height, width) or (N, height, width, channels), as ``observation`` says; an array of its own for
        each step, or with ``copy=False`` a view of one of two batches that are used in turn: valid until the step after
        next begins. recv() always copies.

        With ``observation={"device": "cuda"}`` or "cuda:N" the batch is memory of this process on the GPU, which all
        games fill, and observations are an :class:`offstage.DeviceArray`, for ``torch.from_dlpack`` and the like: always
        such a view. What reads it on the GPU must be done when the step after next begins. recv() and
        ``infos["final_obs"]`` copy, on the GPU.

    A game that crashes, or does not answer within ``timeout`` seconds, is started again, and the others do not notice.
    Its episode is truncated, with reward 0 and its last observation, and ``infos["crashed"]`` has a sentence for it
    (with the mode SameStep also ``infos["final_info"]["crashed"]``). A crash during a reset is in ``infos["crashed"]``
    of the reset that succeeded at last. A game that ends in order, with status 0 or by closing its window, terminates
    its episode.

    Args:
        command, actions, observation, hz, frame_skip, reward, terminated, info, hook, reset, start, start_frames,
            timeout, environment, cwd, gpu, screen: as in :class:`offstage.GameEnv`.
        num_envs: N.
        autoreset_mode: "NextStep": a step after the end of an episode begins the next one, whatever the action.
            "SameStep": the step that ends an episode does so; its end is in ``infos["final_obs"]`` and
            ``infos["final_info"]``. "Disabled": reset with ``options={"reset_mask": mask}``.
        copy: see above. None: True in host memory, False on a GPU, where True is PlanError.
        spares: with ``reset="restart"``, so many games more are started ahead, and wait at their first frame to take
            over: an episode's end costs the others nothing while there is one. None: N / 4, at least 1. 0: none.
        seeds: where the seeds of later episodes come from, with ``reset="restart"``. "shared": any spare can serve any
            game; in lockstep the same seed and actions still give the same episodes. "own": each game has a stream of
            its own, as N GameEnvs would; a spare serves one game only. The first episodes are the same in both.
        max_crashes: how often in a row a game may crash without a step in between; then it is GameCrashed.
        render_mode: None or "rgb_array": render() gives the windows, a tuple of N (height, width, 3) uint8.

    Raises:
        PlanError, UnknownKey, ValueError: arguments that make no sense; from step(), an action that is not in the
            space, and then nothing has happened.
        NotSupported, NoSuchDevice: there is no CUDA here, or no such device, and observations are to be there.
        StartFailed: from the first reset(): the game shows no frame.
        HookFailed: from reset() and step(): what the hook file raised in a game.
        ResetNeeded: a step before the first reset; with Disabled, a step after the end.
    """

    def __init__(
        self,
        command: Sequence[str],
        num_envs: int = 1,
        *,
        actions: Any,
        observation: Mapping[str, Any] | None = None,
        hz: float | None = 60.0,
        frame_skip: int = 4,
        reward: Callable[[Any, dict[str, Any]], float] | None = None,
        terminated: Callable[[Any, dict[str, Any]], bool] | None = None,
        info: Callable[[Any, dict[str, Any]], Mapping[str, Any] | None] | None = None,
        hook: str | os.PathLike[str] | None = None,
        reset: str | Sequence[Any] = "restart",
        start: Sequence[Any] | None = None,
        start_frames: int = 0,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
        copy: bool | None = None,
        spares: int | None = None,
        seeds: Literal["shared", "own"] = "shared",
        seed: int | None = None,
        max_crashes: int = 10,
        timeout: float = 30.0,
        render_mode: str | None = None,
        environment: Mapping[str, str] | None = None,
        cwd: str | os.PathLike[str] | None = None,
        gpu: str | None = None,
        screen: tuple[int, int] | None = None,
    ) -> None:
        if isinstance(num_envs, bool) or not isinstance(num_envs, (int, np.integer)) or num_envs < 1:
            raise ValueError(f"num_envs: expected a number of games from 1, not {num_envs!r}")
        num_envs = int(num_envs)
        if seeds not in ("shared", "own"):
            raise ValueError(f'seeds: expected shared or own, not "{seeds}"')
        if render_mode not in (None, "rgb_array"):
            raise ValueError(f"render_mode: expected None or rgb_array, not {render_mode!r}")
        on_cuda = str((observation or {}).get("device", "cpu")) != "cpu"
        if on_cuda and copy:
            raise PlanError("copy: observations in CUDA memory are views; take observations.copy(), or torch's clone()")
        games = Games(
            command,
            num_envs,
            actions=actions,
            observation=observation,
            hz=hz,
            frame_skip=frame_skip,
            reward=reward,
            terminated=terminated,
            info=info,
            hook=hook,
            reset=reset,
            start=start,
            start_frames=start_frames,
            spares=min(max(1, num_envs // 4), 4096) if spares is None else spares,
            timeout=timeout,
            environment=environment,
            cwd=cwd,
            gpu=gpu,
            screen=screen,
            rows=2 * num_envs,
        )
        judged = not (reward is None and terminated is None and info is None)
        players = _Games(games, judged, seeds == "shared" and reset == "restart", seed)
        fps = hz / frame_skip if hz else 60.0 / frame_skip
        try:
            super().__init__(
                players,
                num_envs,
                games.observation_space,
                games.action_space,
                mode=autoreset_mode,
                copy=not on_cuda if copy is None else copy,
                timeout=float("inf"),  # each game has its own
                max_crashes=max_crashes,
                metadata={"render_modes": ["rgb_array"], "render_fps": fps},
                render_mode=render_mode,
            )
        except BaseException:
            games.close()
            raise
        self._games = games

    def render(self) -> tuple[Any, ...] | None:
        """The windows of all games as they are now, a tuple of (height, width, 3) uint8, top row first."""
        if self.render_mode is None:
            return None
        self._check_free("render")
        return tuple(self._games.picture(index) for index in range(self.num_envs))


class _Games:
    """The Players (_turns.py) of a GameVectorEnv."""

    def __init__(self, games: Games, judged: bool, shared: bool, seed: int | None) -> None:
        self._games = games
        self._judged = judged
        self._shared = shared
        self._played = [False] * games.count  # it has shown that it can be started
        self._action_space = games.action_space
        self._layout = Layout(games.action_space, "action")
        self._batched_actions = batch_space(games.action_space, games.count)
        self.rows: Any = (
            DeviceRows(games.rows)
            if games.on_cuda
            else Layout(games.observation_space).rows(games.channel.rows, 2 * games.count)
        )
        self._row = [0] * games.count
        self._luck: list[np.random.Generator | None] = [None] * games.count
        self._common: np.random.Generator | None = None
        self._next: list[list[int]] = [[] for _ in range(games.count)]  # drawn ahead: the seeds of spares
        self._next_shared: list[int] = []
        self._since = list(range(games.count))  # in which order the episodes began
        self._turn = games.count
        if seed is not None:
            for index in range(games.count):
                self._sow(index, seed + index)

    # -- Players -----------------------------------------------------------------------------------------------------

    def cut(self, actions: Any, count: int) -> Sequence[Any]:
        """All of them are looked at before the first one is played."""
        space = self._action_space
        if isinstance(space, spaces.Discrete):
            return self._cut_numbers(actions, count, int(space.start), int(space.start) + int(space.n))
        if not isinstance(space, (spaces.MultiBinary, spaces.Box)):
            return self._cut_nested(actions, count)
        array = np.asarray(actions)
        expected = (count, *space.shape)
        if array.shape != expected:
            raise ValueError(f"actions: expected the shape {expected} for {count} of {space}, not {array.shape}")
        if isinstance(space, spaces.MultiBinary):
            fits = (array == 0) | (array == 1)
        else:
            array = array.astype(space.dtype)
            fits = (array >= space.low) & (array <= space.high)
        if not fits.all():
            raise ValueError(f"actions: {array.tolist()!r:.200} are not in the action space {space}")
        return list(array)

    def _cut_numbers(self, actions: Any, count: int, start: int, stop: int) -> Sequence[int]:
        array = actions if isinstance(actions, np.ndarray) else np.asarray(actions)
        if array.shape != (count,) or array.dtype.kind not in "iu":
            raise ValueError(f"actions: expected {count} integers, not {array.dtype} of the shape {array.shape}")
        numbers: list[int] = array.tolist()
        if min(numbers) < start or max(numbers) >= stop:
            wrong = [number for number in numbers if not start <= number < stop]
            raise ValueError(f"actions: {wrong[0]} is not in the action space {self._action_space}")
        return numbers

    def _cut_nested(self, actions: Any, count: int) -> Sequence[Any]:
        try:
            elements = list(iterate(self._batched_actions, actions))
        except (CustomSpaceError, TypeError, KeyError) as error:
            raise ValueError(f"actions: expected a batch of {count} of {self._action_space}: {error}") from None
        if len(elements) != count:
            raise ValueError(f"actions: expected {count} of {self._action_space}, not {len(elements)}")
        for place, element in enumerate(elements):
            try:
                elements[place] = self._layout.unpack(self._layout.pack(element)[0])
            except ValueError as error:
                raise ValueError(f"actions: {error}") from None
            if elements[place] not in self._action_space:
                raise ValueError(f"actions: {element!r:.200} is not in the action space {self._action_space}")
        return elements

    def step(self, index: int, row: int, action: Any) -> None:
        """Begin a step."""
        self._row[index] = row
        self._games.act(index, action, row)

    def reset(self, index: int, row: int, seed: int | None, options: dict[str, Any] | None) -> None:
        """Begin an episode."""
        self._row[index] = row
        if seed is not None:
            self._sow(index, seed)
        elif self._luck[index] is None:
            self._sow(index, None)
        # A game that is reset by keys takes its seed from its command: as GameEnv, a seed starts it again.
        again = seed is not None and self._games.resets_by_keys
        self._games.begin(index, self._draw(index, seed is not None), row, restart=again)
        self._since[index], self._turn = self._turn, self._turn + 1
        self._games.prepare(self._coming())

    def wait(self, indices: Sequence[int], wanted: int, timeout: float) -> Sequence[int]:
        """As Games.wait()."""
        return self._games.wait(indices, wanted, None if timeout == float("inf") else timeout)

    def take(self, index: int, event: int) -> Answer | str:
        """What came of it."""
        try:
            result = self._games.result(index)
        except StartFailed as error:
            return str(error) if self._played[index] else Answer(failure=error)
        except (GameCrashed, GameTimeout) as error:
            return str(error)
        except (GameError, OffstageError) as error:
            return Answer(failure=error)
        self._played[index] = True
        fresh = not self._games.gone(index)
        if self._judged and fresh:
            try:
                result = self._games.judge(result, self.rows.leaf(self._row[index]), index)
            except Exception as error:  # the others' results are not lost by it
                return Answer(failure=error)
            if result.terminated or result.truncated:
                self._games.end_episode(index)
        return Answer(result.reward, result.terminated, result.truncated, result.info, fresh=fresh)

    def hung(self, index: int, seconds: float) -> str:
        """Never needed: Games has time-outs of its own."""
        raise NotImplementedError

    def restart(self, index: int) -> None:
        """reset() does it."""

    def close(self, timeout: float) -> None:
        """Games are not asked."""
        self._games.close()

    # -- seeds -------------------------------------------------------------------------------------------------------

    def _sow(self, index: int, seed: int | None) -> None:
        generator, used = seeding.np_random(seed)
        self._luck[index] = generator
        self._next[index] = []
        if index == 0 or self._common is None:
            # Another stream than that of any game, and the same for the same seed.
            self._common = np.random.Generator(np.random.PCG64(np.random.SeedSequence([used, 1])))
            self._next_shared = []

    def _draw(self, index: int, first: bool) -> int:
        if self._shared and not first:
            return self._next_shared.pop(0) if self._next_shared else _game_seed(self._common)
        return self._next[index].pop(0) if self._next[index] else _game_seed(self._luck[index])

    def _coming(self) -> list[int]:
        """The seeds that will be asked for next: those of the oldest episodes first."""
        if self._shared:
            while len(self._next_shared) < self._games.spare_limit:
                self._next_shared.append(_game_seed(self._common))
            return list(self._next_shared)
        for index, drawn in enumerate(self._next):
            if not drawn and self._luck[index] is not None:
                drawn.append(_game_seed(self._luck[index]))
        order = sorted(range(len(self._next)), key=self._since.__getitem__)
        return [seed for index in order for seed in self._next[index]]


def _game_seed(generator: np.random.Generator | None) -> int:
    assert generator is not None
    return int(generator.integers(0, 2**63, dtype=np.uint64))
