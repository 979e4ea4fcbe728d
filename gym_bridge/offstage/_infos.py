"""The parts of Gymnasium's vector interface that changed between 1.0 and 1.2, and are to be the same on all of them."""

from __future__ import annotations

import enum
from typing import Any

import numpy as np
from gymnasium import vector

if hasattr(vector, "AutoresetMode"):
    AutoresetMode = vector.AutoresetMode
else:  # Gymnasium 1.0

    class AutoresetMode(enum.Enum):  # type: ignore[no-redef]
        """When an environment whose episode has ended begins the next one."""

        NEXT_STEP = "NextStep"
        SAME_STEP = "SameStep"
        DISABLED = "Disabled"


def autoreset_mode(mode: Any) -> AutoresetMode:
    """The mode by its name ("NextStep"), its value, or as Gymnasium's own.

    Raises:
        ValueError: there is no such mode.
    """
    value = getattr(mode, "value", mode)
    for known in AutoresetMode:
        if value in (known.value, known.name):
            return known
    raise ValueError(f"autoreset_mode: expected NextStep, SameStep or Disabled, not {mode!r}")


def merge_info(infos: dict[str, Any], info: dict[str, Any], index: int, count: int) -> None:
    """Add one environment's info to those of `count`, in place, as Gymnasium's VectorEnv does.

    Each key gets an array (count, ...), and "_key" a mask (count,) of those that have it: numbers in an array of their
    type, arrays stacked, dicts as such dicts, all else as objects. "final_obs" is always an array of objects.
    """
    for key, value in info.items():
        found = infos.get(key)
        if key == "final_obs":
            if found is None:
                found = np.full(count, None, object)
            found[index] = value
        elif isinstance(value, dict):
            if found is None:
                found = {}
            merge_info(found, value, index, count)
        else:
            if found is None:
                found = _empty(value, count)
            found[index] = value
        infos[key] = found
        mask = infos.get(f"_{key}")
        if mask is None:
            mask = infos[f"_{key}"] = np.zeros(count, np.bool_)
        mask[index] = True


def _empty(value: Any, count: int) -> Any:
    if type(value) in (int, float, bool) or isinstance(value, np.number):
        return np.zeros(count, type(value))
    if isinstance(value, np.ndarray):
        return np.zeros((count, *value.shape), value.dtype)
    return np.full(count, None, object)
