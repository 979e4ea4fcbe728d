/* The game's end: takes commands, gives answers. How wake-ups are kept from being lost is said in learner_wait.c. */
#include "game.h"

#include <limits.h>
#include <string.h>

bool ofs_game_over(struct ofs_game *game)
{
    if (!game->over && (ofs_load(&game->seat->life) != game->life || ofs_load(&game->shared->closing)))
        game->over = true;
    return game->over;
}

void ofs_game_ring(struct ofs_game *game)
{
    uint32_t bell = __atomic_add_fetch(&game->shared->bell, 1, __ATOMIC_SEQ_CST), wanted;

    OFS_CHANNEL_POINT(104);
    wanted = ofs_load(&game->shared->bell_wanted);
    if (wanted && (int32_t)(bell - wanted) >= 0)
        ofs_futex_wake(&game->shared->bell, INT_MAX);
}

bool ofs_game_change_state(struct ofs_game *game, enum ofs_channel_state from, enum ofs_channel_state to)
{
    return ofs_swap(&game->seat->state, ofs_state_word(game->life, from), ofs_state_word(game->life, to));
}

void ofs_game_write_error(struct ofs_channel_seat *s, const char *text)
{
    size_t length = strnlen(text, OFS_CHANNEL_ERROR - 1);

    memcpy(s->error, text, length);
    s->error[length] = 0;
}

void ofs_game_note(struct ofs_game *game, const char *text)
{
    if (!ofs_game_over(game) && ofs_load(&game->seat->state) == ofs_state_word(game->life, OFS_SEAT_ATTACHED))
        ofs_game_write_error(game->seat, text);
}

/* -- commands and answers ------------------------------------------------------------------------------------------ */

void ofs_game_ready(struct ofs_game *game)
{
    if (ofs_game_over(game))
        return;
    OFS_CHANNEL_POINT(107);
    if (ofs_game_change_state(game, OFS_SEAT_ATTACHED, OFS_SEAT_READY))
        ofs_game_ring(game);
    OFS_CHANNEL_POINT(108);
}

/* Copy the command. NULL, or what is wrong with it. */
static const char *take(struct ofs_game *game, struct ofs_command *command)
{
    const struct ofs_channel_seat *s = game->seat;

    *command = (struct ofs_command){ .kind = s->kind,
                                     .flags = s->flags,
                                     .frames = s->frames,
                                     .row = ofs_read(&s->row),
                                     .seed = s->seed,
                                     .events = game->events,
                                     .event_count = ofs_read(&s->event_count),
                                     .payload = s + 1,
                                     .payload_bytes = ofs_read(&s->payload_used) };
    if (command->event_count <= OFS_CHANNEL_EVENTS)
        memcpy(game->events, s->events, command->event_count * sizeof game->events[0]);
    return ofs_channel_check_command(&game->h, command);
}

/* Sleep until there is another number than `known`, the slice is over, or a signal. */
static void sleep_on_command(struct ofs_game *game, uint32_t known, uint64_t ns)
{
    struct ofs_channel_seat *s = game->seat;

    ofs_store(&s->asleep, 1);
    OFS_CHANNEL_POINT(109);
    (void)ofs_futex_wait(&s->command, known, ns);
    OFS_CHANNEL_POINT(110);
    if (ofs_load(&s->life) == game->life)
        ofs_store(&s->asleep, 0);
}

/* A command that is there, or none. */
static bool next_command(struct ofs_game *game, struct ofs_command *command)
{
    uint32_t number = ofs_load(&game->seat->command);
    const char *wrong;

    if (number == game->answered || ofs_game_over(game))
        return false;
    game->taken = number;
    OFS_CHANNEL_POINT(111);
    wrong = take(game, command);
    if (!wrong)
        return true;
    ofs_game_answer(game, &(struct ofs_reply){ .error = wrong });
    return false;
}

static bool look_for_command(struct ofs_game *game)
{
    uint32_t spin_ns = ofs_load(&game->shared->game_spin_ns);

    if (spin_ns > OFS_CHANNEL_SPIN_MAX_NS)
        spin_ns = OFS_CHANNEL_SPIN_MAX_NS;
    if (spin_ns != game->spin_ns) {
        game->spinner = (struct ofs_spinner){ 0, 0 };
        game->spin_ns = spin_ns;
    }
    return ofs_spin(&game->spinner, &game->seat->command, game->answered, spin_ns);
}

enum ofs_status ofs_game_wait(struct ofs_game *game, uint64_t timeout_ns, struct ofs_command *command)
{
    uint64_t now, end;

    if (next_command(game, command))
        return OFS_OK;
    if (ofs_game_over(game))
        return OFS_EPEER;
    if (timeout_ns && look_for_command(game) && next_command(game, command))
        return OFS_OK;
    now = ofs_channel_now_ns();
    end = timeout_ns > UINT64_MAX - now ? UINT64_MAX : now + timeout_ns;
    for (;;) {
        if (ofs_game_over(game))
            return OFS_EPEER;
        if (now >= game->next_look_ns) {
            game->next_look_ns = now + OFS_CHANNEL_GAME_LOOKS_NS;
            if (!ofs_game_learner_alive(game)) {
                game->over = true;
                return OFS_EPEER;
            }
        }
        if (now >= end)
            return OFS_ETIMEDOUT;
        sleep_on_command(game, game->answered, (game->next_look_ns < end ? game->next_look_ns : end) - now);
        if (next_command(game, command))
            return OFS_OK;
        now = ofs_channel_now_ns();
    }
}

void ofs_game_answer(struct ofs_game *game, const struct ofs_reply *reply)
{
    struct ofs_channel_seat *s = game->seat;
    bool failed = reply->error && reply->error[0];

    if (game->taken == game->answered || ofs_game_over(game))
        return;
    OFS_CHANNEL_POINT(112);
    s->answer_flags = reply->flags | (failed ? OFS_ANSWER_FAILED : 0);
    s->info_used = reply->info_used;
    s->info_kind = reply->info_kind;
    s->reward = reply->reward;
    s->frames_shown = reply->frames_shown;
    s->virtual_ns = reply->virtual_ns;
    s->busy_ns = reply->busy_ns;
    s->observe_ns = reply->observe_ns;
    OFS_CHANNEL_POINT(113);
    s->width_px = reply->width_px;
    s->height_px = reply->height_px;
    s->picture_width_px = reply->picture_width_px;
    s->picture_height_px = reply->picture_height_px;
    if (failed)
        ofs_game_write_error(s, reply->error);
    OFS_CHANNEL_POINT(114);
    if (!ofs_swap(&s->answer, game->answered, game->taken)) {
        game->over = true; /* another life has begun, or another process has taken the seat */
        return;
    }
    game->answered = game->taken;
    OFS_CHANNEL_POINT(115);
    ofs_game_ring(game);
    OFS_CHANNEL_POINT(116);
}
