"""The brick game as an environment: Gymnasium's own checker, seeds, rewards, both render modes; run under Offstage."""

from __future__ import annotations

import itertools
import unittest
import warnings

import gymnasium
import numpy as np
from gymnasium.utils.env_checker import check_env

import brick_dodge_env
import brick_dodge_game as rules
from brick_dodge_env import LEFT, RIGHT, STAY, BrickDodgeEnv, make_pixels


class Environment(unittest.TestCase):
    def test_gymnasium_has_no_complaint(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            # A wrapper is what this is about; a game of real time is not tried.
            warnings.filterwarnings("ignore", message=".*is different from the unwrapped version.*")
            warnings.filterwarnings("ignore", message=".*alternative render modes.*")
            for make, mode in itertools.product((BrickDodgeEnv, make_pixels), (None, "rgb_array")):
                env = make(render_mode=mode)
                check_env(env, skip_render_check=mode is None)
                env.close()

    def test_it_is_registered(self) -> None:
        with gymnasium.make("BrickDodge-v0", frame_skip=2) as env:
            self.assertEqual(env.unwrapped.frame_skip, 2)
            env.reset(seed=0)
            env.step(STAY)
            self.assertEqual(env.unwrapped.game.ticks, 2)

    def test_a_seed_gives_one_game(self) -> None:
        def play(env: gymnasium.Env, seed: int) -> list[bytes]:
            pictures = [env.reset(seed=seed)[0].tobytes()]
            for action in np.random.default_rng(0).integers(3, size=30):
                pictures.append(env.step(action)[0].tobytes())
            return pictures

        with make_pixels() as env:
            first = play(env, 5)
            self.assertEqual(play(env, 5), first)
            self.assertNotEqual(play(env, 6), first)
            self.assertGreater(len(set(first)), 20)

    def test_pixels_show_the_ship_where_it_is(self) -> None:
        with make_pixels() as env:
            env.reset(seed=0)
            ship_row = round((rules.HEIGHT - rules.SHIP_Y) / rules.HEIGHT * 40)
            for action, expected in ((0, 0), (2, rules.WIDTH)):  # as the documentation numbers them
                env.reset(seed=0)
                for _ in range(12):
                    pixels, *_ = env.step(action)
                band = pixels[-1, ship_row - 2:ship_row + 2].astype(int)
                brightest = int(band.max(0).argmax())
                ship = env.unwrapped.game.ship_x / rules.WIDTH * 30
                self.assertAlmostEqual(brightest + 0.5, ship, delta=1.5)
                self.assertLess(abs(ship - expected / rules.WIDTH * 30), 4)
                self.assertFalse(np.array_equal(pixels[0], pixels[1]), "the stack holds one picture twice")

    def test_rewards_end_and_score(self) -> None:
        env = BrickDodgeEnv()
        env.reset(seed=1)
        total, terminated, truncated = 0.0, False, False
        while not terminated and not truncated:
            _, reward, terminated, truncated, info = env.step(STAY)
            total += reward
        self.assertTrue(terminated)
        self.assertEqual(total, info["score"] - 1)
        env.close()

    def test_the_time_limit_truncates(self) -> None:
        env = BrickDodgeEnv(time_limit_s=1.0, frame_skip=10)
        env.reset(seed=1)
        ends = [env.step(STAY)[2:4] for _ in range(6)]
        self.assertEqual(ends, [(False, False)] * 5 + [(False, True)])
        env.close()

    def test_render_returns_what_the_window_shows(self) -> None:
        env = BrickDodgeEnv("rgb_array", scale=0.5)
        env.reset(seed=1)
        shown = env.render()
        self.assertEqual((shown.shape, shown.dtype), ((320, 240, 3), np.uint8))
        self.assertGreater(shown[-1].mean(), shown[0].mean(), "the sky is darkest at the top")
        env.close()

    def test_human_mode_draws_every_tick(self) -> None:
        env, shown = BrickDodgeEnv("human", effects=True), []
        flip = env.window.flip
        env.window.flip = lambda: (shown.append(1), flip())
        env.reset(seed=1)
        env.step(LEFT)
        self.assertEqual(len(shown), 1 + env.frame_skip)
        env.close()

    def test_two_in_one_process_do_not_disturb_each_other(self) -> None:
        envs = [BrickDodgeEnv("rgb_array") for _ in range(2)]
        for env in envs:
            env.reset(seed=7)
        for _ in range(10):
            for env, action in zip(envs, (LEFT, RIGHT)):
                env.step(action)
        left, right = (env.render() for env in envs)
        self.assertGreater(np.abs(left.astype(int) - right).max(), 50)
        envs[0].close()
        np.testing.assert_array_equal(envs[1].render(), right)
        envs[1].close()

    def test_bad_arguments(self) -> None:
        for arguments in ({"render_mode": "ascii"}, {"frame_skip": 0}):
            with self.assertRaises(ValueError):
                BrickDodgeEnv(**arguments)


if __name__ == "__main__":
    assert brick_dodge_env.BrickDodgeEnv is BrickDodgeEnv
    unittest.main(warnings="ignore")
