"""moderngl-window with a program of shaders."""

import moderngl_window
import numpy as np

from probe import FRAMES, drawn, shown


class Scene(moderngl_window.WindowConfig):
    title, window_size, aspect_ratio, gl_version, resizable = "moderngl-window", (240, 180), None, (3, 3), False
    clear_color = None  # else the next frame is begun before on_render, and so before the one shown is looked at
    frame = 0

    def __init__(self, **options):
        super().__init__(**options)
        self.program = self.ctx.program(
            vertex_shader="#version 330\nuniform float turn; in vec2 at; out vec2 place;"
                          "void main() { place = at; float c = cos(turn), s = sin(turn);"
                          "gl_Position = vec4(mat2(c, s, -s, c) * at, 0.0, 1.0); }",
            fragment_shader="#version 330\nuniform float shade; in vec2 place; out vec4 color;"
                            "void main() { color = vec4(0.9, shade, 0.5 + 0.5 * sin(9.0 * place.x), 1.0); }")
        corners = self.ctx.buffer(np.array([-0.6, -0.5, 0.7, -0.4, 0.1, 0.8], "f4"))
        self.shape = self.ctx.vertex_array(self.program, [(corners, "2f", "at")])

    def on_render(self, time, frame_time):
        if self.frame:  # the one before was shown since
            shown()
        if self.frame == FRAMES:
            self.wnd.close()
            return
        self.ctx.clear(0.1, 0.2, 0.4)
        self.program["shade"] = self.frame / FRAMES
        self.program["turn"] = 0.1 * self.frame
        self.shape.render()
        self.frame += 1
        drawn()


Scene.run()
