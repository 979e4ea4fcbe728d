"""What a learner is told of pond.py, which runs unchanged."""

told = 0


def setup(game):
    game.report(info={"setup": True})


def reset(game, seed):
    global told
    pond = game.find("Pond")
    pond.chance.seed(seed)
    pond.held.clear()
    pond.begin()
    told = 0


def observe(game):
    global told
    pond = game.find("Pond")
    reward, told = pond.eaten - told, pond.eaten
    return {
        "reward": reward,
        "terminated": pond.missed == 3,
        "info": {"eaten": pond.eaten, "fish": int(pond.fish.x), "duck": int(pond.duck.x)},
    }
