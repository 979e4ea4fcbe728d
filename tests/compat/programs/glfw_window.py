"""The glfw package with moderngl."""

import glfw
import moderngl

state = {"other": False}


def key(window, symbol, code, action, modifiers):
    if action == glfw.PRESS:
        state["other"] = not state["other"]


glfw.init()
glfw.window_hint(glfw.CONTEXT_VERSION_MAJOR, 3)
glfw.window_hint(glfw.CONTEXT_VERSION_MINOR, 3)
glfw.window_hint(glfw.OPENGL_PROFILE, glfw.OPENGL_CORE_PROFILE)
window = glfw.create_window(400, 300, "glfw", None, None)
glfw.make_context_current(window)
glfw.set_key_callback(window, key)
context = moderngl.create_context()
while not glfw.window_should_close(window):
    context.viewport = (0, 0, *glfw.get_framebuffer_size(window))
    context.clear(*((0.4, 0.3, 0.1) if state["other"] else (0.1, 0.2, 0.4)))
    context.scissor = 100, 50, 120, 140
    context.clear(0.9, 0.8, 0.2)
    context.scissor = None
    glfw.swap_buffers(window)
    glfw.wait_events_timeout(0.03)
glfw.terminate()
