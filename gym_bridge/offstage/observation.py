"""A Gymnasium wrapper: what the window shows is what the agent observes."""

from __future__ import annotations

from typing import Any, Literal, SupportsFloat

import gymnasium
import numpy as np

from ._native import Capture
from .errors import FrameTimeout, NoFrameYet, PlanError, WindowGone

_DTYPES: dict[str, Any] = {"uint8": np.uint8, "float16": np.float16, "float32": np.float32, "bfloat16": np.float32}


class FrameObservation(gymnasium.Wrapper[Any, Any, Any, Any], gymnasium.utils.RecordConstructorArgs):
    """The frames of an environment's window as its observation.

    Serves every environment that draws a window of this process while it resets and steps, or in ``render()``: with
    OpenGL (Arcade, pyglet, moderngl, GLFW), or with pygame. Each ``reset`` and ``step`` gives one observation:

    - the newest frame that the environment has drawn in it; earlier ones of the same step are passed over;
    - if it drew none and has a render mode, ``render()`` is called, which should draw one;
    - if still none came within ``timeout`` seconds, FrameTimeout, or with ``stale="repeat"`` the last observation again.

    A stack is made of observations, not of all the frames that were drawn; after ``reset`` the first one fills it.

    Observation:
        (channels, height, width) for layout "CHW", (height, width, channels) for "HWC", with stack * (1 if gray else 3)
        channels, the oldest frame first; dtype as given; 0 to 255, or that times ``scale`` plus ``offset`` for float types.

        On the CPU a NumPy array. ``copy=True``: one of its own for each step. ``copy=False``: a read-only view of the
        capture's memory, which pins one slot until it is dropped; ``slots`` is how many of them can be kept.
        With ``device="cuda"`` an :class:`offstage.Frame`, for ``torch.from_dlpack``; it pins a slot as well.

        With ``key`` the environment's own observation is kept: its dict gets one entry more, and any other one becomes
        ``{"state": own, key: frames}``.

    Args:
        env: the environment.
        size: (height, width) in pixels; a space has to know it, so None is no choice here.
        gray, stack, layout, dtype, device, crop, filter, max_frames, flip, scale, offset, slots: as in
            :class:`offstage.Capture`.
        window: as there; "first" is the window that the environment draws first, so that several environments of one
            process do not see each other's.
        copy: see above.
        key: name of the frames in a Dict space; None: the frames are the observation.
        timeout: seconds to wait for a frame that another thread draws.
        stale: "error" or "repeat".

    Raises:
        NotLoaded: at the first reset, when the program does not run under ``offstage run``.
        PlanError: arguments that make no sense.
    """

    def __init__(
        self,
        env: gymnasium.Env[Any, Any],
        *,
        size: tuple[int, int] = (84, 84),
        gray: bool = True,
        stack: int = 4,
        layout: Literal["CHW", "HWC"] = "CHW",
        dtype: str = "uint8",
        device: str = "cpu",
        window: int | Literal["first"] | None = "first",
        crop: tuple[int, int, int, int] | None = None,
        filter: Literal["area", "bilinear", "nearest"] = "area",
        max_frames: Literal[1, 2] = 1,
        flip: Literal["vertical", "horizontal", "both"] | None = None,
        scale: float | None = None,
        offset: float | None = None,
        slots: int = 8,
        copy: bool = True,
        key: str | None = None,
        timeout: float = 10.0,
        stale: Literal["error", "repeat"] = "error",
    ) -> None:
        options: dict[str, Any] = {
            "size": size,
            "gray": gray,
            "stack": stack,
            "layout": layout,
            "dtype": dtype,
            "device": device,
            "window": window,
            "crop": crop,
            "filter": filter,
            "max_frames": max_frames,
            "flip": flip,
            "scale": scale,
            "offset": offset,
            "slots": slots,
            "timeout": timeout,
        }
        gymnasium.utils.RecordConstructorArgs.__init__(self, **options, copy=copy, key=key, stale=stale)
        super().__init__(env)
        if stale not in ("error", "repeat"):
            raise PlanError(f'stale: expected error or repeat, not "{stale}"')
        if dtype == "bfloat16" and device == "cpu":
            raise PlanError("dtype: NumPy has no bfloat16; choose float16 or float32, or device cuda")
        self._options = options
        self._copy = copy
        self._key = key
        self._stale = stale
        self._capture: Capture | None = None
        self._box = _space(options)
        self.observation_space = self._extended_space()

    @property
    def capture(self) -> Capture:
        """The capture behind it, opened when it is first needed.

        Raises:
            NotLoaded: the library is not preloaded.
        """
        if self._capture is None:
            self._capture = Capture(**self._options)
        return self._capture

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        """Reset the environment; the first frame fills the stack."""
        self.capture.discard()
        self.capture.reset()
        observation, info = self.env.reset(seed=seed, options=options)
        return self._merge(observation, self._observe("reset()")), info

    def step(self, action: Any) -> tuple[Any, SupportsFloat, bool, bool, dict[str, Any]]:
        """Step the environment, and observe what it has drawn."""
        self.capture.discard()  # what render() drew in between is not what this step leads to
        observation, reward, terminated, truncated, info = self.env.step(action)
        return self._merge(observation, self._observe("step()")), reward, terminated, truncated, info

    def close(self) -> None:
        """Close the capture and the environment."""
        if self._capture is not None:
            self._capture.close()
        super().close()  # type: ignore[no-untyped-call]

    def _observe(self, what: str) -> Any:
        can_render = self.env.render_mode is not None
        try:
            return self._take(0.0 if can_render else None)
        except (FrameTimeout, WindowGone) as error:  # render() may open a new window for each episode
            reason: FrameTimeout | WindowGone = error
        if can_render:
            self.env.render()
            try:
                return self._take(None)
            except FrameTimeout as error:
                reason = error
        if isinstance(reason, WindowGone):
            raise reason
        if self._stale == "repeat":
            return self._repeat(reason)
        raise FrameTimeout(
            f"{what} drew no frame ({reason}). Draw and swap buffers in it, or give the environment a render mode in which "
            'render() draws its window: often "human", where "rgb_array" draws elsewhere. stale="repeat" accepts the last '
            "frame again"
        )

    def _take(self, timeout: float | None) -> Any:
        if self._options["device"] != "cpu":
            return self.capture.next(timeout)
        if self._copy:
            array = np.empty(self._box.shape, self._box.dtype)
            self.capture.read(array, timeout)
            return array
        with self.capture.next(timeout) as frame:
            return np.asarray(frame)

    def _repeat(self, reason: FrameTimeout) -> Any:
        try:
            frame = self.capture.latest()
        except NoFrameYet:
            raise reason from None
        if self._options["device"] != "cpu":
            return frame
        with frame:
            return frame.copy() if self._copy else np.asarray(frame)

    def _merge(self, observation: Any, frames: Any) -> Any:
        if self._key is None:
            return frames
        if isinstance(self.env.observation_space, gymnasium.spaces.Dict):
            return {**observation, self._key: frames}
        return {"state": observation, self._key: frames}

    def _extended_space(self) -> gymnasium.Space[Any]:
        own = self.env.observation_space
        if self._key is None:
            return self._box
        spaces = dict(own.spaces) if isinstance(own, gymnasium.spaces.Dict) else {"state": own}
        if self._key in spaces:
            raise PlanError(f'key: the environment\'s observation has a "{self._key}" already')
        return gymnasium.spaces.Dict({**spaces, self._key: self._box})


def _space(options: dict[str, Any]) -> gymnasium.spaces.Box:
    # The capture checks everything when it is opened; the space needs these to make sense before.
    size, stack, layout = options["size"], options["stack"], options["layout"]
    if not isinstance(size, (tuple, list)) or len(size) != 2 or min(size) < 1:
        raise PlanError(f"size: the observation space needs (height, width), from 1, not {size!r}")
    if stack < 1:
        raise PlanError(f"stack: expected 1 or more, not {stack}")
    if layout not in ("CHW", "HWC"):
        raise PlanError(f'layout: expected CHW or HWC, not "{layout}"')
    channels = stack * (1 if options["gray"] else 3)
    shape = (channels, *size) if layout == "CHW" else (*size, channels)
    if options["dtype"] not in _DTYPES:
        raise PlanError(f'dtype: expected uint8, float16, bfloat16 or float32, not "{options["dtype"]}"')
    dtype = _DTYPES[options["dtype"]]
    if dtype is np.uint8:
        return gymnasium.spaces.Box(0, 255, shape, np.uint8)
    # As the kernels compute it: each step rounded to float32, then to the type.
    scale = np.float32(1 if options["scale"] is None else options["scale"])
    offset = np.float32(0 if options["offset"] is None else options["offset"])
    ends = [dtype(np.float32(value) * scale + offset) for value in (0, 255)]
    return gymnasium.spaces.Box(min(ends), max(ends), shape, dtype)
