"""What a learner is told of lights_qt.py: +1 for each lamp put out, -1 for each lit, and the end when all are out."""

from __future__ import annotations

from typing import Any

before = 0  # lamps lit when the learner was last told


def reset(game: Any, seed: int) -> None:
    global before
    board = game.find("Board")
    board.begin(seed)
    before = sum(board.lit)


def observe(game: Any) -> dict[str, Any]:
    global before
    board = game.find("Board")
    lit = sum(board.lit)
    reward, before = before - lit, lit
    return {"reward": float(reward), "terminated": board.over, "info": {"clicks": board.clicks, "lit": lit}}
