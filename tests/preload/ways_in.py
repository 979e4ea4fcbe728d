"""A GLX program in ctypes: what pyglet and PyOpenGL do to load GL."""
import ctypes
import ctypes.util
import sys

path = ctypes.util.find_library("GL") if len(sys.argv) < 2 else sys.argv[1]
gl = ctypes.CDLL(path, mode=ctypes.RTLD_GLOBAL)
x11 = ctypes.CDLL(ctypes.util.find_library("X11"))

for library, names in ((x11, "XOpenDisplay XCreateSimpleWindow XDefaultRootWindow"),
                       (gl, "glXChooseVisual glXCreateContext")):
    for name in names.split():
        getattr(library, name).restype = ctypes.c_void_p

display = ctypes.c_void_p(x11.XOpenDisplay(None))
assert display.value, "no display"
attributes = (ctypes.c_int * 4)(4, 5, 0, 0)  # GLX_RGBA, GLX_DOUBLEBUFFER
visual = ctypes.c_void_p(gl.glXChooseVisual(display, 0, attributes))
assert visual.value, "no visual"
root = ctypes.c_ulong(x11.XDefaultRootWindow(display))
window = ctypes.c_ulong(x11.XCreateSimpleWindow(display, root, 0, 0, 100, 50, 0, 0, 0))
x11.XMapWindow(display, window)
context = ctypes.c_void_p(gl.glXCreateContext(display, visual, None, 1))
assert context.value, "no context"
assert gl.glXMakeCurrent(display, window, context), "glXMakeCurrent"
gl.glClearColor(*map(ctypes.c_float, (1.0, 0.0, 1.0, 1.0)))
gl.glClear(0x4000)
pixel = (ctypes.c_ubyte * 4)()
gl.glReadPixels(10, 10, 1, 1, 0x1908, 0x1401, pixel)
gl.glXSwapBuffers(display, window)
assert list(pixel[:3]) == [255, 0, 255], list(pixel)
assert ctypes.cast(gl.glXSwapBuffers, ctypes.c_void_p).value == \
    ctypes.cast(ctypes.CDLL(None).glXSwapBuffers, ctypes.c_void_p).value
gl.glXMakeCurrent(display, ctypes.c_ulong(0), None)
gl.glXDestroyContext(display, context)
x11.XCloseDisplay(display)
