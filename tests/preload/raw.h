/* An X client without a library: the connection set-up by hand. */
#ifndef OFS_TEST_PRELOAD_RAW_H
#define OFS_TEST_PRELOAD_RAW_H

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "check.h"

/* Connects this socket and reads the head of the server's answer. */
static inline void raw_setup(int fd, const struct sockaddr_un *address, socklen_t length)
{
    static const unsigned char setup[12] = {'l', 0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    unsigned char answer[8] = {0};

    CHECK(connect(fd, (const struct sockaddr *)address, length) == 0);
    CHECK(write(fd, setup, sizeof(setup)) == (ssize_t)sizeof(setup));
    CHECK(recv(fd, answer, sizeof(answer), MSG_WAITALL) == (ssize_t)sizeof(answer));
    CHECK(answer[0] == 1 && answer[2] == 11);
}

#endif
