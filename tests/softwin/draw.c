/* softwin_draw put|shm|children|borders: a program that draws its window by X requests, and says what the server shows
 * of it.
 *
 * Every line is the same on any X server: a digest of what GetImage gives after each frame, and the errors of requests
 * that are wrong. The last says how many frames were shown. */
#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <X11/extensions/XShm.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>

enum { WIDTH = 203, HEIGHT = 151, FRAMES = 12 };

static Display *dpy;
static Window window;
static GC gc;
static unsigned frames;

static int tell_error(Display *d, XErrorEvent *e)
{
    (void)d;
    printf("error %d of request %d.%d\n", e->error_code, e->request_code, e->minor_code);
    return 0;
}

static void digest(const char *what, const XImage *image)
{
    uint64_t hash = 14695981039346656037u;
    for (int y = 0; y < image->height; y++) {
        for (int x = 0; x < image->width; x++) {
            uint32_t px;
            memcpy(&px, image->data + y * image->bytes_per_line + x * 4, 4);
            hash = (hash ^ (px & 0xFFFFFF)) * 1099511628211u;
        }
    }
    printf("%s %dx%d %016llx\n", what, image->width, image->height, (unsigned long long)hash);
}

static void look(const char *what, Drawable drawable, int width, int height)
{
    XImage *image = XGetImage(dpy, drawable, 0, 0, (unsigned)width, (unsigned)height, AllPlanes, ZPixmap);
    if (!image) {
        printf("%s: no image\n", what);
        return;
    }
    digest(what, image);
    XDestroyImage(image);
}

static void paint(XImage *image, unsigned frame)
{
    for (int y = 0; y < image->height; y++) {
        for (int x = 0; x < image->width; x++) {
            uint32_t px = (uint32_t)x * 7 + (uint32_t)y * 1031 + frame * 65537;
            memcpy(image->data + y * image->bytes_per_line + x * 4, &px, 4);
        }
    }
}

/* All that was put is a frame: the server answers. */
static void show(void)
{
    XSync(dpy, False);
    frames++;
}

static XImage *new_image(int width, int height)
{
    char *data = malloc((size_t)width * (size_t)height * 4);
    return XCreateImage(dpy, DefaultVisual(dpy, 0), 24, ZPixmap, 0, data, (unsigned)width, (unsigned)height, 32, 0);
}

static void put(void)
{
    XImage *image = new_image(WIDTH, HEIGHT);
    for (unsigned i = 0; i < FRAMES; i++) {
        paint(image, i);
        if (i % 3 == 2) { /* in pieces */
            XPutImage(dpy, window, gc, image, 0, 0, 0, 0, 100, HEIGHT);
            XPutImage(dpy, window, gc, image, 100, 0, 100, 0, WIDTH - 100, HEIGHT);
        } else {
            XPutImage(dpy, window, gc, image, 0, 0, (int)i - 4, (int)i % 5, WIDTH, HEIGHT);
        }
        show();
        look("frame", window, WIDTH, HEIGHT);
    }
    XDestroyImage(image);
}

static Bool is_completion(Display *d, XEvent *event, XPointer type)
{
    (void)d;
    return event->type == *(int *)type;
}

static void shm(void)
{
    int completion = XShmGetEventBase(dpy) + ShmCompletion;
    XShmSegmentInfo info = { 0 }, copy = { 0 };
    XImage *image = XShmCreateImage(dpy, DefaultVisual(dpy, 0), 24, ZPixmap, NULL, &info, WIDTH, HEIGHT);
    size_t bytes = image ? (size_t)image->bytes_per_line * HEIGHT : 0;
    info.shmid = image ? shmget(IPC_PRIVATE, bytes, IPC_CREAT | 0600) : -1;
    if (info.shmid < 0) {
        printf("no shared memory\n");
        exit(77);
    }
    info.shmaddr = image->data = shmat(info.shmid, NULL, 0);
    info.readOnly = False;
    printf("attached %d\n", XShmAttach(dpy, &info));
    copy = info;
    copy.readOnly = True;
    XSync(dpy, False);
    shmctl(info.shmid, IPC_RMID, NULL);
    for (unsigned i = 0; i < FRAMES; i++) {
        XEvent event;
        paint(image, i);
        XShmPutImage(dpy, window, gc, image, (int)i, 3, 2, (int)i, WIDTH - 20, HEIGHT - 9, i & 1);
        if (i & 1) {
            XIfEvent(dpy, &event, is_completion, (XPointer)&completion);
            const XShmCompletionEvent *done = (const XShmCompletionEvent *)&event;
            printf("done %d %d %d %d\n", done->drawable == window, done->minor_code, done->shmseg == info.shmseg,
                   (int)done->offset);
        }
        show();
        look("frame", window, WIDTH, HEIGHT);
    }
    memset(image->data, 0, bytes);
    XShmGetImage(dpy, window, image, 0, 0, AllPlanes);
    digest("through shared memory", image);
    image->width++; /* more than the segment holds */
    XShmPutImage(dpy, window, gc, image, 0, 0, 0, 0, 10, 10, False);
    XSync(dpy, False);
    image->width--;
    XShmDetach(dpy, &info);
    XShmPutImage(dpy, window, gc, image, 0, 0, 0, 0, 10, 10, False);
    XSync(dpy, False);
    XShmAttach(dpy, &copy); /* read only */
    XSync(dpy, False);
    image->obdata = (char *)&copy;
    XShmPutImage(dpy, window, gc, image, 0, 0, 0, 0, 10, 10, False);
    show();
    XShmGetImage(dpy, window, image, 0, 0, AllPlanes);
    look("frame", window, WIDTH, HEIGHT);
    XShmDetach(dpy, &copy);
    copy.shmid = 0x7FFFFFFF;
    XShmAttach(dpy, &copy);
    XSync(dpy, False);
    shmdt(info.shmaddr);
    image->data = NULL;
    XDestroyImage(image);
}

/* A window made of windows, a back buffer, and changes of size. */
static void children(void)
{
    Window panel = XCreateSimpleWindow(dpy, window, 20, 10, 90, 60, 3, 0x00FF00, 0x404040);
    Window button = XCreateSimpleWindow(dpy, panel, 50, 30, 90, 60, 1, 0xFF00FF, 0x808080);
    Pixmap buffer = XCreatePixmap(dpy, window, WIDTH, HEIGHT, 24);
    XImage *image = new_image(WIDTH, HEIGHT);
    XMapSubwindows(dpy, panel);
    XMapSubwindows(dpy, window);
    for (unsigned i = 0; i < FRAMES; i++) {
        paint(image, i);
        XPutImage(dpy, buffer, gc, image, 0, 0, 0, 0, WIDTH, HEIGHT);
        XCopyArea(dpy, buffer, window, gc, 0, 0, WIDTH, HEIGHT, 0, 0);
        XPutImage(dpy, button, gc, image, 0, 0, 3, 3, 30, 20);
        show();
        look("frame", window, WIDTH, HEIGHT);
        XMoveResizeWindow(dpy, panel, 20 + (int)i * 5, 10, 90 - i, 60 + i * 3);
        look("moved", window, WIDTH, HEIGHT);
    }
    XResizeWindow(dpy, window, WIDTH + 40, HEIGHT - 20);
    look("resized", window, WIDTH + 40, HEIGHT - 20);
    XUnmapWindow(dpy, panel);
    XCopyArea(dpy, window, window, gc, 10, 10, 100, 100, 20, 5);
    XSetForeground(dpy, gc, 0x123456);
    XFillRectangle(dpy, window, gc, 5, 5, 30, 30);
    XClearArea(dpy, window, 12, 12, 9, 9, False);
    show();
    look("at last", window, WIDTH + 40, HEIGHT - 20);
    look("the buffer", buffer, WIDTH, HEIGHT);
    XFreePixmap(dpy, buffer);
    XDestroyImage(image);
}

static Pixmap pattern(unsigned width, unsigned height, uint32_t seed)
{
    Pixmap p = XCreatePixmap(dpy, window, width, height, 24);
    for (unsigned i = 0; i < width * height; i++) {
        XSetForeground(dpy, gc, seed * (i + 1) & 0xFFFFFF);
        XDrawPoint(dpy, p, gc, (int)(i % width), (int)(i / width));
    }
    return p;
}

/* Backgrounds and borders that are pixmaps, and those that are the parent's. */
static void borders(void)
{
    Pixmap a = pattern(7, 5, 0x0F1357), b = pattern(4, 9, 0x312743);
    XSetWindowBackgroundPixmap(dpy, window, a);
    XClearWindow(dpy, window); /* a picture that is shown in no other way is a frame */
    show();
    look("tiled", window, WIDTH, HEIGHT);
    Window panel = XCreateSimpleWindow(dpy, window, 21, 10, 90, 60, 6, 0x00FF00, 0x404040);
    Window inner = XCreateSimpleWindow(dpy, panel, 13, 11, 50, 30, 5, 0xFF00FF, 0x808080);
    Window copy = XCreateWindow(dpy, panel, 40, 38, 30, 20, 3, CopyFromParent, InputOutput, CopyFromParent, 0, NULL);
    XSetWindowBackgroundPixmap(dpy, panel, ParentRelative);
    XSetWindowBackgroundPixmap(dpy, inner, ParentRelative);
    XSetWindowBackgroundPixmap(dpy, copy, b);
    XSetWindowBorderPixmap(dpy, panel, b);
    XSetWindowBorderPixmap(dpy, inner, a);
    XMapSubwindows(dpy, panel);
    XMapSubwindows(dpy, window);
    show(); /* one of them has a picture as background */
    look("parent relative", window, WIDTH, HEIGHT);
    XSetWindowBorderPixmap(dpy, copy, CopyFromParent);
    XSetWindowBorder(dpy, inner, 0x123456);
    look("borders", window, WIDTH, HEIGHT);
    XFreePixmap(dpy, b);
    XMoveResizeWindow(dpy, panel, 30, 14, 100, 70);
    XSetWindowBorderWidth(dpy, inner, 9);
    XClearWindow(dpy, panel);
    XClearWindow(dpy, inner);
    show();
    look("moved", window, WIDTH, HEIGHT);
    XSetWindowBackgroundPixmap(dpy, DefaultRootWindow(dpy), a);
    XSetWindowBackgroundPixmap(dpy, window, ParentRelative);
    XClearWindow(dpy, window);
    XClearWindow(dpy, panel);
    show();
    look("as the root", window, WIDTH, HEIGHT);
    XUnmapWindow(dpy, panel); /* nothing is drawn, but there is more to see */
    look("alone", window, WIDTH, HEIGHT);
    XFreePixmap(dpy, a);
}

int main(int argc, char **argv)
{
    dpy = XOpenDisplay(NULL);
    if (!dpy || argc != 2)
        return 2;
    XSetErrorHandler(tell_error);
    window = XCreateSimpleWindow(dpy, DefaultRootWindow(dpy), 15, 25, WIDTH, HEIGHT, 0, 0, 0x302010);
    gc = XCreateGC(dpy, window, 0, NULL);
    XSelectInput(dpy, window, ExposureMask);
    XMapWindow(dpy, window);
    XEvent event;
    do
        XNextEvent(dpy, &event);
    while (event.type != Expose);
    if (!strcmp(argv[1], "put"))
        put();
    else if (!strcmp(argv[1], "shm"))
        shm();
    else if (!strcmp(argv[1], "borders"))
        borders();
    else
        children();
    XDestroyWindow(dpy, window);
    XCloseDisplay(dpy);
    printf("frames %u\n", frames);
    return 0;
}
