/* The game's end without a program around it, for sanitizers: two threads show frames of one window, which is destroyed now
 * and then, a third those of another; others report, and write to the X server; a learner plays meanwhile. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "capture/capture.h"
#include "gym_bridge/channel/channel.h"
#include "lockstep/lockstep.h"
#include "tensor/tensor.h"
#include "x11/inject.h"
#include "x11/input.h"
#include "x11/serve.h"

#define SIDE  24
#define STEPS 1500

static _Atomic bool over;
static _Atomic unsigned level, window = 1, closes;
static _Atomic uint64_t now_ns = 1000000000000ull;
static int failures, x_fd;

#define CHECK(condition)                                                            \
    do {                                                                            \
        if (!(condition) && failures++ < 20)                                        \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition); \
    } while (0)

/* -- the process around it ----------------------------------------------------------------------------------------- */

static bool software(void) { return true; }
static uint64_t no_context(void) { return 0; }
static bool beside(const char *name, char *path, size_t size) { return false; }
static void *open_library(const char *path, int mode) { return NULL; }
static void *find_symbol(void *handle, const char *name) { return NULL; }
static void *get_proc(const char *name) { return NULL; }
static bool no_key(const char *name, bool down) { return true; }
static bool no_motion(int x, int y) { return true; }
static bool no_button(int number, bool down) { return true; }
static bool no_resize(uint32_t width, uint32_t height) { return true; }

static void request_close(void)
{
    closes++;
    over = true;
}

static const struct ofs_tensor_host tensor_host = { software, no_context, beside, open_library, find_symbol };
static const struct ofs_lockstep_host lockstep_host = { request_close, NULL, find_symbol };
static struct ofs_capture_host capture_host = { .get_proc = get_proc,
                                                .request_close = request_close,
                                                .key = no_key,
                                                .motion = no_motion,
                                                .button = no_button,
                                                .resize = no_resize,
                                                .done = ofs_lockstep_frame,
                                                .gone = ofs_lockstep_gone };

static uint64_t virtual_ns(void) { return now_ns; }
static void connected(void) {}
static const struct ofs_inject_clock x_clock = { .virtual_ns = virtual_ns, .connected = connected };

/* -- the game ------------------------------------------------------------------------------------------------------ */

static void show(uint32_t id)
{
    static __thread unsigned char pixels[SIDE * SIDE * 4];
    struct ofs_shown shown = {
        .window = id, .width_px = SIDE, .height_px = SIDE, .sequence = 1, .bgrx = pixels, .pitch_bytes = SIDE * 4
    };
    memset(pixels, (int)(++level % 251), sizeof pixels);
    ofs_capture_shown(&shown);
    now_ns += 20000000;
    ofs_inject_tick();
}

static void *draw(void *arg)
{
    for (unsigned i = 0; !over; i++) {
        show(window);
        if (arg && i % 64 == 63)
            ofs_capture_gone(window++);
    }
    return NULL;
}

static void *draw_another(void *arg)
{
    while (!over) {
        show(1000000);
        usleep(200);
    }
    return NULL;
}

static void *report(void *arg)
{
    while (!over) {
        struct ofs_report report = {
            .struct_size = sizeof report, .flags = OFS_REPORT_REWARD, .reward = 1, .info = "{}"
        };
        char why[100];
        (void)ofs_lockstep_report(&report, why, sizeof why);
        (void)ofs_lockstep_played();
        usleep(100);
    }
    return NULL;
}

/* A client that asks for nothing but its connection. */
static void *write_x(void *arg)
{
    static const unsigned char hello[12] = { 'l', 0, 11 }, no_operation[4] = { 127, 0, 1 };
    char answer[4096];
    (void)!write(x_fd, hello, sizeof hello);
    ofs_inject_settle(x_fd);
    CHECK(recv(x_fd, answer, sizeof answer, MSG_DONTWAIT) > 8 && answer[0] == 1); /* it is there already */
    while (!over) {
        (void)!write(x_fd, no_operation, sizeof no_operation);
        if (ofs_inject_is_x(x_fd))
            ofs_inject_settle(x_fd);
        (void)ofs_input_key("Left", true);
        (void)ofs_input_key("Left", false);
    }
    return NULL;
}

static const char *turn(void *context, const struct ofs_turn *turn) { return turn->seed == 3 ? "three" : NULL; }

/* -- the learner --------------------------------------------------------------------------------------------------- */

static struct ofs_learner *learner;
static double rewards;

static void command(const struct ofs_command *command, bool seen)
{
    uint32_t seat = 0;
    enum ofs_seat_event event = OFS_SEAT_BUSY;
    struct ofs_answer answer;
    size_t bytes;
    const unsigned char *row = ofs_learner_rows(learner, &bytes);
    CHECK(ofs_learner_command(learner, 0, command) == OFS_OK);
    CHECK(ofs_learner_wait(learner, &seat, &event, 1, 1, 30000000000ull, NULL, NULL) == OFS_OK &&
          event == OFS_SEAT_ANSWERED);
    CHECK(ofs_learner_answer(learner, 0, &answer) == OFS_OK);
    CHECK(!(answer.flags & OFS_ANSWER_FAILED) || command->seed == 3);
    rewards += answer.reward;
    for (size_t i = 1; seen && i < bytes; i++)
        if (row[i] != row[0]) {
            CHECK(!"the observation is torn");
            break;
        }
}

static void learn(void)
{
    static const struct ofs_channel_event events[] = { { OFS_EVENT_KEY, 0, 'a', 1, 0 },
                                                       { OFS_EVENT_KEY, 1, 'a', 0, 0 },
                                                       { OFS_EVENT_MOTION, 1, 0, 3, -2 } };
    for (uint32_t i = 0; i < STEPS; i++) {
        uint32_t frames = 1 + i % 3;
        command(&(struct ofs_command){ .kind = OFS_COMMAND_STEP,
                                       .frames = frames,
                                       .events = events,
                                       .event_count = i % 4 == 0   ? 0
                                                      : frames > 1 ? 3
                                                                   : 1 },
                true);
        if (i % 50 == 7)
            command(&(struct ofs_command){ .kind = OFS_COMMAND_OBSERVE, .flags = OFS_COMMAND_FIRST }, true);
        if (i % 50 == 9)
            command(
                &(struct ofs_command){
                    .kind = OFS_COMMAND_RESET, .frames = 1, .seed = i % 5, .flags = OFS_COMMAND_BLIND },
                false);
        if (i % 50 == 11)
            command(&(struct ofs_command){ .kind = OFS_COMMAND_PICTURE }, false);
    }
}

int main(int argc, char **argv)
{
    struct ofs_plan_desc plan = { .struct_size = sizeof plan, .width_px = 4, .height_px = 4 };
    struct ofs_learner_desc desc = { .seats = 1,
                                     .rows = 1,
                                     .row_bytes = 16,
                                     .info_bytes = 64,
                                     .picture_bytes = 1 << 16,
                                     .plan = &plan,
                                     .plan_bytes = sizeof plan,
                                     .window = OFS_WINDOW_FIRST };
    void *(*const threads[])(void *) = { draw, draw, draw_another, report, write_x };
    pthread_t ids[5];
    char why[256] = "", place[64];
    uint32_t seat = 0;
    enum ofs_seat_event event;

    if (ofs_learner_create(&desc, &learner, why, sizeof why) != OFS_OK) {
        fprintf(stderr, "%s\n", why);
        return 1;
    }
    snprintf(place, sizeof place, "%d:0:%u", dup(ofs_learner_descriptor(learner)),
             ofs_learner_seat_open(learner, 0, -1));
    setenv("OFFSTAGE_CHANNEL", place, 1);
    ofs_tensor_init(&tensor_host);
    capture_host.sink = ofs_tensor_sink();
    ofs_capture_init(&capture_host);
    ofs_lockstep_init(&lockstep_host);
    ofs_lockstep_on_turn(turn, NULL);
    ofs_inject_set_clock(&x_clock);
    x_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (ofs_x11_attach(x_fd) != OFS_OK)
        return 1;
    for (size_t i = 0; i < 5; i++)
        pthread_create(&ids[i], NULL, threads[i], i == 1 ? &failures : NULL);
    CHECK(ofs_learner_wait(learner, &seat, &event, 1, 1, 30000000000ull, NULL, NULL) == OFS_OK);
    learn();
    CHECK(rewards > 0);
    ofs_learner_close(learner);
    for (size_t i = 0; i < 5; i++)
        pthread_join(ids[i], NULL);
    CHECK(closes >= 1 && !ofs_lockstep_played());
    return failures != 0;
}
