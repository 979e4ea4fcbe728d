"""What a learner can do to a game, for :class:`offstage.GameEnv` and :class:`offstage.GameVectorEnv`.

A list becomes a Discrete space, one item each: what is pressed while that action lasts::

    actions=[None, "Left", "Right", ("Left", "space"), Press("Return", frames=2), ("w", Move(8, 0)), Button("left")]

A key or button that is in two actions in a row stays down between them. Other spaces::

    actions=Keys(["Left", "Right", "space"])      # MultiBinary(3): any of them together
    actions=Pointer()                             # Box(0, 1, (2,)): where the pointer is in the window
    actions={"move": ["Left", "Right"], "look": Motion(20), "buttons": Buttons(["left", "right"])}     # Dict
"""

from __future__ import annotations

import numbers
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Union

from . import _native, keys
from .errors import UnknownKey

#: Kinds of what can be down.
KEY, BUTTON = 1, 2  # OFS_EVENT_KEY, OFS_EVENT_BUTTON

_BUTTONS = {"left": 1, "middle": 2, "right": 3, "wheel_up": 4, "wheel_down": 5, "wheel_left": 6, "wheel_right": 7}


@dataclass(frozen=True)
class Button:
    """A button of the mouse, held down while the action lasts.

    Args:
        number: "left", "middle", "right", "wheel_up", "wheel_down", "wheel_left", "wheel_right", or 1 to 9.
    """

    number: str | int

    def __post_init__(self) -> None:
        code = _BUTTONS.get(self.number) if isinstance(self.number, str) else self.number
        if not isinstance(code, int) or isinstance(code, bool) or not 1 <= code <= 9:
            raise UnknownKey(f"there is no button {self.number!r}; there are {', '.join(_BUTTONS)}, and 1 to 9")
        object.__setattr__(self, "number", code)


@dataclass(frozen=True)
class Press:
    """A key or button that is pressed at the beginning of the action, also if it is down already, and released after
    `frames` frames of it. With as many frames as a step has, it is down until the next action begins."""

    what: str | Button
    frames: int = 1

    def __post_init__(self) -> None:
        code_of(self.what)
        if not isinstance(self.frames, int) or self.frames < 1:
            raise ValueError(f"Press: expected 1 frame or more, not {self.frames!r}")


@dataclass(frozen=True)
class At:
    """The pointer is put there: x from 0 (left) to 1 (right), y from 0 (top) to 1 (bottom) of the window."""

    x: float
    y: float

    def __post_init__(self) -> None:
        if not all(isinstance(value, numbers.Real) and 0 <= value <= 1 for value in (self.x, self.y)):
            raise ValueError(f"At: expected x and y from 0 to 1, not {self.x!r}, {self.y!r}")


@dataclass(frozen=True)
class Move:
    """The mouse is moved by so many pixels, to the right and down; a game that looks around with it gets raw motion."""

    dx: int
    dy: int

    def __post_init__(self) -> None:
        if not all(isinstance(value, int) and abs(value) < 1 << 20 for value in (self.dx, self.dy)):
            raise ValueError(f"Move: expected whole pixels, not {self.dx!r}, {self.dy!r}")


@dataclass(frozen=True)
class Text:
    """Characters that are typed, each pressed with the modifiers that it needs and released at once."""

    text: str
    keysyms: tuple[int, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if not isinstance(self.text, str):
            raise ValueError(f"Text: expected a string, not {self.text!r}")
        known = set(_native.keysyms().values())
        special = {"\n": 0xFF0D, "\t": 0xFF09, "\b": 0xFF08}
        codes = tuple(special.get(letter, ord(letter)) for letter in self.text)
        for letter, code in zip(self.text, codes):
            if code not in known:
                raise UnknownKey(f"Text: no key of the keyboard types {letter!r}")
        object.__setattr__(self, "keysyms", codes)


@dataclass(frozen=True)
class Keys:
    """MultiBinary: one number for each key, 1 = down while the action lasts."""

    names: Sequence[str | Button]

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", _several(type(self).__name__, self.names))
        codes = [code_of(name) for name in self.names]
        if len(set(codes)) != len(codes):
            raise ValueError(f"{type(self).__name__}: one key is there twice in {list(self.names)!r}")


@dataclass(frozen=True)
class Buttons(Keys):
    """MultiBinary: one number for each button of the mouse, by name or number as in :class:`Button`; 1 = down."""

    def __post_init__(self) -> None:
        several = _several("Buttons", self.names)
        names = tuple(name if isinstance(name, Button) else Button(name) for name in several)
        object.__setattr__(self, "names", names)
        super().__post_init__()


@dataclass(frozen=True)
class Pointer:
    """Box(0, 1, (2,), float32): where the pointer is, x from the left and y from the top of the window."""


@dataclass(frozen=True)
class Motion:
    """Box(-1, 1, (2,), float32): how far the mouse moves in a step, to the right and down; 1 is `limit` pixels, and
    what it comes to is rounded to whole ones. Also sent as raw motion, for games that look around with it."""

    limit: float = 32.0

    def __post_init__(self) -> None:
        if not (isinstance(self.limit, numbers.Real) and 0 < self.limit < 1 << 20):
            raise ValueError(f"Motion: expected a limit above 0, not {self.limit!r}")


#: One action of a list.
Item = Union[None, str, Button, Press, At, Move, Text, "tuple[str | Button | Press | At | Move | Text, ...]"]
#: What `actions=` takes.
Actions = Union[Sequence[Item], Keys, Pointer, Motion, "Mapping[str, Sequence[Item] | Keys | Pointer | Motion]"]


def code_of(what: object) -> tuple[int, int]:
    """(KEY, keysym) or (BUTTON, number).

    Raises:
        UnknownKey: there is no such key.
    """
    if isinstance(what, Button):
        return BUTTON, int(what.number)
    return KEY, keys.keysym(what)


def _several(of: str, names: object) -> tuple[str | Button, ...]:
    if isinstance(names, (str, bytes, Button)) or not isinstance(names, Sequence) or not names:
        raise ValueError(f"{of}: expected a list of one name or more, not {names!r}")
    return tuple(names)
