/* The games, by name: games NAME */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "game.h"
#include "offstage.h"

static Display *display(void)
{
    Display *dpy = XOpenDisplay(NULL);
    if (!dpy)
        exit(3);
    return dpy;
}

static void one_window(bool gl, bool raw, bool turns, bool stubborn)
{
    struct game game = { .ignores_delete = stubborn };
    game_open(&game, display(), gl, WINDOW_WIDTH, WINDOW_HEIGHT);
    if (raw)
        game_select_raw(&game);
    if (turns)
        game_listen(&game);
    game_play(&game);
}

static void plain(void) { one_window(true, false, false, false); }
static void software(void) { one_window(false, false, false, false); }
static void raw(void) { one_window(true, true, false, false); }
static void turns(void) { one_window(true, false, true, false); }
static void stubborn(void) { one_window(true, false, false, true); }

static void very_stubborn(void)
{
    signal(SIGTERM, SIG_IGN);
    stubborn();
}

/* A window whose size has nothing to do with the grid. */
static void large(void)
{
    struct game game = { 0 };
    game_open(&game, display(), true, 4 * WINDOW_WIDTH, 4 * WINDOW_HEIGHT);
    game_play(&game);
}

/* Two windows in turn; the second shows a frame after each of the first. */
static void two_windows(void)
{
    struct game first = { 0 }, second = { 0 };
    Display *dpy = display();
    first.cells[CELL_SHOWN_BY] = 1;
    second.cells[CELL_SHOWN_BY] = 2;
    game_open(&first, dpy, true, WINDOW_WIDTH, WINDOW_HEIGHT);
    game_open(&second, dpy, true, WINDOW_WIDTH * 2, WINDOW_HEIGHT * 2);
    while (!first.over) {
        glXMakeCurrent(dpy, first.window, first.context);
        game_events(&first);
        game_show(&first);
        glXMakeCurrent(dpy, second.window, second.context);
        game_show(&second);
    }
}

/* A splash screen that is closed after ten frames, and then the game. */
static void splash(void)
{
    struct game first = { 0 }, second = { 0 };
    Display *dpy = display();
    first.cells[CELL_SHOWN_BY] = 1;
    second.cells[CELL_SHOWN_BY] = 2;
    game_open(&first, dpy, true, WINDOW_WIDTH, WINDOW_HEIGHT);
    for (int i = 0; i < 10; i++)
        game_show(&first);
    game_close_window(&first);
    game_open(&second, dpy, true, WINDOW_WIDTH, WINDOW_HEIGHT);
    game_play(&second);
}

/* A splash screen that stays, and shows no more frames. */
static void splash_stays(void)
{
    struct game first = { 0 }, second = { 0 };
    Display *dpy = display();
    first.cells[CELL_SHOWN_BY] = 1;
    second.cells[CELL_SHOWN_BY] = 2;
    game_open(&first, dpy, true, WINDOW_WIDTH, WINDOW_HEIGHT);
    game_show(&first);
    game_open(&second, dpy, true, WINDOW_WIDTH, WINDOW_HEIGHT);
    game_play(&second);
}

/* Two threads show the same window, each with a context of its own, whenever it can. */
static pthread_mutex_t drawing = PTHREAD_MUTEX_INITIALIZER;
static struct game shared;

static void *draw(void *number)
{
    struct game mine = { 0 };
    pthread_mutex_lock(&drawing);
    mine = shared;
    mine.context = glXCreateContext(
        shared.dpy, glXGetVisualFromFBConfig(shared.dpy, glXGetFBConfigs(shared.dpy, 0, &(int){ 0 })[0]), NULL, True);
    pthread_mutex_unlock(&drawing);
    for (int i = 0; i < 200; i++) {
        mine.cells[CELL_SHOWN_BY] = (unsigned char)(uintptr_t)number;
        glXMakeCurrent(mine.dpy, mine.window, mine.context);
        game_show(&mine);
        glXMakeCurrent(mine.dpy, None, NULL);
    }
    return NULL;
}

static void two_threads(void)
{
    pthread_t other;
    XInitThreads();
    game_open(&shared, display(), true, WINDOW_WIDTH, WINDOW_HEIGHT);
    glXMakeCurrent(shared.dpy, None, NULL);
    glXDestroyContext(shared.dpy, shared.context);
    pthread_create(&other, NULL, draw, (void *)(uintptr_t)2);
    draw((void *)(uintptr_t)1);
    pthread_join(other, NULL);
    sleep(20); /* the learner has had enough by then */
}

/* A frame before its window is there to be seen, as GLFW shows one. */
static void early(void)
{
    struct game game = { 0 };
    game_open(&game, display(), true, WINDOW_WIDTH, WINDOW_HEIGHT);
    XUnmapWindow(game.dpy, game.window);
    game_show(&game);
    XMapWindow(game.dpy, game.window);
    game_play(&game);
}

/* Nobody has the focus, and the pointer is elsewhere. */
static void unfocused(void)
{
    struct game game = { 0 };
    game_open(&game, display(), true, WINDOW_WIDTH, WINDOW_HEIGHT);
    XSetInputFocus(game.dpy, None, RevertToNone, CurrentTime);
    XWarpPointer(game.dpy, None, DefaultRootWindow(game.dpy), 0, 0, 0, 0, 1000, 1000);
    XSync(game.dpy, False);
    game_events(&game);
    game_play(&game);
}

/* A window that is never there to be seen. */
static void hidden(void)
{
    struct game game = { 0 };
    game_open(&game, display(), true, WINDOW_WIDTH, WINDOW_HEIGHT);
    XUnmapWindow(game.dpy, game.window);
    game_play(&game);
}

static void closes(void)
{
    struct game game = { 0 };
    game_open(&game, display(), true, WINDOW_WIDTH, WINDOW_HEIGHT);
    for (int i = 0; i < 5; i++)
        game_show(&game);
    exit(7);
}

static void exits(void) { exit(5); }

/* Its event queue is never read. */
static void deaf(void)
{
    struct game game = { 0 };
    game_open(&game, display(), true, WINDOW_WIDTH, WINDOW_HEIGHT);
    for (;;)
        game_show(&game);
}

static void reports(void)
{
    struct game game = { 0 };
    char why[400], info[400];
    memset(info, ' ', sizeof info - 1);
    info[0] = '{';
    info[398] = '}';
    info[399] = '\0';
    game_open(&game, display(), true, WINDOW_WIDTH, WINDOW_HEIGHT);
    for (int i = 0; !game.over; i++) {
        struct ofs_report report = {
            .struct_size = sizeof report, .flags = OFS_REPORT_REWARD, .reward = i + 1, .info = "{\"a\": 1}"
        };
        game_events(&game);
        game.cells[CELL_RESETS] = ofs_report(&report) == OFS_OK;
        report.info = info;
        snprintf(why, sizeof why, "none");
        game.cells[CELL_OBSERVES] = i > 0 && ofs_report(&report) == OFS_ENOMEM && strstr(ofs_last_error(), "399 bytes");
        report = (struct ofs_report){ .struct_size = sizeof report, .flags = i % 4 == 3 ? OFS_REPORT_TERMINATED : 0 };
        (void)ofs_report(&report);
        game_show(&game);
    }
}

/* It closes what it does not know, before it has a window. */
static void closed(void)
{
    close_range(3, ~0u, 0);
    one_window(true, false, false, false);
}

/* Another program that it starts, by the shell, is not told of the learner. */
static void helpers(void)
{
    struct game game = { 0 };
    game_open(&game, display(), true, WINDOW_WIDTH, WINDOW_HEIGHT);
    game_show(&game);
    game.cells[CELL_SEED] = (unsigned char)WEXITSTATUS(system("exit $(printf %s \"$OFFSTAGE_CHANNEL\" | wc -c)"));
    game_play(&game);
}

/* A child goes on with a window of its own, and is not played. */
static void forks(void)
{
    struct game game = { 0 }, child = { 0 };
    game_open(&game, display(), true, WINDOW_WIDTH, WINDOW_HEIGHT);
    game_show(&game);
    pid_t pid = fork();
    if (pid == 0) {
        game_open(&child, display(), true, WINDOW_WIDTH, WINDOW_HEIGHT);
        for (int i = 0; i < 100; i++)
            game_show(&child);
        _exit(ofs_played() ? 9 : 4);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    game.cells[CELL_SEED] = (unsigned char)WEXITSTATUS(status);
    game_play(&game);
}

static const struct {
    const char *name;
    void (*run)(void);
} games[] = {
    { "plain", plain },
    { "software", software },
    { "raw", raw },
    { "turns", turns },
    { "stubborn", stubborn },
    { "very_stubborn", very_stubborn },
    { "large", large },
    { "two_windows", two_windows },
    { "splash", splash },
    { "splash_stays", splash_stays },
    { "two_threads", two_threads },
    { "closes", closes },
    { "exits", exits },
    { "early", early },
    { "hidden", hidden }, { "unfocused", unfocused },
    { "deaf", deaf },
    { "reports", reports },
    { "forks", forks },
    { "closed", closed },
    { "helpers", helpers },
};

int main(int argc, char **argv)
{
    for (size_t i = 0; argc == 2 && i < sizeof games / sizeof games[0]; i++)
        if (strcmp(games[i].name, argv[1]) == 0) {
            games[i].run();
            return 0;
        }
    return 2;
}
