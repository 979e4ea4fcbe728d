/* The input focus: FocusIn and FocusOut for every kind of move, reversion, and where keys go. */
#include "scenarios.h"

#define FOCUS XCB_EVENT_MASK_FOCUS_CHANGE

/* root > top > (left > inner, right), root > other; all watched. */
struct tree { xcb_window_t top, left, inner, right, other; };

static struct tree make_tree(struct oracle *o, uint32_t mask)
{
    struct tree t;
    t.top = oracle_window(o, "top", o->root, 0, 0, 300, 300, 0, mask);
    t.left = oracle_window(o, "left", t.top, 0, 0, 100, 300, 0, mask);
    t.inner = oracle_window(o, "inner", t.left, 10, 10, 50, 50, 0, mask);
    t.right = oracle_window(o, "right", t.top, 150, 0, 100, 300, 0, mask);
    t.other = oracle_window(o, "other", o->root, 400, 0, 100, 100, 0, mask);
    xcb_map_subwindows(o->c, t.left);
    xcb_map_subwindows(o->c, t.top);
    xcb_map_window(o->c, t.top);
    xcb_map_window(o->c, t.other);
    oracle_select(o->c, o->root, mask);
    oracle_move(o, 900, 700);
    xcb_set_input_focus(o->c, XCB_INPUT_FOCUS_NONE, XCB_INPUT_FOCUS_POINTER_ROOT, 0);
    return t;
}

static void focus(struct oracle *o, const char *what, xcb_window_t window)
{
    oracle_step(o, "focus %s", what);
    xcb_set_input_focus(o->c, XCB_INPUT_FOCUS_PARENT, window, 0);
    oracle_show_focus(o);
}

void scenario_focus(struct oracle *o)
{
    oracle_step(o, "at first");
    oracle_show_focus(o);
    struct tree t = make_tree(o, FOCUS | XCB_EVENT_MASK_KEYMAP_STATE);
    focus(o, "top", t.top);
    focus(o, "inner (an inferior)", t.inner);
    focus(o, "right (nonlinear)", t.right);
    focus(o, "top (an ancestor)", t.top);
    focus(o, "left", t.left);
    focus(o, "other (across top-level windows)", t.other);
    focus(o, "inner", t.inner);
    focus(o, "inner again", t.inner);
    focus(o, "none", XCB_INPUT_FOCUS_NONE);
    focus(o, "right", t.right);
    focus(o, "PointerRoot", XCB_INPUT_FOCUS_POINTER_ROOT);
    focus(o, "none", XCB_INPUT_FOCUS_NONE);
    focus(o, "PointerRoot", XCB_INPUT_FOCUS_POINTER_ROOT);
    focus(o, "root", o->root);
    focus(o, "top", t.top);
    focus(o, "root", o->root);
    focus(o, "none", XCB_INPUT_FOCUS_NONE);
    oracle_step(o, "errors: not viewable, unknown, bad revert-to");
    xcb_unmap_window(o->c, t.left);
    xcb_set_input_focus(o->c, XCB_INPUT_FOCUS_PARENT, t.inner, 0);
    xcb_set_input_focus(o->c, XCB_INPUT_FOCUS_PARENT, 0x7654321, 0);
    xcb_set_input_focus(o->c, 3, t.top, 0);
    xcb_set_input_focus(o->c, XCB_INPUT_FOCUS_FOLLOW_KEYBOARD, t.top, 0);
    oracle_show_focus(o);
    oracle_step(o, "a time in the future is ignored");
    xcb_set_input_focus(o->c, XCB_INPUT_FOCUS_PARENT, t.right, 0x7FFFFFFF);
    oracle_show_focus(o);
    oracle_step(o, "a time before the last change is ignored");
    xcb_set_input_focus(o->c, XCB_INPUT_FOCUS_PARENT, t.right, 0);
    xcb_set_input_focus(o->c, XCB_INPUT_FOCUS_PARENT, t.top, 1);
    oracle_show_focus(o);
}

void scenario_focus_revert(struct oracle *o)
{
    struct tree t = make_tree(o, FOCUS | XCB_EVENT_MASK_STRUCTURE_NOTIFY);
    oracle_step(o, "unmap: reverts to the parent");
    xcb_set_input_focus(o->c, XCB_INPUT_FOCUS_PARENT, t.inner, 0);
    xcb_unmap_window(o->c, t.inner);
    oracle_show_focus(o);
    oracle_step(o, "to the closest viewable ancestor");
    xcb_map_window(o->c, t.inner);
    xcb_set_input_focus(o->c, XCB_INPUT_FOCUS_PARENT, t.inner, 0);
    oracle_step(o, "unmap the top");
    xcb_unmap_window(o->c, t.top);
    oracle_show_focus(o);
    oracle_step(o, "to PointerRoot");
    xcb_map_window(o->c, t.top);
    xcb_set_input_focus(o->c, XCB_INPUT_FOCUS_POINTER_ROOT, t.inner, 0);
    oracle_step(o, "unmap left");
    xcb_unmap_window(o->c, t.left);
    oracle_show_focus(o);
    oracle_step(o, "to None");
    xcb_map_window(o->c, t.left);
    xcb_set_input_focus(o->c, XCB_INPUT_FOCUS_NONE, t.inner, 0);
    oracle_step(o, "destroy inner");
    xcb_destroy_window(o->c, t.inner);
    oracle_show_focus(o);
    oracle_step(o, "destroy the top with the focus on left, revert to parent");
    xcb_set_input_focus(o->c, XCB_INPUT_FOCUS_PARENT, t.left, 0);
    oracle_step(o, "destroy");
    xcb_destroy_window(o->c, t.top);
    oracle_show_focus(o);
    oracle_step(o, "the client that owns the focus window leaves");
    xcb_connection_t *b = oracle_open(o);
    xcb_window_t w = oracle_id(o, b, "bwindow");
    const uint32_t on = 1;
    xcb_create_window(b, 0, w, o->root, 0, 0, 10, 10, 0, 0, 0, XCB_CW_OVERRIDE_REDIRECT, &on);
    xcb_map_window(b, w);
    xcb_set_input_focus(b, XCB_INPUT_FOCUS_POINTER_ROOT, w, 0);
    oracle_step(o, "B has it");
    oracle_show_focus(o);
    oracle_close(o, b);
    oracle_step(o, "B has left");
    oracle_show_focus(o);
}

/* With the pointer inside, FocusIn and FocusOut also go to the windows under the pointer (NotifyPointer). */
void scenario_focus_pointer(struct oracle *o)
{
    struct tree t = make_tree(o, FOCUS);
    oracle_move(o, 20, 20);     /* in inner */
    focus(o, "PointerRoot", XCB_INPUT_FOCUS_POINTER_ROOT);
    focus(o, "top, pointer in inner", t.top);
    focus(o, "inner", t.inner);
    focus(o, "left", t.left);
    focus(o, "right, pointer elsewhere", t.right);
    focus(o, "top", t.top);
    focus(o, "other", t.other);
    focus(o, "top", t.top);
    focus(o, "none", XCB_INPUT_FOCUS_NONE);
    focus(o, "top", t.top);
    focus(o, "PointerRoot", XCB_INPUT_FOCUS_POINTER_ROOT);
    focus(o, "none", XCB_INPUT_FOCUS_NONE);
    focus(o, "root", o->root);
    focus(o, "PointerRoot", XCB_INPUT_FOCUS_POINTER_ROOT);
    oracle_step(o, "crossings say whether the window has the focus");
    oracle_select(o->c, t.inner, XCB_EVENT_MASK_ENTER_WINDOW | XCB_EVENT_MASK_LEAVE_WINDOW);
    xcb_set_input_focus(o->c, XCB_INPUT_FOCUS_PARENT, t.top, 0);
    oracle_move(o, 200, 200);
    oracle_move(o, 20, 20);
    xcb_set_input_focus(o->c, XCB_INPUT_FOCUS_PARENT, t.right, 0);
    oracle_move(o, 200, 200);
    oracle_move(o, 20, 20);
}

static void type(struct oracle *o, const char *what)
{
    oracle_step(o, "key: %s", what);
    oracle_key(o, KEY_A, true);
    oracle_key(o, KEY_A, false);
}

void scenario_focus_keys(struct oracle *o)
{
    const uint32_t keys = XCB_EVENT_MASK_KEY_PRESS | XCB_EVENT_MASK_KEY_RELEASE;
    struct tree t = make_tree(o, 0);
    oracle_select(o->c, t.top, keys);
    oracle_select(o->c, t.inner, keys);
    oracle_select(o->c, t.other, keys);
    type(o, "PointerRoot, pointer over nothing");
    oracle_move(o, 20, 20);
    type(o, "PointerRoot, pointer in inner");
    xcb_set_input_focus(o->c, XCB_INPUT_FOCUS_PARENT, t.other, 0);
    type(o, "focus other, pointer in inner");
    xcb_set_input_focus(o->c, XCB_INPUT_FOCUS_PARENT, t.top, 0);
    type(o, "focus top, pointer in inner: inner is inside the focus window");
    xcb_set_input_focus(o->c, XCB_INPUT_FOCUS_PARENT, t.right, 0);
    type(o, "focus right, which does not select: top does not hear of it");
    oracle_select(o->c, t.right, XCB_EVENT_MASK_KEY_RELEASE);
    type(o, "right selects releases only");
    xcb_set_input_focus(o->c, XCB_INPUT_FOCUS_PARENT, XCB_INPUT_FOCUS_NONE, 0);
    type(o, "focus none");
    xcb_set_input_focus(o->c, XCB_INPUT_FOCUS_PARENT, t.left, 0);
    oracle_move(o, 20, 200);
    type(o, "focus left, pointer in left: propagation ends at the focus window");
    oracle_move(o, 900, 700);
    xcb_set_input_focus(o->c, XCB_INPUT_FOCUS_PARENT, o->root, 0);
    oracle_select(o->c, o->root, keys);
    type(o, "focus root, pointer in root");
    oracle_move(o, 420, 20);
    type(o, "focus root, pointer in other");
}

/* An ordinary top-level window, as a game makes it: here we decided to differ from a server without a window manager. */
void scenario_new_top_level(struct oracle *o)
{
    xcb_window_t w = oracle_id(o, o->c, "w");
    const uint32_t mask = FOCUS | XCB_EVENT_MASK_STRUCTURE_NOTIFY | XCB_EVENT_MASK_KEY_PRESS;
    oracle_move(o, 900, 700);
    xcb_create_window(o->c, 0, w, o->root, 0, 0, 100, 100, 0, 0, 0, XCB_CW_EVENT_MASK, &mask);
    oracle_step(o, "map");
    xcb_map_window(o->c, w);
    oracle_step(o, "focus after map");
    oracle_show_focus(o);
    oracle_step(o, "a key");
    oracle_key(o, KEY_A, true);
    oracle_key(o, KEY_A, false);
    oracle_step(o, "unmap");
    xcb_unmap_window(o->c, w);
    oracle_show_focus(o);
}
