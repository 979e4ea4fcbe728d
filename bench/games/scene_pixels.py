"""The bare GLFW game in the process that steps it, by way of its library: as people wrap a game in C."""
import ctypes
import os

import numpy as np
import pixels


class ScenePixels(pixels.PixelEnv):
    """Action: 0 turns the scene back, 1 on, 2 on at twice the speed. No reward, no end. BENCH_SCENE_LIBRARY names the
    library."""

    def __init__(self, scene, **options):
        super().__init__(**options)
        self.scene = scene

    def open(self):
        if self.headless:
            raise RuntimeError("GLFW 3.3 has no mode without an X server")
        self.library = ctypes.CDLL(os.environ["BENCH_SCENE_LIBRARY"])
        if self.library.bench_glfw_open(self.scene.encode()) != 0:
            raise RuntimeError("the GLFW game does not open its window")
        import OpenGL

        OpenGL.ERROR_CHECKING = False  # asked for after each call otherwise
        from OpenGL import GL

        self.GL = GL
        GL.glPixelStorei(GL.GL_PACK_ALIGNMENT, 1)

    def begin(self, seed):
        self.library.bench_glfw_begin()
        for _ in range(2):  # as played by Offstage, it begins with the third frame; see player.py
            self.library.bench_glfw_tick(0)
        self.direction = 0

    def act(self, action):
        self.library.bench_glfw_events()
        self.direction = action - 1

    def tick(self):
        self.library.bench_glfw_tick(self.direction)

    def draw(self):
        self.library.bench_glfw_draw()

    def show(self):
        self.library.bench_glfw_show()

    def outcome(self):
        return 0.0, False

    def read_usual(self):
        """glReadPixels as the tutorials have it."""
        height, width = self.image.shape[:2]
        GL = self.GL
        data = GL.glReadPixels(0, 0, width, height, GL.GL_RGB, GL.GL_UNSIGNED_BYTE)
        return np.frombuffer(data, np.uint8).reshape(height, width, 3), True

    def size(self):
        width, height = ctypes.c_int(), ctypes.c_int()
        self.library.bench_glfw_size(ctypes.byref(width), ctypes.byref(height))
        return width.value, height.value

    def leave(self):
        self.library.bench_glfw_close()
