/* libFuzzer: one byte says who is attacked, the others are written over the header or the seat. */
#include "attack.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct attack attack;
    unsigned char *target;
    size_t range;

    if (!attack.memory)
        attack_init(&attack);
    if (size < 3)
        return 0;
    attack_restore(&attack);
    attack.seat->process = -1;
    attack.seat->state = ofs_state_word(attack.life, data[0] & 1 ? OFS_SEAT_READY : OFS_SEAT_EMPTY);
    if (data[0] & 2)
        (void)attack_learner(&attack); /* gives a command when it can */
    target = data[0] & 4 ? (unsigned char *)attack.seat : attack.memory;
    range = data[0] & 4 ? sizeof *attack.seat + 1024 : sizeof(struct ofs_channel_header);
    if (data[1] < range && size - 2 <= range - data[1])
        memcpy(target + data[1], data + 2, size - 2);
    if (data[0] & 8)
        (void)attack_game(&attack);
    (void)attack_learner(&attack);
    return 0;
}
