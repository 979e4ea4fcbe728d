/* From a Display to its connection, without linking libX11.
 *
 * The Display's public head (Xlib.h) gives the descriptor and the sequence number; the libX11 that made the Display is
 * found from a function pointer in it, so that a program with a libX11 of its own works too. */
#include <X11/Xlib.h>
#include <X11/Xlibint.h>
#include <X11/Xutil.h>
#undef min
#undef max
#include <dlfcn.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "glx/events.h"
#include "hook/real.h"

#define OFS_LOG_MODULE OFS_MOD_GLX
#include "util/log.h"

#define X_GLX_VENDOR_PRIVATE 16

/* The functions of the client's libX11. */
struct xlib {
    void *owner;                  /* the Display's resource_alloc, by which the library is known */
    int (*XSync)(Display *, Bool);
    int (*XFlush)(Display *);
    int (*XNoOp)(Display *);
    void (*XLockDisplay)(Display *);
    void (*XUnlockDisplay)(Display *);
    XVisualInfo *(*XGetVisualInfo)(Display *, long, XVisualInfo *, int *);
    XExtCodes *(*XAddExtension)(Display *);
    int (*(*XESetCloseDisplay)(Display *, int, int (*)(Display *, XExtCodes *)))(Display *, XExtCodes *);
    void *(*_XGetRequest)(Display *, CARD8, size_t);
    /* NULL where this libX11 has none. */
    void (*(*XESetBeforeFlush)(Display *, int, void (*)(Display *, XExtCodes *, const char *, long)))(
        Display *, XExtCodes *, const char *, long);
    Bool (*(*XESetWireToEvent)(Display *, int, Bool (*)(Display *, XEvent *, xEvent *)))(Display *, XEvent *, xEvent *);
    unsigned long (*_XSetLastRequestRead)(Display *, xGenericReply *);
};

/* All that this file remembers. One libX11 per process is the rule; with a second one `known` goes back and forth, which
 * costs time only. */
static struct {
    _Atomic(const struct xlib *) known;
    struct xlib storage[4];
    _Atomic unsigned used;
    struct {
        _Atomic(Display *) dpy;
        _Atomic int thread;
    } first_users[16];            /* see may_touch */
    _Atomic(Display *) watched[16]; /* open, and our hook is told when they close */
    _Atomic unsigned closed;      /* how many of them have closed */
} state;

static void *find_library(void *address)
{
    Dl_info info;
    void *library = NULL;

    if (dladdr(address, &info) && info.dli_fname)
        library = ofs_real_dlopen(info.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
    return library ? library : ofs_real_dlopen(NULL, RTLD_LAZY); /* linked into the program */
}

static const struct xlib *resolve(void *owner)
{
    unsigned count = atomic_load(&state.used);
    struct xlib *xlib;
    void *library;
    int saved_errno = errno;

    for (unsigned i = 0; i < count && i < OFS_ARRAY_LEN(state.storage); i++)
        if (state.storage[i].owner == owner)
            return &state.storage[i];
    library = find_library(owner);
    (void)pthread_mutex_lock(&ofs_glx.lock);
    count = atomic_load(&state.used);
    xlib = count < OFS_ARRAY_LEN(state.storage) ? &state.storage[count] : NULL;
    if (library && xlib) {
        xlib->XSync = (int (*)(Display *, Bool))ofs_real_dlsym(library, "XSync");
        xlib->XFlush = (int (*)(Display *))ofs_real_dlsym(library, "XFlush");
        xlib->XNoOp = (int (*)(Display *))ofs_real_dlsym(library, "XNoOp");
        xlib->XLockDisplay = (void (*)(Display *))ofs_real_dlsym(library, "XLockDisplay");
        xlib->XUnlockDisplay = (void (*)(Display *))ofs_real_dlsym(library, "XUnlockDisplay");
        xlib->XGetVisualInfo =
            (XVisualInfo * (*)(Display *, long, XVisualInfo *, int *)) ofs_real_dlsym(library, "XGetVisualInfo");
        xlib->XAddExtension = (XExtCodes * (*)(Display *)) ofs_real_dlsym(library, "XAddExtension");
        xlib->XESetCloseDisplay = (__typeof__(xlib->XESetCloseDisplay))ofs_real_dlsym(library, "XESetCloseDisplay");
        xlib->_XGetRequest = (void *(*)(Display *, CARD8, size_t))ofs_real_dlsym(library, "_XGetRequest");
        xlib->XESetBeforeFlush = (__typeof__(xlib->XESetBeforeFlush))ofs_real_dlsym(library, "XESetBeforeFlush");
        xlib->XESetWireToEvent = (__typeof__(xlib->XESetWireToEvent))ofs_real_dlsym(library, "XESetWireToEvent");
        xlib->_XSetLastRequestRead =
            (unsigned long (*)(Display *, xGenericReply *))ofs_real_dlsym(library, "_XSetLastRequestRead");
        if (xlib->XSync && xlib->XFlush && xlib->XNoOp && xlib->XGetVisualInfo && xlib->_XGetRequest) {
            xlib->owner = owner;
            atomic_store(&state.used, count + 1);
        } else {
            xlib = NULL;
        }
    }
    (void)pthread_mutex_unlock(&ofs_glx.lock);
    if (!library || !xlib)
        ofs_info("the libX11 of display %p lacks a function that GLX needs", owner);
    errno = saved_errno;
    return library ? xlib : NULL;
}

void *ofs_glx_xlib_function(Display *dpy, const char *name)
{
    void *library = find_library((void *)dpy->resource_alloc);

    return library ? ofs_real_dlsym(library, name) : NULL;
}

void ofs_glx_client_fork_child(void)
{
    memset(state.first_users, 0, sizeof(state.first_users)); /* the threads have other ids here */
}

static const struct xlib *xlib_of(Display *dpy)
{
    const struct xlib *xlib = atomic_load_explicit(&state.known, memory_order_acquire);
    void *owner = (void *)dpy->resource_alloc;

    if (!xlib || xlib->owner != owner) {
        xlib = resolve(owner);
        if (xlib)
            atomic_store_explicit(&state.known, xlib, memory_order_release);
    }
    return xlib;
}

/* Without XInitThreads (which libX11 calls by itself since 1.8) a Display belongs to the threads that the program keeps
 * apart by its own means. A call that only happens to need it, like a viewport, must then not touch it from a thread that
 * the program may not have meant to: only the one that first used GLX on it counts as safe. */
static bool may_touch(Display *dpy)
{
    if (dpy->lock)
        return true;
    for (size_t i = 0; i < OFS_ARRAY_LEN(state.first_users); i++) {
        Display *nobody = NULL;

        if (atomic_load(&state.first_users[i].dpy) == dpy)
            return atomic_load(&state.first_users[i].thread) == ofs_thread_id();
        if (atomic_compare_exchange_strong(&state.first_users[i].dpy, &nobody, dpy)) {
            atomic_store(&state.first_users[i].thread, ofs_thread_id());
            return true;
        }
    }
    return false;
}

bool ofs_glx_is_ours(Display *dpy)
{
    uint32_t sequence;

    return dpy && ofs_xview_sequence(dpy->fd, &sequence);
}

void ofs_glx_sync(Display *dpy)
{
    const struct xlib *xlib;
    uint32_t sequence;

    if (!dpy || !ofs_xview_sequence(dpy->fd, &sequence))
        return;
    /* libX11 leaves itself no room in the buffer while the client writes through xcb, and then does not count requests. */
    if (sequence == (uint32_t)dpy->request && dpy->bufmax != dpy->buffer)
        return;
    xlib = may_touch(dpy) ? xlib_of(dpy) : NULL;
    if (xlib)
        (void)xlib->XSync(dpy, False);
}

/* Called by XCloseDisplay before it frees the Display. */
static int display_closes(Display *dpy, XExtCodes *codes)
{
    (void)codes;
    ofs_swap_event_forget(dpy);
    ofs_drawable_forget_keeper(dpy);
    for (size_t i = 0; i < OFS_ARRAY_LEN(state.watched); i++) {
        Display *expected = dpy;

        (void)atomic_compare_exchange_strong(&state.watched[i], &expected, NULL);
    }
    for (size_t i = 0; i < OFS_ARRAY_LEN(state.first_users); i++) {
        Display *expected = dpy;

        (void)atomic_compare_exchange_strong(&state.first_users[i].dpy, &expected, NULL);
    }
    (void)atomic_fetch_add(&state.closed, 1);
    return 0;
}

/* Called by libX11 before it writes requests out, the Display locked. */
static void before_flush(Display *dpy, XExtCodes *codes, const char *data, long size)
{
    (void)dpy;
    (void)codes;
    if (ofs_current.context && size > 0)
        ofs_look_at_requests(data, (size_t)size);
}

bool ofs_glx_is_watched(Display *dpy)
{
    for (size_t i = 0; i < OFS_ARRAY_LEN(state.watched); i++)
        if (atomic_load(&state.watched[i]) == dpy)
            return true;
    return false;
}

bool ofs_glx_watch(Display *dpy)
{
    const struct xlib *xlib;
    XExtCodes *codes;

    if (ofs_glx_is_watched(dpy))
        return true;
    xlib = xlib_of(dpy);
    if (!xlib || !xlib->XAddExtension || !xlib->XESetCloseDisplay)
        return false;
    for (size_t i = 0; i < OFS_ARRAY_LEN(state.watched); i++) {
        Display *nobody = NULL;

        if (!atomic_compare_exchange_strong(&state.watched[i], &nobody, dpy))
            continue;
        codes = xlib->XAddExtension(dpy);
        if (codes)
            (void)xlib->XESetCloseDisplay(dpy, codes->extension, display_closes);
        if (codes && xlib->XESetBeforeFlush)
            (void)xlib->XESetBeforeFlush(dpy, codes->extension, before_flush);
        if (codes && xlib->XESetWireToEvent)
            (void)xlib->XESetWireToEvent(dpy, OFS_GLX_WAKE_EVENT, ofs_look_woken);
        if (!codes)
            atomic_store(&state.watched[i], NULL);
        return codes != NULL;
    }
    return false;
}

void ofs_glx_client_bind(struct ofs_binding *binding)
{
    struct stat st;

    if (!binding->dpy)
        return; /* EGL has displays without one */
    binding->closed_before = atomic_load(&state.closed);
    binding->watched = ofs_glx_watch(binding->dpy);
    binding->socket = binding->dpy->fd;
    binding->socket_ino = fstat(binding->socket, &st) == 0 ? st.st_ino : 0;
}

/* False if the current Display may have been closed and freed: its socket is then closed, or another one. */
static bool current_is_open(void)
{
    struct ofs_binding *now = &ofs_current;
    unsigned closed = atomic_load_explicit(&state.closed, memory_order_acquire);
    struct stat st;

    if (now->watched && closed == now->closed_before)
        return true;
    if (!now->dpy || (now->watched && !ofs_glx_is_watched(now->dpy)) || fstat(now->socket, &st) != 0 ||
        st.st_ino != now->socket_ino)
        return false;
    now->closed_before = closed; /* it was another one that closed */
    return true;
}

void ofs_glx_sync_current(void)
{
    if (ofs_current.context && current_is_open())
        ofs_glx_sync(ofs_current.dpy);
}

void ofs_glx_flush(Display *dpy)
{
    const struct xlib *xlib;

    if (!dpy || dpy->bufptr == dpy->buffer)
        return;
    xlib = may_touch(dpy) ? xlib_of(dpy) : NULL;
    if (xlib)
        (void)xlib->XFlush(dpy);
}

void ofs_glx_flush_current(void)
{
    if (ofs_current.context && current_is_open())
        ofs_glx_flush(ofs_current.dpy);
}

bool ofs_glx_convert_events(Display *dpy, int code, Bool (*convert)(Display *, XEvent *, xEvent *))
{
    const struct xlib *xlib = xlib_of(dpy);

    if (!xlib || !xlib->XESetWireToEvent || !xlib->_XSetLastRequestRead)
        return false;
    (void)ofs_glx_watch(dpy); /* to be told when it closes */
    (void)xlib->XESetWireToEvent(dpy, code, convert);
    return true;
}

unsigned long ofs_glx_event_serial(Display *dpy, xEvent *wire)
{
    const struct xlib *xlib = xlib_of(dpy);

    return xlib && xlib->_XSetLastRequestRead ? xlib->_XSetLastRequestRead(dpy, (xGenericReply *)wire) : 0;
}

void ofs_glx_raise(Display *dpy, enum ofs_glx_error_kind kind, int code, int minor, uint32_t value)
{
    const struct xlib *xlib = xlib_of(dpy);
    unsigned char *request;
    uint16_t length = 5, reported = (uint16_t)minor;
    uint32_t vendor_code = OFS_GLX_VENDOR_RAISE;

    ofs_debug("error %s%d of request %d, value 0x%x", kind == OFS_GLX_EXT_ERROR ? "GLX+" : "", code, minor, value);
    if (!xlib)
        return;
    LockDisplay(dpy);
    request = xlib->_XGetRequest(dpy, OFS_GLX_MAJOR, 20);
    if (request) {
        memset(request, 0, 20);
        request[0] = OFS_GLX_MAJOR;
        request[1] = X_GLX_VENDOR_PRIVATE;
        memcpy(request + 2, &length, 2);
        memcpy(request + 4, &vendor_code, 4);
        request[8] = (unsigned char)(kind == OFS_GLX_EXT_ERROR ? OFS_GLX_FIRST_ERROR + code : code);
        memcpy(request + 10, &reported, 2);
        memcpy(request + 12, &value, 4);
    }
    UnlockDisplay(dpy);
    (void)xlib->XSync(dpy, False);
}

XID ofs_glx_new_xid(Display *dpy)
{
    const struct xlib *xlib = xlib_of(dpy);
    XID id;

    /* Xlib refills the next id under the lock, and without lock functions at the end of a request: do both. */
    if (xlib)
        xlib->XLockDisplay(dpy);
    id = dpy->resource_alloc(dpy);
    if (xlib) {
        xlib->XUnlockDisplay(dpy);
        (void)xlib->XNoOp(dpy);
    }
    return id;
}

XVisualInfo *ofs_glx_visual_info(Display *dpy, unsigned visual_id)
{
    const struct xlib *xlib = xlib_of(dpy);
    XVisualInfo template;
    int count = 0;

    if (!xlib)
        return NULL;
    memset(&template, 0, sizeof(template));
    template.visualid = visual_id;
    template.screen = 0;
    return xlib->XGetVisualInfo(dpy, VisualIDMask | VisualScreenMask, &template, &count);
}
