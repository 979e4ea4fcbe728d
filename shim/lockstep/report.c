/* What the game itself says of the play. */
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lockstep/private.h"

/* Before the first frame the learner's room for information is not known. */
#define INFO_MAX_BYTES ((size_t)1 << 20)
#define NO_HOOK                                                                                                        \
    "hook: the file was not loaded: the game is no Python program, or it runs with -S, -I or -E, or its Python is "     \
    "older than 3.9"

/* All mutable state of this file. */
static struct {
    pthread_mutex_t lock;
    bool played;
    uint32_t flags; /* enum ofs_report_flag */
    double reward;
    char *info;                    /* NULL = none */
    size_t info_bytes, room_bytes; /* room: the learner's; 0 = not known yet */
    ofs_turn_fn *call;
    void *context;
    bool hooked; /* the learner gave a hook file, which the game's Python should have loaded by now */
} report = { .lock = PTHREAD_MUTEX_INITIALIZER };

static enum ofs_status fail(enum ofs_status status, char *why, size_t why_bytes, const char *sentence)
{
    if (why_bytes > 0)
        snprintf(why, why_bytes, "%s", sentence);
    return status;
}

static enum ofs_status too_long(const char *before, size_t bytes, size_t room, char *why, size_t why_bytes)
{
    if (why_bytes > 0)
        snprintf(why, why_bytes, "%sthe information has %zu bytes, and the learner keeps room for %zu: report less",
                 before, bytes, room);
    return OFS_ENOMEM;
}

/* With the lock held. */
static enum ofs_status keep_info(const char *info, char *why, size_t why_bytes)
{
    size_t bytes = strlen(info), room = report.room_bytes ? report.room_bytes : INFO_MAX_BYTES;
    char *copy;

    if (bytes > room)
        return too_long("", bytes, room, why, why_bytes);
    copy = malloc(bytes + 1);
    if (!copy)
        return fail(OFS_ENOMEM, why, why_bytes, "out of memory");
    memcpy(copy, info, bytes + 1);
    free(report.info);
    report.info = copy;
    report.info_bytes = bytes;
    return OFS_OK;
}

enum ofs_status ofs_lockstep_report(const struct ofs_report *given, char *why, size_t why_bytes)
{
    enum ofs_status status = OFS_OK;

    if (!given || given->struct_size != sizeof *given)
        return fail(OFS_EINVAL, why, why_bytes, "no report, or struct_size is not sizeof(struct ofs_report)");
    if (given->flags & ~(uint32_t)(OFS_REPORT_REWARD | OFS_REPORT_TERMINATED | OFS_REPORT_TRUNCATED))
        return fail(OFS_EINVAL, why, why_bytes, "the report has flags that do not exist");
    if ((given->flags & OFS_REPORT_REWARD) && !isfinite(given->reward))
        return fail(OFS_EINVAL, why, why_bytes, "the reward is not a finite number");
    pthread_mutex_lock(&report.lock);
    if (report.played) {
        if (given->info)
            status = keep_info(given->info, why, why_bytes);
        if (status == OFS_OK) {
            report.flags |= given->flags;
            if (given->flags & OFS_REPORT_REWARD)
                report.reward += given->reward;
        }
    }
    pthread_mutex_unlock(&report.lock);
    return status;
}

static void clear(void)
{
    free(report.info);
    report.info = NULL;
    report.flags = 0;
    report.reward = 0;
}

void ofs_report_expect_hook(bool hooked) { report.hooked = hooked; }

void ofs_report_set_played(bool played)
{
    pthread_mutex_lock(&report.lock);
    report.played = played;
    if (!played)
        clear();
    pthread_mutex_unlock(&report.lock);
}

void ofs_report_take(struct ofs_reply *reply, unsigned char *room, size_t room_bytes, char *why, size_t why_bytes)
{
    pthread_mutex_lock(&report.lock);
    reply->flags |= (report.flags & OFS_REPORT_REWARD ? OFS_ANSWER_REWARD : 0u) |
                    (report.flags & OFS_REPORT_TERMINATED ? OFS_ANSWER_TERMINATED : 0u) |
                    (report.flags & OFS_REPORT_TRUNCATED ? OFS_ANSWER_TRUNCATED : 0u);
    reply->reward = report.reward;
    report.room_bytes = room_bytes ? room_bytes : INFO_MAX_BYTES;
    if (report.info && (!room || report.info_bytes > room_bytes)) {
        (void)too_long("report: ", report.info_bytes, room ? room_bytes : 0, why, why_bytes);
    } else if (report.info) {
        memcpy(room, report.info, report.info_bytes);
        reply->info_used = (uint32_t)report.info_bytes;
        reply->flags |= OFS_ANSWER_INFO;
    }
    clear();
    pthread_mutex_unlock(&report.lock);
}

void ofs_lockstep_on_turn(ofs_turn_fn *call, void *context)
{
    pthread_mutex_lock(&report.lock);
    report.call = call;
    report.context = context;
    pthread_mutex_unlock(&report.lock);
}

const char *ofs_report_turn(enum ofs_turn_kind kind, uint64_t seed, uint64_t frames)
{
    const struct ofs_turn turn = { .struct_size = sizeof turn, .kind = kind, .seed = seed, .frames = frames };
    ofs_turn_fn *call;
    const char *said;
    void *context;

    pthread_mutex_lock(&report.lock);
    call = report.call;
    context = report.context;
    pthread_mutex_unlock(&report.lock);
    if (!call)
        return report.hooked ? NO_HOOK : NULL;
    said = call(context, &turn);
    return said ? said : "";
}

int ofs_lockstep_played(void)
{
    int played;
    pthread_mutex_lock(&report.lock);
    played = report.played;
    pthread_mutex_unlock(&report.lock);
    return played;
}

void ofs_report_fork_child(void)
{
    pthread_mutex_init(&report.lock, NULL);
    report.info = NULL; /* the parent may have been changing it */
    report.flags = 0;
    report.reward = 0;
}
