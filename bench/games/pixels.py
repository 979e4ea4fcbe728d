"""An environment that reads its window: preprocessing, stacking and counting, the same for every program."""
import ctypes
import time

import gymnasium
import numpy as np

SIZE, STACK = (84, 84), 4
GL_BGRA, GL_UNSIGNED_BYTE = 0x80E1, 0x1401


class PixelEnv(gymnasium.Env):
    """Observation: (4, 84, 84) uint8, gray, the oldest frame first. Nothing here is slower than it has to be: one array
    for the pixels, one thread in OpenCV, no wrappers.

    Args:
        number: place in a vector, which chooses the display and, with options["seeds"], the seed
        display: None: as it is; "own": an X server of this environment's own; else the name of one
        headless: draw without an X server, where the program's library can (EGL)
        frame_skip, way, draws: settings, see `settings`
    """

    metadata = {"render_modes": []}

    def __init__(self, number=0, display=None, headless=False, frame_skip=1, way="usual", draws="each"):
        self.action_space = gymnasium.spaces.Discrete(3)
        self.observation_space = gymnasium.spaces.Box(0, 255, (STACK, *SIZE), np.uint8)
        self.number, self.display, self.headless = number, display, headless
        self.settings(frame_skip, way, draws)
        self.opened, self.server, self.history = False, None, None

    def settings(self, frame_skip, way, draws):
        """way: "usual" or "expert" reading. draws: "each" tick is drawn and shown, or the last one of a step "once"."""
        self.frame_skip, self.way, self.once = frame_skip, way, draws == "once"

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        if not self.opened:
            self.prepare()
        seeds = (options or {}).get("seeds")
        self.begin(seeds[self.number] if seeds else int(self.np_random.integers(2**31)))
        self.frame(last=True)
        self.history = [self.observe()] * STACK
        self.show()
        return np.stack(self.history), {}

    def step(self, action):
        self.act(int(action))
        for left in range(self.frame_skip - 1, -1, -1):
            self.frame(last=left == 0)
            if left == 0:
                self.history = [*self.history[1:], self.observe()]
            if left == 0 or not self.once:
                self.show()
        reward, over = self.outcome()
        return np.stack(self.history), reward, over, False, {}

    def frame(self, last):
        self.tick()
        if last or not self.once:
            self.draw()

    def observe(self):
        """What is drawn and not yet shown."""
        cv2 = self.cv2
        if self.way == "usual":
            image, has_red_first = self.read_usual()
        else:
            self.gl.glReadPixels(0, 0, self.image.shape[1], self.image.shape[0], GL_BGRA, GL_UNSIGNED_BYTE,
                                 self.image.ctypes.data)
            image, has_red_first = self.image, False
        if image.shape[2] == 3:
            gray = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
        else:
            gray = cv2.cvtColor(image, cv2.COLOR_RGBA2GRAY if has_red_first else cv2.COLOR_BGRA2GRAY)
        return cv2.resize(gray, SIZE[::-1], interpolation=cv2.INTER_AREA)[::-1]

    def prepare(self):
        import os

        import cv2

        # As each of Offstage's games has: on a busy machine Linux shares the processors out by session.
        os.setsid()
        cv2.setNumThreads(1)
        if self.display == "own":
            import xserver

            self.server = xserver.start()
        if self.display:
            os.environ["DISPLAY"] = self.server.display if self.server else self.display
        self.open()
        self.cv2, self.gl = cv2, ctypes.CDLL("libGL.so.1")
        self.gl.glReadPixels.argtypes = [ctypes.c_int] * 6 + [ctypes.c_void_p]
        width, height = self.size()
        self.image = np.empty((height, width, 4), np.uint8)
        self.opened = True

    def flat_out(self, milliseconds):
        """Frames drawn and shown in that time with nobody reading, each finished. (frames, ns)"""
        start = now = time.monotonic_ns()
        frames, until = 0, start + milliseconds * 1_000_000
        while now < until:
            self.act((frames // 16) % 3)
            self.frame(last=True)
            self.show()
            self.gl.glFinish()
            if self.outcome()[1]:
                self.begin(frames)
            frames, now = frames + 1, time.monotonic_ns()
        return frames, now - start

    def close(self):
        if self.opened:
            self.leave()
            self.opened = False
        if self.server:
            self.server.stop()
            self.server = None
