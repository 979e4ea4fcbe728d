/* Random drawing through RENDER, told by the pixels that come of it: one line for each case, the same on every server.
 *
 *     render_random [--from N] [--dump] COUNT
 *
 * Each case makes its own target and sources from its number, so any one can be looked at alone: --dump prints the pixels.
 * What servers may differ in by decision (shim/x11/DEVIATIONS.md) is left out: windows as sources, depth 4. */
#include "random.h"

#include <stdlib.h>
#include <string.h>

xcb_connection_t *c;
xcb_screen_t *screen;
bool dump;

static void run(unsigned number)
{
    static const char *const names[] = { "composite", "fill", "trapezoids", "triangles", "add-traps", "text" };
    start_chance(number);
    unsigned kind = one_in(2) ? 0 : 1 + below(5), format = kind == 4 ? (one_in(2) ? A8 : A1) : below(FORMATS);
    bool window = kind != 4 && one_in(4);
    struct surface s = window ? new_window() : new_pixmap(format, WIDTH, HEIGHT);
    uint8_t o = op();
    last_map = (struct surface){ 0 };
    xcb_render_picture_t target = new_target(&s);
    struct surface map = last_map;
    /* Onto itself, where both servers work in place. */
    bool itself = !window && s.format->depth >= 24 && !map.drawable && one_in(8);
    xcb_render_picture_t source = itself ? target : new_source();
    switch (kind) {
    case 0: composite(o, source, target); break;
    case 1: fill(o, target); break;
    case 2: trapezoids(o, source, target); break;
    case 3: triangles(o, source, target); break;
    case 4: add_traps(target); break;
    default: text(o, source, target); break;
    }
    printf("%u %s op %#x on %s %u: ", number, names[kind], o, window ? "window" : "pixmap", window ? RGB : format);
    TELL("\n");
    printf("%016llx", (unsigned long long)look(&s));
    if (map.drawable && !(kind == 1 && clipped)) /* Xvfb forgets the clip's origin there */
        printf(" map %016llx", (unsigned long long)look(&map));
    putchar('\n');
    free_pictures();
    if (!window)
        xcb_free_pixmap(c, s.drawable);
    else
        xcb_destroy_window(c, s.drawable);
    for (xcb_generic_event_t *event; (event = xcb_poll_for_event(c)); free(event))
        if (event->response_type == 0)
            printf("error %u of request %u\n", ((xcb_generic_error_t *)event)->error_code,
                   ((xcb_generic_error_t *)event)->minor_code);
}

int main(int argc, char **argv)
{
    unsigned from = 0, count = 0;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--from") == 0 && i + 1 < argc)
            from = (unsigned)atoi(argv[++i]);
        else if (strcmp(argv[i], "--dump") == 0)
            dump = true;
        else
            count = (unsigned)atoi(argv[i]);
    }
    c = xcb_connect(NULL, NULL);
    if (xcb_connection_has_error(c))
        return 2;
    screen = xcb_setup_roots_iterator(xcb_get_setup(c)).data;
    free(xcb_render_query_version_reply(c, xcb_render_query_version(c, 0, 11), NULL));
    if (!find_formats()) {
        fprintf(stderr, "a picture format is missing\n");
        return 3;
    }
    for (unsigned i = from; i < from + count; i++)
        run(i);
    xcb_disconnect(c);
    return 0;
}
