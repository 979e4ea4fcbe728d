"""Arcade: 200 sprites that move, in a 640x480 window. --headless asks pyglet for EGL instead of a window."""
import os
import random
import sys

if "--headless" in sys.argv:
    os.environ["ARCADE_HEADLESS"] = "True"

import arcade  # noqa: E402
import scene_loop  # noqa: E402

WIDTH, HEIGHT, COUNT = 640, 480, 200


def main():
    random.seed(1)
    window = arcade.Window(WIDTH, HEIGHT, "sprites", antialiasing=False, vsync=False)
    sprites = arcade.SpriteList()
    textures = [arcade.make_soft_circle_texture(24, colour)
                for colour in (arcade.color.RED, arcade.color.GREEN, arcade.color.BLUE)]
    for i in range(COUNT):
        sprite = arcade.Sprite(textures[i % 3], center_x=random.randrange(WIDTH), center_y=random.randrange(HEIGHT))
        sprite.change_x, sprite.change_y = random.choice((-2, 2)), random.choice((-1, 1))
        sprites.append(sprite)

    def draw():
        window.switch_to()
        window.dispatch_events()
        for sprite in sprites:
            sprite.position = ((sprite.center_x + sprite.change_x) % WIDTH, (sprite.center_y + sprite.change_y) % HEIGHT)
        window.clear()
        sprites.draw()

    scene_loop.serve("arcade", draw, window.flip)
    window.close()


main()
