/* Rows in CUDA memory, between real processes, with a stand-in for libcuda (fake_cuda.c): who opens them, who fills
 * them, and that they are not freed while anybody has them open. Called with "game PLACE" it is a game. */
#include "rig.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gym_bridge/channel/cuda_ipc.h"

#define ROW_BYTES 1000
#define ROWS      4

/* -- a game -------------------------------------------------------------------------------------------------------- */

static int play(const char *place)
{
    struct ofs_cuda_import *import;
    struct ofs_command command;
    struct ofs_game *game;
    char why[256] = "";

    if (ofs_game_attach(place, &game, why, sizeof why) != OFS_OK)
        return 3;
    if (ofs_cuda_import_open(game, &import, why, sizeof why) != OFS_OK) {
        ofs_game_leave(game, why);
        return 4;
    }
    CHECK(!ofs_game_row(game, 0) && !ofs_cuda_import_row(import, ROWS));
    CHECK(ofs_cuda_import_device(import) == atoi(getenv("EXPECT_DEVICE")));
    ofs_game_ready(game);
    while (ofs_game_wait(game, OFS_WAIT_FOREVER, &command) == OFS_OK) {
        memset(ofs_cuda_import_row(import, command.row), (int)command.seed, ROW_BYTES);
        CHECK(ofs_cuda_import_finish(import, 0, why, sizeof why) == OFS_OK);
        ofs_game_answer(game, &(struct ofs_reply){ .flags = 0 });
    }
    ofs_cuda_import_close(import);
    ofs_game_leave(game, NULL);
    while (getenv("LINGER"))
        pause();
    return 0;
}

/* -- the learner --------------------------------------------------------------------------------------------------- */

static struct ofs_cuda_rows *rows;
static struct ofs_learner *learner;
static char why[256];

static void make(uint32_t seats, int ordinal)
{
    struct ofs_learner_desc desc = { .seats = seats, .rows = ROWS, .row_bytes = ROW_BYTES };
    size_t bytes;

    CHECK(ofs_cuda_rows_create(ordinal, ROWS * ROW_BYTES, &rows, why, sizeof why) == OFS_OK);
    desc.cuda = ofs_cuda_rows_export(rows);
    CHECK(ofs_learner_create(&desc, &learner, why, sizeof why) == OFS_OK);
    CHECK(!ofs_learner_rows(learner, &bytes) && bytes == 0);
    for (size_t i = 0; i < ROWS * ROW_BYTES; i++)
        CHECK(((unsigned char *)ofs_cuda_rows_data(rows))[i] == 0);
}

/* By exec, as games are: CUDA does not live through a fork. */
static struct player start(uint32_t seat)
{
    struct player player;
    char place[64];
    char *arguments[] = { "cuda_rows", "game", place, NULL };
    int fd = dup(ofs_learner_descriptor(learner));

    snprintf(place, sizeof place, "%d:%u:%u", fd, seat, ofs_learner_seat_open(learner, seat, -1));
    CHECK(posix_spawn(&player.process, "/proc/self/exe", NULL, NULL, arguments, environ) == 0);
    close(fd);
    player.gone_fd = (int)syscall(SYS_pidfd_open, player.process, 0);
    ofs_learner_seat_watch(learner, seat, player.gone_fd);
    return player;
}

static void step(uint32_t seat, uint32_t row, unsigned char value)
{
    const struct ofs_command command = { .kind = OFS_COMMAND_STEP, .frames = 1, .row = row, .seed = value };
    const unsigned char *data = ofs_cuda_rows_data(rows);
    enum ofs_seat_event event;

    CHECK(ofs_learner_command(learner, seat, &command) == OFS_OK);
    CHECK(ofs_learner_wait(learner, &seat, &event, 1, 1, LIMIT_NS, NULL, NULL) == OFS_OK && event == OFS_SEAT_ANSWERED);
    for (size_t i = 0; i < ROWS * ROW_BYTES; i++)
        CHECK((data[i] == value) == (i / ROW_BYTES == row));
}

static void finish(void)
{
    ofs_learner_close(learner);
    CHECK(ofs_learner_wait_released(learner, LIMIT_NS) == OFS_OK);
    ofs_cuda_rows_destroy(rows);
    ofs_learner_destroy(learner);
}

/* The device is the same, whatever its number; every game fills its row; all close before the memory is freed. */
static void share(void)
{
    struct player players[3];

    make(3, 1);
    for (uint32_t i = 0; i < 3; i++) {
        setenv("EXPECT_DEVICE", i == 1 ? "0" : "1", 1);
        if (i == 1)
            setenv("FAKE_CUDA_FLIP", "1", 1);
        players[i] = start(i);
        unsetenv("FAKE_CUDA_FLIP");
    }
    wait_ready(learner, 0, 3);
    for (unsigned i = 1; i < 200; i++)
        step(i % 3, i % ROWS, (unsigned char)i);
    finish();
    for (int i = 0; i < 3; i++)
        CHECK(end_player(&players[i]) == 0);
}

/* One that does not close in time is waited for, until it does or is dead; also when its seat has got a new life. */
static void close_handshake(void)
{
    struct player stuck, next, killed, lingering;
    unsigned descriptors = count_descriptors();

    setenv("EXPECT_DEVICE", "0", 1);
    make(3, 0);
    stuck = start(0);
    killed = start(1);
    setenv("LINGER", "1", 1); /* closes, and lives on alone */
    lingering = start(2);
    unsetenv("LINGER");
    wait_ready(learner, 0, 3);
    CHECK(kill(stuck.process, SIGSTOP) == 0 && kill(killed.process, SIGKILL) == 0);
    next = start(0);
    wait_ready(learner, 0, 1);
    step(0, 0, 5);
    ofs_learner_close(learner);
    CHECK(ofs_learner_wait_released(learner, 300000000) == OFS_ETIMEDOUT);
    CHECK(end_player(&next) == 0); /* that one did */
    CHECK(ofs_learner_wait_released(learner, 0) == OFS_ETIMEDOUT);
    kill(stuck.process, SIGKILL);
    finish();
    CHECK(kill(lingering.process, 0) == 0 && kill(lingering.process, SIGKILL) == 0);
    CHECK(WIFSIGNALED(end_player(&lingering)));
    CHECK(WIFSIGNALED(end_player(&stuck)) && WIFSIGNALED(end_player(&killed)));
    CHECK(count_descriptors() == descriptors);
}

/* What cannot be had is said, on both sides. */
static void refusals(void)
{
    struct player player;
    enum ofs_seat_event event;
    struct ofs_answer answer;
    const uint32_t seat = 0;
    int status;

    CHECK(ofs_cuda_rows_create(2, 100, &rows, why, sizeof why) == OFS_ENODEV && strstr(why, "device 2"));
    CHECK(ofs_cuda_rows_create(-1, 100, &rows, why, sizeof why) == OFS_ENODEV);
    setenv("FAKE_CUDA_BYTES", "1000", 1);
    CHECK(ofs_cuda_rows_create(0, 100, &rows, why, sizeof why) == OFS_ENOMEM && strstr(why, "OUT_OF_MEMORY"));
    unsetenv("FAKE_CUDA_BYTES");
    setenv("FAKE_CUDA_NO_IPC", "1", 1);
    CHECK(ofs_cuda_rows_create(0, 100, &rows, why, sizeof why) == OFS_ENOSYS && !rows);
    unsetenv("FAKE_CUDA_NO_IPC");
    make(1, 0); /* a device that the game does not see: it has the last one only */
    setenv("FAKE_CUDA_DEVICES", "1", 1);
    player = start(0);
    unsetenv("FAKE_CUDA_DEVICES");
    CHECK(ofs_learner_wait(learner, &seat, &event, 1, 1, LIMIT_NS, NULL, NULL) == OFS_OK && event == OFS_SEAT_LOST);
    CHECK(ofs_learner_answer(learner, 0, &answer) == OFS_OK && strstr(answer.error, "CUDA_VISIBLE_DEVICES"));
    CHECK(WEXITSTATUS(end_player(&player)) == 4);
    finish();
    ofs_cuda_rows_destroy(NULL);
    ofs_cuda_import_close(NULL);
    if (fork() == 0)
        _exit(ofs_cuda_rows_create(0, 100, &rows, why, sizeof why) == OFS_ENODEV ? 0 : 1);
    CHECK(wait(&status) > 0 && status == 0);
}

static void no_driver(void)
{
    if (dlopen("libcuda.so.1", RTLD_LAZY)) {
        puts("here is an NVIDIA driver");
        exit(77);
    }
    CHECK(ofs_cuda_rows_create(0, 100, &rows, why, sizeof why) == OFS_ENOSYS && strstr(why, "libcuda"));
}

static const struct scene scenes[] = {
    { "share", share }, { "close_handshake", close_handshake }, { "refusals", refusals }, { "no_driver", no_driver },
    { NULL, NULL },
};

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "game") == 0)
        return play(argv[2]);
    return run_scene(scenes, argc, argv);
}
