"""GTK 3: gtk3.py widgets|gl. Widgets and a drawing by cairo, or a GtkGLArea under a label."""

import sys

import gi

gi.require_version("Gtk", "3.0")
from gi.repository import Gtk  # noqa: E402

window = Gtk.Window(title="GTK 3")
box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL)
label = Gtk.Label(label="Not pressed yet")
other = [False]


def draw(area, cairo):
    width, height = area.get_allocated_width(), area.get_allocated_height()
    cairo.set_source_rgb(*((0.4, 0.3, 0.1) if other[0] else (0.1, 0.2, 0.4)))
    cairo.paint()
    cairo.set_source_rgb(0.9, 0.8, 0.2)
    cairo.arc(width / 2, height / 2, height / 3, 0, 5)
    cairo.fill()


def render(area, context):
    from OpenGL import GL
    GL.glClearColor(*((0.4, 0.3, 0.1, 1) if other[0] else (0.1, 0.2, 0.4, 1)))
    GL.glClear(GL.GL_COLOR_BUFFER_BIT)
    return True


def key(_, event):
    other[0] = not other[0]
    label.set_text("Pressed: " + event.string)
    area.queue_draw()
    return True


box.pack_start(label, False, False, 4)
if sys.argv[1] == "gl":
    area = Gtk.GLArea()
    area.connect("render", render)
else:
    box.pack_start(Gtk.Scale.new_with_range(Gtk.Orientation.HORIZONTAL, 0, 10, 1), False, False, 4)
    area = Gtk.DrawingArea()
    area.connect("draw", draw)
box.pack_start(area, True, True, 4)
window.add(box)
window.set_default_size(400, 300)
window.connect("key-press-event", key)
window.connect("destroy", Gtk.main_quit)
window.show_all()
Gtk.main()
