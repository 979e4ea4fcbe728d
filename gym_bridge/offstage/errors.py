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


class GameError(OffstageError):
    """Base class of what goes wrong with a game that is played."""


class StartFailed(GameError, RuntimeError):
    """The game could not be started, or showed no frame in time."""


class GameCrashed(GameError, RuntimeError):
    """The game ended where it should not have; the sentence has its status and what it wrote last."""


class GameTimeout(GameError, FrameTimeout):
    """The game did not show the frames of a step in time. It has been killed; reset() starts it again."""


class HookFailed(GameError, RuntimeError):
    """The hook file raised an error inside the game, or lacks a function that is needed."""


class ReportFailed(GameError, RuntimeError):
    """What a game reported, or a function of its learner's gave, cannot be used: a reward that is no finite number, an
    info that is too long, a line that is no report. The sentence says which game, and in which step."""


class ResetNeeded(GameError, RuntimeError):
    """There is no episode: reset() first. Before the first one, after the end of an episode, and after an error."""


class UnknownKey(OffstageError, ValueError):
    """There is no key of this name."""


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
