/* The learner's end: makes the memory and takes it away. */
#include "learner.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

static bool describe(struct ofs_channel_header *h, const struct ofs_learner_desc *desc, char *why, size_t why_bytes)
{
    if (desc->seats < 1 || desc->seats > OFS_CHANNEL_SEATS || desc->rows < 1 || desc->rows > OFS_CHANNEL_ROWS) {
        ofs_channel_say(why, why_bytes, "%u seats and %u rows: seats are 1 to %u, rows 1 to %u", desc->seats,
                        desc->rows, OFS_CHANNEL_SEATS, OFS_CHANNEL_ROWS);
        return false;
    }
    if (desc->plan_bytes > OFS_CHANNEL_PLAN || (desc->plan_bytes && !desc->plan)) {
        ofs_channel_say(why, why_bytes, "a description of observations of %u bytes: there is room for %u",
                        desc->plan_bytes, OFS_CHANNEL_PLAN);
        return false;
    }
    *h = (struct ofs_channel_header){ .magic = OFS_CHANNEL_MAGIC,
                                      .version = OFS_CHANNEL_VERSION,
                                      .seat_count = desc->seats,
                                      .row_count = desc->rows,
                                      .row_bytes = desc->row_bytes,
                                      .picture_bytes = desc->picture_bytes,
                                      .payload_bytes = desc->payload_bytes,
                                      .info_bytes = desc->info_bytes,
                                      .learner = getpid(),
                                      .learner_namespace = ofs_channel_namespace(),
                                      .plan_bytes = desc->plan_bytes,
                                      .window = desc->window };
    if (desc->cuda) {
        h->device = OFS_CHANNEL_CUDA_IPC;
        h->cuda_device = desc->cuda->device;
        memcpy(h->cuda_uuid, desc->cuda->uuid, sizeof h->cuda_uuid);
        memcpy(h->cuda_handle, desc->cuda->handle, sizeof h->cuda_handle);
    }
    if (desc->plan_bytes)
        memcpy(h->plan, desc->plan, desc->plan_bytes);
    if (!ofs_channel_lay_out(h, (uint64_t)sysconf(_SC_PAGESIZE))) {
        ofs_channel_say(
            why, why_bytes, "%u seats, %u rows of %llu bytes and pictures of %llu bytes are more than can be shared",
            desc->seats, desc->rows, (unsigned long long)desc->row_bytes, (unsigned long long)desc->picture_bytes);
        return false;
    }
    return true;
}

/* What the machine could still give, in bytes. Asking for more ends in the kernel killing a process, not in an
 * error. */
static uint64_t memory_available(void)
{
    unsigned long long kib = 0;
    char line[128];
    FILE *file = fopen("/proc/meminfo", "re");
    bool found = false;

    if (!file)
        return UINT64_MAX;
    while (!found && fgets(line, sizeof line, file))
        found = sscanf(line, "MemAvailable: %llu kB", &kib) == 1;
    fclose(file);
    return found ? kib * 1024 : UINT64_MAX;
}

static enum ofs_status no_room(const struct ofs_channel_header *h, const char *reason, char *why, size_t why_bytes)
{
    ofs_channel_say(why, why_bytes, "no room for %llu MiB of shared memory (%u seats, %u rows of %llu bytes): %s",
                    (unsigned long long)((h->pictures_offset + 1048575) >> 20), h->seat_count, h->row_count,
                    (unsigned long long)h->row_bytes, reason);
    return OFS_ENOMEM;
}

/* Kernels from 6.3 on want to hear that nothing in it will be executed; older ones refuse the word. */
static int make_memfd(void)
{
    const unsigned noexec_seal = 8u;
    int fd = memfd_create("offstage", MFD_CLOEXEC | MFD_ALLOW_SEALING | noexec_seal);

    if (fd < 0 && errno == EINVAL)
        fd = memfd_create("offstage", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    return fd;
}

/* All memory but the pictures' is taken now, so that none is missing later, when that would be a SIGBUS. */
static enum ofs_status make_memory(struct ofs_learner *learner, char *why, size_t why_bytes)
{
    const struct ofs_channel_header *h = &learner->h;
    const int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
    struct rlimit limit;
    void *memory;

    if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY && limit.rlim_cur < h->total_bytes)
        return no_room(h, "files are limited to less (ulimit -f)", why, why_bytes);
    if (h->pictures_offset > memory_available())
        return no_room(h, "this machine has not so much left", why, why_bytes);
    learner->descriptor = make_memfd();
    if (learner->descriptor < 0) {
        ofs_channel_say(why, why_bytes, "memfd_create failed: %s", strerror(errno));
        return errno == ENOSYS ? OFS_ENOSYS : OFS_ENOMEM;
    }
    if (ftruncate(learner->descriptor, (off_t)h->total_bytes) < 0 ||
        fallocate(learner->descriptor, 0, 0, (off_t)h->pictures_offset) < 0 ||
        fcntl(learner->descriptor, F_ADD_SEALS, seals) < 0)
        return no_room(h, strerror(errno), why, why_bytes);
    memory = mmap(NULL, h->total_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, learner->descriptor, 0);
    if (memory == MAP_FAILED)
        return no_room(h, strerror(errno), why, why_bytes);
    learner->memory = memory;
    learner->shared = memory;
    *learner->shared = *h;
    return OFS_OK;
}

/* Of a container that may use less than it sees: "200000 100000" are two cores. */
static uint32_t cores_of_quota(void)
{
    FILE *file = fopen("/sys/fs/cgroup/cpu.max", "re");
    unsigned long long quota = 0, period = 0;
    bool found = file && fscanf(file, "%llu %llu", &quota, &period) == 2 && quota > 0 && period > 0;

    if (file)
        fclose(file);
    return found && quota / period < UINT32_MAX ? (uint32_t)((quota + period - 1) / period) : UINT32_MAX;
}

static uint32_t count_cores(void)
{
    uint32_t cores, quota = cores_of_quota();
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    cpu_set_t set;

    cores = online > 0 ? (uint32_t)online : 1;
    if (sched_getaffinity(0, sizeof set, &set) == 0)
        cores = (uint32_t)CPU_COUNT(&set);
    return cores < quota ? cores : quota;
}

enum ofs_status ofs_learner_create(const struct ofs_learner_desc *desc, struct ofs_learner **learner_out, char *why,
                                   size_t why_bytes)
{
    int saved = errno;
    enum ofs_status status = OFS_ENOMEM;
    struct ofs_learner *learner = calloc(1, sizeof *learner);

    *learner_out = NULL;
    if (!learner)
        goto out;
    learner->descriptor = -1;
    learner->creator = getpid();
    learner->cores = count_cores();
    learner->forced_learner_ns = learner->forced_game_ns = UINT32_MAX;
    if (!describe(&learner->h, desc, why, why_bytes)) {
        status = OFS_EINVAL;
        goto out;
    }
    learner->places = calloc(desc->seats, sizeof learner->places[0]);
    learner->polled = calloc(desc->seats, sizeof learner->polled[0]);
    learner->errors = calloc(desc->seats, sizeof learner->errors[0]);
    learner->ghosts = desc->cuda ? calloc(desc->seats, sizeof learner->ghosts[0]) : NULL;
    if (!learner->places || !learner->polled || !learner->errors || (desc->cuda && !learner->ghosts)) {
        ofs_channel_say(why, why_bytes, "out of memory");
        goto out;
    }
    for (uint32_t i = 0; i < desc->seats; i++)
        learner->places[i].gone_fd = -1;
    status = make_memory(learner, why, why_bytes);
    if (status == OFS_OK) {
        *learner_out = learner;
        learner = NULL;
    }
out:
    ofs_learner_destroy(learner);
    errno = saved;
    return status;
}

void ofs_learner_close(struct ofs_learner *learner)
{
    learner->closed = true;
    if (!learner->memory || getpid() != learner->creator)
        return;
    ofs_store(&learner->shared->closing, 1);
    for (uint32_t i = 0; i < learner->h.seat_count; i++)
        ofs_futex_wake(&ofs_learner_seat(learner, i)->command, INT_MAX);
}

void ofs_learner_destroy(struct ofs_learner *learner)
{
    int saved = errno;

    if (!learner)
        return;
    ofs_learner_close(learner);
    if (learner->memory)
        munmap(learner->memory, learner->h.total_bytes);
    if (learner->descriptor >= 0)
        close(learner->descriptor);
    free(learner->places);
    free(learner->polled);
    ofs_learner_forget_ghosts(learner);
    free(learner->ghosts);
    free(learner->errors);
    free(learner);
    errno = saved;
}

int ofs_learner_descriptor(const struct ofs_learner *learner) { return learner->descriptor; }

unsigned char *ofs_learner_rows(const struct ofs_learner *learner, size_t *bytes_out)
{
    *bytes_out = ofs_channel_row_bytes_here(&learner->h);
    return learner->h.device != OFS_CHANNEL_HOST ? NULL : learner->memory + learner->h.rows_offset;
}

void ofs_learner_force_spin(struct ofs_learner *learner, uint32_t learner_ns, uint32_t game_ns)
{
    learner->forced_learner_ns = learner_ns;
    learner->forced_game_ns = game_ns;
    learner->spinner = (struct ofs_spinner){ 0, 0 };
}
