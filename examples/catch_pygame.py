"""Catch: a small pygame game. Move the basket, catch what falls, let three go and it is over.

    python examples/catch_pygame.py [--seed N]

Left/Right move, Space begins a new game, Escape quits. It is an ordinary pygame program for a desktop. Where a learner
plays it, under Offstage, it says what a moment was worth; everywhere else `report` does nothing.
"""

from __future__ import annotations

import argparse
import math
import random
import sys

import pygame

try:
    from offstage import report
except ImportError:  # on a desktop without Offstage

    def report(**what: object) -> bool:
        return False


WIDTH, HEIGHT = 240, 240
BASKET = pygame.Rect(0, 0, 44, 14)
BASKET_Y, BASKET_SPEED = 214, 4  # pixels, pixels a frame
FRUIT_RADIUS, FRUIT_SPEED = 9, 2.2
EVERY = 55  # frames from one fruit to the next
LIVES = 3
SKY_TOP, SKY_BOTTOM, GROUND = (24, 36, 72), (92, 120, 168), (38, 58, 44)
BASKET_COLOR, RIM_COLOR = (214, 160, 92), (246, 208, 150)
FRUIT_COLORS = ((236, 84, 84), (246, 178, 68), (150, 210, 92), (206, 120, 226))


class Fruit:
    def __init__(self, chance: random.Random) -> None:
        self.x = chance.uniform(20, WIDTH - 20)
        self.y = -float(FRUIT_RADIUS)
        self.color = chance.choice(FRUIT_COLORS)
        self.sway = chance.uniform(0, math.tau)

    def fall(self, speed: float) -> None:
        self.y += speed
        self.sway += 0.07
        self.x = min(max(self.x + math.sin(self.sway) * 0.6, FRUIT_RADIUS), WIDTH - FRUIT_RADIUS)


class Game:
    """A game in progress: `step` is one frame of 1/60 s."""

    def __init__(self, seed: int | None) -> None:
        self.chance = random.Random(seed)
        self.best = 0
        self.begin()

    def begin(self) -> None:
        self.basket = WIDTH / 2
        self.fruits: list[Fruit] = []
        self.frames = self.score = self.missed = 0

    @property
    def over(self) -> bool:
        return self.missed >= LIVES

    def step(self, move: int) -> int:
        """Returns what this frame was worth: +1 for each fruit caught, -1 for each missed."""
        if self.over:
            return 0
        half = BASKET.width / 2
        self.basket = min(max(self.basket + move * BASKET_SPEED, half), WIDTH - half)
        if self.frames % EVERY == 0:
            self.fruits.append(Fruit(self.chance))
        self.frames += 1
        worth = 0
        for fruit in list(self.fruits):
            fruit.fall(FRUIT_SPEED + self.score * 0.02)
            if BASKET_Y - FRUIT_RADIUS <= fruit.y <= BASKET_Y + 6 and abs(fruit.x - self.basket) < half + 4:
                self.fruits.remove(fruit)
                self.score += 1
                worth += 1
            elif fruit.y > HEIGHT + FRUIT_RADIUS:
                self.fruits.remove(fruit)
                self.missed += 1
                worth -= 1
        self.best = max(self.best, self.score)
        return worth


class View:
    def __init__(self) -> None:
        self.surface = pygame.display.set_mode((WIDTH, HEIGHT))
        pygame.display.set_caption("Catch")
        self.font = pygame.font.Font(None, 24)
        self.sky = pygame.Surface((WIDTH, HEIGHT))
        for y in range(HEIGHT):
            part = y / HEIGHT
            color = [round(a + (b - a) * part) for a, b in zip(SKY_TOP, SKY_BOTTOM)]
            pygame.draw.line(self.sky, color, (0, y), (WIDTH, y))
        pygame.draw.rect(self.sky, GROUND, (0, HEIGHT - 14, WIDTH, 14))

    def show(self, game: Game) -> None:
        self.surface.blit(self.sky, (0, 0))
        for fruit in game.fruits:
            pygame.draw.circle(self.surface, fruit.color, (fruit.x, fruit.y), FRUIT_RADIUS)
            pygame.draw.circle(self.surface, (255, 255, 255), (fruit.x - 3, fruit.y - 3), 2)
        basket = BASKET.move(round(game.basket) - BASKET.width // 2, BASKET_Y)
        pygame.draw.rect(self.surface, BASKET_COLOR, basket, border_bottom_left_radius=7, border_bottom_right_radius=7)
        pygame.draw.rect(self.surface, RIM_COLOR, (basket.left - 2, basket.top, basket.width + 4, 4), border_radius=2)
        for life in range(LIVES - game.missed):
            pygame.draw.circle(self.surface, FRUIT_COLORS[0], (WIDTH - 14 - 16 * life, 16), 5)
        self.surface.blit(self.font.render(f"{game.score}", True, (255, 255, 255)), (10, 8))
        if game.over:
            text = self.font.render(f"{game.score} caught. Space: again", True, (255, 255, 255))
            self.surface.blit(text, text.get_rect(center=(WIDTH / 2, HEIGHT / 2)))
        pygame.display.flip()


def main() -> None:
    parser = argparse.ArgumentParser(description="Move the basket, catch what falls.")
    parser.add_argument("--seed", type=int, help="play the game that belongs to this number")
    game = Game(parser.parse_args().seed)
    pygame.init()
    view, clock = View(), pygame.time.Clock()
    while True:
        for event in pygame.event.get():
            if event.type == pygame.QUIT or event.type == pygame.KEYDOWN and event.key == pygame.K_ESCAPE:
                pygame.quit()
                sys.exit()
            if event.type == pygame.KEYDOWN and event.key == pygame.K_SPACE:
                game.begin()
        held = pygame.key.get_pressed()
        worth = game.step(held[pygame.K_RIGHT] - held[pygame.K_LEFT])
        report(reward=worth, terminated=game.over, info={"score": game.score, "missed": game.missed})
        view.show(game)
        clock.tick(60)


if __name__ == "__main__":
    main()
