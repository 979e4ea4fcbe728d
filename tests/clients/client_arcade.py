"""Arcade: its drawing functions and its event loop, multisampled as it is by default."""

import arcade

from client import HEIGHT, WIDTH, Client
from samples import read_rgb

NAMES = {arcade.key.SPACE: "space", arcade.key.LEFT: "Left", arcade.key.A: "a"}
BUTTONS = {arcade.MOUSE_BUTTON_LEFT: 1, arcade.MOUSE_BUTTON_MIDDLE: 2, arcade.MOUSE_BUTTON_RIGHT: 3}


class Window(arcade.Window):
    def __init__(self, client: Client) -> None:
        self.client = client
        super().__init__(WIDTH, HEIGHT, "client_arcade", resizable=True, update_rate=1 / 200, draw_rate=1 / 200)
        client.started(self.ctx.info.VENDOR, self.ctx.info.RENDERER, ".".join(map(str, self.ctx.gl_version)))

    def on_draw(self) -> None:
        client = self.client
        self.clear(color=client.background)
        for x, y, w, h, color in client.rectangles():
            arcade.draw_lbwh_rectangle_filled(x, client.height - y - h, w, h, color)
        *points, color = client.triangle()
        arcade.draw_triangle_filled(*(c for x, y in points for c in (x, client.height - y)), color)
        for x, y, w, h, color in client.pointer_square():
            arcade.draw_lbwh_rectangle_filled(x, client.height - y - h, w, h, color)
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
        self.client.motion(x, self.client.height - 1 - y)

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
    arcade.run()
    client.finish()


if __name__ == "__main__":
    main()
