/* The game's end: comes to a seat, and leaves it. */
#include "game.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ANCESTORS    16 /* so far above it is looked for the memory */
#define SETTLE_TRIES 50 /* 1 ms apart: how long a process that takes a seat may need to say its number */

/* -- coming -------------------------------------------------------------------------------------------------------- */

static const char *read_number(const char *text, char end, uint32_t max, uint32_t *number_out)
{
    uint64_t number = 0;
    const char *start = text;

    for (; *text >= '0' && *text <= '9' && number <= max; text++)
        number = number * 10 + (uint64_t)(*text - '0');
    if (text == start || *text != end || number > max)
        return NULL;
    *number_out = (uint32_t)number;
    return end ? text + 1 : text;
}

static bool read_place(const char *place, uint32_t *descriptor, uint32_t *seat, uint32_t *life)
{
    const char *at = place ? read_number(place, ':', INT_MAX, descriptor) : NULL;

    at = at ? read_number(at, ':', OFS_CHANNEL_SEATS - 1, seat) : NULL;
    at = at ? read_number(at, 0, OFS_CHANNEL_LIFE_MAX, life) : NULL;
    return at && *life > 0;
}

/* NULL, or what is wrong with the memory. A memory that can shrink is refused: reading where it ended is a SIGBUS. */
static const char *read_header(struct ofs_game *game)
{
    struct stat status;
    int seals = fcntl(game->descriptor, F_GET_SEALS);

    if (seals < 0)
        return errno == EBADF ? "the descriptor is closed" : "it is no sealed memory";
    if (!(seals & F_SEAL_SHRINK) || (seals & F_SEAL_WRITE))
        return "it is not sealed as a channel is";
    if (fstat(game->descriptor, &status) < 0 ||
        pread(game->descriptor, &game->h, sizeof game->h, 0) != (ssize_t)sizeof game->h)
        return "it is too small";
    game->device = status.st_dev;
    game->inode = status.st_ino;
    return ofs_channel_check(&game->h, (uint64_t)status.st_size, (uint64_t)sysconf(_SC_PAGESIZE));
}

/* 0: there is none. */
static pid_t parent_of(pid_t process)
{
    char path[64], text[512], *end;
    ssize_t length;
    int parent = 0, fd;

    snprintf(path, sizeof path, "/proc/%d/stat", (int)process);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    length = fd >= 0 ? read(fd, text, sizeof text - 1) : 0;
    if (fd >= 0)
        close(fd);
    text[length > 0 ? length : 0] = '\0';
    end = strrchr(text, ')'); /* the name before it may hold anything */
    return end && sscanf(end + 1, " %*c %d", &parent) == 1 ? (pid_t)parent : 0;
}

/* The memory that another process has by this number, as a descriptor of ours; -1: it has none. */
static int memory_of(pid_t process, int number)
{
    static const char name[] = "/memfd:offstage";
    char path[64], target[64];
    ssize_t length;
    int fd, high = -1;

    snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)process, number);
    length = readlink(path, target, sizeof target);
    if (length < (ssize_t)sizeof name - 1 || memcmp(target, name, sizeof name - 1) != 0)
        return -1; /* to open a file may have effects */
    fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd >= 0) {
        high = fcntl(fd, F_DUPFD_CLOEXEC, 3);
        close(fd);
    }
    return high;
}

/* The descriptor is not the channel's: does a process above have it? */
static bool find_above(struct ofs_game *game, int number)
{
    pid_t process = getppid();

    for (int i = 0; i < ANCESTORS && process > 1; i++, process = parent_of(process)) {
        game->descriptor = memory_of(process, number);
        if (game->descriptor >= 0) {
            if (!read_header(game))
                return true;
            close(game->descriptor);
        }
    }
    return false;
}

static bool process_alive(pid_t process)
{
#ifdef SYS_pidfd_open
    int fd = (int)syscall(SYS_pidfd_open, process, 0);

    if (fd >= 0) {
        struct pollfd polled = { fd, POLLIN, 0 };
        int result = poll(&polled, 1, 0);

        close(fd);
        return result <= 0; /* also of one that has ended and was not waited for */
    }
    if (errno == ESRCH)
        return false;
#endif
    return kill(process, 0) == 0 || errno != ESRCH;
}

/* The state is claimed by a swap from what this life begins with, so a late game of another life claims nothing. A
 * process that sits there and has died (a wrapper that showed a frame of its own) is followed by the next one of its
 * command. */
static enum ofs_status take_seat(struct ofs_game *game, char *why, size_t why_bytes)
{
    struct ofs_channel_seat *s = game->seat;
    int32_t self = getpid(), other = 0;
    uint32_t state = ofs_load(&s->state);

    if (ofs_load(&s->life) != game->life || state >> OFS_CHANNEL_STATE_BITS != game->life ||
        ofs_state_of(state) == OFS_SEAT_GONE || ofs_load(&game->shared->closing)) {
        ofs_channel_say(why, why_bytes, "the learner has given the place of this game to another one, or has ended");
        return OFS_EPEER;
    }
    OFS_CHANNEL_POINT(101);
    if (ofs_swap(&s->state, ofs_state_word(game->life, OFS_SEAT_EMPTY),
                 ofs_state_word(game->life, OFS_SEAT_ATTACHED))) {
        OFS_CHANNEL_POINT(102);
        __atomic_store_n(&s->process, self, __ATOMIC_SEQ_CST);
        return OFS_OK;
    }
    for (int i = 0; i < SETTLE_TRIES && other == 0; i++) {
        other = __atomic_load_n(&s->process, __ATOMIC_SEQ_CST);
        if (other == 0)
            (void)poll(NULL, 0, 1);
    }
    if (other <= 0 || other == self || process_alive(other) ||
        !__atomic_compare_exchange_n(&s->process, &other, self, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
        ofs_channel_say(why, why_bytes, "another process of this command (%d) is the one that is played", (int)other);
        return OFS_EBUSY;
    }
    state = ofs_load(&s->state);
    if (ofs_state_of(state) == OFS_SEAT_GONE ||
        !ofs_swap(&s->state, state, ofs_state_word(game->life, OFS_SEAT_ATTACHED)) ||
        state >> OFS_CHANNEL_STATE_BITS != game->life) {
        ofs_channel_say(why, why_bytes, "the learner has given the place of this game to another one");
        return OFS_EPEER;
    }
    return OFS_OK;
}

static bool map_memory(struct ofs_game *game)
{
    const struct ofs_channel_header *h = &game->h;
    void *memory = mmap(NULL, h->pictures_offset, PROT_READ | PROT_WRITE, MAP_SHARED, game->descriptor, 0);
    void *picture;

    if (memory == MAP_FAILED)
        return false;
    game->memory = memory;
    game->shared = memory;
    game->seat = (struct ofs_channel_seat *)(game->memory + h->seats_offset + game->number * h->seat_bytes);
    if (h->picture_bytes) {
        picture = mmap(NULL, h->picture_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, game->descriptor,
                       (off_t)(h->pictures_offset + game->number * h->picture_bytes));
        if (picture == MAP_FAILED)
            return false;
        game->picture = picture;
    }
    return true;
}

static void unmap(struct ofs_game *game)
{
    if (game->memory)
        munmap(game->memory, game->h.pictures_offset);
    if (game->picture)
        munmap(game->picture, game->h.picture_bytes);
}

static bool descriptor_is_ours(const struct ofs_game *game)
{
    struct stat status;

    return fstat(game->descriptor, &status) == 0 && status.st_dev == game->device && status.st_ino == game->inode;
}

static enum ofs_status attach(struct ofs_game *game, const char *place, char *why, size_t why_bytes)
{
    uint32_t descriptor;
    const char *wrong;

    if (!read_place(place, &descriptor, &game->number, &game->life)) {
        ofs_channel_say(why, why_bytes, "OFFSTAGE_CHANNEL is not descriptor:seat:life: %.60s",
                        place ? place : "(nothing)");
        return OFS_EINVAL;
    }
    game->descriptor = (int)descriptor;
    wrong = read_header(game);
    if (wrong && fcntl(game->descriptor, F_GET_SEALS) < 0 && find_above(game, (int)descriptor)) {
        wrong = NULL;
        game->found = true;
    }
    if (!wrong && game->number >= game->h.seat_count)
        wrong = "it has no such seat";
    if (wrong) {
        ofs_channel_say(why, why_bytes, "OFFSTAGE_CHANNEL=%s: %s", place, wrong);
        return OFS_EINVAL;
    }
    if (fcntl(game->descriptor, F_SETFD, FD_CLOEXEC) < 0 || !map_memory(game)) {
        ofs_channel_say(why, why_bytes, "the channel cannot be mapped: %s", strerror(errno));
        return errno == ENOMEM ? OFS_ENOMEM : OFS_EIO;
    }
    game->watched = game->h.learner > 0 && game->h.learner_namespace == ofs_channel_namespace();
    if (game->watched && !process_alive(game->h.learner)) {
        ofs_channel_say(why, why_bytes, "the learner (process %d) has ended", (int)game->h.learner);
        return OFS_EPEER;
    }
    return take_seat(game, why, why_bytes);
}

enum ofs_status ofs_game_attach(const char *place, struct ofs_game **game_out, char *why, size_t why_bytes)
{
    int saved = errno;
    struct ofs_game *game = calloc(1, sizeof *game);
    enum ofs_status status = OFS_ENOMEM;

    *game_out = NULL;
    if (!game) {
        ofs_channel_say(why, why_bytes, "out of memory");
    } else {
        status = attach(game, place, why, why_bytes);
        if (status == OFS_OK) {
            game->answered = game->taken = ofs_load(&game->seat->answer);
            *game_out = game;
            OFS_CHANNEL_POINT(103);
        } else {
            unmap(game);
            if (game->found)
                close(game->descriptor);
            free(game);
        }
    }
    errno = saved;
    return status;
}

/* -- going --------------------------------------------------------------------------------------------------------- */

bool ofs_game_learner_alive(const struct ofs_game *game)
{
    int saved = errno;
    bool alive = !game->over && ofs_load(&game->seat->life) == game->life && !ofs_load(&game->shared->closing) &&
                 (!game->watched || process_alive(game->h.learner));

    errno = saved;
    return alive;
}

static void forget(struct ofs_game *game)
{
    unmap(game);
    if (descriptor_is_ours(game))
        close(game->descriptor);
    free(game);
}

/* The sentence of an answer that failed stays: the learner may be reading it, and it says what happened. */
void ofs_game_leave(struct ofs_game *game, const char *sentence)
{
    int saved = errno;

    if (!game)
        return;
    if (ofs_load(&game->seat->life) == game->life) {
        bool published = game->taken == game->answered && (game->seat->answer_flags & OFS_ANSWER_FAILED);

        if (!published)
            ofs_game_write_error(game->seat, sentence ? sentence : "");
        OFS_CHANNEL_POINT(105);
        if (ofs_game_change_state(game, OFS_SEAT_READY, OFS_SEAT_GONE) ||
            ofs_game_change_state(game, OFS_SEAT_ATTACHED, OFS_SEAT_GONE))
            ofs_game_ring(game);
        OFS_CHANNEL_POINT(106);
    }
    forget(game);
    errno = saved;
}

void ofs_game_abandon(struct ofs_game *game)
{
    int saved = errno;

    if (game)
        forget(game);
    errno = saved;
}

/* -- places -------------------------------------------------------------------------------------------------------- */

const struct ofs_channel_header *ofs_game_header(const struct ofs_game *game) { return &game->h; }

unsigned char *ofs_game_row(const struct ofs_game *game, uint32_t row)
{
    if (row >= game->h.row_count || ofs_channel_row_bytes_here(&game->h) == 0)
        return NULL;
    return game->memory + game->h.rows_offset + row * game->h.row_bytes;
}

unsigned char *ofs_game_picture(struct ofs_game *game, size_t bytes)
{
    off_t offset = (off_t)(game->h.pictures_offset + game->number * game->h.picture_bytes);
    int saved = errno, result;

    if (bytes == 0 || bytes > game->h.picture_bytes || !descriptor_is_ours(game)) {
        errno = saved;
        return NULL;
    }
    do {
        result = fallocate(game->descriptor, 0, offset, (off_t)bytes);
    } while (result < 0 && errno == EINTR);
    errno = saved;
    return result == 0 ? game->picture : NULL;
}

unsigned char *ofs_game_info(const struct ofs_game *game, size_t *bytes_out)
{
    *bytes_out = game->h.info_bytes;
    return game->h.info_bytes ? (unsigned char *)(game->seat + 1) + game->h.payload_bytes : NULL;
}
