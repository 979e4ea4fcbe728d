/* eglCopyBuffers: pixels of a surface go to a pixmap. */
#include <errno.h>
#include <stdlib.h>
#include <X11/Xlib.h>
#include <X11/Xutil.h>

#include "egl/x11/eglx.h"

struct picture {
    int width, height;
    uint32_t *px;                 /* the lowest row first; turned before they are put */
};

static void read_picture(const struct ofs_gl *gl, void *arg)
{
    const struct picture *picture = arg;

    gl->glReadPixels(0, 0, picture->width, picture->height, GL_BGRA, GL_UNSIGNED_BYTE, picture->px);
}

static void turn_upside_down(struct picture *picture)
{
    size_t width = (size_t)picture->width;

    for (size_t low = 0, high = (size_t)picture->height - 1; low < high; low++, high--)
        for (size_t i = 0; i < width; i++) {
            uint32_t px = picture->px[low * width + i];

            picture->px[low * width + i] = picture->px[high * width + i];
            picture->px[high * width + i] = px;
        }
}

/* The part of the picture that a pixmap of this size has room for. */
struct part { unsigned width, height; };

static struct part common_part(const struct ofs_xdrawable *x, const struct picture *picture)
{
    uint64_t size_px = atomic_load(&x->size_px);
    struct part part = {ofs_size_width(size_px), ofs_size_height(size_px)};

    if (part.width > (unsigned)picture->width)
        part.width = (unsigned)picture->width;
    if (part.height > (unsigned)picture->height)
        part.height = (unsigned)picture->height;
    return part;
}

static bool put_by_xlib(Display *dpy, const struct ofs_xdrawable *x, const struct picture *picture)
{
    __typeof__(&XInitImage) init_image = (__typeof__(&XInitImage))ofs_glx_xlib_function(dpy, "XInitImage");
    __typeof__(&XCreateGC) create_gc = (__typeof__(&XCreateGC))ofs_glx_xlib_function(dpy, "XCreateGC");
    __typeof__(&XPutImage) put_image = (__typeof__(&XPutImage))ofs_glx_xlib_function(dpy, "XPutImage");
    __typeof__(&XFreeGC) free_gc = (__typeof__(&XFreeGC))ofs_glx_xlib_function(dpy, "XFreeGC");
    struct part part = common_part(x, picture);
    XImage image = {
        .width = picture->width, .height = picture->height, .format = ZPixmap, .data = (char *)picture->px,
        .byte_order = LSBFirst, .bitmap_unit = 32, .bitmap_bit_order = LSBFirst, .bitmap_pad = 32, .depth = x->depth,
        .bytes_per_line = picture->width * 4, .bits_per_pixel = 32,
    };
    GC gc;

    if (!init_image || !create_gc || !put_image || !free_gc || !init_image(&image))
        return false;
    gc = create_gc(dpy, x->xid, 0, NULL);
    if (!gc)
        return false;
    (void)put_image(dpy, x->xid, gc, &image, 0, 0, 0, 0, part.width, part.height);
    (void)free_gc(dpy, gc);
    return true;
}

/* The functions of libxcb that a picture takes. Their cookies are one word, which nobody needs. */
typedef struct { unsigned sequence; } cookie;
typedef uint32_t generate_id_fn(void *connection);
typedef cookie create_gc_fn(void *connection, uint32_t gc, uint32_t drawable, uint32_t mask, const void *values);
typedef cookie put_image_fn(void *connection, uint8_t format, uint32_t drawable, uint32_t gc, uint16_t width,
                            uint16_t height, int16_t x, int16_t y, uint8_t left_pad, uint8_t depth, uint32_t bytes,
                            const uint8_t *data);
typedef cookie free_gc_fn(void *connection, uint32_t gc);

/* A request of a server without BIG-REQUESTS holds this much, and a row of pixels is less. */
#define REQUEST_BYTES 260000u

static bool put_by_xcb(void *connection, const struct ofs_xdrawable *x, const struct picture *picture)
{
    generate_id_fn *generate_id = (generate_id_fn *)ofs_native_xcb_function("xcb_generate_id");
    create_gc_fn *create_gc = (create_gc_fn *)ofs_native_xcb_function("xcb_create_gc");
    put_image_fn *put_image = (put_image_fn *)ofs_native_xcb_function("xcb_put_image");
    free_gc_fn *free_gc = (free_gc_fn *)ofs_native_xcb_function("xcb_free_gc");
    unsigned height = common_part(x, picture).height, row_bytes = (unsigned)picture->width * 4, rows, gc;

    if (!generate_id || !create_gc || !put_image || !free_gc || row_bytes > REQUEST_BYTES)
        return false;
    gc = generate_id(connection);
    if (gc == ~0u)
        return false;
    (void)create_gc(connection, gc, x->xid, 0, NULL);
    for (unsigned y = 0; y < height; y += rows) {
        rows = height - y < REQUEST_BYTES / row_bytes ? height - y : REQUEST_BYTES / row_bytes;
        (void)put_image(connection, ZPixmap, x->xid, gc, (uint16_t)picture->width, (uint16_t)rows, 0, (int16_t)y, 0,
                        x->depth, rows * row_bytes, (const uint8_t *)(picture->px + (size_t)y * (size_t)picture->width));
    }
    (void)free_gc(connection, gc);
    return true;
}

/* Puts the rows into the pixmap through the program's own connection and library, so that they come in order with what it
 * asks for itself. */
static bool put_picture(const struct ofs_egl_display *display, const struct ofs_xdrawable *x, const struct picture *picture)
{
    Display *dpy = ofs_native_xlib(display);
    void *connection = dpy ? NULL : ofs_native_xcb(display);

    if (dpy)
        return put_by_xlib(dpy, x, picture);
    return connection && put_by_xcb(connection, x, picture);
}

/* The colours of the surface's buffer, the part that both have, become the pixmap's. */
static EGLint copy_to_pixmap(struct ofs_egl_surface *surface, struct ofs_xdrawable *x)
{
    struct ofs_surface *buffers;
    struct picture picture;
    EGLint error = EGL_BAD_ALLOC;
    EGLSurface source;
    uint64_t size_px = ofs_drawable_size(&surface->drawable);

    if (!ofs_size_width(size_px) || !ofs_size_height(size_px))
        return EGL_SUCCESS; /* a pbuffer may have no pixels */
    /* What this thread draws to is what it has drawn, also if the window has another size since. */
    if (ofs_current.draw == &surface->drawable && ofs_current.draw_surface) {
        buffers = ofs_current.draw_surface;
        atomic_fetch_add(&buffers->refs, 1);
    } else {
        buffers = ofs_surface_for(&surface->drawable);
    }
    if (!buffers)
        return EGL_BAD_ALLOC;
    size_px = buffers->size_px;
    picture.width = (int)ofs_size_width(size_px);
    picture.height = (int)ofs_size_height(size_px);
    picture.px = malloc((size_t)picture.width * (size_t)picture.height * 4);
    source = ofs_resolved(&surface->drawable, buffers, buffers->back);
    if (picture.px && ofs_with_copier(source, source, read_picture, &picture)) {
        turn_upside_down(&picture);
        error = put_picture(surface->display, x, &picture) ? EGL_SUCCESS : EGL_BAD_NATIVE_PIXMAP;
    }
    free(picture.px);
    ofs_surface_unused(buffers);
    ofs_surface_release(buffers);
    return error;
}

/* EGL 1.5 section 3.10.2. The pixels travel by the program's own connection, which the default display has not got. */
OFS_EXPORT EGLBoolean eglCopyBuffers(EGLDisplay handle, EGLSurface surface_handle, EGLNativePixmapType target)
{
    const struct ofs_egl_display *display = ofs_eglx_display(handle);
    struct ofs_egl_surface *surface;
    struct ofs_xdrawable *x;
    int saved_errno = errno;
    EGLint error;

    if (!display)
        return OFS_EGLX_PASS(eglCopyBuffers, handle, surface_handle, target);
    if (!ofs_eglx_ready(display))
        return EGL_FALSE;
    surface = ofs_eglx_surface_acquire(display, surface_handle);
    if (!surface)
        return OFS_EGLX_FAIL(EGL_BAD_SURFACE);
    x = ofs_native_drawable(display, target, OFS_XDRAWABLE_PIXMAP);
    if (!x)
        error = EGL_BAD_NATIVE_PIXMAP;
    else if (x->depth != surface->config->depth)
        error = EGL_BAD_MATCH;
    else if (ofs_surface_is_busy(&surface->drawable))
        error = EGL_BAD_SURFACE;
    else
        error = copy_to_pixmap(surface, x);
    ofs_xview_release(x);
    ofs_eglx_surface_release(surface);
    errno = saved_errno;
    return error == EGL_SUCCESS ? OFS_EGLX_DONE() : OFS_EGLX_FAIL(error);
}
