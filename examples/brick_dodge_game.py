"""The rules of Brick Dodge, with no drawing, no clock and no input device.

Rows of bricks fall; each row has a gap; the ship at the bottom slides left and right and must pass through the gap.
`step` advances the game by one tick of 1/60 s, so the same seed and the same moves always give the same game.
Lengths are in pixels, the origin is the bottom left corner, x to the right and y up.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

TICKS_PER_SECOND = 60

WIDTH, HEIGHT = 480, 640
COLUMNS = 10
BRICK_WIDTH = WIDTH // COLUMNS
BRICK_HEIGHT = 26

SHIP_WIDTH, SHIP_HEIGHT = 34, 30
SHIP_Y = 64
SHIP_SPEED = 330.0  # pixels per second

ROW_DISTANCE = 160
START_SPEED, TOP_SPEED = 150.0, 400.0
SPEED_PER_ROW = 5.0
ROW_COLORS = 6


@dataclass(slots=True, eq=False)
class Row:
    """One row of bricks, equal only to itself. `bricks[c]`: does column c hold one? y is the row's lower edge."""

    y: float
    bricks: tuple[bool, ...]
    color: int
    passed: bool = False


class BrickDodge:
    """A game in progress.

    Attributes:
        ship_x: centre of the ship, SHIP_WIDTH / 2 .. WIDTH - SHIP_WIDTH / 2
        rows: the rows on the screen or just above it, lowest first
        score: rows passed in this game
        distance: how far the rows have fallen in this game
        best: the highest score since the object was made
        over: True after a collision; `step` then does nothing until `reset`
    """

    def __init__(self, seed: int | None = None) -> None:
        self.best = 0
        self._random = random.Random(seed)
        self.reset()

    def reset(self, seed: int | None = None) -> None:
        """Start a new game; with a seed, a game that depends on that seed alone."""
        if seed is not None:
            self._random.seed(seed)
        self.ship_x = WIDTH / 2
        self.lean = 0.0  # -1 .. 1, follows the direction of travel; for drawing only
        self.score = 0
        self.distance = 0.0
        self.ticks = 0
        self.over = False
        self._rows_made = 0
        self._gap = COLUMNS // 2 - 1
        self.rows: list[Row] = []
        self._fill(HEIGHT * 0.62)

    @property
    def speed(self) -> float:
        """Falling speed in pixels per second; grows with every row passed."""
        return min(TOP_SPEED, START_SPEED + SPEED_PER_ROW * self.score)

    def step(self, move: int) -> int:
        """Advance one tick. `move` is -1 (left), 0 or 1 (right). Returns the points gained in this tick."""
        if self.over:
            return 0
        self.ticks += 1
        move = (move > 0) - (move < 0)
        half = SHIP_WIDTH / 2
        self.ship_x = min(max(self.ship_x + move * SHIP_SPEED / TICKS_PER_SECOND, half), WIDTH - half)
        self.lean += (move - self.lean) * 0.25

        gained = 0
        fall = self.speed / TICKS_PER_SECOND
        self.distance += fall
        for row in self.rows:
            row.y -= fall
            if self._hits(row):
                self.over = True
            elif not row.passed and row.y + BRICK_HEIGHT < SHIP_Y - SHIP_HEIGHT / 2:
                row.passed = True
                gained += 1
        self.score += gained
        self.best = max(self.best, self.score)
        self.rows = [row for row in self.rows if row.y > -BRICK_HEIGHT]
        self._fill(self.rows[-1].y + ROW_DISTANCE if self.rows else HEIGHT)
        return gained

    def _hits(self, row: Row) -> bool:
        margin = 4  # the corners of the ship are not filled
        if row.y > SHIP_Y + SHIP_HEIGHT / 2 - margin or row.y + BRICK_HEIGHT < SHIP_Y - SHIP_HEIGHT / 2 + margin:
            return False
        left = int((self.ship_x - SHIP_WIDTH / 2 + margin) // BRICK_WIDTH)
        right = int((self.ship_x + SHIP_WIDTH / 2 - margin) // BRICK_WIDTH)
        return any(row.bricks[max(left, 0):right + 1])

    def _fill(self, y: float) -> None:
        """Add rows from height y upwards, until one waits above the screen."""
        while y < HEIGHT + ROW_DISTANCE:
            self.rows.append(self._make_row(y))
            y += ROW_DISTANCE

    def _make_row(self, y: float) -> Row:
        gap_columns = 3 if self._rows_made < 8 else 2
        # The next gap must be near enough to be reached in the time that one row distance takes, at the speed that the
        # row will fall with.
        fall_time = ROW_DISTANCE / min(TOP_SPEED, START_SPEED + SPEED_PER_ROW * self._rows_made)
        reach = max(1, min(COLUMNS, int(0.7 * fall_time * SHIP_SPEED / BRICK_WIDTH)))
        low = max(0, self._gap - reach)
        high = min(COLUMNS - gap_columns, self._gap + reach)
        self._gap = self._random.randint(low, high)
        bricks = [not self._gap <= column < self._gap + gap_columns for column in range(COLUMNS)]
        # Now and then a second, narrow gap, so that there is something to choose.
        if self._random.random() < 0.4:
            bricks[self._random.randrange(COLUMNS)] = False
        self._rows_made += 1
        return Row(y, tuple(bricks), self._random.randrange(ROW_COLORS))
