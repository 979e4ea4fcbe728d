/* More bad input: windows and pixmaps of another connection, that vanish, or come again under their old id. The error
 * that GLX names, in expected/NAME.txt, and nothing else happens. */
#include <stdlib.h>

#include "one_window.h"
#include "raw_window.h"

/* A GLX window whose window is destroyed by another client, with its parent, while it is drawn to. */
static void window_gone(void)
{
    xcb_connection_t *connection = xcb_connect(NULL, NULL);
    GLXFBConfig config = choose(true, 0, false);
    xcb_window_t outer = raw_window(connection, xcb_generate_id(connection), 0);
    xcb_window_t inner = raw_window(connection, xcb_generate_id(connection), outer);
    GLXWindow id = glXCreateWindow(dpy, config, inner, NULL), again;

    context = glXCreateNewContext(dpy, config, GLX_RGBA_TYPE, NULL, True);
    CHECK(glXMakeContextCurrent(dpy, id, id, context));
    fill(1, 0, 0);
    glXSwapBuffers(dpy, id);
    say_errors("while it is there");
    xcb_destroy_window(connection, outer);
    outer = raw_window(connection, outer, 0);
    fill(0, 1, 0);
    CHECK(pixel_at(3, 3) == GREEN); /* drawing goes on */
    glXSwapBuffers(dpy, id);
    say_errors("swap");
    CHECK(glXCreateWindow(dpy, config, inner, NULL) == None);
    say_errors("another GLX window");
    /* Another window of the same id is not its own. */
    inner = raw_window(connection, inner, outer);
    glXSwapBuffers(dpy, id);
    say_errors("swap after the id came again");
    again = glXCreateWindow(dpy, config, inner, NULL);
    CHECK(again != None && again != id);
    CHECK(glXMakeContextCurrent(dpy, again, again, context));
    fill(0, 0, 1);
    CHECK(pixel_at(3, 3) == BLUE);
    glXSwapBuffers(dpy, again);
    say_errors("the new one");
    CHECK(!glXMakeContextCurrent(dpy, id, id, context));
    say_errors("the old one");
    CHECK(glXGetCurrentDrawable() == again);
    xcb_disconnect(connection); /* which takes the new one, too */
    XSync(dpy, False);
    fill(1, 0, 0);
    CHECK(pixel_at(3, 3) == RED);
    CHECK(glXMakeContextCurrent(dpy, None, None, NULL));
    glXDestroyContext(dpy, context);
    say_errors("end");
}

/* The plain window, without glXCreateWindow. */
static void id_again(void)
{
    xcb_connection_t *connection = xcb_connect(NULL, NULL);
    GLXFBConfig config = choose(true, 0, false);
    xcb_window_t id = raw_window(connection, xcb_generate_id(connection), 0);
    xcb_get_image_reply_t *image;

    context = glXCreateNewContext(dpy, config, GLX_RGBA_TYPE, NULL, True);
    for (int round = 0; round < 3; round++) {
        CHECK(glXMakeCurrent(dpy, id, context));
        fill(round == 0, round == 1, round == 2);
        glXSwapBuffers(dpy, id);
        image = xcb_get_image_reply(connection,
                                    xcb_get_image(connection, XCB_IMAGE_FORMAT_Z_PIXMAP, id, 0, 0, 20, 20, ~0u), NULL);
        CHECK(image && xcb_get_image_data_length(image) == 1600 && xcb_get_image_data(image)[2 - round] == 0xff);
        free(image);
        xcb_destroy_window(connection, id);
        raw_window(connection, id, 0);
    }
    say_errors("rounds");
    CHECK(glXMakeCurrent(dpy, None, NULL));
    glXDestroyContext(dpy, context);
    xcb_disconnect(connection);
    say_errors("end");
}

/* A GLX pixmap keeps what it stands for, as X's own pixmaps do for a picture. */
static void pixmap_gone(void)
{
    GLXFBConfig config = choose(false, 0, false);
    Pixmap pixmap = XCreatePixmap(dpy, DefaultRootWindow(dpy), 20, 20, 24);
    GLXPixmap id = glXCreatePixmap(dpy, config, pixmap, NULL);

    context = glXCreateNewContext(dpy, config, GLX_RGBA_TYPE, NULL, True);
    CHECK(glXMakeContextCurrent(dpy, id, id, context));
    fill(1, 0, 0);
    XFreePixmap(dpy, pixmap);
    XSync(dpy, False);
    fill(0, 1, 0);
    glXWaitGL();
    CHECK(pixel_at(3, 3) == GREEN);
    say_errors("freed");
    CHECK(glXCreatePixmap(dpy, config, pixmap, NULL) == None);
    say_errors("a second one of it");
    CHECK(glXMakeContextCurrent(dpy, None, None, NULL));
    glXDestroyPixmap(dpy, id);
    say_errors("destroyed");
    glXDestroyPixmap(dpy, id);
    say_errors("destroyed twice");
    CHECK(!glXMakeContextCurrent(dpy, id, id, context));
    say_errors("current");
    glXDestroyContext(dpy, context);
    say_errors("end");
}

/* A window of another connection's, and contexts that outlive theirs. */
static void other_client(void)
{
    Display *other = XOpenDisplay(NULL);
    GLXFBConfig config = choose(true, 0, false);
    Window id = XCreateSimpleWindow(other, DefaultRootWindow(other), 0, 0, 20, 20, 0, 0, 0);
    GLXContext theirs = glXCreateNewContext(other, config, GLX_RGBA_TYPE, NULL, True);

    XMapWindow(other, id);
    XSync(other, False);
    context = glXCreateNewContext(dpy, config, GLX_RGBA_TYPE, theirs, True);
    CHECK(theirs && context);
    CHECK(glXMakeCurrent(dpy, id, context));
    fill(1, 0, 0);
    glXSwapBuffers(dpy, id);
    CHECK(glXMakeCurrent(other, id, theirs));
    CHECK(glXGetCurrentDisplay() == other);
    fill(0, 1, 0);
    glXSwapBuffers(other, id);
    say_errors("drawn");
    XCloseDisplay(other); /* while its context is current in its window */
    XSync(dpy, False);
    fill(0, 0, 1);
    CHECK(pixel_at(3, 3) == BLUE);
    CHECK(glXMakeCurrent(dpy, None, NULL));
    CHECK(!glXMakeCurrent(dpy, id, context));
    say_errors("a window that went with its connection");
    window_open(&window, config, 20, 20);
    CHECK(glXMakeCurrent(dpy, window.id, context));
    fill(0, 1, 0);
    CHECK(pixel_at(3, 3) == GREEN);
    glXSwapBuffers(dpy, window.id);
    end();
}

const struct scene scenes_input[] = {
    { "window_gone", window_gone, true },   { "id_again", id_again, true }, { "pixmap_gone", pixmap_gone, true },
    { "other_client", other_client, true }, { NULL, NULL, false },
};
