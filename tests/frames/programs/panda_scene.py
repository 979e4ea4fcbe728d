"""Panda3D: a card that turns, and text."""

from direct.gui.OnscreenText import OnscreenText
from direct.showbase.ShowBase import ShowBase
from panda3d.core import CardMaker, load_prc_file_data

from probe import FRAMES, shown

load_prc_file_data("", "win-size 240 180\naudio-library-name null\nsync-video false\nauto-flip true")
base = ShowBase()
base.set_background_color(0.1, 0.2, 0.4)
card = base.render.attach_new_node(CardMaker("card").generate())
card.set_two_sided(True)
card.set_pos(0, 4, 0)
text = OnscreenText(text="", pos=(-0.9, 0.8), mayChange=True, fg=(1, 1, 1, 1))
for n in range(-3, FRAMES):  # the window comes with the first ones
    card.set_hpr(3 * n, 5 * n, n)
    card.set_color(0.9, 0.5 + n / 200, 0.2, 1)
    text.setText(f"Frame {n}")
    base.graphicsEngine.render_frame()
    if n >= 0:
        shown()
base.destroy()
