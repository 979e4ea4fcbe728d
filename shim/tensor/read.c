/* Pixels from GL or memory, through the plan, into a slot.
 *
 * A frame is read in strips of some rows, each of which goes through the plan while it is in the processor's cache: the
 * pixels of a frame never travel to main memory and back. Only the crop is read. */
#include <stdlib.h>
#include <string.h>

#include "capture/readback.h"
#include "tensor/private.h"
#include "util/opt.h"

/* Fits the second-level cache of the processors of today beside what the plan needs. */
#define STRIP_BYTES (112u * 1024u)

static void drop_raw(struct ofs_reader *reader)
{
    free(reader->raw[0]);
    free(reader->raw[1]);
    reader->raw[0] = reader->raw[1] = NULL;
    reader->raw_bytes = 0;
    reader->has_previous = false;
}

void ofs_reader_finish(struct ofs_reader *reader)
{
    drop_raw(reader);
    free(reader->strip);
    free(reader->staging);
    memset(reader, 0, sizeof *reader);
}

/* At least `bytes` at *data; contents are lost when it grows. */
static bool make_room(unsigned char **data, size_t *have_bytes, size_t bytes)
{
    if (*data && *have_bytes >= bytes)
        return true;
    free(*data);
    *data = malloc(bytes);
    *have_bytes = *data ? bytes : 0;
    return *data != NULL;
}

/* Where pixel (0, 0) of the whole source would lie, if `lowest` holds the crop's columns of rows first .. end-1, the lowest
 * row first. The plan looks only at what is there. */
static const unsigned char *origin(const unsigned char *lowest, size_t row_bytes, uint32_t end, uint32_t crop_x_px)
{
    return (const unsigned char *)((uintptr_t)lowest + (uintptr_t)(row_bytes * (end - 1)) - (uintptr_t)crop_x_px * 4);
}

/* The same for the whole crop, top row first. */
static const unsigned char *top_first_origin(const unsigned char *crop, size_t row_bytes, const struct ofs_plan_desc *desc)
{
    return (const unsigned char *)((uintptr_t)crop - row_bytes * desc->crop_y_px - (uintptr_t)desc->crop_x_px * 4);
}

/* Output rows y0 .. *y1-1 need about STRIP_BYTES of the source, and at least one row of it. */
static uint32_t strip_end(const struct ofs_plan_desc *desc, uint32_t y0)
{
    uint64_t rows = STRIP_BYTES / ((uint64_t)desc->crop_width_px * 4);
    uint64_t step = (rows ? rows : 1) * desc->height_px / desc->crop_height_px;
    uint64_t end = y0 + (step ? step : 1);
    return end < desc->height_px ? (uint32_t)end : desc->height_px;
}

static enum ofs_status read_strips(struct ofs_capture *capture, const struct ofs_reading *reading, void *data)
{
    const struct ofs_plan *plan = capture->set.plan;
    const struct ofs_plan_desc *desc = ofs_plan_desc(plan);
    struct ofs_reader *reader = &capture->reader;
    size_t row_bytes = (size_t)desc->crop_width_px * 4;

    for (uint32_t y0 = 0, y1; y0 < desc->height_px; y0 = y1) {
        struct ofs_plan_source source = { .pitch_bytes = -(ptrdiff_t)row_bytes };
        uint32_t first, end;
        y1 = strip_end(desc, y0);
        ofs_plan_source_rows(plan, y0, y1, &first, &end);
        if (!make_room(&reader->strip, &reader->strip_bytes, (end - first) * row_bytes))
            return OFS_ENOMEM;
        ofs_reading_rows(reading, desc->crop_x_px, first, desc->crop_width_px, end - first, reader->strip);
        source.pixels = origin(reader->strip, row_bytes, end, desc->crop_x_px);
        ofs_plan_run_rows(plan, &source, y0, y1, desc->stack - 1, data);
    }
    return OFS_OK;
}

/* With max_frames = 2 the whole crop is kept for the next frame, in two buffers in turn; still read strip by strip. */
static enum ofs_status read_kept(struct ofs_capture *capture, const struct ofs_reading *reading, void *data)
{
    const struct ofs_plan *plan = capture->set.plan;
    const struct ofs_plan_desc *desc = ofs_plan_desc(plan);
    struct ofs_reader *reader = &capture->reader;
    size_t row_bytes = (size_t)desc->crop_width_px * 4, bytes = row_bytes * desc->crop_height_px;
    uint32_t crop_end = desc->crop_y_px + desc->crop_height_px, read_end = desc->crop_y_px; /* rows up to there are read */
    struct ofs_plan_source source = { .pitch_bytes = -(ptrdiff_t)row_bytes, .previous_pitch_bytes = -(ptrdiff_t)row_bytes };
    unsigned newest = 1 - reader->newest;

    if (reader->raw_bytes != bytes || reader->top_first) {
        drop_raw(reader);
        reader->top_first = false;
        reader->raw[0] = malloc(bytes);
        reader->raw[1] = malloc(bytes);
        if (!reader->raw[0] || !reader->raw[1]) {
            drop_raw(reader);
            return OFS_ENOMEM;
        }
        reader->raw_bytes = bytes;
        newest = 0;
    }
    source.pixels = origin(reader->raw[newest], row_bytes, crop_end, desc->crop_x_px);
    if (reader->has_previous)
        source.previous = origin(reader->raw[1 - newest], row_bytes, crop_end, desc->crop_x_px);
    for (uint32_t y0 = 0, y1; y0 < desc->height_px; y0 = y1) {
        uint32_t first, end;
        y1 = strip_end(desc, y0);
        ofs_plan_source_rows(plan, y0, y1, &first, &end);
        if (y1 == desc->height_px)
            end = crop_end; /* the next frame's plan may look at rows that this one's does not */
        if (end > read_end) {
            ofs_reading_rows(reading, desc->crop_x_px, read_end, desc->crop_width_px, end - read_end,
                             reader->raw[newest] + (size_t)(crop_end - end) * row_bytes);
            read_end = end;
        }
        ofs_plan_run_rows(plan, &source, y0, y1, desc->stack - 1, data);
    }
    reader->newest = newest;
    reader->has_previous = true;
    return OFS_OK;
}

/* Pixels that lie in memory as a whole; `source` has its pixels and pitch. */
static enum ofs_status run_whole(struct ofs_capture *capture, struct ofs_plan_source source, void *data)
{
    const struct ofs_plan *plan = capture->set.plan;
    const struct ofs_plan_desc *desc = ofs_plan_desc(plan);
    struct ofs_reader *reader = &capture->reader;
    size_t row_bytes = (size_t)desc->crop_width_px * 4, bytes = row_bytes * desc->crop_height_px;
    const unsigned char *crop;

    if (desc->max_frames < 2) {
        ofs_plan_run(plan, &source, desc->stack - 1, data);
        return OFS_OK;
    }
    /* The crop of the frame before is kept, top row first. */
    if (reader->raw_bytes != bytes || !reader->top_first) {
        drop_raw(reader);
        reader->top_first = true;
        reader->raw[0] = malloc(bytes);
        if (!reader->raw[0])
            return OFS_ENOMEM;
        reader->raw_bytes = bytes;
    }
    if (reader->has_previous)
        source.previous = top_first_origin(reader->raw[0], row_bytes, desc);
    source.previous_pitch_bytes = (ptrdiff_t)row_bytes;
    ofs_plan_run(plan, &source, desc->stack - 1, data);
    for (uint32_t y = 0; y < desc->crop_height_px; y++) {
        crop = (const unsigned char *)((uintptr_t)source.pixels +
                                       (uintptr_t)(source.pitch_bytes * (ptrdiff_t)(desc->crop_y_px + y)));
        memcpy(reader->raw[0] + y * row_bytes, crop + (size_t)desc->crop_x_px * 4, row_bytes);
    }
    reader->has_previous = true;
    return OFS_OK;
}

/* A slot for the frame; NULL: the result says why not. */
static struct ofs_slot *find_slot(struct ofs_capture *capture, struct ofs_read_result *result)
{
    struct ofs_slot *slot = ofs_feed_slot(capture);
    if (!slot)
        result->status = ofs_fail(OFS_EBUSY, result->why, sizeof result->why, "every slot is in use");
    return slot;
}

static bool fit(struct ofs_capture *capture, const struct ofs_shown *shown, enum ofs_pixel_format format,
                struct ofs_read_result *result)
{
    result->status = ofs_plan_set_fit(capture, shown->width_px, shown->height_px, format, result->why, sizeof result->why);
    return result->status == OFS_OK;
}

struct ofs_slot *ofs_read_prepare(struct ofs_capture *capture, const struct ofs_shown *shown, enum ofs_pixel_format format,
                                  struct ofs_read_result *result)
{
    return fit(capture, shown, format, result) ? find_slot(capture, result) : NULL;
}

/* Where the processor writes the observation: the slot, or for a slot in CUDA memory, host memory on the way there. NULL: out
 * of memory. */
static void *host_side(struct ofs_capture *capture, struct ofs_slot *slot)
{
    struct ofs_reader *reader = &capture->reader;
    size_t bytes = ofs_slots_bytes(slot->set);

    if (ofs_target_device(capture->target) == OFS_DEVICE_CPU)
        return slot->data;
    if (reader->staging_bytes != bytes) {
        free(reader->staging);
        reader->staging = ofs_target_alloc_host(bytes);
        reader->staging_bytes = reader->staging ? bytes : 0;
    }
    return reader->staging;
}

/* The observation in `data` is whole, or is not: the slot is filled, or given back. */
static void conclude(struct ofs_capture *capture, struct ofs_slot *slot, const void *data, const struct ofs_shown *shown,
                     struct ofs_read_result *result)
{
    if (result->status == OFS_OK && data != slot->data)
        result->status = ofs_target_upload(capture->target, slot->data, data, ofs_slots_bytes(slot->set), result->why,
                                           sizeof result->why);
    if (result->status == OFS_OK) {
        capture->interop.has_alone = false; /* this frame came another way */
        result->slot = slot;
        return;
    }
    ofs_slot_drop(slot);
    if (!result->why[0])
        (void)ofs_fail(result->status, result->why, sizeof result->why, "out of memory for a frame of %ux%u",
                       shown->width_px, shown->height_px);
}

static void read_memory(struct ofs_capture *capture, const struct ofs_shown *shown, struct ofs_read_result *result)
{
    struct ofs_slot *slot = ofs_read_prepare(capture, shown, OFS_PIXEL_BGRA8, result);
    struct ofs_plan_source source = { .pixels = shown->bgrx, .pitch_bytes = (ptrdiff_t)shown->pitch_bytes };
    void *data = slot ? host_side(capture, slot) : NULL;

    result->way = "memory";
    if (!slot)
        return;
    result->mixed = capture->reader.has_previous;
    result->status = data ? run_whole(capture, source, data) : OFS_ENOMEM;
    conclude(capture, slot, data, shown, result);
}

/* One frame in flight pays where a GPU draws: a processor would copy twice. */
static bool wants_flight(const struct ofs_shown *shown, const struct ofs_reading *reading)
{
    enum ofs_readback_choice choice = ofs_options_get()->readback;
    if (shown->context == 0 || reading->elsewhere || choice == OFS_READBACK_DIRECT || !ofs_pbo_usable(reading))
        return false;
    return choice == OFS_READBACK_PBO || !ofs_tensor_host->software();
}

static enum ofs_status start_flight(struct ofs_capture *capture, const struct ofs_shown *shown,
                                    const struct ofs_reading *reading)
{
    const struct ofs_plan_desc *desc = ofs_plan_desc(capture->set.plan);
    return ofs_pbo_start(&capture->flight.pbo, shown->context, reading, desc->crop_x_px, desc->crop_y_px, desc->crop_width_px,
                         desc->crop_height_px);
}

void ofs_read_flight(struct ofs_capture *capture, struct ofs_read_result *result)
{
    const struct ofs_plan_desc *desc = ofs_plan_desc(capture->set.plan);
    size_t row_bytes = (size_t)desc->crop_width_px * 4;
    struct ofs_plan_source source = { .pitch_bytes = -(ptrdiff_t)row_bytes };
    struct ofs_slot *slot = find_slot(capture, result);
    void *data = slot ? host_side(capture, slot) : NULL;
    const unsigned char *pixels = data ? ofs_pbo_pixels(&capture->flight.pbo) : NULL;

    result->way = "pbo";
    if (!slot)
        return;
    result->mixed = capture->reader.has_previous;
    if (pixels) {
        source.pixels = origin(pixels, row_bytes, desc->crop_y_px + desc->crop_height_px, desc->crop_x_px);
        result->status = run_whole(capture, source, data);
        ofs_pbo_done(&capture->flight.pbo);
    } else {
        result->status = data ? ofs_fail(OFS_EIO, result->why, sizeof result->why, "the driver did not give the frame's pixels")
                              : OFS_ENOMEM;
    }
    conclude(capture, slot, data, &capture->flight.shown, result);
}

/* By the processor, from what glReadPixels gives. */
static void read_pixels(struct ofs_capture *capture, const struct ofs_shown *shown, const struct ofs_reading *reading,
                        struct ofs_read_result *result)
{
    struct ofs_slot *slot = find_slot(capture, result);
    void *data = slot ? host_side(capture, slot) : NULL;

    result->way = "direct";
    if (!slot)
        return;
    result->mixed = capture->reader.has_previous;
    if (!data)
        result->status = OFS_ENOMEM;
    else if (capture->desc.plan.max_frames == 2)
        result->status = read_kept(capture, reading, data);
    else
        result->status = read_strips(capture, reading, data);
    conclude(capture, slot, data, shown, result);
}

static void read_gl(struct ofs_capture *capture, const struct ofs_shown *shown, struct ofs_read_result *result)
{
    struct ofs_reading reading;

    if (ofs_reading_begin(&reading, shown->height_px) != OFS_OK) {
        result->status = ofs_fail(OFS_ENOSYS, result->why, sizeof result->why,
                                  "the frames of this window's GL context cannot be read");
        return;
    }
    if (fit(capture, shown, reading.kind.es ? OFS_PIXEL_RGBA8 : OFS_PIXEL_BGRA8, result) &&
        !(wants_flight(shown, &reading) && start_flight(capture, shown, &reading) == OFS_OK))
        read_pixels(capture, shown, &reading, result);
    ofs_reading_end(&reading);
}

enum ofs_status ofs_read_alone(struct ofs_capture *capture, struct ofs_slot *slot, char *why, size_t why_bytes)
{
    const struct ofs_plan *plan = capture->set.plan;
    const struct ofs_plan_desc *desc = ofs_plan_desc(plan);
    const struct ofs_reader *reader = &capture->reader;
    size_t row_bytes = (size_t)desc->crop_width_px * 4;
    struct ofs_plan_source source = { .pitch_bytes = reader->top_first ? (ptrdiff_t)row_bytes : -(ptrdiff_t)row_bytes };
    void *data;

    if (capture->interop.has_alone)
        return ofs_target_copy_frame(capture->target, plan, capture->set.device_plan, capture->interop.alone, desc->stack - 1,
                                     slot->data, desc->stack - 1, why, why_bytes);
    data = host_side(capture, slot);
    if (!data || !reader->raw[0])
        return ofs_fail(OFS_ENOMEM, why, why_bytes, "out of memory");
    if (reader->top_first)
        source.pixels = top_first_origin(reader->raw[0], row_bytes, desc);
    else
        source.pixels = origin(reader->raw[reader->newest], row_bytes, desc->crop_y_px + desc->crop_height_px, desc->crop_x_px);
    ofs_plan_run(plan, &source, desc->stack - 1, data);
    if (data == slot->data)
        return OFS_OK;
    return ofs_target_upload(capture->target, slot->data, data, ofs_slots_bytes(slot->set), why, why_bytes);
}

void ofs_read_frame(struct ofs_capture *capture, const struct ofs_shown *shown, struct ofs_read_result *result)
{
    if (shown->bgrx)
        read_memory(capture, shown, result);
    else if (!ofs_read_interop(capture, shown, result))
        read_gl(capture, shown, result);
}
