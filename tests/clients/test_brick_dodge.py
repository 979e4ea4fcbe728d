"""The rules of examples/brick_dodge_game.py, which need no window: fair, deterministic, endable.

    test_brick_dodge.py EXAMPLES_FOLDER
"""

from __future__ import annotations

import sys
import unittest

EXAMPLES = sys.argv.pop(1)
sys.path.insert(0, EXAMPLES)

import brick_dodge_game as rules  # noqa: E402
from brick_dodge_game import BrickDodge  # noqa: E402


def pilot(game: BrickDodge) -> int:
    """Steer for the middle of the nearest gap of the next row that is wide enough."""
    ship_tail = rules.SHIP_Y - rules.SHIP_HEIGHT / 2
    row = next(row for row in game.rows if row.y + rules.BRICK_HEIGHT > ship_tail)
    middles, start = [], None
    for column, brick in enumerate((*row.bricks, True)):
        if brick and start is not None:
            if column - start >= 2:
                middles.append((start + column) / 2 * rules.BRICK_WIDTH)
            start = None
        elif not brick and start is None:
            start = column
    away = min((middle - game.ship_x for middle in middles), key=abs)
    return 0 if abs(away) < 6 else 1 if away > 0 else -1


def history(seed: int, ticks: int) -> list[tuple]:
    game, states = BrickDodge(seed), []
    for _ in range(ticks):
        game.step(pilot(game))
        states.append((game.ship_x, game.score, [(row.y, row.bricks, row.color) for row in game.rows]))
    return states


class Rules(unittest.TestCase):
    def test_a_seed_gives_one_game(self) -> None:
        self.assertEqual(history(7, 600), history(7, 600))
        self.assertNotEqual(history(7, 600), history(8, 600))

    def test_reset_with_a_seed_forgets_what_was(self) -> None:
        game = BrickDodge(3)
        fresh = [row.bricks for row in game.rows]
        for _ in range(500):
            game.step(pilot(game))
        game.reset(3)
        self.assertEqual([row.bricks for row in game.rows], fresh)
        self.assertEqual((game.score, game.ticks, game.over), (0, 0, False))

    def test_every_row_can_be_passed(self) -> None:
        for seed in range(20):
            game = BrickDodge(seed)
            while game.score < 120 and not game.over:
                game.step(pilot(game))
            self.assertFalse(game.over, f"seed {seed} ends at {game.score}")

    def test_standing_still_ends_the_game(self) -> None:
        for seed in range(20):
            game = BrickDodge(seed)
            for _ in range(60 * rules.TICKS_PER_SECOND):
                game.step(0)
            self.assertTrue(game.over, f"seed {seed}")
            before = game.ship_x, game.score, game.ticks
            self.assertEqual(game.step(1), 0)
            self.assertEqual((game.ship_x, game.score, game.ticks), before)

    def test_the_ship_stays_on_the_screen(self) -> None:
        game = BrickDodge(0)
        for move in (-1, 1):
            game.reset(0)
            for _ in range(200):
                game.step(move * 5)
                self.assertGreaterEqual(game.ship_x, rules.SHIP_WIDTH / 2)
                self.assertLessEqual(game.ship_x, rules.WIDTH - rules.SHIP_WIDTH / 2)

    def test_points_are_rows_and_the_best_is_kept(self) -> None:
        game = BrickDodge(1)
        gained = 0
        while game.score < 5:
            gained += game.step(pilot(game))
        self.assertEqual(gained, game.score)
        game.reset()
        self.assertEqual((game.score, game.best), (0, 5))


if __name__ == "__main__":
    unittest.main()
