"""What a moderngl-window shows, as an array: offstage run -- python examples/hello_moderngl.py"""

import numpy as np
import offstage
from moderngl_window.context.pyglet import Window

window = Window(size=(600, 600), gl_version=(3, 3))

with offstage.Capture(size=(84, 84), gray=True, stack=1) as capture:
    window.ctx.clear()
    window.ctx.clear(1, 128 / 255, 0, viewport=(0, 300, 300, 300))  # the upper left quarter, orange
    window.swap_buffers()
    pixels = np.asarray(capture.next())

print(f"shape {pixels.shape}, {pixels.dtype}, mean {pixels.mean():.2f}, corners {pixels[0, 0, 0]} {pixels[0, -1, -1]}")
window.destroy()
