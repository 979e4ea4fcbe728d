"""A pygame window without OpenGL: SDL hands its pixels over by MIT-SHM. With `--draw` a small scene is drawn into each
frame; without, the same surface is presented again and again, which is the X side alone. Answers like loop.c's scenes."""
import argparse
import os
import sys
import time

os.environ["PYGAME_HIDE_SUPPORT_PROMPT"] = "1"
import pygame  # noqa: E402

from scene_loop import answer, slice_of_frames  # noqa: E402


def scene(surface, draw):
    """A function that draws a frame: 60 sprites over a plain background, or nothing."""
    width, height = surface.get_size()
    sprite = pygame.Surface((32, 32)).convert(surface)
    sprite.fill((250, 180, 40))
    surface.fill((20, 30, 60))
    number = 0

    def frame():
        nonlocal number
        number += 1
        surface.fill((20, 30, 60))
        for i in range(60):
            surface.blit(sprite, ((i * 97 + number * 3) % width, (i * 53 + number * 2) % height))

    return frame if draw else lambda: None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", default="640x480")
    parser.add_argument("--draw", action="store_true")
    options = parser.parse_args()
    pygame.display.init()
    surface = pygame.display.set_mode(tuple(int(n) for n in options.size.split("x")))
    draw = scene(surface, options.draw)

    def one_frame():
        pygame.event.pump()
        draw()
        pygame.display.flip()

    one_frame()
    answer({"first_ns": time.monotonic_ns(), "api": "SDL", "device": "none",
            "renderer": pygame.display.get_driver(), "version": pygame.version.ver, "config": "no OpenGL"})
    for line in sys.stdin:
        words = line.split()
        if not words or words[0] != "run":
            break
        answer(slice_of_frames(one_frame, int(words[1])))


if __name__ == "__main__":
    main()
