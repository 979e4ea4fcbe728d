"""pyglet 1.5: a legacy GL 2 context, fixed function drawing, an event loop of the program's own."""

import pyglet
from pyglet import gl
from pyglet.window import key, mouse

from client import HEIGHT, WIDTH, Client

NAMES = {key.SPACE: "space", key.LEFT: "Left", key.A: "a"}
BUTTONS = {mouse.LEFT: 1, mouse.MIDDLE: 2, mouse.RIGHT: 3}


def read_rgb(width: int, height: int) -> bytes:
    pixels = (gl.GLubyte * (3 * width * height))()
    gl.glPixelStorei(gl.GL_PACK_ALIGNMENT, 1)
    gl.glReadPixels(0, 0, width, height, gl.GL_RGB, gl.GL_UNSIGNED_BYTE, pixels)
    return bytes(pixels)


class Window(pyglet.window.Window):
    def __init__(self, client: Client) -> None:
        self.client = client
        super().__init__(WIDTH, HEIGHT, "client_pyglet15", resizable=True)
        info = self.context.get_info()
        client.started(info.vendor, info.renderer, info.version)

    def on_draw(self) -> None:
        client = self.client
        gl.glClearColor(*(c / 255 for c in client.background), 1)
        self.clear()
        gl.glBegin(gl.GL_TRIANGLES)
        for points, color in client.triangles():
            gl.glColor3ub(*color)
            for x, y in points:
                gl.glVertex2i(x, client.height - y)
        gl.glEnd()
        client.drawn(read_rgb)

    def on_resize(self, width: int, height: int) -> None:
        super().on_resize(width, height)
        self.client.resize(width, height)

    def on_key_press(self, symbol: int, modifiers: int) -> None:
        self.client.key(NAMES.get(symbol, "other"), True)

    def on_key_release(self, symbol: int, modifiers: int) -> None:
        self.client.key(NAMES.get(symbol, "other"), False)

    def on_mouse_motion(self, x: int, y: int, dx: int, dy: int) -> None:
        self.client.motion(x, self.client.height - 1 - y)

    def on_mouse_press(self, x: int, y: int, button: int, modifiers: int) -> None:
        self.client.button(BUTTONS[button], True)

    def on_mouse_release(self, x: int, y: int, button: int, modifiers: int) -> None:
        self.client.button(BUTTONS[button], False)

    def on_close(self) -> None:
        self.client.close()


def main() -> None:
    client = Client()
    window = Window(client)
    while not client.closed:
        pyglet.clock.tick()
        window.switch_to()
        window.dispatch_event("on_draw")
        window.flip()
        client.swapped()
        window.dispatch_events()
    window.close()
    client.finish()


if __name__ == "__main__":
    main()
