/* What X reads of windows that OpenGL draws in. */
#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <xcb/xcb.h>

#include "one_window.h"

static unsigned long pixel_of(Drawable drawable, int x, int y)
{
    return pixel_of_on(dpy, drawable, x, y);
}

static void say_image(const char *what, Drawable drawable, int width, int height)
{
    say("%s: %08x, corners %06lx %06lx", what, image_hash(drawable, width, height), pixel_of(drawable, 0, 0),
        pixel_of(drawable, width - 1, height - 1));
}

static void fill_part(int x, int y, int width, int height, float red, float green, float blue)
{
    glEnable(GL_SCISSOR_TEST);
    glScissor(x, y, width, height);
    fill(red, green, blue);
    glDisable(GL_SCISSOR_TEST);
}

/* -- the same on Xvfb --------------------------------------------------------------------------------------------- */

static void get_image(void)
{
    begin(true, 90, 60);
    draw_compat(90, 60, 1);
    glXSwapBuffers(dpy, window.id);
    glXWaitGL();
    say("it is what GL drew: %d", image_hash(window.id, 90, 60) == pixel_hash(90, 60));
    say_image("first frame", window.id, 90, 60);
    fill(1, 1, 1); /* to the back, which X does not see */
    glXWaitGL();
    say_image("still the first", window.id, 90, 60);
    say_image("as the screen shows it", DefaultRootWindow(dpy), 90, 60);
    for (int step = 2; step < 5; step++) {
        draw_compat(90, 60, step);
        glXSwapBuffers(dpy, window.id);
        say_image("next frame", window.id, 90, 60);
    }
    fill_part(0, 0, 45, 30, 0, 0, 1); /* lower left */
    glXSwapBuffers(dpy, window.id);
    say("lower left %06lx", pixel_of(window.id, 2, 57));
    window_resize(&window, 120, 40);
    glViewport(0, 0, 120, 40);
    draw_compat(120, 40, 3);
    glXSwapBuffers(dpy, window.id);
    say_image("resized", window.id, 120, 40);
    end();
}

/* A window in a window, with one beside it that covers a corner. */
static void get_image_inside(void)
{
    Window outer = XCreateSimpleWindow(dpy, DefaultRootWindow(dpy), 0, 0, 100, 80, 0, 0, WHITE), cover;

    XMapWindow(dpy, outer);
    window_open(&window, choose(true, 0, false), 60, 40);
    XReparentWindow(dpy, window.id, outer, 20, 10);
    cover = XCreateSimpleWindow(dpy, outer, 10, 5, 30, 20, 0, 0, GREEN);
    XMapWindow(dpy, cover);
    XSync(dpy, False);
    context = glXCreateNewContext(dpy, window.config, GLX_RGBA_TYPE, NULL, True);
    glXMakeCurrent(dpy, window.id, context);
    fill(1, 0, 0);
    glXSwapBuffers(dpy, window.id);
    glXWaitGL();
    say_image("outer", outer, 100, 80);
    XDestroyWindow(dpy, cover);
    XSync(dpy, False);
    fill(0, 0, 1);
    glXSwapBuffers(dpy, window.id);
    say_image("uncovered", outer, 100, 80);
    end();
    XDestroyWindow(dpy, outer);
}

/* A red frame, and what X needs to draw over it and to copy from it. */
static void begin_red(GC *gc, Pixmap *pixmap)
{
    begin(true, 64, 64);
    *gc = gc_for(window.id, GREEN);
    *pixmap = XCreatePixmap(dpy, window.id, 32, 32, 24);
    fill(1, 0, 0);
    glXSwapBuffers(dpy, window.id);
    glXWaitGL();
}

static void end_red(GC gc, Pixmap pixmap)
{
    XFreeGC(dpy, gc);
    XFreePixmap(dpy, pixmap);
    end();
}

/* X draws over a frame; the next frame covers that. */
static void mixed(void)
{
    GC gc;
    Pixmap pixmap;

    begin_red(&gc, &pixmap);
    say_image("frame", window.id, 64, 64);
    XFillRectangle(dpy, window.id, gc, 8, 8, 20, 10);
    glXWaitX();
    say_image("with a rectangle", window.id, 64, 64);
    say_image("once more", window.id, 64, 64);
    fill(0, 0, 1);
    glXSwapBuffers(dpy, window.id);
    XFillRectangle(dpy, window.id, gc, 40, 40, 10, 10);
    say_image("next frame, another rectangle", window.id, 64, 64);
    XCopyArea(dpy, window.id, pixmap, gc, 36, 36, 20, 20, 4, 4);
    XCopyArea(dpy, window.id, window.id, gc, 40, 40, 20, 20, 0, 0);
    say_image("copied within", window.id, 64, 64);
    say("copied out: %06lx %06lx", pixel_of(pixmap, 5, 5), pixel_of(pixmap, 10, 10));
    fill(1, 1, 1);
    glXSwapBuffers(dpy, window.id);
    XCopyArea(dpy, window.id, pixmap, gc, 0, 0, 20, 20, 4, 4);
    say("copied out: %06lx", pixel_of(pixmap, 10, 10));
    end_red(gc, pixmap);
}

/* The first to read is a copy. */
static void copy_first(void)
{
    Pixmap pixmap;
    GC gc;

    begin_red(&gc, &pixmap);
    XCopyArea(dpy, window.id, pixmap, gc, 4, 4, 32, 32, 0, 0);
    say("copied: %06lx", pixel_of(pixmap, 10, 10));
    XCopyPlane(dpy, window.id, pixmap, gc, 4, 4, 32, 32, 0, 0, 0x800000);
    say("a plane of it: %06lx", pixel_of(pixmap, 10, 10));
    XSetSubwindowMode(dpy, gc, IncludeInferiors);
    XCopyArea(dpy, DefaultRootWindow(dpy), pixmap, gc, 50, 50, 32, 32, 0, 0);
    say("of the screen: %06lx %06lx", pixel_of(pixmap, 10, 10), pixel_of(pixmap, 20, 20));
    end_red(gc, pixmap);
}

static void get_image_single(void)
{
    begin(false, 48, 48);
    fill(1, 0, 0);
    glFlush();
    glXWaitGL();
    say_image("single buffer", window.id, 48, 48);
    fill_part(0, 24, 48, 24, 0, 1, 0);
    glFlush();
    say_image("upper half", window.id, 48, 48);
    fill_part(0, 0, 10, 10, 0, 0, 1);
    glXWaitGL();
    say_image("waited for", window.id, 48, 48);
    end();
}

/* -- own ---------------------------------------------------------------------------------------------------------- */

/* The first look comes from another connection of the same thread, as of tools that take pictures of the screen. */
static void get_image_elsewhere(void)
{
    Display *other;

    begin(true, 40, 40);
    fill(0, 1, 0);
    CHECK(pixel_of(window.id, 3, 3) == 0); /* nothing was shown yet: the background */
    end();
    begin(true, 40, 40);
    fill(1, 0, 0);
    glXSwapBuffers(dpy, window.id);
    other = XOpenDisplay(NULL);
    CHECK(pixel_of_on(other, DefaultRootWindow(other), 3, 3) == RED);
    fill(0, 1, 0);
    CHECK(pixel_of_on(other, DefaultRootWindow(other), 3, 3) == RED);
    glXSwapBuffers(dpy, window.id);
    CHECK(pixel_of_on(other, window.id, 3, 3) == GREEN);
    for (int i = 0; i < 10; i++) {
        fill((float)(i & 1), 0, (float)!(i & 1));
        glXSwapBuffers(dpy, window.id);
        CHECK(pixel_of_on(other, window.id, 3, 3) == (i & 1 ? RED : BLUE));
    }
    /* What is current nowhere is seen as well. */
    fill(1, 1, 1);
    glXSwapBuffers(dpy, window.id);
    glXMakeCurrent(dpy, None, NULL);
    CHECK(pixel_of_on(other, window.id, 3, 3) == WHITE);
    XCloseDisplay(other);
    end();
}

/* The first look comes when nothing is current any more. */
static void get_image_idle(void)
{
    begin(true, 40, 40);
    fill(1, 0, 0);
    glXSwapBuffers(dpy, window.id);
    glXMakeCurrent(dpy, None, NULL);
    CHECK(pixel_of(window.id, 3, 3) == RED);
    glXMakeCurrent(dpy, window.id, context);
    CHECK(pixel_at(3, 3) == RED); /* the buffer is where it was */
    fill(0, 1, 0);
    CHECK(pixel_of(window.id, 3, 3) == RED);
    glXMakeCurrent(dpy, None, NULL);
    CHECK(pixel_of(window.id, 3, 3) == RED);
    glXSwapBuffers(dpy, window.id); /* current nowhere */
    CHECK(pixel_of(window.id, 3, 3) == GREEN);
    end();
}

static uint32_t xcb_pixel(xcb_connection_t *connection, xcb_drawable_t drawable)
{
    xcb_get_image_reply_t *reply = xcb_get_image_reply(
        connection, xcb_get_image(connection, XCB_IMAGE_FORMAT_Z_PIXMAP, drawable, 3, 3, 1, 1, ~0u), NULL);
    uint32_t pixel = 0x1000000;

    if (reply)
        memcpy(&pixel, xcb_get_image_data(reply), 4);
    free(reply);
    return pixel & 0xffffff;
}

/* The first look is a request of xcb, on the connection of the Display. */
static void get_image_xcb(void)
{
    xcb_connection_t *(*connection_of)(Display *) = NULL;
    void *library = dlopen("libX11-xcb.so.1", RTLD_NOW);
    xcb_connection_t *connection;
    xcb_drawable_t pixmap;
    xcb_gcontext_t gc;

    if (library)
        connection_of = (xcb_connection_t * (*)(Display *)) dlsym(library, "XGetXCBConnection");
    CHECK(connection_of != NULL);
    if (!connection_of)
        return;
    connection = connection_of(dpy);
    begin(true, 40, 40);
    fill(1, 0, 0);
    glXSwapBuffers(dpy, window.id);
    CHECK(xcb_pixel(connection, (xcb_drawable_t)window.id) == RED);
    fill(0, 1, 0);
    CHECK(xcb_pixel(connection, (xcb_drawable_t)window.id) == RED);
    end();
    begin(true, 40, 40);
    fill(0, 0, 1);
    glXSwapBuffers(dpy, window.id);
    pixmap = xcb_generate_id(connection);
    gc = xcb_generate_id(connection);
    xcb_create_pixmap(connection, 24, pixmap, (xcb_drawable_t)window.id, 8, 8);
    xcb_create_gc(connection, gc, pixmap, 0, NULL);
    xcb_copy_area(connection, (xcb_drawable_t)window.id, pixmap, gc, 0, 0, 0, 0, 8, 8);
    CHECK(xcb_pixel(connection, pixmap) == BLUE);
    end();
}

/* Another thread looks at the window, over and over. */
struct looker {
    pthread_t thread;
    Window window;
    _Atomic int looks, torn;
    _Atomic bool stop;
};

static void *look(void *argument)
{
    struct looker *looker = argument;
    Display *display = XOpenDisplay(NULL);

    while (!atomic_load(&looker->stop)) {
        XImage *image = XGetImage(display, looker->window, 0, 0, 120, 120, AllPlanes, ZPixmap);
        unsigned long first = XGetPixel(image, 0, 0) & 0xffffff;

        if (first == RED || first == BLUE)
            atomic_fetch_add(&looker->looks, 1);
        for (int i = 0; i < 120; i++)
            if ((XGetPixel(image, i, i) & 0xffffff) != first)
                atomic_fetch_add(&looker->torn, 1);
        XDestroyImage(image);
    }
    XCloseDisplay(display);
    return NULL;
}

static void begin_looked_at(struct looker *looker, bool double_buffer)
{
    memset(looker, 0, sizeof(*looker));
    begin(double_buffer, 120, 120);
    looker->window = window.id;
    pthread_create(&looker->thread, NULL, look, looker);
}

static bool saw_enough(struct looker *looker)
{
    return atomic_load(&looker->looks) >= 20;
}

static void end_looked_at(struct looker *looker)
{
    atomic_store(&looker->stop, true);
    pthread_join(looker->thread, NULL);
    CHECK(saw_enough(looker));
    CHECK(atomic_load(&looker->torn) == 0);
    end();
}

/* This thread draws meanwhile, lets the context go and takes it again. */
static void get_image_thread(void)
{
    struct looker looker;

    begin_looked_at(&looker, true);
    for (int i = 0; i < 300 || !saw_enough(&looker); i++) {
        fill((float)(i & 1), 0, (float)!(i & 1));
        glXSwapBuffers(dpy, window.id);
        if (i % 7 == 0) {
            CHECK(glXMakeCurrent(dpy, None, NULL));
            CHECK(glXMakeCurrent(dpy, window.id, context));
            CHECK(pixel_at(60, 60) == (i & 1 ? RED : BLUE));
        }
    }
    end_looked_at(&looker);
}

/* The same with a window of one buffer, which is read whenever nobody has it current. */
static void get_image_taken(void)
{
    struct looker looker;

    begin_looked_at(&looker, false);
    for (int i = 0; i < 1500 || !saw_enough(&looker); i++) {
        fill((float)(i & 1), 0, (float)!(i & 1));
        glFlush();
        CHECK(glXMakeCurrent(dpy, None, NULL));
        for (volatile int k = 0; k < i * 37 % 60000; k++) /* so that the two meet at all moments */
            ;
        CHECK(glXMakeCurrent(dpy, window.id, context));
        CHECK(pixel_at(60, 60) == (i & 1 ? RED : BLUE));
    }
    end_looked_at(&looker);
}

/* A pixmap that GL draws in is a pixmap. */
static void get_image_pixmap(void)
{
    GLXFBConfig config = choose(false, 0, false);
    Pixmap pixmap = XCreatePixmap(dpy, DefaultRootWindow(dpy), 40, 30, 24);
    GLXPixmap id = glXCreatePixmap(dpy, config, pixmap, NULL);
    GLXContext drawer = glXCreateNewContext(dpy, config, GLX_RGBA_TYPE, NULL, True);
    Window target = XCreateSimpleWindow(dpy, DefaultRootWindow(dpy), 0, 0, 40, 30, 0, 0, WHITE);
    GC gc = gc_for(target, GREEN);

    XMapWindow(dpy, target);
    CHECK(glXMakeCurrent(dpy, id, drawer));
    draw_compat(40, 30, 2);
    glFinish();
    CHECK(image_hash(pixmap, 40, 30) == pixel_hash(40, 30));
    fill(1, 0, 0);
    glXSwapBuffers(dpy, id); /* nothing */
    glXWaitGL();
    XCopyArea(dpy, pixmap, target, gc, 0, 0, 40, 30, 0, 0);
    CHECK(pixel_of(target, 5, 5) == RED);
    XFillRectangle(dpy, pixmap, gc, 0, 0, 10, 10);
    glXWaitX();
    glXMakeCurrent(dpy, None, NULL);
    CHECK(pixel_of(pixmap, 20, 20) == RED);
    glXMakeCurrent(dpy, id, drawer);
    fill(0, 0, 1);
    glXMakeCurrent(dpy, None, NULL);
    CHECK(pixel_of(pixmap, 20, 20) == BLUE);
    XFillRectangle(dpy, pixmap, gc, 0, 0, 10, 10);
    CHECK(pixel_of(pixmap, 5, 5) == GREEN && pixel_of(pixmap, 20, 20) == BLUE);
    glXDestroyPixmap(dpy, id);
    CHECK(pixel_of(pixmap, 5, 5) == GREEN && pixel_of(pixmap, 20, 20) == BLUE);
    XFreePixmap(dpy, pixmap);
    XFreeGC(dpy, gc);
    XDestroyWindow(dpy, target);
    glXDestroyContext(dpy, drawer);
    say_errors("end");
}

const struct scene scenes_seen[] = {
    {"get_image", get_image, false},
    {"get_image_inside", get_image_inside, false},
    {"mixed", mixed, false},
    {"copy_first", copy_first, false},
    {"get_image_single", get_image_single, false},
    {"get_image_elsewhere", get_image_elsewhere, true},
    {"get_image_idle", get_image_idle, true},
    {"get_image_xcb", get_image_xcb, true},
    {"get_image_thread", get_image_thread, true},
    {"get_image_taken", get_image_taken, true},
    {"get_image_pixmap", get_image_pixmap, true},
    {NULL, NULL, false},
};
