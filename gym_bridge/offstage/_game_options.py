"""The arguments of GameEnv and GameVectorEnv, checked before anything is started."""

from __future__ import annotations

import numbers
import os
import re
import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from . import _encode
from .errors import PlanError

OBSERVATION: dict[str, Any] = {
    "size": (84, 84),
    "gray": True,
    "stack": 4,
    "layout": "CHW",
    "dtype": "uint8",
    "crop": None,
    "filter": "area",
    "max_frames": 1,
    "flip": None,
    "scale": None,
    "offset": None,
    "window": None,
    "device": "cpu",
}


def observation_options(options: Mapping[str, Any] | None) -> dict[str, Any]:
    """With the defaults of those that are not given."""
    given = dict(options or {})
    unknown = sorted(set(given) - set(OBSERVATION))
    if unknown:
        raise PlanError(f"observation: there is no option {unknown[0]!r}; there are {', '.join(OBSERVATION)}")
    whole = {**OBSERVATION, **given}
    if whole["dtype"] == "bfloat16" and whole["device"] == "cpu":
        raise PlanError("observation: NumPy has no bfloat16; choose float16 or float32")
    return whole


def words_of(command: Sequence[str]) -> list[str]:
    """The words of a command."""
    if isinstance(command, (str, bytes)):
        raise PlanError(
            f"command: expected a list of words, such as {shlex.split(os.fsdecode(command))!r}, not {command!r}"
        )
    words = [os.fspath(word) if isinstance(word, os.PathLike) else word for word in command or ()]
    if not words or not all(isinstance(word, str) for word in words):
        raise PlanError(f"command: expected a list of words, such as ['python', 'game.py'], not {command!r}")
    return words


def check_numbers(hz: float | None, frame_skip: int, start_frames: int, spares: int, timeout: float) -> None:
    """PlanError when one of them makes no sense."""
    if hz is not None and not (_is_number(hz) and 1 <= hz <= 1000):
        raise PlanError(f"hz: expected 1 to 1000 frames a second, or None for real time, not {hz!r}")
    for name, value, low, high in (
        ("frame_skip", frame_skip, 1, 0xFFFF),
        ("start_frames", start_frames, 0, 0xFFFF),
        ("spares", spares, 0, 4096),
    ):
        if isinstance(value, bool) or not isinstance(value, numbers.Integral) or not low <= value <= high:
            raise PlanError(f"{name}: expected a whole number from {low} to {high}, not {value!r}")
    if not (_is_number(timeout) and 0 < timeout < 1e6):
        raise PlanError(f"timeout: expected seconds, more than 0, not {timeout!r}")


def _is_number(value: object) -> bool:
    return isinstance(value, numbers.Real) and not isinstance(value, bool)


def check_functions(**functions: object) -> None:
    """PlanError for one that is neither a function nor None."""
    for name, function in functions.items():
        if function is not None and not callable(function):
            raise PlanError(f"{name}: expected a function of (observation, info), not {function!r}")


def process_options(
    n: int,
    hz: float | None,
    hook: str | os.PathLike[str] | None,
    cwd: str | os.PathLike[str] | None,
    environment: Mapping[str, str | None] | None,
    gpu: str | None,
    screen: tuple[int, int] | None,
) -> dict[str, Any]:
    """What all processes of `n` games side by side are started with."""
    if hook is not None and not os.path.isfile(hook):
        raise PlanError(f"hook: there is no file {os.fspath(hook)}")
    if gpu is not None and not (isinstance(gpu, str) and re.fullmatch(r"auto|software|(cuda|egl):\d+", gpu)):
        raise PlanError(f"gpu: expected auto, cuda:N, egl:N or software, not {gpu!r}")
    if screen is not None and not _is_screen(screen):
        raise PlanError(f"screen: expected (width, height), 1 to 16384 pixels each, not {screen!r}")
    for name, value in dict(environment or {}).items():
        if not isinstance(name, str) or not (value is None or isinstance(value, str)):
            raise PlanError(f"environment: expected strings, and None for what is taken away, not {name!r}: {value!r}")
    return {
        "hz": hz,
        "hook": None if hook is None else os.path.abspath(hook),
        "cwd": None if cwd is None else os.fspath(cwd),
        "environment": dict(environment or {}),
        "report": hook is None,  # a game with a hook has no need of a line on a descriptor
        "gpu": gpu,
        "screen": screen,
        "threads": 0 if n > 1 else None,  # the software renderer's threads only get in the way of other games
    }


def _is_screen(screen: object) -> bool:
    sizes = list(screen) if isinstance(screen, (tuple, list)) else []
    return len(sizes) == 2 and all(isinstance(size, numbers.Integral) and 1 <= size <= 16384 for size in sizes)


def reset_of(reset: Any, hook: object, start_frames: int) -> tuple[str, tuple[bytes, int]]:
    """How episodes begin in a game that runs: "restart", "keys" or "hook", and with which events and frames."""
    if isinstance(reset, str):
        if reset not in ("restart", "hook"):
            raise PlanError(f'reset: expected "restart", "hook", or a list of keys such as ["space"], not {reset!r}')
        if reset == "hook" and hook is None:
            raise PlanError('reset: "hook" needs a hook file with a function reset(game, seed): hook="my_hook.py"')
        return reset, (b"", start_frames)
    return "keys", _encode.script(reset, "reset", start_frames)
