"""Places of play on one channel: each has a game of its own, and spare games wait to take over.

GameEnv has one place, GameVectorEnv has N. How an environment uses it::

    games = Games(command, n, actions=..., ...)
    games.begin(i, seed)                       # a new episode at place i; returns at once
    games.prepare([seed, ...])                 # the next ones that will be asked for: spares are started ahead for them
    games.wait([i, ...])                       # until these places are done, whatever becomes of them
    first = games.result(i)                    # Result; or raises what went wrong there, and only there
    games.act(i, action); games.wait([i]); result = games.result(i)

What a game sees is in `games.rows[row]`, where `row` is what begin() and act() were told (the place's own number by
default); it is valid until the place is told to write to that row again.

A place is idle (no episode), busy (between begin or act and the end of wait), or done. The crash of one game touches
nobody else; its place is idle then, and begin() starts another game there.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from time import monotonic
from typing import Any

import numpy as np

from . import _encode, _native
from ._crew import Crew
from ._game_options import check_functions, check_numbers, observation_options, process_options, reset_of, words_of
from ._player import BUSY, DONE, LOST, Order, Player
from ._process import fill_standard_streams
from ._result import Result, add_json, failure_of, finite, seconds, with_reports
from .errors import Closed, NotSupported, PeerGone, ResetNeeded
from .observation import _space

_STEP, _RESET = _native.COMMAND_STEP, _native.COMMAND_RESET
_FIRST, _BLIND = _native.COMMAND_FIRST, _native.COMMAND_BLIND
_TERMINATED, _TRUNCATED = _native.ANSWER_TERMINATED, _native.ANSWER_TRUNCATED
_ONE_DONE = [DONE]
_INFO, _FAILED, _CLOSED = _native.ANSWER_INFO, _native.ANSWER_FAILED, _native.ANSWER_CLOSED


class Games:
    """`n` places of play.

    Args:
        command, actions, observation, hz, frame_skip, reward, terminated, info, hook, reset, start, start_frames,
            timeout, environment, cwd, gpu, screen: as in :class:`offstage.GameEnv`.
        n: places.
        spares: at most so many games are started ahead. 0 where `reset` is not "restart".
        rows: observations in the batch; n by default.

    Attributes:
        observation_space, action_space: of one place.
        spare_limit: how many spares there can be.
        resets_by_keys: an episode of a game that runs begins by keys, which cannot give it a seed.
        rows: (rows, *observation_space.shape), the batch; an array, or an offstage.DeviceArray. Games write to it while
            their places are busy.
        on_cuda: it is a DeviceArray.
        channel: the memory behind it.

    Raises:
        PlanError, UnknownKey, ValueError: arguments that make no sense.
        OutOfMemory: there is no room for the shared memory.
        NotSupported, NoSuchDevice: there is no CUDA here, or no such device, where the observations are to be.
    """

    def __init__(
        self,
        command: Sequence[str],
        n: int = 1,
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
        environment: Mapping[str, str | None] | None = None,
        cwd: str | os.PathLike[str] | None = None,
        gpu: str | None = None,
        screen: tuple[int, int] | None = None,
        rows: int | None = None,
    ) -> None:
        command = words_of(command)
        check_numbers(hz, frame_skip, start_frames, spares, timeout)
        check_functions(reward=reward, terminated=terminated, info=info)
        self._frame_skip = frame_skip = int(frame_skip)
        self._encoder = _encode.encoder(actions, frame_skip)
        self._encode = self._encoder.encode
        self._reward, self._terminated, self._info = reward, terminated, info
        self._reset, self._reset_script = reset_of(reset, hook, start_frames)
        self.resets_by_keys = self._reset == "keys"
        start_script = _encode.script(start or (), "start", start_frames)
        self._timeout = float(timeout)
        how = process_options(n, hz, hook, cwd, environment, gpu, screen)
        options = observation_options(observation)
        device = options.pop("device")
        fill_standard_streams()
        box = _space(options)
        self.spare_limit = spares if self._reset == "restart" else 0
        self.count = n
        row_count = n if rows is None else rows
        self.channel = _native.Channel(
            seats=n + self.spare_limit, rows=row_count, observation=options, device=device
        )
        self.on_cuda = self.channel.device != "cpu"
        self.observation_space = box
        self.action_space = self._encoder.space
        self.rows: Any = self.channel.rows
        if not self.on_cuda:
            self.rows = np.frombuffer(self.rows, box.dtype).reshape(row_count, *(box.shape or ()))
        self._places: list[Player | None] = [None] * n
        self._crew = Crew(self.channel, n + self.spare_limit, command, start_script, how)
        self._unsettled, self._queue = self._crew.unsettled, self._crew.queue
        self._tell = self.channel.command

    # -- episodes ------------------------------------------------------------------------------------------------------

    def begin(self, place: int, seed: int, row: int | None = None, restart: bool = False) -> None:
        """A new episode at a place, whatever goes on there; it is busy then.

        Args:
            seed: the game's own. A spare that was prepared with it is taken.
            row: where the first observation goes.
            restart: a new process also where `reset` is by keys or by a hook.
        """
        if self._crew.owner != os.getpid():
            raise Closed(
                "these games were started before fork(), and belong to the other process: make an environment here"
            )
        row = place if row is None else row
        player = self._places[place]
        if player is None or restart or self._reset == "restart" or player.lost or not player.ready or player.open:
            self._crew.retire(player)
            player = self._places[place] = self._crew.take(seed)
            player.orders.append(self._first(row, seed))
            self._crew.launch()
        else:
            player.orders.append(self._again(player, row, seed))
        player.acted, player.playing, player.held = False, False, self._encoder.start()
        if player.ready and not player.open and not player.lost:
            player.tell(player.orders.popleft())

    def prepare(self, seeds: Sequence[int]) -> None:
        """The seeds that begin() will ask for next, the nearest first. Spares are started for as many of them as there
        may be, and spares with other seeds are ended."""
        self._crew.prepare(list(seeds)[: self.spare_limit])

    def act(self, place: int, action: Any, row: int | None = None, blind: bool = False) -> None:
        """One step at a place: frame_skip frames with this action. It is busy then.

        Raises:
            ValueError: the action is not in the action space. Nothing has happened.
            ResetNeeded: there is no episode.
        """
        player = self._places[place]
        if player is None or not player.playing:
            raise ResetNeeded("there is no episode: call reset() first")
        if player.open:  # a step that was interrupted
            self.wait([place])
        events, player.held = self._encode(action, player.held, player.size)
        player.acted = player.open = True
        player.since = monotonic()
        try:
            self._tell(
                player.seat, _STEP, self._frame_skip, _BLIND if blind else 0, place if row is None else row, 0, events
            )
        except PeerGone:
            player.lost = True

    def play(self, place: int, action: Any, row: int | None = None) -> Result:
        """act(), wait() and result() of one place."""
        row = place if row is None else row
        player = self._places[place]
        if player is None or not player.playing or player.open or self._unsettled:
            self.act(place, action, row)
        else:
            events, player.held = self._encode(action, player.held, player.size)
            player.acted = player.open = True
            player.since = monotonic()
            try:
                self._tell(player.seat, _STEP, self._frame_skip, 0, row, 0, events)
            except PeerGone:
                player.lost = True
            else:
                events = self.channel.wait(player.seats, 1, self._timeout)
                if events == _ONE_DONE:
                    player.open = False
                    return self.result(place)
                player.lost = events[0] == LOST
        self._wait_slowly([self._at(place)], 1, None)
        return self.result(place)

    def wait(self, places: Sequence[int], wanted: int | None = None, timeout: float | None = None) -> list[int]:
        """Wait until `wanted` of these places are done (all of them, by default), or `timeout` seconds have passed
        (None: no limit, since every game has its own).

        Returns, for each: 0 busy, 1 done, 2 its game is gone or has not answered in time; result() says more. No place
        stays busy for much longer than the games' timeout after it was started or told to act. KeyboardInterrupt leaves
        everything as it is; wait may be called again.
        """
        players = [self._at(place) for place in places]
        wanted = len(players) if wanted is None else min(wanted, len(players))
        if not self._unsettled and not self._queue and not any([player.lost for player in players]):
            limit = self._timeout if timeout is None else timeout
            events = self.channel.wait([player.seat for player in players], wanted, limit)
            for player, event in zip(players, events):
                if event == DONE:
                    player.open = False
                elif event == LOST:
                    player.lost = True
            if sum([event != BUSY for event in events]) >= wanted:
                return events
        self._wait_slowly(players, wanted, timeout)
        return [LOST if player.lost else DONE if player.done else BUSY for player in players]

    def result(self, place: int) -> Result:
        """What became of the place. Once for each begin and act, after wait said 1 or 2.

        Raises:
            StartFailed, GameCrashed, GameTimeout, HookFailed: what went wrong; the place is idle, its process ended.
            ReportFailed: likewise; but the process goes on where the game's lines on OFFSTAGE_REPORT make no sense.
            PlanError: the observation does not fit the game's window.
        """
        player = self._places[place]
        if player is None or player.lost:
            return self._lost(place, self._at(place))
        answer = self.channel.answer(player.seat)
        flags, frames, virtual_ns = answer.flags, answer.frames_shown, answer.virtual_ns
        player.size = (answer.width, answer.height)
        player.seen = seen = (frames, virtual_ns)
        if not player.acted:
            player.base, player.playing = seen, True
        if flags & _FAILED:
            where = self._where(place)
            self._drop(place)
            raise failure_of(answer.error, where)
        base = player.base
        info: dict[str, Any] = {"frames": frames - base[0], "time": seconds(virtual_ns - base[1])}
        if flags & _CLOSED:
            info["new_window"] = True
        if flags & _INFO or player.told:
            add_json(info, answer.info or player.told)
            player.told = b""
        reward, terminated, truncated = answer.reward, flags & _TERMINATED != 0, flags & _TRUNCATED != 0
        if reward - reward != 0.0:  # infinite, or no number
            finite(reward, self._where(place), "the sum of the rewards that were reported")
        result = Result(reward, terminated, truncated, info)
        if player.heard is not None and player.heard(0):
            result = self._with_reports(place, player, result)
        if not player.acted:
            return Result(0.0, False, False, info)
        if result.terminated or result.truncated:
            player.playing = False
        return result

    def judge(self, result: Result, observation: Any, place: int = 0) -> Result:
        """With the learner's own functions `reward`, `terminated` and `info` applied.

        Raises:
            ReportFailed: `reward` gave what is no finite number.
        """
        reward, terminated, truncated, info = result
        if self._info is not None:
            info.update(self._info(observation, info) or ())
        if self._reward is not None:
            reward = float(self._reward(observation, info))
            if reward - reward != 0.0:
                finite(reward, self._where(place), "what the function reward gave")
        if self._terminated is not None and not terminated:
            terminated = bool(self._terminated(observation, info))
        return Result(reward, terminated, truncated, info)

    def gone(self, place: int) -> bool:
        """The game has ended by itself with the newest result: there is no new observation."""
        return self._places[place] is None

    def end_episode(self, place: int) -> None:
        """The place is idle until begin(); for who decides on the end by himself, as judge() does."""
        player = self._places[place]
        if player is not None:
            player.playing = False

    def picture(self, place: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
        """The whole window as it is now: (height, width, 3) uint8, top row first. The place must not be busy.

        Raises:
            ResetNeeded: no game is there.
            NotSupported: the picture cannot be had.
        """
        player = self._places[place]
        if player is None or player.lost or not player.done:
            raise ResetNeeded("there is no picture: no game runs; call reset() first")
        player.tell(Order(_native.COMMAND_PICTURE))
        self.wait([place])
        if player.lost:
            error = player.failure(self._timeout)
            raise error
        answer = self.channel.answer(player.seat)
        if answer.flags & _FAILED:
            raise NotSupported(f"the window's picture: {answer.error}")
        return np.asarray(self.channel.picture(player.seat))

    def close(self) -> None:
        """End all games. May be called again."""
        self._places = [None] * self.count
        self._crew.close()

    # -- inside --------------------------------------------------------------------------------------------------------

    def _at(self, place: int) -> Player:
        player = self._places[place]
        if player is None:
            raise ResetNeeded(f"place {place}: there is no game; begin an episode first")
        return player

    def _first(self, row: int, seed: int) -> Order:
        """What brings a new process to the first observation of its first episode."""
        if self._reset == "hook":
            return Order(_RESET, max(1, self._reset_script[1]), _FIRST, row, seed)
        return Order(_native.COMMAND_OBSERVE, 1, _FIRST, row)

    def _again(self, player: Player, row: int, seed: int) -> Order:
        """What brings a running one to the first observation of another episode."""
        events, frames = self._reset_script
        events = _encode.in_order([_encode.release(self._encoder.held(player.held)), events])
        return Order(_RESET if self._reset == "hook" else _STEP, max(1, frames), _FIRST, row, seed, events)

    def _where(self, place: int) -> str:
        """For a person: which game, and in which step."""
        player = self._places[place]
        frames = 0 if player is None else player.seen[0] - player.base[0]
        which = f"game {place}, " if self.count > 1 else ""
        return f"{which}step {frames // self._frame_skip} of the episode (frame {frames})"

    def _drop(self, place: int) -> None:
        self._crew.retire(self._places[place])
        self._places[place] = None

    def _wait_slowly(self, players: list[Player], wanted: int, timeout: float | None) -> None:
        end = None if timeout is None else monotonic() + timeout
        while True:
            self._crew.launch()
            left = [player for player in players if not player.done]
            if len(players) - len(left) >= wanted:
                break
            watched = [player for player in self._unsettled if player not in left and not player.done]
            watched = [player for player in (*left, *watched) if player.process is not None]
            now = monotonic()
            limit = min([player.since for player in watched]) + self._timeout
            limit = limit if end is None else min(limit, end)
            events = self.channel.wait([player.seat for player in watched], 1, max(0.0, limit - now))
            now = monotonic()
            for player, event in zip(watched, events):
                player.note(event)
                if not player.done and now >= player.since + self._timeout:
                    player.expire()
            self._crew.settle()
            if end is not None and now >= end:
                break

    def _with_reports(self, place: int, player: Player, result: Result) -> Result:
        """And what the game wrote to the descriptor OFFSTAGE_REPORT."""
        reports = player.process.reports() if player.process is not None else ()
        if not reports:
            return result
        return with_reports(result, reports, self._where(place))

    def _lost(self, place: int, player: Player) -> Result:
        in_order = player.acted and not player.expired and player.exit_status() == 0
        if in_order:  # somebody pressed what ends the game, or it was won
            frames, virtual_ns = player.seen
            info = {"frames": frames - player.base[0], "time": seconds(virtual_ns - player.base[1])}
            result = self._with_reports(place, player, Result(0.0, True, False, info))
            info["closed"] = True
            self._drop(place)
            return result
        error = player.failure(self._timeout)
        self._drop(place)
        raise error
