"""The NumPy agent without a game: its gradients, its symmetry, its advantages, and that it learns what is easy."""

from __future__ import annotations

import tempfile
import unittest
from pathlib import Path

import numpy as np

from pixel_policy import PixelPolicy, Rollout

SHAPE = (2, 4, 6)


def policy(seed: int = 0) -> PixelPolicy:
    made = PixelPolicy(SHAPE, np.random.default_rng(seed), hidden=8)
    made.weights["w2"] *= 100  # as after some learning; a fresh one hardly has an opinion
    return made


def pictures(count: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (count, *SHAPE), dtype=np.uint8)


class Policy(unittest.TestCase):
    def test_gradients_are_those_of_the_objective(self) -> None:
        agent, rng = policy(), np.random.default_rng(2)
        agent.weights = {name: w.astype(np.float64) for name, w in agent.weights.items()}
        inputs = agent._inputs(pictures(32)).astype(np.float64)
        actions = rng.integers(3, size=32)
        old = agent._forward(inputs)[0][np.arange(32), actions] + rng.normal(0, 0.15, 32)
        advantages, returns = rng.normal(size=32), rng.normal(size=32)

        def objective() -> float:
            logs, values, _ = agent._forward(inputs)
            scaled = (advantages - advantages.mean()) / (advantages.std() + 1e-6)
            ratio = np.exp(logs[np.arange(32), actions] - old)
            gain = np.minimum(ratio * scaled, np.clip(ratio, 0.8, 1.2) * scaled)
            entropy = -(np.exp(logs) * logs).sum(1)
            return float((-gain - 0.01 * entropy + 0.25 * (values - returns) ** 2).mean())

        gradients = agent._gradients(inputs, actions, old, advantages, returns)
        for name, weights in agent.weights.items():
            for index in rng.choice(weights.size, min(12, weights.size), replace=False):
                kept, ends = weights.flat[index], []
                for shift in (1e-5, -1e-5):
                    weights.flat[index] = kept + shift
                    ends.append(objective())
                weights.flat[index] = kept
                slope = (ends[0] - ends[1]) / 2e-5
                self.assertAlmostEqual(gradients[name].flat[index], slope, delta=1e-4 + 1e-3 * abs(slope), msg=name)

    def test_a_mirrored_picture_gets_the_mirrored_answer(self) -> None:
        agent, seen = policy(), pictures(20)
        agent.look(pictures(50, seed=3))
        logs, values, _ = agent._forward(agent._inputs(seen))
        mirrored, same, _ = agent._forward(agent._inputs(seen[..., ::-1]))
        np.testing.assert_allclose(mirrored, logs[:, ::-1], atol=1e-5)
        np.testing.assert_allclose(same, values, atol=1e-5)
        self.assertGreater(np.abs(logs[:, 0] - logs[:, 2]).max(), 0.1, "left and right are never told apart")

    def test_advantages_stop_at_the_end_of_a_game(self) -> None:
        column = lambda *numbers: np.array(numbers, np.float32)[:, None]  # noqa: E731
        none = np.zeros((3, 1), np.float32)
        values, rewards, ends = column(1, 2, 3), column(0, 5, 1), column(0, 1, 0)
        rollout = Rollout(none, none, none, values, rewards, ends, np.array([4], np.float32))
        last = 1 + 0.5 * 4 - 3
        middle = 5 - 2  # the game ends here
        first = 0 + 0.5 * 2 - 1 + 0.5 * 0.8 * middle
        np.testing.assert_allclose(rollout.advantages(0.5, 0.8)[:, 0], [first, middle, last])

    def test_it_learns_which_side_is_bright(self) -> None:
        agent, rng = PixelPolicy(SHAPE, np.random.default_rng(0), hidden=16), np.random.default_rng(5)
        for _ in range(40):
            bright = rng.integers(2, size=(16, 8))
            seen = rng.integers(0, 60, (16, 8, *SHAPE), dtype=np.uint8)
            for t, game in np.ndindex(16, 8):
                seen[t, game, :, :, :3] += np.uint8(120) * np.uint8(1 - bright[t, game])
                seen[t, game, :, :, 3:] += np.uint8(120) * np.uint8(bright[t, game])
            actions, logs, values = (a.reshape(16, 8) for a in agent.act(seen.reshape(-1, *SHAPE)))
            rewards = (actions == 2 * bright).astype(np.float32)
            agent.learn(Rollout(seen, actions, logs, values, rewards, np.ones((16, 8), np.float32), values[0]), 3e-3)
        self.assertGreater(rewards.mean(), 0.9)

    def test_a_seed_decides_everything(self) -> None:
        def learned(seed: int) -> np.ndarray:
            agent, seen = policy(seed), pictures(32).reshape(4, 8, *SHAPE)
            actions, logs, values = (a.reshape(4, 8) for a in agent.act(seen.reshape(-1, *SHAPE)))
            rewards = (actions == 1).astype(np.float32)
            agent.learn(Rollout(seen, actions, logs, values, rewards, np.zeros((4, 8), np.float32), values[0]), 1e-3)
            return agent.weights["w1"]

        np.testing.assert_array_equal(learned(1), learned(1))
        self.assertGreater(np.abs(learned(1) - learned(2)).max(), 0)

    def test_saved_weights_come_back(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path, agent, other = Path(folder) / "policy.npz", policy(0), policy(1)
            agent.look(pictures(50, seed=3))
            agent.save(path)
            other.load(path)
            for kept, back in zip(agent.act(pictures(9), greedy=True), other.act(pictures(9), greedy=True)):
                np.testing.assert_array_equal(kept, back)
            with self.assertRaises(ValueError):
                PixelPolicy((1, 4, 6), np.random.default_rng(0), hidden=8).load(path)


if __name__ == "__main__":
    unittest.main()
