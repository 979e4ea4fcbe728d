"""Frames of the window as the observation of a worker's environment, written where the learner wants them."""

from __future__ import annotations

from typing import Any

import numpy as np

from .observation import FrameObservation


class FramesInRow(FrameObservation):
    """FrameObservation whose frames lie in a row of the batch, instead of an array of their own."""

    def __init__(self, env: Any, **options: Any) -> None:
        for name in ("device", "copy"):
            if name in options:
                raise ValueError(
                    f"observation: {name} is no option here: frames are written into the batch, on the CPU"
                )
        super().__init__(env, **options)
        self._target: Any = None

    def into(self, row: Any) -> None:
        """The row (_rows.Rows of one) of the next observation."""
        self._target = row.leaf(0, self._key)

    def _take(self, timeout: float | None) -> Any:
        if self._target is None:  # somebody resets it without a learner
            return super()._take(timeout)
        self.capture.read(self._target, timeout)
        return self._target

    def _repeat(self, reason: Any) -> Any:
        return np.asarray(super()._repeat(reason))
