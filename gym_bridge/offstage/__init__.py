"""Frames of this process's windows as tensors.

Run the program under ``offstage run -- python ...``; then::

    with offstage.Capture(size=(84, 84), gray=True, stack=4) as capture:
        ...                                # draw, and swap buffers
        frame = capture.next()             # (4, 84, 84) uint8
        pixels = numpy.asarray(frame)      # or torch.from_dlpack(frame), jax.dlpack.from_dlpack(frame)

Nothing here imports NumPy, Gymnasium or PyTorch before it needs them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import errors
from ._native import Capture, Frame
from .errors import (
    BackPressure,
    Closed,
    DeviceError,
    FrameTimeout,
    NoFrameYet,
    NoSuchDevice,
    NotLoaded,
    NotSupported,
    OffstageError,
    PlanError,
    WindowGone,
)
from .info import Info, Window, info, require, windows

if TYPE_CHECKING:
    from .observation import FrameObservation as FrameObservation

__all__ = [
    "BackPressure",
    "Capture",
    "Closed",
    "DeviceError",
    "Frame",
    "FrameObservation",
    "FrameTimeout",
    "Info",
    "NoFrameYet",
    "NoSuchDevice",
    "NotLoaded",
    "NotSupported",
    "OffstageError",
    "PlanError",
    "Window",
    "WindowGone",
    "errors",
    "info",
    "require",
    "windows",
]


def __getattr__(name: str) -> object:
    # Gymnasium is imported by those who use it.
    if name == "FrameObservation":
        from .observation import FrameObservation

        return FrameObservation
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
