/* Cursors in memory: animations by a clock that stands still, what Xvfb does not do as it should, memory, and the other
 * byte order. What Xvfb does is compared in tests/oracle (s_cursors.c). */
#include <stdio.h>
#include <string.h>

#include <X11/extensions/XI2proto.h>
#include <X11/extensions/renderproto.h>
#include <X11/extensions/xfixesproto.h>

#include "../x11input/world.h"

enum { XFIXES = 138, RENDER = 139, XINPUT = 131, NOTIFY = 88, A = 1, B, C, ANIMATED, PIXMAP, WINDOW, PICTURE };

static uint32_t id(const struct ofs_client *c, unsigned n) { return c->id_base + 0x1000 + n; }

static void bitmap_cursor(struct ofs_client *c, uint32_t cursor, unsigned width, unsigned height)
{
    ask(c, "1124422", X_CreatePixmap, 1, 0, id(c, PIXMAP), c->server->root->res.id, width, height);
    ask(c, "11244422222222", X_CreateCursor, 0, 0, cursor, id(c, PIXMAP), 0, 0x1111, 0, 0, 0xabcd, 0xff00, 0xff, 1, 1);
    ask(c, "1124", X_FreePixmap, 0, 0, id(c, PIXMAP));
}

static void show(struct ofs_client *c, uint32_t window, uint32_t cursor)
{
    ask(c, "112444", X_ChangeWindowAttributes, 0, 0, window, CWCursor, cursor);
}

static void watch(struct ofs_client *c, bool on)
{
    ask(c, "11244", XFIXES, X_XFixesSelectCursorInput, 0, c->server->root->res.id, on);
}

/* The serial in the next thing that is said, if that is a notice; else 0. */
static uint32_t told(struct ofs_client *c)
{
    struct heard h;
    uint32_t serial;
    if (!hear(c, &h) || h.bytes[0] != NOTIFY)
        return 0;
    memcpy(&serial, h.bytes + 8, 4);
    return c->swap ? __builtin_bswap32(serial) : serial;
}

/* The serial of the picture that GetCursorImage gives; 0: an error. */
static uint32_t seen(struct ofs_client *c, uint32_t *first_pixel_out)
{
    struct heard h;
    ask(c, "112", XFIXES, X_XFixesGetCursorImage, 0);
    if (!hear(c, &h) || h.bytes[0] != X_Reply)
        return 0;
    *first_pixel_out = ofs_get32(h.bytes + 32, c->swap);
    return ofs_get32(h.bytes + 20, c->swap);
}

static uint32_t serial_seen(struct ofs_client *c)
{
    uint32_t pixel;
    return seen(c, &pixel);
}

static void step(struct ofs_server *s, uint32_t ms)
{
    clock_ms += ms;
    ofs_input_run_timers(s);
}

/* A and B have the serials 2 and 3; ANIMATED shows them in turn. */
static void animate(struct ofs_client *c, uint32_t a_ms, uint32_t b_ms)
{
    bitmap_cursor(c, id(c, A), 2, 2);
    bitmap_cursor(c, id(c, B), 3, 1);
    ask(c, "11244444", RENDER, X_RenderCreateAnimCursor, 0, id(c, ANIMATED), id(c, A), a_ms, id(c, B), b_ms);
    show(c, c->server->root->res.id, id(c, ANIMATED));
}

static void animation(void)
{
    struct ofs_server *s = world();
    struct ofs_client *c = join(s, false);
    animate(c, 100, 50);
    CHECK(serial_seen(c) == 2);
    CHECK(ofs_input_next_timeout_ms(s) == -1); /* nobody watches */
    clock_ms += 120;
    CHECK(serial_seen(c) == 3);
    clock_ms += 30; /* once around */
    CHECK(serial_seen(c) == 2);
    watch(c, true);
    CHECK(ofs_input_next_timeout_ms(s) == 100);
    step(s, 99);
    CHECK(!forget(c));
    step(s, 1);
    CHECK(told(c) == 3 && !forget(c));
    CHECK(ofs_input_next_timeout_ms(s) == 50);
    step(s, 50);
    CHECK(told(c) == 2 && !forget(c));
    step(s, 15000 + 101); /* late: one notice, of the frame of now */
    CHECK(told(c) == 3 && !forget(c));
    show(c, s->root->res.id, None);
    CHECK(told(c) == 1 && !forget(c));
    CHECK(ofs_input_next_timeout_ms(s) == -1);
    ofs_server_destroy(s);
}

static void animation_that_ends(void)
{
    struct ofs_server *s = world();
    struct ofs_client *c = join(s, false);
    watch(c, true);
    animate(c, 100, 0);
    CHECK(told(c) == 2);
    step(s, 100);
    CHECK(told(c) == 3);
    CHECK(ofs_input_next_timeout_ms(s) == -1);
    clock_ms += 1u << 30;
    CHECK(serial_seen(c) == 3);
    animate(join(s, false), 0, 100); /* the first frame stays */
    CHECK(told(c) == 4);
    CHECK(ofs_input_next_timeout_ms(s) == -1);
    ofs_server_destroy(s);
}

/* A cursor for the pointer, which Xvfb 21.1.7 dies of. */
static void pointer_cursor(void)
{
    struct ofs_server *s = world();
    struct ofs_client *c = join(s, false);
    const uint32_t root = s->root->res.id;
    bitmap_cursor(c, id(c, A), 2, 2);
    bitmap_cursor(c, id(c, B), 2, 2);
    ask(c, "112444", XINPUT, X_XIChangeCursor, 0, root, id(c, A), 2u);
    show(c, root, id(c, B));
    CHECK(serial_seen(c) == 2);
    ask(c, "112444", XINPUT, X_XIChangeCursor, 0, root, None, 2u);
    CHECK(serial_seen(c) == 3);
    ofs_server_destroy(s);
}

/* XFixesChangeCursor changes every use, a grab's too. */
static void change_in_grab(void)
{
    struct ofs_server *s = world();
    struct ofs_client *c = join(s, false);
    struct heard h;
    bitmap_cursor(c, id(c, A), 2, 2);
    bitmap_cursor(c, id(c, B), 2, 2);
    ask(c, "1124211444", X_GrabPointer, 1, 0, s->root->res.id, 0, 1, 1, None, id(c, A), 0);
    CHECK(hear(c, &h) && h.bytes[1] == GrabSuccess);
    CHECK(serial_seen(c) == 2);
    ask(c, "11244", XFIXES, X_XFixesChangeCursor, 0, id(c, B), id(c, A));
    CHECK(serial_seen(c) == 3);
    CHECK(!forget(c));
    ofs_server_destroy(s);
}

/* Who goes is forgotten: its wishes, its windows, its cursors; what is shown stays until something else is. */
static void gone(void)
{
    struct ofs_server *s = world();
    struct ofs_client *c = join(s, false), *other = join(s, true);
    uint32_t pixel, w = window(c, 0, 0, 640, 480, 0);
    ask(c, "11244", XFIXES, X_XFixesSelectCursorInput, 0, w, 1u);
    watch(other, true);
    bitmap_cursor(other, id(other, A), 2, 2);
    show(c, w, id(other, A));
    CHECK(told(c) == 2 && told(other) == 2);
    CHECK(seen(other, &pixel) == 2 && pixel == 0xFFABFF00u);
    ofs_client_remove(other);
    CHECK(seen(c, &pixel) == 2 && pixel == 0xFFABFF00u);
    ask(c, "1124", X_DestroyWindow, 0, 0, w);
    CHECK(told(c) == 1); /* before it is gone */
    bitmap_cursor(c, id(c, A), 2, 2);
    show(c, s->root->res.id, id(c, A));
    CHECK(serial_seen(c) == 3);
    show(c, s->root->res.id, None);
    CHECK(serial_seen(c) == 1);
    CHECK(!forget(c));
    ofs_client_remove(c);
    /* All that is left counted is the root's picture, which was asked for. */
    CHECK(s->image_bytes && s->image_bytes < 4096);
    ofs_server_destroy(s);
}

static unsigned error_of(struct ofs_client *c)
{
    struct heard h;
    return hear(c, &h) && h.bytes[0] == X_Error ? h.bytes[1] : 0;
}

static void limits(void)
{
    struct ofs_server *s = world();
    struct ofs_client *c = join(s, false);
    s->config.max_image_bytes = 1 << 20;
    bitmap_cursor(c, id(c, A), 600, 600); /* a pixmap that nobody drew in takes no memory, a cursor does */
    CHECK(error_of(c) == BadAlloc);
    CHECK(!forget(c) && !s->image_bytes);
    s->config.max_image_bytes = 1ull << 32;
    bitmap_cursor(c, id(c, A), 6000, 3000);
    show(c, s->root->res.id, id(c, A));
    CHECK(!forget(c));
    ask(c, "112", XFIXES, X_XFixesGetCursorImage, 0); /* more than a client is sent unread */
    CHECK(error_of(c) == BadAlloc);
    s->config.max_image_bytes = s->image_bytes + 40;
    ask(c, "1124444444444", RENDER, X_RenderCreateAnimCursor, 0, id(c, B), id(c, A), 1u, id(c, A), 1u, id(c, A), 1u,
        id(c, A), 1u, 0u);
    CHECK(error_of(c) == BadLength);
    ask(c, "112444444444", RENDER, X_RenderCreateAnimCursor, 0, id(c, B), id(c, A), 1u, id(c, A), 1u, id(c, A), 1u,
        id(c, A), 1u);
    CHECK(error_of(c) == BadAlloc);
    CHECK(!forget(c));
    ofs_server_destroy(s);
}

int main(void)
{
    animation();
    animation_that_ends();
    pointer_cursor();
    change_in_grab();
    gone();
    limits();
    return failures != 0;
}
