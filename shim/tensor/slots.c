/* Slots: see slots.h. */
#include "tensor/slots.h"

#include <pthread.h>
#include <stdlib.h>

#include "tensor/private.h"

struct ofs_slots {
    pthread_mutex_t lock;
    struct ofs_target *target;
    unsigned generation;          /* of the process whose memory this is */
    size_t bytes;
    int users;                    /* the capture, and each slot that is leased */
    uint32_t count, leased;
    struct ofs_slot slots[];
};

static void destroy(struct ofs_slots *slots)
{
    for (uint32_t i = 0; i < slots->count; i++)
        ofs_target_free(slots->target, slots->slots[i].data);
    ofs_target_release(slots->target);
    pthread_mutex_destroy(&slots->lock);
    free(slots);
}

enum ofs_status ofs_slots_create(struct ofs_target *target, uint32_t count, size_t bytes, struct ofs_slots **slots_out)
{
    struct ofs_slots *slots = calloc(1, sizeof *slots + count * sizeof slots->slots[0]);

    if (!slots)
        return OFS_ENOMEM;
    pthread_mutex_init(&slots->lock, NULL);
    slots->target = target;
    ofs_target_acquire(target);
    slots->generation = ofs_tensor_generation;
    slots->bytes = bytes;
    slots->users = 1;
    for (uint32_t i = 0; i < count; i++) {
        slots->slots[i].set = slots;
        slots->slots[i].data = ofs_target_alloc(target, bytes);
        if (!slots->slots[i].data) {
            destroy(slots);
            return OFS_ENOMEM;
        }
        slots->count = i + 1;
    }
    *slots_out = slots;
    return OFS_OK;
}

/* With the lock held, which it gives up. */
static void unuse(struct ofs_slots *slots)
{
    bool last = --slots->users == 0;
    pthread_mutex_unlock(&slots->lock);
    if (last)
        destroy(slots);
}

void ofs_slots_release(struct ofs_slots *slots)
{
    if (!slots)
        return;
    pthread_mutex_lock(&slots->lock);
    unuse(slots);
}

size_t ofs_slots_bytes(const struct ofs_slots *slots) { return slots->bytes; }

struct ofs_slot *ofs_slot_take(struct ofs_slots *slots)
{
    struct ofs_slot *found = NULL;
    pthread_mutex_lock(&slots->lock);
    for (uint32_t i = 0; i < slots->count && !found; i++)
        if (slots->slots[i].refs == 0)
            found = &slots->slots[i];
    if (found)
        found->refs = 1;
    pthread_mutex_unlock(&slots->lock);
    return found;
}

void ofs_slot_drop(struct ofs_slot *slot)
{
    if (!slot)
        return;
    pthread_mutex_lock(&slot->set->lock);
    slot->refs--;
    pthread_mutex_unlock(&slot->set->lock);
}

bool ofs_slot_lease(struct ofs_slot *slot, uint32_t limit)
{
    struct ofs_slots *slots = slot->set;
    bool granted;
    pthread_mutex_lock(&slots->lock);
    granted = slot->leases > 0 || slots->leased < limit;
    if (granted) {
        if (slot->leases++ == 0) {
            slots->leased++;
            slots->users++;
        }
        slot->refs++;
    }
    pthread_mutex_unlock(&slots->lock);
    return granted;
}

void ofs_slot_unlease(struct ofs_slot *slot, uintptr_t stream)
{
    struct ofs_slots *slots = slot->set;
    /* In a forked child this is a copy whose lock may be held by a thread that does not exist here. */
    if (slots->generation != ofs_tensor_generation)
        return;
    ofs_target_order_after(slots->target, stream);
    pthread_mutex_lock(&slots->lock);
    slot->refs--;
    if (--slot->leases == 0) {
        slots->leased--;
        unuse(slots);
        return;
    }
    pthread_mutex_unlock(&slots->lock);
}

const struct ofs_target *ofs_slot_target(const struct ofs_slot *slot) { return slot->set->target; }
