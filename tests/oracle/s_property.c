/* Properties and atoms. */
#include <stdlib.h>
#include <string.h>

#include "scenarios.h"

static void get(struct oracle *o, xcb_window_t w, uint8_t del, xcb_atom_t name, xcb_atom_t type, uint32_t offset, uint32_t length)
{
    ORACLE_SHOW(o, o->c, "xproto:GetProperty", xcb_get_property(o->c, del, w, name, type, offset, length));
}

void scenario_property(struct oracle *o)
{
    xcb_window_t w = oracle_window(o, "w", o->root, 0, 0, 10, 10, 0, XCB_EVENT_MASK_PROPERTY_CHANGE);
    xcb_atom_t p = oracle_atom(o, "P"), q = oracle_atom(o, "Q"), type = oracle_atom(o, "TYPE");
    oracle_step(o, "missing");
    get(o, w, 0, p, XCB_GET_PROPERTY_TYPE_ANY, 0, 100);
    get(o, w, 1, p, type, 0, 100);
    oracle_step(o, "8 bits: replace, append, prepend");
    xcb_change_property(o->c, XCB_PROP_MODE_REPLACE, w, p, type, 8, 5, "hello");
    xcb_change_property(o->c, XCB_PROP_MODE_APPEND, w, p, type, 8, 7, ", world");
    xcb_change_property(o->c, XCB_PROP_MODE_PREPEND, w, p, type, 8, 2, ">>");
    get(o, w, 0, p, XCB_GET_PROPERTY_TYPE_ANY, 0, 100);
    oracle_step(o, "parts");
    get(o, w, 0, p, type, 0, 1);
    get(o, w, 0, p, type, 1, 1);
    get(o, w, 0, p, type, 3, 100);
    get(o, w, 0, p, type, 0, 0);
    get(o, w, 1, p, type, 0, 2);   /* not deleted: bytes remain */
    oracle_step(o, "another type: nothing but the facts");
    get(o, w, 1, p, XCB_ATOM_STRING, 0, 100);
    oracle_step(o, "16 and 32 bits");
    const uint16_t shorts[] = { 1, 2, 0xFFFF };
    const uint32_t longs[] = { 1, 0xFFFFFFFF, 3, 4 };
    xcb_change_property(o->c, XCB_PROP_MODE_REPLACE, w, q, XCB_ATOM_CARDINAL, 16, 3, shorts);
    get(o, w, 0, q, XCB_ATOM_CARDINAL, 0, 100);
    get(o, w, 0, q, XCB_ATOM_CARDINAL, 1, 100);
    xcb_change_property(o->c, XCB_PROP_MODE_REPLACE, w, q, XCB_ATOM_CARDINAL, 32, 4, longs);
    get(o, w, 0, q, XCB_ATOM_CARDINAL, 2, 1);
    oracle_step(o, "zero length append: only a notify");
    xcb_change_property(o->c, XCB_PROP_MODE_APPEND, w, q, XCB_ATOM_CARDINAL, 32, 0, NULL);
    xcb_change_property(o->c, XCB_PROP_MODE_APPEND, w, type, XCB_ATOM_CARDINAL, 32, 0, NULL);
    get(o, w, 0, type, XCB_ATOM_CARDINAL, 0, 9);
    oracle_step(o, "list");
    ORACLE_SHOW(o, o->c, "xproto:ListProperties", xcb_list_properties(o->c, w));
    oracle_step(o, "read and delete");
    get(o, w, 1, q, XCB_ATOM_CARDINAL, 0, 100);
    get(o, w, 1, q, XCB_ATOM_CARDINAL, 0, 100);
    oracle_step(o, "delete, twice");
    xcb_delete_property(o->c, w, p);
    xcb_delete_property(o->c, w, p);
    ORACLE_SHOW(o, o->c, "xproto:ListProperties", xcb_list_properties(o->c, w));
    oracle_step(o, "rotate");
    xcb_change_property(o->c, XCB_PROP_MODE_REPLACE, w, p, type, 8, 1, "p");
    xcb_change_property(o->c, XCB_PROP_MODE_REPLACE, w, q, type, 8, 1, "q");
    xcb_change_property(o->c, XCB_PROP_MODE_REPLACE, w, type, type, 8, 1, "t");
    const xcb_atom_t atoms[] = { p, q, type };
    xcb_rotate_properties(o->c, w, 3, 1, atoms);
    get(o, w, 0, p, type, 0, 1);
    get(o, w, 0, q, type, 0, 1);
    xcb_rotate_properties(o->c, w, 3, -1, atoms);
    xcb_rotate_properties(o->c, w, 3, 0, atoms);
    get(o, w, 0, p, type, 0, 1);
    oracle_step(o, "destruction deletes them all");
    xcb_destroy_window(o->c, w);
}

void scenario_property_errors(struct oracle *o)
{
    xcb_window_t w = oracle_window(o, "w", o->root, 0, 0, 10, 10, 0, XCB_EVENT_MASK_PROPERTY_CHANGE);
    xcb_atom_t p = oracle_atom(o, "P"), q = oracle_atom(o, "Q");
    oracle_step(o, "change");
    xcb_change_property(o->c, XCB_PROP_MODE_REPLACE, w, p, XCB_ATOM_STRING, 8, 3, "abc");
    oracle_step(o, "format or type of an append do not fit");
    xcb_change_property(o->c, XCB_PROP_MODE_APPEND, w, p, XCB_ATOM_STRING, 16, 1, "ab");
    xcb_change_property(o->c, XCB_PROP_MODE_PREPEND, w, p, XCB_ATOM_INTEGER, 8, 1, "a");
    oracle_step(o, "bad arguments");
    xcb_change_property(o->c, 3, w, p, XCB_ATOM_STRING, 8, 1, "a");
    xcb_change_property(o->c, 0, 0x61, p, XCB_ATOM_STRING, 8, 1, "a");
    xcb_change_property(o->c, 0, w, 0, XCB_ATOM_STRING, 8, 1, "a");
    xcb_change_property(o->c, 0, w, 0xFFFFF, XCB_ATOM_STRING, 8, 1, "a");
    xcb_change_property(o->c, 0, w, p, 0, 8, 1, "a");
    xcb_change_property(o->c, 0, w, p, 0xFFFFF, 8, 1, "a");
    oracle_step(o, "delete and get");
    xcb_delete_property(o->c, 0x61, p);
    xcb_delete_property(o->c, w, 0);
    xcb_delete_property(o->c, w, 0xFFFFF);
    get(o, 0x61, 0, p, 0, 0, 1);
    get(o, w, 2, p, 0, 0, 1);
    get(o, w, 0, 0, 0, 0, 1);
    get(o, w, 0, 0xFFFFF, 0, 0, 1);
    get(o, w, 0, p, 0xFFFFF, 0, 1);
    get(o, w, 0, p, 0, 1, 1);          /* offset 4 of 3 bytes */
    get(o, w, 0, p, XCB_ATOM_INTEGER, 77, 1);
    get(o, w, 0, p, 0, 0, 0xFFFFFFFF);
    oracle_step(o, "rotate");
    const xcb_atom_t twice[] = { p, p }, lacks[] = { p, q }, bad[] = { p, 0xFFFFF };
    xcb_rotate_properties(o->c, w, 2, 1, twice);
    xcb_rotate_properties(o->c, w, 2, 1, lacks);
    xcb_rotate_properties(o->c, w, 2, 1, bad);
    xcb_rotate_properties(o->c, 0x61, 2, 1, lacks);
    xcb_rotate_properties(o->c, w, 0, 1, lacks);
    oracle_step(o, "list of an unknown window");
    ORACLE_SHOW(o, o->c, "xproto:ListProperties", xcb_list_properties(o->c, 0x61));
    oracle_step(o, "a large property comes back whole");
    static uint8_t large[100000];
    for (size_t i = 0; i < sizeof large; i++)
        large[i] = (uint8_t)(i * 7);
    xcb_change_property(o->c, 0, w, q, XCB_ATOM_STRING, 8, sizeof large, large);
    get(o, w, 0, q, 0, 24990, 10);
    xcb_get_property_reply_t *whole = xcb_get_property_reply(o->c, xcb_get_property(o->c, 0, w, q, 0, 0, 30000), NULL);
    bool same = whole && whole->value_len == sizeof large && memcmp(xcb_get_property_value(whole), large, sizeof large) == 0;
    oracle_step(o, "large: %s", same ? "the same" : "DIFFERENT");
    free(whole);
}

static void intern(struct oracle *o, uint8_t only_if_exists, const char *name)
{
    ORACLE_SHOW(o, o->c, "xproto:InternAtom", xcb_intern_atom(o->c, only_if_exists, (uint16_t)strlen(name), name));
}

void scenario_atoms(struct oracle *o)
{
    oracle_step(o, "predefined");
    intern(o, 1, "PRIMARY");
    intern(o, 1, "WM_TRANSIENT_FOR");
    intern(o, 0, "STRING");
    for (uint32_t atom = 1; atom <= 68; atom++)
        ORACLE_SHOW(o, o->c, "xproto:GetAtomName", xcb_get_atom_name(o->c, atom));
    oracle_step(o, "new, known, only if exists");
    intern(o, 1, "OFFSTAGE_TEST_NEW");
    intern(o, 0, "OFFSTAGE_TEST_NEW");
    intern(o, 1, "OFFSTAGE_TEST_NEW");
    intern(o, 0, "offstage_test_new");
    intern(o, 0, "");
    intern(o, 2, "X");
    oracle_step(o, "shared by all connections");
    xcb_connection_t *b = oracle_open(o);
    ORACLE_SHOW(o, b, "xproto:InternAtom", xcb_intern_atom(b, 1, 17, "OFFSTAGE_TEST_NEW"));
    oracle_step(o, "unknown");
    ORACLE_SHOW(o, o->c, "xproto:GetAtomName", xcb_get_atom_name(o->c, 0));
    ORACLE_SHOW(o, o->c, "xproto:GetAtomName", xcb_get_atom_name(o->c, 0x7FFFFFFF));
    ORACLE_SHOW(o, o->c, "xproto:GetAtomName", xcb_get_atom_name(o->c, 0xFFFFFFFF));
    oracle_step(o, "they outlive their client");
    ORACLE_SHOW(o, b, "xproto:InternAtom", xcb_intern_atom(b, 0, 6, "B_ATOM"));
    oracle_close(o, b);
    intern(o, 1, "B_ATOM");
}
