"""Learn Brick Dodge from pixels with PyTorch: on a GPU, where frames never leave it, else on the CPU.

    python examples/train_torch.py [--device auto|cuda|cpu] [--seed N] [--steps N] [--out FOLDER]

One window in this process. With `cuda` the window is drawn on the GPU, `offstage.FrameObservation` gives frames in its
memory, and torch.from_dlpack takes them as they are: a small convolutional network learns from them by PPO. PyTorch is
no part of Offstage; install the build that fits your GPU from https://pytorch.org.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("LP_NUM_THREADS", "0")  # for Mesa's software renderer: one small window needs no threads

import numpy as np

import training_report as report
from training_report import Scores

try:
    import torch
    from torch import nn
except ImportError:
    torch = None

FRAME_SKIP = 6
SIZE = (80, 60)  # height, width
ROLLOUT_STEPS = 512
EPOCHS, BATCH = 4, 256
DISCOUNT, DECAY, CLIP, ENTROPY = 0.97, 0.95, 0.2, 0.01
LEARNING_RATE = 1e-3
HELD_OUT_SEED = 1_000_000


def without_gradients(function: Callable[..., Any]) -> Callable[..., Any]:
    """torch.no_grad() as a decorator, which must not fail where there is no PyTorch: main() says so."""
    return torch.no_grad()(function) if torch else function


class Screen:
    """The game in this process's window, its frames as tensors on the device."""

    def __init__(self, device: str) -> None:
        import offstage
        from brick_dodge_env import BrickDodgeEnv

        self.device = torch.device(device)
        self.env = offstage.FrameObservation(BrickDodgeEnv(frame_skip=FRAME_SKIP), size=SIZE, gray=True, stack=2,
                                             device=device)
        self.score = 0.0

    def reset(self, seed: int | None = None) -> torch.Tensor:
        self.score = 0.0
        return self._tensor(self.env.reset(seed=seed)[0])

    def step(self, action: int) -> tuple[torch.Tensor, float, bool]:
        """The new picture, the reward, and whether the game ended; `score` then counts the rows of that game."""
        frame, reward, terminated, truncated, info = self.env.step(action)
        self.score = info["score"]
        return self._tensor(frame), float(reward), terminated or truncated

    def close(self) -> None:
        self.env.close()

    def _tensor(self, frame: object) -> torch.Tensor:
        # No copy in both cases. A frame on the GPU is a slot of the capture: it is given back when the tensor goes.
        return torch.from_numpy(frame) if isinstance(frame, np.ndarray) else torch.from_dlpack(frame)


def make_agent(device: torch.device) -> nn.Module:
    """A network that looks at the picture and at its mirror image, for which left and right count exchanged."""

    class Agent(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.register_buffer("middle", torch.full((2, *SIZE), 64.0))
            self.register_buffer("spread", torch.full((2, *SIZE), 64.0))
            self.layers = nn.Sequential(
                nn.Conv2d(2, 16, 8, stride=4), nn.ReLU(),
                nn.Conv2d(16, 32, 4, stride=2), nn.ReLU(),
                nn.Flatten(), nn.Linear(32 * 8 * 6, 256), nn.ReLU(), nn.Linear(256, 4))
            with torch.no_grad():
                self.layers[-1].weight.mul_(0.01)
                self.layers[-1].bias.zero_()

        def look(self, pixels: torch.Tensor) -> None:
            """Get used to the light, once: a faint ship then weighs as much as bright bricks."""
            both = torch.cat([pixels, pixels.flip(-1)]).float()
            self.middle.copy_(both.mean(0))
            self.spread.copy_(both.std(0) + 8)

        def forward(self, pixels: torch.Tensor) -> tuple[torch.distributions.Categorical, torch.Tensor]:
            """(n, 2, 80, 60) uint8 to the chances of left, stay and right, and the value, for each."""
            seen = (pixels.float() - self.middle) / self.spread
            plain, mirrored = self.layers(torch.cat([seen, seen.flip(-1)])).chunk(2)
            outputs = (plain + mirrored[:, [2, 1, 0, 3]]) / 2
            return torch.distributions.Categorical(logits=outputs[:, :3]), outputs[:, 3]

    return Agent().to(device)


class Rollout:
    """Room for ROLLOUT_STEPS steps, on the device, used again for each round."""

    def __init__(self, device: torch.device) -> None:
        self.pixels = torch.zeros((ROLLOUT_STEPS, 2, *SIZE), dtype=torch.uint8, device=device)
        self.actions = torch.zeros(ROLLOUT_STEPS, dtype=torch.long, device=device)
        self.logs, self.values = (torch.zeros(ROLLOUT_STEPS, device=device) for _ in range(2))
        self.rewards, self.ends = np.zeros(ROLLOUT_STEPS, np.float32), np.zeros(ROLLOUT_STEPS, np.float32)
        self.last_value = 0.0

    @without_gradients
    def collect(self, screen: Screen, agent: nn.Module,
                pixels: torch.Tensor) -> tuple[torch.Tensor, list[tuple[int, int]]]:
        """Play on from this picture. Returns the last one, and (steps so far, score) of each game that ended."""
        scores = []
        for t in range(ROLLOUT_STEPS):
            choice, value = agent(pixels[None])
            action = choice.sample()
            self.pixels[t].copy_(pixels)
            self.actions[t], self.logs[t], self.values[t] = action[0], choice.log_prob(action)[0], value[0]
            pixels, self.rewards[t], over = screen.step(int(action))
            self.ends[t] = over
            if over:
                scores.append((t + 1, screen.score))
                pixels = screen.reset()
        self.last_value = float(agent(pixels[None])[1])
        return pixels, scores

    def advantages(self) -> torch.Tensor:
        """Generalized advantage estimates, on the device."""
        values = np.append(self.values.cpu().numpy(), self.last_value)
        estimates, later = np.zeros(ROLLOUT_STEPS, np.float32), 0.0
        for t in reversed(range(ROLLOUT_STEPS)):
            goes_on = 1 - self.ends[t]
            surprise = self.rewards[t] + DISCOUNT * goes_on * values[t + 1] - values[t]
            estimates[t] = later = surprise + DISCOUNT * DECAY * goes_on * later
        return torch.from_numpy(estimates).to(self.values.device)


def learn(agent: nn.Module, optimizer: torch.optim.Optimizer, rollout: Rollout) -> None:
    """PPO's clipped objective, some passes over the rollout in batches."""
    advantages = rollout.advantages()
    returns = advantages + rollout.values
    for _ in range(EPOCHS):
        for chosen in torch.randperm(ROLLOUT_STEPS, device=advantages.device).split(BATCH):
            choice, values = agent(rollout.pixels[chosen])
            gain = advantages[chosen]
            gain = (gain - gain.mean()) / (gain.std() + 1e-6)
            ratio = (choice.log_prob(rollout.actions[chosen]) - rollout.logs[chosen]).exp()
            objective = torch.min(ratio * gain, ratio.clamp(1 - CLIP, 1 + CLIP) * gain).mean()
            loss = -objective - ENTROPY * choice.entropy().mean() + 0.25 * (values - returns[chosen]).square().mean()
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(agent.parameters(), 0.5)
            optimizer.step()


def train(screen: Screen, agent: nn.Module, options: argparse.Namespace) -> list[tuple[int, int]]:
    """Returns (step, score) of each game that ended."""
    optimizer = torch.optim.Adam(agent.parameters(), lr=LEARNING_RATE, eps=1e-5)
    rollout, history, progress = Rollout(screen.device), [], report.Progress("training", options.steps)
    pixels, start, done = screen.reset(options.seed), time.monotonic(), 0
    pixels, _ = rollout.collect(screen, agent, pixels)
    agent.look(rollout.pixels)
    while done < options.steps:
        pixels, scores = rollout.collect(screen, agent, pixels)
        history += [(done + step, score) for step, score in scores]
        done += ROLLOUT_STEPS
        for group in optimizer.param_groups:
            group["lr"] = LEARNING_RATE * max(0.1, 1 - done / options.steps)
        learn(agent, optimizer, rollout)
        recent = [score for _, score in history[-100:]] or [0]
        rate = done / (time.monotonic() - start)
        progress.update(done, f"{done} steps, {rate:.0f}/s, score {np.mean(recent):.2f}")
    progress.finish()
    return history


@without_gradients
def evaluate(screen: Screen, agent: nn.Module | None, games: int) -> Scores:
    """Scores in games that training never saw; without an agent, actions come by chance."""
    rng, scores = np.random.default_rng(0), []
    for game in range(games):
        pixels, over = screen.reset(HELD_OUT_SEED + game), False
        while not over:
            action = int(rng.integers(3)) if agent is None else int(agent(pixels[None])[0].logits.argmax())
            pixels, _, over = screen.step(action)
        scores.append(screen.score)
    return scores


def parse() -> argparse.Namespace:
    def count(text: str) -> int:
        if (number := int(text)) < 1:
            raise argparse.ArgumentTypeError("must be at least 1")
        return number

    parser = argparse.ArgumentParser(description="Learn Brick Dodge from pixels with PyTorch.")
    parser.add_argument("--device", choices=("auto", "cuda", "cpu"), default="auto")
    parser.add_argument("--seed", type=int, default=0, help="of the training (default 0)")
    parser.add_argument("--steps", type=count, default=300_000, help="steps of training (default 300000)")
    parser.add_argument("--games", type=count, default=40, help="games of each evaluation (default 40)")
    parser.add_argument("--out", type=Path, default=Path("out/brick_dodge_torch"), help="folder for what is written")
    return parser.parse_args()


def choose_device(wanted: str) -> str:
    if wanted == "cpu" or torch.cuda.is_available():
        return "cpu" if wanted == "cpu" else "cuda"
    if wanted == "cuda":
        sys.exit("train_torch: PyTorch finds no CUDA device; leave --device out to use the CPU")
    print("train_torch: PyTorch finds no CUDA device; learning on the CPU", file=sys.stderr)
    return "cpu"


def main() -> None:
    options = parse()
    if torch is None:
        sys.exit("train_torch: PyTorch is not installed; see https://pytorch.org, or use train_numpy.py")
    import offstage

    offstage.require(reexec=True)
    device = choose_device(options.device)
    torch.manual_seed(options.seed)
    if device == "cpu":
        torch.set_num_threads(1)  # one picture at a time is too little work to share
    options.out.mkdir(parents=True, exist_ok=True)
    screen = Screen(device)
    agent = make_agent(screen.device)
    history = train(screen, agent, options)
    chance, trained = evaluate(screen, None, options.games), evaluate(screen, agent, options.games)
    screen.close()
    torch.save(agent.state_dict(), options.out / "policy.pt")
    report.learning_curve(history, chance, trained).save(options.out / "learning_curve.png")
    print(f"random   {report.summary(chance)}\ntrained  {report.summary(trained)}")


if __name__ == "__main__":
    main()
