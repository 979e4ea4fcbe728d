"""pyglet 1.5 or 2.1: shapes and a label."""

import pyglet

window = pyglet.window.Window(400, 300, "pyglet", resizable=True)
square = pyglet.shapes.Rectangle(100, 60, 130, 150, color=(230, 200, 60))
label = pyglet.text.Label("pyglet", font_size=20, x=20, y=250)


@window.event
def on_draw():
    window.clear()
    square.draw()
    label.draw()


@window.event
def on_key_press(symbol, modifiers):
    square.color = (60, 200, 120)
    label.text = "pressed"


pyglet.app.run()
