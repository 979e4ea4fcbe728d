"""From a drawn pyglet window to an observation in NumPy: what people do today, and Offstage. Runs under Offstage.

    offstage run -- python bench/capture.py --case 84|600|1280 [--rounds N] [--frames N] [--alpha 0|8]

In each round every way gets a turn of N frames. A frame is drawn and finished before the clock starts, so that no
figure contains drawing. Prints one line of JSON with the median of each turn, in ns. Before and after, every way is
compared with a plain computation from the same frames; each says itself how many levels it may be off.
"""
import argparse
import ctypes
import importlib.util
import json
import random
import statistics
import sys
import time

import capture_ways
import pyglet
from capture_ways import CASES, WAYS, Missing
from pyglet import gl

WARM_UP = 4
TURN_NS = 1_000_000_000  # a slow way gets fewer frames
SHAPES = 60
glGetError = ctypes.CDLL("libGL.so.1").glGetError  # pyglet's own raises what it finds


class Scene:
    """Coloured shapes that move, eight frames of them; equal in every run."""

    def __init__(self, window):
        dice = random.Random(1)
        self.window, self.batch, self.shapes = window, pyglet.graphics.Batch(), []
        for i in range(SHAPES):
            x, y = dice.randrange(window.width), dice.randrange(window.height)
            size = dice.randrange(4, 4 + window.height // 6)
            color = tuple(dice.randrange(256) for _ in range(3))
            shape = (pyglet.shapes.Rectangle(x, y, size, size // 2 + 1, color, batch=self.batch) if i % 2 else
                     pyglet.shapes.Circle(x, y, size // 2 + 1, color=color, batch=self.batch))
            self.shapes.append((shape, x))

    def draw(self, number):
        glGetError()  # moderngl leaves one behind when it reads a window, on any display; pyglet would raise it here
        for shape, x in self.shapes:
            shape.x = x + 3 * (number % 8)
        gl.glClearColor(0.1, 0.2, 0.4, 1.0)
        self.window.clear()
        self.batch.draw()
        gl.glFinish()


def turn(way, scene, frames):
    """The median time of a frame, in ns."""
    times = []
    way.begin()
    try:
        while len(times) < WARM_UP + frames and (sum(times) < TURN_NS or len(times) < 3):
            scene.draw(len(times))
            start = time.perf_counter_ns()
            observation = way.observe()
            times.append(time.perf_counter_ns() - start)
            del observation  # and with it a lease
    finally:
        way.end()
    return int(statistics.median(times[min(WARM_UP, len(times) // 2):]))


def differences(ways, scene, case):
    """The largest difference of each way's observation from its reference, in levels, after a full stack of frames."""
    found = {}
    for name, way in ways.items():
        way.begin()
        try:
            for number in range(case.stack or 1):
                scene.draw(number)
                observation = way.observe()
            if observation is None:  # it measures something else
                continue
            reference = [way.reference(scene, number) for number in range(case.stack or 1)]
            found[name] = capture_ways.largest_difference(observation, reference, case)
            del observation
        finally:
            way.end()
        if found[name] > WAYS[name].tolerance:
            sys.exit(f"capture.py: {name} differs from its reference by {found[name]} levels: another picture")
    return found


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("--case", choices=sorted(CASES), required=True)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--frames", type=int, default=40)
    parser.add_argument("--alpha", type=int, choices=(0, 8), default=8)
    return parser.parse_args()


def main():
    args = parse()
    case = CASES[args.case]
    if importlib.util.find_spec("offstage") is None:
        sys.exit("capture.py: no module offstage: put build/python into PYTHONPATH")
    config = gl.Config(double_buffer=True, depth_size=24, alpha_size=args.alpha, red_size=8, green_size=8, blue_size=8)
    window = pyglet.window.Window(case.width, case.height, config=config, vsync=False)
    scene, ways, missing = Scene(window), {}, {}
    for name, kind in WAYS.items():
        try:
            ways[name] = kind(window, case)
        except Missing as reason:
            missing[name] = str(reason)
    worst = differences(ways, scene, case)
    names, times = list(ways), {name: [] for name in ways}
    for number in range(args.rounds):
        by = number % len(names)
        for name in names[by:] + names[:by]:
            times[name].append(turn(ways[name], scene, args.frames))
    for name, levels in differences(ways, scene, case).items():
        worst[name] = max(worst[name], levels)
    bits = gl.GLint()
    gl.glGetFramebufferAttachmentParameteriv(gl.GL_READ_FRAMEBUFFER, gl.GL_BACK_LEFT,
                                             gl.GL_FRAMEBUFFER_ATTACHMENT_ALPHA_SIZE, bits)
    print(json.dumps({"case": args.case, "width_px": case.width, "height_px": case.height, "alpha_bits": bits.value,
                      "rounds": args.rounds, "frames": args.frames, "versions": capture_ways.versions(),
                      "largest_difference": worst, "missing": missing, "times_ns": times}))
    window.close()


if __name__ == "__main__":
    main()
