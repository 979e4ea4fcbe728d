/* What the tests of the CUDA module share: the module's table, and the stand-in for libcuda that it found. */
#ifndef OFS_TESTS_MODULE_H
#define OFS_TESTS_MODULE_H

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

#include "../gpu/fake_cuda.h"
#include "../unit/check.h"
#include "cuda/cuda_api.h"
#include "cuda/driver.h"

#define WHY 256

static const struct ofs_cuda_api *api;
static struct ofs_cu cu; /* the stand-in, as a consumer of frames sees it */
static fake_cuda_fail_type *fake_fail;
static fake_cuda_outstanding_type *fake_outstanding;
static fake_cuda_faults_type *fake_faults;
static fake_cuda_claim_type *fake_claim;

/* True if the libcuda that is found is the stand-in. */
static inline bool module_start(void)
{
    void *library = dlopen("libcuda.so.1", RTLD_NOW);

    api = ofs_cuda_api(OFS_CUDA_API_VERSION);
    if (!library || !dlsym(library, "fake_cuda_fail"))
        return false;
    fake_fail = (fake_cuda_fail_type *)dlsym(library, "fake_cuda_fail");
    fake_outstanding = (fake_cuda_outstanding_type *)dlsym(library, "fake_cuda_outstanding");
    fake_faults = (fake_cuda_faults_type *)dlsym(library, "fake_cuda_faults");
    fake_claim = (fake_cuda_claim_type *)dlsym(library, "fake_cuda_claim");
#define LOAD(name, arguments) cu.name = (int(*) arguments)dlsym(library, #name);
    OFS_CU_FUNCTIONS(LOAD)
#undef LOAD
    return true;
}

/* Prints the sentence when a call did not succeed. */
static inline bool fine(enum ofs_status status, const char *why)
{
    if (status != OFS_OK)
        fprintf(stderr, "status %d: %s\n", status, why);
    return status == OFS_OK;
}

static inline struct ofs_cuda *must_open(int ordinal)
{
    struct ofs_cuda *cuda = NULL;
    char why[WHY];

    if (!fine(api->open(ordinal, &cuda, why, sizeof why), why))
        exit(1);
    return cuda;
}

#endif
