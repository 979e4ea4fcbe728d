/* Cursors: which one is shown, who is told, names, animations. */
#include <stdlib.h>
#include <string.h>
#include <xcb/render.h>
#include <xcb/xfixes.h>
#include <xcb/xtest.h>

#include "cursors.h"
#include "scenarios.h"

/* ---- which one ---- */

static void watch(struct oracle *o, xcb_window_t w, bool on)
{
    xcb_xfixes_select_cursor_input(o->c, w, on ? XCB_XFIXES_CURSOR_NOTIFY_MASK_DISPLAY_CURSOR : 0);
}

void scenario_cursor_shown(struct oracle *o)
{
    if (!cursor_use(o))
        return;
    xcb_window_t w = oracle_window(o, "w", o->root, 100, 100, 300, 300, 0, 0);
    xcb_window_t child = oracle_window(o, "child", w, 100, 100, 100, 100, 0, 0);
    xcb_window_t hidden = oracle_window(o, "hidden", w, 0, 0, 300, 300, 0, 0);
    xcb_map_window(o->c, child);
    xcb_map_window(o->c, w);
    watch(o, w, true);
    watch(o, o->root, true);
    watch(o, w, true);
    xcb_cursor_t a = cursor_of_bits(o, "a", 2, 2, 1), b = cursor_of_bits(o, "b", 2, 2, 2),
                 c = cursor_of_bits(o, "c", 2, 2, 3);
    oracle_step(o, "in a window that the pointer is not in");
    cursor_set(o, w, a);
    oracle_step(o, "into it, and into its child");
    oracle_move(o, 150, 150);
    oracle_move(o, 250, 250);
    oracle_step(o, "a cursor of the child's own");
    cursor_set(o, child, b);
    cursor_show(o);
    oracle_step(o, "the same once more, and another for its parent");
    cursor_set(o, child, b);
    cursor_set(o, w, c);
    oracle_step(o, "out of the child");
    oracle_move(o, 150, 150);
    oracle_step(o, "a window comes under the pointer, and goes");
    cursor_set(o, hidden, a);
    xcb_map_window(o->c, hidden);
    oracle_step(o, "goes");
    xcb_destroy_window(o->c, hidden);
    oracle_step(o, "no cursor of its own");
    oracle_move(o, 250, 250);
    cursor_set(o, child, 0);
    oracle_step(o, "the root's, and back");
    cursor_set(o, o->root, b);
    oracle_move(o, 10, 10);
    cursor_set(o, o->root, 0);
    cursor_show(o);
    oracle_step(o, "nobody watches");
    watch(o, o->root, false);
    xcb_destroy_window(o->c, w);
    cursor_set(o, o->root, c);
    xcb_xfixes_hide_cursor(o->c, o->root);
    cursor_show(o);
}

static void grab(struct oracle *o, xcb_window_t w, xcb_cursor_t cursor)
{
    ORACLE_SHOW(o, o->c, "xproto:GrabPointer",
                xcb_grab_pointer(o->c, 1, w, XCB_EVENT_MASK_BUTTON_PRESS, XCB_GRAB_MODE_ASYNC, XCB_GRAB_MODE_ASYNC, 0,
                                 cursor, 0));
}

void scenario_cursor_grabs(struct oracle *o)
{
    if (!cursor_use(o))
        return;
    xcb_window_t w = cursor_window(o), other = oracle_window(o, "other", o->root, 500, 100, 100, 100, 0, 0);
    xcb_window_t child = oracle_window(o, "child", w, 0, 0, 100, 100, 0, 0);
    xcb_map_window(o->c, child);
    xcb_map_window(o->c, other);
    xcb_cursor_t a = cursor_of_bits(o, "a", 2, 2, 1), b = cursor_of_bits(o, "b", 2, 2, 2),
                 c = cursor_of_bits(o, "c", 2, 2, 3);
    cursor_set(o, w, a);
    cursor_set(o, child, b);
    watch(o, o->root, true);
    oracle_step(o, "a grab with a cursor, which is freed");
    grab(o, w, c);
    xcb_free_cursor(o->c, c);
    oracle_step(o, "another, and none");
    xcb_change_active_pointer_grab(o->c, a, 0, 0);
    xcb_change_active_pointer_grab(o->c, 0, 0, 0);
    xcb_change_active_pointer_grab(o->c, 0xE1, 0, 0);
    oracle_step(o, "the grab of a window that the pointer is not in");
    grab(o, other, 0);
    oracle_step(o, "ungrab");
    xcb_ungrab_pointer(o->c, 0);
    oracle_step(o, "a passive grab");
    xcb_grab_button(o->c, 1, w, XCB_EVENT_MASK_BUTTON_PRESS, XCB_GRAB_MODE_SYNC, XCB_GRAB_MODE_ASYNC, 0, a, 1, 0);
    oracle_button(o, 1, true);
    oracle_step(o, "events wait");
    oracle_move(o, 550, 150);
    cursor_set(o, other, b);
    oracle_step(o, "they go on");
    xcb_allow_events(o->c, XCB_ALLOW_ASYNC_POINTER, 0);
    oracle_button(o, 1, false);
    oracle_step(o, "errors");
    xcb_grab_button(o->c, 1, w, 4, 1, 1, 0, 0xE1, 2, 0);
    grab(o, w, 0xE1);
    cursor_show(o);
}

/* ---- names, and one for another ---- */

static void name(struct oracle *o, xcb_cursor_t cursor, const char *text)
{
    xcb_xfixes_set_cursor_name(o->c, cursor, (uint16_t)strlen(text), text);
}

static void compare(struct oracle *o, xcb_window_t w, xcb_cursor_t cursor)
{
    ORACLE_SHOW(o, o->c, "xtest:CompareCursor", xcb_test_compare_cursor(o->c, w, cursor));
}

void scenario_cursor_names(struct oracle *o)
{
    if (!cursor_use(o))
        return;
    xcb_window_t w = cursor_window(o);
    xcb_cursor_t a = cursor_of_bits(o, "a", 2, 2, 1), b = cursor_of_bits(o, "b", 2, 2, 2),
                 c = cursor_of_bits(o, "c", 2, 2, 3);
    watch(o, o->root, true);
    cursor_set(o, w, a);
    oracle_step(o, "names");
    ORACLE_SHOW(o, o->c, "xfixes:GetCursorName", xcb_xfixes_get_cursor_name(o->c, a));
    name(o, a, "watch");
    name(o, b, "left_ptr");
    name(o, c, "");
    cursor_show(o);
    ORACLE_SHOW(o, o->c, "xfixes:GetCursorName", xcb_xfixes_get_cursor_name(o->c, b));
    ORACLE_SHOW(o, o->c, "xfixes:GetCursorName", xcb_xfixes_get_cursor_name(o->c, c));
    oracle_step(o, "a becomes b: in the window, and its id");
    xcb_xfixes_change_cursor(o->c, b, a);
    ORACLE_SHOW(o, o->c, "xfixes:GetCursorName", xcb_xfixes_get_cursor_name(o->c, a));
    cursor_show(o);
    oracle_step(o, "what is called left_ptr becomes c");
    xcb_xfixes_change_cursor_by_name(o->c, c, 8, "left_ptr");
    xcb_xfixes_change_cursor_by_name(o->c, c, 7, "unknown");
    cursor_show(o);
    oracle_step(o, "a window's cursor compared");
    compare(o, w, a);
    compare(o, w, 0);
    compare(o, w, XCB_TEST_CURSOR_CURRENT);
    compare(o, o->root, XCB_TEST_CURSOR_CURRENT);
    compare(o, w, 0xE1);
    xcb_free_cursor(o->c, c);
    compare(o, w, XCB_TEST_CURSOR_CURRENT);
    oracle_step(o, "errors");
    name(o, 0xE1, "x");
    ORACLE_SHOW(o, o->c, "xfixes:GetCursorName", xcb_xfixes_get_cursor_name(o->c, 0xE1));
    xcb_xfixes_change_cursor(o->c, 0xE1, a);
    xcb_xfixes_change_cursor(o->c, a, 0xE1);
    xcb_xfixes_change_cursor_by_name(o->c, 0xE1, 8, "left_ptr");
}

/* ---- animated ---- */

/* The serials of the frames that are shown next. */
static void show_frames(struct oracle *o, unsigned count)
{
    const xcb_query_extension_reply_t *xfixes = xcb_get_extension_data(o->c, &xcb_xfixes_id);
    xcb_flush(o->c);
    while (count) {
        xcb_generic_event_t *event = xcb_wait_for_event(o->c);
        if (!event)
            return;
        if ((event->response_type & 0x7f) == xfixes->first_event + XCB_XFIXES_CURSOR_NOTIFY) {
            oracle_step(o, "frame %u", ((xcb_xfixes_cursor_notify_event_t *)event)->cursor_serial);
            count--;
        }
        free(event);
    }
}

static xcb_cursor_t animated(struct oracle *o, const char *id, unsigned count, const xcb_render_animcursorelt_t *frames)
{
    xcb_cursor_t cursor = oracle_id(o, o->c, id);
    xcb_render_create_anim_cursor(o->c, cursor, count, frames);
    return cursor;
}

void scenario_cursor_animated(struct oracle *o)
{
    if (!cursor_use(o))
        return;
    xcb_window_t w = cursor_window(o);
    xcb_cursor_t a = cursor_of_bits(o, "a", 2, 2, 1), b = cursor_of_bits(o, "b", 2, 2, 2);
    enum { LONG_MS = 3600000, SHORT_MS = 150 };
    xcb_render_animcursorelt_t frames[] = { { a, LONG_MS }, { b, LONG_MS } };
    xcb_cursor_t slow = animated(o, "slow", 2, frames);
    frames[0].delay = frames[1].delay = SHORT_MS;
    xcb_cursor_t quick = animated(o, "quick", 2, frames);
    frames[1].delay = 0;
    xcb_cursor_t stays = animated(o, "stays", 2, frames);
    oracle_step(o, "errors");
    animated(o, "none", 0, frames);
    frames[0].cursor = slow;
    animated(o, "nested", 2, frames);
    frames[1].cursor = 0xE1;
    animated(o, "unknown", 2, frames);
    oracle_step(o, "its frames count, not itself");
    watch(o, o->root, true);
    cursor_set(o, w, slow);
    xcb_free_cursor(o->c, a);
    oracle_step(o, "picture of an animated cursor");
    cursor_show(o);
    name(o, slow, "slow");
    ORACLE_SHOW(o, o->c, "xfixes:GetCursorName", xcb_xfixes_get_cursor_name(o->c, slow));
    cursor_set(o, w, 0);
    oracle_step(o, "over and over");
    cursor_set(o, w, quick);
    show_frames(o, 5);
    cursor_set(o, w, 0);
    show_frames(o, 1);
    oracle_step(o, "up to the last");
    cursor_set(o, w, stays);
    show_frames(o, 2);
    oracle_step(o, "the next one's serial");
    cursor_set(o, w, cursor_of_bits(o, "c", 2, 2, 4));
}
