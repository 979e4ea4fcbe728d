/* Playing the input script: see play.h and script.h. */
#include "capture/play.h"

#include <pthread.h>

#include "capture/script.h"
#include "util/log.h"
#include "util/opt.h"

#define OFS_LOG_MODULE OFS_MOD_CAPTURE

static struct {
    pthread_once_t once;
    struct ofs_script script;
    pthread_mutex_t lock;
    size_t next;
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

void ofs_play_frame(const struct ofs_capture_host *host, uint64_t frame)
{
    pthread_once(&play.once, load);
    for (;;) {
        const struct ofs_script_event *event = NULL;
        if (play.script.count == 0)
            return;
        pthread_mutex_lock(&play.lock);
        if (play.next < play.script.count && play.script.events[play.next].frame <= frame)
            event = &play.script.events[play.next++];
        pthread_mutex_unlock(&play.lock);
        if (!event)
            return;
        do_event(host, event);
    }
}

void ofs_play_fork_child(void)
{
    pthread_mutex_init(&play.lock, NULL);
    play.next = 0;
}
