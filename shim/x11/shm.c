/* MIT-SHM 1.2: images through shared memory, System V's or a descriptor's. Source: the MIT-SHM protocol document,
 * X11/extensions/shmproto.h.
 *
 * The server is in the client's process, so a segment is attached with the rights of the client. Its size is fixed; its
 * contents may change at any moment and are copied, never trusted. Shared pixmaps are not offered, which the protocol
 * leaves to the server: a pixmap's pixels are kept in one layout whatever its depth (raster.h), not the client's. */
#include "x11/shm_segment.h"

#include <stdlib.h>
#include <unistd.h>

#include "x11/image.h"
#include "x11/own_fd.h"
#include "x11/passing.h"
#include "x11/private.h"

enum { MAJOR = OFS_SHM_MAJOR, FIRST_EVENT = 65, FIRST_ERROR = 128, SHM_PUT_IMAGE = 3 };

struct segment {
    struct ofs_res res;
    struct ofs_shm *shm;
};

extern const struct ofs_extension ofs_ext_shm;

static struct ofs_shm **mappings(struct ofs_server *s)
{
    unsigned i = 0;
    while (ofs_extensions[i] != &ofs_ext_shm)
        i++;
    return (struct ofs_shm **)&s->ext_data[i];
}

static void destroy_segment(struct ofs_server *s, struct ofs_res *res)
{
    ofs_shm_release(mappings(s), ((struct segment *)res)->shm);
    free(res);
}

static int init(struct ofs_server *s)
{
    ofs_res_set_destructor(s, OFS_RES_SEGMENT, destroy_segment);
    ofs_res_set_error(s, OFS_RES_SEGMENT, FIRST_ERROR);
    ofs_event_set_format(s, FIRST_EVENT, "112 4 2 11 44 4444");
    return 0;
}

static int query_version(struct ofs_client *c, struct ofs_request *r)
{
    ofs_reply_begin(c, 0 /* no shared pixmaps */);
    ofs_out16(c, 1);
    ofs_out16(c, 2);
    ofs_out16(c, (uint16_t)getuid());
    ofs_out16(c, (uint16_t)getgid());
    ofs_out8(c, 0); /* the format that shared pixmaps would have */
    ofs_reply_end(c);
    return 0;
}

/* ---- segments ---- */

/* An id for the mapping, which is taken, also on error. */
static int add_segment(struct ofs_client *c, uint32_t id, struct ofs_shm *take_shm)
{
    struct segment *segment = calloc(1, sizeof(*segment));
    int error = segment ? ofs_res_add(c, id, OFS_RES_SEGMENT, &segment->res) : BadAlloc;
    if (error) {
        ofs_shm_release(mappings(c->server), take_shm);
        free(segment);
        return error;
    }
    segment->shm = take_shm;
    return 0;
}

static int check_new(struct ofs_client *c, uint32_t id, uint8_t read_only)
{
    int error = ofs_res_check_new(c, id);
    return error ? error : read_only > 1 ? ofs_bad(c, BadValue, read_only) : 0;
}

static int attach(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req32(r), shmid = ofs_req32(r);
    uint8_t read_only = ofs_req8(r);
    struct ofs_shm *shm;
    int error = check_new(c, id, read_only);
    if (!error)
        error = ofs_shm_attach(mappings(c->server), (int)shmid, read_only, &shm);
    return error ? error : add_segment(c, id, shm);
}

static int attach_fd(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req32(r);
    uint8_t read_only = ofs_req8(r);
    struct ofs_shm *shm;
    int fd = ofs_passing_take(c);
    int error = check_new(c, id, read_only);
    if (!error)
        error = ofs_shm_attach_fd(mappings(c->server), fd, read_only, &shm);
    if (fd >= 0)
        close(fd);
    return error ? error : add_segment(c, id, shm);
}

static int create_segment(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req32(r), size_bytes = ofs_req32(r);
    uint8_t read_only = ofs_req8(r);
    struct ofs_shm *shm;
    int fd, error = check_new(c, id, read_only);
    if (!error)
        error = ofs_shm_create(mappings(c->server), size_bytes, read_only, &shm, &fd);
    if (error)
        return error;
    error = add_segment(c, id, shm);
    fd = ofs_own_fd_high(fd);
    if (error || !ofs_passing_give(c, fd)) {
        close(fd);
        if (!error)
            ofs_res_free(c->server, ofs_res_get(c->server, id, OFS_RES_SEGMENT));
        return error ? error : BadAlloc;
    }
    ofs_reply_begin(c, 1 /* descriptor */);
    ofs_reply_end(c);
    return 0;
}

static int detach(struct ofs_client *c, struct ofs_request *r)
{
    struct segment *segment;
    int error = ofs_res_find(c, ofs_req32(r), OFS_RES_SEGMENT, &segment);
    if (!error)
        ofs_res_free(c->server, &segment->res);
    return error;
}

/* The segment, `offset` bytes in; writes need one that was attached for it. */
static int find_at(struct ofs_client *c, uint32_t id, uint32_t offset, bool write, struct ofs_shm **out)
{
    struct segment *segment;
    int error = ofs_res_find(c, id, OFS_RES_SEGMENT, &segment);
    if (error)
        return error;
    if ((offset & 3) || offset > segment->shm->size_bytes)
        return ofs_bad(c, BadValue, offset);
    *out = segment->shm;
    return write && !segment->shm->writable ? BadAccess : 0;
}

/* Its memory is not what it was: the id stands for nothing any more. */
static int vanished(struct ofs_client *c, uint32_t id)
{
    struct ofs_res *segment = ofs_res_get(c->server, id, OFS_RES_SEGMENT);
    if (segment)
        ofs_res_free(c->server, segment);
    return ofs_bad(c, FIRST_ERROR, id);
}

/* ---- images ---- */

struct put {
    uint32_t drawable, gc, segment, offset;
    unsigned total_width, total_height, x, y, width, height;
    int to_x, to_y;
    uint8_t send_event;
    struct ofs_image image;
};

static void read_put(struct ofs_request *r, struct put *put)
{
    put->drawable = ofs_req32(r);
    put->gc = ofs_req32(r);
    put->total_width = ofs_req16(r);
    put->total_height = ofs_req16(r);
    put->x = ofs_req16(r);
    put->y = ofs_req16(r);
    put->width = ofs_req16(r);
    put->height = ofs_req16(r);
    put->to_x = ofs_req_i16(r);
    put->to_y = ofs_req_i16(r);
    put->image.depth = ofs_req8(r);
    put->image.format = ofs_req8(r);
    put->send_event = ofs_req8(r);
    ofs_req_skip(r, 1);
    put->segment = ofs_req32(r);
    put->offset = ofs_req32(r);
}

/* Layout of the whole image, and that it and the part of it lie within the segment. */
static int check_put(struct ofs_client *c, struct put *put, const struct ofs_gc *gc, const struct ofs_shm *mapping)
{
    struct ofs_image *image = &put->image;
    if (put->send_event > 1)
        return ofs_bad(c, BadValue, put->send_event);
    if (image->format > ZPixmap)
        return ofs_bad(c, BadValue, image->format);
    if (image->depth != (image->format == XYBitmap ? 1 : gc->depth))
        return BadMatch;
    uint8_t bits = image->format == ZPixmap ? ofs_depth_bits_per_pixel(image->depth) : 1;
    uint64_t planes = image->format == XYPixmap ? image->depth : 1;
    image->pitch_bytes = (size_t)ofs_image_pitch(put->total_width, bits);
    image->plane_bytes = image->pitch_bytes * put->total_height;
    if (image->plane_bytes * planes > mapping->size_bytes - put->offset)
        return ofs_bad(c, BadValue, put->total_width);
    if (put->x > put->total_width)
        return ofs_bad(c, BadValue, put->x);
    if (put->y > put->total_height)
        return ofs_bad(c, BadValue, put->y);
    if (put->x + put->width > put->total_width)
        return ofs_bad(c, BadValue, put->width);
    if (put->y + put->height > put->total_height)
        return ofs_bad(c, BadValue, put->height);
    image->data = mapping->data + put->offset;
    return 0;
}

/* The rows of area (or all planes) of an image whose memory may vanish, in its place; the caller frees *copy_out. */
static int copy_image(struct ofs_client *c, struct put *put, const struct ofs_shm *shm, struct ofs_rect *area,
                      uint8_t **copy_out)
{
    struct ofs_image *image = &put->image;
    size_t planes = image->format == XYPixmap ? image->depth : 1, skip = 0, n = image->plane_bytes * planes;
    if (planes == 1) {
        skip = (size_t)area->y0 * image->pitch_bytes;
        n = put->height * image->pitch_bytes;
        area->y1 -= area->y0;
        area->y0 = 0;
    }
    if (n > c->server->config.max_image_bytes || !(*copy_out = malloc(n ? n : 1)))
        return BadAlloc;
    image->data = *copy_out;
    return ofs_shm_read(shm, put->offset + skip, *copy_out, n) ? 0 : vanished(c, put->segment);
}

static void send_completion(struct ofs_client *c, const struct put *put)
{
    uint8_t bytes[32] = { FIRST_EVENT };
    xEvent ev;
    ofs_put32(bytes + 4, put->drawable, false);
    ofs_put16(bytes + 8, SHM_PUT_IMAGE, false);
    bytes[10] = MAJOR;
    ofs_put32(bytes + 12, put->segment, false);
    ofs_put32(bytes + 16, put->offset, false);
    memcpy(&ev, bytes, sizeof(ev));
    ofs_event_to_client(c, &ev);
}

static int put_image(struct ofs_client *c, struct ofs_request *r)
{
    struct put put = { 0 };
    struct ofs_window *w;
    struct ofs_pixmap *p;
    struct ofs_gc *gc;
    struct ofs_shm *mapping;
    read_put(r, &put);
    int error = ofs_gc_find_with(c, put.drawable, put.gc, &w, &p, &gc);
    if (!error)
        error = find_at(c, put.segment, put.offset, false, &mapping);
    if (!error)
        error = check_put(c, &put, gc, mapping);
    if (error)
        return error;
    struct ofs_rect area = { (int)put.x, (int)put.y, (int)(put.x + put.width), (int)(put.y + put.height) };
    uint8_t *copy = NULL;
    if (mapping->guarded)
        error = copy_image(c, &put, mapping, &area, &copy);
    if (!error)
        error = ofs_image_put(c, w, p, gc, &put.image, area, put.to_x, put.to_y);
    free(copy);
    if (!error && put.send_event)
        send_completion(c, &put);
    return error;
}

struct target {
    struct ofs_shm *shm;
    size_t at;
    bool failed;
};

static void to_segment(void *arg, const void *bytes, size_t n)
{
    struct target *target = arg;
    target->failed = target->failed || !ofs_shm_write(target->shm, target->at, bytes, n);
    target->at += n;
}

static int get_image(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t drawable = ofs_req32(r);
    struct ofs_image_source source = { 0 };
    source.x = ofs_req_i16(r);
    source.y = ofs_req_i16(r);
    source.width = ofs_req16(r);
    source.height = ofs_req16(r);
    source.plane_mask = ofs_req32(r);
    source.format = ofs_req8(r);
    ofs_req_skip(r, 3);
    uint32_t segment = ofs_req32(r), offset = ofs_req32(r);
    struct ofs_window *w;
    struct ofs_pixmap *p;
    struct ofs_shm *mapping;
    if (source.format != XYPixmap && source.format != ZPixmap)
        return ofs_bad(c, BadValue, source.format);
    int error = ofs_find_drawable(c, drawable, &w, &p);
    if (!error)
        error = find_at(c, segment, offset, true, &mapping);
    if (!error)
        error = ofs_image_source_find(c, drawable, &source, &w, &p);
    if (error)
        return error;
    uint64_t bytes = ofs_image_bytes(source.format, source.depth, source.plane_mask, source.width, source.height);
    if (bytes > mapping->size_bytes - offset)
        return BadAccess;
    error = ofs_surface_open(w, p, c->server, true, &source.surface);
    struct target target = { .shm = mapping, .at = offset };
    if (!error)
        error = ofs_image_read(&source, to_segment, &target);
    if (!error && target.failed)
        error = vanished(c, segment);
    if (error)
        return error;
    ofs_reply_begin(c, source.depth);
    ofs_out32(c, source.visual);
    ofs_out32(c, (uint32_t)bytes);
    ofs_reply_end(c);
    return 0;
}

static int create_pixmap(struct ofs_client *c, struct ofs_request *r) { return BadImplementation; }

static const struct ofs_handler_row rows[] = {
    { 0, "ShmQueryVersion", query_version, 1, 1 },
    { 1, "ShmAttach", attach, 4, 4 },
    { 2, "ShmDetach", detach, 2, 2 },
    { SHM_PUT_IMAGE, "ShmPutImage", put_image, 10, 10 },
    { 4, "ShmGetImage", get_image, 8, 8 },
    { 5, "ShmCreatePixmap", create_pixmap, 7, 7 },
    { 6, "ShmAttachFd", attach_fd, 3, 3 },
    { 7, "ShmCreateSegment", create_segment, 4, 4 },
};
const struct ofs_extension ofs_ext_shm = {
    .name = "MIT-SHM",
    .major = MAJOR,
    .first_event = FIRST_EVENT,
    .first_error = FIRST_ERROR,
    .rows = rows,
    .row_count = OFS_ARRAY_LEN(rows),
    .init = init,
};
