/* Noticing, in the thread that draws, that pixels of what it draws are about to be read: look.c says why. */
#include <X11/X.h>
#include <X11/Xproto.h>
#include <string.h>

#include "glx/events.h"
#include "glx/glx.h"

/* What this thread draws to is, or has a part in, this area of that drawable, for all that the server has been told. */
static bool concerns(uint32_t id, int x, int y, int width, int height)
{
    const struct ofs_xdrawable *drawn = ofs_current.draw->x;

    return id == drawn->xid || ofs_xview_overlaps(id, x, y, width, height, drawn);
}

/* Requests that read pixels. In all of them the drawable comes first. */
static const struct {
    uint8_t major;
    int minor;                    /* -1: it has none */
    uint8_t x_at, width_at;       /* where the corner and the size of what is read are, 16 bits each */
} readers[] = {
    {X_GetImage, -1, 8, 12},
    {X_CopyArea, -1, 16, 24},
    {X_CopyPlane, -1, 16, 24},
    {OFS_SHM_MAJOR, 4 /* ShmGetImage */, 8, 12},
};

/* The request reads pixels of what this thread draws to. */
static bool reads_pixels(const char *request, size_t bytes)
{
    unsigned char major = (unsigned char)request[0], minor = (unsigned char)request[1];
    int16_t corner[2];
    uint16_t size[2];
    uint32_t id;

    for (size_t i = 0; i < OFS_ARRAY_LEN(readers); i++) {
        if (readers[i].major != major || (readers[i].minor >= 0 && readers[i].minor != minor) ||
            bytes < readers[i].width_at + sizeof(size))
            continue;
        memcpy(&id, request + 4, 4);
        memcpy(corner, request + readers[i].x_at, sizeof(corner));
        memcpy(size, request + readers[i].width_at, sizeof(size));
        return concerns(id, corner[0], corner[1], size[0], size[1]);
    }
    return false;
}

/* Data of a large request comes as a piece of its own, which is no request: to take it for one costs a copy at most. */
void ofs_look_at_requests(const char *data, size_t size)
{
    if (!ofs_current.draw || !ofs_current.draw->x)
        return;
    while (size >= 4) {
        uint16_t words;
        size_t bytes;

        memcpy(&words, data + 2, 2);
        bytes = (size_t)words * 4;
        if (!bytes || bytes > size)
            return; /* longer than a request without BIG-REQUESTS, or no request at all */
        if (reads_pixels(data, bytes)) {
            ofs_look_ahead();
            return;
        }
        data += bytes;
        size -= bytes;
    }
}

void ofs_glx_reading(uint32_t drawable, int x, int y, int width, int height)
{
    if (ofs_current.context && ofs_current.draw && ofs_current.draw->x && concerns(drawable, x, y, width, height))
        ofs_look_ahead();
}

void ofs_glx_connecting(void)
{
    if (ofs_current.context)
        ofs_look_ahead();
}

Bool ofs_look_woken(Display *dpy, XEvent *event, xEvent *wire)
{
    (void)dpy;
    (void)event;
    (void)wire;
    if (ofs_current.context)
        ofs_look_ahead();
    return False; /* it is no event for the program */
}
