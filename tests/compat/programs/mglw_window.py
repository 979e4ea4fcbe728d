"""moderngl-window with a program of shaders."""

import moderngl_window
import numpy as np


class Scene(moderngl_window.WindowConfig):
    title, window_size, aspect_ratio, gl_version = "moderngl-window", (400, 300), None, (3, 3)
    shade = 0.2

    def __init__(self, **options):
        super().__init__(**options)
        self.program = self.ctx.program(
            vertex_shader="#version 330\nin vec2 at; void main() { gl_Position = vec4(at, 0.0, 1.0); }",
            fragment_shader="#version 330\nuniform float shade; out vec4 color;"
                            "void main() { color = vec4(0.9, shade, 0.3, 1.0); }")
        corners = self.ctx.buffer(np.array([-0.6, -0.5, 0.7, -0.4, 0.1, 0.8], "f4"))
        self.shape = self.ctx.vertex_array(self.program, [(corners, "2f", "at")])

    def on_render(self, time, frame_time):
        self.ctx.clear(0.1, 0.2, 0.4)
        self.program["shade"] = self.shade
        self.shape.render()

    def on_key_event(self, key, action, modifiers):
        if action == self.wnd.keys.ACTION_PRESS:
            self.shade = 0.8


Scene.run()
