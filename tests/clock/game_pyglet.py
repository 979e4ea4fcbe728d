"""Squares by pyglet: clock.schedule, random, time, and a thread that waits on an event."""

import os
import random
import threading
import time

import pyglet

window = pyglet.window.Window(200, 150)
batch = pyglet.graphics.Batch()
squares = [pyglet.shapes.Rectangle(0, 0, 12, 12, color=(random.randrange(256), 200, 80), batch=batch)
           for _ in range(12)]
drops = {object() for _ in range(8)}  # a set in the order of addresses
turns = 0
done = threading.Event()


def work():
    global turns
    while not done.wait(0.009):
        turns += 1


def move(passed):
    for number, square in enumerate(squares):
        square.x = (square.x + random.uniform(-40, 60) * passed) % 200
        square.y = (75 + 10 * number + 60 * (time.time() % 2)) % 150


def blink(passed):
    squares[0].color = tuple(os.urandom(3))


@window.event
def on_draw():
    window.clear()
    squares[1].position = (turns * 3 % 200, 5)
    squares[2].position = (time.perf_counter() * 50 % 200, 20)
    batch.draw()


pyglet.clock.schedule_interval(move, 1 / 60)
pyglet.clock.schedule_interval(blink, 0.25)
threading.Thread(target=work, daemon=True).start()
pyglet.app.run()
