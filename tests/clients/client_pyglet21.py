"""pyglet 2.1: its shapes, its event loop, its own GL bindings."""

import pyglet
from pyglet.gl import GL_PACK_ALIGNMENT, GL_RGB, GL_UNSIGNED_BYTE, GLubyte, glPixelStorei, glReadPixels
from pyglet.window import key, mouse

from client import HEIGHT, WIDTH, Client

NAMES = {key.SPACE: "space", key.LEFT: "Left", key.A: "a"}
BUTTONS = {mouse.LEFT: 1, mouse.MIDDLE: 2, mouse.RIGHT: 3}


def read_rgb(width: int, height: int) -> bytes:
    pixels = (GLubyte * (3 * width * height))()
    glPixelStorei(GL_PACK_ALIGNMENT, 1)
    glReadPixels(0, 0, width, height, GL_RGB, GL_UNSIGNED_BYTE, pixels)
    return bytes(pixels)


class Window(pyglet.window.Window):
    def __init__(self, client: Client) -> None:
        self.client = client
        super().__init__(WIDTH, HEIGHT, "client_pyglet21", resizable=True)
        info = self.context.get_info()
        client.started(info.vendor, info.renderer, info.version)

    def up(self, y: float) -> float:
        return self.client.height - y

    def on_draw(self) -> None:
        client = self.client
        pyglet.gl.glClearColor(*(c / 255 for c in client.background), 1)
        self.clear()
        for x, y, w, h, color in client.rectangles():
            pyglet.shapes.Rectangle(x, self.up(y + h), w, h, color).draw()
        *points, color = client.triangle()
        pyglet.shapes.Triangle(*(c for x, y in points for c in (x, self.up(y))), color).draw()
        for x, y, w, h, color in client.pointer_square():
            pyglet.shapes.Rectangle(x, self.up(y + h), w, h, color).draw()
        client.drawn(read_rgb)

    def flip(self) -> None:
        super().flip()
        self.client.swapped()

    def on_resize(self, width: int, height: int) -> None:
        super().on_resize(width, height)
        self.client.resize(width, height)

    def on_key_press(self, symbol: int, modifiers: int) -> None:
        self.client.key(NAMES.get(symbol, "other"), True)

    def on_key_release(self, symbol: int, modifiers: int) -> None:
        self.client.key(NAMES.get(symbol, "other"), False)

    def on_mouse_motion(self, x: int, y: int, dx: int, dy: int) -> None:
        self.client.motion(x, self.up(y) - 1)

    def on_mouse_press(self, x: int, y: int, button: int, modifiers: int) -> None:
        self.client.button(BUTTONS[button], True)

    def on_mouse_release(self, x: int, y: int, button: int, modifiers: int) -> None:
        self.client.button(BUTTONS[button], False)

    def on_close(self) -> None:
        self.client.close()
        super().on_close()


def main() -> None:
    client = Client()
    Window(client)
    pyglet.app.run(1 / 200)
    client.finish()


if __name__ == "__main__":
    main()
