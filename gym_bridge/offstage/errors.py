"""What goes wrong, one class for each status of the C interface."""

from __future__ import annotations

from typing import Final


class OffstageError(Exception):
    """Base class of all."""


class NotLoaded(OffstageError, RuntimeError):
    """The library is not preloaded into this process: start the program with ``offstage run -- python ...``."""


class PlanError(OffstageError, ValueError):
    """Arguments that make no sense, or that do not fit the window."""


class FrameTimeout(OffstageError, TimeoutError):
    """No new frame came in time."""


class NoFrameYet(OffstageError):
    """The window has shown no frame since the capture was opened."""


class WindowGone(OffstageError):
    """The window was closed."""


class BackPressure(OffstageError):
    """Every slot of the capture is held: release frames, drop arrays made of them, or open it with more slots."""


class Closed(OffstageError, ValueError):
    """A capture was used after close(), or a frame after release()."""


class NotSupported(OffstageError, RuntimeError):
    """It cannot be done on this machine or with this driver."""


class NoSuchDevice(OffstageError, LookupError):
    """There is no such device."""


class NotFound(OffstageError, LookupError):
    """There is no such thing."""


class DeviceError(OffstageError, RuntimeError):
    """CUDA or OpenGL failed."""


class PeerGone(OffstageError, ConnectionError):
    """The process at the other end is gone."""


class OutOfMemory(OffstageError, MemoryError):
    """Memory is out."""


#: Read by the extension module.
BY_STATUS: Final[dict[str, type[OffstageError]]] = {
    "OFS_ENOMEM": OutOfMemory,
    "OFS_EINVAL": PlanError,
    "OFS_ENOENT": NotFound,
    "OFS_EIO": DeviceError,
    "OFS_EAGAIN": NoFrameYet,
    "OFS_EPEER": PeerGone,
    "OFS_ENOSYS": NotSupported,
    "OFS_ETIMEDOUT": FrameTimeout,
    "OFS_EGONE": WindowGone,
    "OFS_EBUSY": BackPressure,
    "OFS_ENODEV": NoSuchDevice,
    "OFS_ENOSHIM": NotLoaded,
}
