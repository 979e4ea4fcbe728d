/* Memory for observations: equal slots, each free, in use by its capture, leased, or both. The set lives until its capture
 * and every lease have let go of it. Any thread. */
#ifndef OFS_TENSOR_SLOTS_H
#define OFS_TENSOR_SLOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/status.h"

struct ofs_target;
struct ofs_slots;

struct ofs_slot {
    struct ofs_slots *set;
    void *data;                   /* in the target's memory */
    int refs;                     /* capture's and leases'; 0 = free. Guarded by the set's lock, as is the next one */
    int leases;
};

/* `count` slots of `bytes` in the target's memory. The target is referenced for as long as the set lives. */
OFS_MUST_USE enum ofs_status ofs_slots_create(struct ofs_target *target, uint32_t count, size_t bytes,
                                              struct ofs_slots **slots_out);
void ofs_slots_release(struct ofs_slots *slots); /* by the capture; accepts NULL */

size_t ofs_slots_bytes(const struct ofs_slots *slots);

/* A free slot, now the capture's; NULL if there is none. */
struct ofs_slot *ofs_slot_take(struct ofs_slots *slots);
void ofs_slot_drop(struct ofs_slot *slot); /* the capture's use ends; accepts NULL */

/* One more lease of a slot that the capture uses. False, and none is added, when `limit` slots are leased already. */
bool ofs_slot_lease(struct ofs_slot *slot, uint32_t limit);
/* `stream`: for CUDA memory, the stream whose queued work still reads it. */
void ofs_slot_unlease(struct ofs_slot *slot, uintptr_t stream);

const struct ofs_target *ofs_slot_target(const struct ofs_slot *slot);

#endif
