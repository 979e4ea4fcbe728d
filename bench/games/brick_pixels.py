"""What people write today: the brick game as a Gymnasium environment whose observation is read from its window.

The game is examples/brick_dodge.py in the process that steps it: its window, its effects, its full size. Each step is
`frame_skip` ticks, drawn and shown one by one, as a player would see them; the last one is read. The window is opened
at the first reset, so that an environment which is made for its spaces alone costs nothing.
"""
import os
import sys

import brick_hook
import numpy as np
import pixels

EXAMPLES = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), "examples")


class BrickPixels(pixels.PixelEnv):
    """Action: 0 left, 1 stay, 2 right. Reward: rows passed, -1 for a crash, which ends the episode."""

    def open(self):
        os.environ.update({"ARCADE_HEADLESS": "True"} if self.headless else {})
        sys.path.insert(0, EXAMPLES)
        import pyglet

        pyglet.options.debug_gl = False  # asks for an error after each call otherwise
        import arcade
        import brick_dodge

        self.window = brick_dodge.BrickDodgeWindow()
        self.window.set_vsync(False)
        self.keys = ([arcade.key.LEFT], [], [arcade.key.RIGHT])

    def begin(self, seed):
        brick_hook.begin(self.window, seed)

    def act(self, action):
        self.before = self.window.game.score
        self.window.dispatch_events()
        self.window.held = list(self.keys[action])

    def tick(self):
        self.window.on_update(1 / 60)

    def draw(self):
        self.window.on_draw()

    def show(self):
        self.window.flip()

    def outcome(self):
        game = self.window.game
        return float(game.score - self.before) - float(game.over), game.over

    def read_usual(self):
        """As the tutorials have it, by those who ask for the format that pyglet has; "RGB" takes 100 times longer."""
        import pyglet

        image = pyglet.image.get_buffer_manager().get_color_buffer().get_image_data()
        data = image.get_data("RGBA", image.width * 4)
        return np.frombuffer(data, np.uint8).reshape(image.height, image.width, 4), True

    def size(self):
        return self.window.get_framebuffer_size()

    def leave(self):
        self.window.close()
