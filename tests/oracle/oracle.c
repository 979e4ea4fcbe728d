#include "oracle.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <xcb/randr.h>
#include <xcb/render.h>
#include <xcb/sync.h>
#include <xcb/xfixes.h>
#include <xcb/xinput.h>
#define explicit explicit_parts   /* a field name that C++ reserves, and some tools reject */
#include <xcb/xkb.h>
#undef explicit
#include <xcb/xtest.h>

#include "scenarios.h"

static char tag_of(struct oracle *o, xcb_connection_t *c)
{
    for (unsigned i = 0; i < o->count; i++)
        if (o->all[i] == c)
            return (char)('A' + i);
    return '?';
}

static void print_packet(struct oracle *o, xcb_connection_t *c, const char *kind, const void *packet, size_t size)
{
    const uint8_t *bytes = packet;
    printf("%c %s ", tag_of(o, c), kind);
    for (size_t i = 0; i < size; i++)
        printf("%02x", bytes[i]);
    printf("\n");
}

/* Bytes of an event as it was on the wire: libxcb puts the full sequence number behind the first 32. */
static void print_event(struct oracle *o, xcb_connection_t *c, xcb_generic_event_t *event)
{
    if (event->response_type == 0) {
        print_packet(o, c, "error", event, 32);
        return;
    }
    if ((event->response_type & 0x7f) != XCB_GE_GENERIC) {
        print_packet(o, c, "event", event, 32);
        return;
    }
    size_t rest = (size_t)((xcb_ge_generic_event_t *)event)->length * 4;
    uint8_t *whole = malloc(32 + rest);
    if (!whole)
        return;
    memcpy(whole, event, 32);
    memcpy(whole + 32, (const uint8_t *)event + 36, rest);
    print_packet(o, c, "event", whole, 32 + rest);
    free(whole);
}

static void round_trip(xcb_connection_t *c)
{
    free(xcb_get_input_focus_reply(c, xcb_get_input_focus(c), NULL));
}

/* Twice: what B's requests cause on A arrives in the second round. */
static void drain(struct oracle *o)
{
    for (int round = 0; round < 2; round++)
        for (unsigned i = 0; i < o->count; i++)
            if (o->all[i])
                round_trip(o->all[i]);
    for (unsigned i = 0; i < o->count; i++) {
        xcb_generic_event_t *event;
        while (o->all[i] && (event = xcb_poll_for_event(o->all[i]))) {
            print_event(o, o->all[i], event);
            free(event);
        }
        if (o->all[i] && xcb_connection_has_error(o->all[i]))
            printf("%c broken\n", (char)('A' + i));
    }
}

xcb_connection_t *oracle_open(struct oracle *o)
{
    xcb_connection_t *c = xcb_connect(NULL, NULL);
    if (xcb_connection_has_error(c)) {
        fprintf(stderr, "oracle_client: no display\n");
        exit(3);
    }
    if (o->count >= ORACLE_MAX_CONNECTIONS)
        abort();
    o->all[o->count++] = c;
    return c;
}

/* A mark that goes when its client does, whatever becomes of the client's resources: a selection owned through the
 * root. Through c itself, which may hold the server. Returns the atom. */
static xcb_atom_t leave_mark(struct oracle *o, xcb_connection_t *c)
{
    static const char name[] = "_ORACLE_CONNECTION";
    xcb_intern_atom_reply_t *reply = xcb_intern_atom_reply(c, xcb_intern_atom(c, 0, sizeof name - 1, name), NULL);
    xcb_atom_t mark = reply ? reply->atom : 0;
    free(reply);
    if (mark) {
        xcb_set_selection_owner(c, o->root, mark, 0);
        round_trip(c);
    }
    return mark;
}

static bool mark_is_there(struct oracle *o, xcb_atom_t mark)
{
    xcb_get_selection_owner_reply_t *reply = xcb_get_selection_owner_reply(o->c, xcb_get_selection_owner(o->c, mark), NULL);
    bool there = reply && reply->owner;
    free(reply);
    return there;
}

void oracle_close(struct oracle *o, xcb_connection_t *c)
{
    xcb_atom_t mark = leave_mark(o, c);
    for (unsigned i = 0; i < o->count; i++)
        if (o->all[i] == c)
            o->all[i] = NULL;
    xcb_disconnect(c);
    const struct timespec pause = { .tv_nsec = 1000000 };
    for (int i = 0; mark && i < 10000 && mark_is_there(o, mark); i++)
        nanosleep(&pause, NULL);
    drain(o);
}

void oracle_step(struct oracle *o, const char *format, ...)
{
    drain(o);
    va_list args;
    va_start(args, format);
    printf("# ");
    vprintf(format, args);
    printf("\n");
    va_end(args);
}

void oracle_name(struct oracle *o, uint32_t id, const char *name)
{
    printf("name %u %s\n", id, name);
}

uint32_t oracle_id(struct oracle *o, xcb_connection_t *c, const char *name)
{
    uint32_t id = xcb_generate_id(c);
    oracle_name(o, id, name);
    return id;
}

void *oracle_reply(struct oracle *o, xcb_connection_t *c, const char *request, unsigned sequence)
{
    xcb_generic_error_t *error = NULL;
    xcb_generic_reply_t *reply = xcb_wait_for_reply(c, sequence, &error);
    if (reply) {
        char kind[96];
        snprintf(kind, sizeof kind, "reply %s", request);
        print_packet(o, c, kind, reply, 32 + (size_t)reply->length * 4);
    } else if (error) {
        print_packet(o, c, "error", error, 32);
        free(error);
    } else {
        printf("%c no reply to %s\n", tag_of(o, c), request);
    }
    return reply;
}

void oracle_show(struct oracle *o, xcb_connection_t *c, const char *request, unsigned sequence)
{
    free(oracle_reply(o, c, request, sequence));
}

bool oracle_extension(struct oracle *o, xcb_extension_t *extension, const char *file)
{
    const xcb_query_extension_reply_t *reply = xcb_get_extension_data(o->c, extension);
    if (!reply || !reply->present) {
        printf("absent %s\n", file);
        return false;
    }
    printf("ext %s %u %u %u\n", file, reply->major_opcode, reply->first_event, reply->first_error);
    return true;
}

uint32_t oracle_atom(struct oracle *o, const char *name)
{
    xcb_intern_atom_cookie_t cookie = xcb_intern_atom(o->c, 0, (uint16_t)strlen(name), name);
    xcb_intern_atom_reply_t *reply = xcb_intern_atom_reply(o->c, cookie, NULL);
    uint32_t atom = reply ? reply->atom : 0;
    free(reply);
    return atom;
}

xcb_window_t oracle_window(struct oracle *o, const char *name, xcb_window_t parent, int x, int y, unsigned width,
                           unsigned height, unsigned border, uint32_t event_mask)
{
    xcb_window_t window = oracle_id(o, o->c, name);
    const uint32_t values[] = { 1, event_mask };
    xcb_create_window(o->c, XCB_COPY_FROM_PARENT, window, parent, (int16_t)x, (int16_t)y, (uint16_t)width, (uint16_t)height,
                      (uint16_t)border, XCB_WINDOW_CLASS_INPUT_OUTPUT, XCB_COPY_FROM_PARENT,
                      XCB_CW_OVERRIDE_REDIRECT | XCB_CW_EVENT_MASK, values);
    return window;
}

xcb_window_t oracle_input_only(struct oracle *o, const char *name, xcb_window_t parent, int x, int y, unsigned width,
                               unsigned height, uint32_t event_mask)
{
    xcb_window_t window = oracle_id(o, o->c, name);
    const uint32_t values[] = { 1, event_mask };
    xcb_create_window(o->c, 0, window, parent, (int16_t)x, (int16_t)y, (uint16_t)width, (uint16_t)height, 0,
                      XCB_WINDOW_CLASS_INPUT_ONLY, XCB_COPY_FROM_PARENT, XCB_CW_OVERRIDE_REDIRECT | XCB_CW_EVENT_MASK, values);
    return window;
}

void oracle_select(xcb_connection_t *c, xcb_window_t window, uint32_t event_mask)
{
    xcb_change_window_attributes(c, window, XCB_CW_EVENT_MASK, &event_mask);
}

static void fake(struct oracle *o, uint8_t type, uint8_t detail, int x, int y)
{
    xcb_test_fake_input(o->c, type, detail, 0, o->root, (int16_t)x, (int16_t)y, 0);
    round_trip(o->c);
    round_trip(o->c);
}

void oracle_key(struct oracle *o, uint8_t keycode, bool down)
{
    fake(o, down ? XCB_KEY_PRESS : XCB_KEY_RELEASE, keycode, 0, 0);
}

void oracle_button(struct oracle *o, uint8_t button, bool down)
{
    fake(o, down ? XCB_BUTTON_PRESS : XCB_BUTTON_RELEASE, button, 0, 0);
}

void oracle_move(struct oracle *o, int root_x, int root_y)
{
    fake(o, XCB_MOTION_NOTIFY, 0, root_x, root_y);
}

void oracle_show_tree(struct oracle *o, xcb_window_t window)
{
    ORACLE_SHOW(o, o->c, "xproto:QueryTree", xcb_query_tree(o->c, window));
}

void oracle_show_geometry(struct oracle *o, xcb_window_t window)
{
    ORACLE_SHOW(o, o->c, "xproto:GetGeometry", xcb_get_geometry(o->c, window));
}

void oracle_show_attributes(struct oracle *o, xcb_window_t window)
{
    ORACLE_SHOW(o, o->c, "xproto:GetWindowAttributes", xcb_get_window_attributes(o->c, window));
}

void oracle_show_focus(struct oracle *o)
{
    ORACLE_SHOW(o, o->c, "xproto:GetInputFocus", xcb_get_input_focus(o->c));
}

void oracle_show_pointer(struct oracle *o, xcb_window_t window)
{
    ORACLE_SHOW(o, o->c, "xproto:QueryPointer", xcb_query_pointer(o->c, window));
}

/* The names of all atoms, which transcript.py puts in place of the numbers. */
static void print_atoms(struct oracle *o)
{
    for (uint32_t atom = 1;; atom++) {
        xcb_get_atom_name_reply_t *reply = xcb_get_atom_name_reply(o->c, xcb_get_atom_name(o->c, atom), NULL);
        if (!reply)
            return;
        printf("atom %u %.*s\n", atom, xcb_get_atom_name_name_length(reply), xcb_get_atom_name_name(reply));
        free(reply);
    }
}

/* Opcodes and first codes of the extensions that have events or errors: one's error may come from another's request. */
static void print_bases(struct oracle *o)
{
    static const struct {
        xcb_extension_t *id;
        const char *file;
    } all[] = { { &xcb_xkb_id, "xkb" },   { &xcb_input_id, "xinput" },   { &xcb_randr_id, "randr" }, { &xcb_render_id, "render" },
                { &xcb_sync_id, "sync" }, { &xcb_xfixes_id, "xfixes" }, { &xcb_test_id, "xtest" } };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        const xcb_query_extension_reply_t *reply = xcb_get_extension_data(o->c, all[i].id);
        if (reply && reply->present)
            printf("bases %s %u %u %u\n", all[i].file, reply->major_opcode, reply->first_event, reply->first_error);
    }
}

static const struct oracle_scenario scenarios[] = {
#define ORACLE_ROW(name) { #name, scenario_##name },
    ORACLE_SCENARIOS(ORACLE_ROW)
#undef ORACLE_ROW
};

static int run(const struct oracle_scenario *scenario)
{
    struct oracle o = { 0 };
    o.c = oracle_open(&o);
    const xcb_screen_t *screen = xcb_setup_roots_iterator(xcb_get_setup(o.c)).data;
    o.root = screen->root;
    o.visual = screen->root_visual;
    o.colormap = screen->default_colormap;
    o.depth = screen->root_depth;
    oracle_name(&o, o.root, "root");
    oracle_name(&o, o.visual, "rootvisual");
    oracle_name(&o, o.colormap, "defaultmap");
    print_bases(&o);
    scenario->run(&o);
    oracle_step(&o, "end");
    print_atoms(&o);
    for (unsigned i = 0; i < o.count; i++)
        if (o.all[i])
            xcb_disconnect(o.all[i]);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--list") == 0) {
        for (size_t i = 0; i < sizeof scenarios / sizeof scenarios[0]; i++)
            printf("%s\n", scenarios[i].name);
        return 0;
    }
    for (size_t i = 0; argc == 2 && i < sizeof scenarios / sizeof scenarios[0]; i++)
        if (strcmp(scenarios[i].name, argv[1]) == 0)
            return run(&scenarios[i]);
    fprintf(stderr, "usage: oracle_client SCENARIO | --list\n");
    return 2;
}
