/* The open captures, and the sink that feeds them. */
#include <stdatomic.h>

#include "tensor/private.h"

#define MAX_CAPTURES 256

unsigned ofs_tensor_generation;

/* All mutable state of this file. A capture is referenced while it is in the list. */
static struct {
    pthread_mutex_t lock;
    _Atomic unsigned count;
    struct ofs_capture *captures[MAX_CAPTURES];
} list = { .lock = PTHREAD_MUTEX_INITIALIZER };

enum ofs_status ofs_captures_add(struct ofs_capture *capture)
{
    enum ofs_status status = OFS_ENOMEM;
    pthread_mutex_lock(&list.lock);
    if (list.count < MAX_CAPTURES) {
        atomic_fetch_add(&capture->refs, 1);
        list.captures[list.count++] = capture;
        status = OFS_OK;
    }
    pthread_mutex_unlock(&list.lock);
    return status;
}

void ofs_captures_remove(struct ofs_capture *capture)
{
    bool found = false;
    pthread_mutex_lock(&list.lock);
    for (unsigned i = 0; i < list.count && !found; i++) {
        found = list.captures[i] == capture;
        if (found)
            list.captures[i] = list.captures[--list.count];
    }
    pthread_mutex_unlock(&list.lock);
    if (found)
        ofs_capture_unref(capture);
}

/* References to all captures, so that none is fed or told anything under the list's lock. */
static unsigned gather(struct ofs_capture **captures)
{
    unsigned count;
    if (list.count == 0)
        return 0;
    pthread_mutex_lock(&list.lock);
    count = list.count;
    for (unsigned i = 0; i < count; i++) {
        captures[i] = list.captures[i];
        atomic_fetch_add(&captures[i]->refs, 1);
    }
    pthread_mutex_unlock(&list.lock);
    return count;
}

uint64_t ofs_this_thread(void)
{
    static _Atomic uint64_t threads;
    static __thread uint64_t number;
    if (number == 0)
        number = ++threads;
    return number;
}

static void sink_frame(const struct ofs_shown *shown)
{
    struct ofs_capture *captures[MAX_CAPTURES];
    unsigned count = gather(captures);
    for (unsigned i = 0; i < count; i++) {
        ofs_capture_feed(captures[i], shown);
        ofs_capture_unref(captures[i]);
    }
}

static void sink_leaving(void)
{
    struct ofs_capture *captures[MAX_CAPTURES];
    unsigned count = gather(captures);
    for (unsigned i = 0; i < count; i++) {
        ofs_capture_leaving(captures[i]);
        ofs_capture_unref(captures[i]);
    }
}

static void sink_gone(uint32_t window)
{
    struct ofs_capture *captures[MAX_CAPTURES];
    unsigned count = gather(captures);
    for (unsigned i = 0; i < count; i++) {
        ofs_capture_window_gone(captures[i], window);
        ofs_capture_unref(captures[i]);
    }
}

const struct ofs_sink *ofs_tensor_sink(void)
{
    static const struct ofs_sink sink = { .frame = sink_frame, .leaving = sink_leaving, .gone = sink_gone };
    return &sink;
}

/* The parent's captures are left as they are: other threads of the parent may have been in the middle of them. */
void ofs_tensor_fork_child(void)
{
    pthread_mutex_init(&list.lock, NULL);
    list.count = 0;
    ofs_tensor_generation++;
    ofs_target_fork_child();
}
