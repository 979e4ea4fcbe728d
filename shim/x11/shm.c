/* MIT-SHM 1.1: images through System V shared memory. Source: the MIT-SHM protocol document.
 *
 * The server is in the client's process, so a segment is attached with the rights of the client. Its size is fixed; its
 * contents may change at any moment and are copied, never trusted. Shared pixmaps are not offered, which the protocol
 * leaves to the server: a pixmap's pixels are kept in one layout whatever its depth (raster.h), not the client's.
 * Version 1.2 would need descriptors passed through the connection. */
#include <stdlib.h>
#include <sys/shm.h>
#include <unistd.h>

#include "x11/image.h"
#include "x11/private.h"

enum { MAJOR = 130, FIRST_EVENT = 65, FIRST_ERROR = 128, SHM_PUT_IMAGE = 3 };

/* Attached once, however many ids clients have for it. */
struct mapping {
    struct mapping *next;
    unsigned refs;
    int shmid;
    uint8_t *data;
    size_t size_bytes;
    bool writable;
};

struct segment {
    struct ofs_res res;
    struct mapping *mapping;
};

extern const struct ofs_extension ofs_ext_shm;

static struct mapping **mappings(struct ofs_server *s)
{
    unsigned i = 0;
    while (ofs_extensions[i] != &ofs_ext_shm)
        i++;
    return (struct mapping **)&s->ext_data[i];
}

static void destroy_segment(struct ofs_server *s, struct ofs_res *res)
{
    struct segment *segment = (struct segment *)res;
    struct mapping *mapping = segment->mapping;
    free(segment);
    if (--mapping->refs)
        return;
    struct mapping **link = mappings(s);
    while (*link != mapping)
        link = &(*link)->next;
    *link = mapping->next;
    (void)shmdt(mapping->data);
    free(mapping);
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
    ofs_out16(c, 1);
    ofs_out16(c, (uint16_t)getuid());
    ofs_out16(c, (uint16_t)getgid());
    ofs_out8(c, 0); /* the format that shared pixmaps would have */
    ofs_reply_end(c);
    return 0;
}

/* ---- segments ---- */

static int map(struct ofs_server *s, int shmid, bool read_only, struct mapping **out)
{
    struct mapping **head = mappings(s);
    for (struct mapping *m = *head; m; m = m->next) {
        if (m->shmid != shmid)
            continue;
        if (!read_only && !m->writable)
            return BadAccess;
        m->refs++;
        *out = m;
        return 0;
    }
    struct mapping *m = calloc(1, sizeof(*m));
    if (!m)
        return BadAlloc;
    struct shmid_ds about;
    m->data = shmat(shmid, NULL, read_only ? SHM_RDONLY : 0);
    if (m->data == (void *)-1 || shmctl(shmid, IPC_STAT, &about) != 0) {
        if (m->data != (void *)-1)
            (void)shmdt(m->data);
        free(m);
        return BadAccess;
    }
    m->refs = 1;
    m->shmid = shmid;
    m->size_bytes = about.shm_segsz;
    m->writable = !read_only;
    m->next = *head;
    *out = *head = m;
    return 0;
}

static int attach(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req32(r), shmid = ofs_req32(r);
    uint8_t read_only = ofs_req8(r);
    int error = ofs_res_check_new(c, id);
    if (error)
        return error;
    if (read_only > 1)
        return ofs_bad(c, BadValue, read_only);
    struct segment *segment = calloc(1, sizeof(*segment));
    if (!segment)
        return BadAlloc;
    error = map(c->server, (int)shmid, read_only, &segment->mapping);
    if (error) {
        free(segment);
        return error;
    }
    error = ofs_res_add(c, id, OFS_RES_SEGMENT, &segment->res);
    if (error)
        destroy_segment(c->server, &segment->res);
    return error;
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
static int find_at(struct ofs_client *c, uint32_t id, uint32_t offset, bool write, struct mapping **out)
{
    struct segment *segment;
    int error = ofs_res_find(c, id, OFS_RES_SEGMENT, &segment);
    if (error)
        return error;
    if ((offset & 3) || offset > segment->mapping->size_bytes)
        return ofs_bad(c, BadValue, offset);
    *out = segment->mapping;
    return write && !segment->mapping->writable ? BadAccess : 0;
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
static int check_put(struct ofs_client *c, struct put *put, const struct ofs_gc *gc, const struct mapping *mapping)
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
    struct mapping *mapping;
    read_put(r, &put);
    int error = ofs_gc_find_with(c, put.drawable, put.gc, &w, &p, &gc);
    if (!error)
        error = find_at(c, put.segment, put.offset, false, &mapping);
    if (!error)
        error = check_put(c, &put, gc, mapping);
    if (error)
        return error;
    const struct ofs_rect area = { (int)put.x, (int)put.y, (int)(put.x + put.width), (int)(put.y + put.height) };
    error = ofs_image_put(c, w, p, gc, &put.image, area, put.to_x, put.to_y);
    if (!error && put.send_event)
        send_completion(c, &put);
    return error;
}

struct target {
    uint8_t *at;
};

static void to_segment(void *arg, const void *bytes, size_t n)
{
    struct target *target = arg;
    memcpy(target->at, bytes, n);
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
    struct mapping *mapping;
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
    struct target target = { mapping->data + offset };
    if (!error)
        error = ofs_image_read(&source, to_segment, &target);
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
};
const struct ofs_extension ofs_ext_shm = {
    .name = "MIT-SHM", .major = MAJOR, .first_event = FIRST_EVENT, .first_error = FIRST_ERROR,
    .rows = rows, .row_count = OFS_ARRAY_LEN(rows), .init = init,
};
