"""vispy: a scene with a line and a mesh, by the backend that is its argument."""

import sys

import numpy as np
import vispy
from vispy import app, scene

from probe import FRAMES, shown

vispy.use(sys.argv[1])
canvas = scene.SceneCanvas("vispy", size=(240, 180), show=True, keys=None)
view = canvas.central_widget.add_view(bgcolor="#1a3c64")
across = np.linspace(10, 230, 100)
line = scene.Line(np.zeros((100, 2)), color="#e6c83c", parent=view.scene)
box = scene.Rectangle(center=(120, 60), width=80, height=50, color="#50c878", parent=view.scene)
drawn = []
canvas.events.draw.connect(lambda event: drawn.append(event), position="last")
app.process_events()
for n in range(FRAMES):
    line.set_data(np.stack([across, 90 + 60 * np.sin(across / 20 + n / 5)], -1))
    box.center = 40 + 2 * n, 60
    before = len(drawn)
    canvas.update()
    while len(drawn) == before:
        app.process_events()
    shown()
canvas.close()
