"""A racing car in the manner of the first Gym environments: pyglet 1.5, `render()`, a `step` that returns four things.

    python examples/old_gym_car.py                 # with pyglet 1.5; drive with the arrow keys, Escape quits

It imports neither Gym nor NumPy: the window is drawn with OpenGL's fixed functions, and the loop at the end lets a
person drive, as that of CarRacing does. old_gym_hook.py makes a gymnasium environment of it and changes nothing here.
"""

import math
import random

import pyglet
from pyglet import gl
from pyglet.window import key

WINDOW = 200  # pixels, both ways
FPS = 50
TRACK_RADIUS, TRACK_WIDTH = 60.0, 9.0  # metres
TILES = 90
ZOOM = 2.6  # pixels a metre
GRASS, LIGHT_GRASS, ROAD, PASSED = (0.33, 0.62, 0.32), (0.38, 0.68, 0.36), (0.42, 0.42, 0.44), (0.50, 0.50, 0.53)
CAR, WHEEL, CURB = (0.84, 0.14, 0.12), (0.08, 0.08, 0.08), (0.95, 0.95, 0.95)


class CarEnv:
    """Drive round the track.

    Action: (steer -1 .. 1, gas 0 .. 1, brake 0 .. 1).
    Observation: (x, y, heading, speed, place of the track's middle to the left of the car).
    Reward: 1000 / TILES for each new tile of the track, -0.1 each step. Done when all tiles are visited, or the car is
        far out on the grass, which costs 100.
    """

    metadata = {"render.modes": ["human"], "video.frames_per_second": FPS}

    def __init__(self):
        self.window = None
        self.seed()

    def seed(self, seed=None):
        self.chance = random.Random(seed)
        return [seed]

    def reset(self):
        shape = [(self.chance.uniform(0.05, 0.16), self.chance.uniform(0, math.tau)) for _ in range(3)]
        self.track = []
        for i in range(TILES):
            angle = math.tau * i / TILES
            radius = TRACK_RADIUS * (1 + sum(a * math.sin((k + 2) * angle + p) for k, (a, p) in enumerate(shape)))
            self.track.append((radius * math.cos(angle), radius * math.sin(angle)))
        (self.x, self.y), (next_x, next_y) = self.track[0], self.track[1]
        self.heading = math.atan2(next_y - self.y, next_x - self.x)
        self.speed = 0.0
        self.steer = 0.0
        self.visited = {0}
        return self._state()

    def step(self, action):
        steer, gas, brake = action
        self.steer += max(-0.12, min(0.12, steer - self.steer))
        grip = 1.0 if self._away() < TRACK_WIDTH else 0.6
        self.speed += (gas * 14.0 - brake * 25.0 - self.speed * (0.25 + (1 - grip))) / FPS
        self.speed = max(0.0, min(self.speed, 30.0))
        self.heading -= self.steer * min(self.speed, 12.0) * 0.11 / FPS * grip * 2
        self.x += math.cos(self.heading) * self.speed / FPS
        self.y += math.sin(self.heading) * self.speed / FPS
        reward, tile = -0.1, self._nearest()
        if tile not in self.visited and self._away() < TRACK_WIDTH:
            self.visited.add(tile)
            reward += 1000.0 / TILES
        lost = self._away() > 4 * TRACK_WIDTH
        if lost:
            reward -= 100.0
        return self._state(), reward, lost or len(self.visited) == TILES, {"tiles": len(self.visited)}

    def render(self, mode="human"):
        if self.window is None:
            self.window = pyglet.window.Window(WINDOW, WINDOW, "Car")
        self.window.switch_to()
        self.window.dispatch_events()
        gl.glMatrixMode(gl.GL_PROJECTION)
        gl.glLoadIdentity()
        gl.glOrtho(0, WINDOW, 0, WINDOW, -1, 1)
        gl.glMatrixMode(gl.GL_MODELVIEW)
        gl.glLoadIdentity()
        gl.glTranslatef(WINDOW / 2, WINDOW / 4, 0)
        gl.glScalef(ZOOM, ZOOM, 1)
        gl.glRotatef(90 - math.degrees(self.heading), 0, 0, 1)
        gl.glTranslatef(-self.x, -self.y, 0)
        self._draw_world()
        gl.glLoadIdentity()
        self._draw_car()
        self.window.flip()
        return self.window is not None

    def close(self):
        if self.window is not None:
            self.window.close()
            self.window = None

    def _nearest(self):
        return min(range(TILES), key=lambda i: (self.track[i][0] - self.x) ** 2 + (self.track[i][1] - self.y) ** 2)

    def _away(self):
        x, y = self.track[self._nearest()]
        return math.hypot(x - self.x, y - self.y)

    def _state(self):
        x, y = self.track[(self._nearest() + 2) % TILES]
        left = (y - self.y) * math.cos(self.heading) - (x - self.x) * math.sin(self.heading)
        return (self.x, self.y, self.heading, self.speed, left)

    def _draw_world(self):
        gl.glClearColor(*GRASS, 1)
        gl.glClear(gl.GL_COLOR_BUFFER_BIT)
        gl.glColor3f(*LIGHT_GRASS)
        gl.glBegin(gl.GL_QUADS)
        for i in range(-7, 7):
            for j in range(-7, 7):
                if (i + j) % 2:
                    for x, y in ((i, j), (i + 1, j), (i + 1, j + 1), (i, j + 1)):
                        gl.glVertex2f(x * 15.0, y * 15.0)
        gl.glEnd()
        for width, colors in ((TRACK_WIDTH + 1.0, (CURB, CURB)), (TRACK_WIDTH, (ROAD, PASSED))):
            self._draw_road(width, colors)

    def _draw_road(self, width, colors):
        gl.glBegin(gl.GL_QUADS)
        for i in range(TILES):
            gl.glColor3f(*colors[i in self.visited])
            for j in (i, i + 1):
                x, y = self.track[j % TILES]
                (ax, ay), (bx, by) = self.track[(j - 1) % TILES], self.track[(j + 1) % TILES]
                length = math.hypot(bx - ax, by - ay)
                nx, ny = -(by - ay) / length * width, (bx - ax) / length * width
                sides = ((x + nx, y + ny), (x - nx, y - ny))
                for side in sides if j == i else sides[::-1]:
                    gl.glVertex2f(*side)
        gl.glEnd()

    def _draw_car(self):
        gl.glTranslatef(WINDOW / 2, WINDOW / 4, 0)
        gl.glScalef(ZOOM, ZOOM, 1)
        for x, y in ((-1.9, -2.4), (1.9, -2.4), (-1.9, 2.4), (1.9, 2.4)):
            turn = -35.0 * self.steer if y > 0 else 0.0
            self._draw_box(x, y, 0.6, 1.2, turn, WHEEL)
        self._draw_box(0, 0, 1.6, 3.6, 0.0, CAR)

    @staticmethod
    def _draw_box(x, y, half_width, half_height, turn, color):
        gl.glPushMatrix()
        gl.glTranslatef(x, y, 0)
        gl.glRotatef(turn, 0, 0, 1)
        gl.glColor3f(*color)
        gl.glBegin(gl.GL_QUADS)
        for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
            gl.glVertex2f(a * half_width, b * half_height)
        gl.glEnd()
        gl.glPopMatrix()


def main():
    env = CarEnv()
    env.reset()
    env.render()
    keys = key.KeyStateHandler()
    env.window.push_handlers(keys)
    total, done = 0.0, False
    while not env.window.has_exit:
        if done:
            print("total reward {:+0.1f}".format(total))
            total = 0.0
            env.reset()
        pyglet.clock.tick()
        env.window.dispatch_events()
        action = (keys[key.RIGHT] - keys[key.LEFT], float(keys[key.UP]), float(keys[key.DOWN]))
        _, reward, done, _ = env.step(action)
        total += reward
        env.render()
    env.close()


if __name__ == "__main__":
    main()
