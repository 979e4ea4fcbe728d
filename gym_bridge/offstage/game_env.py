"""One game as a Gymnasium environment."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import gymnasium
import numpy as np

from . import envs
from ._games import Games
from .errors import OffstageError, PlanError, ResetNeeded

envs.register()


class GameEnv(gymnasium.Env[Any, Any]):
    """A program that draws a window, in a process of its own: it waits at each frame for the next action.

    ::

        env = offstage.GameEnv(["python", "game.py"], actions=[None, "Left", "Right"], hook="game_hook.py")

    The program needs no change. It is shown no display; keys and mouse reach it as X11 events; and its clock goes on by
    1/hz s with each frame, however long that takes, so that the same seed and the same actions give the same frames.

    Observation:
        (channels, height, width) for layout "CHW", (height, width, channels) for "HWC", with stack * (1 if gray else 3)
        channels, the oldest frame first; uint8 from 0 to 255, or float16 or float32 of that times ``scale`` plus
        ``offset``. An array of its own for each step. A stack is made of observations; after reset() the first one
        fills it.

        With ``device="cuda"`` or "cuda:N" the game fills memory of this process on the GPU, and each observation is an
        :class:`offstage.DeviceArray`, for ``torch.from_dlpack`` and the like: one of two that are used in turn, valid
        until the step after next begins; what still reads it on the GPU must be done by then. ``copy()`` keeps it.

    Reward and end of an episode:
        what the game reports, with ``offstage.report(reward=..., terminated=..., info=...)`` in Python, with
        ofs_report() in C, or as a line ``reward=1.5 terminated=0 {"score": 3}`` on the descriptor that the variable
        OFFSTAGE_REPORT names (programs without a hook only; at most 64 KiB a step); what a ``hook`` file reports, which
        runs inside a Python game; and the functions ``reward`` and ``terminated``, which are asked last. Without any of
        these the reward is 0, and an episode has no end: limit it with gymnasium.wrappers.TimeLimit.

        A game that ends by itself with status 0, as when its window is closed, ends the episode too: terminated is
        True, info["closed"] is True, the reward is what it reported last, and the observation is the one before. Any
        other end is GameCrashed.

    info:
        "frames" and "time": frames shown, and seconds of the game's clock (to 0.1 ms), since the first observation;
        "closed", as above; "new_window" when the game closed its window and goes on in another one; and what the game
        reports.

    Args:
        command: the words that start the program. "{seed}" in them becomes the seed of the episode.
        actions: what can be done; see :mod:`offstage.actions`.
        observation: options of :class:`offstage.Capture`: size (84, 84), gray True, stack 4, layout "CHW", dtype
            "uint8", crop, filter, max_frames, flip, scale, offset, window, device "cpu".
        hz: frames a second of the game's clock; None: real time, and nothing is the same twice.
        frame_skip: frames of a step.
        reward, terminated, info: functions of (observation, info) that give a float, a bool, and a dict that is added
            to info.
        hook: path of a Python file that runs inside the game; see the README.
        reset: how an episode begins. "restart": a new process, always the same for the same seed. A list of keys: they
            are pressed one after another, each for two frames, with one frame between; a number waits for so many
            frames. "hook": the hook file's function reset(game, seed). reset(seed=...) starts a new process where the
            keys cannot give it.
        start: keys as for ``reset``, pressed after each start of a process, to pass a menu.
        start_frames: frames that are shown after these keys before the first observation.
        spares: with reset="restart", processes that are started ahead and wait at their first frame.
        timeout: seconds of real time for the first frame of a process, and for each step.
        seed: of the first episode, as if given to the first reset().
        render_mode: None, or "rgb_array": the whole window, (height, width, 3) uint8, top row first.
        environment: variables that the game gets beside those of this process; None takes one away.
        cwd: its working directory.
        gpu: as ``offstage run --gpu``; screen: (width, height) of its screen.

    Raises:
        PlanError, UnknownKey, ValueError: arguments that make no sense; in step(), an action that is not in the space.
        NotSupported, NoSuchDevice: with device "cuda", there is no CUDA here, or no such device.
    """

    metadata: dict[str, Any] = {"render_modes": ["rgb_array"], "render_fps": 15}

    def __init__(
        self,
        command: Sequence[str],
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
        spares: int = 1,
        timeout: float = 30.0,
        seed: int | None = None,
        render_mode: str | None = None,
        environment: Mapping[str, str | None] | None = None,
        cwd: str | os.PathLike[str] | None = None,
        gpu: str | None = None,
        screen: tuple[int, int] | None = None,
    ) -> None:
        if render_mode not in (None, *self.metadata["render_modes"]):
            raise ValueError(f'render_mode: expected None or "rgb_array", not {render_mode!r}')
        self._games = games = Games(
            command,
            1,
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
            spares=spares,
            timeout=timeout,
            environment=environment,
            cwd=cwd,
            gpu=gpu,
            screen=screen,
            rows=2 if str((observation or {}).get("device", "cpu")) != "cpu" else 1,
        )
        self.render_mode = render_mode
        self.metadata = {**self.metadata, "render_fps": (hz or 60.0) / frame_skip}
        self.observation_space = games.observation_space
        self.action_space = games.action_space
        self._judged = not (reward is None and terminated is None and info is None)
        self._first_seed = seed
        self._seeds: deque[int] = deque()  # of the episodes to come, as far as spares need them
        self._spares = games.spare_limit
        self._row = 0  # where the newest observation lies
        self._here = (0,)
        self._playing = False
        self._closed = False
        self._picture: Any = None
        self._why_not = "call reset() first"

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """Begin an episode.

        Args:
            seed: of this and all later episodes: each gets a seed of its own, drawn from this one.
            options: not used.

        Raises:
            StartFailed: the game cannot be started, or shows no frame within ``timeout``.
            GameCrashed, GameTimeout, HookFailed: it went wrong on the way to the first observation.
            PlanError: the observation does not fit the game's window.
        """
        self._check_open()
        if seed is None:
            seed, self._first_seed = self._first_seed, None
        else:
            self._first_seed = None
        super().reset(seed=seed)
        if seed is not None:
            self._seeds.clear()
        self._playing = False
        self._why_not = "the last reset() did not succeed; call reset() again"
        games, seeds = self._games, self._seeds
        while len(seeds) <= self._spares:
            # Half of the range: many programs take a seed as a signed number.
            seeds.append(int(self.np_random.integers(0, 1 << 63, dtype=np.uint64)))
        row = self._other_row()
        games.begin(0, seeds.popleft(), row, restart=seed is not None and games.resets_by_keys)
        games.wait(self._here)
        result = games.result(0)
        games.prepare(seeds)  # not before: the first one would share the processor with its spares
        observation = self._observation(row)
        if self._judged:
            result = games.judge(result, observation)
        self._playing = True
        return observation, result.info

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """``frame_skip`` frames with this action.

        Raises:
            ValueError: the action is not in the action space; nothing has happened.
            ResetNeeded: there is no episode.
            GameCrashed: the game ended, with an error or by a signal.
            GameTimeout: it did not show its frames within ``timeout``; it was killed.
            HookFailed: the hook file raised an error.
            ReportFailed: a reward is no finite number, or what the game reported makes no sense.
        """
        if not self._playing:
            raise ResetNeeded(f"there is no episode: {self._why_not}")
        try:
            row = self._other_row()
            result = self._games.play(0, action, row)
        except ValueError as error:
            if isinstance(error, PlanError):
                self._end("the last step failed; call reset() first")
            raise
        except OffstageError:
            self._end("the last step failed; call reset() first")
            raise
        observation = self._observation(row)
        if self._judged and not self._games.gone(0):
            result = self._games.judge(result, observation)
        reward, terminated, truncated, info = result
        if terminated or truncated:
            self._end("the last one has ended; call reset() first")
        return observation, reward, terminated, truncated, info

    def render(self) -> Any:
        """The whole window as it is now: (height, width, 3) uint8, top row first; None without a render mode. After the
        game has ended by itself, its last picture.

        Raises:
            ResetNeeded: no game runs.
        """
        if self.render_mode is None:
            return None
        self._check_open()
        try:
            self._picture = self._games.picture(0)
        except ResetNeeded:
            if self._picture is None:
                raise
        return self._picture.copy()

    def close(self) -> None:
        """End the game and its spares. May be called again."""
        if not self._closed:
            self._closed = True
            self._end("the environment was closed")
            self._games.close()
        super().close()

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise TypeError(
            "a GameEnv cannot be copied or pickled: it holds running processes. Give the other process a function that "
            "makes one, or use offstage.GameVectorEnv"
        )

    def _other_row(self) -> int:
        return 1 - self._row if self._games.on_cuda else 0

    def _observation(self, row: int) -> Any:
        """The newest one, which should lie in this row."""
        if not self._games.on_cuda:
            return self._games.rows[0].copy()
        if not self._games.gone(0):
            self._row = row
        return self._games.rows[self._row]

    def _end(self, why: str) -> None:
        self._playing = False
        self._why_not = why

    def _check_open(self) -> None:
        if self._closed:
            raise ResetNeeded("the environment was closed; make a new one")
