/* The layout is a promise to programs that were compiled another day: every offset, against a table of numbers. */
#include "offstage_channel.h"

#include <stdio.h>

struct row {
    const char *name;
    size_t found, promised;
};

#define HEADER(field, promised) { "header." #field, offsetof(struct ofs_channel_header, field), promised }
#define SEAT(field, promised)   { "seat." #field, offsetof(struct ofs_channel_seat, field), promised }
#define EVENT(field, promised)  { "event." #field, offsetof(struct ofs_channel_event, field), promised }
#define NUMBER(name, promised)  { #name, (size_t)(name), promised }

static const struct row rows[] = {
    HEADER(magic, 0), HEADER(version, 4), HEADER(total_bytes, 8), HEADER(seat_count, 16), HEADER(row_count, 20),
    HEADER(seats_offset, 24), HEADER(seat_bytes, 32), HEADER(rows_offset, 40), HEADER(row_bytes, 48),
    HEADER(pictures_offset, 56), HEADER(picture_bytes, 64), HEADER(payload_bytes, 72), HEADER(info_bytes, 76),
    HEADER(learner, 80), HEADER(plan_bytes, 84), HEADER(plan, 88), HEADER(window, 344), HEADER(device, 348),
    HEADER(cuda_device, 352), HEADER(cuda_uuid, 356), HEADER(cuda_handle, 372), HEADER(learner_namespace, 436),
    HEADER(reserved, 440), HEADER(closing, 448), HEADER(bell, 452), HEADER(bell_wanted, 456), HEADER(game_spin_ns, 460),
    HEADER(spare, 464), { "header", sizeof(struct ofs_channel_header), 512 },

    SEAT(command, 0), SEAT(life, 4), SEAT(kind, 8), SEAT(flags, 12), SEAT(frames, 16), SEAT(row, 20),
    SEAT(event_count, 24), SEAT(payload_used, 28), SEAT(seed, 32), SEAT(learner_spare, 40), SEAT(answer, 64),
    SEAT(state, 68), SEAT(asleep, 72), SEAT(process, 76), SEAT(answer_flags, 80), SEAT(info_used, 84), SEAT(reward, 88),
    SEAT(frames_shown, 96), SEAT(virtual_ns, 104), SEAT(busy_ns, 112), SEAT(observe_ns, 120), SEAT(width_px, 128),
    SEAT(height_px, 132), SEAT(picture_width_px, 136), SEAT(picture_height_px, 140), SEAT(info_kind, 144),
    SEAT(importing, 148), SEAT(game_spare, 152), SEAT(error, 192), SEAT(events, 1216),
    { "seat", sizeof(struct ofs_channel_seat), 3264 },

    EVENT(kind, 0), EVENT(after, 2), EVENT(code, 4), EVENT(value_a, 8), EVENT(value_b, 12),
    { "event", sizeof(struct ofs_channel_event), 16 },

    NUMBER(OFS_CHANNEL_MAGIC, 0x4348464f), NUMBER(OFS_CHANNEL_VERSION, 1), NUMBER(OFS_CHANNEL_EVENTS, 128),
    NUMBER(OFS_CHANNEL_ERROR, 1024), NUMBER(OFS_CHANNEL_PLAN, 256), NUMBER(OFS_CHANNEL_STATE_BITS, 2),
    NUMBER(OFS_CHANNEL_HOST, 0), NUMBER(OFS_CHANNEL_CUDA_IPC, 1),
    NUMBER(OFS_SEAT_EMPTY, 0), NUMBER(OFS_SEAT_ATTACHED, 1), NUMBER(OFS_SEAT_READY, 2), NUMBER(OFS_SEAT_GONE, 3),
    NUMBER(OFS_COMMAND_STEP, 1), NUMBER(OFS_COMMAND_OBSERVE, 2), NUMBER(OFS_COMMAND_RESET, 3),
    NUMBER(OFS_COMMAND_PICTURE, 4), NUMBER(OFS_COMMAND_CLOSE, 5), NUMBER(OFS_COMMAND_CALL, 6),
    NUMBER(OFS_COMMAND_FIRST, 1), NUMBER(OFS_COMMAND_BLIND, 2),
    NUMBER(OFS_EVENT_KEY, 1), NUMBER(OFS_EVENT_BUTTON, 2), NUMBER(OFS_EVENT_POINTER, 3), NUMBER(OFS_EVENT_MOTION, 4),
    NUMBER(OFS_EVENT_RESIZE, 5), NUMBER(OFS_EVENT_TEXT, 6),
    NUMBER(OFS_ANSWER_REWARD, 1), NUMBER(OFS_ANSWER_TERMINATED, 2), NUMBER(OFS_ANSWER_TRUNCATED, 4),
    NUMBER(OFS_ANSWER_INFO, 8), NUMBER(OFS_ANSWER_CLOSED, 16), NUMBER(OFS_ANSWER_FAILED, 32),
};

int main(void)
{
    int wrong = 0;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].found != rows[i].promised) {
            fprintf(stderr, "%s: %zu, promised is %zu\n", rows[i].name, rows[i].found, rows[i].promised);
            wrong = 1;
        }
    }
    return wrong;
}
