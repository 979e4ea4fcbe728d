"""A small actor and critic in NumPy that learns from pixels by proximal policy optimization (PPO).

One hidden layer looks at the picture and at its mirror image. What it says about the mirror image counts with left and
right exchanged, so that the policy is as symmetric as the game, and every game teaches both sides. Nothing else here
knows the game: pictures go in, actions 0 (left), 1 (stay) and 2 (right) come out.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

ACTIONS = 3
MIRRORED = [2, 1, 0, 3]  # left, stay, right, value as the mirror image has them


@dataclass
class Rollout:
    """What `length` steps of `games` games side by side brought; arrays are (length, games, ...) but `last_values`."""

    pixels: np.ndarray             # uint8, each a stack of pictures (frames, height, width)
    actions: np.ndarray
    log_probabilities: np.ndarray  # of these actions when they were taken
    values: np.ndarray             # the critic's estimates at that time
    rewards: np.ndarray
    ends: np.ndarray               # 1 where the game ended with this step
    last_values: np.ndarray        # (games,): the estimates after the last step

    def advantages(self, discount: float, decay: float) -> np.ndarray:
        """How much better than estimated each action turned out (generalized advantage estimation)."""
        advantages = np.zeros_like(self.rewards)
        following, later = self.last_values, np.zeros_like(self.last_values)
        for t in reversed(range(len(self.rewards))):
            goes_on = 1 - self.ends[t]
            surprise = self.rewards[t] + discount * goes_on * following - self.values[t]
            later = surprise + discount * decay * goes_on * later
            advantages[t], following = later, self.values[t]
        return advantages


class PixelPolicy:
    """The network, its optimizer (Adam) and the chance that it acts by.

    Args:
        shape: of one observation, (frames, height, width) uint8
        rng: every random number comes from here, so a seed decides the whole training
        hidden: width of the hidden layer
    """

    def __init__(self, shape: tuple[int, int, int], rng: np.random.Generator, hidden: int = 128) -> None:
        self.shape, self.rng, inputs = shape, rng, int(np.prod(shape))
        self.weights = {
            "w1": rng.normal(0, 1.4 / np.sqrt(inputs), (inputs, hidden)).astype(np.float32),
            "b1": np.zeros(hidden, np.float32),
            "w2": rng.normal(0, 0.01 / np.sqrt(hidden), (hidden, ACTIONS + 1)).astype(np.float32),
            "b2": np.zeros(ACTIONS + 1, np.float32),
        }
        self.eye = {"middle": np.full(inputs, 64, np.float32), "spread": np.full(inputs, 64, np.float32)}
        self.mean = {name: np.zeros_like(w) for name, w in self.weights.items()}
        self.square = {name: np.zeros_like(w) for name, w in self.weights.items()}
        self.updates = 0

    def look(self, pixels: np.ndarray) -> None:
        """Get used to the light: from now on each pixel counts by how far it is from its mean in these pictures, in
        units of its spread. A faint ship then weighs as much as bright bricks. Once, before learning."""
        pictures = pixels.reshape(-1, *self.shape).astype(np.float32)
        both = np.concatenate([pictures, pictures[..., ::-1]]).reshape(2 * len(pictures), -1)
        self.eye = {"middle": both.mean(0), "spread": both.std(0) + 8}

    def act(self, pixels: np.ndarray, greedy: bool = False) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Choose an action for each picture; by chance or the likeliest. Returns actions, log probabilities, values."""
        log_probabilities, values, _ = self._forward(self._inputs(pixels))
        noise = 0 if greedy else self.rng.gumbel(size=log_probabilities.shape)
        actions = (log_probabilities + noise).argmax(1)
        return actions, log_probabilities[np.arange(len(actions)), actions], values

    def learn(self, rollout: Rollout, rate: float, *, epochs: int = 4, batch: int = 256, discount: float = 0.97,
              decay: float = 0.95) -> None:
        """Make the actions that turned out well likelier, some steps of Adam in small batches."""
        advantages = rollout.advantages(discount, decay)
        inputs = self._inputs(rollout.pixels.reshape(-1, *self.shape))
        returns = advantages + rollout.values
        columns = [a.ravel() for a in (rollout.actions, rollout.log_probabilities, advantages, returns)]
        for _ in range(epochs):
            order = self.rng.permutation(len(inputs))
            for start in range(0, len(order), batch):
                chosen = order[start:start + batch]
                self._adam(self._gradients(inputs[chosen], *(column[chosen] for column in columns)), rate)

    def save(self, path: Path) -> None:
        np.savez(path, **self.weights, **self.eye)

    def load(self, path: Path) -> None:
        """Take over saved weights; ValueError if they are another network's."""
        with np.load(path) as saved:
            own = {**self.weights, **self.eye}
            if {name: a.shape for name, a in own.items()} != {name: saved[name].shape for name in saved.files}:
                raise ValueError(f"{path} holds another network")
            self.weights = {name: saved[name] for name in self.weights}
            self.eye = {name: saved[name] for name in self.eye}

    def _inputs(self, pixels: np.ndarray) -> np.ndarray:
        return (pixels.reshape(len(pixels), -1).astype(np.float32) - self.eye["middle"]) / self.eye["spread"]

    def _forward(self, inputs: np.ndarray) -> tuple[np.ndarray, np.ndarray, tuple[np.ndarray, np.ndarray]]:
        mirror = inputs.reshape(len(inputs), *self.shape)[..., ::-1].reshape(inputs.shape)
        both = np.concatenate([inputs, mirror])
        hidden = np.maximum(both @ self.weights["w1"] + self.weights["b1"], 0)
        plain, mirrored = np.split(hidden @ self.weights["w2"] + self.weights["b2"], 2)
        outputs = (plain + mirrored[:, MIRRORED]) / 2
        logits = outputs[:, :ACTIONS] - outputs[:, :ACTIONS].max(1, keepdims=True)
        return logits - np.log(np.exp(logits).sum(1, keepdims=True)), outputs[:, ACTIONS], (both, hidden)

    def _gradients(self, inputs: np.ndarray, actions: np.ndarray, old_log_probabilities: np.ndarray,
                   advantages: np.ndarray, returns: np.ndarray) -> dict[str, np.ndarray]:
        """Of PPO's clipped objective, half the squared error of the values, and a little entropy; by hand."""
        log_probabilities, values, (both, hidden) = self._forward(inputs)
        probabilities, rows = np.exp(log_probabilities), np.arange(len(actions))
        advantages = (advantages - advantages.mean()) / (advantages.std() + 1e-6)
        ratio = np.exp(log_probabilities[rows, actions] - old_log_probabilities)
        clipped = ((advantages > 0) & (ratio > 1.2)) | ((advantages < 0) & (ratio < 0.8))
        pull = np.where(clipped, 0, advantages * ratio)[:, None]
        entropy = -(probabilities * log_probabilities).sum(1, keepdims=True)
        logits = pull * (probabilities - np.eye(ACTIONS, dtype=np.float32)[actions])
        logits += 0.01 * probabilities * (log_probabilities + entropy)
        outputs = np.concatenate([logits, 0.5 * (values - returns)[:, None]], 1).astype(np.float32) / len(actions)
        outputs = np.concatenate([outputs, outputs[:, MIRRORED]]) / 2
        inner = (outputs @ self.weights["w2"].T) * (hidden > 0)
        return {"w1": both.T @ inner, "b1": inner.sum(0), "w2": hidden.T @ outputs, "b2": outputs.sum(0)}

    def _adam(self, gradients: dict[str, np.ndarray], rate: float) -> None:
        self.updates += 1
        norm = float(np.sqrt(sum(np.vdot(g, g) for g in gradients.values())))
        shrink = min(1.0, 0.5 / (norm + 1e-8))
        step = rate * np.sqrt(1 - 0.999**self.updates) / (1 - 0.9**self.updates)
        for name, gradient in gradients.items():
            gradient = gradient * np.float32(shrink)
            self.mean[name] += np.float32(0.1) * (gradient - self.mean[name])
            self.square[name] += np.float32(0.001) * (gradient * gradient - self.square[name])
            self.weights[name] -= np.float32(step) * self.mean[name] / (np.sqrt(self.square[name]) + np.float32(1e-8))
