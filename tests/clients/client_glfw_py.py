"""The glfw package of PyPI with PyOpenGL: core 3.3, a shader, a vertex buffer."""

import ctypes
import struct

import glfw
from OpenGL import GL
from OpenGL.GL import shaders

from client import HEIGHT, WIDTH, Client

NAMES = {glfw.KEY_SPACE: "space", glfw.KEY_LEFT: "Left", glfw.KEY_A: "a"}
BUTTONS = {glfw.MOUSE_BUTTON_LEFT: 1, glfw.MOUSE_BUTTON_MIDDLE: 2, glfw.MOUSE_BUTTON_RIGHT: 3}

VERTEX = """#version 330 core
layout(location = 0) in vec2 place;
layout(location = 1) in vec3 color;
uniform vec2 size;
flat out vec3 paint;
void main() {
    paint = color;
    gl_Position = vec4(place.x / size.x * 2.0 - 1.0, 1.0 - place.y / size.y * 2.0, 0.0, 1.0);
}
"""
FRAGMENT = """#version 330 core
flat in vec3 paint;
out vec4 pixel;
void main() { pixel = vec4(paint / 255.0, 1.0); }
"""


def read_rgb(width: int, height: int) -> bytes:
    GL.glPixelStorei(GL.GL_PACK_ALIGNMENT, 1)
    return GL.glReadPixels(0, 0, width, height, GL.GL_RGB, GL.GL_UNSIGNED_BYTE)


def prepare() -> int:
    """Program, vertex array and buffer, all bound; the location of `size`."""
    GL.glBindVertexArray(GL.glGenVertexArrays(1))
    GL.glBindBuffer(GL.GL_ARRAY_BUFFER, GL.glGenBuffers(1))
    program = shaders.compileProgram(shaders.compileShader(VERTEX, GL.GL_VERTEX_SHADER),
                                     shaders.compileShader(FRAGMENT, GL.GL_FRAGMENT_SHADER))
    GL.glUseProgram(program)
    GL.glVertexAttribPointer(0, 2, GL.GL_FLOAT, False, 20, ctypes.c_void_p(0))
    GL.glVertexAttribPointer(1, 3, GL.GL_FLOAT, False, 20, ctypes.c_void_p(8))
    GL.glEnableVertexAttribArray(0)
    GL.glEnableVertexAttribArray(1)
    return GL.glGetUniformLocation(program, "size")


def draw(client: Client, size_location: int) -> None:
    vertices = [struct.pack("5f", x, y, *color) for points, color in client.triangles() for x, y in points]
    GL.glViewport(0, 0, client.width, client.height)
    GL.glClearColor(*(c / 255 for c in client.background), 1)
    GL.glClear(GL.GL_COLOR_BUFFER_BIT)
    GL.glUniform2f(size_location, client.width, client.height)
    data = b"".join(vertices)
    GL.glBufferData(GL.GL_ARRAY_BUFFER, len(data), data, GL.GL_STREAM_DRAW)
    GL.glDrawArrays(GL.GL_TRIANGLES, 0, len(vertices))
    client.drawn(read_rgb)


def listen(window: object, client: Client) -> None:
    def on_key(_window: object, key: int, _scancode: int, action: int, _mods: int) -> None:
        if action != glfw.REPEAT:
            client.key(NAMES.get(key, "other"), action == glfw.PRESS)

    glfw.set_key_callback(window, on_key)
    glfw.set_cursor_pos_callback(window, lambda _w, x, y: client.motion(x, y))
    glfw.set_mouse_button_callback(window, lambda _w, b, action, _m: client.button(BUTTONS[b], action == glfw.PRESS))
    glfw.set_framebuffer_size_callback(window, lambda _w, width, height: client.resize(width, height))
    glfw.set_window_close_callback(window, lambda _w: client.close())


def main() -> None:
    client = Client()
    glfw.init()
    glfw.window_hint(glfw.CONTEXT_VERSION_MAJOR, 3)
    glfw.window_hint(glfw.CONTEXT_VERSION_MINOR, 3)
    glfw.window_hint(glfw.OPENGL_PROFILE, glfw.OPENGL_CORE_PROFILE)
    window = glfw.create_window(WIDTH, HEIGHT, "client_glfw_py", None, None)
    glfw.make_context_current(window)
    listen(window, client)
    client.started(*(GL.glGetString(name) for name in (GL.GL_VENDOR, GL.GL_RENDERER, GL.GL_VERSION)))
    size_location = prepare()
    while not client.closed:
        draw(client, size_location)
        glfw.swap_buffers(window)
        client.swapped()
        glfw.poll_events()
    glfw.terminate()
    client.finish()


if __name__ == "__main__":
    main()
