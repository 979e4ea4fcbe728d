/* What a client learns before it does anything: the setup block, the extensions and their versions. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xcb/bigreq.h>
#include <xcb/randr.h>
#include <xcb/render.h>
#include <xcb/sync.h>
#include <xcb/xfixes.h>
#include <xcb/xinerama.h>
#include <xcb/xtest.h>

#include "scenarios.h"

void scenario_setup(struct oracle *o)
{
    oracle_step(o, "setup block");
    const uint8_t *setup = (const uint8_t *)xcb_get_setup(o->c);
    size_t size = 8 + 4 * (size_t)((const xcb_setup_t *)(const void *)setup)->length;
    printf("A setup ");
    for (size_t i = 0; i < size; i++)
        printf("%02x", setup[i]);
    printf("\n");

    oracle_step(o, "extensions that everybody needs");
    static const char *const names[] = { "BIG-REQUESTS", "Generic Event Extension", "XKEYBOARD", "XInputExtension", "RANDR",
                                         "RENDER", "SYNC", "XFIXES", "XINERAMA", "XTEST", "GLX", "no such extension", "" };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        xcb_query_extension_reply_t *reply = xcb_query_extension_reply(
            o->c, xcb_query_extension(o->c, (uint16_t)strlen(names[i]), names[i]), NULL);
        printf("'%s' present=%d major>127=%d event>63=%d error>127=%d\n", names[i], reply ? reply->present : -1,
               reply && reply->major_opcode > 127, reply && reply->first_event > 63, reply && reply->first_error > 127);
        free(reply);
    }
    oracle_step(o, "list");
    ORACLE_SHOW(o, o->c, "xproto:ListExtensions", xcb_list_extensions(o->c));
    oracle_step(o, "maximum request length");
    printf("%u\n", xcb_get_maximum_request_length(o->c));
}

static void show_xinerama(struct oracle *o)
{
    oracle_step(o, "xinerama");
    if (!oracle_extension(o, &xcb_xinerama_id, "xinerama"))
        return;
    xcb_window_t w = oracle_window(o, "w", o->root, 10, 10, 50, 50, 0, 0);
    ORACLE_SHOW(o, o->c, "xinerama:QueryVersion", xcb_xinerama_query_version(o->c, 1, 1));
    ORACLE_SHOW(o, o->c, "xinerama:IsActive", xcb_xinerama_is_active(o->c));
    ORACLE_SHOW(o, o->c, "xinerama:QueryScreens", xcb_xinerama_query_screens(o->c));
    ORACLE_SHOW(o, o->c, "xinerama:GetState", xcb_xinerama_get_state(o->c, w));
    ORACLE_SHOW(o, o->c, "xinerama:GetScreenCount", xcb_xinerama_get_screen_count(o->c, w));
    ORACLE_SHOW(o, o->c, "xinerama:GetScreenSize", xcb_xinerama_get_screen_size(o->c, w, 0));
    ORACLE_SHOW(o, o->c, "xinerama:GetScreenSize", xcb_xinerama_get_screen_size(o->c, w, 7));
    ORACLE_SHOW(o, o->c, "xinerama:GetState", xcb_xinerama_get_state(o->c, 0x123));
}

static void show_xtest(struct oracle *o)
{
    oracle_step(o, "xtest");
    if (!oracle_extension(o, &xcb_test_id, "xtest"))
        return;
    xcb_window_t w = oracle_window(o, "v", o->root, 10, 10, 50, 50, 0, 0);
    ORACLE_SHOW(o, o->c, "xtest:GetVersion", xcb_test_get_version(o->c, 2, 2));
    ORACLE_SHOW(o, o->c, "xtest:CompareCursor", xcb_test_compare_cursor(o->c, w, XCB_TEST_CURSOR_NONE));
    ORACLE_SHOW(o, o->c, "xtest:CompareCursor", xcb_test_compare_cursor(o->c, w, XCB_TEST_CURSOR_CURRENT));
    ORACLE_SHOW(o, o->c, "xtest:CompareCursor", xcb_test_compare_cursor(o->c, w, 0x12345));
    xcb_test_grab_control(o->c, 1);
    xcb_test_grab_control(o->c, 0);
    oracle_step(o, "xtest errors");
    xcb_test_fake_input(o->c, XCB_KEY_PRESS, 7, 0, o->root, 0, 0, 0);
    xcb_test_fake_input(o->c, XCB_BUTTON_PRESS, 0, 0, o->root, 0, 0, 0);
    xcb_test_fake_input(o->c, XCB_BUTTON_PRESS, 200, 0, o->root, 0, 0, 0);
    xcb_test_fake_input(o->c, XCB_MOTION_NOTIFY, 0, 0, 0x777, 5, 5, 0);
    xcb_test_fake_input(o->c, XCB_MOTION_NOTIFY, 2, 0, o->root, 5, 5, 0);
    xcb_test_fake_input(o->c, 9, 0, 0, o->root, 5, 5, 0);
}

void scenario_small_extensions(struct oracle *o)
{
    show_xinerama(o);
    show_xtest(o);
    oracle_step(o, "generic event");
    xcb_extension_t ge = { "Generic Event Extension", 0 };
    oracle_extension(o, &ge, "ge");
    oracle_step(o, "big requests");
    oracle_extension(o, &xcb_big_requests_id, "bigreq");
    ORACLE_SHOW(o, o->c, "bigreq:Enable", xcb_big_requests_enable(o->c));
    oracle_step(o, "versions");
    oracle_extension(o, &xcb_render_id, "render");
    oracle_extension(o, &xcb_sync_id, "sync");
    oracle_extension(o, &xcb_xfixes_id, "xfixes");
    oracle_extension(o, &xcb_randr_id, "randr");
    ORACLE_SHOW(o, o->c, "render:QueryVersion", xcb_render_query_version(o->c, 0, 11));
    ORACLE_SHOW(o, o->c, "render:QueryVersion", xcb_render_query_version(o->c, 0, 5));
    ORACLE_SHOW(o, o->c, "sync:Initialize", xcb_sync_initialize(o->c, 3, 1));
    ORACLE_SHOW(o, o->c, "sync:Initialize", xcb_sync_initialize(o->c, 3, 0));
    ORACLE_SHOW(o, o->c, "xfixes:QueryVersion", xcb_xfixes_query_version(o->c, 2, 0));
    ORACLE_SHOW(o, o->c, "xfixes:QueryVersion", xcb_xfixes_query_version(o->c, 5, 0));
    ORACLE_SHOW(o, o->c, "randr:QueryVersion", xcb_randr_query_version(o->c, 1, 2));
    ORACLE_SHOW(o, o->c, "randr:QueryVersion", xcb_randr_query_version(o->c, 1, 5));
}

void scenario_server_state(struct oracle *o)
{
    oracle_step(o, "screen saver");
    ORACLE_SHOW(o, o->c, "xproto:GetScreenSaver", xcb_get_screen_saver(o->c));
    xcb_set_screen_saver(o->c, 30, 40, XCB_BLANKING_NOT_PREFERRED, XCB_EXPOSURES_ALLOWED);
    ORACLE_SHOW(o, o->c, "xproto:GetScreenSaver", xcb_get_screen_saver(o->c));
    xcb_set_screen_saver(o->c, -1, -1, XCB_BLANKING_DEFAULT, XCB_EXPOSURES_DEFAULT);
    ORACLE_SHOW(o, o->c, "xproto:GetScreenSaver", xcb_get_screen_saver(o->c));
    xcb_set_screen_saver(o->c, 0, 0, 3, 0);
    xcb_set_screen_saver(o->c, 0, 0, 0, 3);
    xcb_set_screen_saver(o->c, -2, 0, 0, 0);
    xcb_force_screen_saver(o->c, XCB_SCREEN_SAVER_RESET);
    xcb_force_screen_saver(o->c, 2);
    oracle_step(o, "access control");
    xcb_set_access_control(o->c, 2);
    ORACLE_SHOW(o, o->c, "xproto:ListHosts", xcb_list_hosts(o->c));
    oracle_step(o, "close-down mode");
    xcb_set_close_down_mode(o->c, 3);
    xcb_set_close_down_mode(o->c, 0);
    oracle_step(o, "pointer control");
    ORACLE_SHOW(o, o->c, "xproto:GetPointerControl", xcb_get_pointer_control(o->c));
    xcb_change_pointer_control(o->c, 3, 2, 7, 1, 1);
    ORACLE_SHOW(o, o->c, "xproto:GetPointerControl", xcb_get_pointer_control(o->c));
    xcb_change_pointer_control(o->c, -1, -1, -1, 1, 1);
    ORACLE_SHOW(o, o->c, "xproto:GetPointerControl", xcb_get_pointer_control(o->c));
    xcb_change_pointer_control(o->c, 1, 0, 1, 1, 1);
    xcb_change_pointer_control(o->c, -2, 1, 1, 1, 1);
    oracle_step(o, "kill an unknown client, ring a bell");
    xcb_kill_client(o->c, 0x1234567);
    xcb_bell(o->c, 0);
    xcb_bell(o->c, 101);
    oracle_step(o, "font path");
    ORACLE_SHOW(o, o->c, "xproto:QueryBestSize", xcb_query_best_size(o->c, XCB_QUERY_SHAPE_OF_LARGEST_CURSOR, o->root, 16, 16));
    ORACLE_SHOW(o, o->c, "xproto:QueryBestSize", xcb_query_best_size(o->c, XCB_QUERY_SHAPE_OF_FASTEST_TILE, o->root, 17, 17));
    ORACLE_SHOW(o, o->c, "xproto:QueryBestSize", xcb_query_best_size(o->c, XCB_QUERY_SHAPE_OF_FASTEST_STIPPLE, o->root, 33, 3));
    ORACLE_SHOW(o, o->c, "xproto:QueryBestSize", xcb_query_best_size(o->c, 3, o->root, 1, 1));
}
