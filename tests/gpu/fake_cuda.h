/* The stand-in for libcuda, as its files and the tests see it.
 *   fake_cuda.c     devices and contexts, GL interop by GL itself
 *   fake_compute.c  memory, streams, kernels: on the processor, and as late as the rules allow. A stream does nothing
 *                   until somebody waits for it, so that a missing wait between two streams shows.
 * What the tests ask of it is exported under these names and found with dlsym. */
#ifndef OFS_TESTS_FAKE_CUDA_H
#define OFS_TESTS_FAKE_CUDA_H

#include <stdbool.h>
#include <stddef.h>

#define API                  __attribute__((visibility("default")))

#define FAKE_INVALID_VALUE   1
#define FAKE_INVALID_CONTEXT 201
#define FAKE_INVALID_HANDLE  400

/* The next calls of `function` give `code`; NULL or 0 = all work again. */
typedef void fake_cuda_fail_type(const char *function, int code);
API fake_cuda_fail_type fake_cuda_fail;
/* Memory, streams, events, modules, textures, registered resources and contexts that were not given back. */
typedef int fake_cuda_outstanding_type(void);
API fake_cuda_outstanding_type fake_cuda_outstanding;
/* Things that would be undefined: memory that is not there, a texture that is not mapped. */
typedef int fake_cuda_faults_type(void);
API fake_cuda_faults_type fake_cuda_faults;
/* Pretend that this is memory of a device: kind 1 = pinned host, 2 = device, 3 = managed. */
typedef void fake_cuda_claim_type(void *start, size_t bytes, int device, int kind);
API fake_cuda_claim_type fake_cuda_claim;

/* -- between the two files
 * ------------------------------------------------------------------------------------------ */

int fake_failed(const char *function); /* the code that this call should give instead of working, or 0 */
void fake_count(int more);             /* outstanding things */
void fake_fault(const char *what);
void fake_finish_stream(void *stream);
bool fake_in_context(void); /* a CUDA context is current on this thread */

/* The texture of a mapped array, RGBA, lowest row first, to be freed; NULL if it is not mapped or GL cannot tell. */
unsigned char *fake_read_array(const void *array, int *width, int *height);

#define FAKE_ENTER(needs_context)                  \
    do {                                           \
        int code_ = fake_failed(__func__);         \
        if (code_)                                 \
            return code_;                          \
        if ((needs_context) && !fake_in_context()) \
            return FAKE_INVALID_CONTEXT;           \
    } while (0)

#endif
