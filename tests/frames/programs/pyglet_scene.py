"""pyglet 1.5 or 2.1: shapes that turn and blend, and text."""

import pyglet

from probe import FRAMES, drawn, shown

window = pyglet.window.Window(240, 180, "pyglet")
square = pyglet.shapes.Rectangle(60, 60, 70, 50, color=(230, 200, 60))
disc = pyglet.shapes.Circle(150, 90, 40, color=(60, 200, 120))
line = pyglet.shapes.Line(0, 0, 240, 180, color=(255, 255, 255))
label = pyglet.text.Label("", font_size=14, x=10, y=150)
disc.opacity = 128
for n in range(FRAMES):
    window.switch_to()
    window.dispatch_events()
    window.clear()
    square.rotation = 6.5 * n
    square.x = 40 + 2 * n
    disc.y = 40 + n
    line.y = 3 * n
    label.text = f"Frame {n}"
    for shape in (square, disc, line, label):
        shape.draw()
    drawn()
    window.flip()
    shown()
window.close()
