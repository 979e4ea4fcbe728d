/* Drawing requests, as programs without OpenGL use them. No GL is linked or loaded.
 *   bench_draw list        the names of the tests, one a line
 *   bench_draw TEST MS     draw for MS milliseconds after a warm-up: {"n":items,"ns":time,"cpu_ns":time of the process}
 * Items are drawn in batches, with an XSync() after each. */
#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <X11/extensions/XShm.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <time.h>

enum { SIZE = 600, BATCH = 200 };

static Display *dpy;
static Window window;
static Pixmap pixmap;
static GC gc;

static uint64_t clock_ns(clockid_t id)
{
    struct timespec t;

    clock_gettime(id, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Places of BATCH items of a size, all over the window. */
static int place(int i, int size) { return i * 37 % (SIZE - size > 0 ? SIZE - size : 1); }

static void place_squares(XRectangle r[BATCH], int size)
{
    for (int i = 0; i < BATCH; i++)
        r[i] = (XRectangle){ (short)place(i, size), (short)place(7 * i, size), (unsigned short)size,
                             (unsigned short)size };
}

static void rects(int size)
{
    XRectangle r[BATCH];

    place_squares(r, size);
    XFillRectangles(dpy, window, gc, r, BATCH);
}

static void frames(int size)
{
    XRectangle r[BATCH];

    place_squares(r, size);
    XDrawRectangles(dpy, window, gc, r, BATCH);
}

static void lines(int size)
{
    XSegment s[BATCH];

    for (int i = 0; i < BATCH; i++) {
        int x = place(i, size), y = place(7 * i, size), across = size * (i % 16) / 15;

        s[i] = i & 1 ? (XSegment){ (short)x, (short)y, (short)(x + size), (short)(y + across) }
                     : (XSegment){ (short)x, (short)(y + size), (short)(x + across), (short)y };
    }
    XDrawSegments(dpy, window, gc, s, BATCH);
}

static void path(int size)
{
    XPoint p[BATCH];

    for (int i = 0; i < BATCH; i++)
        p[i] = (XPoint){ (short)(i % 2 * size + place(i, size) / 8), (short)(i % 3 * size / 2 + place(i, size) / 4) };
    XDrawLines(dpy, window, gc, p, BATCH, CoordModeOrigin);
}

static void arcs_of(int width, int height, int sweep, int filled)
{
    XArc a[BATCH];

    for (int i = 0; i < BATCH; i++)
        a[i] = (XArc){ (short)place(i, width), (short)place(7 * i, height), (unsigned short)width,
                       (unsigned short)height, 30 * 64, (short)sweep };
    if (filled)
        XFillArcs(dpy, window, gc, a, BATCH);
    else
        XDrawArcs(dpy, window, gc, a, BATCH);
}

static void circles(int size) { arcs_of(size, size, 360 * 64, 0); }
static void ellipses(int size) { arcs_of(size, size / 2 + 1, 360 * 64, 0); }
static void arcs(int size) { arcs_of(size, size, 90 * 64, 0); }
static void discs(int size) { arcs_of(size, size, 360 * 64, 1); }
static void slices(int size) { arcs_of(size, size, 100 * 64, 1); }

static void triangles(int size)
{
    for (int i = 0; i < BATCH; i++) {
        short x = (short)place(i, size), y = (short)place(7 * i, size);
        XPoint p[3] = { { x, y },
                        { (short)(x + size), (short)(y + size / 3) },
                        { (short)(x + size / 4), (short)(y + size) } };

        XFillPolygon(dpy, window, gc, p, 3, Convex, CoordModeOrigin);
    }
}

static void stars(int size)
{
    static const XPoint star[5] = { { 50, 0 }, { 80, 100 }, { 0, 40 }, { 100, 40 }, { 20, 100 } };

    for (int i = 0; i < BATCH; i++) {
        XPoint p[5];

        for (int k = 0; k < 5; k++)
            p[k] = (XPoint){ (short)(place(i, size) + star[k].x * size / 100),
                             (short)(place(7 * i, size) + star[k].y * size / 100) };
        XFillPolygon(dpy, window, gc, p, 5, Complex, CoordModeOrigin);
    }
}

static XImage *image_of(int size)
{
    XImage *image = XCreateImage(dpy, DefaultVisual(dpy, DefaultScreen(dpy)), 24, ZPixmap, 0, NULL, (unsigned)size,
                                 (unsigned)size, 32, 0);

    image->data = calloc((size_t)image->bytes_per_line, (size_t)size);
    return image;
}

static void puts_image(int size)
{
    static XImage *image;

    if (!image)
        image = image_of(size);
    for (int i = 0; i < 20; i++)
        XPutImage(dpy, window, gc, image, 0, 0, place(i, size), place(7 * i, size), (unsigned)size, (unsigned)size);
}

static void puts_shared(int size)
{
    static XShmSegmentInfo info;
    static XImage *image;

    if (!image) {
        image = XShmCreateImage(dpy, DefaultVisual(dpy, DefaultScreen(dpy)), 24, ZPixmap, NULL, &info, (unsigned)size,
                                (unsigned)size);
        info.shmid = shmget(IPC_PRIVATE, (size_t)image->bytes_per_line * (size_t)size, IPC_CREAT | 0600);
        info.shmaddr = image->data = shmat(info.shmid, NULL, 0);
        XShmAttach(dpy, &info);
        XSync(dpy, False);
        shmctl(info.shmid, IPC_RMID, NULL);
        memset(info.shmaddr, 0, (size_t)image->bytes_per_line * (size_t)size);
    }
    for (int i = 0; i < 20; i++)
        XShmPutImage(dpy, window, gc, image, 0, 0, place(i, size), place(7 * i, size), (unsigned)size, (unsigned)size,
                     False);
}

static void copies(Drawable from, int size)
{
    for (int i = 0; i < 20; i++)
        XCopyArea(dpy, from, window, gc, place(3 * i, size), place(5 * i, size), (unsigned)size, (unsigned)size,
                  place(i, size), place(7 * i, size));
}
static void copies_window(int size) { copies(window, size); }
static void copies_pixmap(int size) { copies(pixmap, size); }
static void scrolls(int size)
{
    for (int i = 0; i < 20; i++)
        XCopyArea(dpy, window, window, gc, 0, 1, (unsigned)size, (unsigned)size - 1, 0, 0);
}

static const char words[] = "The quick brown fox jumps over the lazy dog, and over";
static void text(int size)
{
    for (int i = 0; i < BATCH; i++)
        XDrawString(dpy, window, gc, place(i, 400), 20 + place(7 * i, 40), words, size);
}
static void image_text(int size)
{
    for (int i = 0; i < BATCH; i++)
        XDrawImageString(dpy, window, gc, place(i, 400), 20 + place(7 * i, 40), words, size);
}
static void points(int size)
{
    XPoint p[BATCH];

    for (int i = 0; i < BATCH; i++)
        p[i] = (XPoint){ (short)place(i, size), (short)place(7 * i, size) };
    XDrawPoints(dpy, window, gc, p, BATCH, CoordModeOrigin);
}

/* Attributes of the context. */
enum { WIDE = 1, DASHED = 2, TILED = 4, STIPPLED = 8, XOR = 16, CLIPPED = 32 };

static const struct test {
    const char *name;
    void (*draw)(int size);
    int size, items, attributes; /* items: of a call */
} tests[] = {
    { "point", points, 1, BATCH, 0 },
    { "rect10", rects, 10, BATCH, 0 },
    { "rect100", rects, 100, BATCH, 0 },
    { "rect500", rects, 500, BATCH, 0 },
    { "rect100-xor", rects, 100, BATCH, XOR },
    { "rect100-tile", rects, 100, BATCH, TILED },
    { "rect100-stipple", rects, 100, BATCH, STIPPLED },
    { "rect100-clip", rects, 100, BATCH, CLIPPED },
    { "frame100", frames, 100, BATCH, 0 },
    { "line10", lines, 10, BATCH, 0 },
    { "line100", lines, 100, BATCH, 0 },
    { "line500", lines, 500, BATCH, 0 },
    { "line100-clip", lines, 100, BATCH, CLIPPED },
    { "line100-dash", lines, 100, BATCH, DASHED },
    { "path100", path, 100, BATCH, 0 },
    { "wide-line10", lines, 10, BATCH, WIDE },
    { "wide-line100", lines, 100, BATCH, WIDE },
    { "wide-path100", path, 100, BATCH, WIDE },
    { "wide-line100-dash", lines, 100, BATCH, WIDE | DASHED },
    { "circle10", circles, 10, BATCH, 0 },
    { "circle100", circles, 100, BATCH, 0 },
    { "circle500", circles, 500, BATCH, 0 },
    { "circle100-clip", circles, 100, BATCH, CLIPPED },
    { "ellipse100", ellipses, 100, BATCH, 0 },
    { "arc100", arcs, 100, BATCH, 0 },
    { "wide-circle10", circles, 10, BATCH, WIDE },
    { "wide-circle100", circles, 100, BATCH, WIDE },
    { "wide-circle500", circles, 500, BATCH, WIDE },
    { "wide-ellipse100", ellipses, 100, BATCH, WIDE },
    { "wide-arc100", arcs, 100, BATCH, WIDE },
    { "disc10", discs, 10, BATCH, 0 },
    { "disc100", discs, 100, BATCH, 0 },
    { "slice100", slices, 100, BATCH, 0 },
    { "triangle10", triangles, 10, BATCH, 0 },
    { "triangle100", triangles, 100, BATCH, 0 },
    { "star100", stars, 100, BATCH, 0 },
    { "put-image10", puts_image, 10, 20, 0 },
    { "put-image100", puts_image, 100, 20, 0 },
    { "put-image500", puts_image, 500, 20, 0 },
    { "shm-put500", puts_shared, 500, 20, 0 },
    { "copy-window100", copies_window, 100, 20, 0 },
    { "copy-window500", copies_window, 500, 20, 0 },
    { "copy-pixmap500", copies_pixmap, 500, 20, 0 },
    { "scroll500", scrolls, 500, 20, 0 },
    { "text50", text, 50, BATCH, 0 },
    { "image-text50", image_text, 50, BATCH, 0 },
};

static void set_context(const struct test *test)
{
    const int width = test->size / 10;
    XRectangle clip[2] = { { 10, 10, 500, 200 }, { 40, 250, 500, 300 } };

    XSetForeground(dpy, gc, 0x4080C0);
    XSetGraphicsExposures(dpy, gc, False);
    if (test->attributes & (WIDE | DASHED))
        XSetLineAttributes(dpy, gc, test->attributes & WIDE ? (width ? (unsigned)width : 1) : 0,
                           test->attributes & DASHED ? LineOnOffDash : LineSolid, CapRound, JoinRound);
    if (test->attributes & TILED) {
        XSetTile(dpy, gc, XCreatePixmap(dpy, window, 8, 8, 24));
        XSetFillStyle(dpy, gc, FillTiled);
    }
    if (test->attributes & STIPPLED) {
        XSetStipple(dpy, gc, XCreateBitmapFromData(dpy, window, "\x55\xAA\x55\xAA\x55\xAA\x55\xAA", 8, 8));
        XSetFillStyle(dpy, gc, FillStippled);
    }
    if (test->attributes & XOR)
        XSetFunction(dpy, gc, GXxor);
    if (test->attributes & CLIPPED)
        XSetClipRectangles(dpy, gc, 0, 0, clip, 2, YXBanded);
}

static int open_window(void)
{
    XSetWindowAttributes a = { .override_redirect = True, .background_pixel = 0 };

    dpy = XOpenDisplay(NULL);
    if (!dpy)
        return 0;
    window = XCreateWindow(dpy, DefaultRootWindow(dpy), 20, 20, SIZE, SIZE, 0, CopyFromParent, InputOutput,
                           CopyFromParent, CWOverrideRedirect | CWBackPixel, &a);
    XMapWindow(dpy, window);
    pixmap = XCreatePixmap(dpy, window, SIZE, SIZE, 24);
    gc = XCreateGC(dpy, window, 0, NULL);
    XFillRectangle(dpy, pixmap, gc, 0, 0, SIZE, SIZE);
    XFillRectangle(dpy, window, gc, 0, 0, SIZE, SIZE);
    return 1;
}

static void run(const struct test *test, uint64_t ms)
{
    uint64_t start, cpu, now, n = 0;

    for (int i = 0; i < 3; i++)
        test->draw(test->size);
    XSync(dpy, False);
    start = clock_ns(CLOCK_MONOTONIC);
    cpu = clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    do {
        test->draw(test->size);
        XSync(dpy, False);
        n += (uint64_t)test->items;
        now = clock_ns(CLOCK_MONOTONIC);
    } while (now - start < ms * 1000000u);
    printf("{\"n\":%llu,\"ns\":%llu,\"cpu_ns\":%llu}\n", (unsigned long long)n, (unsigned long long)(now - start),
           (unsigned long long)(clock_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu));
}

int main(int argc, char **argv)
{
    const size_t count = sizeof(tests) / sizeof(tests[0]);

    for (size_t i = 0; i < count && argc == 2 && strcmp(argv[1], "list") == 0; i++)
        printf("%s\n", tests[i].name);
    if (argc == 2 && strcmp(argv[1], "list") == 0)
        return 0;
    for (size_t i = 0; i < count && argc == 3; i++) {
        if (strcmp(argv[1], tests[i].name))
            continue;
        if (!open_window())
            return fprintf(stderr, "bench_draw: no display\n"), 1;
        set_context(&tests[i]);
        run(&tests[i], strtoull(argv[2], NULL, 10));
        XCloseDisplay(dpy);
        return 0;
    }
    fprintf(stderr, "usage: bench_draw list | TEST MS\n");
    return 2;
}
