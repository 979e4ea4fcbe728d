/* Which backends are compiled in, and which of them this processor runs. */
#include "plan_tables.h"

static bool always(void) { return true; }

#if defined(__x86_64__) || defined(__i386__)
static bool has_avx2(void) { return __builtin_cpu_supports("avx2"); } /* asks for the system's support as well */
static bool has_sse41(void) { return __builtin_cpu_supports("sse4.1"); }
#endif

static const struct {
    const struct ofs_kernel_backend *backend;
    bool (*runs_here)(void);
} backends[] = {
#if defined(__x86_64__) || defined(__i386__)
    { &ofs_backend_avx2, has_avx2 },
    { &ofs_backend_sse41, has_sse41 },
#elif defined(__aarch64__)
    { &ofs_backend_neon, always }, /* every AArch64 processor has it */
#endif
    { &ofs_backend_scalar, always },
};

const struct ofs_kernel_backend *ofs_kernel_backend_at(unsigned i)
{
    for (size_t k = 0; k < sizeof backends / sizeof backends[0]; k++) {
        if (backends[k].runs_here() && i-- == 0)
            return backends[k].backend;
    }
    return NULL;
}

const struct ofs_kernel_backend *ofs_kernel_backend_best(void) { return ofs_kernel_backend_at(0); }

const char *ofs_kernel_backend_name(const struct ofs_kernel_backend *backend) { return backend->name; }
