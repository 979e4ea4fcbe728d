"""Runs inside examples/brick_dodge.py when bench/run games plays it; the peers' environment begins its games with the
same function."""
import random


def begin(window, seed):
    """The game of this seed from its first tick, with the stars and sparks of a window that was just opened."""
    window.game.reset(seed)
    window.game.best = 0
    window.sparks.clear()
    window.held, window.shake = [], 0
    window.looks = random.Random(0)
    for star in window.stars:  # as make_stars draws its luck: size, then place
        window.looks.choice((1, 1, 2, 3))
        star.position = (window.looks.uniform(0, 480), window.looks.uniform(0, 640))


STATE = {"score": 0, "seed": 0}


def reset(game, seed):
    begin(game.find("BrickDodgeWindow"), seed)
    STATE.update(score=0, seed=seed)


def observe(game):
    brick = game.find("BrickDodgeWindow").game
    reward = float(brick.score - STATE["score"]) - float(brick.over)
    STATE["score"] = brick.score
    # As text: a game's seed has more bits than a number in JSON, or in an array of float64, keeps.
    return {"reward": reward, "terminated": brick.over, "info": {"seed": str(STATE["seed"]), "ticks": brick.ticks}}
