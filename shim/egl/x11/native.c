/* Native displays, windows and pixmaps: what the program's handles are, and waiting for the server to know them. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "egl/x11/eglx.h"
#include "hook/real.h"
#include "hook/rules.h"

#define PAGE 4096u

/* The kernel reads the set before it looks at `how`, which no kernel knows: EFAULT or EINVAL, and nothing changes. */
static bool is_readable_word(uintptr_t address)
{
    return syscall(SYS_rt_sigprocmask, ~0, address & ~(uintptr_t)7, NULL, (size_t)8) == -1 && errno == EINVAL;
}

bool ofs_native_is_readable(const void *address, size_t bytes)
{
    uintptr_t first = (uintptr_t)address, last = first + (bytes ? bytes - 1 : 0);
    int saved_errno = errno;
    bool readable = first >= PAGE && last >= first;

    for (uintptr_t at = first; readable && at <= last; at = (at & ~(uintptr_t)(PAGE - 1)) + PAGE)
        readable = is_readable_word(at);
    errno = saved_errno;
    return readable;
}

/* Wayland's and GBM's objects begin with the address of something in their library; a Display with that of its own
 * heap, or with NULL. */
static bool begins_in_a_library(const void *native)
{
    const void *word;

    memcpy(&word, native, sizeof(word));
    return word && ofs_caller_module(word);
}

bool ofs_native_is_our_display(const void *native)
{
    return ofs_native_is_readable(native, sizeof(*(_XPrivDisplay)native)) && !begins_in_a_library(native) &&
           ofs_glx_is_ours((Display *)native);
}

bool ofs_native_default_is_x(void)
{
    const char *platform = getenv("EGL_PLATFORM");

    return !platform || !*platform || strcmp(platform, "x11") == 0 || strcmp(platform, "xcb") == 0;
}

/* -- xcb ---------------------------------------------------------------------------------------------------------- */

/* The functions of the program's own libxcb, declared here since nothing else of us needs its headers. */
struct cookie { unsigned sequence; };
struct xcb {
    int (*get_file_descriptor)(void *connection);
    int (*flush)(void *connection);
    int (*connection_has_error)(void *connection);
    struct cookie (*get_input_focus)(void *connection);
    void *(*get_input_focus_reply)(void *connection, struct cookie cookie, void **error_out);
};

void *ofs_native_xcb_function(const char *name)
{
    void *function = ofs_real_dlsym(RTLD_DEFAULT, name), *library;

    if (!function) {
        library = ofs_real_dlopen("libxcb.so.1", RTLD_LAZY | RTLD_NOLOAD);
        function = library ? ofs_real_dlsym(library, name) : NULL;
    }
    return function;
}

static const struct xcb *xcb_get(void)
{
    static struct xcb storage;
    static _Atomic(const struct xcb *) known;
    const struct xcb *xcb = atomic_load_explicit(&known, memory_order_acquire);

    if (xcb)
        return xcb;
    /* Two threads may fill it at once; they write the same values. */
    storage.get_file_descriptor = (int (*)(void *))ofs_native_xcb_function("xcb_get_file_descriptor");
    storage.flush = (int (*)(void *))ofs_native_xcb_function("xcb_flush");
    storage.connection_has_error = (int (*)(void *))ofs_native_xcb_function("xcb_connection_has_error");
    storage.get_input_focus = (struct cookie (*)(void *))ofs_native_xcb_function("xcb_get_input_focus");
    storage.get_input_focus_reply =
        (void *(*)(void *, struct cookie, void **))ofs_native_xcb_function("xcb_get_input_focus_reply");
    if (!storage.get_file_descriptor || !storage.flush || !storage.connection_has_error || !storage.get_input_focus ||
        !storage.get_input_focus_reply)
        return NULL;
    atomic_store_explicit(&known, &storage, memory_order_release);
    return &storage;
}

bool ofs_native_is_our_connection(void *native)
{
    const struct xcb *xcb = ofs_native_is_readable(native, PAGE / 4) ? xcb_get() : NULL;
    uint32_t sequence;

    return xcb && !begins_in_a_library(native) && !xcb->connection_has_error(native) &&
           ofs_xview_sequence(xcb->get_file_descriptor(native), &sequence);
}

/* xcb does not tell when it closes, and the connection is freed memory then. Its socket is closed with it, and what has the
 * number afterwards is another one. */
void ofs_native_note_socket(struct ofs_egl_display *display)
{
    struct stat st;
    int socket = xcb_get()->get_file_descriptor(display->native);

    if (fstat(socket, &st) != 0)
        return;
    atomic_store(&display->socket_inode, 0); /* while the other is written */
    atomic_store(&display->socket, socket);
    atomic_store(&display->socket_inode, st.st_ino);
}

void *ofs_native_xcb(const struct ofs_egl_display *display)
{
    uint32_t sequence;
    struct stat st;
    int socket;

    if (display->kind != OFS_NATIVE_XCB || !display->native)
        return NULL;
    socket = atomic_load(&display->socket);
    if (fstat(socket, &st) != 0 || st.st_ino != atomic_load(&display->socket_inode) ||
        !ofs_xview_sequence(socket, &sequence) || xcb_get()->connection_has_error(display->native))
        return NULL;
    return display->native;
}

/* -- what glx and the surfaces need ------------------------------------------------------------------------------- */

Display *ofs_native_xlib(const struct ofs_egl_display *display)
{
    bool open;

    if (display->kind != OFS_NATIVE_XLIB || !display->native)
        return NULL;
    if (atomic_load_explicit(&display->watched, memory_order_relaxed))
        open = ofs_glx_is_watched(display->native); /* it may be freed memory by now */
    else
        open = ofs_native_is_our_display(display->native);
    return open ? display->native : NULL;
}

void ofs_native_sync(const struct ofs_egl_display *display)
{
    Display *dpy = ofs_native_xlib(display);
    void *connection, *error = NULL;

    if (dpy) {
        ofs_glx_sync(dpy);
        return;
    }
    connection = ofs_native_xcb(display);
    if (!connection)
        return;
    free(xcb_get()->get_input_focus_reply(connection, xcb_get()->get_input_focus(connection), &error));
    free(error);
}

void ofs_native_flush(const struct ofs_egl_display *display)
{
    void *connection = ofs_native_xcb(display);

    if (display->kind == OFS_NATIVE_XLIB)
        ofs_glx_flush_current();
    else if (connection)
        (void)xcb_get()->flush(connection);
}

/* On the default display, what was asked of some connection of the program's may still be on its way. */
struct ofs_xdrawable *ofs_native_drawable(const struct ofs_egl_display *display, uintptr_t id,
                                          enum ofs_xdrawable_kind kind)
{
    struct ofs_xdrawable *x = NULL;

    if (id == 0 || id > UINT32_MAX)
        return NULL;
    ofs_native_sync(display);
    for (int tries = display->native ? 1 : 50; tries > 0 && !x; tries--) {
        x = ofs_xview_acquire((uint32_t)id);
        if (!x && tries > 1)
            ofs_real_pause(1000000);
    }
    if (x && (x->kind != kind || (kind == OFS_XDRAWABLE_WINDOW && !x->visual))) {
        ofs_xview_release(x);
        x = NULL;
    }
    return x;
}
