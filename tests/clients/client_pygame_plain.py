"""pygame without OpenGL: a software window. It has no frames that a script could count by, so it presses its own keys,
through XTEST on a second connection; all connections of a process see one world."""

import ctypes
import ctypes.util
from ctypes import byref, c_char_p, c_int, c_long, c_uint, c_ulong, c_void_p

import pygame

from client import HEIGHT, WIDTH, Client
from client_pygame_gl import handle

STEPS = ("motion 200 120", "key space", "motion 100 60", "button 1", "key Left", "resize 400 304", "close")
FRAMES_PER_STEP = 15


class ClientMessage(ctypes.Structure):
    _fields_ = [("type", c_int), ("serial", c_ulong), ("send_event", c_int), ("display", c_void_p), ("window", c_ulong),
                ("message_type", c_ulong), ("format", c_int), ("data", c_long * 5), ("rest", c_long * 12)]


class Driver:
    """A second connection to the display that plays the person at the keyboard."""

    def __init__(self, window: int) -> None:
        self.window = window
        self.x11 = ctypes.CDLL(ctypes.util.find_library("X11") or "libX11.so.6")
        self.xtst = ctypes.CDLL(ctypes.util.find_library("Xtst") or "libXtst.so.6")
        x11, xtst = self.x11, self.xtst
        x11.XOpenDisplay.restype = c_void_p
        for name in ("XStringToKeysym", "XInternAtom", "XDefaultRootWindow"):
            getattr(x11, name).restype = c_ulong
        x11.XKeysymToKeycode.restype = ctypes.c_ubyte
        x11.XKeysymToKeycode.argtypes = [c_void_p, c_ulong]
        x11.XDefaultRootWindow.argtypes = [c_void_p]
        x11.XSync.argtypes = [c_void_p, c_int]
        x11.XInternAtom.argtypes = [c_void_p, c_char_p, c_int]
        x11.XSetInputFocus.argtypes = [c_void_p, c_ulong, c_int, c_ulong]
        x11.XResizeWindow.argtypes = [c_void_p, c_ulong, c_uint, c_uint]
        x11.XTranslateCoordinates.argtypes = [c_void_p, c_ulong, c_ulong, c_int, c_int, c_void_p, c_void_p, c_void_p]
        x11.XSendEvent.argtypes = [c_void_p, c_ulong, c_int, c_long, c_void_p]
        xtst.XTestFakeKeyEvent.argtypes = [c_void_p, c_uint, c_int, c_ulong]
        xtst.XTestFakeButtonEvent.argtypes = [c_void_p, c_uint, c_int, c_ulong]
        xtst.XTestFakeMotionEvent.argtypes = [c_void_p, c_int, c_int, c_int, c_ulong]
        self.display = x11.XOpenDisplay(None)
        x11.XSetInputFocus(self.display, window, 1, 0)
        x11.XSync(self.display, 0)

    def obey(self, step: str) -> None:
        verb, *words = step.split()
        getattr(self, verb)(*words)
        self.x11.XSync(self.display, 0)

    def key(self, name: str) -> None:
        code = self.x11.XKeysymToKeycode(self.display, self.x11.XStringToKeysym(name.encode()))
        self.xtst.XTestFakeKeyEvent(self.display, code, 1, 0)
        self.xtst.XTestFakeKeyEvent(self.display, code, 0, 0)

    def motion(self, x: str, y: str) -> None:
        root_x, root_y, child = c_int(), c_int(), c_ulong()
        self.x11.XTranslateCoordinates(self.display, self.window, self.x11.XDefaultRootWindow(self.display), int(x), int(y),
                                       byref(root_x), byref(root_y), byref(child))
        self.xtst.XTestFakeMotionEvent(self.display, -1, root_x.value, root_y.value, 0)

    def button(self, number: str) -> None:
        self.xtst.XTestFakeButtonEvent(self.display, int(number), 1, 0)
        self.xtst.XTestFakeButtonEvent(self.display, int(number), 0, 0)

    def resize(self, width: str, height: str) -> None:
        self.x11.XResizeWindow(self.display, self.window, int(width), int(height))

    def close(self) -> None:
        event = ClientMessage(type=33, window=self.window, format=32,
                              message_type=self.x11.XInternAtom(self.display, b"WM_PROTOCOLS", 0))
        event.data[0] = self.x11.XInternAtom(self.display, b"WM_DELETE_WINDOW", 0)
        self.x11.XSendEvent(self.display, self.window, 0, 0, byref(event))


def draw(client: Client, surface: pygame.Surface) -> None:
    surface.fill(client.background)
    for x, y, w, h, color in client.rectangles():
        surface.fill(color, (x, y, w, h))
    *points, color = client.triangle()
    pygame.draw.polygon(surface, color, points)
    for x, y, w, h, color in client.pointer_square():
        surface.fill(color, (x, y, w, h))


def main() -> None:
    client = Client()
    pygame.display.init()
    pygame.display.set_mode((WIDTH, HEIGHT), pygame.RESIZABLE)
    driver = Driver(pygame.display.get_wm_info()["window"])
    while not client.closed:
        draw(client, pygame.display.get_surface())
        pygame.display.flip()
        client.swapped()
        step, rest = divmod(client.swaps, FRAMES_PER_STEP)
        if rest == 0 and 1 <= step <= len(STEPS):
            driver.obey(STEPS[step - 1])
        for event in pygame.event.get():
            handle(client, event)
    pygame.quit()


if __name__ == "__main__":
    main()
