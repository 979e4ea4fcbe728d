/* Requests of xcb that read pixels of windows, noticed in the thread that asks before they are sent: if OpenGL draws in that
 * thread, this is the last moment to keep what it shows (glx/look.c). A program that bypasses these exports loses nothing
 * but that. Each passes on to the libxcb that its caller is linked to, since a process may hold several. */
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "glx/glx.h"
#include "hook/real.h"
#include "util/status.h"

typedef struct { unsigned int sequence; } ofs_xcb_cookie; /* every cookie of xcb.h */

/* Call sites and the functions that they mean. What a full table does not hold is looked up each time. */
struct site {
    _Atomic(const void *) caller; /* written last */
    void *function;
};
#define SITES 16

static const char being_written; /* its address is no call site's */

static void *look_up(const char *name, const void *own, const char *library_name, const void *caller)
{
    Dl_info info;
    /* References stay, so that no address of the table is used again for another library. */
    void *library = dladdr(caller, &info) && info.dli_fname ? ofs_real_dlopen(info.dli_fname, RTLD_LAZY | RTLD_NOLOAD) : NULL;
    void *function = library ? ofs_real_dlsym(library, name) : NULL;

    if (!function || function == own)
        function = ofs_real_dlsym(RTLD_NEXT, name);
    if (!function && (library = ofs_real_dlopen(library_name, RTLD_LAZY | RTLD_NOLOAD)))
        function = ofs_real_dlsym(library, name);
    return function;
}

static void *real(struct site *sites, const char *name, const void *own, const char *library_name, const void *caller)
{
    int saved_errno = errno;
    void *function;

    for (int i = 0; i < SITES; i++) {
        const void *known = atomic_load_explicit(&sites[i].caller, memory_order_acquire);

        if (known == caller)
            return sites[i].function;
        if (!known)
            break;
    }
    function = look_up(name, own, library_name, caller);
    for (int i = 0; function && i < SITES; i++) {
        const void *known = NULL;

        if (atomic_compare_exchange_strong(&sites[i].caller, &known, &being_written)) {
            sites[i].function = function;
            atomic_store_explicit(&sites[i].caller, caller, memory_order_release);
            break;
        }
        if (known == caller)
            break;
    }
    errno = saved_errno;
    return function;
}

#define XCB     "libxcb.so.1"
#define XCB_SHM "libxcb-shm.so.0"

/* An export: what is read, as (drawable, x, y, width, height), the arguments, and the parameters. Without a real function
 * nothing is sent, and the cookie is the one of a failed connection. */
#define READS_PIXELS(name, library, what, arguments, ...)                                                           \
    OFS_EXPORT ofs_xcb_cookie name(__VA_ARGS__);                                                                    \
    OFS_EXPORT ofs_xcb_cookie name(__VA_ARGS__)                                                                     \
    {                                                                                                               \
        static struct site sites[SITES];                                                                            \
        ofs_xcb_cookie (*function)(__VA_ARGS__) =                                                                   \
            (ofs_xcb_cookie (*)(__VA_ARGS__))real(sites, #name, (const void *)name, library,                        \
                                                  __builtin_return_address(0));                                     \
                                                                                                                    \
        ofs_glx_reading what;                                                                                       \
        return function ? function arguments : (ofs_xcb_cookie){0};                                                 \
    }

READS_PIXELS(xcb_get_image, XCB, (drawable, x, y, width, height), (c, format, drawable, x, y, width, height, planes),
             void *c, uint8_t format, uint32_t drawable, int16_t x, int16_t y, uint16_t width, uint16_t height,
             uint32_t planes)
READS_PIXELS(xcb_get_image_unchecked, XCB, (drawable, x, y, width, height),
             (c, format, drawable, x, y, width, height, planes), void *c, uint8_t format, uint32_t drawable, int16_t x,
             int16_t y, uint16_t width, uint16_t height, uint32_t planes)
READS_PIXELS(xcb_copy_area, XCB, (source, from_x, from_y, width, height),
             (c, source, target, gc, from_x, from_y, to_x, to_y, width, height), void *c, uint32_t source, uint32_t target,
             uint32_t gc, int16_t from_x, int16_t from_y, int16_t to_x, int16_t to_y, uint16_t width, uint16_t height)
READS_PIXELS(xcb_shm_get_image, XCB_SHM, (drawable, x, y, width, height),
             (c, drawable, x, y, width, height, planes, format, segment, offset), void *c, uint32_t drawable, int16_t x,
             int16_t y, uint16_t width, uint16_t height, uint32_t planes, uint8_t format, uint32_t segment, uint32_t offset)
READS_PIXELS(xcb_shm_get_image_unchecked, XCB_SHM, (drawable, x, y, width, height),
             (c, drawable, x, y, width, height, planes, format, segment, offset), void *c, uint32_t drawable, int16_t x,
             int16_t y, uint16_t width, uint16_t height, uint32_t planes, uint8_t format, uint32_t segment, uint32_t offset)
