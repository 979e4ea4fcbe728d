"""The learner's side of offstage.vector.make(): N worker processes, one channel, a stream to each."""

from __future__ import annotations

import os
import pickle
import socket
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from gymnasium.error import CustomSpaceError
from gymnasium.vector.utils import batch_space, iterate

from . import _native, _worker
from ._process import await_ending, fill_standard_streams
from ._rows import Layout
from ._turns import ANSWERED, BUSY, Answer
from ._worker import LENGTH, STREAMED, Description, Order
from .errors import FrameTimeout, GameCrashed, PeerGone

_PAYLOAD_BYTES = 4096
_INFO_BYTES = 16384


class _Worker:
    """One process, and the stream to it."""

    def __init__(self, start: Callable[[Sequence[str], Sequence[int]], Any], order: int) -> None:
        self.stream, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        package = str(Path(__file__).absolute().parent.parent)
        program = (
            f"import sys; sys.path.insert(0, {package!r}); "
            f"from offstage._worker import main; main({theirs.fileno()}, {order})"
        )
        try:
            self.process = start([sys.executable, "-c", program], [theirs.fileno(), order])
        except BaseException:
            self.stream.close()
            raise
        finally:
            theirs.close()

    def end(self) -> None:
        """Now, and without waiting. Nobody watches its gone_fd any more."""
        self.process.close()
        self.stream.close()


class Workers:
    """Environments in processes of their own; the Players (_turns.py) of a vector.

    Args:
        makers: one function for each, without arguments.
        observation: FrameObservation's options, or None for the environments' own observations.
        start: starts a process: start(command, descriptors) gives a _process.Process.
        timeout: seconds that making an environment may take.

    Raises:
        Exception: what making one raised, with the worker's traceback as its cause.
        GameCrashed: a worker ended before it had made its environment.
        FrameTimeout: it took too long.
        ValueError: their spaces differ; a function cannot be pickled.
    """

    def __init__(
        self,
        makers: Sequence[Callable[[], Any]],
        observation: Mapping[str, Any] | None,
        start: Callable[[Sequence[str], Sequence[int]], Any],
        timeout: float,
    ) -> None:
        self._start = start
        self._orders: list[int] = []
        self._workers: list[_Worker] = []
        self._channel: Any = None
        fill_standard_streams()
        try:
            self._orders = _orders(makers, observation)
            self._workers = [_Worker(start, order) for order in self._orders]
            self.description = self._meet(time.monotonic() + timeout)
            self._open()
        except BaseException:
            self.close(0.0)
            raise

    def _meet(self, end: float) -> Description:
        """What the workers have made, which has to be the same."""
        made = [self._description(index, end) for index in range(len(self._workers))]
        for index, description in enumerate(made):
            for what in ("observation_space", "action_space"):
                first, own = getattr(made[0], what), getattr(description, what)
                if first != own:
                    raise ValueError(f"environment {index} has the {what} {own}, and environment 0 has {first}")
        return made[0]

    def _description(self, index: int, end: float) -> Description:
        worker = self._workers[index]
        worker.stream.settimeout(max(end - time.monotonic(), 0.001))
        try:
            what, value = pickle.loads(_worker.receive_message(worker.stream))
        except socket.timeout:  # TimeoutError itself since Python 3.10
            raise FrameTimeout(f"environment {index} was not made in time") from None
        except (EOFError, OSError):
            raise GameCrashed(f"environment {index} could not be made: {self._story(index)}") from None
        worker.stream.settimeout(None)
        if what == "failed":
            raise _worker.load_error(value)
        return Description(*value)

    def _open(self) -> None:
        count, description = len(self._workers), self.description
        self._observations = Layout(description.observation_space)
        self._actions = Layout(description.action_space, "action")
        self._batched_actions = batch_space(description.action_space, count)
        self._channel = _native.Channel(
            seats=count,
            rows=2 * count,
            row_bytes=self._observations.row_bytes,
            payload_bytes=max(_PAYLOAD_BYTES, self._actions.row_bytes),
            info_bytes=_INFO_BYTES,
            picture_bytes=4096,
        )
        self.rows = self._observations.rows(self._channel.rows, 2 * count)
        self._waiting: dict[int, tuple[int, int, bytes]] = {}  # commands for those that are not ready yet
        self._dead: set[int] = set()  # a command found it gone
        self._restarts = [0] * count
        self._seeds: list[int | None] = [None] * count
        self._unseeded = [False] * count  # restarted, and not reset since
        for index in range(count):
            self._seat(index)
            self._waiting[index] = (0, 0, b"")  # nothing; only to see that it has come

    def _seat(self, index: int) -> None:
        worker, life = self._workers[index], self._channel.open_seat(index)
        self._channel.watch(index, worker.process.gone_fd)
        try:
            _worker.send_place(worker.stream, self._channel.descriptor, index, life)
        except OSError:
            self._dead.add(index)

    # -- Players -----------------------------------------------------------------------------------------------------

    def cut(self, actions: Any, count: int) -> Sequence[bytes]:
        """A batch of actions as payloads.

        Raises:
            ValueError: not so many, or one that does not fit.
        """
        leaf = self._actions.single
        if leaf is None:
            return self._cut_nested(actions, count)
        array = np.asarray(actions)
        if array.shape != (count, *leaf.shape):
            expected = (count, *leaf.shape)
            raise ValueError(f"actions: expected the shape {expected} for {count} of {leaf.space}, not {array.shape}")
        if array.dtype != leaf.dtype:
            try:
                array = array.astype(leaf.dtype, casting="same_kind")
            except TypeError:
                raise ValueError(f"actions: {array.dtype} does not fit {leaf.space}") from None
        data, size = array.tobytes(), self._actions.row_bytes
        return [data[start : start + size] for start in range(0, count * size, size)]

    def _cut_nested(self, actions: Any, count: int) -> Sequence[bytes]:
        try:
            elements = list(iterate(self._batched_actions, actions))
        except CustomSpaceError:
            elements = list(actions)
        if len(elements) != count:
            raise ValueError(f"actions: expected {count}, not {len(elements)}")
        packed = [self._actions.pack(element) for element in elements]
        if self._actions.loose_count:
            return [_worker.dumps(one) for one in packed]
        return [data for data, _ in packed]

    def step(self, index: int, row: int, action: bytes) -> None:
        """Begin a step."""
        self._command(index, _native.COMMAND_STEP, row, action)

    def reset(self, index: int, row: int, seed: int | None, options: dict[str, Any] | None) -> None:
        """Begin a reset. A process that was started anew gets a seed that follows from the last one that was given."""
        before = self._seeds[index]
        if seed is not None:
            self._seeds[index], self._restarts[index] = seed, 0
        elif self._unseeded[index] and before is not None:
            luck = np.random.SeedSequence([before, self._restarts[index]])
            seed = int(luck.generate_state(1, np.uint32)[0])
        self._unseeded[index] = False
        self._command(index, _native.COMMAND_RESET, row, _worker.dumps((seed, options)))

    def _command(self, index: int, kind: int, row: int, payload: bytes) -> None:
        if index in self._waiting:
            self._waiting[index] = (kind, row, payload)
            return
        try:
            if len(payload) <= _PAYLOAD_BYTES or kind == _native.COMMAND_STEP and not self._actions.loose_count:
                self._channel.command(index, kind, row=row, payload=payload)
            else:  # the seed says how much comes on the stream
                self._channel.command(index, kind, row=row, seed=len(payload))
                self._workers[index].stream.sendall(payload)
        except (PeerGone, OSError):
            self._dead.add(index)

    def wait(self, indices: Sequence[int], wanted: int, timeout: float) -> Sequence[int]:
        """As Channel.wait(); a worker that is ready gets the command that waits for it."""
        if not self._waiting and not self._dead:
            return self._channel.wait(indices, wanted, timeout)  # type: ignore[no-any-return]
        end = time.monotonic() + timeout
        dead = self._dead
        while True:
            events = list(self._channel.wait(indices, wanted if not dead else 0, max(end - time.monotonic(), 0.0)))
            again = False
            for place, index in enumerate(indices):
                if index in dead:
                    events[place] = _native.SEAT_LOST
                elif events[place] == ANSWERED and index in self._waiting:
                    events[place], again = BUSY, True
                    kind, row, payload = self._waiting.pop(index)
                    if kind:
                        self._command(index, kind, row, payload)
            enough = sum(event != BUSY for event in events) >= wanted
            if enough or (not again and time.monotonic() >= end):
                return events

    def take(self, index: int, event: int) -> Answer | str:
        """What came of it."""
        try:
            answer, data = self._read(index, event)
        except (PeerGone, EOFError, OSError, ValueError) as error:
            return self._lost(index, error)
        flags = answer.flags
        if flags & _native.ANSWER_FAILED:
            return Answer(failure=_worker.load_error(data) if data else RuntimeError(answer.error))
        try:
            info, loose = pickle.loads(data) if data else ({}, ())
        except Exception as error:  # something that this process cannot import
            return Answer(failure=error)
        return Answer(
            answer.reward,
            bool(flags & _native.ANSWER_TERMINATED),
            bool(flags & _native.ANSWER_TRUNCATED),
            info,
            loose,
        )

    def _read(self, index: int, event: int) -> tuple[Any, bytes]:
        if event != ANSWERED:
            raise PeerGone(self._story(index))
        answer = self._channel.answer(index)
        data = answer.info
        if answer.info_kind == STREAMED:
            data = bytes(_worker.receive(self._workers[index].stream, LENGTH.unpack(data)[0]))
        return answer, data

    def _lost(self, index: int, error: Exception) -> str:
        self._workers[index].process.kill()
        return f"the process of environment {index} is gone: {error or self._story(index)}"

    def _story(self, index: int) -> str:
        process = self._workers[index].process
        process.wait(5.0)  # it is ending; how is known in a moment
        return str(process.story())

    def hung(self, index: int, seconds: float) -> str:
        """End one that takes too long."""
        process = self._workers[index].process
        process.kill()
        process.wait(5.0)  # so that it writes to no row any more
        return f"environment {index} did not answer within {seconds:g} s, and was ended"

    def restart(self, index: int) -> None:
        """Start a process for another one's place."""
        self._channel.watch(index, -1)
        self._workers[index].end()
        self._dead.discard(index)
        self._workers[index] = _Worker(self._start, self._orders[index])
        self._restarts[index] += 1
        self._unseeded[index] = True
        self._waiting[index] = (0, 0, b"")
        self._seat(index)

    # -- calls -------------------------------------------------------------------------------------------------------

    def call(self, what: str, requests: Sequence[tuple[str, Any, Any]], timeout: float | None = None) -> list[Any]:
        """Let all of them do something else than steps, at once, and wait for what it gives.

        Args:
            what: "get", "set" or "close".
            requests: (name, arguments, named arguments) for each.
        """
        count = len(self._workers)
        for index, request in enumerate(requests):
            self._command(index, _native.COMMAND_CALL, 0, _worker.dumps((what, *request)))
        end = time.monotonic() + (86400.0 if timeout is None else timeout)
        events = self.wait(range(count), count, end - time.monotonic())
        while timeout is None and BUSY in events:
            events = self.wait(range(count), count, 86400.0)
        results: list[Any] = []
        failures: list[Exception] = []
        for index, event in enumerate(events):
            try:
                if event == BUSY:
                    raise FrameTimeout(f"environment {index} did not answer within {timeout} s")
                answer, data = self._read(index, event)
                if answer.flags & _native.ANSWER_FAILED:
                    raise _worker.load_error(data)
                results.append(pickle.loads(data))
            except (PeerGone, EOFError, OSError) as error:
                failures.append(GameCrashed(f"the process of environment {index} is gone: {error}"))
            except Exception as error:
                failures.append(error)
        if failures:
            raise failures[0]
        return results

    def close(self, timeout: float) -> None:
        """Let them close in order for so many seconds, and end them."""
        if self._channel is not None and not self._channel.closed and timeout > 0:
            try:
                idle = [index for index in range(len(self._workers)) if index not in self._waiting]
                self._close_in_order(idle, time.monotonic() + timeout)
            except Exception:  # they are ended in any case
                pass
        if self._channel is not None:
            self._channel.close()
        for worker in self._workers:
            worker.end()
        for order in set(self._orders):
            os.close(order)
        self._orders = []
        self._workers = []
        await_ending(2.0)

    def _close_in_order(self, indices: Sequence[int], end: float) -> None:
        # What was begun is let go on; its results are of no use to anybody.
        events = self._channel.wait(indices, len(indices), max(end - time.monotonic(), 0.0))
        ready = [index for index, event in zip(indices, events) if event == ANSWERED and index not in self._dead]
        request = _worker.dumps(("close", "", (), {}))
        for index in ready:
            self._command(index, _native.COMMAND_CALL, 0, request)
        self._channel.wait(ready, len(ready), max(end - time.monotonic(), 0.0))


def _orders(makers: Sequence[Callable[[], Any]], observation: Mapping[str, Any] | None) -> list[int]:
    """A file with each one's order; one file for equal functions."""
    import cloudpickle  # type: ignore[import-untyped]

    made: dict[int, int] = {}
    for maker in makers:
        if id(maker) in made:
            continue
        try:
            data = cloudpickle.dumps(maker)
        except Exception as error:
            raise ValueError(
                f"{maker!r} cannot be sent to a process of its own: {error}. Make what it needs inside of it"
            ) from error
        order = Order(list(sys.path), data, None if observation is None else dict(observation))
        descriptor = os.memfd_create("offstage order", os.MFD_CLOEXEC)
        with os.fdopen(os.dup(descriptor), "wb") as file:
            file.write(pickle.dumps(tuple(order), pickle.HIGHEST_PROTOCOL))
        made[id(maker)] = descriptor
    return [made[id(maker)] for maker in makers]
