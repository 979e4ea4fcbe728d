/* Waiting, with threads and without; closing while others wait; fork. No scene depends on how long anything takes: a wait that
 * never ends is ended by the test's time limit. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "rig.h"

#define SECOND 1000000000ull

static void sleep_ms(long ms) { nanosleep(&(struct timespec){ ms / 1000, ms % 1000 * 1000000 }, NULL); }

/* A thread that asks for one frame, and what it got. */
struct waiter {
    pthread_t thread;
    struct ofs_capture *capture;
    uint64_t timeout_ns;
    _Atomic pid_t started;        /* its id */
    enum ofs_status status;
    struct ofs_frame frame;
    char said[256];
};

static void *ask(void *argument)
{
    struct waiter *waiter = argument;
    waiter->frame = empty_frame();
    atomic_store(&waiter->started, gettid());
    waiter->status = ofs_capture_next(waiter->capture, waiter->timeout_ns, &waiter->frame);
    snprintf(waiter->said, sizeof waiter->said, "%s", ofs_last_error());
    return NULL;
}

/* The kernel says that the thread sleeps, or is no more. */
static bool sleeps(pid_t thread)
{
    char path[64], text[256];
    const char *state;
    size_t got;
    FILE *file;

    snprintf(path, sizeof path, "/proc/self/task/%d/stat", (int)thread);
    file = fopen(path, "r");
    if (!file)
        return true;
    got = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[got] = '\0';
    state = strrchr(text, ')');
    return !state || state[2] == 'S';
}

/* Returns when the thread waits: nothing but that lets it sleep in there for long. */
static void start(struct waiter *waiter, struct ofs_capture *capture, uint64_t timeout_ns)
{
    *waiter = (struct waiter){ .capture = capture, .timeout_ns = timeout_ns };
    pthread_create(&waiter->thread, NULL, ask, waiter);
    while (!atomic_load(&waiter->started))
        sleep_ms(1);
    for (int asleep = 0; asleep < 5; sleep_ms(2))
        asleep = sleeps(waiter->started) ? asleep + 1 : 0;
}

static void stop(struct waiter *waiter) { pthread_join(waiter->thread, NULL); }

static void timeouts(void)
{
    struct window window;
    struct ofs_capture *capture = open_levels(0, 1, 0);
    struct waiter waiter;
    struct ofs_frame frame = empty_frame();

    /* Before there is a window. */
    CHECK_STATUS(ofs_capture_next(capture, 0, &frame), OFS_ETIMEDOUT, "no window");
    CHECK_STATUS(ofs_capture_next(capture, SECOND / 50, &frame), OFS_ETIMEDOUT, "no window");
    window_open(&window, COMPAT, true, 20, 20);
    start(&waiter, capture, OFS_WAIT_FOREVER);
    show_level(&window, 1);
    stop(&waiter);
    CHECK(waiter.status == OFS_OK);
    CHECK_LEVELS(&waiter.frame, 1);
    ofs_frame_release(&waiter.frame, 0);
    /* The thread that draws does not wait for itself, whatever it asks for. */
    CHECK_STATUS(ofs_capture_next(capture, OFS_WAIT_FOREVER, &frame), OFS_ETIMEDOUT, "this thread draws");
    CHECK_STATUS(ofs_capture_next(capture, 3600 * SECOND, &frame), OFS_ETIMEDOUT, "this thread draws");
    /* Another one does. */
    start(&waiter, capture, SECOND / 20);
    stop(&waiter);
    CHECK(waiter.status == OFS_ETIMEDOUT && strstr(waiter.said, "stopped drawing"));
    start(&waiter, capture, UINT64_MAX - 1);
    show_level(&window, 2);
    stop(&waiter);
    CHECK(waiter.status == OFS_OK);
    CHECK_LEVELS(&waiter.frame, 2);
    ofs_frame_release(&waiter.frame, 0);
    /* A frame that is there needs no time. */
    show_level(&window, 3);
    start(&waiter, capture, 0);
    stop(&waiter);
    CHECK(waiter.status == OFS_OK);
    ofs_frame_release(&waiter.frame, 0);
    ofs_capture_close(capture);
}

/* What ends a wait other than a frame: a close, the window's end, a size that does not fit, a slot that is held. */
static void woken(void)
{
    struct window window;
    struct ofs_capture_desc desc = describe(1, 1);
    struct ofs_capture *capture;
    struct waiter waiters[3];

    window_open(&window, COMPAT, true, 20, 20);
    capture = open_levels(0, 1, 0);
    for (int i = 0; i < 3; i++)
        start(&waiters[i], capture, OFS_WAIT_FOREVER);
    ofs_capture_close(capture);
    for (int i = 0; i < 3; i++) {
        stop(&waiters[i]);
        CHECK(waiters[i].status == OFS_EINVAL && strstr(waiters[i].said, "closed"));
    }
    desc.plan.crop_width_px = 20;
    desc.plan.crop_height_px = 20;
    desc.slots = 1;
    capture = open_capture(&desc);
    start(&waiters[0], capture, OFS_WAIT_FOREVER);
    window_resize(&window, 19, 20);
    show_level(&window, 1);
    stop(&waiters[0]);
    CHECK(waiters[0].status == OFS_EINVAL && strstr(waiters[0].said, "19x20"));
    window_resize(&window, 20, 20);
    show_level(&window, 2);
    start(&waiters[0], capture, OFS_WAIT_FOREVER);
    stop(&waiters[0]);
    CHECK(waiters[0].status == OFS_OK);
    start(&waiters[1], capture, OFS_WAIT_FOREVER);
    show_level(&window, 3);
    stop(&waiters[1]);
    CHECK(waiters[1].status == OFS_EBUSY);
    ofs_frame_release(&waiters[0].frame, 0);
    start(&waiters[0], capture, OFS_WAIT_FOREVER); /* gets the one that waits */
    stop(&waiters[0]);
    CHECK_LEVELS(&waiters[0].frame, 3);
    ofs_frame_release(&waiters[0].frame, 0);
    start(&waiters[0], capture, OFS_WAIT_FOREVER);
    window_close(&window);
    stop(&waiters[0]);
    CHECK(waiters[0].status == OFS_EGONE);
    ofs_capture_close(capture);
}

/* -- many threads -------------------------------------------------------------------------------------------------- */

static struct {
    _Atomic bool over;
    _Atomic unsigned taken, opened;
    struct ofs_capture *capture; /* for those that share one */
} work;

/* A stack of levels that were shown in this order, each 1 .. 250, which wraps around: what comes later is never older. */
static void check_order(const struct ofs_frame *frame, uint64_t *sequence)
{
    CHECK(frame->sequence > *sequence);
    *sequence = frame->sequence;
    CHECK(((const unsigned char *)frame->data)[frame->bytes - 1] == 1 + frame->sequence % 250);
}

static void *consume(void *argument)
{
    uint64_t sequence = 0;
    while (!work.over) {
        struct ofs_frame frame = empty_frame();
        enum ofs_status status = ofs_capture_next(work.capture, SECOND / 10, &frame);
        if (status == OFS_OK) {
            check_order(&frame, &sequence);
            atomic_fetch_add(&work.taken, 1);
        } else {
            CHECK(status == OFS_ETIMEDOUT);
        }
        ofs_frame_release(&frame, 0);
    }
    return NULL;
}

static void *disturb(void *argument)
{
    for (unsigned i = 0; !work.over; i++) {
        struct ofs_capture *own = open_levels(0, 1 + i % 4, 1 + i % 3);
        struct ofs_frame frame = empty_frame(), again = empty_frame();
        ofs_capture_reset(work.capture);
        if (ofs_capture_next(own, i % 2 ? SECOND / 100 : 0, &frame) == OFS_OK) {
            uint64_t sequence = 0;
            check_order(&frame, &sequence);
            if (ofs_capture_latest(own, &again) == OFS_OK)
                CHECK(again.sequence >= frame.sequence);
        }
        ofs_capture_close(own);
        ofs_frame_release(&again, 0);
        ofs_frame_release(&frame, 0);
        atomic_fetch_add(&work.opened, 1);
    }
    return NULL;
}

static void threads(void)
{
    struct window window;
    pthread_t consumers[3], disturbers[2];

    window_open(&window, COMPAT, true, 33, 21);
    work.capture = open_levels(0, 4, 0);
    for (int i = 0; i < 3; i++)
        pthread_create(&consumers[i], NULL, consume, NULL);
    for (int i = 0; i < 2; i++)
        pthread_create(&disturbers[i], NULL, disturb, NULL);
    for (int i = 1; i < 20000 && (i < 3000 || work.taken < 300 || work.opened < 100); i++) {
        show_level(&window, 1 + i % 250);
        if (i % 100 == 0) {
            window_resize(&window, 20 + (int)dice(40), 20 + (int)dice(40));
            sleep_ms(1);
        }
    }
    work.over = true;
    for (int i = 0; i < 3; i++)
        pthread_join(consumers[i], NULL);
    for (int i = 0; i < 2; i++)
        pthread_join(disturbers[i], NULL);
    CHECK(work.taken >= 300 && work.opened >= 100);
    ofs_capture_close(work.capture);
}

/* -- two threads that draw ----------------------------------------------------------------------------------------- */

static void *draw_alone(void *argument)
{
    struct window *window = argument;
    window_bind(window);
    for (int i = 1; i <= 2000; i++)
        show_level(window, 1 + i % 250);
    glXMakeCurrent(dpy, None, NULL);
    return NULL;
}

/* Each window's frames by itself, and the largest of both; sizes are equal, so frames of both come. */
static void two_drawers(void)
{
    struct window windows[2];
    struct ofs_capture *captures[3];
    pthread_t threads[2];
    uint64_t sequences[2] = { 0, 0 };

    for (int i = 0; i < 2; i++) {
        window_open(&windows[i], COMPAT, true, 24, 24);
        glXMakeCurrent(dpy, None, NULL);
        captures[i] = open_levels((uint32_t)windows[i].id, 1, 0);
    }
    captures[2] = open_levels(0, 1, 0);
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, draw_alone, &windows[i]);
    while (sequences[0] < 2000 || sequences[1] < 2000) {
        for (int i = 0; i < 3; i++) {
            struct ofs_frame frame = empty_frame();
            if (ofs_capture_next(captures[i], SECOND / 100, &frame) != OFS_OK)
                continue;
            CHECK(((const unsigned char *)frame.data)[0] == 1 + frame.sequence % 250);
            if (i < 2) {
                CHECK(frame.window == windows[i].id && frame.sequence > sequences[i]);
                sequences[i] = frame.sequence;
            }
            ofs_frame_release(&frame, 0);
        }
    }
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < 3; i++)
        ofs_capture_close(captures[i]);
}

/* -- fork ---------------------------------------------------------------------------------------------------------- */

static void in_child(struct ofs_capture *capture, struct ofs_frame *held)
{
    struct ofs_frame frame = empty_frame();
    struct ofs_capture *own;
    struct ofs_info info = { .struct_size = sizeof info };
    unsigned char bytes[4];

    alarm(30);
    CHECK_STATUS(ofs_capture_next(capture, OFS_WAIT_FOREVER, &frame), OFS_EINVAL, "fork");
    CHECK_STATUS(ofs_capture_latest(capture, &frame), OFS_EINVAL, "fork");
    CHECK_STATUS(ofs_capture_read(capture, 0, bytes, 4, 0, NULL), OFS_EINVAL, "fork");
    CHECK_STATUS(ofs_capture_shape(capture, &frame), OFS_EINVAL, "fork");
    ofs_capture_reset(capture);
    CHECK_LEVELS(held, 1, 1);
    ofs_frame_release(held, 0);
    ofs_capture_close(capture);
    CHECK_STATUS(ofs_info_get(&info), OFS_OK, NULL);
    CHECK(info.loaded == 1 && info.frames == 0);
    own = open_levels(0, 1, 0);
    CHECK_STATUS(ofs_capture_next(own, 0, &frame), OFS_ETIMEDOUT, "no window");
    ofs_capture_close(own);
    fflush(stderr);
}

/* A child with a display of its own has frames of its own. */
static void draws_in_child(void)
{
    struct window window;
    struct ofs_capture *capture = open_levels(0, 1, 0);
    struct ofs_frame frame = empty_frame();

    dpy = XOpenDisplay(NULL);
    window_open(&window, COMPAT, true, 16, 16);
    show_level(&window, 77);
    CHECK_STATUS(ofs_capture_next(capture, 0, &frame), OFS_OK, NULL);
    CHECK_LEVELS(&frame, 77);
}

static void *fork_while_others(void *argument)
{
    /* The parent's other thread is in the middle of things all the time. */
    while (!work.over) {
        struct ofs_frame frame = empty_frame();
        (void)ofs_capture_next(work.capture, SECOND / 1000, &frame);
        ofs_frame_release(&frame, 0);
    }
    return NULL;
}

static int status_of(pid_t child)
{
    int status = -1;
    CHECK(child > 0 && waitpid(child, &status, 0) == child);
    return status;
}

static void forked(void)
{
    struct window window;
    struct ofs_capture *capture;
    struct ofs_frame held = empty_frame(), frame = empty_frame();
    pthread_t busy;

    window_open(&window, COMPAT, true, 20, 20);
    capture = open_levels(0, 2, 0);
    work.capture = open_levels(0, 2, 0);
    show_level(&window, 1);
    CHECK_STATUS(ofs_capture_next(capture, 0, &held), OFS_OK, NULL);
    pthread_create(&busy, NULL, fork_while_others, NULL);
    for (int i = 0; i < 40; i++) {
        pid_t child;
        show_level(&window, 2 + i);
        child = fork();
        if (child == 0) {
            in_child(capture, &held);
            if (i == 39)
                draws_in_child();
            _exit(checks_failed() > 0);
        }
        CHECK(status_of(child) == 0);
        CHECK_STATUS(ofs_capture_next(capture, 0, &frame), OFS_OK, NULL);
        CHECK_LEVELS(&frame, i ? 1 + i : 1, 2 + i);
        ofs_frame_release(&frame, 0);
    }
    work.over = true;
    pthread_join(busy, NULL);
    CHECK_LEVELS(&held, 1, 1);
    ofs_frame_release(&held, 0);
    ofs_capture_close(work.capture);
    ofs_capture_close(capture);
}

const struct scene scenes_wait[] = {
    { "timeouts", timeouts },       { "woken", woken },   { "threads", threads },
    { "two_drawers", two_drawers }, { "forked", forked }, { NULL, NULL },
};
