"""pygame without OpenGL: draws FRAMES frames, and says what the server shows of each; the last goes to a file if one is
named."""

import ctypes
import ctypes.util
import sys
import zlib

import pygame

FRAMES = 8
SIZE = (213, 120)


class Image(ctypes.Structure):
    _fields_ = [(name, ctypes.c_int) for name in ("width", "height", "xoffset", "format")] + [
        ("data", ctypes.c_void_p)] + [(name, ctypes.c_int) for name in (
            "byte_order", "bitmap_unit", "bitmap_bit_order", "bitmap_pad", "depth", "bytes_per_line")]


class Screen:
    """The display through a connection of our own."""

    def __init__(self) -> None:
        self.x11 = ctypes.CDLL(ctypes.util.find_library("X11") or "libX11.so.6")
        self.x11.XOpenDisplay.restype = ctypes.c_void_p
        self.x11.XGetImage.restype = ctypes.POINTER(Image)
        self.x11.XGetImage.argtypes = [ctypes.c_void_p, ctypes.c_ulong, ctypes.c_int, ctypes.c_int, ctypes.c_uint,
                                       ctypes.c_uint, ctypes.c_ulong, ctypes.c_int]
        self.display = self.x11.XOpenDisplay(None)

    def bgr(self, window: int) -> bytes:
        image = self.x11.XGetImage(self.display, window, 0, 0, *SIZE, 0xFFFFFF, 2).contents
        bgrx = ctypes.string_at(image.data, image.bytes_per_line * image.height)
        return b"".join(bgrx[i:i + 3] for i in range(0, len(bgrx), 4))


def draw(surface: pygame.Surface, frame: int) -> None:
    surface.fill((20 * frame, 100, 255 - 20 * frame))
    pygame.draw.circle(surface, (255, 255, 0), (30 + 9 * frame, 60), 25)
    pygame.draw.line(surface, (255, 255, 255), (0, 0), (SIZE[0] - 1, SIZE[1] - 1))


def main() -> None:
    pygame.display.init()
    surface = pygame.display.set_mode(SIZE)    # shows a black frame
    screen, window = Screen(), pygame.display.get_wm_info()["window"]
    for frame in range(FRAMES):
        draw(surface, frame)
        if frame == 5:    # in pieces
            pygame.display.update([(0, 0, 100, 120), (100, 0, 113, 120)])
        else:
            pygame.display.flip()
        pygame.event.pump()
        shown = screen.bgr(window)
        drawn = pygame.image.tobytes(pygame.transform.flip(surface, False, False), "RGB")
        same = all(shown[i::3] == drawn[2 - i::3] for i in range(3))
        print("frame", zlib.crc32(shown), "as drawn" if same else "not as drawn")
    if len(sys.argv) > 1:
        pygame.image.save(surface, sys.argv[1])
    pygame.display.quit()
    print("frames", FRAMES + 1)


if __name__ == "__main__":
    main()
