"""Ursina: a cube and a text."""

from ursina import Entity, Text, Ursina, color, window

application = Ursina(title="Ursina", size=(400, 300), borderless=False, development_mode=False, vsync=False)
window.color = color.rgb32(26, 60, 100)
window.fps_counter.enabled = False
window.exit_button.visible = False
window.cog_button.enabled = False
window.collider_counter.enabled = False
window.entity_counter.enabled = False
cube = Entity(model="cube", color=color.orange, scale=2, rotation=(30, 40, 0))
text = Text("Not pressed yet", position=(-0.5, 0.4))


def input(key):
    if key == "space":
        cube.color = color.lime
        cube.rotation_y = 10
        text.text = "Pressed"


application.run()
