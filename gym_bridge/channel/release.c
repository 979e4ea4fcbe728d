/* When exported CUDA memory may be freed: after every game that opened it has closed it, or has died.
 *
 * A game says in `importing` that it has the rows open, before it opens them and until it has closed them, and looks at
 * its life and at `closing` after it has said so; the learner changes those first, and then looks at `importing`. So
 * either the game sees that it is too late, or the learner sees that there is a game to wait for. */
#include "game.h"
#include "learner.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#define TRIES 50 /* 1 ms apart: how long a game of the life before may take to see that it is too late */

/* -- the game's end ------------------------------------------------------------------------------------------------ */

static void pause_1_ms(void)
{
    int saved = errno;

    (void)poll(NULL, 0, 1);
    errno = saved;
}

enum ofs_status ofs_game_import_begin(struct ofs_game *game)
{
    uint32_t *importing = &game->seat->importing;
    bool mine = ofs_swap(importing, 0, game->life);

    for (int i = 0; i < TRIES && !mine; i++) {
        pause_1_ms();
        mine = ofs_swap(importing, 0, game->life);
    }
    if (!mine)
        return OFS_EBUSY;
    OFS_CHANNEL_POINT(117);
    if (!ofs_game_over(game))
        return OFS_OK;
    ofs_game_import_end(game);
    return OFS_EPEER;
}

void ofs_game_import_end(struct ofs_game *game)
{
    (void)ofs_swap(&game->seat->importing, game->life, 0); /* a later life's is not ours to take back */
}

/* -- the learner's end --------------------------------------------------------------------------------------------- */

static bool is_gone(int fd)
{
    struct pollfd polled = { fd, POLLIN, 0 };
    int saved = errno, result = fd >= 0 ? poll(&polled, 1, 0) : 0;

    errno = saved;
    return result > 0;
}

static void drop_dead_ghosts(struct ofs_learner *learner)
{
    for (uint32_t i = 0; i < learner->ghost_count;) {
        if (is_gone(learner->ghosts[i])) {
            close(learner->ghosts[i]);
            learner->ghosts[i] = learner->ghosts[--learner->ghost_count];
        } else {
            i++;
        }
    }
}

/* The descriptor is the caller's, who may close it now: ours is a copy. */
void ofs_learner_keep_ghost(struct ofs_learner *learner, uint32_t seat, int gone_fd)
{
    struct ofs_channel_seat *s = ofs_learner_seat(learner, seat);
    int saved = errno, copy = -1;

    if (learner->h.device == OFS_CHANNEL_HOST)
        return;
    if (ofs_load(&s->importing) && !is_gone(gone_fd)) {
        drop_dead_ghosts(learner);
        if (gone_fd >= 0 && learner->ghost_count < learner->h.seat_count)
            copy = fcntl(gone_fd, F_DUPFD_CLOEXEC, 3);
        if (copy >= 0)
            learner->ghosts[learner->ghost_count++] = copy;
        else
            learner->ghost_lost = true;
    }
    ofs_store(&s->importing, 0);
    errno = saved;
}

void ofs_learner_forget_ghosts(struct ofs_learner *learner)
{
    while (learner->ghosts && learner->ghost_count > 0)
        close(learner->ghosts[--learner->ghost_count]);
}

static bool all_released(struct ofs_learner *learner)
{
    drop_dead_ghosts(learner);
    if (learner->ghost_count > 0 || learner->ghost_lost)
        return false;
    for (uint32_t i = 0; i < learner->h.seat_count; i++) {
        if (ofs_load(&ofs_learner_seat(learner, i)->importing) && !is_gone(learner->places[i].gone_fd))
            return false;
    }
    return true;
}

enum ofs_status ofs_learner_wait_released(struct ofs_learner *learner, uint64_t timeout_ns)
{
    uint64_t start = ofs_channel_now_ns();

    if (learner->h.device == OFS_CHANNEL_HOST)
        return OFS_OK;
    if (getpid() != learner->creator)
        return OFS_ETIMEDOUT; /* in a forked child nothing is to be freed, ever */
    while (!all_released(learner)) {
        if (ofs_channel_now_ns() - start >= timeout_ns)
            return OFS_ETIMEDOUT;
        pause_1_ms();
    }
    return OFS_OK;
}
