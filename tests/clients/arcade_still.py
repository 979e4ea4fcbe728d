"""Run one of Arcade's own examples for some frames and keep the back buffer of the last: the oracle's side, on Xvfb.

    arcade_still.py MODULE FRAMES FILE.ppm
"""

import runpy
import sys

import arcade
import samples

module, frames, path = sys.argv[1], int(sys.argv[2]), sys.argv[3]
flip, shown = arcade.Window.flip, 0


def flip_and_count(window: arcade.Window) -> None:
    global shown
    shown += 1
    if shown == frames:
        width, height = window.get_framebuffer_size()
        data = samples.read_rgb(width, height)
        rows = [data[y * width * 3:(y + 1) * width * 3] for y in reversed(range(height))]
        with open(path, "wb") as file:
            file.write(b"P6\n%d %d\n255\n" % (width, height) + b"".join(rows))
        window.close()
        return
    flip(window)


arcade.Window.flip = flip_and_count
sys.argv = [module]
runpy.run_module(module, run_name="__main__")
