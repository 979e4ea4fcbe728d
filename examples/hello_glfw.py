"""What a GLFW window shows, as an array: offstage run -- python examples/hello_glfw.py"""

import glfw
import numpy as np
import offstage
from OpenGL import GL

glfw.init()
window = glfw.create_window(600, 600, "Hello", None, None)
glfw.make_context_current(window)

with offstage.Capture(size=(84, 84), gray=True, stack=1) as capture:
    GL.glClear(GL.GL_COLOR_BUFFER_BIT)
    GL.glEnable(GL.GL_SCISSOR_TEST)
    GL.glScissor(0, 300, 300, 300)  # the upper left quarter
    GL.glClearColor(1, 128 / 255, 0, 1)  # in orange
    GL.glClear(GL.GL_COLOR_BUFFER_BIT)
    glfw.swap_buffers(window)
    pixels = np.asarray(capture.next())

print(f"shape {pixels.shape}, {pixels.dtype}, mean {pixels.mean():.2f}, corners {pixels[0, 0, 0]} {pixels[0, -1, -1]}")
glfw.terminate()
