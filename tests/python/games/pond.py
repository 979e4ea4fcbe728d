"""A pyglet game that knows nothing of Offstage: a duck in a pond, for the tests of hooks.

Left and Right move it; a fish comes at a random place every second, and the duck eats it when it is near. Three fish
that were missed, and the game is over; Space begins another one.
"""

import random
import sys
import time

import pyglet

WIDTH, HEIGHT = 96, 32


class Pond(pyglet.window.Window):
    def __init__(self, seed):
        super().__init__(WIDTH, HEIGHT, "Pond", vsync=False)
        self.chance = random.Random(seed)
        self.batch = pyglet.graphics.Batch()
        self.duck = pyglet.shapes.Rectangle(0, 4, 8, 8, (255, 255, 0), batch=self.batch)
        self.fish = pyglet.shapes.Rectangle(0, 20, 4, 4, (255, 0, 0), batch=self.batch)
        self.held = set()
        self.begin()
        pyglet.clock.schedule_interval(self.update, 1 / 60)

    def begin(self):
        self.duck.x = WIDTH / 2
        self.eaten, self.missed = 0, 0
        self.started = self.came = time.monotonic()
        self.fish.x = self.chance.randrange(WIDTH - 4)

    def update(self, dt):
        if self.missed == 3:
            return
        way = (pyglet.window.key.RIGHT in self.held) - (pyglet.window.key.LEFT in self.held)
        self.duck.x = min(max(self.duck.x + 2 * way, 0), WIDTH - 8)
        near = abs(self.duck.x + 2 - self.fish.x) < 6
        if near or time.monotonic() - self.came >= 1.0:
            self.eaten += near
            self.missed += not near
            self.fish.x = self.chance.randrange(WIDTH - 4)
            self.came = time.monotonic()

    def on_key_press(self, symbol, modifiers):
        self.held.add(symbol)
        if symbol == pyglet.window.key.SPACE:
            self.begin()

    def on_key_release(self, symbol, modifiers):
        self.held.discard(symbol)

    def on_draw(self):
        self.clear()
        self.batch.draw()


if __name__ == "__main__":
    Pond(int(sys.argv[1]) if len(sys.argv) > 1 else None)
    pyglet.app.run()
