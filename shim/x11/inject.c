/* Events from other threads: input scripts. Each call posts to the server's thread and returns; in lockstep it waits. */
#include <stdlib.h>
#include <string.h>

#include "x11/input.h"
#include "x11/keymap/keymap.h"
#include "x11/loop.h"
#include "x11/toplevel.h"

struct key { char name[48]; bool down; };
struct motion { int x, y; bool relative; };
struct button { uint8_t button; bool down; };
struct size { uint32_t width, height; };

static void run_key(struct ofs_server *s, const void *arg)
{
    const struct key *key = arg;
    bool shift;
    uint8_t keycode = ofs_xkb_find_key(s, key->name, &shift);
    if (keycode)
        ofs_input_key_event(s, keycode, key->down);
}

static int compare_name(const void *name, const void *row)
{
    return strcmp(name, ((const struct ofs_keymap_keysym *)row)->name);
}

bool ofs_input_key(const char *keysym_name, bool down)
{
    struct key key = { .down = down };
    size_t n = strlen(keysym_name);
    /* The table of names is constant: whether there is such a key is known without the server's thread. */
    const struct ofs_keymap *map = &ofs_keymap_default;
    if (n >= sizeof(key.name) || !bsearch(keysym_name, map->keysyms, map->keysym_count, sizeof(*map->keysyms), compare_name))
        return false;
    memcpy(key.name, keysym_name, n);
    return ofs_loop_post_settled(run_key, &key, sizeof(key));
}

static void run_motion(struct ofs_server *s, const void *arg)
{
    const struct motion *m = arg;
    if (m->relative)
        ofs_input_motion_relative_event(s, m->x, m->y);
    else
        ofs_input_motion_event(s, m->x, m->y);
}

static bool post_motion(int x, int y, bool relative)
{
    struct motion m = { x, y, relative };
    return ofs_loop_post_settled(run_motion, &m, sizeof(m));
}

bool ofs_input_motion(int root_x_px, int root_y_px) { return post_motion(root_x_px, root_y_px, false); }
bool ofs_input_motion_relative(int dx_px, int dy_px) { return post_motion(dx_px, dy_px, true); }

static void run_button(struct ofs_server *s, const void *arg)
{
    const struct button *b = arg;
    ofs_input_button_event(s, b->button, b->down);
}

bool ofs_input_button(int button, bool down)
{
    if (button < 1 || button > 255)
        return false;
    struct button b = { (uint8_t)button, down };
    return ofs_loop_post_settled(run_button, &b, sizeof(b));
}

static void run_resize(struct ofs_server *s, const void *arg)
{
    const struct size *size = arg;
    struct ofs_window *w = ofs_toplevel_largest(s);
    if (w)
        ofs_window_resize(s, w, w->x, w->y, size->width, size->height);
}

bool ofs_input_resize(uint32_t width_px, uint32_t height_px)
{
    if (!width_px || !height_px || width_px > 32767 || height_px > 32767)
        return false;
    struct size size = { width_px, height_px };
    return ofs_loop_post_settled(run_resize, &size, sizeof(size));
}
