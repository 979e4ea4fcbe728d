/* The learner's end: lives of seats, commands, answers. */
#include "learner.h"

#include <limits.h>
#include <string.h>

/* -- lives and commands -------------------------------------------------------------------------------------------- */

/* The numbers of commands go on from the life before: whatever a game of that one still publishes is a number that this
 * life has behind it, and its compare-and-swap fails. The life is stored first, and the number changed after it, so
 * that a game which sees the new number, or is woken by it, finds the new life as well. */
uint32_t ofs_learner_seat_open(struct ofs_learner *learner, uint32_t seat, int gone_fd)
{
    struct ofs_channel_seat *s = ofs_learner_seat(learner, seat);
    struct ofs_place *p = &learner->places[seat];
    uint32_t life = p->life == OFS_CHANNEL_LIFE_MAX ? 1 : p->life + 1;
    int gone_before = p->gone_fd;

    *p = (struct ofs_place){
        .life = life, .base = p->command + 1, .command = p->command + 1, .collected = p->command + 1, .gone_fd = gone_fd
    };
    ofs_store(&s->life, life);
    OFS_CHANNEL_POINT(1);
    ofs_learner_keep_ghost(learner, seat, gone_before);
    ofs_store(&s->state, ofs_state_word(life, OFS_SEAT_EMPTY));
    OFS_CHANNEL_POINT(2);
    ofs_store(&s->answer, p->base);
    ofs_store(&s->command, p->base);
    OFS_CHANNEL_POINT(3);
    ofs_store(&s->asleep, 0);
    __atomic_store_n(&s->process, 0, __ATOMIC_SEQ_CST);
    memset(&s->answer_flags, 0,
           offsetof(struct ofs_channel_seat, error) + 1 - offsetof(struct ofs_channel_seat, answer_flags));
    ofs_futex_wake(&s->command, INT_MAX);
    return life;
}

void ofs_learner_seat_watch(struct ofs_learner *learner, uint32_t seat, int gone_fd)
{
    learner->places[seat].gone_fd = gone_fd;
    learner->places[seat].lost = false;
}

enum ofs_status ofs_learner_command(struct ofs_learner *learner, uint32_t seat, const struct ofs_command *command)
{
    struct ofs_channel_seat *s;
    struct ofs_place *p;
    enum ofs_channel_state state;

    if (seat >= learner->h.seat_count || learner->places[seat].life == 0 ||
        ofs_channel_check_command(&learner->h, command))
        return OFS_EINVAL;
    s = ofs_learner_seat(learner, seat);
    p = &learner->places[seat];
    if (!ofs_learner_state(s, p, &state))
        return OFS_EINVAL;
    if (p->lost || learner->closed || state == OFS_SEAT_GONE)
        return OFS_EPEER;
    if (ofs_load(&s->answer) != p->command)
        return OFS_EBUSY;
    if (state != OFS_SEAT_READY)
        return OFS_EAGAIN;
    s->kind = command->kind;
    s->flags = command->flags;
    s->frames = command->frames;
    s->row = command->row;
    s->seed = command->seed;
    s->event_count = command->event_count;
    s->payload_used = command->payload_bytes;
    OFS_CHANNEL_POINT(4);
    if (command->event_count)
        memcpy(s->events, command->events, command->event_count * sizeof s->events[0]);
    if (command->payload_bytes)
        memcpy(s + 1, command->payload, command->payload_bytes);
    p->command++;
    OFS_CHANNEL_POINT(5);
    ofs_store(&s->command, p->command);
    OFS_CHANNEL_POINT(6);
    if (ofs_load(&s->asleep))
        ofs_futex_wake(&s->command, INT_MAX);
    OFS_CHANNEL_POINT(7);
    return OFS_OK;
}

/* -- answers ------------------------------------------------------------------------------------------------------- */

static bool copy_picture(const struct ofs_learner *learner, uint32_t seat, const struct ofs_channel_seat *s,
                         struct ofs_answer *a)
{
    a->picture_width_px = ofs_read(&s->picture_width_px);
    a->picture_height_px = ofs_read(&s->picture_height_px);
    if (a->picture_width_px == 0 || a->picture_height_px == 0)
        return true;
    if (a->picture_width_px > 65536 || a->picture_height_px > 65536 ||
        3ull * a->picture_width_px * a->picture_height_px > learner->h.picture_bytes)
        return false;
    a->picture = learner->memory + learner->h.pictures_offset + seat * learner->h.picture_bytes;
    return true;
}

enum ofs_status ofs_learner_answer(const struct ofs_learner *learner, uint32_t seat, struct ofs_answer *answer)
{
    const struct ofs_channel_seat *s;
    struct ofs_place *p;
    enum ofs_channel_state state;
    uint32_t number;

    *answer = (struct ofs_answer){ .error = "" };
    if (seat >= learner->h.seat_count || learner->places[seat].life == 0)
        return OFS_EINVAL;
    s = ofs_learner_seat(learner, seat);
    p = &learner->places[seat];
    if (!ofs_learner_state(s, p, &state))
        return OFS_EINVAL;
    number = ofs_load(&s->answer);
    if (number != p->command && number + 1 != p->command)
        return OFS_EINVAL;
    answer->number = number - p->base;
    answer->state = (uint32_t)state;
    answer->process = __atomic_load_n(&s->process, __ATOMIC_SEQ_CST);
    if (number == p->command) {
        p->collected = number;
        answer->flags = s->answer_flags;
        answer->info_kind = s->info_kind;
        answer->info_bytes = ofs_read(&s->info_used);
        answer->width_px = s->width_px;
        answer->height_px = s->height_px;
        answer->reward = s->reward;
        answer->frames_shown = s->frames_shown;
        answer->virtual_ns = s->virtual_ns;
        answer->busy_ns = s->busy_ns;
        answer->observe_ns = s->observe_ns;
        if (answer->info_bytes > learner->h.info_bytes || !copy_picture(learner, seat, s, answer)) {
            *answer = (struct ofs_answer){ .error = "" };
            return OFS_EINVAL;
        }
        if (answer->info_bytes)
            answer->info = (const unsigned char *)(s + 1) + learner->h.payload_bytes;
    }
    if (state == OFS_SEAT_GONE || state == OFS_SEAT_ATTACHED || (answer->flags & OFS_ANSWER_FAILED)) {
        memcpy(learner->errors[seat], s->error, OFS_CHANNEL_ERROR - 1); /* the last byte stays 0 */
        answer->error = learner->errors[seat];
    }
    return OFS_OK;
}
