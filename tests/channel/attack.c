#include "attack.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "gym_bridge/channel/learner.h"

void attack_init(struct attack *attack)
{
    attack->learner = make_learner(2, 3, 100);
    attack->bytes = attack->learner->h.total_bytes;
    attack->memory =
        mmap(NULL, attack->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, ofs_learner_descriptor(attack->learner), 0);
    CHECK(attack->memory != MAP_FAILED);
    attack->seat = (struct ofs_channel_seat *)(attack->memory + attack->learner->h.seats_offset);
    attack_restore(attack);
}

void attack_finish(struct attack *attack)
{
    munmap(attack->memory, attack->bytes);
    ofs_learner_destroy(attack->learner);
}

void attack_restore(struct attack *attack)
{
    memcpy(attack->memory, &attack->learner->h, sizeof attack->learner->h);
    memset(attack->seat, 0, sizeof *attack->seat);
    attack->life = ofs_learner_seat_open(attack->learner, 0, -1);
}

static volatile unsigned char sink;

static void touch(const void *bytes, size_t count)
{
    const unsigned char *at = bytes;

    for (size_t i = 0; i < count; i += 64)
        sink = (unsigned char)(sink + at[i]);
    if (count)
        sink = (unsigned char)(sink + at[count - 1]);
}

static void use_places(struct ofs_game *game)
{
    const struct ofs_channel_header *h = ofs_game_header(game);
    const uint32_t rows[] = { 0, h->row_count / 2, h->row_count - 1 };
    size_t bytes;
    unsigned char *place = ofs_game_info(game, &bytes);

    if (place && bytes)
        place[0] = place[bytes - 1] = 1;
    for (size_t i = 0; i < 3; i++) {
        place = ofs_game_row(game, rows[i]);
        if (place)
            place[0] = place[h->row_bytes - 1] = 1;
    }
    CHECK(!ofs_game_row(game, h->row_count));
    place = ofs_game_picture(game, 5000);
    if (place)
        place[0] = place[4999] = 1;
}

enum ofs_status attack_game(struct attack *attack)
{
    char place[64], why[256];
    struct ofs_command command;
    struct ofs_game *game;
    enum ofs_status status;
    int copy = dup(ofs_learner_descriptor(attack->learner));

    snprintf(place, sizeof place, "%d:0:%u", copy, attack->life);
    status = ofs_game_attach(place, &game, why, sizeof why);
    if (status != OFS_OK) {
        CHECK(!game);
        close(copy);
        return status;
    }
    ofs_game_ready(game);
    use_places(game);
    status = ofs_game_wait(game, 0, &command);
    if (status == OFS_OK) {
        CHECK(command.kind >= OFS_COMMAND_STEP && command.kind <= OFS_COMMAND_CALL);
        CHECK(command.event_count <= OFS_CHANNEL_EVENTS && command.row < ofs_game_header(game)->row_count);
        touch(command.events, command.event_count * sizeof command.events[0]);
        touch(command.payload, command.payload_bytes);
        ofs_game_answer(game, &(struct ofs_reply){ .flags = OFS_ANSWER_REWARD, .error = "for the sake of it" });
    }
    ofs_game_leave(game, "good bye");
    return status;
}

enum ofs_status attack_learner(struct attack *attack)
{
    uint32_t seat = 0;
    enum ofs_seat_event event;
    struct ofs_answer answer;
    enum ofs_status status = ofs_learner_wait(attack->learner, &seat, &event, 1, 1, 0, NULL, NULL);

    CHECK(status == OFS_OK || status == OFS_ETIMEDOUT);
    status = ofs_learner_answer(attack->learner, 0, &answer);
    CHECK(answer.error && strlen(answer.error) < OFS_CHANNEL_ERROR);
    if (status != OFS_OK) {
        CHECK(status == OFS_EINVAL && !answer.info && !answer.picture);
        return status;
    }
    CHECK(answer.info_bytes <= attack->learner->h.info_bytes);
    touch(answer.info, answer.info ? answer.info_bytes : 0);
    if (answer.picture)
        touch(answer.picture, 3ull * answer.picture_width_px * answer.picture_height_px);
    (void)ofs_learner_command(attack->learner, 0, &(struct ofs_command){ .kind = OFS_COMMAND_STEP, .frames = 1 });
    return OFS_OK;
}
