"""raylib, as pyray."""

import pyray as ray

ray.set_config_flags(ray.ConfigFlags.FLAG_WINDOW_RESIZABLE)
ray.init_window(400, 300, "raylib")
ray.set_target_fps(40)
other = False
while not ray.window_should_close():
    other ^= ray.is_key_pressed(ray.KeyboardKey.KEY_SPACE)
    ray.begin_drawing()
    ray.clear_background((100, 60, 26, 255) if other else (26, 60, 100, 255))
    ray.draw_text("pressed" if other else "raylib", 30, 30, 30, (255, 255, 255, 255))
    ray.draw_circle(200, 170, 60.0, (230, 200, 60, 255))
    ray.end_drawing()
ray.close_window()
