"""The glfw package with moderngl."""

import glfw
import moderngl

from probe import FRAMES, drawn, shown

glfw.init()
glfw.window_hint(glfw.CONTEXT_VERSION_MAJOR, 3)
glfw.window_hint(glfw.CONTEXT_VERSION_MINOR, 3)
glfw.window_hint(glfw.OPENGL_PROFILE, glfw.OPENGL_CORE_PROFILE)
window = glfw.create_window(240, 180, "glfw", None, None)
glfw.make_context_current(window)
context = moderngl.create_context()
program = context.program(
    vertex_shader="#version 330\nuniform float turn; void main() { float angle = turn + 2.1 * gl_VertexID;"
                  "gl_Position = vec4(0.8 * cos(angle), 0.8 * sin(angle), 0.0, 1.0); }",
    fragment_shader="#version 330\nout vec4 color; void main() { color = vec4(gl_FragCoord.xy / 240.0, 0.3, 1.0); }")
shape = context.vertex_array(program, [])
for n in range(FRAMES):
    glfw.poll_events()
    context.viewport = (0, 0, 240, 180)
    context.clear(0.1, 0.2, 0.3 + n / 200)
    program["turn"] = 0.1 * n
    shape.render(vertices=3)
    drawn()
    glfw.swap_buffers(window)
    shown()
glfw.terminate()
