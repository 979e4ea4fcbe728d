"""What a game tells its learner."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from . import _native


def _plain(value: object) -> object:
    """NumPy's scalars and arrays as JSON has them; without importing NumPy."""
    to_list = getattr(value, "tolist", None)
    if callable(to_list):
        return to_list()
    raise TypeError(f"info: {type(value).__name__} cannot be told as JSON: {value!r:.80}")


def encode_info(info: Mapping[str, Any]) -> str:
    """As a JSON object. TypeError when it is none."""
    if not isinstance(info, Mapping):
        raise TypeError(f"info: expected a dict, not {type(info).__name__}")
    try:
        return json.dumps(dict(info), default=_plain)
    except ValueError as error:  # it contains itself
        raise TypeError(f"info: {error}") from None


def report(
    *,
    reward: float | None = None,
    terminated: bool = False,
    truncated: bool = False,
    info: Mapping[str, Any] | None = None,
) -> bool:
    """Tell the learner that plays this process; for games that know of Offstage. It arrives with the next frame that the
    learner sees.

    Args:
        reward: is added to what this step was worth so far.
        terminated: the episode is over.
        truncated: the episode is cut short.
        info: a dict that can be written as JSON; the last one before the learner sees a frame counts.

    Returns:
        False when no learner plays this process; nothing is kept then.

    Raises:
        TypeError: arguments of other types, or an info that cannot be written as JSON.
        OutOfMemory: the info is longer than the learner has room for (16 KiB).
    """
    text = None if info is None else encode_info(info)
    value = None if reward is None else float(reward)
    if not _native.played():
        return False
    _native.report(value, bool(terminated), bool(truncated), text)
    return True
