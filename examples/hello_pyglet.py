"""What a pyglet window shows, as an array: offstage run -- python examples/hello_pyglet.py"""

import numpy as np
import offstage
import pyglet

window = pyglet.window.Window(600, 600)
square = pyglet.shapes.Rectangle(0, 300, 300, 300, color=(255, 128, 0))  # the upper left quarter, orange

with offstage.Capture(size=(84, 84), gray=True, stack=1) as capture:
    window.clear()
    square.draw()
    window.flip()
    pixels = np.asarray(capture.next())

print(f"shape {pixels.shape}, {pixels.dtype}, mean {pixels.mean():.2f}, corners {pixels[0, 0, 0]} {pixels[0, -1, -1]}")
window.close()
