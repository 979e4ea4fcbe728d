/* When what OpenGL draws in a window is kept for X: from the first look on, whoever draws, and not for ever. */
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "one_window.h"

/* Somebody else who takes pictures: a connection of its own, in a thread of its own. */
struct looker {
    Window window;
    unsigned long expected, seen;
    int looks;
    Display *display;             /* opened before anything is drawn */
};

/* Looks until it sees what is drawn, which is at the first time unless the machine is busy, and then tells the window. */
static void *look(void *argument)
{
    struct looker *looker = argument;
    XEvent event;

    do {
        if (looker->looks++)
            usleep(20000);
        looker->seen = pixel_of_on(looker->display, looker->window, 3, 3);
    } while (looker->seen != looker->expected && looker->looks < 200);
    memset(&event, 0, sizeof(event));
    event.xclient.type = ClientMessage;
    event.xclient.window = looker->window;
    event.xclient.format = 32;
    XSendEvent(looker->display, looker->window, False, NoEventMask, &event);
    XCloseDisplay(looker->display);
    return NULL;
}

/* Takes events as they come until the looker's; no other that is not the core protocol's may come. */
static void wait_in_xlib(void)
{
    XEvent event;

    do {
        XNextEvent(dpy, &event);
        CHECK(event.type < LASTEvent);
    } while (event.type != ClientMessage);
}

static void wait_in_poll(void)
{
    struct pollfd fd = {.fd = ConnectionNumber(dpy), .events = POLLIN};
    XEvent event = {.type = 0};

    while (event.type != ClientMessage) {
        (void)poll(&fd, 1, -1);
        while (event.type != ClientMessage && XPending(dpy)) {
            XNextEvent(dpy, &event);
            CHECK(event.type < LASTEvent);
        }
    }
}

/* A window that is drawn once, when something changes, while its thread waits for events. */
static void drawn_once(bool double_buffer, void (*wait)(void))
{
    struct looker looker = {.expected = RED};
    GLfloat clear[4];
    pthread_t thread;

    looker.display = XOpenDisplay(NULL);
    begin(double_buffer, 40, 40);
    looker.window = window.id;
    fill(1, 0, 0);
    if (double_buffer)
        glXSwapBuffers(dpy, window.id);
    else
        glFlush();
    glClearColor(0.25f, 0.5f, 0.75f, 1);
    pthread_create(&thread, NULL, look, &looker);
    wait();
    pthread_join(thread, NULL);
    CHECK(looker.seen == RED);
    glGetFloatv(GL_COLOR_CLEAR_VALUE, clear);
    CHECK(clear[0] == 0.25f && clear[1] == 0.5f);
    CHECK(glXGetCurrentContext() == context && glXGetCurrentDrawable() == window.id);
    CHECK(pixel_at(3, 3) == RED);
    end();
}

static void look_on_change(void) { drawn_once(true, wait_in_xlib); }
static void look_polling(void) { drawn_once(true, wait_in_poll); }
static void look_single(void) { drawn_once(false, wait_in_xlib); }

/* A frame, and a rectangle over it, which can be seen as long as frames are kept: else the frame is put over it when
 * somebody reads. */
static unsigned long drawn_over(GC gc)
{
    fill(1, 0, 0);
    glXSwapBuffers(dpy, window.id);
    XFillRectangle(dpy, window.id, gc, 0, 0, 10, 10);
    glXWaitX();
    return pixel_of_on(dpy, window.id, 3, 3);
}

/* Reading beside the window that GL draws in is no look at it. */
static void look_beside(void)
{
    Window outer = XCreateSimpleWindow(dpy, DefaultRootWindow(dpy), 0, 0, 120, 50, 0, 0, WHITE);
    Window sister = XCreateSimpleWindow(dpy, outer, 50, 0, 30, 30, 1, 0, BLUE);
    Pixmap pixmap = XCreatePixmap(dpy, outer, 40, 40, 24);
    GC gc = gc_for(pixmap, GREEN), all = gc_for(pixmap, GREEN);

    XSetSubwindowMode(dpy, all, IncludeInferiors);
    XMapWindow(dpy, outer);
    XMapWindow(dpy, sister);
    for (int moved = 0; moved < 2; moved++) {
        begin(true, 40, 40);
        XReparentWindow(dpy, window.id, outer, 0, 5);
        glXWaitX();
        if (moved)
            XMoveWindow(dpy, window.id, 80, 5);
        glXWaitX();
        fill(1, 0, 0);
        glXSwapBuffers(dpy, window.id);
        XCopyArea(dpy, outer, pixmap, gc, 45, 0, 30, 40, 0, 0);
        XCopyArea(dpy, outer, pixmap, all, 45, 0, 30, 40, 0, 0);
        XCopyArea(dpy, sister, pixmap, gc, 0, 0, 30, 30, 0, 0);
        XCopyArea(dpy, sister, sister, gc, 0, 0, 10, 10, 5, 5);
        CHECK(pixel_of_on(dpy, sister, 3, 3) == BLUE);
        CHECK(pixel_of_on(dpy, outer, moved ? 20 : 100, 20) == WHITE);
        CHECK(pixel_of_on(dpy, outer, moved ? 90 : 10, 3) == WHITE);
        CHECK(drawn_over(gc) == RED); /* nobody had looked */
        end();
        begin(true, 40, 40);
        XReparentWindow(dpy, window.id, outer, moved ? 80 : 0, 5);
        glXWaitX();
        fill(1, 0, 0);
        glXSwapBuffers(dpy, window.id);
        CHECK(pixel_of_on(dpy, outer, moved ? 81 : 0, 5) == RED);
        CHECK(drawn_over(gc) == GREEN);
        end();
    }
    XFreeGC(dpy, gc);
    XFreeGC(dpy, all);
    XFreePixmap(dpy, pixmap);
    XDestroyWindow(dpy, outer);
}

/* Copying ends after some hundred frames, and begins again. */
static void looks_end(void)
{
    GC gc;

    begin(true, 40, 40);
    gc = gc_for(window.id, GREEN);
    for (int i = 0; i < 3; i++) {
        fill(0, 0, 1);
        glXSwapBuffers(dpy, window.id);
        CHECK(pixel_of_on(dpy, window.id, 3, 3) == BLUE);
        for (int k = 0; k < 100; k++)
            glXSwapBuffers(dpy, window.id);
        CHECK(drawn_over(gc) == GREEN);
        for (int k = 0; k < 400; k++)
            glXSwapBuffers(dpy, window.id);
        CHECK(drawn_over(gc) == RED);
        CHECK(drawn_over(gc) == GREEN);
        /* What X draws is a reason to go on. */
        for (int k = 0; k < 400; k++) {
            glXSwapBuffers(dpy, window.id);
            XDrawPoint(dpy, window.id, gc, 20, 20);
        }
        CHECK(drawn_over(gc) == GREEN);
    }
    XFreeGC(dpy, gc);
    end();
}

const struct scene scenes_look[] = {
    {"look_on_change", look_on_change, true},
    {"look_polling", look_polling, true},
    {"look_single", look_single, true},
    {"look_beside", look_beside, true},
    {"looks_end", looks_end, true},
    {NULL, NULL, false},
};
