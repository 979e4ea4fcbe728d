/* plan.h for Python's ctypes: a shared library for tests and benchmarks, and for nothing else. */
#include "kernels/plan.h"

#include <string.h>

#define EXPORT __attribute__((visibility("default")))

EXPORT const char *probe_backend(unsigned i);
EXPORT struct ofs_plan *probe_create(const char *backend, const struct ofs_plan_desc *desc);
EXPORT void probe_destroy(struct ofs_plan *plan);
EXPORT size_t probe_bytes(const struct ofs_plan *plan);
EXPORT void probe_run(const struct ofs_plan *plan, const unsigned char *pixels, ptrdiff_t pitch_bytes,
                      const unsigned char *previous, ptrdiff_t previous_pitch_bytes, uint32_t index, void *out);

const char *probe_backend(unsigned i)
{
    const struct ofs_kernel_backend *backend = ofs_kernel_backend_at(i);

    return backend ? ofs_kernel_backend_name(backend) : NULL;
}

struct ofs_plan *probe_create(const char *backend, const struct ofs_plan_desc *desc)
{
    for (unsigned i = 0; probe_backend(i); i++) {
        if (!strcmp(probe_backend(i), backend))
            return ofs_plan_create(desc, ofs_kernel_backend_at(i));
    }
    return NULL;
}

void probe_destroy(struct ofs_plan *plan) { ofs_plan_destroy(plan); }

size_t probe_bytes(const struct ofs_plan *plan) { return ofs_plan_bytes(plan); }

void probe_run(const struct ofs_plan *plan, const unsigned char *pixels, ptrdiff_t pitch_bytes,
               const unsigned char *previous, ptrdiff_t previous_pitch_bytes, uint32_t index, void *out)
{
    struct ofs_plan_source source = { pixels, pitch_bytes, previous, previous_pitch_bytes };

    ofs_plan_run(plan, &source, index, out);
}
