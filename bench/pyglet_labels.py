"""pyglet: a window of labels, one of which changes every frame. --headless asks pyglet for EGL instead of a window."""
import sys

import pyglet

if "--headless" in sys.argv:
    pyglet.options["headless"] = True

import scene_loop  # noqa: E402

WIDTH, HEIGHT, LINES = 640, 480, 20


def main():
    config = pyglet.gl.Config(double_buffer=True, sample_buffers=0, depth_size=24)
    window = pyglet.window.Window(WIDTH, HEIGHT, caption="labels", vsync=False, config=config)
    batch = pyglet.graphics.Batch()
    labels = [pyglet.text.Label(f"line {i}: the quick brown fox", x=10, y=HEIGHT - 22 * (i + 1), font_size=12, batch=batch)
              for i in range(LINES)]
    count = 0

    def draw():
        nonlocal count
        count += 1
        window.switch_to()
        window.dispatch_events()
        labels[0].text = f"frame {count}"
        window.clear()
        batch.draw()

    scene_loop.serve("pyglet", draw, window.flip)
    window.close()


main()
