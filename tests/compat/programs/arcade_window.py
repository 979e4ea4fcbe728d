"""arcade: shapes and text."""

import arcade


class Window(arcade.Window):
    pressed = False

    def on_draw(self):
        self.clear(color=(26, 60, 100))
        arcade.draw_circle_filled(200, 150, 80, (60, 200, 120) if self.pressed else (230, 200, 60))
        arcade.draw_text("pressed" if self.pressed else "arcade", 20, 260)

    def on_key_press(self, symbol, modifiers):
        self.pressed = True


Window(400, 300, "arcade", resizable=True)
arcade.run()
