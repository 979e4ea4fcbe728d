/* Looks at every frame of an animation as another client of its X server would. Preloaded, so that the same program is
 * looked at in the same way on Xvfb and under Offstage. The program calls
 *
 *     probe_drawn()    when a frame is drawn with OpenGL and not yet shown: what its own glReadPixels gives
 *     probe_shown()    when it is shown: the largest window by GetImage, over a connection of the probe's own
 *
 * and each appends a record to the file named by FRAMES_OUT: struct record, then width * height pixels of four bytes,
 * top row first: blue, green, red, and alpha (0 in windows that have none). A frame that could not be read is a record
 * of no pixels. Calls come from one thread at a time. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xcb/xcb.h>

#include "probe.h"

#define MOST 32

struct record {
    char kind[4];           /* "draw" or "show" */
    uint32_t width, height; /* pixels */
};

struct look {
    xcb_window_t window;
    int width, height, depth;
};

/* The connections of the program. What it has asked for on any of them is carried out before a window is looked at. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static xcb_connection_t *connections[MOST], *own;

static void settle(void)
{
    xcb_connection_t *now[MOST];

    pthread_mutex_lock(&lock);
    memcpy(now, connections, sizeof(now));
    pthread_mutex_unlock(&lock);
    for (int i = 0; i < MOST; i++)
        if (now[i] && !xcb_connection_has_error(now[i]))
            free(xcb_get_input_focus_reply(now[i], xcb_get_input_focus(now[i]), NULL));
}

static bool look_at(xcb_window_t window, struct look *found)
{
    xcb_get_window_attributes_reply_t *attributes =
        xcb_get_window_attributes_reply(own, xcb_get_window_attributes(own, window), NULL);
    xcb_get_geometry_reply_t *size = xcb_get_geometry_reply(own, xcb_get_geometry(own, window), NULL);
    bool seen = attributes && size && attributes->map_state == XCB_MAP_STATE_VIEWABLE &&
                attributes->_class == XCB_WINDOW_CLASS_INPUT_OUTPUT;

    if (seen)
        *found = (struct look){ window, size->width, size->height, size->depth };
    free(attributes);
    free(size);
    return seen;
}

/* The largest top-level window that is seen. */
static struct look find_window(void)
{
    struct look best = { XCB_NONE, 0, 0, 0 }, one;
    xcb_query_tree_reply_t *tree;

    if (!own)
        own = xcb_connect(NULL, NULL);
    if (xcb_connection_has_error(own))
        return best;
    tree =
        xcb_query_tree_reply(own, xcb_query_tree(own, xcb_setup_roots_iterator(xcb_get_setup(own)).data->root), NULL);
    for (int i = 0; tree && i < xcb_query_tree_children_length(tree); i++)
        if (look_at(xcb_query_tree_children(tree)[i], &one) && one.width * one.height > best.width * best.height)
            best = one;
    free(tree);
    return best;
}

/* pixels: width * height of four bytes, or NULL. */
static void record(const char *kind, const struct look *look, const uint8_t *pixels)
{
    static FILE *file;
    const char *path = getenv("FRAMES_OUT");
    struct record head = { .width = pixels ? (uint32_t)look->width : 0, .height = pixels ? (uint32_t)look->height : 0 };

    memcpy(head.kind, kind, sizeof(head.kind));
    if (!file && (!path || !(file = fopen(path, "wb"))))
        return;
    fwrite(&head, sizeof(head), 1, file);
    if (pixels)
        fwrite(pixels, 4, (size_t)look->width * (size_t)look->height, file);
    fflush(file);
}

void probe_shown(void)
{
    struct look look;
    xcb_get_image_reply_t *image = NULL;
    uint8_t *pixels = NULL;

    settle();
    look = find_window();
    if (look.window)
        image = xcb_get_image_reply(own,
                                    xcb_get_image(own, XCB_IMAGE_FORMAT_Z_PIXMAP, look.window, 0, 0,
                                                  (uint16_t)look.width, (uint16_t)look.height, ~0u),
                                    NULL);
    if (image && xcb_get_image_data_length(image) >= 4 * look.width * look.height) {
        pixels = xcb_get_image_data(image);
        for (long i = 0; look.depth != 32 && i < (long)look.width * look.height; i++)
            pixels[4 * i + 3] = 0; /* a pad byte */
    }
    record("show", &look, pixels);
    free(image);
}

/* OpenGL's names, so that no header of a certain version is needed. */
#define GL_RGBA_         0x1908
#define GL_UNSIGNED_BYTE 0x1401
typedef void read_pixels(int x, int y, int width, int height, unsigned format, unsigned type, void *pixels);

static read_pixels *find_read_pixels(void)
{
    static const char *const libraries[] = { "libGL.so.1", "libGLESv2.so.2" };
    void *library = NULL;

    for (size_t i = 0; !library && i < sizeof(libraries) / sizeof(libraries[0]); i++)
        library = dlopen(libraries[i], RTLD_LAZY);
    return library ? (read_pixels *)dlsym(library, "glReadPixels") : NULL;
}

void probe_drawn(void)
{
    static read_pixels *read;
    struct look look = find_window();
    size_t row = 4 * (size_t)look.width;
    uint8_t *bottom_up, *pixels;

    if (!read)
        read = find_read_pixels();
    bottom_up = malloc(row * (size_t)look.height + 1);
    pixels = malloc(row * (size_t)look.height + 1);
    if (read && bottom_up && pixels) {
        memset(bottom_up, 0, row * (size_t)look.height);
        read(0, 0, look.width, look.height, GL_RGBA_, GL_UNSIGNED_BYTE, bottom_up);
        for (int y = 0; y < look.height; y++)
            for (int x = 0; x < look.width; x++) {
                const uint8_t *from = bottom_up + row * (size_t)(look.height - 1 - y) + 4 * x;
                uint8_t *to = pixels + row * (size_t)y + 4 * x;

                to[0] = from[2];
                to[1] = from[1];
                to[2] = from[0];
                to[3] = from[3];
            }
    }
    record("draw", &look, read ? pixels : NULL);
    free(bottom_up);
    free(pixels);
}

/* -- the program's connections ------------------------------------------------------------------------------------ */

static xcb_connection_t *remember(xcb_connection_t *connection)
{
    bool kept = false;

    pthread_mutex_lock(&lock);
    for (int i = 0; i < MOST && !kept; i++)
        if ((kept = !connections[i]))
            connections[i] = connection;
    pthread_mutex_unlock(&lock);
    return connection;
}

/* The two ways into libxcb; Xlib takes the first. */
PROBE xcb_connection_t *xcb_connect_to_display_with_auth_info(const char *name, xcb_auth_info_t *auth, int *screen)
{
    __typeof__(&xcb_connect_to_display_with_auth_info) real =
        (__typeof__(real))dlsym(RTLD_NEXT, "xcb_connect_to_display_with_auth_info");

    return remember(real(name, auth, screen));
}

PROBE xcb_connection_t *xcb_connect(const char *name, int *screen)
{
    return xcb_connect_to_display_with_auth_info(name, NULL, screen);
}

PROBE void xcb_disconnect(xcb_connection_t *connection)
{
    __typeof__(&xcb_disconnect) real = (__typeof__(real))dlsym(RTLD_NEXT, "xcb_disconnect");

    pthread_mutex_lock(&lock);
    for (int i = 0; i < MOST; i++)
        if (connections[i] == connection)
            connections[i] = NULL;
    pthread_mutex_unlock(&lock);
    real(connection);
}
