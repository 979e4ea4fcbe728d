"""Panda3D: a model, a light and a text."""

import sys

from direct.showbase.ShowBase import ShowBase
from panda3d.core import AmbientLight, DirectionalLight, TextNode, loadPrcFileData

loadPrcFileData("", "win-size 400 300\nwindow-title Panda3D\naudio-library-name null")
base = ShowBase()
base.disableMouse()
base.setBackgroundColor(0.1, 0.2, 0.4)
model = base.loader.loadModel("models/box")
model.reparentTo(base.render)
model.setPosHpr(-0.5, 5, -0.5, 30, 20, 0)
light = DirectionalLight("sun")
light.setColor((0.9, 0.8, 0.5, 1))
sun = base.render.attachNewNode(light)
sun.setHpr(-30, -40, 0)
base.render.setLight(sun)
base.render.setLight(base.render.attachNewNode(AmbientLight("sky")))
text = TextNode("text")
text.setText("Not pressed yet")
shown = base.aspect2d.attachNewNode(text)
shown.setScale(0.12)
shown.setPos(-1.2, 0, 0.8)


def key():
    text.setText("Pressed")
    model.setH(75)


base.accept("space", key)
base.exitFunc = lambda: sys.exit(0)
base.run()
