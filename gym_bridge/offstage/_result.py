"""What a game's answer means."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from .errors import HookFailed, OffstageError, PlanError, ReportFailed


class Result(NamedTuple):
    """What a command led to.

    Attributes:
        reward: what the game reported since the one before; 0 for the first of an episode.
        terminated, truncated: likewise.
        info: "frames" and "time" since the first observation of the episode (the game's own time, in seconds, to 0.1
            ms); what the game reported; "new_window" when it closed its window and goes on in another one; "closed"
            when it has ended
            by itself, in order: terminated is True then, and there is no new observation.
    """

    reward: float
    terminated: bool
    truncated: bool
    info: dict[str, Any]


def seconds(ns: int) -> float:
    """The game's time for a person."""
    # In a process that goes on, ticks of a rate such as 60 Hz do not begin at the same fraction of a microsecond again.
    return round(ns * 1e-9, 4)


def failure_of(sentence: str, where: str) -> OffstageError:
    """The exception for what a game answered to a command that failed."""
    if sentence.startswith(("report: ", "hook: ReportFailed: ")):
        return ReportFailed(f"{where}: {sentence}")
    return HookFailed(sentence) if sentence.startswith(("hook", "the game has no reset")) else PlanError(sentence)


def finite(reward: float, where: str, whose: str) -> float:
    """The reward.

    Raises:
        ReportFailed: it is infinite, or not a number at all; a learner would not get over it.
    """
    if not math.isfinite(reward):
        raise ReportFailed(f"{where}: {whose} is {reward}, which is not a finite number")
    return reward


def add_json(info: dict[str, Any], text: bytes) -> None:
    """Add what the game reported as JSON; as it is, if it is none."""
    try:
        told = json.loads(text)
    except ValueError:
        told = None
    info.update(told if isinstance(told, dict) else {"report": bytes(text)})


def with_reports(result: Result, reports: Iterable[Mapping[str, Any]], where: str) -> Result:
    """And what the game wrote to the descriptor OFFSTAGE_REPORT.

    Raises:
        ReportFailed: a line is no report.
    """
    reward, terminated, truncated, info = result
    for report in reports:
        if "error" in report:
            raise ReportFailed(f"{where}: OFFSTAGE_REPORT: {report['error']}")
        reward += report.get("reward", 0.0)
        terminated = terminated or report.get("terminated", False)
        truncated = truncated or report.get("truncated", False)
        info.update(report.get("info", ()))
    finite(reward, where, "the sum of the rewards that were reported")
    return Result(reward, terminated, truncated, info)
