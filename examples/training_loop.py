"""What the trainings of Brick Dodge in NumPy share: playing, learning, evaluating, and what is written at the end.

The games are any gymnasium.vector.VectorEnv with pictures (frames, height, width) uint8 as observations, the actions
left, stay and right, +1 for each row passed and -1 for a crash, and autoreset in the same step.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

# Small matrices and small windows, one process for each game: more threads would only wait for each other. Mesa's
# software renderer and the libraries under NumPy read these when they start.
for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")
os.environ.setdefault("LP_NUM_THREADS", "0")

import gymnasium
import numpy as np

import training_report as report
from pixel_policy import PixelPolicy, Rollout
from training_report import Scores

GAMES = 8
FRAME_SKIP = 6  # ten decisions a second are enough here
ROLLOUT_STEPS = 64
LEARNING_RATE = 1e-3
HELD_OUT_SEED = 1_000_000  # training seeds are below

# Each frame of one game: as the window shows it, (height, width, 3) uint8, and as the agent sees it, (height, width).
Recording = list[tuple[np.ndarray, np.ndarray]]


class Player:
    """Steps the games and keeps count of their scores."""

    def __init__(self, games: gymnasium.vector.VectorEnv) -> None:
        self.games = games
        self.pixels = np.zeros(0, np.uint8)
        self.returns = np.zeros(games.num_envs)

    def reset(self, seed: int) -> None:
        self.pixels, _ = self.games.reset(seed=seed)
        self.returns[:] = 0

    def step(self, actions: np.ndarray) -> tuple[np.ndarray, np.ndarray, list[tuple[int, int]]]:
        """Returns rewards, ends, and (game, score) of each game that ended; the 1 that a crash costs is not in it."""
        self.pixels, rewards, terminated, truncated, _ = self.games.step(actions)
        self.returns += rewards
        ends = terminated | truncated
        scores = [(int(i), round(self.returns[i] + terminated[i])) for i in np.flatnonzero(ends)]
        self.returns[ends] = 0
        return rewards, ends, scores


def collect(player: Player, policy: PixelPolicy, length: int) -> tuple[Rollout, list[tuple[int, int]]]:
    """Play `length` steps of every game. Returns what happened, and (steps so far, score) of each game that ended."""
    steps, scores = [], []
    for step in range(1, length + 1):
        pixels = player.pixels.copy()  # the vector environment writes the next pictures into the same array
        actions, log_probabilities, values = policy.act(pixels)
        rewards, ends, ended = player.step(actions)
        steps.append((pixels, actions, log_probabilities, values, rewards.astype(np.float32), ends.astype(np.float32)))
        scores += [(step * len(actions), score) for _, score in ended]
    last_values = policy.act(player.pixels)[2]
    return Rollout(*(np.stack(column) for column in zip(*steps)), last_values), scores


def evaluate(player: Player, policy: PixelPolicy | None, games_each: int, seed: int,
             progress: report.Progress) -> Scores:
    """Scores in games that training never saw. Every window plays the same number of games, so short ones are not
    favoured. Without a policy, actions come by chance."""
    rng = np.random.default_rng(seed)
    left = np.full(player.games.num_envs, games_each)
    player.reset(seed)
    scores: Scores = []
    while left.any():
        if policy is None:
            actions = rng.integers(3, size=len(left))
        else:
            actions = policy.act(player.pixels, greedy=True)[0]
        for game, score in player.step(actions)[2]:
            if left[game]:
                left[game] -= 1
                scores.append(score)
        progress.update(len(scores), f"{len(scores)} games")
    return scores


def train(player: Player, policy: PixelPolicy, options: argparse.Namespace) -> tuple[int, list[tuple[int, int]]]:
    """Learn until the steps or the minutes are over, or until Ctrl-C, which a second time means what it always does.

    Returns the steps, and (step, score) of each game that ended.
    """
    interrupted: list[float] = []

    def interrupt(*_: object) -> None:
        interrupted.append(time.monotonic())
        if interrupted[-1] - interrupted[0] > 1:  # one key can bring two signals: the terminal's and a parent's
            raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, interrupt)
    history: list[tuple[int, int]] = []
    progress = report.Progress("training", options.steps)
    start, done = time.monotonic(), 0
    player.reset(options.seed)
    policy.look(collect(player, policy, ROLLOUT_STEPS)[0].pixels)
    while done < options.steps:
        spent = (time.monotonic() - start) / 60 / options.minutes if options.minutes else 0.0
        if spent >= 1 or interrupted:
            break
        rollout, scores = collect(player, policy, ROLLOUT_STEPS)
        history += [(done + step, score) for step, score in scores]
        done += rollout.rewards.size
        policy.learn(rollout, LEARNING_RATE * max(0.1, 1 - max(spent, done / options.steps)))
        recent = [score for _, score in history[-100:]]
        rate = done / (time.monotonic() - start)
        progress.update(done, f"{done} steps, {rate:.0f}/s, score {np.mean(recent) if recent else 0:.2f}")
    signal.signal(signal.SIGINT, before)
    progress.finish()
    return done, history


def parse(description: str, out: Path) -> argparse.Namespace:
    """The options of a training. `out` is where it writes when --out is not given."""

    def count(text: str) -> int:
        if (number := int(text)) < 1:
            raise argparse.ArgumentTypeError("must be at least 1")
        return number

    def duration(text: str) -> float:
        if not 0 < (number := float(text)) < float("inf"):
            raise argparse.ArgumentTypeError("must be more than 0")
        return number

    def seed(text: str) -> int:
        if not 0 <= (number := int(text)) < HELD_OUT_SEED - GAMES:
            raise argparse.ArgumentTypeError(f"must be 0 .. {HELD_OUT_SEED - GAMES - 1}")
        return number

    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--seed", type=seed, default=0, help="of the training (default 0); the same, the same agent")
    parser.add_argument("--steps", type=count, default=150_000, help="steps of training in all games (default 150000)")
    parser.add_argument("--minutes", type=duration, help="train at most so long")
    parser.add_argument("--games", type=count, default=40, help="at least so many games of evaluation (default 40)")
    parser.add_argument("--out", type=Path, default=out, help="folder for what is written")
    parser.add_argument("--eval", type=Path, metavar="POLICY.npz", help="do not train; evaluate a saved agent")
    options = parser.parse_args()
    if options.eval and not options.eval.is_file():
        parser.error(f"{options.eval} is not a file")
    return options


def run(options: argparse.Namespace, open_games: Callable[[int], gymnasium.vector.VectorEnv],
        record: Callable[[PixelPolicy, int], Recording], title: str) -> None:
    """Train, unless a saved agent is to be evaluated; evaluate; write the files; print the scores."""
    options.out.mkdir(parents=True, exist_ok=True)
    games = open_games(GAMES)
    try:
        player = Player(games)
        policy = PixelPolicy(games.single_observation_space.shape, np.random.default_rng(options.seed))
        if options.eval:
            policy.load(options.eval)
        each = -(-options.games // GAMES)
        steps, history = (0, []) if options.eval else train(player, policy, options)
        scores = {}
        for name, who in (("random", None), ("trained", policy)):
            progress = report.Progress(f"{name} agent", each * GAMES)
            scores[name] = evaluate(player, who, each, HELD_OUT_SEED, progress)
            progress.finish()
    except BaseException:
        games.close(terminate=True)  # without waiting for a step that may never be answered
        raise
    games.close()
    report.frame_strip(record(policy, HELD_OUT_SEED)).save(options.out / "frames.png")
    if not options.eval:
        policy.save(options.out / "policy.npz")
        curve = report.learning_curve(history, scores["random"], scores["trained"], title)
        curve.save(options.out / "learning_curve.png")
    (options.out / "scores.json").write_text(json.dumps({"seed": options.seed, "steps": steps, **scores}) + "\n")
    for name in scores:
        print(f"{name:8} {report.summary(scores[name])}")
    print(f"written to {options.out}/", file=sys.stderr)
