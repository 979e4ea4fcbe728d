"""Learn a game from outside: brick_dodge.py as people play it, each game a process of its own, learned from its pixels.

    python examples/train_game.py [--seed N] [--steps N] [--minutes M] [--out FOLDER]
    python examples/train_game.py --eval out/brick_game/policy.npz

The game is not an environment and imports nothing of Offstage. `offstage.GameVectorEnv` starts eight of it, presses
the keys that the agent chooses, lets each play a tenth of a second of its own time and wait, and has their windows,
40 x 30 pixels in gray, the last two frames, as one array. brick_hook.py tells what a row and a crash are worth. This
process needs no display and no preload. Writes policy.npz, learning_curve.png, frames.png and scores.json into the
folder, as train_numpy.py does.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import training_loop as loop  # first: it says how many threads the libraries under NumPy start
from training_loop import FRAME_SKIP, Recording

import gymnasium
import numpy as np
import offstage
from PIL import Image

from brick_dodge_game import TICKS_PER_SECOND
from pixel_policy import PixelPolicy

HERE = Path(__file__).resolve().parent
# -O leaves out pyglet's question after each GL call whether it failed.
GAME = [sys.executable, "-O", str(HERE / "brick_dodge.py")]
PLAY: dict[str, Any] = {
    "actions": ["Left", None, "Right"],
    "observation": {"size": (40, 30), "gray": True, "stack": 2},
    "frame_skip": 1,
    # As many drawings as decisions: what nobody looks at need not be drawn. Without this, and with "frame_skip":
    # FRAME_SKIP, the game goes on in the same way and takes four times as long.
    "environment": {"BRICK_DRAWS": str(TICKS_PER_SECOND / FRAME_SKIP)},
    "hook": HERE / "brick_hook.py",
    "reset": "hook",
}
SHOWN = (120, 160)  # the window in frames.png: width, height


def open_games(count: int) -> gymnasium.vector.VectorEnv:
    """`count` games; one that ends starts again in the same step."""
    return offstage.GameVectorEnv(GAME, count, **PLAY, autoreset_mode=gymnasium.vector.AutoresetMode.SAME_STEP)


def record(policy: PixelPolicy, seed: int, steps: int = 200) -> Recording:
    frames: Recording = []
    with offstage.GameEnv(GAME, **PLAY, render_mode="rgb_array") as env:
        pixels, _ = env.reset(seed=seed)
        over = False
        while not over and len(frames) < steps:
            shown = Image.fromarray(env.render()).resize(SHOWN, Image.Resampling.BOX)
            frames.append((np.asarray(shown), pixels[-1].copy()))
            pixels, _, terminated, truncated, _ = env.step(int(policy.act(pixels[None], greedy=True)[0][0]))
            over = terminated or truncated
    return frames


def main() -> None:
    options = loop.parse("Learn Brick Dodge from outside, from its pixels, with NumPy.", Path("out/brick_game"))
    loop.run(options, open_games, record, "Brick Dodge, each game a process, learned from pixels")


if __name__ == "__main__":
    main()
