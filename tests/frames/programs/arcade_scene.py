"""arcade: shapes and text, with its four samples a pixel."""

import arcade

from probe import FRAMES, drawn, shown

window = arcade.Window(240, 180, "arcade")
text = arcade.Text("", 10, 150)
for n in range(FRAMES):
    window.switch_to()
    window.dispatch_events()
    window.clear(color=(26, 60, 100))
    arcade.draw_circle_filled(60 + 2 * n, 90, 30 + n / 3, (230, 200, 60))
    arcade.draw_line(0, 2 * n, 240, 180 - n, (255, 255, 255), 2)
    arcade.draw_rect_filled(arcade.XYWH(120, 60, 50, 30), (200, 60, 60, 160), 5 * n)
    text.text = f"Frame {n}"
    text.draw()
    drawn()
    window.flip()
    shown()
window.close()
