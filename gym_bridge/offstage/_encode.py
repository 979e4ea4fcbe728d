"""From a learner's actions to the events that a game is sent: differences to what is held already.

An encoder has a `space`, and a state that says what is held; `encode` gives the events of one step, packed as the
channel wants them, and the state after it. Discrete and MultiBinary spaces are automata that are built as they are
used, so that the events of a step are one look-up.
"""

from __future__ import annotations

import operator
import struct
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, Tuple  # noqa: UP035

import numpy as np
from gymnasium import spaces

from . import actions as kinds
from .actions import BUTTON, KEY, At, Button, Buttons, Keys, Motion, Move, Pointer, Press, Text, code_of

EVENT = struct.Struct("=HHIii")  # struct ofs_channel_event
_POINTER, _MOTION, _TEXT = 3, 4, 6  # OFS_EVENT_
MAX_EVENTS = 128  # OFS_CHANNEL_EVENTS
_MAX_STATES = 4096  # of an automaton that is kept; more are made anew each time

Code = Tuple[int, int]  # (KEY or BUTTON, number)
Held = Tuple[Code, ...]  # codes that are down, in the order in which they were pressed
Size = Tuple[int, int]  # (width, height) of the window in pixels


class Encoder(Protocol):
    """What every encoder has.

    Attributes:
        space: the action space.
        codes: every key and button that it may press.
    """

    @property
    def space(self) -> spaces.Space[Any]: ...

    @property
    def codes(self) -> frozenset[Code]: ...

    def start(self) -> Any:
        """The state with nothing held."""

    def encode(self, action: Any, state: Any, size: Size) -> tuple[bytes, Any]:
        """The events of one step with this action, and the state after it.

        Raises:
            ValueError: the action is not in the space.
        """

    def held(self, state: Any) -> Held:
        """What is down in this state."""


def encoder(actions: kinds.Actions, frame_skip: int) -> Encoder:
    """The encoder of what a learner was told that it can do; see :mod:`offstage.actions`.

    Raises:
        ValueError: it makes no sense, or does not fit a step of `frame_skip` frames.
        UnknownKey: a key that does not exist.
    """
    if isinstance(actions, Mapping):
        return _Several(actions, frame_skip)
    if isinstance(actions, Keys):
        return _Binary(actions, frame_skip)
    if isinstance(actions, Pointer):
        return _PointerBox()
    if isinstance(actions, Motion):
        return _MotionBox(actions)
    if isinstance(actions, Sequence) and not isinstance(actions, (str, bytes)) and actions:
        return _List(actions, frame_skip)
    raise ValueError(
        f"actions: expected a list such as [None, 'Left', 'Right'], offstage.actions.Keys, Buttons, Pointer or Motion, "
        f"or a dict of these, not {actions!r}"
    )


def bad_action(action: object, space: spaces.Space[Any]) -> ValueError:
    return ValueError(f"the action {action!r:.200} is not in the action space {space}")


# -- what one item of a list does --------------------------------------------------------------------------------------


class _Plan:
    """An item, checked: codes held, codes pressed with their frames, where the pointer goes, motion, text."""

    def __init__(self, item: Any, frame_skip: int) -> None:
        self.held: list[Code] = []
        self.pressed: dict[Code, int] = {}
        self.at: At | None = None
        self.moves: list[Move] = []
        self.texts: list[Text] = []
        for part in () if item is None else item if isinstance(item, tuple) else (item,):
            self._add(part, frame_skip)
        codes = [*self.held, *self.pressed]
        if len(set(codes)) != len(codes):
            raise ValueError(f"actions: {item!r} has one key twice")
        count = 2 * len(self.pressed) + len(self.held) + len(self.moves) + sum(len(text.keysyms) for text in self.texts)
        if count > MAX_EVENTS // 2:
            raise ValueError(f"actions: {item!r:.200} is more than {MAX_EVENTS // 2} events")

    def _add(self, part: Any, frame_skip: int) -> None:
        if isinstance(part, Press):
            if part.frames > frame_skip:
                raise ValueError(f"actions: {part!r} is longer than a step, which has {frame_skip} frames")
            self.pressed[code_of(part.what)] = part.frames
        elif isinstance(part, (str, Button)):
            self.held.append(code_of(part))
        elif isinstance(part, At):
            self.at = part
        elif isinstance(part, Move):
            self.moves.append(part)
        elif isinstance(part, Text):
            self.texts.append(part)
        else:
            raise ValueError(
                "actions: expected None, the name of a key, Button, Press, At, Move or Text, or a tuple of them, "
                f"not {part!r}"
            )

    def codes(self) -> list[Code]:
        return [*self.held, *self.pressed]


def _pixels(x: float, y: float, size: Size) -> tuple[int, int]:
    width, height = size
    return min(int(x * width), max(width - 1, 0)), min(int(y * height), max(height - 1, 0))


def _step(plan: _Plan, held: Held, size: Size, frame_skip: int) -> tuple[bytes, Held]:
    """Events of a step that follows one after which `held` is down, and what is down after it."""
    pack = EVENT.pack
    events = [pack(kind, 0, code, 0, 0) for kind, code in reversed(held) if (kind, code) not in plan.held]
    if plan.at is not None:
        events.append(pack(_POINTER, 0, 0, *_pixels(plan.at.x, plan.at.y, size)))
    events += [pack(_MOTION, 0, 0, move.dx, move.dy) for move in plan.moves]
    events += [pack(kind, 0, code, 1, 0) for kind, code in plan.held if (kind, code) not in held]
    events += [pack(kind, 0, code, 1, 0) for kind, code in plan.pressed]
    events += [pack(_TEXT, 0, keysym, 0, 0) for text in plan.texts for keysym in text.keysyms]
    released = sorted((frames, code) for code, frames in plan.pressed.items() if frames < frame_skip)
    events += [pack(kind, frames, code, 0, 0) for frames, (kind, code) in released]
    still = [code for code in held if code in plan.held]
    fresh = [code for code in plan.held if code not in held]
    longer = [code for code, frames in plan.pressed.items() if frames == frame_skip]
    return b"".join(events), (*still, *fresh, *longer)


# -- Discrete and MultiBinary ------------------------------------------------------------------------------------------


class _State(dict):  # type: ignore[type-arg]
    """What is held; and for every action that was taken from here: its events, and the state after it."""

    __slots__ = ("automaton", "held", "size")

    def __init__(self, automaton: _Automaton, held: Held, size: Size) -> None:
        super().__init__()
        self.automaton = automaton
        self.held = held
        self.size = size

    def __missing__(self, key: Any) -> tuple[bytes, _State]:
        automaton = self.automaton
        events, held = _step(automaton.plan(key), self.held, self.size, automaton.frame_skip)
        found = (events, automaton.state(held, self.size))
        if len(self) < _MAX_STATES:
            self[key] = found
        return found


class _Automaton:
    space: spaces.Space[Any]
    codes: frozenset[Code]

    def __init__(self, frame_skip: int) -> None:
        self.frame_skip = frame_skip
        self.sized = False  # the events depend on the window's size
        self._states: dict[tuple[Held, Size], _State] = {}

    def plan(self, key: Any) -> _Plan:
        raise NotImplementedError

    def state(self, held: Held, size: Size) -> _State:
        found = self._states.get((held, size))
        if found is None:
            found = _State(self, held, size)
            if len(self._states) < _MAX_STATES:
                self._states[held, size] = found
        return found

    def start(self) -> _State:
        return self.state((), (0, 0))

    def held(self, state: _State) -> Held:
        return state.held


class _List(_Automaton):
    def __init__(self, items: Sequence[kinds.Item], frame_skip: int) -> None:
        super().__init__(frame_skip)
        self._plans = [_Plan(item, frame_skip) for item in items]
        self.sized = any(plan.at is not None for plan in self._plans)
        self.codes = frozenset(code for plan in self._plans for code in plan.codes())
        self.space = spaces.Discrete(len(self._plans))

    def plan(self, key: Any) -> _Plan:
        if not 0 <= key < len(self._plans):
            raise bad_action(key, self.space)
        plan: _Plan = self._plans[key]
        return plan

    def encode(self, action: Any, state: _State, size: Size) -> tuple[bytes, _State]:
        if self.sized and state.size != size:
            state = self.state(state.held, size)
        if type(action) is not int:
            try:
                action = operator.index(action)
            except TypeError:
                raise bad_action(action, self.space) from None
        found: tuple[bytes, _State] = state[action]
        return found


class _Binary(_Automaton):
    def __init__(self, keys: Keys, frame_skip: int) -> None:
        super().__init__(frame_skip)
        self._names = tuple(keys.names)
        self.codes = frozenset(code_of(name) for name in self._names)
        self.space = spaces.MultiBinary(len(self._names))

    def plan(self, key: bytes) -> _Plan:
        return _Plan(tuple(name for name, down in zip(self._names, key) if down), self.frame_skip)

    def encode(self, action: Any, state: _State, size: Size) -> tuple[bytes, _State]:
        array = np.asarray(action)
        if array.shape != (len(self._names),) or array.dtype.kind not in "bui":
            raise bad_action(action, self.space)
        key = array.astype(np.int8).tobytes() if array.dtype.itemsize != 1 else array.tobytes()
        if key not in state and not ((array == 0) | (array == 1)).all():
            raise bad_action(action, self.space)
        if array.dtype.itemsize != 1 and int(array.max()) > 1:  # 256 and 0 are the same byte
            raise bad_action(action, self.space)
        found: tuple[bytes, _State] = state[key]
        return found


# -- Box ---------------------------------------------------------------------------------------------------------------


class _Box:
    """Two numbers that are sent as they are; nothing is held."""

    space: spaces.Box
    codes: frozenset[Code] = frozenset()

    def start(self) -> None:
        return None

    def held(self, state: None) -> Held:
        return ()

    def numbers(self, action: Any) -> tuple[float, float]:
        try:
            x, y = action
            x, y = float(x), float(y)
        except (TypeError, ValueError):
            raise bad_action(action, self.space) from None
        low, high = float(self.space.low[0]), float(self.space.high[0])
        if not (low <= x <= high and low <= y <= high):
            raise bad_action(action, self.space)
        return x, y


class _PointerBox(_Box):
    def __init__(self) -> None:
        self.space = spaces.Box(0.0, 1.0, (2,), np.float32)

    def encode(self, action: Any, state: None, size: Size) -> tuple[bytes, None]:
        return EVENT.pack(_POINTER, 0, 0, *_pixels(*self.numbers(action), size)), None


class _MotionBox(_Box):
    def __init__(self, motion: Motion) -> None:
        self._limit = motion.limit
        self.space = spaces.Box(-1.0, 1.0, (2,), np.float32)

    def encode(self, action: Any, state: None, size: Size) -> tuple[bytes, None]:
        dx, dy = (round(value * self._limit) for value in self.numbers(action))
        return EVENT.pack(_MOTION, 0, 0, dx, dy) if dx or dy else b"", None


# -- Dict --------------------------------------------------------------------------------------------------------------


class _Several:
    def __init__(self, parts: Mapping[str, Any], frame_skip: int) -> None:
        if not parts:
            raise ValueError("actions: the dict is empty")
        self._parts: dict[str, Encoder] = {}
        codes: set[Code] = set()
        for name, part in parts.items():
            if isinstance(part, Mapping):
                raise ValueError(f"actions: {name!r} is a dict in a dict")
            self._parts[name] = made = encoder(part, frame_skip)
            if codes & made.codes:
                raise ValueError(f"actions: {name!r} uses a key that another entry uses as well")
            codes |= made.codes
        self.codes = frozenset(codes)
        self.space = spaces.Dict({name: part.space for name, part in self._parts.items()})

    def start(self) -> tuple[Any, ...]:
        return tuple(part.start() for part in self._parts.values())

    def held(self, state: tuple[Any, ...]) -> Held:
        return tuple(code for part, own in zip(self._parts.values(), state) for code in part.held(own))

    def encode(self, action: Any, state: tuple[Any, ...], size: Size) -> tuple[bytes, tuple[Any, ...]]:
        if not isinstance(action, Mapping) or len(action) != len(self._parts):
            raise bad_action(action, self.space)
        done: list[tuple[bytes, Any]] = []
        for (name, part), own in zip(self._parts.items(), state):
            if name not in action:
                raise bad_action(action, self.space)
            done.append(part.encode(action[name], own, size))
        return in_order([events for events, _ in done]), tuple(own for _, own in done)


def in_order(lists: Sequence[bytes]) -> bytes:
    """Several packed lists of events as one, in the order of their frames.

    Raises:
        ValueError: more than a command can hold.
    """
    busy = [events for events in lists if events]
    if len(busy) <= 1:
        return busy[0] if busy else b""
    width = EVENT.size
    single = [events[at : at + width] for events in busy for at in range(0, len(events), width)]
    if len(single) > MAX_EVENTS:
        raise ValueError(f"the action is {len(single)} events; a step can have {MAX_EVENTS}")
    return b"".join(sorted(single, key=lambda event: EVENT.unpack(event)[1]))


# -- scripts: what is pressed at the start of an episode ---------------------------------------------------------------

_DOWN_FRAMES, _UP_FRAMES = 2, 1


def release(held: Held) -> bytes:
    """Everything that is down goes up."""
    return b"".join(EVENT.pack(kind, 0, code, 0, 0) for kind, code in reversed(held))


def script(items: Sequence[Any], name: str, further_frames: int = 0) -> tuple[bytes, int]:
    """Items pressed one after another, each down for two frames with one frame after it; a whole number waits for so
    many frames. Returns the events, and the frames that they take with `further_frames` after them.

    Raises:
        ValueError: an item that makes no sense, or more than a command can hold.
        UnknownKey: a key that does not exist.
    """
    if isinstance(items, (str, bytes)) or not isinstance(items, Sequence):
        raise ValueError(f"{name}: expected a list of keys, such as ['Return'], not {items!r}")
    events: list[bytes] = []
    at = 0
    for item in items:
        if isinstance(item, int) and not isinstance(item, bool) and item >= 0:
            at += item
            continue
        down_frames = _DOWN_FRAMES
        if isinstance(item, Press):
            down_frames, item = item.frames, item.what
        for part in item if isinstance(item, tuple) else (item,):
            if not isinstance(part, (str, Button)):
                raise ValueError(
                    f"{name}: expected the names of keys, Button, Press, or a number of frames, not {part!r}"
                )
        codes = [code_of(part) for part in (item if isinstance(item, tuple) else (item,))]
        events += [EVENT.pack(kind, at, code, 1, 0) for kind, code in codes]
        at += down_frames
        events += [EVENT.pack(kind, at, code, 0, 0) for kind, code in reversed(codes)]
        at += _UP_FRAMES
    if len(events) > MAX_EVENTS // 2 or at > 0xFFFF:
        raise ValueError(f"{name}: at most {MAX_EVENTS // 4} keys and {0xFFFF} frames")
    return b"".join(events), at + further_frames


__all__ = ["BUTTON", "EVENT", "KEY", "Buttons", "Encoder", "encoder", "in_order", "release", "script"]
