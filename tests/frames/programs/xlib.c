/* Xlib without OpenGL: areas, lines, images, text, and copies within the window, each frame upon the one before. */
#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "../probe.h"

#define WIDTH  240
#define HEIGHT 180
#define IMAGE  32

static Display *display;
static Window window;
static GC gc;

static void put_image(int n)
{
    static uint32_t pixels[IMAGE * IMAGE];
    XImage image = { .width = IMAGE,
                     .height = IMAGE,
                     .format = ZPixmap,
                     .data = (char *)pixels,
                     .bitmap_unit = 32,
                     .byte_order = LSBFirst,
                     .bitmap_bit_order = LSBFirst,
                     .bitmap_pad = 32,
                     .depth = 24,
                     .bytes_per_line = 4 * IMAGE,
                     .bits_per_pixel = 32 };

    for (int i = 0; i < IMAGE * IMAGE; i++)
        pixels[i] = (uint32_t)(i * 2654435761u + (uint32_t)n * 40503u) & 0xffffff;
    XInitImage(&image);
    XPutImage(display, window, gc, &image, 0, 0, 180 - n, 10 + 2 * n, IMAGE, IMAGE);
}

static void draw(int n)
{
    XPoint corners[] = {
        { (short)(20 + n), 100 }, { 90, (short)(170 - n) }, { (short)(150 - 2 * n), 120 }, { 60, 60 }
    };
    char text[32];

    XSetForeground(display, gc, 0x1a3c64);
    XSetFunction(display, gc, n % 3 == 2 ? GXxor : GXcopy);
    XFillRectangle(display, window, gc, 4 * n, 0, 50, 70);
    XSetForeground(display, gc, (unsigned long)(0xe6c83c - 300 * n));
    XFillPolygon(display, window, gc, corners, 4, Complex, CoordModeOrigin);
    XSetFunction(display, gc, GXcopy);
    XSetLineAttributes(display, gc, (unsigned)(n % 5), n % 4 ? LineSolid : LineOnOffDash, CapButt, JoinMiter);
    XDrawLine(display, window, gc, 0, 3 * n, WIDTH - 2 * n, HEIGHT);
    put_image(n);
    XCopyArea(display, window, window, gc, 10, 10, 100, 100, 100 - n, 60);
    XSetForeground(display, gc, 0xffffff);
    snprintf(text, sizeof(text), "Frame %d", n);
    XDrawString(display, window, gc, 10 + n, 20 + n, text, (int)strlen(text));
    if (n % 10 == 9)
        XClearArea(display, window, 0, 0, 80, 80, False);
}

int main(void)
{
    XEvent event;

    if (!(display = XOpenDisplay(NULL)))
        return 1;
    window = XCreateSimpleWindow(display, DefaultRootWindow(display), 0, 0, WIDTH, HEIGHT, 0, 0, 0x203040);
    XSelectInput(display, window, ExposureMask);
    gc = XCreateGC(display, window, 0, NULL);
    XMapWindow(display, window);
    XWindowEvent(display, window, ExposureMask, &event);
    for (int n = 0; n < FRAMES; n++) {
        draw(n);
        XFlush(display);
        probe_shown();
    }
    XCloseDisplay(display);
    return 0;
}
