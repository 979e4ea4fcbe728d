"""One process of a game, on one seat of the channel: from its start to its first frame, through orders, to its end."""

from __future__ import annotations

import contextlib
import os
import select
import time
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from . import _native
from ._encode import Size
from ._process import Process, await_ending
from ._waiting import what_they_wait_for
from .errors import GameCrashed, GameError, GameTimeout, OffstageError, PeerGone, StartFailed

#: How a player stands.
BUSY, DONE, LOST = 0, 1, 2
_LAST_PATIENCE_S = 2.0  # the guards of a channel's games need so long at most, unless the machine is in trouble


class Order(NamedTuple):
    """A command that is given when the one before is answered."""

    kind: int
    frames: int = 1
    flags: int = 0
    row: int = 0
    seed: int = 0
    events: bytes = b""


class Player:
    """A process, and what it has been told.

    Attributes:
        seat: its number in the channel.
        seed: of the episode that it was started for.
        ready: it has shown its first frame.
        open: it has been told something that it has not answered.
        lost: it is gone, or was too slow. Nothing more can be told.
        orders: what it will be told next.
        since: when it was started, or told the newest thing; in seconds of time.monotonic().
        playing: it is in an episode: steps may be taken.
        acted: it was told to act in this episode.
        held: the state of the encoder.
    """

    __slots__ = (
        "acted",
        "base",
        "channel",
        "command",
        "expired",
        "fault",
        "heard",
        "held",
        "lost",
        "open",
        "orders",
        "pidfd",
        "playing",
        "process",
        "ready",
        "seat",
        "seats",
        "seed",
        "seen",
        "since",
        "size",
        "told",
    )

    def __init__(self, channel: _native.Channel, seat: int, command: Sequence[str], seed: int) -> None:
        self.channel = channel
        self.seat = seat
        self.seed = seed
        self.command = [word.replace("{seed}", str(seed)) for word in command]
        self.process: Process | None = None
        self.ready = self.open = self.lost = self.expired = self.acted = self.playing = False
        self.orders: deque[Order] = deque()
        self.heard: Any = None  # heard(0) is not empty: something lies in the report pipe; None: there is no pipe
        self.fault: object = None  # why it could not be started
        self.pidfd = -1
        self.since = 0.0
        self.held: Any = None
        self.size: Size = (0, 0)
        self.base = (0, 0)  # frames and time when the episode began
        self.seen = (0, 0)  # and in the newest answer
        self.seats = (seat,)
        self.told = b""  # what the game said before the episode began

    def start(self, options: Mapping[str, Any]) -> None:
        """Start the process. That it cannot be started is found out later, like everything else that goes wrong."""
        life = self.channel.open_seat(self.seat)
        self.since = time.monotonic()
        try:
            self.process = Process(
                self.command,
                place=f"{self.channel.descriptor}:{self.seat}:{life}",
                descriptors=[self.channel.descriptor],
                seed=self.seed,
                **options,
            )
        except (StartFailed, OSError) as error:
            self.fault = error if isinstance(error, StartFailed) else f"the game cannot be started: {error}"
            self.lost = True
        else:
            self.channel.watch(self.seat, self._watched(self.process))
            if self.process.report_fd >= 0:
                poller = select.poll()
                poller.register(self.process.report_fd, select.POLLIN)
                self.heard = poller.poll

    def _watched(self, process: Process) -> int:
        """What becomes readable when the process is gone. Not before, where it has memory of a GPU open, which must not
        be freed then: the other end of a lifeline is readable as soon as that is cut."""
        if self.channel.device != "cpu":
            with contextlib.suppress(OSError):
                self.pidfd = os.pidfd_open(process.pid)
        return process.gone_fd if self.pidfd < 0 else self.pidfd

    @property
    def settled(self) -> bool:
        """Nothing is left to be told by itself: the next answer is the one that is waited for."""
        return self.lost or (self.ready and not self.orders)

    @property
    def done(self) -> bool:
        return self.lost or (self.ready and not self.open and not self.orders)

    def tell(self, order: Order) -> None:
        self.since = time.monotonic()
        self.open = True  # before it is: Ctrl-C may come between the two
        try:
            self.channel.command(self.seat, order.kind, order.frames, order.flags, order.row, order.seed, order.events)
        except PeerGone:
            self.lost = True

    def note(self, event: int) -> None:
        """What a wait has found about its seat."""
        if event == LOST:
            self.lost = True
        elif event == DONE and not self.lost:
            self.ready = True
            if self.open:
                self.open = False
                if self.orders:
                    self._pass()
            if self.orders:
                self.tell(self.orders.popleft())

    def _pass(self) -> None:
        """An answer on the way to the one that is waited for."""
        answer = self.channel.answer(self.seat)
        if answer.flags & _native.ANSWER_FAILED:
            self.orders.clear()
        elif answer.flags & _native.ANSWER_INFO:
            self.told = answer.info

    def expire(self) -> None:
        self.lost = self.expired = True

    def failure(self, timeout: float) -> GameError:
        """Why it is lost, as an exception. Its process is ended if it was not yet."""
        process = self.process
        if self.fault is not None or process is None:
            return StartFailed(str(self.fault or "the game was not started"))
        if self.expired:
            waiting = what_they_wait_for(process.pid)
            story = process.story()
            process.kill()
            if self.ready:
                return GameTimeout(_sentence(f"no answer from the game within {timeout:g} s", waiting, story))
            others = self._other_windows()
            which = "the window that is to be played" if others else "a window"
            said = f"the game showed no frame of {which} within {timeout:g} s"
            return StartFailed(_sentence(said, others, waiting, story))
        process.wait(5.0)
        process.drain()
        if self.ready:
            return GameCrashed(_sentence("the game ended in the middle of an episode", process.story()))
        return StartFailed(_sentence("the game ended before it showed a frame", process.story()))

    def _other_windows(self) -> str:
        """Of a game that shows frames, but none in the window that it is to be played in: which it has."""
        with contextlib.suppress(OffstageError):
            answer = self.channel.answer(self.seat)
            if answer.state == _native.SEAT_ATTACHED:
                return answer.error
        return ""

    def exit_status(self) -> int | None:
        """Of a player that is lost; None while something of its process runs."""
        return None if self.process is None else self.process.wait(5.0)

    def end(self) -> None:
        """Kill the process. It is waited for only if it may still be writing."""
        process, self.process = self.process, None
        if process is None:
            return
        process.kill()
        if self.open and not (self.lost and not self.expired):
            process.wait(5.0)
        if not self.channel.closed:
            self.channel.watch(self.seat, -1)
        if self.pidfd >= 0:
            os.close(self.pidfd)
            self.pidfd = -1
        process.close()


def _sentence(*parts: str) -> str:
    return ". ".join(part.strip() for part in parts if part.strip())


def end_all(players: set[Player], channel: _native.Channel, owner: int) -> None:
    """The end of a channel and its games; in the process that made them."""
    if os.getpid() != owner:
        return
    for player in list(players):
        if player.process is not None:
            player.process.kill()
    channel.close()
    for player in list(players):
        player.end()
    players.clear()
    await_ending(_LAST_PATIENCE_S)
