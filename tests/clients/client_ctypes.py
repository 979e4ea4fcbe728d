"""No toolkit: libX11 and libGL through ctypes, the visual by glXChooseVisual, drawing with scissored clears."""

import ctypes
import ctypes.util
import struct
import sys
from ctypes import POINTER, byref, c_char_p, c_int, c_long, c_uint, c_ulong, c_void_p

from client import HEIGHT, WIDTH, Client

GLX_RGBA, GLX_DOUBLEBUFFER, GLX_RED_SIZE, GLX_DEPTH_SIZE = 4, 5, 8, 12
GL_COLOR_BUFFER_BIT, GL_SCISSOR_TEST, GL_RGB, GL_UNSIGNED_BYTE, GL_PACK_ALIGNMENT = 0x4000, 0xC11, 0x1907, 0x1401, 0xD05
GL_TRIANGLES, GL_PROJECTION = 4, 0x1701
KEY_PRESS, KEY_RELEASE, BUTTON_PRESS, BUTTON_RELEASE, MOTION, MAP, CONFIGURE, CLIENT_MESSAGE = 2, 3, 4, 5, 6, 19, 22, 33
# Key, button, pointer motion and structure events.
EVENT_MASK = 1 | 2 | 4 | 8 | 64 | 1 << 17

x11 = ctypes.CDLL(ctypes.util.find_library("X11") or "libX11.so.6")
gl = ctypes.CDLL(ctypes.util.find_library("GL") or "libGL.so.1")


class VisualInfo(ctypes.Structure):
    _fields_ = [("visual", c_void_p), ("visualid", c_ulong), ("screen", c_int), ("depth", c_int)]


class SetWindowAttributes(ctypes.Structure):
    _fields_ = [("background_pixmap", c_ulong), ("background_pixel", c_ulong), ("border_pixmap", c_ulong),
                ("border_pixel", c_ulong), ("bit_gravity", c_int), ("win_gravity", c_int), ("backing_store", c_int),
                ("backing_planes", c_ulong), ("backing_pixel", c_ulong), ("save_under", c_int), ("event_mask", c_long),
                ("do_not_propagate_mask", c_long), ("override_redirect", c_int), ("colormap", c_ulong),
                ("cursor", c_ulong)]


class Event(ctypes.Union):
    _fields_ = [("type", c_int), ("bytes", ctypes.c_char * 192)]

    def at(self, offset: int, form: str = "i") -> int:
        return struct.unpack_from(form, bytes(memoryview(self)), offset)[0]


def declare() -> None:
    for name in ("XOpenDisplay", "glXCreateContext"):
        getattr(gl if name.startswith("glX") else x11, name).restype = c_void_p
    for name in ("XDefaultRootWindow", "XCreateColormap", "XCreateWindow", "XInternAtom", "XLookupKeysym"):
        getattr(x11, name).restype = c_ulong
    gl.glXChooseVisual.restype = POINTER(VisualInfo)
    gl.glXChooseVisual.argtypes = [c_void_p, c_int, POINTER(c_int)]
    gl.glXCreateContext.argtypes = [c_void_p, POINTER(VisualInfo), c_void_p, c_int]
    gl.glXMakeCurrent.argtypes = [c_void_p, c_ulong, c_void_p]
    gl.glXSwapBuffers.argtypes = [c_void_p, c_ulong]
    gl.glXDestroyContext.argtypes = [c_void_p, c_void_p]
    gl.glClearColor.argtypes = [ctypes.c_float] * 4
    gl.glOrtho.argtypes = [ctypes.c_double] * 6
    gl.glGetString.restype = c_char_p
    x11.XDefaultRootWindow.argtypes = [c_void_p]
    x11.XCreateColormap.argtypes = [c_void_p, c_ulong, c_void_p, c_int]
    x11.XCreateWindow.argtypes = [c_void_p, c_ulong, c_int, c_int, c_uint, c_uint, c_uint, c_int, c_uint, c_void_p, c_ulong,
                                  POINTER(SetWindowAttributes)]
    x11.XInternAtom.argtypes = [c_void_p, c_char_p, c_int]
    x11.XSetWMProtocols.argtypes = [c_void_p, c_ulong, POINTER(c_ulong), c_int]
    x11.XMapWindow.argtypes = [c_void_p, c_ulong]
    x11.XNextEvent.argtypes = [c_void_p, POINTER(Event)]
    x11.XPending.argtypes = [c_void_p]
    x11.XLookupKeysym.argtypes = [POINTER(Event), c_int]
    x11.XCloseDisplay.argtypes = [c_void_p]


def open_window(display: int, info: VisualInfo, delete_window: int) -> int:
    root = x11.XDefaultRootWindow(display)
    attributes = SetWindowAttributes(event_mask=EVENT_MASK, colormap=x11.XCreateColormap(display, root, info.visual, 0))
    mask = 1 << 3 | 1 << 11 | 1 << 13  # border pixel, event mask, colormap
    window = x11.XCreateWindow(display, root, 0, 0, WIDTH, HEIGHT, 0, info.depth, 1, info.visual, mask, byref(attributes))
    x11.XSetWMProtocols(display, window, byref(c_ulong(delete_window)), 1)
    x11.XMapWindow(display, window)
    event = Event()
    while event.type != MAP:
        x11.XNextEvent(display, byref(event))
    return window


def read_rgb(width: int, height: int) -> bytes:
    pixels = ctypes.create_string_buffer(3 * width * height)
    gl.glPixelStorei(GL_PACK_ALIGNMENT, 1)
    gl.glReadPixels(0, 0, width, height, GL_RGB, GL_UNSIGNED_BYTE, pixels)
    return pixels.raw


def fill(client: Client, x: int, y: int, width: int, height: int, color: tuple[int, int, int]) -> None:
    gl.glScissor(x, client.height - y - height, width, height)
    gl.glClearColor(*(c / 255 for c in color), 1)
    gl.glClear(GL_COLOR_BUFFER_BIT)


def draw(client: Client) -> None:
    gl.glViewport(0, 0, client.width, client.height)
    gl.glEnable(GL_SCISSOR_TEST)
    fill(client, 0, 0, client.width, client.height, client.background)
    for rectangle in client.rectangles():
        fill(client, *rectangle)
    gl.glDisable(GL_SCISSOR_TEST)
    *points, color = client.triangle()
    gl.glMatrixMode(GL_PROJECTION)
    gl.glLoadIdentity()
    gl.glOrtho(0, client.width, client.height, 0, -1, 1)
    gl.glBegin(GL_TRIANGLES)
    gl.glColor3ub(*color)
    for x, y in points:
        gl.glVertex2i(x, y)
    gl.glEnd()
    gl.glEnable(GL_SCISSOR_TEST)
    for rectangle in client.pointer_square():
        fill(client, *rectangle)
    client.drawn(read_rgb)


def handle(client: Client, event: Event, delete_window: int) -> None:
    # Offsets are those of Xlib's event structures on a 64-bit machine.
    if event.type in (KEY_PRESS, KEY_RELEASE):
        names = {0x20: "space", 0xFF51: "Left", 0x61: "a"}
        client.key(names.get(x11.XLookupKeysym(byref(event), 0), "other"), event.type == KEY_PRESS)
    elif event.type in (BUTTON_PRESS, BUTTON_RELEASE):
        client.button(event.at(84), event.type == BUTTON_PRESS)
    elif event.type == MOTION:
        client.motion(event.at(64), event.at(68))
    elif event.type == CONFIGURE:
        client.resize(event.at(56), event.at(60))
    elif event.type == CLIENT_MESSAGE and event.at(56, "q") == delete_window:
        client.close()


def main() -> None:
    declare()
    client = Client()
    display = x11.XOpenDisplay(None)
    if not display:
        sys.exit("client: no display")
    wanted = (c_int * 7)(GLX_RGBA, GLX_DOUBLEBUFFER, GLX_RED_SIZE, 8, GLX_DEPTH_SIZE, 24, 0)
    info = gl.glXChooseVisual(display, 0, wanted).contents
    delete_window = x11.XInternAtom(display, b"WM_DELETE_WINDOW", 0)
    window = open_window(display, info, delete_window)
    context = gl.glXCreateContext(display, byref(info), None, 1)
    if not gl.glXMakeCurrent(display, window, context):
        sys.exit("client: the context cannot be made current")
    client.started(*(gl.glGetString(name) for name in (0x1F00, 0x1F01, 0x1F02)))
    event = Event()
    while not client.closed:
        draw(client)
        gl.glXSwapBuffers(display, window)
        client.swapped()
        while x11.XPending(display):
            x11.XNextEvent(display, byref(event))
            handle(client, event, delete_window)
    gl.glXMakeCurrent(display, 0, None)
    gl.glXDestroyContext(display, context)
    x11.XCloseDisplay(display)
    client.finish()


if __name__ == "__main__":
    main()
