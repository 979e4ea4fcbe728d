/* Leases: see native.h. */
#include "native.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

struct ofs_lease {
    _Atomic int refs;
    pid_t pid;
    struct ofs_frame frame;
};

struct ofs_lease *ofs_lease_create(struct ofs_frame *take_frame)
{
    struct ofs_lease *lease = malloc(sizeof *lease);
    if (!lease) {
        ofs_frame_release(take_frame, 0);
        return NULL;
    }
    atomic_init(&lease->refs, 1);
    lease->pid = getpid();
    lease->frame = *take_frame;
    return lease;
}

struct ofs_lease *ofs_lease_ref(struct ofs_lease *lease)
{
    atomic_fetch_add_explicit(&lease->refs, 1, memory_order_relaxed);
    return lease;
}

const struct ofs_frame *ofs_lease_frame(const struct ofs_lease *lease) { return &lease->frame; }

void ofs_lease_unref(struct ofs_lease *lease, uintptr_t stream)
{
    if (!lease || atomic_fetch_sub_explicit(&lease->refs, 1, memory_order_acq_rel) != 1)
        return;
    /* A forked child has a copy of the lease, and the frame stays its parent's. */
    if (lease->pid == getpid())
        ofs_frame_release(&lease->frame, stream);
    free(lease);
}
