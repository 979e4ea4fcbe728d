"""Frames of this process's windows as tensors.

Run the program under ``offstage run -- python ...``; then::

    with offstage.Capture(size=(84, 84), gray=True, stack=4) as capture:
        ...                                # draw, and swap buffers
        frame = capture.next()             # (4, 84, 84) uint8
        pixels = numpy.asarray(frame)      # or torch.from_dlpack(frame), jax.dlpack.from_dlpack(frame)

And whole games as Gymnasium environments, each in a process of its own; no ``offstage run`` is needed for that::

    env = offstage.GameEnv(["python", "game.py"], actions=[None, "Left", "Right"])
    envs = offstage.GameVectorEnv(["python", "game.py"], 8, actions=[None, "Left", "Right"])

Nothing here imports NumPy, Gymnasium or PyTorch before it needs them.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING

from . import errors, keys
from ._native import Capture, DeviceArray, Frame
from .errors import (
    BackPressure,
    Closed,
    DeviceError,
    FrameTimeout,
    GameCrashed,
    GameError,
    GameTimeout,
    HookFailed,
    NoFrameYet,
    NoSuchDevice,
    NotLoaded,
    NotSupported,
    OffstageError,
    PeerGone,
    PlanError,
    ReportFailed,
    ResetNeeded,
    StartFailed,
    UnknownKey,
    WindowGone,
)
from .info import Info, Window, info, require, windows

if TYPE_CHECKING:
    from . import actions as actions
    from . import vector as vector
    from ._report import report as report
    from .game_env import GameEnv as GameEnv
    from .game_vector_env import GameVectorEnv as GameVectorEnv
    from .observation import FrameObservation as FrameObservation

__all__ = [
    "BackPressure",
    "Capture",
    "Closed",
    "DeviceArray",
    "DeviceError",
    "Frame",
    "FrameObservation",
    "FrameTimeout",
    "GameCrashed",
    "GameEnv",
    "GameError",
    "GameTimeout",
    "GameVectorEnv",
    "HookFailed",
    "Info",
    "NoFrameYet",
    "NoSuchDevice",
    "NotLoaded",
    "NotSupported",
    "OffstageError",
    "PeerGone",
    "PlanError",
    "ReportFailed",
    "ResetNeeded",
    "StartFailed",
    "UnknownKey",
    "Window",
    "WindowGone",
    "actions",
    "errors",
    "info",
    "keys",
    "report",
    "require",
    "vector",
    "windows",
]

# Imported when they are used: most need Gymnasium.
_LAZY = {
    "FrameObservation": ".observation",
    "GameEnv": ".game_env",
    "GameVectorEnv": ".game_vector_env",
    "actions": "",
    "report": "._report",
    "vector": "",
}


def __getattr__(name: str) -> object:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if not _LAZY[name]:
        return importlib.import_module(f".{name}", __name__)
    value = globals()[name] = getattr(importlib.import_module(_LAZY[name], __name__), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


if "gymnasium" in sys.modules:  # gymnasium.make("offstage:offstage/Game-v0") imports this module and expects them there
    importlib.import_module(".envs", __name__)
