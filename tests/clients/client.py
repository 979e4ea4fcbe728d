"""What every Python client shares: the same state, picture and lines as client.h describes for the C clients.

No toolkit is imported here. A client asks `shapes()` what to draw, in the order given, with the origin at the top left.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator

WIDTH, HEIGHT = 320, 240
COLD, WARM = (32, 64, 96), (160, 96, 32)
RED, GREEN, YELLOW = (224, 48, 48), (48, 200, 72), (240, 208, 48)
WHITE, MAGENTA = (255, 255, 255), (216, 56, 200)

Color = tuple[int, int, int]


class Client:
    """State of the picture, lines on stdout, and the dump of the last frame."""

    def __init__(self) -> None:
        self.width, self.height = WIDTH, HEIGHT
        self.keys = self.buttons = self.swaps = 0
        self.pointer: tuple[int, int] | None = None
        self.closed = False
        self.dump = os.environ.get("CLIENT_DUMP")
        self._deadline = time.monotonic() + 60
        self._pixels: tuple[int, int, bytes] | None = None

    def started(self, vendor: object, renderer: object, version: object) -> None:
        names = (name.decode() if isinstance(name, bytes) else str(name) for name in (vendor, renderer, version))
        print("gl", " | ".join(names), flush=True)

    @property
    def background(self) -> Color:
        return WARM if self.keys % 2 else COLD

    def rectangles(self) -> Iterator[tuple[int, int, int, int, Color]]:
        """x, y of the upper left corner, width, height, colour."""
        w, h = self.width, self.height
        yield 0, h - h // 4, w // 4, h // 4, RED
        yield w - w // 4, 0, w // 4, h // 4, GREEN

    def triangle(self) -> tuple[tuple[int, int], tuple[int, int], tuple[int, int], Color]:
        """Drawn over the rectangles."""
        w, h = self.width, self.height
        return (w // 2, h // 4), (w - w // 4, h - h // 4), (w // 4, h - h // 4), YELLOW

    def pointer_square(self) -> Iterator[tuple[int, int, int, int, Color]]:
        """Drawn last, once the pointer moved."""
        if self.pointer:
            yield self.pointer[0] - 10, self.pointer[1] - 10, 20, 20, MAGENTA if self.buttons % 2 else WHITE

    def triangles(self) -> Iterator[tuple[list[tuple[int, int]], Color]]:
        """The whole picture as triangles, for clients that draw with vertices."""
        for x, y, w, h, color in self.rectangles():
            yield _split(x, y, w, h), color
        *points, color = self.triangle()
        yield points, color
        for x, y, w, h, color in self.pointer_square():
            yield _split(x, y, w, h), color

    def drawn(self, read_rgb: Callable[[int, int], bytes]) -> None:
        """After drawing, before the swap. read_rgb(width, height) gives the back buffer, lowest row first."""
        if self.dump:
            self._pixels = self.width, self.height, bytes(read_rgb(self.width, self.height))

    def swapped(self) -> None:
        if self.swaps == 0:
            print(f"ready {self.width}x{self.height}", flush=True)
        self.swaps += 1
        if time.monotonic() > self._deadline:
            sys.stderr.write("client: nobody closed the window for a minute\n")
            os._exit(3)
        time.sleep(0.004)

    def key(self, name: str, down: bool) -> None:
        print("key", "down" if down else "up", name, flush=True)
        self.keys += down and name == "space"

    def motion(self, x: float, y: float) -> None:
        place = int(x), int(y)
        if place != self.pointer:
            print("motion", *place, flush=True)
            self.pointer = place

    def button(self, number: int, down: bool) -> None:
        print("button", "down" if down else "up", number, flush=True)
        self.buttons += down

    def resize(self, width: int, height: int) -> None:
        if (width, height) != (self.width, self.height):
            print(f"resize {width}x{height}", flush=True)
            self.width, self.height = width, height

    def close(self) -> None:
        if not self.closed:
            print("close", flush=True)
        self.closed = True

    def finish(self) -> None:
        """At the end of the program: write the dump."""
        if self.dump and self._pixels:
            width, height, pixels = self._pixels
            rows = [pixels[y * width * 3:(y + 1) * width * 3] for y in reversed(range(height))]
            with open(self.dump, "wb") as file:
                file.write(b"P6\n%d %d\n255\n" % (width, height) + b"".join(rows))


def _split(x: int, y: int, w: int, h: int) -> list[tuple[int, int]]:
    return [(x, y), (x, y + h), (x + w, y), (x + w, y), (x, y + h), (x + w, y + h)]
