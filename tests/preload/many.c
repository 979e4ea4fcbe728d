/* Starts a command so many times at once and waits for all: every one must succeed. Usage: many N COMMAND... */
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

int main(int count, char **arguments)
{
    int number = count > 2 ? atoi(arguments[1]) : 0, failed = 0, gate[2];

    CHECK(number > 0);
    CHECK(pipe(gate) == 0);
    for (int i = 0; i < number; i++) {
        pid_t child = fork();

        CHECK(child >= 0);
        if (child == 0) {
            char byte;

            close(gate[1]);
            (void)!read(gate[0], &byte, 1); /* until the parent opens the gate for all */
            close(gate[0]);
            execvp(arguments[2], arguments + 2);
            _exit(127);
        }
    }
    close(gate[0]);
    close(gate[1]);
    for (int i = 0; i < number; i++) {
        int status = -1;

        CHECK(wait(&status) > 0);
        failed += status != 0;
    }
    if (failed)
        fprintf(stderr, "%d of %d failed\n", failed, number);
    return failed != 0;
}
