#include "work.h"

#include <X11/Xatom.h>
#include <X11/Xproto.h>
#include <X11/extensions/Xrender.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { SIDE = 48 };

int on_error(Display *display, XErrorEvent *event)
{
    static const unsigned char asked_of_others[] = {X_GetImage, X_GetGeometry, X_QueryTree};

    if (!memchr(asked_of_others, event->request_code, sizeof(asked_of_others))) {
        fprintf(stderr, "error %d of request %d.%d\n", event->error_code, event->request_code, event->minor_code);
        CHECK(!"an X error");
    }
    return 0;
}

void wait_for(Display *display, Window window, int type)
{
    XEvent event;

    do
        XWindowEvent(display, window, type == PropertyNotify ? PropertyChangeMask : StructureNotifyMask, &event);
    while (event.type != type);
}

unsigned long pixel_of(Display *display, Drawable drawable, int x, int y)
{
    XImage *image = XGetImage(display, drawable, x, y, 1, 1, AllPlanes, ZPixmap);
    unsigned long pixel = image ? XGetPixel(image, 0, 0) & 0xffffff : NO_PIXEL;

    if (image)
        XDestroyImage(image);
    return pixel;
}

/* -- one window --------------------------------------------------------------------------------------------------- */

/* Two pixels of this colour at (x, y). */
static void put_image(Display *display, Drawable drawable, GC gc, int x, int y, unsigned long color)
{
    uint32_t pixels[2] = {(uint32_t)color, (uint32_t)color};
    XImage *image = XCreateImage(display, DefaultVisual(display, DefaultScreen(display)), 24, ZPixmap, 0, (char *)pixels, 2,
                                 1, 32, 0);

    XPutImage(display, drawable, gc, image, 0, 0, x, y, 2, 1);
    image->data = NULL; /* it is the stack's */
    XDestroyImage(image);
}

static void render(Display *display, Drawable drawable, int x, int y)
{
    static const XRenderColor green = {0, 0xffff, 0, 0xffff};
    const XRenderPictFormat *format = XRenderFindVisualFormat(display, DefaultVisual(display, DefaultScreen(display)));
    Picture picture = XRenderCreatePicture(display, drawable, format, 0, NULL);

    XRenderFillRectangle(display, PictOpSrc, picture, &green, x, y, 4, 4);
    XRenderFreePicture(display, picture);
}

static void draw(Display *display, Window window, unsigned long color)
{
    Pixmap pixmap = XCreatePixmap(display, window, SIDE, SIDE, 24);
    GC gc = XCreateGC(display, window, 0, NULL);
    XImage *image;

    XSetForeground(display, gc, color);
    XFillRectangle(display, pixmap, gc, 0, 0, SIDE, SIDE);
    XSetForeground(display, gc, WHITE);
    XDrawLine(display, pixmap, gc, 0, 0, SIDE - 1, SIDE - 1);
    XCopyArea(display, pixmap, window, gc, 0, 0, SIDE, SIDE, 0, 0);
    put_image(display, window, gc, 30, 2, ~color & 0xffffff);
    render(display, window, 2, 30);
    image = XGetImage(display, window, 0, 0, SIDE, SIDE, AllPlanes, ZPixmap);
    CHECK(image != NULL);
    if (image) {
        CHECK((XGetPixel(image, 20, 2) & 0xffffff) == color);
        CHECK((XGetPixel(image, 20, 20) & 0xffffff) == WHITE);
        CHECK((XGetPixel(image, 31, 2) & 0xffffff) == (~color & 0xffffff));
        CHECK((XGetPixel(image, 4, 32) & 0xffffff) == GREEN);
        XDestroyImage(image);
    }
    CHECK(pixel_of(display, pixmap, SIDE - 2, 0) == color);
    XFreePixmap(display, pixmap);
    XFreeGC(display, gc);
}

static void properties(Display *display, Window window, unsigned number)
{
    unsigned long count = 0, left = 1;
    long values[40] = {number}, *got = NULL;
    unsigned char *data = NULL;
    char name[32];
    int format = 0;
    Atom atom, type = None;

    snprintf(name, sizeof(name), "OFS_THREADS_%u", number % 7);
    atom = XInternAtom(display, name, False);
    XChangeProperty(display, window, atom, XA_INTEGER, 32, PropModeReplace, (const unsigned char *)values, 40);
    wait_for(display, window, PropertyNotify);
    CHECK(XGetWindowProperty(display, window, atom, 0, 64, True, XA_INTEGER, &type, &format, &count, &left, &data) == Success);
    got = (long *)data;
    CHECK(type == XA_INTEGER && format == 32 && count == 40 && left == 0 && got && got[0] == (long)number);
    XFree(data);
    wait_for(display, window, PropertyNotify); /* it was deleted */
}

static void message(Display *display, Display *sender, Window window)
{
    XEvent event;

    memset(&event, 0, sizeof(event));
    event.xclient.type = ClientMessage;
    event.xclient.window = window;
    event.xclient.message_type = XA_INTEGER;
    event.xclient.format = 32;
    XSendEvent(sender, window, False, NoEventMask, &event); /* to who made the window */
    XFlush(sender);
    while (!XCheckTypedWindowEvent(display, window, ClientMessage, &event)) /* no mask asks for it */
        usleep(100);
}

void x_life(Display *display, Display *sender, int place, unsigned number)
{
    Window window = XCreateSimpleWindow(display, DefaultRootWindow(display), 60 * place, 0, SIDE, SIDE, 0, 0, BLUE);
    XWindowAttributes attributes;

    XSelectInput(display, window, StructureNotifyMask | PropertyChangeMask);
    XMapWindow(display, window);
    wait_for(display, window, MapNotify);
    draw(display, window, number * 0x10305u & 0xffffff);
    properties(display, window, number);
    message(display, sender, window);
    XResizeWindow(display, window, SIDE + 5, SIDE - 8);
    wait_for(display, window, ConfigureNotify);
    CHECK(XGetWindowAttributes(sender, window, &attributes) && attributes.width == SIDE + 5 &&
          attributes.height == SIDE - 8 && attributes.map_state == IsViewable);
    XDestroyWindow(display, window);
    wait_for(display, window, DestroyNotify);
}
