"""GTK 3: gtk_scene.py cairo|gl. A drawing area, or a GtkGLArea, and a label."""

import sys

import gi

gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, GLib, Gtk  # noqa: E402

from probe import FRAMES, shown  # noqa: E402

state = {"n": -1, "painted": False}


def draw(area, cairo):
    n = max(state["n"], 0)
    cairo.set_source_rgb(0.1, 0.2, 0.3 + n / 200)
    cairo.paint()
    cairo.set_source_rgba(0.9, 0.8, 0.2, 0.8)
    cairo.arc(40 + 2 * n, 50, 20 + n / 4, 0, 6.2831853)
    cairo.fill()
    cairo.move_to(0, n)
    cairo.line_to(240, 120 - n)
    cairo.stroke()
    state["painted"] = True


def render(area, context):
    from OpenGL import GL
    n = max(state["n"], 0)
    GL.glDisable(GL.GL_SCISSOR_TEST)
    GL.glClearColor(0.1, 0.2, 0.3 + n / 200, 1)
    GL.glClear(GL.GL_COLOR_BUFFER_BIT)
    GL.glEnable(GL.GL_SCISSOR_TEST)
    GL.glScissor(2 * n, n, 60, 50)
    GL.glClearColor(0.9, 0.8, 0.2, 1)
    GL.glClear(GL.GL_COLOR_BUFFER_BIT)
    GL.glDisable(GL.GL_SCISSOR_TEST)
    state["painted"] = True
    return True


window = Gtk.Window(title="GTK 3", default_width=240, default_height=180)
box = Gtk.Box(orientation=Gtk.Orientation.VERTICAL)
label, area = Gtk.Label(label="Frame"), Gtk.GLArea() if sys.argv[1] == "gl" else Gtk.DrawingArea()
area.connect(*(("render", render) if sys.argv[1] == "gl" else ("draw", draw)))
box.pack_start(label, False, False, 0)
box.pack_start(area, True, True, 0)
window.add(box)


def after_paint(clock):
    if not state["painted"]:
        return
    if state["n"] >= 0:
        shown()
    if state["n"] == FRAMES - 1:
        Gtk.main_quit()
        return
    state["n"] += 1
    state["painted"] = False
    GLib.idle_add(begin)


def begin():
    label.set_text(f"Frame {state['n']}")
    area.queue_draw()
    return False


window.show_all()
window.get_frame_clock().connect("after-paint", after_paint)
Gtk.main()
