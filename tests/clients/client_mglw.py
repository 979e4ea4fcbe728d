"""moderngl-window with its pyglet window: ModernGL looks up GL by itself, beside the toolkit."""

import logging
import struct

import moderngl
import moderngl_window

from client import HEIGHT, WIDTH, Client

VERTEX = """#version 330 core
in vec2 place;
in vec3 color;
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


class Window(moderngl_window.WindowConfig):
    gl_version = (3, 3)
    title = "client_mglw"
    window_size = (WIDTH, HEIGHT)
    aspect_ratio = None
    resizable = True
    vsync = True
    samples = 0
    log_level = logging.ERROR
    client = Client()

    def __init__(self, **arguments: object) -> None:
        super().__init__(**arguments)
        info = self.ctx.info
        self.client.started(info["GL_VENDOR"], info["GL_RENDERER"], info["GL_VERSION"])
        self.program = self.ctx.program(vertex_shader=VERTEX, fragment_shader=FRAGMENT)
        self.buffer = self.ctx.buffer(reserve=4096, dynamic=True)
        self.array = self.ctx.vertex_array(self.program, [(self.buffer, "2f 3f", "place", "color")])

    def read_rgb(self, width: int, height: int) -> bytes:
        return self.wnd.fbo.read(viewport=(0, 0, width, height), components=3, alignment=1)

    def on_render(self, time: float, frame_time: float) -> None:
        client = self.client
        if self.wnd.frames > 1:  # on_render is called before the swap of each frame
            client.swapped()
        self.ctx.viewport = (0, 0, client.width, client.height)
        self.ctx.clear(*(c / 255 for c in client.background))
        vertices = [struct.pack("5f", x, y, *color) for points, color in client.triangles() for x, y in points]
        self.program["size"] = client.width, client.height
        self.buffer.write(b"".join(vertices))
        self.array.render(moderngl.TRIANGLES, len(vertices))
        client.drawn(self.read_rgb)

    def on_resize(self, width: int, height: int) -> None:
        self.client.resize(width, height)

    def on_key_event(self, key: object, action: object, modifiers: object) -> None:
        keys = self.wnd.keys
        names = {keys.SPACE: "space", keys.LEFT: "Left", keys.A: "a"}
        self.client.key(names.get(key, "other"), action == keys.ACTION_PRESS)

    def on_mouse_position_event(self, x: int, y: int, dx: int, dy: int) -> None:
        self.client.motion(x, y - 1)  # it turns pyglet's y without the 1

    def on_mouse_press_event(self, x: int, y: int, button: int) -> None:
        self.client.button({1: 1, 2: 3, 3: 2}[button], True)  # left, right, middle

    def on_mouse_release_event(self, x: int, y: int, button: int) -> None:
        self.client.button({1: 1, 2: 3, 3: 2}[button], False)

    def on_close(self) -> None:
        self.client.close()
        self.client.finish()


if __name__ == "__main__":
    moderngl_window.run_window_config(Window, args=["--window", "pyglet"])
