"""raylib, as pyray."""

import pyray as ray

from probe import FRAMES, shown

ray.init_window(240, 180, "raylib")
camera = ray.Camera3D((4, 3, 4), (0, 0, 0), (0, 1, 0), 45, 0)
for n in range(FRAMES):
    ray.begin_drawing()
    ray.clear_background((26, 60, 100 + n, 255))
    ray.begin_mode_3d(camera)
    ray.draw_cube((0, n / 60, 0), 1, 1, 1 + n / 60, (230, 200, 60, 255))
    ray.draw_grid(10, 1)
    ray.end_mode_3d()
    ray.draw_text(f"Frame {n}", 10 + n, 10, 20, (255, 255, 255, 255))
    ray.end_drawing()
    shown()
ray.close_window()
