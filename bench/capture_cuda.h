/* The little of CUDA's driver interface that bench_capture needs: when is a tensor ready, and what would the detour
 * over host memory cost. libcuda is loaded at run time; no CUDA header is needed. */
#ifndef BENCH_CAPTURE_CUDA_H
#define BENCH_CAPTURE_CUDA_H

#include <stddef.h>

/* On CUDA device `device`. 0, or -1 after a line on stderr. Call once. */
int bench_cuda_open(int device);

/* Page-locked host memory, and device memory; NULL when there is none. Freed with the process. */
void *bench_cuda_host(size_t bytes);
void *bench_cuda_device(size_t bytes);

/* Each waits until it is done. 0, or -1. */
int bench_cuda_upload(void *to_device, const void *from_host, size_t bytes);
int bench_cuda_download(void *to_host, const void *from_device, size_t bytes);
int bench_cuda_copy(void *to_device, const void *from_device, size_t bytes);
int bench_cuda_finish(void); /* the legacy default stream */

#endif
