"""vispy: a scene with a line and a mesh, by the backend that is its argument."""

import sys

import numpy as np
import vispy
from vispy import scene

vispy.use(sys.argv[1])
canvas = scene.SceneCanvas("vispy", size=(400, 300), show=True, keys=None)
view = canvas.central_widget.add_view(bgcolor="#1a3c64")
wave = np.stack([np.linspace(20, 380, 100), 150 + 100 * np.sin(np.linspace(0, 9, 100))], -1)
line = scene.Line(wave, color="#e6c83c", parent=view.scene)
scene.Rectangle(center=(200, 100), width=80, height=50, color="#50c878", parent=view.scene)


@canvas.events.key_press.connect
def key(event):
    view.bgcolor = "#643c1a"
    line.set_data(color="white")


@canvas.events.close.connect
def close(event):
    vispy.app.quit()


vispy.app.run()
