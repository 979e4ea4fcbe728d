"""Brick Dodge as a Gymnasium environment: the window of brick_dodge.py, driven by `step`.

    offstage run -- python examples/brick_dodge_env.py

plays one game by chance and prints what an observation is. Nothing here knows Offstage but `make_pixels`: it is written
in the ordinary way, and `offstage.FrameObservation` makes its window the observation.
"""

from __future__ import annotations

import time
from typing import Any

import pyglet

pyglet.options.debug_gl = False  # a step makes a hundred GL calls; asking for an error after each doubles their cost

import arcade
import gymnasium
import numpy as np

import brick_dodge_game as rules
from brick_dodge import BrickDodgeWindow

LEFT, STAY, RIGHT = range(3)
KEYS = {LEFT: [arcade.key.LEFT], STAY: [], RIGHT: [arcade.key.RIGHT]}


class BrickDodgeEnv(gymnasium.Env[np.ndarray, int]):
    """Slide through the gaps of falling rows of bricks.

    Action: 0 left, 1 stay, 2 right, held for `frame_skip` ticks of 1/60 s.
    Observation: (13,) float32 in [0, 1]: the ship's place, the falling speed, the height of the next row, and for each
        of its 10 columns 1 if it holds a brick. Wrap the environment in FrameObservation to see the window instead.
    Reward: +1 for each row passed, -1 for a crash.
    Terminated after a crash; truncated after `time_limit_s` seconds of game time.
    Info: "score", the rows passed in this game.

    A step draws the window once, after its last tick. With render_mode="human" it draws every tick, at the speed of the
    game; with "rgb_array", `render` returns the window as (height, width, 3) uint8, top row first.

    Args:
        render_mode: None, "human" or "rgb_array"
        frame_skip: ticks in one step
        scale: size of the window, 1 = 480 x 640 pixels; a small one is quickly drawn on a CPU
        effects: sparks, stars and texts, for people
        time_limit_s: game time after which an episode is truncated, in seconds
    """

    metadata = {"render_modes": ["human", "rgb_array"], "render_fps": rules.TICKS_PER_SECOND}

    def __init__(self, render_mode: str | None = None, *, frame_skip: int = 4, scale: float = 0.25,
                 effects: bool = False, time_limit_s: float = 60.0) -> None:
        if render_mode is not None and render_mode not in self.metadata["render_modes"]:
            raise ValueError(f"render_mode is {render_mode!r}; it must be None, 'human' or 'rgb_array'")
        if frame_skip < 1:
            raise ValueError(f"frame_skip is {frame_skip}; it must be at least 1")
        self.render_mode = render_mode
        self.frame_skip = frame_skip
        self.tick_limit = round(time_limit_s * rules.TICKS_PER_SECOND)
        self.action_space = gymnasium.spaces.Discrete(3)
        self.observation_space = gymnasium.spaces.Box(0.0, 1.0, (3 + rules.COLUMNS,), np.float32)
        self.window = BrickDodgeWindow(scale=scale, effects=effects)
        self.window.set_vsync(False)

    @property
    def game(self) -> rules.BrickDodge:
        return self.window.game

    def reset(self, *, seed: int | None = None,
              options: dict[str, Any] | None = None) -> tuple[np.ndarray, dict[str, Any]]:
        super().reset(seed=seed)
        self._use_window()
        self.game.reset(int(self.np_random.integers(2**31)))
        self.window.sparks.clear()
        self.window.held = []
        self.window.place_sprites()
        self._show()
        return self._state(), {"score": 0}

    def step(self, action: int) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        self._use_window()
        self.window.dispatch_events()
        self.window.held = KEYS[int(action)]
        before = self.game.score
        for tick in range(self.frame_skip):
            self.window.on_update(1 / rules.TICKS_PER_SECOND)
            if self.render_mode == "human" and tick < self.frame_skip - 1:
                self._show()
        self._show()
        reward = float(self.game.score - before) - float(self.game.over)
        truncated = not self.game.over and self.game.ticks >= self.tick_limit
        return self._state(), reward, self.game.over, truncated, {"score": self.game.score}

    def render(self) -> np.ndarray | None:
        if self.render_mode != "rgb_array":
            return None
        self._use_window()
        self.window.on_draw()
        return np.asarray(arcade.get_image().convert("RGB"))

    def close(self) -> None:
        self.window.close()

    def _use_window(self) -> None:
        """Several environments may take turns in one process."""
        arcade.set_window(self.window)
        self.window.switch_to()

    def _show(self) -> None:
        self.window.on_draw()
        self.window.flip()
        if self.render_mode == "human":
            time.sleep(1 / rules.TICKS_PER_SECOND)

    def _state(self) -> np.ndarray:
        tail = rules.SHIP_Y - rules.SHIP_HEIGHT / 2
        row = next(row for row in self.game.rows if row.y + rules.BRICK_HEIGHT >= tail)
        height = min(max((row.y + rules.BRICK_HEIGHT) / (rules.HEIGHT + rules.ROW_DISTANCE), 0.0), 1.0)
        place, speed = self.game.ship_x / rules.WIDTH, self.game.speed / rules.TOP_SPEED
        return np.array([place, speed, height, *row.bricks], np.float32)


gymnasium.register("BrickDodge-v0", BrickDodgeEnv)


def make_pixels(**options: Any) -> gymnasium.Env[np.ndarray, int]:
    """The environment with its window as the observation: (2, 40, 30) uint8, the last two frames in gray."""
    import offstage

    return offstage.FrameObservation(BrickDodgeEnv(**options), size=(40, 30), gray=True, stack=2)


def main() -> None:
    import offstage

    offstage.require(reexec=True)
    env = make_pixels()
    env.action_space.seed(0)
    pixels, info = env.reset(seed=0)
    print(f"observation: shape {pixels.shape}, {pixels.dtype}, mean {pixels.mean():.1f}")
    steps, over = 0, False
    while not over:
        pixels, _, terminated, truncated, info = env.step(env.action_space.sample())
        steps, over = steps + 1, terminated or truncated
    print(f"{steps} steps, {info['score']} rows passed, mean {pixels.mean():.1f}")
    env.close()


if __name__ == "__main__":
    main()
