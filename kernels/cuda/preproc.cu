/* The kernels. Launched through the driver interface by name, with a grid of ofs_preproc_grid by frames:
 * x = segments of an output row, y = output rows, z = frames. */
#include "kernels/cuda/preproc.h"

#if __CUDACC_VER_MAJOR__ * 100 + __CUDACC_VER_MINOR__ < 1107
#define __grid_constant__ /* only spares a copy of the arguments */
#endif

#define OFS_DEVICE                 static __device__ __forceinline__
#define OFS_UNROLL                 _Pragma("unroll 8")
#define OFS_LOAD(pointer)          __ldg(pointer)
#define OFS_FETCH(texture, x, row) fetch(texture, x, row)
#define OFS_MAX4(a, b)             __vmaxu4(a, b)

/* Coordinates of texels are whole, at most 16384, and exact as floats; the half is their centre. */
static __device__ __forceinline__ uint32_t fetch(uint64_t texture, uint32_t x, uint32_t row)
{
    uchar4 p = tex2D<uchar4>((cudaTextureObject_t)texture, (float)x + 0.5f, (float)row + 0.5f);

    return (uint32_t)p.x | (uint32_t)p.y << 8 | (uint32_t)p.z << 16 | (uint32_t)p.w << 24;
}

#include "kernels/cuda/stages.h"

template <int texture, int two>
static __device__ __forceinline__ void resize(const ofs_preproc_params &p, const ofs_preproc_frame &f,
                                              ofs_preproc_shared &shared)
{
    const ofs_k_segment s = ofs_k_segment_of(&p, blockIdx.x);

    for (uint32_t tile = s.low; tile < s.high; tile += OFS_PREPROC_THREADS) {
        ofs_k_fill(&p, &f, &s, &shared, tile, blockIdx.y, threadIdx.x, blockDim.x, texture, two);
        __syncthreads();
        ofs_k_sum(&p, &s, &shared, tile, threadIdx.x, blockDim.x);
        __syncthreads();
    }
    ofs_k_finish(&p, &f, &s, &shared, blockIdx.y, threadIdx.x, blockDim.x);
}

extern "C" __global__ void __launch_bounds__(OFS_PREPROC_THREADS)
    ofs_preproc_resize_memory(const __grid_constant__ ofs_preproc_params p,
                              const __grid_constant__ ofs_preproc_frames frames)
{
    __shared__ ofs_preproc_shared shared;
    const ofs_preproc_frame &f = frames.frame[blockIdx.z];

    if (f.previous)
        resize<0, 1>(p, f, shared);
    else
        resize<0, 0>(p, f, shared);
}

extern "C" __global__ void __launch_bounds__(OFS_PREPROC_THREADS)
    ofs_preproc_resize_texture(const __grid_constant__ ofs_preproc_params p,
                               const __grid_constant__ ofs_preproc_frames frames)
{
    __shared__ ofs_preproc_shared shared;
    const ofs_preproc_frame &f = frames.frame[blockIdx.z];

    if (f.previous_texture)
        resize<1, 1>(p, f, shared);
    else
        resize<1, 0>(p, f, shared);
}

extern "C" __global__ void __launch_bounds__(OFS_PREPROC_THREADS)
    ofs_preproc_direct_memory(const __grid_constant__ ofs_preproc_params p,
                              const __grid_constant__ ofs_preproc_frames frames)
{
    const ofs_preproc_frame &f = frames.frame[blockIdx.z];
    uint32_t x = blockIdx.x * blockDim.x + threadIdx.x;

    if (f.previous)
        ofs_k_direct(&p, &f, x, blockIdx.y, 0, 1);
    else
        ofs_k_direct(&p, &f, x, blockIdx.y, 0, 0);
}

extern "C" __global__ void __launch_bounds__(OFS_PREPROC_THREADS)
    ofs_preproc_direct_texture(const __grid_constant__ ofs_preproc_params p,
                               const __grid_constant__ ofs_preproc_frames frames)
{
    const ofs_preproc_frame &f = frames.frame[blockIdx.z];
    uint32_t x = blockIdx.x * blockDim.x + threadIdx.x;

    if (f.previous_texture)
        ofs_k_direct(&p, &f, x, blockIdx.y, 1, 1);
    else
        ofs_k_direct(&p, &f, x, blockIdx.y, 1, 0);
}

extern "C" __global__ void __launch_bounds__(OFS_PREPROC_THREADS)
    ofs_preproc_copy_place(const __grid_constant__ ofs_preproc_copy copy)
{
    ofs_k_copy(&copy, (uint64_t)blockIdx.x * blockDim.x + threadIdx.x);
}
