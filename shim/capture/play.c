/* Playing the input script: see play.h and script.h. */
#include "capture/play.h"

#include <pthread.h>

#include "capture/script.h"
#include "util/log.h"
#include "util/opt.h"

#define OFS_LOG_MODULE OFS_MOD_CAPTURE

enum { AT_ONCE = 256 }; /* events by time: each is a message to the server, whose queue is not to be filled by them */

static struct {
    pthread_once_t once;
    struct ofs_script script;
    pthread_mutex_t lock;
    size_t next, next_timed; /* of those by frame, which come after the others; and of the others */
} play = { .once = PTHREAD_ONCE_INIT, .lock = PTHREAD_MUTEX_INITIALIZER };

static void load(void)
{
    const char *path = ofs_options_get()->input;
    char complaint[200] = "cannot be read";
    if (path && ofs_script_load(&play.script, path, complaint, sizeof complaint) != OFS_OK)
        ofs_error("input script %s: %s", path, complaint);
}

static void do_event(const struct ofs_capture_host *host, const struct ofs_script_event *event)
{
    bool done = true;
    switch (event->kind) {
    case OFS_SCRIPT_KEY: done = host->key(event->key, event->down); break;
    case OFS_SCRIPT_MOTION: done = host->motion(event->a, event->b); break;
    case OFS_SCRIPT_BUTTON: done = host->button(event->a, event->down); break;
    case OFS_SCRIPT_RESIZE: done = host->resize((uint32_t)event->a, (uint32_t)event->b); break;
    case OFS_SCRIPT_CLOSE: host->request_close(); break;
    }
    if (!done && event->kind == OFS_SCRIPT_KEY)
        ofs_error("input script, line %u: no key gives %s", event->line, event->key);
    else if (!done)
        ofs_error("input script, line %u: cannot be done", event->line);
}

/* The next event that is to be done by now, or NULL. */
static const struct ofs_script_event *take(uint64_t frame, uint32_t at_ms)
{
    const struct ofs_script *script = &play.script;
    const struct ofs_script_event *event = NULL;
    pthread_mutex_lock(&play.lock);
    if (frame > 0) {
        size_t at = script->timed + play.next;
        if (at < script->count && script->events[at].frame <= frame) {
            event = &script->events[at];
            play.next++;
        }
    } else if (play.next_timed < script->timed && script->events[play.next_timed].at_ms <= at_ms) {
        event = &script->events[play.next_timed++];
    }
    pthread_mutex_unlock(&play.lock);
    return event;
}

void ofs_play_frame(const struct ofs_capture_host *host, uint64_t frame)
{
    const struct ofs_script_event *event;
    pthread_once(&play.once, load);
    while (play.script.count > play.script.timed && (event = take(frame, 0)))
        do_event(host, event);
}

void ofs_play_until(const struct ofs_capture_host *host, uint32_t at_ms)
{
    const struct ofs_script_event *event;
    pthread_once(&play.once, load);
    for (unsigned i = 0; i < AT_ONCE && play.script.timed > 0 && (event = take(0, at_ms)); i++)
        do_event(host, event);
}

uint32_t ofs_play_next_ms(void)
{
    uint32_t next_ms = UINT32_MAX;
    pthread_once(&play.once, load);
    if (play.script.timed == 0)
        return next_ms;
    pthread_mutex_lock(&play.lock);
    if (play.next_timed < play.script.timed)
        next_ms = play.script.events[play.next_timed].at_ms;
    pthread_mutex_unlock(&play.lock);
    return next_ms;
}

void ofs_play_fork_child(void)
{
    pthread_mutex_init(&play.lock, NULL);
    play.next = play.next_timed = 0;
}
