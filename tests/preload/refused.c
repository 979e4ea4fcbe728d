/* Where the server cannot take a connection, the program gets an error and no other server; see fakes.c. */
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "check.h"

int main(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/tmp/.X11-unix/X0"};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    CHECK(connect(fd, (struct sockaddr *)&address, sizeof(address)) == -1 && errno == EMFILE);
    close(fd);
    return 0;
}
