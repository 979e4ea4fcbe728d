/* Selections: owners, times, conversion, and owners that go away. */
#include <stdlib.h>
#include <string.h>

#include "scenarios.h"

static void show_owner(struct oracle *o, xcb_atom_t selection)
{
    ORACLE_SHOW(o, o->c, "xproto:GetSelectionOwner", xcb_get_selection_owner(o->c, selection));
}

void scenario_selection(struct oracle *o)
{
    xcb_connection_t *b = oracle_open(o);
    xcb_window_t a1 = oracle_window(o, "a1", o->root, 0, 0, 10, 10, 0, XCB_EVENT_MASK_PROPERTY_CHANGE);
    xcb_window_t a2 = oracle_window(o, "a2", o->root, 0, 0, 10, 10, 0, 0);
    xcb_window_t b1 = oracle_id(o, b, "b1");
    xcb_create_window(b, 0, b1, o->root, 0, 0, 10, 10, 0, 0, 0, 0, NULL);
    xcb_atom_t clip = oracle_atom(o, "CLIPBOARD"), utf8 = oracle_atom(o, "UTF8_STRING"), dest = oracle_atom(o, "DEST");
    oracle_step(o, "nobody");
    show_owner(o, clip);
    oracle_step(o, "convert without an owner: told at once, property None");
    xcb_convert_selection(o->c, a1, clip, utf8, dest, 0);
    oracle_step(o, "A owns");
    xcb_set_selection_owner(o->c, a1, clip, 0);
    show_owner(o, clip);
    oracle_step(o, "the same client with another window: no SelectionClear");
    xcb_set_selection_owner(o->c, a2, clip, 0);
    show_owner(o, clip);
    oracle_step(o, "B takes it: A is told");
    xcb_set_selection_owner(b, b1, clip, 0);
    show_owner(o, clip);
    oracle_step(o, "A asks B");
    xcb_convert_selection(o->c, a1, clip, utf8, dest, 0);
    oracle_step(o, "B answers: the property, then the notify");
    xcb_change_property(b, XCB_PROP_MODE_REPLACE, a1, dest, utf8, 8, 5, "hello");
    xcb_selection_notify_event_t notify;
    memset(&notify, 0, sizeof notify);
    notify.response_type = XCB_SELECTION_NOTIFY;
    notify.requestor = a1;
    notify.selection = clip;
    notify.target = utf8;
    notify.property = dest;
    xcb_send_event(b, 0, a1, 0, (const char *)&notify);
    oracle_step(o, "A reads and deletes");
    ORACLE_SHOW(o, o->c, "xproto:GetProperty", xcb_get_property(o->c, 1, a1, dest, utf8, 0, 100));
    oracle_step(o, "convert with a time and no property");
    xcb_convert_selection(o->c, a1, clip, XCB_ATOM_STRING, 0, 12345);
    oracle_step(o, "an earlier time than the owner's is ignored");
    xcb_set_selection_owner(o->c, a1, clip, 1);
    show_owner(o, clip);
    oracle_step(o, "a time in the future is ignored");
    xcb_set_selection_owner(o->c, a1, clip, 0x7FFFFFFF);
    show_owner(o, clip);
    oracle_step(o, "given up");
    xcb_set_selection_owner(o->c, 0, clip, 0);
    show_owner(o, clip);
    oracle_step(o, "errors");
    xcb_set_selection_owner(o->c, 0x51, clip, 0);
    xcb_set_selection_owner(o->c, a1, 0xFFFF00, 0);
    xcb_set_selection_owner(o->c, a1, 0, 0);
    show_owner(o, 0xFFFF00);
    show_owner(o, 0);
    xcb_convert_selection(o->c, 0x51, clip, utf8, dest, 0);
    xcb_convert_selection(o->c, a1, 0xFFFF00, utf8, dest, 0);
    xcb_convert_selection(o->c, a1, clip, 0xFFFF00, dest, 0);
    xcb_convert_selection(o->c, a1, clip, utf8, 0xFFFF00, 0);
}

void scenario_selection_close(struct oracle *o)
{
    xcb_connection_t *b = oracle_open(o);
    xcb_window_t a1 = oracle_window(o, "a1", o->root, 0, 0, 10, 10, 0, 0);
    xcb_window_t b1 = oracle_id(o, b, "b1");
    xcb_create_window(b, 0, b1, o->root, 0, 0, 10, 10, 0, 0, 0, 0, NULL);
    xcb_atom_t first = oracle_atom(o, "FIRST"), second = oracle_atom(o, "SECOND");
    oracle_step(o, "the owner window is destroyed");
    xcb_set_selection_owner(o->c, a1, XCB_ATOM_PRIMARY, 0);
    xcb_set_selection_owner(o->c, a1, first, 0);
    xcb_destroy_window(o->c, a1);
    show_owner(o, XCB_ATOM_PRIMARY);
    show_owner(o, first);
    oracle_step(o, "the owner client leaves");
    xcb_set_selection_owner(b, b1, second, 0);
    oracle_step(o, "B owns");
    show_owner(o, second);
    oracle_close(o, b);
    show_owner(o, second);
    oracle_step(o, "a client may own through another's window, and loses it when it leaves");
    xcb_connection_t *c = oracle_open(o);
    xcb_window_t a3 = oracle_window(o, "a3", o->root, 0, 0, 10, 10, 0, 0);
    oracle_step(o, "C owns with A's window");
    xcb_set_selection_owner(c, a3, second, 0);
    oracle_step(o, "owner");
    show_owner(o, second);
    xcb_set_selection_owner(o->c, a3, second, 0);
    oracle_step(o, "A took over");
    show_owner(o, second);
    oracle_close(o, c);
    show_owner(o, second);
}

/* A transfer in parts, as toolkits make of what is large: each part is taken by deleting it. Source: ICCCM, "INCR". */
void scenario_selection_incr(struct oracle *o)
{
    xcb_connection_t *b = oracle_open(o);
    const uint32_t watch = XCB_EVENT_MASK_PROPERTY_CHANGE;
    xcb_window_t a1 = oracle_window(o, "a1", o->root, 0, 0, 10, 10, 0, 0);
    xcb_window_t b1 = oracle_id(o, b, "b1");
    xcb_create_window(b, 0, b1, o->root, 0, 0, 10, 10, 0, 0, 0, XCB_CW_EVENT_MASK, &watch);
    xcb_atom_t clip = oracle_atom(o, "CLIPBOARD"), utf8 = oracle_atom(o, "UTF8_STRING"), dest = oracle_atom(o, "DEST");
    xcb_atom_t incr = oracle_atom(o, "INCR");
    const uint32_t whole = 60;
    xcb_selection_notify_event_t notify = { .response_type = XCB_SELECTION_NOTIFY, .selection = clip, .target = utf8,
                                            .property = dest };
    xcb_set_selection_owner(o->c, a1, clip, 0);
    oracle_step(o, "B asks");
    xcb_convert_selection(b, b1, clip, utf8, dest, 0);
    xcb_flush(b);
    oracle_step(o, "A begins, and wants to hear of deletions");
    oracle_select(o->c, b1, watch);
    xcb_change_property(o->c, XCB_PROP_MODE_REPLACE, b1, dest, incr, 32, 1, &whole);
    notify.requestor = b1;
    xcb_send_event(o->c, 0, b1, 0, (const char *)&notify);
    oracle_step(o, "B is ready");
    ORACLE_SHOW(o, b, "xproto:GetProperty", xcb_get_property(b, 1, b1, dest, 0, 0, 100));
    for (uint32_t part = 0; part < 4; part++) {
        char bytes[20];
        memset(bytes, (int)('a' + part), sizeof bytes);
        oracle_step(o, "part %u", part);
        xcb_change_property(o->c, XCB_PROP_MODE_REPLACE, b1, dest, utf8, 8, part < 3 ? sizeof bytes : 0, bytes);
        oracle_step(o, "B reads a piece: not deleted before the last");
        ORACLE_SHOW(o, b, "xproto:GetProperty", xcb_get_property(b, 1, b1, dest, 0, 0, 2));
        ORACLE_SHOW(o, b, "xproto:GetProperty", xcb_get_property(b, 1, b1, dest, 0, 2, 100));
    }
    oracle_step(o, "a part that is larger than a plain request");
    static char large[300000];
    const uint32_t first = xcb_get_maximum_request_length(o->c);
    xcb_change_property(o->c, XCB_PROP_MODE_REPLACE, b1, dest, utf8, 8, first > 80000 ? sizeof large : 8, large);
    oracle_step(o, "its end");
    ORACLE_SHOW(o, b, "xproto:GetProperty", xcb_get_property(b, 1, b1, dest, utf8, 74000, 4));
    ORACLE_SHOW(o, b, "xproto:ListProperties", xcb_list_properties(b, b1));
}
