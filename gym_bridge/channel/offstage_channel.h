/* The channel: the memory that a learner and its games share. C11 and C++17; fixed widths, native byte order, one
 * machine.
 *
 *   offset 0               struct ofs_channel_header
 *   seats_offset           seat_count seats, seat_bytes apart: struct ofs_channel_seat, then payload_bytes from the learner,
 *                          then info_bytes from the game
 *   rows_offset            row_count rows, row_bytes apart with nothing between: observations. Which row a game fills is
 *                          said in every command, so that a batch is dense whoever plays in it. With `device` not 0 they
 *                          lie in memory of that device instead, and here is nothing
 *   pictures_offset        seat_count places of picture_bytes: whole frames, on request. Without memory until it is used
 *
 * It is a memfd, sealed against shrinking and growing before anyone else sees it. A seat is one game process, or a
 * spare. A game is told its place by the variable OFFSTAGE_CHANNEL, "descriptor:seat:life"; once it is there, the value is
 * empty in it, so that the programs that it starts do not come, too.
 *
 * Who writes what is said at each part, and nobody else does. Fields marked "shared" are read and written by __atomic
 * operations; all others are published by them: those of a command by `command`, those of an answer by `answer`.
 * Nothing in here is trusted by either side: numbers are checked before they are used, on a copy. */
#ifndef OFFSTAGE_CHANNEL_H
#define OFFSTAGE_CHANNEL_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#define OFS_CHANNEL_ASSERT(condition) static_assert(condition, #condition)
#else
#define OFS_CHANNEL_ASSERT(condition) _Static_assert(condition, #condition)
#endif

#define OFS_CHANNEL_MAGIC   0x4348464fu /* "OFHC" */
#define OFS_CHANNEL_VERSION 1u
#define OFS_CHANNEL_EVENTS  128u        /* input events of one command */
#define OFS_CHANNEL_ERROR   1024u       /* bytes of a sentence, with its end */
#define OFS_CHANNEL_PLAN    256u        /* bytes kept for the description of an observation */

/* How the batch can be reached when it is not in this memory. */
enum ofs_channel_device { OFS_CHANNEL_HOST = 0, OFS_CHANNEL_CUDA_IPC = 1 };

/* Written by the learner before any game is started, except where shared. */
struct ofs_channel_header {
    uint32_t magic, version;
    uint64_t total_bytes;         /* of the whole memory */
    uint32_t seat_count, row_count;
    uint64_t seats_offset, seat_bytes;
    uint64_t rows_offset, row_bytes;
    uint64_t pictures_offset, picture_bytes;
    uint32_t payload_bytes, info_bytes;
    int32_t learner;              /* process id, in the learner's pid namespace */
    uint32_t plan_bytes;          /* used of `plan`; 0: the games make their observations themselves */
    unsigned char plan[OFS_CHANNEL_PLAN]; /* struct ofs_plan_desc of offstage_plan.h */
    uint32_t window;              /* as in struct ofs_capture_desc: which window of the game is played */
    uint32_t device;              /* enum ofs_channel_device: where the rows are */
    int32_t cuda_device;          /* with OFS_CHANNEL_CUDA_IPC, as the learner counts them, and */
    unsigned char cuda_uuid[16];  /* which that is */
    unsigned char cuda_handle[64]; /* cudaIpcMemHandle_t of the rows */
    uint32_t learner_namespace;   /* inode of the learner's /proc/self/ns/pid; 0 = not known */
    uint32_t reserved[2];

    uint32_t closing;             /* shared; not 0: the learner is done, every game is to end */
    uint32_t bell;                /* shared, futex: counts answers and changes of state; the games ring it */
    uint32_t bell_wanted;         /* shared; written by the learner: at which count it is to be woken, 0 while it is awake */
    uint32_t game_spin_ns;        /* shared; written by the learner: how long a game looks before it sleeps; at most 1 ms */
    uint32_t spare[12];
};

/* What a game is doing. Written by the game, shared; a change rings the bell. */
enum ofs_channel_state {
    OFS_SEAT_EMPTY = 0,           /* no game has come to this life of the seat; only the learner sets this */
    OFS_SEAT_ATTACHED = 1,        /* a process is here, its first frame is not */
    OFS_SEAT_READY = 2,           /* it has shown its first frame, and takes commands */
    OFS_SEAT_GONE = 3,            /* it has left in order; `error` may say why */
};
#define OFS_CHANNEL_STATE_BITS 2u       /* lives go up to 2^30 - 1, then begin again with 1 */

enum ofs_channel_kind {
    OFS_COMMAND_STEP = 1,         /* `events`, then `frames` more frames, then the answer with the last one */
    OFS_COMMAND_OBSERVE = 2,      /* the answer at once, with the frame that is shown now */
    OFS_COMMAND_RESET = 3,        /* the game's own reset function is called with `seed`, then as a step */
    OFS_COMMAND_PICTURE = 4,      /* the answer at once; the whole frame goes to the seat's picture */
    OFS_COMMAND_CLOSE = 5,        /* the game's windows are asked to close; it is answered at once, and runs on alone */
    OFS_COMMAND_CALL = 6,         /* for games that are a Gymnasium environment: what is to be done is in the payload */
};

/* Flags of a command. */
#define OFS_COMMAND_FIRST      1u /* an episode begins: the observation fills the whole stack */
#define OFS_COMMAND_BLIND      2u /* no observation is wanted */

enum ofs_channel_event_kind {
    OFS_EVENT_KEY = 1,            /* code: X keysym; value_a: 1 down, 0 up */
    OFS_EVENT_BUTTON = 2,         /* code: number, 1 left, 2 middle, 3 right, 4 to 7 the wheel; value_a as above */
    OFS_EVENT_POINTER = 3,        /* value_a, value_b: x, y in pixels of the window, from its top left corner */
    OFS_EVENT_MOTION = 4,         /* value_a, value_b: dx, dy in pixels, also as raw XI2 motion */
    OFS_EVENT_RESIZE = 5,         /* value_a, value_b: width, height */
    OFS_EVENT_TEXT = 6,           /* code: keysym; pressed with the modifiers that it needs, and released */
};

/* One event of input. Events lie in the order of `after`. */
struct ofs_channel_event {
    uint16_t kind;                /* enum ofs_channel_event_kind */
    uint16_t after;               /* frames of this command that are shown before it; 0: at once */
    uint32_t code;
    int32_t value_a, value_b;
};

/* Flags of an answer, set by the game's reports since the answer before. */
#define OFS_ANSWER_REWARD      1u /* `reward` was reported */
#define OFS_ANSWER_TERMINATED  2u
#define OFS_ANSWER_TRUNCATED   4u
#define OFS_ANSWER_INFO        8u /* info_used bytes of information */
#define OFS_ANSWER_CLOSED     16u /* the window that was played has been closed */
#define OFS_ANSWER_FAILED     32u /* the command could not be done, or something of the game's failed: `error` */

struct ofs_channel_seat {
    /* -- written by the learner ------------------------------------------------------------------------------------ */
    uint32_t command;             /* shared, futex: number of the newest command; counts on from life to life */
    uint32_t life;                /* shared: whose seat this is; a game that finds another one than its own leaves */
    uint32_t kind;                /* enum ofs_channel_kind */
    uint32_t flags;               /* OFS_COMMAND_ */
    uint32_t frames;              /* 1 or more for a step and a reset */
    uint32_t row;                 /* where the observation goes */
    uint32_t event_count;
    uint32_t payload_used;
    uint64_t seed;
    uint32_t learner_spare[6];

    /* -- written by the game --------------------------------------------------------------------------------------- */
    uint32_t answer;              /* shared: number of the newest command that is answered */
    uint32_t state;               /* shared: enum ofs_channel_state in the lowest bits, above them the life it is of */
    uint32_t asleep;              /* shared: not 0 while the game sleeps on `command` */
    int32_t process;              /* id of the process that plays, in its own pid namespace */
    uint32_t answer_flags;        /* OFS_ANSWER_ */
    uint32_t info_used;
    double reward;                /* sum of what was reported */
    uint64_t frames_shown;        /* by the window that is played, in this life */
    uint64_t virtual_ns;          /* the game's clock; 0 without one */
    uint64_t busy_ns;             /* real time between the command's arrival and the answer, sum of this life */
    uint64_t observe_ns;          /* real time in it for reading the frame and making the observation, sum of this life */
    uint32_t width_px, height_px; /* of the window that is played */
    uint32_t picture_width_px, picture_height_px; /* of the picture: RGB, three bytes a pixel, top row first, dense */
    uint32_t info_kind;           /* for the game and the learner to agree on; 0 = JSON, UTF-8 */
    uint32_t importing;           /* shared: the life that has the rows in CUDA memory open; 0 = none */
    uint32_t game_spare[10];
    char error[OFS_CHANNEL_ERROR];

    struct ofs_channel_event events[OFS_CHANNEL_EVENTS]; /* written by the learner */
};

OFS_CHANNEL_ASSERT(sizeof(struct ofs_channel_event) == 16);
OFS_CHANNEL_ASSERT(offsetof(struct ofs_channel_seat, answer) == 64);
OFS_CHANNEL_ASSERT(offsetof(struct ofs_channel_seat, error) == 192);
OFS_CHANNEL_ASSERT(sizeof(struct ofs_channel_seat) == 192 + 1024 + 128 * 16);
OFS_CHANNEL_ASSERT(offsetof(struct ofs_channel_header, closing) == 448);
OFS_CHANNEL_ASSERT(sizeof(struct ofs_channel_header) == 512);

#undef OFS_CHANNEL_ASSERT
#ifdef __cplusplus
}
#endif
#endif
