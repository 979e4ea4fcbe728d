/* The list of scenarios: one row each makes the prototype, the entry in oracle.c and, through `--list`, the test. */
#ifndef ORACLE_SCENARIOS_H
#define ORACLE_SCENARIOS_H

#include "oracle.h"

#define ORACLE_SCENARIOS(X) \
    X(setup)                \
    X(window_tree)          \
    X(window_attributes)    \
    X(map)                  \
    X(redirect)             \
    X(configure)            \
    X(stacking)             \
    X(circulate)            \
    X(gravity)              \
    X(reparent)             \
    X(visibility)           \
    X(expose)               \
    X(focus)                \
    X(focus_revert)         \
    X(focus_pointer)        \
    X(focus_keys)           \
    X(new_top_level)        \
    X(grab_pointer)         \
    X(grab_pointer_events)  \
    X(grab_keyboard)        \
    X(grab_button)          \
    X(grab_key)             \
    X(grab_frozen)          \
    X(grab_server)          \
    X(selection)            \
    X(selection_close)      \
    X(selection_incr)       \
    X(property)             \
    X(property_errors)      \
    X(atoms)                \
    X(crossing)             \
    X(crossing_tree)        \
    X(pointer)              \
    X(propagation)          \
    X(motion)               \
    X(two_clients)          \
    X(close_down)           \
    X(save_set)             \
    X(send_event)           \
    X(xtest)                \
    X(modifiers)            \
    X(keyboard_map)         \
    X(keyboard_control)     \
    X(xkb_map)              \
    X(xkb_state)            \
    X(xkb_events)           \
    X(xinput_devices)       \
    X(xinput_events)        \
    X(xinput_raw)           \
    X(xinput_grab)          \
    X(xinput_crossing)      \
    X(randr)                \
    X(randr_events)         \
    X(fixed_screen)         \
    X(font_path)            \
    X(render)               \
    X(sync)                 \
    X(sync_alarm)           \
    X(xfixes)               \
    X(xfixes_region)        \
    X(shape)                \
    X(shape_seen)           \
    X(shape_pointer)        \
    X(small_extensions)     \
    X(colors)               \
    X(colormap)             \
    X(drawables)            \
    X(graphics_expose)      \
    X(images)               \
    X(image_windows)        \
    X(image_copies)         \
    X(cursors_fonts)        \
    X(cursor_bitmaps)       \
    X(cursor_glyphs)        \
    X(cursor_pictures)      \
    X(cursor_shown)         \
    X(cursor_grabs)         \
    X(cursor_names)         \
    X(cursor_animated)      \
    X(server_state)

#define ORACLE_PROTOTYPE(name) void scenario_##name(struct oracle *o);
ORACLE_SCENARIOS(ORACLE_PROTOTYPE)
#undef ORACLE_PROTOTYPE

#endif
