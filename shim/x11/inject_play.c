/* A player's hands: events to one window, all of them or none; see inject.h. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "x11/inject.h"
#include "x11/input_private.h"
#include "x11/loop.h"
#include "x11/private.h"

#define MAX_SIDE_PX 16384

struct play {
    uint32_t window;
    const struct ofs_inject *events;
    size_t count, checked;
    bool drain;
    enum ofs_status status;
    char why[160];
};

/* ---- can it be done? ---- */

static enum ofs_status fail(struct play *play, const char *format, ...) __attribute__((format(printf, 2, 3)));
static enum ofs_status fail(struct play *play, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(play->why, sizeof play->why, format, arguments);
    va_end(arguments);
    return OFS_EINVAL;
}

static enum ofs_status check_key(const struct ofs_server *s, struct play *play, const struct ofs_inject *event)
{
    uint8_t mods;
    if (!ofs_xkb_find_keysym(s, event->code, &mods))
        return fail(play, "no key gives keysym 0x%x", event->code);
    if (event->kind == OFS_INJECT_TEXT && mods == 0xFF)
        return fail(play, "keysym 0x%x cannot be typed with Shift and AltGr", event->code);
    return OFS_OK;
}

static enum ofs_status check_event(const struct ofs_server *s, struct play *play, const struct ofs_inject *event)
{
    switch (event->kind) {
    case OFS_INJECT_KEY:
    case OFS_INJECT_TEXT: return check_key(s, play, event);
    case OFS_INJECT_BUTTON:
        if (event->code < 1 || event->code > OFS_MOUSE_BUTTONS)
            return fail(play, "there is no button %u: the mouse has 1 to %d", event->code, OFS_MOUSE_BUTTONS);
        return OFS_OK;
    case OFS_INJECT_POINTER:
    case OFS_INJECT_MOTION: return OFS_OK;
    case OFS_INJECT_RESIZE:
        if (event->a < 1 || event->b < 1 || event->a > MAX_SIDE_PX || event->b > MAX_SIDE_PX)
            return fail(play, "a window cannot be %dx%d: 1 to %d each", event->a, event->b, MAX_SIDE_PX);
        return OFS_OK;
    default: return fail(play, "event of unknown kind %u", event->kind);
    }
}

static void check(const struct ofs_server *s, struct play *play)
{
    play->status = OFS_OK;
    for (size_t i = 0; i < play->checked && play->status == OFS_OK; i++)
        play->status = check_event(s, play, &play->events[i]);
}

/* ---- doing it ---- */

static struct ofs_window *find_window(struct ofs_server *s, uint32_t id)
{
    return (struct ofs_window *)ofs_res_get(s, id, OFS_RES_WINDOW);
}

static void set_key(struct ofs_server *s, uint8_t keycode, bool down)
{
    if (keycode && ofs_key_bit(ofs_device_get(s, OFS_DEV_KEYS)->keys_posted, keycode) != down)
        ofs_input_key_event(s, keycode, down);
}

/* Modifiers that are held already, by whatever key, are neither pressed nor released. */
static void type_text(struct ofs_server *s, uint32_t keysym)
{
    static const uint8_t held[] = { ShiftMask, Mod5Mask };
    uint8_t mods, keycode = ofs_xkb_find_keysym(s, keysym, &mods), pressed[sizeof held] = { 0 };
    for (unsigned i = 0; i < sizeof held; i++)
        if ((mods & held[i]) && !(ofs_xkb_core_state(s) & held[i])) {
            pressed[i] = ofs_xkb_find_modifier(s, held[i]);
            set_key(s, pressed[i], true);
        }
    set_key(s, keycode, false); /* a key that is held is typed anew */
    set_key(s, keycode, true);
    set_key(s, keycode, false);
    for (unsigned i = sizeof held; i-- > 0;)
        set_key(s, pressed[i], false);
}

static void set_button(struct ofs_server *s, uint32_t number, bool down)
{
    if ((ofs_device_get(s, OFS_DEV_MOUSE)->buttons_posted >> number & 1) != (down ? 1u : 0u))
        ofs_input_button_event(s, (uint8_t)number, down);
}

static int clamp(int value, int end) { return value < 0 ? 0 : value >= end ? end - 1 : value; }

static void point(struct ofs_server *s, const struct ofs_window *w, int x, int y)
{
    int root_x, root_y;
    if (!w)
        return;
    ofs_window_origin(w, &root_x, &root_y);
    ofs_input_motion_event(s, root_x + clamp(x, w->width), root_y + clamp(y, w->height));
}

static struct ofs_window *toplevel(struct ofs_server *s, struct ofs_window *w)
{
    while (w && w->parent && w->parent != s->root)
        w = w->parent;
    return w;
}

static void resize(struct ofs_server *s, struct ofs_window *w, int width, int height)
{
    w = toplevel(s, w);
    if (w && w->parent)
        ofs_window_resize(s, w, w->x, w->y, (unsigned)width, (unsigned)height);
}

static void do_event(struct ofs_server *s, uint32_t window, const struct ofs_inject *event)
{
    switch (event->kind) {
    case OFS_INJECT_KEY: {
        uint8_t mods;
        set_key(s, ofs_xkb_find_keysym(s, event->code, &mods), event->a != 0);
        break;
    }
    case OFS_INJECT_TEXT: type_text(s, event->code); break;
    case OFS_INJECT_BUTTON: set_button(s, event->code, event->a != 0); break;
    case OFS_INJECT_POINTER: point(s, find_window(s, window), event->a, event->b); break;
    case OFS_INJECT_MOTION: ofs_input_motion_relative_event(s, event->a, event->b); break;
    case OFS_INJECT_RESIZE: resize(s, find_window(s, window), event->a, event->b); break;
    }
}

static void play_events(struct ofs_server *s, void *arg)
{
    struct play *play = arg;
    if (play->drain)
        ofs_loop_drain(
            s, -1); /* what the program asked for before it showed its frame comes before the player's next move */
    check(s, play);
    for (size_t i = 0; i < play->count && play->status == OFS_OK; i++)
        do_event(s, play->window, &play->events[i]);
}

/* ---- on the server's own thread: after what it is doing ---- */

static void play_later(struct ofs_server *s, const void *arg)
{
    struct play *play;
    memcpy(&play, arg, sizeof(struct play *));
    play_events(s, play);
    free(play);
}

static enum ofs_status play_soon(struct play *play)
{
    size_t bytes = play->count * sizeof *play->events;
    check(ofs_loop_server(), play);
    if (play->status != OFS_OK || play->count == 0)
        return play->status;
    struct play *copy = malloc(sizeof *copy + bytes);
    if (!copy)
        return OFS_ENOMEM;
    *copy = *play;
    copy->checked = copy->count;
    copy->events = memcpy(copy + 1, play->events, bytes);
    if (ofs_loop_post(play_later, &copy, sizeof(struct play *)))
        return OFS_OK;
    free(copy);
    return OFS_EPEER;
}

/* ---- entry points ---- */

enum ofs_status ofs_inject(uint32_t window, const struct ofs_inject *events, size_t count, size_t checked, char *why,
                           size_t why_bytes)
{
    struct play play = {
        .window = window, .events = events, .count = count, .checked = checked > count ? checked : count
    };
    int saved = errno;
    play.drain = !ofs_loop_here();
    if (ofs_loop_here())
        play.status = play_soon(&play);
    else if (!ofs_loop_call(play_events, &play))
        play.status = OFS_EPEER;
    if (play.status != OFS_OK && !play.why[0])
        snprintf(play.why, sizeof play.why, "%s",
                 play.status == OFS_ENOMEM ? "out of memory" : "the game has no X connection any more");
    if (play.status != OFS_OK && why_bytes)
        snprintf(why, why_bytes, "%s", play.why);
    errno = saved;
    return play.status;
}

struct sight {
    uint32_t window;
    bool viewable;
};

static void look(struct ofs_server *s, void *arg)
{
    struct sight *sight = arg;
    const struct ofs_window *w = find_window(s, sight->window);
    sight->viewable = w && w->viewable;
}

static void drain_and_look(struct ofs_server *s, void *arg)
{
    ofs_loop_drain(s, -1);
    look(s, arg);
}

bool ofs_inject_viewable(uint32_t window)
{
    struct sight sight = { .window = window };
    if (ofs_loop_here())
        look(ofs_loop_server(), &sight);
    else if (!ofs_loop_call(drain_and_look, &sight))
        return true;
    return sight.viewable;
}

static void begin(struct ofs_server *s, const void *arg)
{
    uint32_t id;
    memcpy(&id, arg, sizeof id);
    struct ofs_window *w = find_window(s, id);
    if (!w || !w->viewable)
        return;
    if (!ofs_input_focus(s))
        ofs_input_focus_window(s, toplevel(s, w));
    const struct ofs_window *at = s->input->window;
    if (at != w && !ofs_window_is_ancestor(w, at))
        point(s, w, w->width / 2, w->height / 2);
}

static void begin_now(struct ofs_server *s, void *arg) { begin(s, arg); }

bool ofs_inject_begin(uint32_t window)
{
    if (!ofs_inject_viewable(window))
        return false;
    if (ofs_loop_here())
        return ofs_loop_post(begin, &window, sizeof window);
    return ofs_loop_call(begin_now, &window);
}
