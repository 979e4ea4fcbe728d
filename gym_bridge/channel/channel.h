/* Both ends of the channel. The memory is described in offstage_channel.h.
 *
 * layout.c          sizes, and the check of a memory that somebody else made
 * learner_memory.c  makes the memory
 * learner.c         lives of seats, commands, answers
 * learner_wait.c    waits for answers; why no wake-up is lost
 * game_attach.c     comes to a seat, and leaves it
 * game.c            takes commands, gives answers
 * release.c         when exported CUDA memory may be freed
 * cuda_ipc.c        exported CUDA memory itself; not part of the object library, see cuda_ipc.h
 * futex.c           sleeping and waking, with a bounded spin before
 *
 * May include its own folder and libc only. Status codes are those of offstage.h, which is part of the public
 * interface. No function here keeps a lock, allocates after creation, or changes errno. Every wait looks whether the
 * other side is alive at least every 100 ms. */
#ifndef OFS_CHANNEL_CHANNEL_H
#define OFS_CHANNEL_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "offstage.h" /* enum ofs_status, OFS_WAIT_FOREVER */
#include "offstage_channel.h"

/* -- the learner's end --------------------------------------------------------------------------------------------- */

struct ofs_learner;

/* CUDA memory of the learner's, as other processes can open it. */
struct ofs_channel_export {
    int32_t device;               /* as the learner counts them */
    unsigned char uuid[16], handle[64];
};

struct ofs_learner_desc {
    uint32_t seats;               /* 1 .. 4096 */
    uint32_t rows;                /* 1 .. 65536 */
    uint64_t row_bytes;           /* 0 = no observations */
    uint32_t payload_bytes;       /* rounded up to 64 */
    uint32_t info_bytes;          /* likewise */
    uint64_t picture_bytes;       /* rounded up to a page; 0 = 4096 * 2160 * 3 */
    const void *plan;             /* struct ofs_plan_desc; NULL = none */
    uint32_t plan_bytes;
    uint32_t window;
    const struct ofs_channel_export *cuda; /* the rows lie in CUDA memory (cuda_ipc.h); NULL = in this one */
};

/* Make the memory. OFS_OK, OFS_EINVAL, OFS_ENOMEM (also: no room for shared memory), OFS_ENOSYS (no memfd). `why` takes
 * a sentence. The descriptor is close-on-exec; it is given to games by whoever starts them. */
enum ofs_status ofs_learner_create(const struct ofs_learner_desc *desc, struct ofs_learner **learner_out, char *why,
                                   size_t why_bytes);
/* Tells every game to end. The rows stay where they are; commands get OFS_EPEER from now on. In a forked child it says
 * nothing to the games, which are the parent's. */
void ofs_learner_close(struct ofs_learner *learner);
/* As ofs_learner_close, and takes the memory away. Accepts NULL. No other call may be under way. */
void ofs_learner_destroy(struct ofs_learner *learner);

/* With rows in CUDA memory, after ofs_learner_close: wait until every game has closed them or its process has ended.
 * Only then may the memory be freed: the driver leaves it undefined before. OFS_OK, OFS_ETIMEDOUT: better never free
 * it. */
enum ofs_status ofs_learner_wait_released(struct ofs_learner *learner, uint64_t timeout_ns);

int ofs_learner_descriptor(const struct ofs_learner *learner);
unsigned char *ofs_learner_rows(const struct ofs_learner *learner, size_t *bytes_out); /* all of them, dense; NULL on CUDA */

/* A new life for the seat: everything the game wrote in it is forgotten, and a game of an earlier life leaves, or is
 * found to be an impostor: no state or answer of its can reach this life. One that is just filling in an answer or an
 * observation may still do so, so begin a life when the process of the one before has ended or was killed. `gone_fd`: a
 * descriptor that becomes readable, or is hung up, when the game has ended (a pidfd, a pipe); borrowed until the next
 * life or ofs_learner_destroy; -1 = none. Returns the life, which is never 0. */
uint32_t ofs_learner_seat_open(struct ofs_learner *learner, uint32_t seat, int gone_fd);
/* Set or change it later, when the game has been started. */
void ofs_learner_seat_watch(struct ofs_learner *learner, uint32_t seat, int gone_fd);

struct ofs_command {
    uint32_t kind, flags, frames, row;
    uint64_t seed;
    const struct ofs_channel_event *events;
    uint32_t event_count;
    const void *payload;
    uint32_t payload_bytes;
};

/* Give a command. OFS_OK; OFS_EINVAL (too many events, not in order, no such row, frames = 0 in a step, ...);
 * OFS_EBUSY: the one before is not answered yet; OFS_EAGAIN: the game has not shown its first frame; OFS_EPEER: it is
 * gone. */
enum ofs_status ofs_learner_command(struct ofs_learner *learner, uint32_t seat, const struct ofs_command *command);

/* What a wait finds about a seat. */
enum ofs_seat_event {
    OFS_SEAT_BUSY = 0,            /* nothing yet */
    OFS_SEAT_ANSWERED = 1,        /* ready, and its newest command is answered; of one without a command: it is ready */
    OFS_SEAT_LOST = 2,            /* its process is gone, with or without having said so. When it answered before it went, that
                                   * is OFS_SEAT_ANSWERED until ofs_learner_answer has been called for it */
};

/* Wait until at least `wanted` of the seats are answered or lost (which counts, too: nobody waits for the dead).
 * seats, events_out  `count` each; events_out says for each seat how it stands when the call returns
 * timeout_ns         0 = look only
 * interrupted        looked at every 100 ms and after every signal that woke us, if not NULL: true ends the wait
 * Returns OFS_OK, OFS_ETIMEDOUT (fewer than wanted), OFS_EAGAIN (interrupted), OFS_EINVAL. One thread at a time. */
enum ofs_status ofs_learner_wait(struct ofs_learner *learner, const uint32_t *seats, enum ofs_seat_event *events_out,
                                 uint32_t count, uint32_t wanted, uint64_t timeout_ns, bool (*interrupted)(void *),
                                 void *context);

/* A copy of the seat's answer, checked. Texts, informations and the picture are borrowed until the next command or
 * life, the text also until the next call for this seat. While the newest command is not answered, only number, state,
 * process and, of a game that has left or has yet to show its first frame, the error are filled in: whatever a dying game
 * wrote beyond that is not to be seen. `number` counts the answers of this life, from 1; 0 = none. OFS_OK, or OFS_EINVAL when the game wrote
 * nonsense. */
struct ofs_answer {
    uint32_t number, state, flags, info_kind, width_px, height_px, picture_width_px, picture_height_px;
    int32_t process;              /* in the game's pid namespace */
    double reward;
    uint64_t frames_shown, virtual_ns, busy_ns, observe_ns;
    const char *error;            /* "" without one; always ended */
    const void *info;
    uint32_t info_bytes;
    const unsigned char *picture; /* NULL without one */
};
enum ofs_status ofs_learner_answer(const struct ofs_learner *learner, uint32_t seat, struct ofs_answer *answer);

/* -- the game's end ------------------------------------------------------------------------------------------------ */

struct ofs_game;

/* Come to a seat. `place`: "descriptor:seat:life", the value of OFFSTAGE_CHANNEL. The descriptor is made close-on-exec,
 * and the memory checked. Where the descriptor has been closed, or is another file by now, the memory is had from a
 * process above this one that has it by this number: those that start games close descriptors, as Python's subprocess
 * does. OFS_OK, OFS_EINVAL (not such a place, a memory that is no channel, of another version, or
 * whose numbers make no sense), OFS_EPEER (the seat has another life, or the learner is gone), OFS_EBUSY (a living
 * process sits there), OFS_ENOMEM, OFS_EIO. */
enum ofs_status ofs_game_attach(const char *place, struct ofs_game **game_out, char *why, size_t why_bytes);
/* Leave in order: state GONE, with a sentence or NULL. The memory is unmapped. Accepts NULL. */
void ofs_game_leave(struct ofs_game *game, const char *sentence);
/* In a forked child: unmap and forget, say nothing. */
void ofs_game_abandon(struct ofs_game *game);

const struct ofs_channel_header *ofs_game_header(const struct ofs_game *game); /* a checked copy, constant fields only */
/* NULL when there is no row of this number, or not in this memory; no place or no memory for a picture of so many bytes
 * (which takes its memory now: without, writing to it would end the process); no place for information. */
unsigned char *ofs_game_row(const struct ofs_game *game, uint32_t row);
unsigned char *ofs_game_picture(struct ofs_game *game, size_t bytes);
unsigned char *ofs_game_info(const struct ofs_game *game, size_t *bytes_out);

/* Say that this game is about to open the rows in CUDA memory, and, after it has closed them, that it has. OFS_OK;
 * OFS_EPEER: they must not be opened, the learner is done; OFS_EBUSY: a game of the life before has them. */
enum ofs_status ofs_game_import_begin(struct ofs_game *game);
void ofs_game_import_end(struct ofs_game *game);

/* Before the first frame: a sentence for a learner that waits for it in vain. */
void ofs_game_note(struct ofs_game *game, const char *text);
/* The first frame has been shown. */
void ofs_game_ready(struct ofs_game *game);

/* Wait for the next command; a checked copy, events and payload borrowed until the answer. OFS_OK; OFS_ETIMEDOUT;
 * OFS_EPEER: the learner is gone or has closed the channel, or the seat has another life: leave. */
enum ofs_status ofs_game_wait(struct ofs_game *game, uint64_t timeout_ns, struct ofs_command *command);

/* What goes into an answer; NULL texts and zeros are left as "nothing". An error that is not empty sets
 * OFS_ANSWER_FAILED. */
struct ofs_reply {
    uint32_t flags, info_used, info_kind;
    double reward;
    uint64_t frames_shown, virtual_ns, busy_ns, observe_ns;
    uint32_t width_px, height_px, picture_width_px, picture_height_px;
    const char *error;
};
void ofs_game_answer(struct ofs_game *game, const struct ofs_reply *reply);
/* false: leave, as after OFS_EPEER. Costs some system calls. */
bool ofs_game_learner_alive(const struct ofs_game *game);

#endif
