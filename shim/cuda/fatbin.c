/* The kernels as data: OFS_CUDA_FATBIN names the file that nvcc wrote. The assembler takes it in, so that no tool has
 * to turn it into text first; libcuda wants it aligned. */
#include "cuda/private.h"

__asm__(".section .rodata.ofs_cuda_fatbin, \"a\", %progbits\n"
        ".balign 64\n"
        ".globl ofs_cuda_fatbin\n"
        ".hidden ofs_cuda_fatbin\n"
        ".type ofs_cuda_fatbin, %object\n"
        "ofs_cuda_fatbin:\n"
        ".incbin \"" OFS_CUDA_FATBIN "\"\n"
        ".size ofs_cuda_fatbin, . - ofs_cuda_fatbin\n"
        ".previous\n");
