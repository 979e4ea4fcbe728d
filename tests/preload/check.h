/* The little that these programs share. Each is silent when all is well: a wrapper fails a test that prints. */
#ifndef OFS_TEST_PRELOAD_CHECK_H
#define OFS_TEST_PRELOAD_CHECK_H

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline void check_failed(const char *file, int line, const char *what)
{
    fprintf(stderr, "%s:%d: not so: %s (errno %d, %s)\n", file, line, what, errno, strerror(errno));
    exit(1);
}

#define CHECK(condition) ((condition) ? (void)0 : check_failed(__FILE__, __LINE__, #condition))

#endif
