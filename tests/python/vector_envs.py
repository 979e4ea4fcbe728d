"""Environments for the tests of vectors. They draw nothing, and are the same in every process."""

from __future__ import annotations

import os
import signal
import time

import gymnasium
import numpy as np
from gymnasium import spaces


class Walk(gymnasium.Env):
    """A walk whose luck comes from np_random. Observations, infos and ends depend on everything that was done."""

    metadata = {"render_modes": ["rgb_array"], "render_fps": 30}

    def __init__(self, observation="box", action="discrete", render_mode=None, length=7):
        self.kind = observation
        self.render_mode = render_mode
        self.length = length
        self.observation_space = {
            "box": lambda: spaces.Box(-1e6, 1e6, (2, 3), np.float64),
            "discrete": lambda: spaces.Discrete(1000),
            "bytes": lambda: spaces.Box(0, 255, (5,), np.uint8),
            "dict": lambda: spaces.Dict(
                place=spaces.Box(-1e6, 1e6, (3,), np.float32),
                inner=spaces.Tuple((spaces.Discrete(1000), spaces.MultiBinary(3))),
            ),
            "loose": lambda: spaces.Dict(
                place=spaces.Box(-1e6, 1e6, (3,), np.float32),
                words=spaces.Text(10),
                many=spaces.Sequence(spaces.Discrete(9)),
            ),
        }[observation]()
        self.action_space = {
            "discrete": lambda: spaces.Discrete(5, start=-2),
            "box": lambda: spaces.Box(-1, 1, (2,), np.float32),
            "binary": lambda: spaces.MultiBinary(4),
            "multi": lambda: spaces.MultiDiscrete([3, 4]),
            "dict": lambda: spaces.Dict(keys=spaces.MultiBinary(2), mouse=spaces.Box(-1, 1, (2,), np.float32)),
            "loose": lambda: spaces.Tuple((spaces.Discrete(3), spaces.Text(5))),
        }[action]()
        self.place = 0.0
        self.steps = 0
        self.closed_to = None

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.place = float(self.np_random.uniform(0, 10)) + float((options or {}).get("start", 0))
        self.steps = 0
        self.end = int(self.np_random.integers(2, self.length + 1))
        return self.observe(), {"began": self.place, "options": len(options or {})}

    def step(self, action):
        self.steps += 1
        self.place += 0.5 + number(action) + float(self.np_random.normal())
        info = {"steps": self.steps, "vector": np.full(2, self.place)}
        if self.steps % 2:
            info["odd"] = "yes"
            info["inner"] = {"place": self.place, "even": False}
        over = self.steps >= self.end
        return self.observe(), np.float32(self.place), over and self.end % 2 == 0, over and self.end % 2 == 1, info

    def observe(self):
        place = self.place
        if self.kind == "box":
            return np.arange(6, dtype=np.float64).reshape(2, 3) + place
        if self.kind == "discrete":
            return np.int64(abs(place) * 10 % 1000)
        if self.kind == "bytes":
            return np.full(5, abs(place) * 10 % 256).astype(np.uint8)
        three = np.array([place, 1, self.steps], np.float32)
        if self.kind == "dict":
            bits = np.array([self.steps & 1, self.steps & 2, self.steps & 4]).astype(bool).astype(np.int8)
            return {"place": three, "inner": (np.int64(self.steps), bits)}
        return {"place": three, "words": "w" * self.steps, "many": tuple(range(self.steps % 4))}

    def render(self):
        return np.full((40, 60, 3), int(self.place) % 256, np.uint8)

    def add(self, first, second=0):
        return first + second + self.steps

    def echo(self, value):
        return value

    def pid(self):
        return os.getpid()

    def close_to(self, path):
        self.closed_to = path

    def close(self):
        if self.closed_to:
            with open(self.closed_to, "a") as file:
                file.write("closed\n")


class Naughty(Walk):
    """Does what its action says: 1 raises, 2 dies, 3 exits, 4 sleeps, 5 gives a bad observation, 6 an info that cannot
    be sent, 7 a large one, 8 raises what cannot be pickled, 9 hangs, 10 dies when its
    observation is written, and its answer not given."""

    def __init__(self, **options):
        super().__init__(**options)
        self.action_space = spaces.Discrete(11)

    def step(self, action):
        if action == 1:
            raise KeyError("not there")
        if action == 2:
            os.kill(os.getpid(), signal.SIGKILL)
        if action == 3:
            raise SystemExit(5)
        if action == 4:
            time.sleep(0.6)
        if action == 9:
            time.sleep(60)
        if action == 8:
            raise Unpicklable(letter for letter in "abc")
        observation, reward, terminated, truncated, info = super().step(0)
        if action == 5:
            observation = observation[:1]
        if action == 6:
            info["lock"] = (value for value in "abc")
        if action == 7:
            info["large"] = bytes(1_000_000)
        if action == 10:
            info["bomb"] = Bomb()
        return observation, reward, terminated, truncated, info


class Bomb:
    """Cannot be pickled and survived."""

    def __reduce__(self):
        os._exit(7)


class Unpicklable(Exception):
    def __init__(self, what):
        super().__init__("cannot go anywhere")
        self.what = what


def number(action):
    """Any action as one number."""
    if isinstance(action, dict):
        return sum(number(one) for one in action.values())
    if isinstance(action, tuple):
        return sum(number(one) for one in action)
    if isinstance(action, str):
        return float(len(action))
    return float(np.asarray(action, np.float64).sum())
