"""The programs: one record each. compat.py runs them, installs what they need and writes the table from them."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Program:
    """How one program is run and what it should do.

    In the command: {own} is the folder of our small programs, {built} that of the compiled ones, {frames} and {probed}
    are those of tests/frames, {examples} ours, {scratch} an empty folder; {system} is the system's Python, {venv} that
    of .venv, {venv15} of .venv-pyglet15, {compat} of .venv-compat.
    """

    name: str
    stack: str  # how its window comes about
    command: str
    packages: tuple[str, ...] = ()  # of Debian
    modules: tuple[str, ...] = ()  # of its Python; the first is the one whose version is told
    version_of: str = ""  # a Debian package, where it is not the first of packages
    send: tuple[str, ...] = ("key space",)  # see play.send
    reaction: str = "picture"  # what changes: "picture", or "ends": the program
    still: bool = True  # its picture stands still, and is the same on every server
    same: bool = True  # a still picture that is not to be compared: note says why
    moves: float = 0.002  # of a picture that moves: what must change of its quiet pixels, a part of all
    wait_s: float = 0.0  # after its window came, for programs that load
    resize: bool = True
    leave: tuple[str, ...] = ()  # sent before it is closed
    close: str = "wm"  # "wm" (WM_DELETE_WINDOW), "key NAME", or "" where it cannot be closed
    env: dict[str, str] = dataclasses.field(default_factory=dict)
    note: str = ""
    quick: bool = False  # among those of the test in CTest
    cannot: str = ""  # why it cannot run; then it is not tried
    frames: str = ""  # the animation of tests/frames that stands for its window stack


def _small(name: str, stack: str, command: str, *packages: str, **more) -> Program:
    """One of our own small programs: a window of 400x300 that changes when a key is pressed."""
    return Program(name, stack, command, packages, **more)


XLIB = (
    Program("glxgears", "Xlib, GLX", "glxgears", ("mesa-utils",), send=("key Escape",), reaction="ends", still=False,
            quick=True, frames="glxgears"),
    Program("glxdemo", "Xlib, GLX", "glxdemo", ("mesa-utils-bin",), send=(), close="",
            note="takes no input, and ends by a signal only"),
    Program("es2tri", "Xlib, EGL, OpenGL ES 2", "es2tri", ("mesa-utils-bin",), send=("key Escape",),
            reaction="ends"),
    Program("es2gears_x11", "Xlib, EGL, OpenGL ES 2", "es2gears_x11", ("mesa-utils-bin",), send=("key Escape",),
            reaction="ends", still=False, quick=True, frames="es2gears"),
    Program("glmark2", "Xlib, GLX", "glmark2 -b build:duration=300.0 -s 400x300", ("glmark2-x11",),
            send=("key Escape",), reaction="ends", still=False, frames="glmark2"),
    Program("glmark2-es2", "Xlib, EGL, OpenGL ES 2", "glmark2-es2 -b build:duration=300.0 -s 400x300",
            ("glmark2-es2-x11",), send=("key Escape",), reaction="ends", still=False, frames="glmark2-es2"),
    Program("ico", "Xlib lines", "ico -faces -sleep 0.05", ("x11-apps",), send=(), still=False,
            note="takes no input"),
    Program("xeyes", "Xt, SHAPE", "xeyes +render", ("x11-apps",), send=("click 30 20",)),
    Program("xscreensaver: gears", "Xlib, GLX", "/usr/libexec/xscreensaver/gears -window", ("xscreensaver-gl",),
            send=(), still=False, note="takes no input"),
    Program("osgviewer", "Xlib, GLX (OpenSceneGraph)", "osgviewer --window 50 50 400 300 {own}/box.osgt",
            ("openscenegraph",), send=("key w",), close="key Escape", wait_s=2),
    Program("feh", "Xlib, MIT-SHM (imlib2)", "feh --geometry 400x300 {examples}/frames.png", ("feh",),
            send=("key Up",)),
)

XCB = (
    _small("own xcb program", "xcb, PutImage", "{built}/xcb_window image", quick=True),
    _small("own xcb program", "xcb, EGL, OpenGL ES 2", "{built}/xcb_window egl", quick=True),
)

XT = (
    Program("xcalc", "Xt, Xaw", "xcalc", ("x11-apps",), send=("key 7",), quick=True),
    Program("xedit", "Xt, Xaw", "xedit", ("x11-apps",), send=("click 200 400",)),
    Program("xfd", "Xt, Xaw, core fonts", "xfd -fn fixed", ("x11-apps",), send=("click 100 150",)),
    Program("xclock", "Xt, Xaw, RENDER", "xclock -update 3600 -geometry 200x200", ("x11-apps",), send=(), same=False,
            note="takes no input; shows the time"),
    Program("xterm", "Xt, core fonts", "{scratch}/xterm -e cat", ("xterm",), send=("key a", "key b"), same=False,
            note="as a copy: Debian's is setgid, and the loader then ignores LD_PRELOAD; its cursor blinks"),
    Program("NEdit", "Xt, Motif", "nedit", ("nedit",), send=("key a", "key b"), same=False,
            leave=("key ctrl+z", "key ctrl+z"), note="its cursor blinks"),
)

SDL = (
    _small("own SDL 1.2 program", "SDL 1.2, software", "{built}/sdl12", "libsdl1.2debian", frames="sdl12"),
    _small("own SDL 1.2 program", "SDL 1.2, GLX", "{built}/sdl12 gl", "libsdl1.2debian", frames="sdl12-gl"),
    Program("DOSBox", "SDL 1.2, software", "dosbox -noautoexec -conf /dev/null", ("dosbox",),
            send=("key d", "key i", "key r"), same=False, wait_s=3, resize=False, note="fixed size; its cursor blinks"),
    _small("own SDL2 program", "SDL2, GLX", "{built}/sdl2 gl", "libsdl2-2.0-0", quick=True, frames="sdl2-glx"),
    _small("own SDL2 program", "SDL2, EGL", "{built}/sdl2 gl", "libsdl2-2.0-0", env={"SDL_VIDEO_X11_FORCE_EGL": "1"},
           quick=True, frames="sdl2-egl"),
    _small("own SDL2 program", "SDL2, software renderer", "{built}/sdl2 renderer", "libsdl2-2.0-0",
           env={"SDL_FRAMEBUFFER_ACCELERATION": "0"}, frames="sdl2-renderer"),
    _small("own SDL2 program", "SDL2, window surface", "{built}/sdl2 surface", "libsdl2-2.0-0",
           env={"SDL_FRAMEBUFFER_ACCELERATION": "0"}, quick=True, frames="sdl2-surface"),
    Program("Neverball", "SDL2, GLX", "neverball", ("neverball",), send=("key Escape",), reaction="ends", still=False,
            wait_s=6),
    Program("LÖVE", "SDL2, GLX", "love {own}/love", ("love",), frames="love"),
    Program("SuperTux", "SDL2, GLX", "supertux2 --window --geometry 640x480 --disable-sound", ("supertux",),
            version_of="supertux", send=("key Return", "wait 1"), still=False, wait_s=20),
    Program("Armagetron Advanced", "SDL, GLX", "armagetronad -w", ("armagetronad",), send=("key Return", "wait 1"),
            still=False, wait_s=20, resize=False, note="fixed size"),
    Program("X-Moto", "SDL2, GLX", "xmoto --windowed --nosound --resolution 640x480", ("xmoto",),
            send=("key Return", "wait 2"), still=False, wait_s=80, resize=False,
            note="fixed size; loads its levels first"),
    Program("Chromium B.S.U.", "SDL2, GLX", "chromium-bsu --window --noaudio", ("chromium-bsu",),
            send=("key Return", "wait 2"), still=False, wait_s=3),
)

SFML = (
    _small("own SFML program", "SFML, GLX", "{built}/sfml", "libsfml-graphics2.5", frames="sfml"),
    Program("Extreme Tux Racer", "SFML, GLX", "etr", ("extremetuxracer",), send=("key Return", "wait 2"), still=False,
            wait_s=6, resize=False, note="fills the screen"),
)

GLFW_GLUT = (
    _small("own GLFW program", "GLFW, GLX", "{built}/glfw glx", "libglfw3", quick=True, frames="glfw-glx"),
    _small("own GLFW program", "GLFW, EGL, OpenGL", "{built}/glfw egl", "libglfw3", frames="glfw-egl"),
    _small("own GLFW program", "GLFW, EGL, OpenGL ES 2", "{built}/glfw es", "libglfw3", frames="glfw-es"),
    Program("kitty", "GLFW (its own), GLX", "kitty --config NONE -o cursor_blink_interval=0"
            " -o confirm_os_window_close=0 cat", ("kitty",), send=("key a", "key b"), wait_s=2),
    _small("own freeglut program", "freeglut, GLX", "{built}/glut", "libglut3.12", quick=True, frames="freeglut"),
    Program("Foobillard++", "SDL, GLX", "foobillardplus", ("foobillardplus",), send=("key Escape", "wait 1"),
            still=False, wait_s=20, resize=False, note="keeps its proportions"),
)

TOOLKITS = (
    Program("own Qt 5 program", "Qt 5 widgets", "{system} {own}/qt.py 5 widgets", ("python3-pyqt5",), quick=True,
            frames="qt5"),
    Program("own Qt 5 program", "Qt 5, QOpenGLWidget, GLX", "{system} {own}/qt.py 5 gl", ("python3-pyqt5.qtopengl",),
            version_of="python3-pyqt5", frames="qt5-glx"),
    Program("own Qt 5 program", "Qt 5, QOpenGLWidget, EGL", "{system} {own}/qt.py 5 gl", ("python3-pyqt5.qtopengl",),
            version_of="python3-pyqt5", env={"QT_XCB_GL_INTEGRATION": "xcb_egl"}, frames="qt5-egl"),
    Program("examples/lights_qt.py", "Qt 5, QOpenGLWidget, GLX", "{system} {examples}/lights_qt.py --seed 1",
            ("python3-pyqt5.qtopengl",), version_of="python3-pyqt5", send=("click 120 120",)),
    Program("own Qt 6 program", "Qt 6 widgets", "{system} {own}/qt.py 6 widgets", ("python3-pyqt6",), frames="qt6"),
    Program("own Qt 6 program", "Qt 6, QOpenGLWidget, GLX", "{system} {own}/qt.py 6 gl", ("python3-pyqt6",),
            frames="qt6-glx"),
    Program("own Qt 6 program", "Qt 6, QOpenGLWidget, EGL", "{system} {own}/qt.py 6 gl", ("python3-pyqt6",),
            env={"QT_XCB_GL_INTEGRATION": "xcb_egl"}, frames="qt6-egl"),
    Program("own GTK 3 program", "GTK 3, cairo", "{system} {own}/gtk3.py widgets", ("python3-gi", "gir1.2-gtk-3.0",
            "python3-gi-cairo"), version_of="gir1.2-gtk-3.0", frames="gtk3"),
    Program("own GTK 3 program", "GTK 3, GtkGLArea", "{system} {own}/gtk3.py gl", ("python3-gi", "gir1.2-gtk-3.0",
            "python3-gi-cairo", "python3-opengl"), version_of="gir1.2-gtk-3.0", frames="gtk3-gl"),
    Program("gtk3-widget-factory", "GTK 3, cairo", "gtk3-widget-factory", ("gtk-3-examples",), send=("click 682 27",),
            still=False, resize=False, note="has animations; wider than the screen"),
    Program("gtk4-demo", "GTK 4, GL", "gtk4-demo --run=entry_undo", ("gtk-4-examples",), send=("key m",) * 8,
            still=False, wait_s=2, note="its cursor blinks"),
    Program("own Tk program", "Tk", "{system} {own}/tk.py", ("python3-tk",), version_of="libtk8.6",
            quick=True, frames="tk"),
    Program("own wxPython program", "wxWidgets, GTK 3", "{system} {own}/wx_frame.py", ("python3-wxgtk4.0",)),
    Program("own Swing program", "Java Swing", "java {own}/Swing.java", ("openjdk-17-jdk-headless", "openjdk-17-jre"),
            send=("click 150 150",), wait_s=1),
    Program("own AWT program", "Java AWT", "java {own}/Swing.java awt", ("openjdk-17-jdk-headless", "openjdk-17-jre"),
            send=("click 150 150",), wait_s=1),
    Program("own Swing program", "Java Swing, GLX", "java -Dsun.java2d.opengl=true {own}/Swing.java",
            ("openjdk-17-jdk-headless", "openjdk-17-jre"), send=("click 150 150",), wait_s=1),
)

PYTHON = (
    Program("own pygame program", "pygame (SDL2), software", "{venv} {own}/pygame_window.py plain", (), ("pygame",),
            env={"SDL_FRAMEBUFFER_ACCELERATION": "0"}, quick=True, frames="pygame-images"),
    Program("own pygame program", "pygame (SDL2), by its renderer", "{venv} {own}/pygame_window.py plain", (),
            ("pygame",), frames="pygame-renderer"),
    Program("own pygame program", "pygame (SDL2), GLX", "{venv} {own}/pygame_window.py gl", (), ("pygame", "OpenGL"),
            frames="pygame-gl"),
    Program("own pyglet program", "pyglet 1.5, GLX", "{venv15} {own}/pyglet_window.py", (), ("pyglet",),
            frames="pyglet15"),
    Program("own pyglet program", "pyglet 2.1, GLX", "{venv} {own}/pyglet_window.py", (), ("pyglet",), quick=True,
            frames="pyglet21"),
    Program("examples/old_gym_car.py", "pyglet 1.5, old gym renderer", "{venv15} {examples}/old_gym_car.py", (),
            ("pyglet",), send=("key Up", "key Up"), still=False),
    Program("own arcade program", "arcade (pyglet), GLX", "{venv} {own}/arcade_window.py", (), ("arcade",),
            frames="arcade"),
    Program("own moderngl-window program", "moderngl-window (pyglet)", "{venv} {own}/mglw_window.py", (),
            ("moderngl_window",), frames="mglw-pyglet"),
    Program("own moderngl-window program", "moderngl-window (glfw)", "{venv} {own}/mglw_window.py --window glfw", (),
            ("moderngl_window", "glfw"), frames="mglw-glfw"),
    Program("own PyOpenGL program", "PyOpenGL, GLUT", "{venv} {own}/glut_window.py", ("libglut3.12",), ("OpenGL",),
            frames="glut-py"),
    Program("own glfw program", "glfw (PyPI), GLX", "{venv} {own}/glfw_window.py", (), ("glfw", "moderngl"),
            frames="glfw-py"),
    Program("own vispy program", "vispy (glfw)", "{compat} {own}/vispy_window.py glfw", (), ("vispy", "glfw"),
            frames="vispy-glfw"),
    Program("own vispy program", "vispy (pyglet)", "{compat} {own}/vispy_window.py pyglet", (), ("vispy", "pyglet"),
            frames="vispy-pyglet"),
    Program("own raylib program", "raylib (PyPI)", "{compat} {own}/raylib_window.py", (), ("raylib",), frames="raylib"),
    Program("own Panda3D program", "Panda3D", "{compat} {own}/panda_window.py", (), ("panda3d",), frames="panda3d"),
    Program("own Ursina program", "Ursina (Panda3D)", "{compat} {own}/ursina_window.py", (), ("ursina",), wait_s=2),
    Program("MiniWorld", "pyglet 1.5", "{compat} {own}/miniworld_window.py", (), ("miniworld",), send=("key Left",)),
)

OTHERS = (
    Program("Alacritty", "winit, EGL or GLX", "alacritty -e cat", ("alacritty",), send=("key a", "key b"), wait_s=2),
    Program("mpv", "Xlib, EGL (--vo=gpu)", "mpv --no-config --vo=gpu --gpu-api=opengl --gpu-sw=yes --pause"
            " --image-display-duration=inf --geometry=400x300 --osd-level=0 {examples}/frames.png", ("mpv",),
            send=("key 1",) * 5, wait_s=2),
    Program("mpv", "Xlib, MIT-SHM (--vo=x11)", "mpv --no-config --vo=x11 --pause --image-display-duration=inf"
            " --geometry=400x300 {examples}/frames.png", ("mpv",), send=("key q",), reaction="ends", wait_s=2),
    Program("Godot 3", "own, GLX", "godot3-runner --path {own}/godot --video-driver GLES2 --audio-driver Dummy",
            ("godot3-runner",), wait_s=2),
    Program("Minetest", "Irrlicht, GLX", "minetest", ("minetest",),
            send=("click 546 156", "wait 1"), still=False, wait_s=6, close="key Escape"),
    Program("vkcube", "Vulkan", "", ("vulkan-tools",),
            cannot="Vulkan is not taken over; its X11 surfaces ask for the Present extension"),
    Program("programs linked statically", "Go's, Nim's or musl's static binaries", "",
            cannot="the loader preloads nothing into a static program; the launcher says so"),
)

PROGRAMS: tuple[Program, ...] = XLIB + XCB + XT + SDL + SFML + GLFW_GLUT + TOOLKITS + PYTHON + OTHERS


def key(program: Program) -> str:
    """A name of its own for each, for files and for the command line."""
    text = f"{program.name} {program.stack}".lower()
    return "-".join(word for word in "".join(c if c.isalnum() else " " for c in text).split())
