"""What a learner is told of brick_dodge.py: rewards, the end of a game, and a way to begin a new one.

    offstage.GameEnv([sys.executable, "examples/brick_dodge.py"], hook="examples/brick_hook.py", reset="hook", ...)

Offstage runs this file inside the game, which knows nothing of it: `game.find` finds the game's window among the
objects of its process, and these functions are called between two frames.

A game that is looked at less often than it draws can save itself the rest: with BRICK_DRAWS=10 in its environment it
draws ten times a second, six ticks of play apart, and one frame is then one step of the learner's.

Reward: +1 for each row passed, -1 for a crash. Terminated after a crash; truncated after a minute of play. Info:
"score", the rows passed in this game, and "ticks", its length in ticks of 1/60 s.
"""

from __future__ import annotations

import os
from typing import Any

TIME_LIMIT_TICKS = 60 * 60

told = 0  # what the learner was given for this game so far


def setup(game: Any) -> None:
    if "BRICK_DRAWS" in os.environ:
        game.find("BrickDodgeWindow").set_draw_rate(1 / float(os.environ["BRICK_DRAWS"]))


def reset(game: Any, seed: int) -> None:
    """Begin the game that belongs to this seed; sparks, stars and the best score, which are seen too, begin with it."""
    global told
    told = 0
    window = game.find("BrickDodgeWindow")
    window.game.reset(seed)
    window.game.best = 0
    window.looks.seed(seed)
    window.shake = 0
    window.sparks.clear()
    window.stars.clear()
    window.make_stars()


def observe(game: Any) -> dict[str, Any]:
    global told
    rules = game.find("BrickDodgeWindow").game
    worth = rules.score - rules.over
    reward, told = worth - told, worth
    return {
        "reward": float(reward),
        "terminated": rules.over,
        "truncated": not rules.over and rules.ticks >= TIME_LIMIT_TICKS,
        "info": {"score": rules.score, "ticks": rules.ticks},
    }
