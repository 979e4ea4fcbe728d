/* softwin_shapes KIND SEED SCENES [FILE]: scenes of random drawing requests, each into a window or a pixmap of some
 * depth, and what GetImage gives of it: a line with a digest for each scene, and its pixels in FILE, 4 bytes each. The
 * lines are the same on every X server that draws the same pixels. */
#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 120, HEIGHT = 90, TARGETS = 6, POINTS = 40 };

static Display *dpy;
static uint64_t state;

static unsigned rnd(unsigned n) /* 0 .. n - 1 */
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (unsigned)(state >> 20) % n;
}
static int between(int low, int high) { return low + (int)rnd((unsigned)(high - low + 1)); }
static unsigned long colour(void) { return (unsigned long)rnd(65536) << 16 | rnd(65536); }

/* Mostly in sight, sometimes beyond the edges, at times far away; but Xvfb falls over wide dashes that go far (and over
 * those that are not simply copied). */
static int near;
static short coordinate(int size)
{
    switch (rnd(24)) {
    case 0:
        if (near)
            return 0;
        return (short)between(-32768, 32767);
    case 1:
    case 2: return (short)between(-3 * size, 4 * size);
    default: return (short)between(-size / 4, size + size / 4);
    }
}
static XPoint point(void)
{
    XPoint p;
    p.x = coordinate(WIDTH);
    p.y = coordinate(HEIGHT);
    return p;
}

/* ---- targets ---- */

struct target {
    Drawable id;
    unsigned depth;
    GC gc, plain;
    Pixmap tile, stipple;
};

static Window window_of_depth(unsigned depth)
{
    XVisualInfo info;
    XSetWindowAttributes a = { .background_pixel = 0x203040, .border_pixel = 0, .override_redirect = True };
    if (!XMatchVisualInfo(dpy, DefaultScreen(dpy), (int)depth, TrueColor, &info))
        return None;
    a.colormap = XCreateColormap(dpy, DefaultRootWindow(dpy), info.visual, AllocNone);
    Window w = XCreateWindow(dpy, DefaultRootWindow(dpy), depth == 32 ? 300 : 10, 20, WIDTH, HEIGHT, 0, (int)depth,
                             InputOutput, info.visual, CWBackPixel | CWBorderPixel | CWColormap | CWOverrideRedirect,
                             &a);
    XMapWindow(dpy, w);
    /* A child, which drawing goes around or over. */
    XMapWindow(dpy, XCreateWindow(dpy, w, 70, 40, 25, 20, 1, (int)depth, InputOutput, info.visual,
                                  CWBackPixel | CWBorderPixel | CWColormap, &a));
    return w;
}

static Pixmap noise(Drawable like, unsigned depth, unsigned width, unsigned height)
{
    Pixmap p = XCreatePixmap(dpy, like, width, height, depth);
    GC gc = XCreateGC(dpy, p, 0, NULL);
    for (unsigned y = 0; y < height; y++) {
        for (unsigned x = 0; x < width; x++) {
            XSetForeground(dpy, gc, depth == 1 ? rnd(2) : colour());
            XDrawPoint(dpy, p, gc, (int)x, (int)y);
        }
    }
    XFreeGC(dpy, gc);
    return p;
}

static int make_target(struct target *t, unsigned i)
{
    static const unsigned depths[TARGETS] = { 24, 24, 32, 1, 8, 32 };
    t->depth = depths[i];
    t->id = i == 0 || i == 2 ? window_of_depth(t->depth)
                             : XCreatePixmap(dpy, DefaultRootWindow(dpy), WIDTH, HEIGHT, t->depth);
    if (!t->id)
        return 0;
    t->gc = XCreateGC(dpy, t->id, 0, NULL);
    t->plain = XCreateGC(dpy, t->id, 0, NULL);
    XSetGraphicsExposures(dpy, t->gc, False);
    XSetGraphicsExposures(dpy, t->plain, False);
    t->tile = noise(t->id, t->depth, 7, 5);
    t->stipple = noise(t->id, 1, 9, 6);
    return 1;
}

/* ---- contexts ---- */

/* What is random of the context. */
enum { FUNCTIONS = 1, FILLS = 2, CLIPS = 4, WIDE = 8, DASHES = 16, THIN = 32 };

static void random_clip(struct target *t)
{
    XRectangle r[4];
    int n = between(1, 4);
    for (int i = 0; i < n; i++) {
        r[i].x = (short)between(-10, WIDTH - 20);
        r[i].y = (short)between(-10, HEIGHT - 20);
        r[i].width = (unsigned short)between(10, 80);
        r[i].height = (unsigned short)between(10, 60);
    }
    if (rnd(4)) {
        XSetClipRectangles(dpy, t->gc, between(-5, 5), between(-5, 5), r, n, Unsorted);
    } else {
        Pixmap mask = noise(t->id, 1, WIDTH / 2, HEIGHT / 2);
        XSetClipMask(dpy, t->gc, mask);
        XSetClipOrigin(dpy, t->gc, between(0, 30), between(0, 30));
        XFreePixmap(dpy, mask);
    }
}

static void random_dashes(struct target *t)
{
    char list[6];
    int n = between(1, 5);
    for (int i = 0; i < n; i++)
        list[i] = (char)between(1, rnd(4) ? 9 : 30);
    XSetDashes(dpy, t->gc, between(0, 40), list, n);
}

static void random_context(struct target *t, unsigned what)
{
    XGCValues v = { .foreground = colour(), .background = colour() };
    v.function = what & FUNCTIONS && rnd(2) ? (int)rnd(16) : GXcopy;
    v.plane_mask = what & FUNCTIONS && rnd(4) == 0 ? colour() : AllPlanes;
    v.fill_style = what & FILLS && rnd(2) ? (int)rnd(4) : FillSolid;
    v.tile = t->tile;
    v.stipple = t->stipple;
    v.ts_x_origin = between(-9, 9);
    v.ts_y_origin = between(-9, 9);
    v.subwindow_mode = (int)rnd(2);
    v.line_width = what & WIDE ? between(1, rnd(3) ? 7 : 25) : 0;
    v.line_style = what & DASHES ? between(1, 2) : LineSolid;
    v.cap_style = (int)rnd(4);
    v.join_style = (int)rnd(3);
    v.fill_rule = (int)rnd(2);
    v.arc_mode = (int)rnd(2);
    v.clip_mask = None;
    v.clip_x_origin = v.clip_y_origin = 0;
    XChangeGC(dpy, t->gc, GCForeground | GCBackground | GCFunction | GCPlaneMask | GCFillStyle | GCTile | GCStipple |
                              GCTileStipXOrigin | GCTileStipYOrigin | GCSubwindowMode | GCLineWidth | GCLineStyle |
                              GCCapStyle | GCJoinStyle | GCFillRule | GCArcMode | GCClipMask | GCClipXOrigin |
                              GCClipYOrigin, &v);
    random_dashes(t);
    if (what & CLIPS && rnd(3) == 0)
        random_clip(t);
    printf(" function %d planes %lx fill %d inferiors %d width %d style %d cap %d join %d rule %d mode %d:", v.function,
           v.plane_mask, v.fill_style, v.subwindow_mode, v.line_width, v.line_style, v.cap_style, v.join_style,
           v.fill_rule, v.arc_mode);
}

/* ---- requests ---- */

static int random_points(XPoint *p, int most)
{
    int n = between(2, most);
    for (int i = 0; i < n; i++)
        p[i] = rnd(12) && i ? point() : i ? p[i - 1] : point();
    if (rnd(4) == 0)
        p[n - 1] = p[0];
    for (int i = 0; i < n; i++)
        printf(" %d,%d", p[i].x, p[i].y);
    return n;
}

static void points(struct target *t)
{
    XPoint p[POINTS];
    XDrawPoints(dpy, t->id, t->gc, p, random_points(p, POINTS), rnd(3) ? CoordModeOrigin : CoordModePrevious);
}

static void lines(struct target *t)
{
    XPoint p[POINTS];
    XDrawLines(dpy, t->id, t->gc, p, random_points(p, rnd(2) ? 3 : 8), rnd(4) ? CoordModeOrigin : CoordModePrevious);
}

static void segments(struct target *t)
{
    XSegment s[20];
    int n = between(1, 20);
    for (int i = 0; i < n; i++) {
        XPoint a = point(), b = point();
        s[i] = (XSegment){ a.x, a.y, rnd(5) ? b.x : a.x, rnd(5) ? b.y : a.y };
        printf(" %d,%d-%d,%d", s[i].x1, s[i].y1, s[i].x2, s[i].y2);
    }
    XDrawSegments(dpy, t->id, t->gc, s, n);
}

static int boxes(XRectangle *r)
{
    int n = between(1, 6);
    for (int i = 0; i < n; i++) {
        XPoint p = point();
        const int width = between(0, rnd(3) ? 40 : 150), height = between(0, rnd(3) ? 40 : 150);
        r[i] = (XRectangle){ p.x, p.y, (unsigned short)width, (unsigned short)height };
        printf(" %d,%d+%dx%d", r[i].x, r[i].y, r[i].width, r[i].height);
    }
    return n;
}

static void rectangles(struct target *t)
{
    XRectangle r[6];
    XDrawRectangles(dpy, t->id, t->gc, r, boxes(r));
}

static void fills(struct target *t)
{
    XRectangle r[6];
    XFillRectangles(dpy, t->id, t->gc, r, boxes(r));
}

static void polygon(struct target *t)
{
    XPoint p[POINTS];
    int n = random_points(p, 9);
    /* A polygon that is not convex and is said to be is nothing that servers agree on. */
    XFillPolygon(dpy, t->id, t->gc, p, n, n == 3 ? Convex : Complex, CoordModeOrigin);
}

static int random_arcs(XArc *a, int most)
{
    int n = between(1, most);
    for (int i = 0; i < n; i++) {
        int size = rnd(6) ? 60 : 300;
        a[i] = (XArc){ (short)between(-40, 100), (short)between(-40, 80), (unsigned short)between(0, size),
                       (unsigned short)between(0, size), (short)between(-23040, 23040), (short)between(-23040, 23040) };
        if (rnd(4) == 0)
            a[i].height = a[i].width;
        if (rnd(3) == 0)
            a[i].angle2 = 23040;
        if (rnd(3) == 0)
            a[i].angle1 = (short)(between(-4, 4) * 90 * 64);
        if (rnd(5) == 0)
            a[i].angle2 = (short)(between(-4, 4) * 45 * 64);
        printf(" %d,%d+%dx%d@%d,%d", a[i].x, a[i].y, a[i].width, a[i].height, a[i].angle1, a[i].angle2);
    }
    return n;
}

static void arcs(struct target *t)
{
    XArc a[3];
    XDrawArcs(dpy, t->id, t->gc, a, random_arcs(a, 2));
}

static void pies(struct target *t)
{
    XArc a[3];
    XFillArcs(dpy, t->id, t->gc, a, random_arcs(a, 2));
}

/* Every bit of an image, through all three formats, and one plane of it through CopyPlane. */
static void images(struct target *t)
{
    /* Where the source of a copy is hidden, Xvfb clips as if the clip had no origin. */
    XSetClipOrigin(dpy, t->gc, 0, 0);
    static const int formats[3] = { XYBitmap, XYPixmap, ZPixmap };
    int format = formats[rnd(3)];
    unsigned width = (unsigned)between(1, 50), height = (unsigned)between(1, 30);
    XImage *image = XCreateImage(dpy, DefaultVisual(dpy, DefaultScreen(dpy)), format == XYBitmap ? 1 : t->depth, format,
                                 0, NULL, width, height, 32, 0);
    size_t bytes = (size_t)image->bytes_per_line * height * (format == XYPixmap ? t->depth : 1);
    image->data = malloc(bytes);
    for (size_t i = 0; i < bytes; i++)
        image->data[i] = (char)rnd(256);
    XPoint p = point();
    printf(" %d,%d+%ux%u format %d", p.x, p.y, width, height, format);
    XPutImage(dpy, t->id, t->gc, image, between(0, 3), between(0, 3), p.x, p.y, width, height);
    XDestroyImage(image);
    const struct { int x, y; } from = { between(0, 60), between(0, 60) }, to = { between(0, 60), between(0, 60) };
    const unsigned long plane = 1ul << rnd(t->depth);
    printf(" plane %lx of %d,%d to %d,%d", plane, from.x, from.y, to.x, to.y);
    XCopyPlane(dpy, t->id, t->id, t->gc, from.x, from.y, 30, 20, to.x, to.y, plane);
    XCopyPlane(dpy, t->stipple, t->id, t->gc, 0, 0, 9, 6, to.y, from.x, 1);
    XCopyArea(dpy, t->id, t->id, t->gc, to.x, from.y, 40, 30, from.x, to.y);
}

struct kind {
    const char *name;
    void (*draw)(struct target *t);
    unsigned context;
};
static const struct kind kinds[] = {
    { "points", points, FUNCTIONS | FILLS | CLIPS },
    { "lines", lines, FUNCTIONS | FILLS | CLIPS },
    { "segments", segments, FUNCTIONS | FILLS | CLIPS },
    { "dashes", lines, FUNCTIONS | FILLS | CLIPS | DASHES },
    { "dashed_segments", segments, FUNCTIONS | FILLS | CLIPS | DASHES },
    { "rectangles", rectangles, FUNCTIONS | FILLS | CLIPS },
    { "wide_rectangles", rectangles, FUNCTIONS | FILLS | CLIPS | WIDE },
    { "fills", fills, FUNCTIONS | FILLS | CLIPS },
    { "polygons", polygon, FUNCTIONS | FILLS | CLIPS },
    { "arcs", arcs, FUNCTIONS | FILLS | CLIPS },
    { "dashed_arcs", arcs, FUNCTIONS | FILLS | CLIPS | DASHES },
    { "pies", pies, FUNCTIONS | FILLS | CLIPS },
    { "wide_segments", segments, FUNCTIONS | FILLS | CLIPS | WIDE },
    { "wide_lines", lines, FUNCTIONS | FILLS | CLIPS | WIDE },
    { "wide_dashes", lines, FILLS | CLIPS | WIDE | DASHES },
    { "wide_arcs", arcs, FUNCTIONS | FILLS | CLIPS | WIDE },
    { "wide_dashed_arcs", arcs, FILLS | CLIPS | WIDE | DASHES },
    { "images", images, FUNCTIONS | FILLS | CLIPS },
};

/* ---- scenes ---- */

static void look(const struct target *t, FILE *out)
{
    XImage *image = XGetImage(dpy, t->id, 0, 0, WIDTH, HEIGHT, AllPlanes, ZPixmap);
    uint64_t hash = 14695981039346656037u;
    uint32_t mask = t->depth == 32 ? ~0u : (1u << t->depth) - 1;
    for (int y = 0; image && y < HEIGHT; y++) {
        for (int x = 0; x < WIDTH; x++) {
            uint32_t px = (uint32_t)XGetPixel(image, x, y) & mask;
            hash = (hash ^ px) * 1099511628211u;
            if (out)
                fwrite(&px, sizeof(px), 1, out);
        }
    }
    printf(" = %016llx\n", image ? (unsigned long long)hash : 0ull);
    if (image)
        XDestroyImage(image);
}

int main(int argc, char **argv)
{
    const struct kind *kind = NULL;
    for (size_t i = 0; argc > 3 && i < sizeof(kinds) / sizeof(*kinds); i++)
        if (!strcmp(kinds[i].name, argv[1]))
            kind = &kinds[i];
    if (!kind)
        return fprintf(stderr, "usage: softwin_shapes KIND SEED SCENES [FILE]\n"), 2;
    state = strtoull(argv[2], NULL, 10) * 0x9E3779B97F4A7C15u + 1;
    FILE *out = argc > 4 ? fopen(argv[4], "wb") : NULL;
    dpy = XOpenDisplay(NULL);
    if (!dpy)
        return fprintf(stderr, "no display\n"), 1;
    struct target targets[TARGETS];
    for (unsigned i = 0; i < TARGETS; i++)
        if (!make_target(&targets[i], i))
            return fprintf(stderr, "no visual of depth %u\n", targets[i].depth), 1;
    for (int scene = 0; scene < atoi(argv[3]); scene++) {
        struct target *t = &targets[(unsigned)scene % TARGETS];
        XCopyArea(dpy, t->tile, t->id, t->plain, 0, 0, 7, 5, 0, 0);
        XSetTile(dpy, t->plain, t->tile);
        XSetFillStyle(dpy, t->plain, FillTiled);
        XFillRectangle(dpy, t->id, t->plain, 0, 0, WIDTH, HEIGHT);
        near = kind->context & WIDE;
        printf("%s %d depth %u:", kind->name, scene, t->depth);
        random_context(t, kind->context);
        kind->draw(t);
        look(t, out);
    }
    XCloseDisplay(dpy);
    if (out)
        fclose(out);
    return 0;
}
