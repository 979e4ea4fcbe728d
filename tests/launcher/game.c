/* A pretended game, which does what its words say, one after the other:
 *   draw=N          N frames of window 1 (0: until told to close)     size=WxH   of the frames that follow
 *   window=N        draws into window N from now on                   gone=N     window N is destroyed
 *   pause=MS        between frames                                    sleep=MS   now
 *   context         make a context     no-term  ignore SIGTERM        no-close   ignore the request to close
 *   crash           by SIGSEGV         exit=N                         say=TEXT   on stdout
 *   fork            the rest is done by a child, while this process waits for it and ends as it did
 *   background      the rest is done by a child, and this process ends */
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static struct {
    void (*swap)(unsigned, unsigned, unsigned);
    void (*context)(void);
    void (*gone)(unsigned);
    int (*closed)(void);
    void (*after_fork)(void);
    unsigned window, width, height;
    int pause_ms, no_close;
} game = { .window = 1, .width = 64, .height = 48 };

static void find(const char *name, void *field)
{
    void *symbol = dlsym(RTLD_DEFAULT, name);
    if (!symbol) {
        fprintf(stderr, "game: %s is not there: no preload\n", name);
        exit(99);
    }
    memcpy(field, &symbol, sizeof symbol);
}

static void draw(unsigned long count)
{
    for (unsigned long i = 0; count == 0 || i < count; i++) {
        if (!game.no_close && game.closed())
            exit(0);
        game.swap(game.window, game.width, game.height);
        if (game.pause_ms)
            usleep((unsigned)game.pause_ms * 1000);
    }
}

static void do_fork(int wait_for_it)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        game.after_fork();
        return;
    }
    if (!wait_for_it)
        _exit(0);
    waitpid(child, &status, 0);
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 98);
}

static void do_word(const char *word)
{
    const char *value = strchr(word, '=');
    long number = value ? strtol(++value, NULL, 10) : 0;
    if (strncmp(word, "draw=", 5) == 0)
        draw((unsigned long)number);
    else if (strncmp(word, "size=", 5) == 0)
        sscanf(value, "%ux%u", &game.width, &game.height);
    else if (strncmp(word, "window=", 7) == 0)
        game.window = (unsigned)number;
    else if (strncmp(word, "gone=", 5) == 0)
        game.gone((unsigned)number);
    else if (strncmp(word, "pause=", 6) == 0)
        game.pause_ms = (int)number;
    else if (strncmp(word, "sleep=", 6) == 0)
        usleep((unsigned)number * 1000);
    else if (strncmp(word, "exit=", 5) == 0)
        exit((int)number);
    else if (strncmp(word, "say=", 4) == 0)
        puts(value), fflush(stdout);
    else if (strcmp(word, "context") == 0)
        game.context();
    else if (strcmp(word, "no-term") == 0)
        signal(SIGTERM, SIG_IGN);
    else if (strcmp(word, "no-close") == 0)
        game.no_close = 1;
    else if (strcmp(word, "crash") == 0)
        raise(SIGSEGV);
    else if (strcmp(word, "fork") == 0 || strcmp(word, "background") == 0)
        do_fork(word[0] == 'f');
    else
        exit(97);
}

int main(int argc, char **argv)
{
    find("fake_swap", &game.swap);
    find("fake_context", &game.context);
    find("fake_gone", &game.gone);
    find("fake_closed", &game.closed);
    find("fake_after_fork", &game.after_fork);
    game.context();
    for (int i = 1; i < argc; i++)
        do_word(argv[i]);
    return 0;
}
