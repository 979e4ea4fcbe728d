"""Neverball, as Debian ships it, as an environment: its mouse tilts the floor; played here by chance.

    python examples/play_neverball.py [--seed N] [--steps N] [--picture FILE.png]     # apt-get install neverball

The game is in C, draws with OpenGL and tells nothing. What a moment was worth is read off its window: the counter of
coins, in its lower right corner, has changed. Each episode begins with the game's own key for it, R, and a wrapper of
Gymnasium's ends it.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import offstage
from offstage import actions

PLACES = ("/usr/games", "/usr/local/bin", "/usr/bin")
WINDOW = (320, 240)  # width, height; the game reads it from its configuration
FRAME_SKIP = 4
SKIP = ["Return"] * 3  # the level's title, "Ready?" and "Set?"
ACTIONS = {"tilt": actions.Motion(12), "view": [None, "s", "d"]}


def find_game() -> str | None:
    return shutil.which("neverball") or shutil.which("neverball", path=":".join(PLACES))


def configure(home: Path) -> dict[str, str]:
    """A home of its own with a small window, so that a player's own settings and scores stay as they are."""
    # aniso 0: Mesa's software renderer can spend minutes on one frame in its anisotropic filter.
    (home / ".neverball").mkdir(exist_ok=True)
    lines = ("fullscreen 0", f"width {WINDOW[0]}", f"height {WINDOW[1]}", "aniso 0", "reflection 0", "shadow 0")
    (home / ".neverball" / "neverballrc").write_text("".join(line + "\n" for line in lines))
    return {"HOME": str(home), "SDL_AUDIODRIVER": "dummy"}


class CoinsSeen:
    """The reward: 1 when the digits of the coin counter, orange in the window's lower right corner, have changed."""

    def __init__(self) -> None:
        self.before: np.ndarray | None = None

    def __call__(self, observation: np.ndarray, info: dict[str, Any]) -> float:
        counter = observation[212:221, 266:284].astype(int)
        digits = (counter[..., 0] > 180) & (counter[..., 1] > 40) & (counter[..., 2] < 40)
        known = self.before is not None and info["frames"] > FRAME_SKIP  # else it is the first of its episode
        changed = known and np.count_nonzero(digits != self.before) > 4
        self.before = digits
        return float(changed)


def make_env(game: str, home: Path, level: str = "map-easy/easy.sol", steps: int = 300) -> gymnasium.Env:
    """Observation: (240, 320, 3) uint8, the window. Action: {"tilt": (2,) the mouse's way, -1 .. 1 for 12 pixels left
    and up .. right and down, "view": 0 stay, 1 turn left, 2 turn right}.
    """
    env = offstage.GameEnv([game, "-l", level], actions=ACTIONS, frame_skip=FRAME_SKIP, reward=CoinsSeen(),
                           observation={"size": WINDOW[::-1], "gray": False, "layout": "HWC", "stack": 1},
                           environment=configure(home), render_mode="rgb_array",
                           start=SKIP, start_frames=20, reset=["r", *SKIP])
    return gymnasium.wrappers.TimeLimit(env, steps)


def main() -> None:
    parser = argparse.ArgumentParser(description="Play Neverball by chance.")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, default=150, help="steps of four frames (default 150)")
    parser.add_argument("--picture", type=Path, help="write the last frame there")
    options = parser.parse_args()
    game = find_game()
    if not game:
        sys.exit("play_neverball: neverball is not installed (Debian, Ubuntu: apt-get install neverball)")
    with (tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home,  # the game ends a little after the env
          make_env(game, Path(home), steps=options.steps) as env):
        env.action_space.seed(options.seed)
        env.reset(seed=options.seed)
        total, over = 0.0, False
        while not over:
            _, reward, terminated, truncated, info = env.step(env.action_space.sample())
            total, over = total + reward, terminated or truncated
        if options.picture:
            from PIL import Image

            Image.fromarray(env.render()).save(options.picture)
    print(f"{info['time']:.1f} s of play, coins seen to change {total:g} times")


if __name__ == "__main__":
    main()
