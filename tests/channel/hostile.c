/* A memory that is corrupt, foreign, or none; places that are none; numbers at their extremes while the channel is in
 * use. */
#include "attack.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "gym_bridge/channel/learner.h"

static void check_place(const char *place, enum ofs_status expected)
{
    char why[256] = "";
    struct ofs_game *game = (struct ofs_game *)why;

    CHECK(ofs_game_attach(place, &game, why, sizeof why) == expected);
    CHECK(!game && strlen(why) > 10 && strlen(why) < 200);
}

static void places(void)
{
    static const char *const bad[] = {
        "",
        "3",
        "3:",
        "3:0",
        "3:0:",
        ":::",
        "3:0:0",
        "-1:0:1",
        "3:-1:1",
        "3:0:-1",
        "+3:0:1",
        " 3:0:1",
        "3:0:1x",
        "3:0:1:",
        "3:0: 1",
        "0x3:0:1",
        "999999:0:1",
        "2147483648:0:1",
        "99999999999999999999999999:0:1",
        "3:4096:1",
        "3:99999999999999999999:1",
        "3:0:1073741824",
        "3:0:18446744073709551617",
        "three:zero:one",
        "\xff:\xff:\xff",
    };
    char long_one[5000];

    check_place(NULL, OFS_EINVAL);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        check_place(bad[i], OFS_EINVAL);
    memset(long_one, '7', sizeof long_one - 1);
    long_one[sizeof long_one - 1] = 0;
    check_place(long_one, OFS_EINVAL);
}

static void check_descriptor(int fd, uint32_t seat, uint32_t life, enum ofs_status expected)
{
    char place[64];
    int flags = fcntl(fd, F_GETFD);

    snprintf(place, sizeof place, "%d:%u:%u", fd, seat, life);
    check_place(place, expected);
    if (expected == OFS_EINVAL)
        CHECK(fcntl(fd, F_GETFD) == flags); /* what is not ours stays as it is */
    close(fd);
}

static int memory_of(const void *bytes, size_t count, int seals)
{
    int fd = memfd_create("other", MFD_ALLOW_SEALING);

    CHECK(fd >= 0 && write(fd, bytes, count) == (ssize_t)count);
    CHECK(fcntl(fd, F_ADD_SEALS, seals) == 0);
    return fd;
}

static void descriptors(void)
{
    struct attack attack;
    unsigned before = count_descriptors(), mappings = count_mappings();
    const int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
    int ends[2];

    check_descriptor(open("/", O_RDONLY | O_DIRECTORY), 0, 1, OFS_EINVAL);
    CHECK(pipe(ends) == 0);
    check_descriptor(ends[0], 0, 1, OFS_EINVAL);
    check_descriptor(ends[1], 0, 1, OFS_EINVAL);
    check_descriptor(open("/proc/self/exe", O_RDONLY), 0, 1, OFS_EINVAL);
    check_descriptor(open("/dev/null", O_RDWR), 0, 1, OFS_EINVAL);
    check_descriptor(memory_of("", 0, seals), 0, 1, OFS_EINVAL);
    check_descriptor(memory_of("hello", 5, seals), 0, 1, OFS_EINVAL);
    check_place("1000:0:1", OFS_EINVAL); /* closed */
    attack_init(&attack);
    CHECK(attack.life == 1);
    check_descriptor(memory_of(attack.memory, attack.bytes, 0), 0, 1, OFS_EINVAL);
    check_descriptor(memory_of(attack.memory, attack.bytes, F_SEAL_GROW | F_SEAL_SEAL), 0, 1, OFS_EINVAL);
    check_descriptor(memory_of(attack.memory, attack.bytes, seals | F_SEAL_WRITE), 0, 1, OFS_EINVAL);
    check_descriptor(memory_of(attack.memory, attack.bytes - 4096, seals), 0, 1, OFS_EINVAL);
    check_descriptor(memory_of(attack.memory, sizeof(struct ofs_channel_header), seals), 0, 1, OFS_EINVAL);
    check_descriptor(memory_of(attack.memory, sizeof(struct ofs_channel_header) - 1, seals), 0, 1, OFS_EINVAL);
    check_descriptor(memory_of(attack.memory, attack.bytes, seals), 2, 1, OFS_EINVAL); /* no such seat */
    check_descriptor(memory_of(attack.memory, attack.bytes, seals), 0, 2, OFS_EPEER);
    check_descriptor(memory_of(attack.memory, attack.bytes, seals), 1, 1, OFS_EPEER);
    attack.learner->shared->learner = 0x3fffffff; /* no such process */
    check_descriptor(dup(ofs_learner_descriptor(attack.learner)), 0, 1, OFS_EPEER);
    attack_finish(&attack);
    CHECK(count_descriptors() == before);
    CHECK(count_mappings() == mappings);
}

static const uint64_t extremes[] = {
    0,
    1,
    2,
    3,
    63,
    64,
    65,
    127,
    128,
    255,
    256,
    257,
    511,
    512,
    4095,
    4096,
    4097,
    65535,
    65536,
    65537,
    0x7fffffff,
    0x80000000,
    0x80000001,
    0xfffffffe,
    0xffffffff,
    0x100000000,
    0x7fffffffffffffff,
    0x8000000000000000,
    0xfffffffffffff000,
    0xffffffffffffffff,
};
#define EXTREMES (sizeof extremes / sizeof extremes[0])

/* Every number of the header, at each of its 4-byte places, as 4 and as 8 bytes, at the extremes and near what it
 * was. */
static void headers(void)
{
    struct attack attack;
    unsigned accepted = 0, refused = 0;

    attack_init(&attack);
    CHECK(attack_game(&attack) == OFS_ETIMEDOUT);
    for (size_t at = 0; at < sizeof(struct ofs_channel_header); at += 4) {
        for (size_t i = 0; i < 2 * (EXTREMES + 4); i++) {
            size_t width = i % 2 ? 8 : 4, which = i / 2;
            uint64_t value = 0;

            attack_restore(&attack);
            if (at + width > sizeof(struct ofs_channel_header))
                continue;
            memcpy(&value, attack.memory + at, width);
            value = which < EXTREMES        ? extremes[which]
                    : which == EXTREMES     ? value + 1
                    : which == EXTREMES + 1 ? value - 1
                    : which == EXTREMES + 2 ? value * 2
                                            : value / 2;
            memcpy(attack.memory + at, &value, width);
            if (attack_game(&attack) == OFS_EINVAL)
                refused++;
            else
                accepted++;
        }
    }
    CHECK(refused > 500 && accepted > 500);
    attack_restore(&attack);
    attack.learner->shared->magic++;
    CHECK(attack_game(&attack) == OFS_EINVAL);
    attack_restore(&attack);
    attack.learner->shared->version++;
    CHECK(attack_game(&attack) == OFS_EINVAL);
    attack_finish(&attack);
}

/* Every number of the seat while a game is there and a command is under way. */
static void seats(void)
{
    struct attack attack;
    const struct ofs_channel_event event = { .kind = OFS_EVENT_KEY };
    const struct ofs_command command = {
        .kind = OFS_COMMAND_STEP, .frames = 1, .events = &event, .event_count = 1, .payload = "x", .payload_bytes = 1
    };
    unsigned nonsense = 0, fine = 0;

    attack_init(&attack);
    for (size_t at = 0; at < offsetof(struct ofs_channel_seat, events) + 64; at += 4) {
        for (size_t i = 0; i < EXTREMES; i++) {
            for (unsigned moment = 0; moment < 3; moment++) {
                uint64_t value = extremes[i];
                uint32_t *word = (uint32_t *)((unsigned char *)attack.seat + at);

                attack_restore(&attack);
                attack.seat->process = -1;
                if (moment == 0) { /* before the game comes */
                    memcpy(word, &value, 4);
                    (void)attack_game(&attack);
                    continue;
                }
                attack.seat->state = ofs_state_word(attack.life, OFS_SEAT_READY);
                CHECK(ofs_learner_command(attack.learner, 0, &command) == OFS_OK);
                if (moment == 1) { /* between command and game */
                    attack.seat->state = ofs_state_word(attack.life, OFS_SEAT_EMPTY);
                    memcpy(word, &value, 4);
                    (void)attack_game(&attack);
                } else { /* the answer */
                    attack.seat->answer++;
                    attack.seat->answer_flags = OFS_ANSWER_INFO | OFS_ANSWER_FAILED;
                    attack.seat->picture_width_px = 7;
                    attack.seat->picture_height_px = 5;
                    memset(attack.seat->error, 'e', sizeof attack.seat->error);
                    memcpy(word, &value, 4);
                }
                if (attack_learner(&attack) == OFS_EINVAL)
                    nonsense++;
                else
                    fine++;
            }
        }
    }
    CHECK(nonsense > 100 && fine > 1000);
    attack_finish(&attack);
}

/* Sizes of pictures whose product is small when it is cut off. */
static void pictures(void)
{
    static const uint32_t sizes[][2] = {
        { 65536, 65536 },           { 0x55555556, 1 }, { 1, 0x55555556 }, { 0x80000000, 2 }, { 65537, 65537 },
        { 0xffffffff, 0xffffffff }, { 1, 34134 },      { 34134, 1 },      { 185, 185 },
    };
    struct attack attack;
    struct ofs_answer answer;

    attack_init(&attack);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        attack_restore(&attack);
        attack.seat->state = ofs_state_word(attack.life, OFS_SEAT_READY);
        attack.seat->picture_width_px = sizes[i][0];
        attack.seat->picture_height_px = sizes[i][1];
        CHECK(ofs_learner_answer(attack.learner, 0, &answer) == OFS_EINVAL && !answer.picture);
    }
    attack.seat->picture_width_px = attack.seat->picture_height_px = 184; /* in 100,000 bytes and what fills the page */
    CHECK(ofs_learner_answer(attack.learner, 0, &answer) == OFS_OK && answer.picture);
    attack_finish(&attack);
}

/* Bytes at random: headers alone, then all that is written, while it is used. */
static void noise(void)
{
    struct attack attack;
    uint64_t random = 20261121;

    attack_init(&attack);
    for (unsigned i = 0; i < 200000; i++) {
        struct ofs_channel_header h = attack.learner->h;
        unsigned char *bytes = (unsigned char *)&h;

        for (uint64_t k = next_random(&random) % 8; k > 0; k--)
            bytes[8 + next_random(&random) % 80] = (unsigned char)next_random(&random);
        if (ofs_channel_check(&h, h.total_bytes, 4096))
            continue;
        CHECK(h.seats_offset + h.seat_count * h.seat_bytes <= h.total_bytes);
        CHECK(h.rows_offset + h.row_count * h.row_bytes <= h.total_bytes);
        CHECK(h.pictures_offset + h.seat_count * h.picture_bytes <= h.total_bytes);
    }
    for (unsigned i = 0; i < 20000; i++) {
        unsigned char *target = i % 2 ? (unsigned char *)attack.seat : attack.memory;
        size_t range = i % 2 ? sizeof *attack.seat + 512 : sizeof(struct ofs_channel_header);

        attack_restore(&attack);
        attack.seat->process = -1;
        attack.seat->state = ofs_state_word(attack.life, i % 3 ? OFS_SEAT_READY : OFS_SEAT_EMPTY);
        (void)attack_learner(&attack);
        for (uint64_t k = next_random(&random) % 64; k > 0; k--)
            target[next_random(&random) % range] = (unsigned char)next_random(&random);
        (void)attack_game(&attack);
        (void)attack_learner(&attack);
    }
    attack_finish(&attack);
}

static const struct scene scenes[] = {
    { "places", places }, { "descriptors", descriptors }, { "headers", headers },
    { "seats", seats },   { "pictures", pictures },       { "noise", noise },
    { NULL, NULL },
};

int main(int argc, char **argv) { return run_scene(scenes, argc, argv); }
