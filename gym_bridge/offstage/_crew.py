"""The processes behind the places of play: who has which seat of the channel, who is to be started when, and the spares.

No more of them start at the same time than there are processor cores: a start is work, and many at once only make each of
them later. Those that a place waits for go first.
"""

from __future__ import annotations

import os
import weakref
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

from . import _native
from ._player import Order, Player, end_all


class Crew:
    """The processes of one channel.

    Args:
        channel: its seats are theirs.
        seats: how many there are.
        command: the words that start one.
        start: events and frames between a process's first frame and the first thing that it is told.
        options: of _process.Process.

    Attributes:
        spares: those that were started ahead, by the seed of their first episode.
        queue: those that are to be started.
        unsettled: those that were started, and are not yet where a plain command leads to a plain answer; and the queue.
        start_limit: how many start at the same time.
    """

    def __init__(
        self,
        channel: _native.Channel,
        seats: int,
        command: Sequence[str],
        start: tuple[bytes, int],
        options: Mapping[str, Any],
    ) -> None:
        self.spares: dict[int, Player] = {}
        self.queue: deque[Player] = deque()
        self.unsettled: list[Player] = []
        self.start_limit = max(1, len(os.sched_getaffinity(0)))
        self.owner = os.getpid()
        self._channel = channel
        self._command = command
        self._start = start
        self._options = options
        self._free_seats = list(range(seats))[::-1]
        self._alive: set[Player] = set()
        self._finalizer = weakref.finalize(self, end_all, self._alive, channel, self.owner)

    def make(self, seed: int) -> Player:
        """One that is not started yet, for an episode with this seed."""
        player = Player(self._channel, self._free_seats.pop(), self._command, seed)
        events, frames = self._start
        if frames:
            player.orders.append(Order(_native.COMMAND_STEP, frames, _native.COMMAND_BLIND, 0, 0, events))
        self._alive.add(player)
        self.unsettled.append(player)
        return player

    def take(self, seed: int) -> Player:
        """The spare with this seed, or a new one; launch() starts it."""
        player = self.spares.pop(seed, None) or self.make(seed)
        if player.process is None and player not in self.queue:
            self.queue.append(player)
        return player

    def prepare(self, seeds: Sequence[int]) -> None:
        """Spares with these seeds, as far as there are seats; those with other seeds are ended."""
        for seed in [seed for seed in self.spares if seed not in seeds]:
            self.retire(self.spares.pop(seed))
        for seed in seeds:
            if seed not in self.spares and self._free_seats:
                self.spares[seed] = player = self.make(seed)
                self.queue.append(player)
        self.launch()

    def launch(self) -> None:
        """Start as many of the queue as may start now."""
        if not self.queue:
            return
        starting = sum([p.process is not None and not p.ready and not p.lost for p in self.unsettled])
        spares = self.spares.values()
        while self.queue and starting < self.start_limit:
            player = next((player for player in self.queue if player not in spares), self.queue[0])
            self.queue.remove(player)
            player.start(self._options)
            starting += 1

    def retire(self, player: Player | None) -> None:
        """End one; its seat is free."""
        if player is None:
            return
        player.end()
        for players in (self.queue, self.unsettled):
            if player in players:
                players.remove(player)
        self._alive.discard(player)
        self._free_seats.append(player.seat)

    def settle(self) -> None:
        """Forget about those that are settled; of spares, that have done all that they were told."""
        spares = self.spares.values()
        self.unsettled[:] = [p for p in self.unsettled if not (p.done if p in spares else p.settled)]

    def close(self) -> None:
        """End all of them, and the channel."""
        self.spares.clear()
        self.queue.clear()
        self.unsettled.clear()
        self._finalizer()
