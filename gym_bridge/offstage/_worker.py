"""The process of one environment of offstage.vector.make(): makes it, and plays what its learner commands.

It is started with two descriptors. One is a file with a pickle of what is to be made. The other is a stream: the
environment's description goes out on it, the channel and the seat in it come in, and later whatever is too large for
its place in the channel. The stream's end is the learner's end.
"""

from __future__ import annotations

import os
import pickle
import signal
import socket
import struct
import sys
import traceback
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import gymnasium

LENGTH = struct.Struct("=Q")
STREAMED = 2  # Answer.info_kind: the place holds the length only, the rest comes on the stream
PICKLED = 1


class Order(NamedTuple):
    """What is to be made."""

    path: list[str]  # the learner's sys.path
    make: bytes  # cloudpickle of a function without arguments
    observation: Mapping[str, Any] | None  # FrameObservation's options; None = the environment's own observation


class Description(NamedTuple):
    """What was made."""

    observation_space: gymnasium.Space[Any]
    action_space: gymnasium.Space[Any]
    metadata: dict[str, Any]
    render_mode: str | None


class Traceback(Exception):
    """Where in the worker it was raised."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text

    def __str__(self) -> str:
        return f"\n\n{self.text}"


def dumps(value: Any) -> bytes:
    """Pickle it, by value where a reference would not be found."""
    try:
        return pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    except Exception:
        import cloudpickle  # type: ignore[import-untyped]

        return bytes(cloudpickle.dumps(value))


def pack_error(error: Exception) -> bytes:
    """An exception with its traceback, so that load_error() makes it again."""
    text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    try:
        data = dumps(error)
    except Exception:
        data = b""
    return dumps((data, f"{type(error).__name__}: {error}", text))


def load_error(data: bytes) -> Exception:
    """The exception, with the worker's traceback as its cause; a RuntimeError for one that cannot be made here."""
    pickled, summary, text = pickle.loads(data)
    try:
        error = pickle.loads(pickled)
        error.__cause__ = Traceback(text)
    except Exception:  # not all of what it needs can be pickled, or imported where there is no display
        error = RuntimeError(summary)
        error.__cause__ = Traceback(text)
    return error  # type: ignore[no-any-return]


def send_message(stream: socket.socket, data: bytes) -> None:
    """One message with its length before it."""
    stream.sendall(LENGTH.pack(len(data)))
    stream.sendall(data)


def receive(stream: socket.socket, length: int) -> bytearray:
    """Exactly so many bytes.

    Raises:
        EOFError: the other side is gone.
    """
    data = bytearray(length)
    view, filled = memoryview(data), 0
    while filled < length:
        count = stream.recv_into(view[filled:])
        if not count:
            raise EOFError("the stream has ended")
        filled += count
    return data


def receive_message(stream: socket.socket) -> bytearray:
    """One message of send_message()."""
    return receive(stream, LENGTH.unpack(receive(stream, LENGTH.size))[0])


def read_all(descriptor: int) -> bytes:
    """A file from its start, whose offset others share."""
    size, parts, offset = os.fstat(descriptor).st_size, [], 0
    while offset < size:
        parts.append(os.pread(descriptor, size - offset, offset))
        offset += len(parts[-1])
    return b"".join(parts)


def _make(order: Order) -> gymnasium.Env[Any, Any]:
    env: gymnasium.Env[Any, Any] = pickle.loads(order.make)()
    if not hasattr(env, "observation_space"):
        raise TypeError(f"the function that makes an environment gave {env!r:.200}, which is none")
    if order.observation is None:
        return env
    from ._worker_frames import FramesInRow

    return FramesInRow(env, **order.observation)


class _Player:
    """The environment in its seat."""

    def __init__(self, env: gymnasium.Env[Any, Any], stream: socket.socket, seat: Any) -> None:
        from . import _native
        from ._rows import Layout

        self.env = env
        self.stream = stream
        self.seat = seat
        self.observations = Layout(env.observation_space)
        self.actions = Layout(env.action_space, "action")
        self.action_memory = bytearray(self.actions.row_bytes)
        self.action_rows = self.actions.rows(self.action_memory, 1)
        self.into = getattr(env, "into", None)  # of FramesInRow
        self.rows: dict[int, Any] = {}
        self.reward_flag = _native.ANSWER_REWARD
        self.terminated_flag = _native.ANSWER_TERMINATED
        self.truncated_flag = _native.ANSWER_TRUNCATED
        self.failed_flag = _native.ANSWER_FAILED
        self.doings: dict[int, Callable[[Any, Any], None]] = {
            _native.COMMAND_STEP: self.step,
            _native.COMMAND_RESET: self.reset,
            _native.COMMAND_CALL: self.call,
        }

    def play(self) -> None:
        """Until the learner is gone, or has asked to close."""
        from .errors import PeerGone

        wait = self.seat.wait
        while True:
            try:
                command = wait(3600.0)
                if command is None:
                    continue
                payload = receive(self.stream, command.seed) if command.seed else command.payload
            except (PeerGone, EOFError):
                return
            try:
                self.doings[command.kind](command, payload)
            except _Close:
                return
            except Exception as error:
                self.answer(pack_error(error), flags=self.failed_flag)

    def step(self, command: Any, payload: Any) -> None:
        if self.actions.loose_count:
            data, loose = pickle.loads(payload)
            action = self.actions.unpack(data, loose)
        else:
            self.action_memory[:] = payload
            action = self.action_rows.one(0)
        self._aim(command.row)
        observation, reward, terminated, truncated, info = self.env.step(action)
        data = self._put(command.row, observation, info)
        flags = self.reward_flag
        if terminated:
            flags |= self.terminated_flag
        if truncated:
            flags |= self.truncated_flag
        self.answer(data, reward=float(reward), flags=flags)

    def reset(self, command: Any, payload: Any) -> None:
        seed, options = pickle.loads(payload)
        self._aim(command.row)
        observation, info = self.env.reset(seed=seed, options=options)
        self.answer(self._put(command.row, observation, info))

    def call(self, command: Any, payload: Any) -> None:
        what, name, arguments, named = pickle.loads(payload)
        if what == "close":
            self.env.close()
            self.answer(dumps(None))
            raise _Close
        if what == "set":
            if hasattr(self.env, "set_wrapper_attr"):
                self.env.set_wrapper_attr(name, arguments)
            else:
                setattr(self.env, name, arguments)
            return self.answer(dumps(None))
        found = self.env.get_wrapper_attr(name)
        result = found(*arguments, **named) if callable(found) else found
        try:
            data = dumps(result)
        except Exception as error:
            raise TypeError(f"what {name} gives cannot be sent to the learner: {error}") from error
        self.answer(data)

    def answer(self, data: bytes, reward: float = 0.0, flags: int = 0) -> None:
        if len(data) <= self.seat.info_bytes:
            self.seat.answer(reward=reward, flags=flags, info=data, info_kind=PICKLED)
            return
        # The learner reads it as soon as it has seen the answer.
        self.seat.answer(reward=reward, flags=flags, info=LENGTH.pack(len(data)), info_kind=STREAMED)
        self.stream.sendall(data)

    def _row(self, row: int) -> Any:
        found = self.rows.get(row)
        if found is None:
            found = self.rows[row] = self.observations.rows(self.seat.row(row), 1)
        return found

    def _aim(self, row: int) -> None:
        if self.into is not None:
            self.into(self._row(row))

    def _put(self, row: int, observation: Any, info: dict[str, Any]) -> bytes:
        loose = self._row(row).put(0, observation)
        if not info and not loose:
            return b""
        try:
            return dumps((info, loose))
        except Exception as error:
            raise TypeError(f"{_culprit(info) or 'the observation'} cannot be sent to the learner: {error}") from error


class _Close(Exception):
    """The learner has asked for it."""


def _culprit(info: dict[str, Any]) -> str | None:
    for key, value in info.items():
        try:
            dumps(value)
        except Exception:
            return f"info[{key!r}]"
    return None


def main(stream_descriptor: int, order_descriptor: int) -> None:
    """Run a worker; returns when the learner is gone or has closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the learner
    stream = socket.socket(fileno=stream_descriptor)
    try:
        order: Order = Order(*pickle.loads(read_all(order_descriptor)))
        os.close(order_descriptor)
        sys.path[:] = order.path
        env = _make(order)
        made = Description(env.observation_space, env.action_space, dict(env.metadata), env.render_mode)
        data = dumps(("made", tuple(made)))
    except Exception as error:
        send_message(stream, dumps(("failed", pack_error(error))))
        sys.exit(1)
    try:
        send_message(stream, data)
        place = receive_place(stream)
    except (EOFError, OSError):
        return
    from ._native import Seat
    from .errors import PeerGone

    try:
        seat = Seat(place)
        seat.ready()
    except PeerGone:  # it was closed before its first reset
        return
    _Player(env, stream, seat).play()


def send_place(stream: socket.socket, channel: int, seat: int, life: int) -> None:
    """Give a worker its seat: the channel's descriptor goes along."""
    socket.send_fds(stream, [LENGTH.pack(seat) + LENGTH.pack(life)], [channel])


def receive_place(stream: socket.socket) -> str:
    """The place as Seat takes it, with a descriptor of this process.

    Raises:
        EOFError: the learner is gone.
    """
    data, descriptors, _, _ = socket.recv_fds(stream, 2 * LENGTH.size, 1)
    if len(data) != 2 * LENGTH.size or len(descriptors) != 1:
        raise EOFError("the stream has ended")
    return f"{descriptors[0]}:{LENGTH.unpack(data[:8])[0]}:{LENGTH.unpack(data[8:])[0]}"
