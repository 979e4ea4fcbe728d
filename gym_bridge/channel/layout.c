/* Sizes, and the check of a memory that somebody else made. */
#include "private.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>

#define DEFAULT_PICTURE (4096ull * 2160 * 3)
/* Each single number stays below these, so that no product or sum of the checks can overflow. */
#define MAX_OFFSET (1ull << 46)
#define MAX_SEAT   (1ull << 33)
#define MAX_ROW    (1ull << 40)

static uint64_t round_up(uint64_t value, uint64_t to) { return (value + to - 1) / to * to; }

uint64_t ofs_channel_row_bytes_here(const struct ofs_channel_header *h)
{
    return h->device == OFS_CHANNEL_HOST ? h->row_count * h->row_bytes : 0;
}

bool ofs_channel_lay_out(struct ofs_channel_header *h, uint64_t page_bytes)
{
    if (h->row_bytes > MAX_ROW || h->picture_bytes > MAX_ROW || h->payload_bytes > UINT32_MAX - 64 ||
        h->info_bytes > UINT32_MAX - 64)
        return false;
    h->payload_bytes = (uint32_t)round_up(h->payload_bytes, 64);
    h->info_bytes = (uint32_t)round_up(h->info_bytes, 64);
    h->picture_bytes = round_up(h->picture_bytes ? h->picture_bytes : DEFAULT_PICTURE, page_bytes);
    h->seats_offset = sizeof *h;
    /* 128: processors fetch lines of 64 bytes in pairs, and two games' words are not to share one. */
    h->seat_bytes = round_up(sizeof(struct ofs_channel_seat) + (uint64_t)h->payload_bytes + h->info_bytes, 128);
    h->rows_offset = round_up(h->seats_offset + h->seat_count * h->seat_bytes, page_bytes);
    h->pictures_offset = round_up(h->rows_offset + ofs_channel_row_bytes_here(h), page_bytes);
    h->total_bytes = h->pictures_offset + h->seat_count * h->picture_bytes;
    return h->total_bytes <= MAX_OFFSET;
}

const char *ofs_channel_check(const struct ofs_channel_header *h, uint64_t actual_bytes, uint64_t page_bytes)
{
    if (h->magic != OFS_CHANNEL_MAGIC)
        return "it is not a channel of Offstage";
    if (h->version != OFS_CHANNEL_VERSION)
        return "it is a channel of another version of Offstage";
    if (h->total_bytes != actual_bytes || actual_bytes > MAX_OFFSET)
        return "its size is not what it says";
    if (h->seat_count < 1 || h->seat_count > OFS_CHANNEL_SEATS || h->row_count < 1 || h->row_count > OFS_CHANNEL_ROWS)
        return "its numbers of seats and rows make no sense";
    if (h->seats_offset < sizeof *h || h->seats_offset % 64 || h->seat_bytes % 64 || h->seat_bytes > MAX_SEAT ||
        h->payload_bytes % 64 || h->info_bytes % 64 ||
        h->seat_bytes < sizeof(struct ofs_channel_seat) + (uint64_t)h->payload_bytes + h->info_bytes)
        return "its seats make no sense";
    if (h->row_bytes > MAX_ROW || h->picture_bytes > MAX_ROW || h->seats_offset > MAX_OFFSET ||
        h->rows_offset > MAX_OFFSET || h->pictures_offset > MAX_OFFSET || h->rows_offset % 64 ||
        h->pictures_offset % page_bytes || h->picture_bytes % page_bytes)
        return "its offsets make no sense";
    if (h->seats_offset + h->seat_count * h->seat_bytes > h->rows_offset ||
        h->rows_offset + ofs_channel_row_bytes_here(h) > h->pictures_offset ||
        h->pictures_offset + h->seat_count * h->picture_bytes > h->total_bytes)
        return "its parts overlap";
    if (h->plan_bytes > OFS_CHANNEL_PLAN || h->device > OFS_CHANNEL_CUDA_IPC)
        return "its observations make no sense";
    return NULL;
}

const char *ofs_channel_check_command(const struct ofs_channel_header *h, const struct ofs_command *c)
{
    if (c->kind < OFS_COMMAND_STEP || c->kind > OFS_COMMAND_CALL)
        return "there is no command of this kind";
    if ((c->kind == OFS_COMMAND_STEP || c->kind == OFS_COMMAND_RESET) && c->frames == 0)
        return "a step has at least one frame";
    if (c->row >= h->row_count)
        return "there is no row of this number";
    if (c->event_count > OFS_CHANNEL_EVENTS)
        return "there are too many events";
    if (c->payload_bytes > h->payload_bytes)
        return "the payload is longer than its place";
    for (uint32_t i = 0; i < c->event_count; i++) {
        if (c->events[i].kind < OFS_EVENT_KEY || c->events[i].kind > OFS_EVENT_TEXT)
            return "there is no event of this kind";
        if (i > 0 && c->events[i].after < c->events[i - 1].after)
            return "the events are not in order";
    }
    return NULL;
}

uint32_t ofs_channel_namespace(void)
{
    struct stat status;
    int saved = errno;
    uint32_t result = stat("/proc/self/ns/pid", &status) == 0 ? (uint32_t)status.st_ino : 0;

    errno = saved;
    return result;
}

void ofs_channel_say(char *why, size_t why_bytes, const char *format, ...)
{
    va_list arguments;

    if (!why || why_bytes == 0)
        return;
    va_start(arguments, format);
    (void)vsnprintf(why, why_bytes, format, arguments);
    va_end(arguments);
}
