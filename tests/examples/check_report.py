"""What a training shows of itself, from made-up figures: pictures of the promised kind, also in the corner cases."""

from __future__ import annotations

import contextlib
import io
import unittest

import numpy as np

import training_report as report


def close_to(picture: np.ndarray, color: tuple[int, int, int]) -> np.ndarray:
    return (np.abs(picture.astype(int) - color).max(-1) < 24)


class Pictures(unittest.TestCase):
    def test_the_curve_rises_with_the_scores(self) -> None:
        history = [(100 * i, i // 50) for i in range(600)]
        curve = np.asarray(report.learning_curve(history, [0, 1, 0, 0], [11, 12, 13]).convert("RGB"))
        self.assertEqual(curve.shape, (500, 900, 3))
        line = close_to(curve[:, 70:780], report.LEARNED)
        heights = [np.flatnonzero(line[:, x]).mean() for x in range(100, 700, 100)]
        self.assertEqual(heights, sorted(heights, reverse=True), "the line does not rise")
        chance = np.flatnonzero(close_to(curve[:, 70:780], report.CHANCE).any(1))
        self.assertTrue(400 < chance.mean() < 440, "the level of chance is not near the bottom")

    def test_few_games_or_none_make_a_picture_too(self) -> None:
        for history in ([], [(64, 0)], [(64, 0), (128, 3)]):
            self.assertEqual(report.learning_curve(history, [0], [0]).size, (900, 500))

    def test_the_strip_has_what_was_seen_below_what_was_shown(self) -> None:
        shown = [np.full((160, 120, 3), (i, 0, 200), np.uint8) for i in range(100)]
        seen = [np.full((40, 30), i, np.uint8) for i in range(100)]
        strip = np.asarray(report.frame_strip(list(zip(shown, seen))))
        self.assertEqual(strip.shape, (2 * 160 + 24, 8 * 128 + 8, 3))
        for i in range(8):
            left = 8 + 128 * i
            self.assertEqual(tuple(strip[80, left + 60]), (24 + 7 * i, 0, 200))
            self.assertEqual(tuple(strip[250, left + 60]), (24 + 7 * i,) * 3)
        short = report.frame_strip(list(zip(shown[:5], seen[:5])))
        self.assertEqual(short.size, (136, 344))

    def test_round_numbers_on_the_axes(self) -> None:
        for span in (0, 0.3, 1, 7, 30_000, 150_000, 10**7):
            step = report.Axes.round_step(span, 6)
            self.assertLessEqual(max(span, 1) / step, 6)
            self.assertIn(f"{step:e}"[0], "125")


class Words(unittest.TestCase):
    def test_progress_away_from_a_terminal_is_a_line_for_each_tenth(self) -> None:
        with contextlib.redirect_stderr(io.StringIO()) as said:
            progress = report.Progress("training", 1000)
            for done in range(1, 1001):
                progress.update(done, f"{done} steps")
            progress.finish()
        lines = said.getvalue().splitlines()
        self.assertEqual(len(lines), 11)
        self.assertIn("100%  1000 steps", lines[-1])

    def test_a_summary_has_the_mean_and_its_error(self) -> None:
        self.assertIn("2.00 ± 0.58 rows in a game (3 games", report.summary([1, 2, 3]))
        self.assertIn("4.00 ± 0.00", report.summary([4]))


if __name__ == "__main__":
    unittest.main()
