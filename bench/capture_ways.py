"""The ways from a drawn window to an observation that bench/capture.py measures. Each is written as well as it goes
with its own means: no copy that could be left out, rows turned over after the resize, one thread in OpenCV."""
import collections
import ctypes
import importlib.metadata

import numpy as np
import pyglet
from pyglet import gl

try:
    import cv2
    cv2.setNumThreads(1)
except ImportError:
    cv2 = None

Case = collections.namedtuple("Case", "width height stack")  # stack 0: RGB of the window's own size
CASES = {"84": Case(84, 84, 1), "600": Case(600, 600, 4), "1280": Case(1280, 720, 0)}
SIZE = (84, 84)


class Missing(Exception):
    """A package that this way needs is not there."""


def versions():
    found = {}
    for name in ("numpy", "pyglet", "opencv-python-headless", "moderngl", "PyOpenGL", "gymnasium"):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            pass
    return found


def largest_difference(observation, reference, case):
    """`reference`: the frames, the oldest first. Observations are (stack, height, width), or (height, width, 3)."""
    observation = np.asarray(observation).astype(int)
    wanted = np.stack(reference) if case.stack else reference[0]
    if observation.shape != wanted.shape:
        raise SystemExit(f"capture.py: an observation of shape {observation.shape}, expected {wanted.shape}")
    return int(np.abs(observation - wanted).max())


def read_plainly():
    """The window's pixels by ctypes, independent of all ways: (height, width, 3), top row first."""
    box = (ctypes.c_int * 4)()
    gl.glGetIntegerv(gl.GL_VIEWPORT, box)
    pixels = np.empty((box[3], box[2], 4), np.uint8)
    gl.glReadPixels(0, 0, box[2], box[3], gl.GL_RGBA, gl.GL_UNSIGNED_BYTE, pixels.ctypes.data)
    return pixels[::-1, :, :3]


class Way:
    """observe() takes what lies drawn in the window; None: this way measures something else."""
    tolerance = 1
    luma = (0.299, 0.587, 0.114)

    def __init__(self, window, case):
        self.window, self.case = window, case
        self.history = collections.deque(maxlen=case.stack or 1)
        self.prepare()

    def prepare(self):
        pass

    def begin(self):
        self.history.clear()

    def end(self):
        pass

    def reference(self, scene, number):
        """What this way has to make of that frame, in floating point, by the mean over each output pixel's area."""
        scene.draw(number)
        pixels = read_plainly().astype(float)
        if not self.case.stack:
            return pixels.astype(int)
        gray = np.rint(pixels @ np.array(self.luma))
        for axis, size in enumerate(SIZE):
            gray = mean_matrix(gray.shape[axis], size) @ (gray if axis == 0 else gray.T)
            gray = gray if axis == 0 else gray.T
        return np.rint(gray).astype(int)

    def stacked(self, gray):
        """The last frames, the oldest first; the first of an episode fills the stack."""
        self.history.extend([gray] * (1 if self.history else self.case.stack))
        return np.stack(self.history)

    def finish(self, pixels, to_gray):
        """Bottom row first, as OpenGL has it."""
        gray = cv2.resize(cv2.cvtColor(pixels, to_gray), SIZE[::-1], interpolation=cv2.INTER_AREA)
        return self.stacked(gray[::-1])


def mean_matrix(source, output):
    edges = np.arange(output + 1) * source / output
    pixels = np.arange(source)
    overlap = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    return np.maximum(overlap, 0) * output / source


def need_opencv():
    if cv2 is None:
        raise Missing("opencv-python-headless is not installed")


def pyglet_pixels(format):
    """The window, bottom row first, (height, width, channels)."""
    image = pyglet.image.get_buffer_manager().get_color_buffer().get_image_data()
    data = image.get_data(format, image.width * len(format))
    return np.frombuffer(data, np.uint8).reshape(image.height, image.width, len(format))


class Pyglet(Way):
    """pyglet's own reading of a window, then OpenCV. As people write it: pyglet turns RGBA into RGB in Python."""

    def prepare(self):
        need_opencv()

    def observe(self):
        pixels = pyglet_pixels("RGB")
        return self.finish(pixels, cv2.COLOR_RGB2GRAY) if self.case.stack else np.ascontiguousarray(pixels[::-1])


class PygletRgba(Pyglet):
    """The same by those who have noticed, and ask for the format that pyglet has."""

    def observe(self):
        pixels = pyglet_pixels("RGBA")
        if self.case.stack:
            return self.finish(pixels, cv2.COLOR_RGBA2GRAY)
        return cv2.flip(cv2.cvtColor(pixels, cv2.COLOR_RGBA2RGB), 0)


class Moderngl(Way):
    """moderngl's Framebuffer.read, then OpenCV."""

    def prepare(self):
        need_opencv()
        try:
            import moderngl
        except ImportError:
            raise Missing("moderngl is not installed") from None
        self.framebuffer = moderngl.create_context().detect_framebuffer()

    def observe(self):
        data = self.framebuffer.read(components=3, alignment=1)
        pixels = np.frombuffer(data, np.uint8).reshape(self.case.height, self.case.width, 3)
        return self.finish(pixels, cv2.COLOR_RGB2GRAY) if self.case.stack else np.ascontiguousarray(pixels[::-1])


class PyOpenGL(Way):
    """glReadPixels as the tutorials have it, then OpenCV."""

    def prepare(self):
        need_opencv()
        try:
            import OpenGL
            OpenGL.ERROR_CHECKING = False  # asked for after each call otherwise
            from OpenGL import GL
        except ImportError:
            raise Missing("PyOpenGL is not installed") from None
        self.gl = GL

    def observe(self):
        GL = self.gl
        GL.glPixelStorei(GL.GL_PACK_ALIGNMENT, 1)
        data = GL.glReadPixels(0, 0, self.case.width, self.case.height, GL.GL_RGB, GL.GL_UNSIGNED_BYTE)
        pixels = np.frombuffer(data, np.uint8).reshape(self.case.height, self.case.width, 3)
        return self.finish(pixels, cv2.COLOR_RGB2GRAY) if self.case.stack else np.ascontiguousarray(pixels[::-1])


class Expert(PyOpenGL):
    """The best that we know in Python: BGRA, the driver's own order, into one array, then OpenCV."""

    def prepare(self):
        super().prepare()
        self.pixels = np.empty((self.case.height, self.case.width, 4), np.uint8)

    def observe(self):
        GL = self.gl
        GL.glReadPixels(0, 0, self.case.width, self.case.height, GL.GL_BGRA, GL.GL_UNSIGNED_BYTE, self.pixels)
        if self.case.stack:
            return self.finish(self.pixels, cv2.COLOR_BGRA2GRAY)
        return cv2.flip(cv2.cvtColor(self.pixels, cv2.COLOR_BGRA2RGB), 0)


class Gymnasium(Way):
    """Gymnasium's wrappers around an environment whose render() reads the window by pyglet, in the fast format."""
    tolerance = 2  # it cuts off fractions
    luma = (0.2125, 0.7154, 0.0721)

    def prepare(self):
        need_opencv()
        try:
            import gymnasium
            from gymnasium import wrappers
        except ImportError:
            raise Missing("gymnasium is not installed") from None
        case = self.case

        class Game(gymnasium.Env):
            metadata = {"render_modes": ["rgb_array"]}
            render_mode = "rgb_array"
            observation_space = gymnasium.spaces.Discrete(1)
            action_space = gymnasium.spaces.Discrete(1)

            def reset(self, *, seed=None, options=None):
                super().reset(seed=seed)
                return 0, {}

            def step(self, action):
                return 0, 0.0, False, False, {}

            def render(self):
                return cv2.flip(cv2.cvtColor(pyglet_pixels("RGBA"), cv2.COLOR_RGBA2RGB), 0)

        env = wrappers.AddRenderObservation(Game(), render_only=True)
        if case.stack:
            env = wrappers.ResizeObservation(wrappers.GrayscaleObservation(env), SIZE)
            env = wrappers.FrameStackObservation(env, case.stack)
        self.env = env

    def begin(self):
        self.env.reset()

    def observe(self):
        return self.env.step(0)[0]


class Flip(Way):
    """No observation: what the swap costs that Offstage's figures contain."""

    def observe(self):
        self.window.flip()


class Offstage(Way):
    """The swap, with a capture open, and Capture.next()."""

    def prepare(self):
        self.options = {"size": SIZE, "stack": self.case.stack} if self.case.stack else {
            "size": None, "gray": False, "stack": 1, "layout": "HWC"}

    def begin(self):
        import offstage
        self.capture = offstage.Capture(**self.options)

    def end(self):
        self.capture.close()

    def observe(self):
        self.window.flip()
        return np.asarray(self.capture.next())


class FrameObservation(Way):
    """offstage.FrameObservation around an environment whose step() swaps; beside Gymnasium's wrappers."""

    def prepare(self):
        try:
            import gymnasium
        except ImportError:
            raise Missing("gymnasium is not installed") from None
        import offstage
        window = self.window

        class Game(gymnasium.Env):
            observation_space = gymnasium.spaces.Discrete(1)
            action_space = gymnasium.spaces.Discrete(1)

            def reset(self, *, seed=None, options=None):
                super().reset(seed=seed)
                window.flip()
                return 0, {}

            def step(self, action):
                window.flip()
                return 0, 0.0, False, False, {}

        case = self.case
        shape = {"size": SIZE, "stack": case.stack} if case.stack else {
            "size": (case.height, case.width), "gray": False, "stack": 1, "layout": "HWC"}
        self.make = lambda: offstage.FrameObservation(Game(), **shape)

    def begin(self):
        self.env = self.make()
        self.env.reset()

    def end(self):
        self.env.get_wrapper_attr("capture").close()

    def observe(self):
        return self.env.step(0)[0]


WAYS = {"pyglet": Pyglet, "pyglet-rgba": PygletRgba, "moderngl": Moderngl, "pyopengl": PyOpenGL, "expert": Expert,
        "gymnasium": Gymnasium, "flip": Flip, "offstage": Offstage, "frame-observation": FrameObservation}
