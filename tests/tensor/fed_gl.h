/* A GL that is pretended: frames of one level, and buffers that they can be read into. One context per thread. */
#ifndef OFS_TEST_TENSOR_FED_GL_H
#define OFS_TEST_TENSOR_FED_GL_H

#include <stdint.h>

void *fed_gl_proc(const char *name);
void fed_gl_make_current(uint64_t context);
uint64_t fed_gl_context(void);
void fed_gl_draw(unsigned char level); /* what the next read on this thread gives */
void fed_gl_finish(void);              /* buffers that were not deleted go with their contexts */

#endif
