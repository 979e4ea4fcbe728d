"""Makes an environment of the time before Gymnasium one that `offstage.GameEnv` can play: old_gym_car.py, or another.

    offstage.GameEnv(["python", "examples/old_gym_car.py"], hook="examples/old_gym_hook.py", reset="hook", ...)

The program runs as a person would start it and is steered by its keys. This file, which Offstage runs inside of it,
finds the environment that the program drives, listens to its `step` (observation, reward, done, info) and tells the
learner; `reset` seeds it in the old way and begins anew. The learner needs neither this pyglet nor this Python.

Reward: the sum since the learner's last step. Terminated: `done`. Info: the environment's own.
"""

from typing import Any


class Listener:
    """Between an old environment and the loop that drives it."""

    def __init__(self, env: Any) -> None:
        self.env, self.real_step, self.real_reset = env, env.step, env.reset
        env.step, env.reset = self.step, self.reset
        self.start()

    def start(self) -> None:
        self.reward, self.done, self.info, self.fresh = 0.0, False, {}, True

    def step(self, action: Any) -> tuple:
        result = self.real_step(action)
        self.fresh = False
        if not self.done:  # what the loop plays after the end of an episode belongs to none
            _, reward, self.done, self.info = result
            self.reward += reward
        return result

    def reset(self) -> Any:
        """The loop's own reset, when it saw `done`: if the learner has just begun an episode, it is that one."""
        if self.fresh:
            return self.begun
        return self.real_reset()

    def begin(self, seed: int) -> None:
        self.env.seed(seed)
        self.begun = self.real_reset()
        self.start()


listener = None


def setup(game: Any) -> None:
    global listener
    kinds = [kind for kind in vars(game.main).values()
             if isinstance(kind, type) and all(hasattr(kind, name) for name in ("step", "reset", "seed", "render"))]
    listener = Listener(game.find(kinds[0]))


def reset(game: Any, seed: int) -> None:
    listener.begin(seed)


def observe(game: Any) -> dict:
    reward, listener.reward = listener.reward, 0.0
    return {"reward": float(reward), "terminated": bool(listener.done), "info": listener.info}
