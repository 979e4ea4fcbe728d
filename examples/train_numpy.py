"""Learn Brick Dodge from pixels with NumPy alone, in a few minutes on two CPU cores.

    python examples/train_numpy.py [--seed N] [--steps N] [--minutes M] [--out FOLDER]
    python examples/train_numpy.py --eval out/brick_dodge/policy.npz

Several games run side by side, each in a process with a window of its own; what the agent gets of a game is the picture
in its window, 40 x 30 pixels in gray, and the reward. Writes policy.npz, learning_curve.png, frames.png and scores.json
into the folder, and prints how the agent does in games that it has not seen, beside one that acts by chance.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from pathlib import Path

import training_loop as loop  # first: it says how many threads the libraries under NumPy start
from training_loop import FRAME_SKIP, Recording

import gymnasium
import numpy as np

from brick_dodge_env import make_pixels
from pixel_policy import PixelPolicy


def make_game() -> gymnasium.Env[np.ndarray, int]:
    if multiprocessing.parent_process():
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that learns
    return make_pixels(frame_skip=FRAME_SKIP)


def open_games(count: int) -> gymnasium.vector.VectorEnv:
    """`count` games, each in its own process; a game that ends starts again in the same step."""
    import offstage

    make_game().close()
    if "software" in offstage.info().device:
        # This process has said so; the others need not find it out and say it, too.
        os.environ.setdefault("OFFSTAGE_GPU", "software")
    return gymnasium.vector.AsyncVectorEnv([make_game] * count, context="spawn",
                                           autoreset_mode=gymnasium.vector.AutoresetMode.SAME_STEP)


def record(policy: PixelPolicy, seed: int, steps: int = 200) -> Recording:
    """One game on the screen of this process: each frame as the window shows it and as the agent sees it."""
    import offstage

    env, frames = make_game(), []
    with offstage.Capture(size=None, gray=False, stack=1, layout="HWC") as camera:
        pixels, _ = env.reset(seed=seed)
        over = False
        while not over and len(frames) < steps:
            with camera.latest() as shown:
                frames.append((shown.copy(), pixels[-1].copy()))
            pixels, _, terminated, truncated, _ = env.step(int(policy.act(pixels[None], greedy=True)[0][0]))
            over = terminated or truncated
    env.close()
    return frames


def main() -> None:
    options = loop.parse("Learn Brick Dodge from pixels with NumPy alone.", Path("out/brick_dodge"))
    import offstage

    offstage.require(reexec=True)
    loop.run(options, open_games, record, "Brick Dodge, learned from pixels")


if __name__ == "__main__":
    main()
