/* The input side in memory: what needs a clock, another byte order or the learner's devices, and what the comparison with
 * another server (monkey.c) cannot show. */
#include <stdio.h>
#include <string.h>

#include <X11/extensions/XI2.h>
#include <X11/extensions/XI2proto.h>
#include <X11/extensions/xtestproto.h>

#include "world.h"

enum { KEY_A = 38, SHIFT = 50, XINPUT = 131, XTEST = 132 };
enum { KEYS = KeyPressMask | KeyReleaseMask };

static void focus(struct ofs_client *c, uint32_t w)
{
    ask(c, "11244", X_SetInputFocus, RevertToParent, 0, w, 0);
    forget(c);
}

static void fake_input(struct ofs_client *c, unsigned type, unsigned detail, uint32_t delay, int x, int y)
{
    ask(c, "11211244442244", XTEST, X_XTestFakeInput, 0, type, detail, 0, delay, 0, 0, 0, x, y, 0, 0);
}

static bool next_is(struct ofs_client *c, unsigned type, unsigned detail)
{
    struct heard h;
    return hear(c, &h) && h.bytes[0] == type && h.bytes[1] == detail;
}

static void repeats(void)
{
    struct ofs_server *s = world();
    struct ofs_client *c = join(s, false);
    uint32_t w = window(c, 0, 0, 100, 100, KEYS);
    focus(c, w);
    CHECK(ofs_input_next_timeout_ms(s) == -1);
    ofs_input_key_event(s, KEY_A, true);
    CHECK(next_is(c, KeyPress, KEY_A));
    CHECK(!forget(c));
    int delay = ofs_input_next_timeout_ms(s);
    CHECK(delay > 0);
    ofs_input_run_timers(s);
    CHECK(!forget(c));
    clock_ms += (uint32_t)delay;
    CHECK(ofs_input_next_timeout_ms(s) == 0);
    ofs_input_run_timers(s);
    CHECK(next_is(c, KeyRelease, KEY_A));
    CHECK(next_is(c, KeyPress, KEY_A));
    CHECK(!forget(c));
    int interval = ofs_input_next_timeout_ms(s);
    CHECK(interval > 0 && interval < delay);
    ofs_input_key_event(s, KEY_A, false);
    CHECK(next_is(c, KeyRelease, KEY_A));
    CHECK(ofs_input_next_timeout_ms(s) == -1);
    ofs_input_key_event(s, SHIFT, true); /* modifiers do not repeat */
    CHECK(ofs_input_next_timeout_ms(s) == -1);
    ofs_server_destroy(s);
}

static void delayed_fake_input(void)
{
    struct ofs_server *s = world();
    struct ofs_client *c = join(s, false), *other = join(s, false);
    uint32_t w = window(c, 0, 0, 100, 100, KEYS);
    focus(c, w);
    fake_input(c, KeyPress, KEY_A, 50, 0, 0);
    ask(c, "112", X_GetInputFocus, 0, 0);
    ask(other, "112", X_GetInputFocus, 0, 0);
    CHECK(!forget(c));          /* it sleeps, and its requests with it */
    CHECK(forget(other) == 1);  /* others do not */
    CHECK(ofs_input_next_timeout_ms(s) == 50);
    clock_ms += 50;
    ofs_input_run_timers(s);
    ofs_server_run_pending(s);
    CHECK(next_is(c, KeyPress, KEY_A));
    struct heard h;
    CHECK(hear(c, &h) && h.bytes[0] == X_Reply);
    fake_input(other, KeyRelease, KEY_A, 50, 0, 0);
    ofs_client_remove(other);   /* gone with what it had waiting */
    forget(c);
    clock_ms += 50;
    ofs_input_run_timers(s);
    CHECK(!next_is(c, KeyRelease, KEY_A));
    ofs_server_destroy(s);
}

static void frozen_for_ever(void)
{
    struct ofs_server *s = world();
    struct ofs_client *c = join(s, false);
    uint32_t w = window(c, 0, 0, 100, 100, 0);
    ask(c, "1124211444", X_GrabPointer, 0, 0, w, ButtonPressMask, GrabModeSync, GrabModeAsync, 0, 0, 0);
    struct heard h;
    CHECK(hear(c, &h) && h.bytes[0] == X_Reply && h.bytes[1] == GrabSuccess);
    for (unsigned i = 0; i < 30000; i++)
        ofs_input_button_event(s, 1, !(i & 1));
    CHECK(!forget(c));
    ask(c, "1124", X_AllowEvents, AsyncPointer, 0, 0);
    unsigned n = forget(c);
    CHECK(n > 1000 && n <= 8192);
    ofs_server_destroy(s);
}

static void select_raw(struct ofs_client *c, uint32_t w, unsigned device, uint32_t mask)
{
    ask(c, "11222", XINPUT, X_XIQueryVersion, 0, 2, 2);
    /* The mask is bytes, whatever the byte order. */
    ask(c, "1124222" "2" "1111", XINPUT, X_XISelectEvents, 0, w, 1, 0, device, 1, mask & 255, mask >> 8 & 255, mask >> 16 & 255,
        mask >> 24);
    forget(c);
}

static void both_byte_orders(void)
{
    struct ofs_server *s = world();
    struct ofs_client *little = join(s, false), *big = join(s, true);
    select_raw(little, s->root->res.id, XIAllMasterDevices, XI_RawMotionMask | XI_DeviceChangedMask | XI_MotionMask);
    select_raw(big, s->root->res.id, XIAllMasterDevices, XI_RawMotionMask | XI_DeviceChangedMask | XI_MotionMask);
    ofs_input_motion_event(s, 33, 44);
    static const uint16_t expect[] = { XI_DeviceChanged, XI_RawMotion, XI_Motion };
    for (unsigned i = 0; i < 3; i++) {
        struct heard a, b;
        CHECK(hear(little, &a) && hear(big, &b) && a.size == b.size);
        CHECK(ofs_get16(a.bytes + 8, false) == expect[i] && ofs_get16(b.bytes + 8, true) == expect[i]);
        CHECK(ofs_get16(a.bytes + 10, false) == 2 && ofs_get16(b.bytes + 10, true) == 2);
        if (expect[i] == XI_Motion) {
            CHECK(ofs_get32(a.bytes + 32, false) == 33u << 16 && ofs_get32(b.bytes + 32, true) == 33u << 16);
            CHECK(ofs_get16(a.bytes + 52, false) == 6); /* the learner's mouse */
        }
    }
    CHECK(!forget(little) && !forget(big));
    ofs_server_destroy(s);
}

static void confined(void)
{
    struct ofs_server *s = world();
    struct ofs_client *c = join(s, false);
    uint32_t w = window(c, 100, 100, 50, 40, 0);
    ask(c, "1124211444", X_GrabPointer, 0, 0, w, PointerMotionMask, GrabModeAsync, GrabModeAsync, w, 0, 0);
    forget(c);
    int x, y;
    ofs_input_pointer(s, &x, &y);
    CHECK(x == 149 && y == 139); /* from the middle of the screen to the nearest corner */
    ofs_input_motion_event(s, 0, 0);
    ofs_input_pointer(s, &x, &y);
    CHECK(x == 100 && y == 100);
    ask(c, "1124", X_UnmapWindow, 0, 0, w);
    ofs_input_motion_event(s, 5, 6);
    ofs_input_pointer(s, &x, &y);
    CHECK(x == 5 && y == 6); /* what confined it is not to be seen: the grab is over */
    ofs_server_destroy(s);
}

static void grabs_end_with_their_client(void)
{
    struct ofs_server *s = world();
    struct ofs_client *c = join(s, false), *other = join(s, false);
    uint32_t w = window(other, 0, 0, 640, 480, ButtonPressMask | KEYS);
    ask(c, "1124211444", X_GrabPointer, 0, 0, s->root->res.id, 0, GrabModeSync, GrabModeSync, 0, 0, 0);
    ask(c, "1124211111", X_GrabKey, 1, 0, w, AnyModifier, KEY_A, GrabModeAsync, GrabModeAsync, 0, 0);
    ofs_input_button_event(s, 1, true);
    ofs_input_key_event(s, KEY_A, true);
    CHECK(!forget(other));
    ofs_client_remove(c);
    CHECK(next_is(other, ButtonPress, 1));
    CHECK(next_is(other, KeyPress, KEY_A));
    ofs_server_destroy(s);
}

static void impervious_to_server_grabs(void)
{
    struct ofs_server *s = world();
    struct ofs_client *c = join(s, false), *other = join(s, false);
    ask(other, "1121111", XTEST, X_XTestGrabControl, 0, 1, 0, 0, 0);
    ask(c, "112", X_GrabServer, 0, 0);
    ask(other, "112", X_GetInputFocus, 0, 0);
    CHECK(forget(other) == 1);
    ask(other, "1121111", XTEST, X_XTestGrabControl, 0, 0, 0, 0, 0);
    ask(other, "112", X_GetInputFocus, 0, 0);
    CHECK(!forget(other));
    ask(c, "112", X_UngrabServer, 0, 0);
    ofs_server_run_pending(s);
    CHECK(forget(other) == 1);
    ofs_server_destroy(s);
}

static void motion_history(void)
{
    struct ofs_server *s = world();
    struct ofs_client *c = join(s, false);
    for (int i = 0; i < 300; i++) {
        clock_ms++;
        ofs_input_motion_event(s, i, i);
    }
    ask(c, "112444", X_GetMotionEvents, 0, 0, s->root->res.id, 1, 0);
    struct heard h;
    CHECK(hear(c, &h) && h.bytes[0] == X_Reply);
    CHECK(ofs_get32(h.bytes + 8, false) == 256);
    CHECK(ofs_get32(h.bytes + 32, false) == 1045 && ofs_get16(h.bytes + 36, false) == 44);
    ofs_server_destroy(s);
}

/* Keys and buttons held on the learner's devices and on the XTEST devices at once: the master's are up when all are. */
static void two_sources(void)
{
    struct ofs_server *s = world();
    struct ofs_client *c = join(s, false);
    uint32_t w = window(c, 0, 0, 640, 480, ButtonPressMask | ButtonReleaseMask);
    (void)w;
    fake_input(c, ButtonPress, 1, 0, 0, 0);
    CHECK(next_is(c, ButtonPress, 1));
    ofs_input_button_event(s, 1, true);
    ofs_input_button_event(s, 1, false);
    CHECK(!forget(c) && (ofs_input_state(s) & Button1Mask));
    fake_input(c, ButtonRelease, 1, 0, 0, 0);
    CHECK(next_is(c, ButtonRelease, 1));
    CHECK(!(ofs_input_state(s) & Button1Mask));
    ofs_server_destroy(s);
}

int main(void)
{
    repeats();
    delayed_fake_input();
    frozen_for_ever();
    both_byte_orders();
    confined();
    grabs_end_with_their_client();
    impervious_to_server_grabs();
    motion_history();
    two_sources();
    if (!failures)
        puts("ok");
    return failures != 0;
}
