"""The animations: programs whose frame n depends on n alone. Each is of one window stack."""

from __future__ import annotations

from table import Program

SDL = ("libsdl2-2.0-0",)
IMAGES = {"SDL_FRAMEBUFFER_ACCELERATION": "0"}
AT_SWAP = {"FRAMES_AT_SWAP": "1"}  # nobody changed it: see at_swap.c


def _row(name: str, stack: str, command: str, packages: tuple[str, ...] = (), modules: tuple[str, ...] = (),
         env: dict[str, str] | None = None) -> Program:
    return Program(name, stack, command, packages, modules, env=env or {})


# Of what the tests install: CTest runs these.
TESTED = (
    _row("glxgears", "Xlib, GLX", "glxgears", ("mesa-utils",), env=AT_SWAP),
    _row("es2gears", "Xlib, EGL, OpenGL ES 2", "es2gears_x11", ("mesa-utils-bin",), env=AT_SWAP),
    _row("glmark2", "Xlib, GLX", "glmark2 -b shading:shading=phong:duration=60.0 -s 240x180", ("glmark2-x11",),
         env=AT_SWAP),
    _row("glmark2-es2", "Xlib, EGL, OpenGL ES 2", "glmark2-es2 -b shading:shading=phong:duration=60.0 -s 240x180",
         ("glmark2-es2-x11",), env=AT_SWAP),
    _row("xlib", "Xlib, drawing", "{probed}/xlib"),
    _row("sdl2-glx", "SDL2, GLX", "{probed}/sdl2 gl", SDL),
    _row("sdl2-egl", "SDL2, EGL", "{probed}/sdl2 gl", SDL, env={"SDL_VIDEO_X11_FORCE_EGL": "1"}),
    _row("sdl2-renderer", "SDL2, software renderer", "{probed}/sdl2 renderer", SDL, env=IMAGES),
    _row("sdl2-surface", "SDL2, window surface", "{probed}/sdl2 surface", SDL, env=IMAGES),
    _row("glfw-glx", "GLFW, GLX", "{probed}/glfw glx", ("libglfw3",)),
    _row("glfw-egl", "GLFW, EGL, OpenGL", "{probed}/glfw egl", ("libglfw3",)),
    _row("glfw-es", "GLFW, EGL, OpenGL ES 2", "{probed}/glfw es", ("libglfw3",)),
    _row("freeglut", "freeglut, GLX", "{probed}/glut", ("libglut3.12",)),
    _row("pygame-images", "pygame (SDL2), software", "{venv} {frames}/pygame_scene.py plain", (), ("pygame",), IMAGES),
    _row("pygame-renderer", "pygame (SDL2), by its renderer", "{venv} {frames}/pygame_scene.py plain", (), ("pygame",)),
    _row("pygame-gl", "pygame (SDL2), GLX", "{venv} {frames}/pygame_scene.py gl", (), ("pygame", "OpenGL")),
    _row("pyglet15", "pyglet 1.5, GLX", "{venv15} {frames}/pyglet_scene.py", (), ("pyglet",)),
    _row("pyglet21", "pyglet 2.1, GLX", "{venv} {frames}/pyglet_scene.py", (), ("pyglet",)),
    _row("arcade", "arcade (pyglet), GLX", "{venv} {frames}/arcade_scene.py", (), ("arcade",)),
    _row("mglw-pyglet", "moderngl-window (pyglet)", "{venv} {frames}/mglw_scene.py", (), ("moderngl_window",)),
    _row("mglw-glfw", "moderngl-window (glfw)", "{venv} {frames}/mglw_scene.py --window glfw", (),
         ("moderngl_window", "glfw")),
    _row("glfw-py", "glfw (PyPI), GLX", "{venv} {frames}/glfw_scene.py", (), ("glfw", "moderngl")),
    _row("glut-py", "PyOpenGL, GLUT", "{venv} {frames}/glut_scene.py", ("libglut3.12",), ("OpenGL",)),
    _row("qt5", "Qt 5 widgets", "{system} {frames}/qt_scene.py 5 widgets", ("python3-pyqt5",)),
    _row("qt5-glx", "Qt 5, QOpenGLWidget, GLX", "{system} {frames}/qt_scene.py 5 gl", ("python3-pyqt5.qtopengl",)),
    _row("qt5-egl", "Qt 5, QOpenGLWidget, EGL", "{system} {frames}/qt_scene.py 5 gl", ("python3-pyqt5.qtopengl",),
         env={"QT_XCB_GL_INTEGRATION": "xcb_egl"}),
)

# Of what only `scripts/compat --install` brings, which runs all.
MORE = (
    _row("sdl12", "SDL 1.2, software", "{probed}/sdl12", ("libsdl1.2debian",)),
    _row("sdl12-gl", "SDL 1.2, GLX", "{probed}/sdl12 gl", ("libsdl1.2debian",)),
    _row("sfml", "SFML, GLX", "{probed}/sfml", ("libsfml-graphics2.5",)),
    _row("qt6", "Qt 6 widgets", "{system} {frames}/qt_scene.py 6 widgets", ("python3-pyqt6",)),
    _row("qt6-glx", "Qt 6, QOpenGLWidget, GLX", "{system} {frames}/qt_scene.py 6 gl", ("python3-pyqt6",)),
    _row("qt6-egl", "Qt 6, QOpenGLWidget, EGL", "{system} {frames}/qt_scene.py 6 gl", ("python3-pyqt6",),
         env={"QT_XCB_GL_INTEGRATION": "xcb_egl"}),
    _row("gtk3", "GTK 3, cairo", "{system} {frames}/gtk_scene.py cairo",
         ("python3-gi", "gir1.2-gtk-3.0", "python3-gi-cairo")),
    _row("gtk3-gl", "GTK 3, GtkGLArea", "{system} {frames}/gtk_scene.py gl",
         ("python3-gi", "gir1.2-gtk-3.0", "python3-gi-cairo", "python3-opengl")),
    _row("tk", "Tk", "{system} {frames}/tk_scene.py", ("python3-tk",)),
    _row("love", "SDL2, GLX", "love {frames}/love", ("love",)),
    _row("raylib", "raylib (PyPI)", "{compat} {frames}/raylib_scene.py", (), ("raylib",)),
    _row("panda3d", "Panda3D", "{compat} {frames}/panda_scene.py", (), ("panda3d",)),
    _row("vispy-glfw", "vispy (glfw)", "{compat} {frames}/vispy_scene.py glfw", (), ("vispy", "glfw")),
    _row("vispy-pyglet", "vispy (pyglet)", "{compat} {frames}/vispy_scene.py pyglet", (), ("vispy", "pyglet")),
)
ANIMATIONS = TESTED + MORE
# Windows of several samples a pixel. glReadPixels gives them resolved (OpenGL 4.6, sections 18.2 and 18.3.1), as a
# screen shows them; Mesa on Xvfb gives one of the samples.
SAMPLED = {"arcade"}
BY_NAME = {row.name: row for row in ANIMATIONS}
