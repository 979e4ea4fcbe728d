/* A small game for the tests of GameEnv: a white dot, 4 by 4 pixels, in a window of 64 by 48, on a gray that depends on the seed.
 *
 * Left, Right   the dot moves by one pixel a frame while they are held      space  it goes to a place by chance
 * Up            an inaudible key: nothing happens                            button its colour is the button's while it is down
 * q             exit with 0      e  exit with 3, and a line on stderr       c      abort
 * h             no more frames   n  waits for the network                    w      closes its window, and exits with 0
 *
 * Words: seed=N           the chance; without it, getrandom() is asked
 *        say=MANNER       none; report: ofs_report(); line: a line on the descriptor OFFSTAGE_REPORT
 *        window=MANNER    one; none: waits for ever without a window; never: exits without; two: a second one shows frames, too
 *        menu=KEY         shows black frames until this key is pressed
 *        end=FRAME,KEY    as if KEY were pressed at this frame
 *        follow=1         the dot goes where the pointer is
 *        slow=MS          real milliseconds before the first frame
 * The reward is the pixels that the dot went to the right; at the right edge the episode is over. The information is the
 * dot's place, and the game's time in milliseconds. */
#include <GL/gl.h>
#include <GL/glx.h>
#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <X11/keysym.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <time.h>
#include <unistd.h>

#include "offstage.h"

#define WIDTH  64
#define HEIGHT 48
#define DOT    4

static struct {
    const char *say, *window, *menu;
    bool has_seed;
    unsigned long long chance;
    long end_frame;
    KeySym end_key;
    long slow_ms, follow;
} option = { .say = "none", .window = "one", .end_frame = -1 };

static Display *display;
static XVisualInfo *visual;
static GLXContext context;
static Window window, second;
static Atom delete_window;

static struct {
    int x, told_x;
    bool left, right, playing;
    unsigned button;
    long frame;
} game;

static void say(const char *text) { fprintf(stderr, "dot: %s\n", text); }

static unsigned chance(void)
{
    option.chance = option.chance * 6364136223846793005ull + 1442695040888963407ull;
    return (unsigned)(option.chance >> 33);
}

static Window open_window(int width, int height)
{
    XSetWindowAttributes attributes = { .event_mask = KeyPressMask | KeyReleaseMask | ButtonPressMask |
                                                      ButtonReleaseMask | PointerMotionMask };
    Window root = DefaultRootWindow(display), made;
    attributes.colormap = XCreateColormap(display, root, visual->visual, AllocNone);
    made = XCreateWindow(display, root, 0, 0, (unsigned)width, (unsigned)height, 0, visual->depth, InputOutput,
                         visual->visual, CWColormap | CWEventMask, &attributes);
    XSetWMProtocols(display, made, &delete_window, 1);
    XMapWindow(display, made);
    return made;
}

static void box(int x, int y, int width, int height, float red, float green, float blue)
{
    glEnable(GL_SCISSOR_TEST);
    glScissor(x, y, width, height);
    glClearColor(red, green, blue, 1);
    glClear(GL_COLOR_BUFFER_BIT);
}

static void wait_for_the_network(void)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    char byte;
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) == 0 && recv(fd, &byte, 1, 0) < 0)
        say("recv");
}

static void look_at_the_clock(void)
{
    struct timespec start, now;
    clock_gettime(CLOCK_MONOTONIC, &start);
    do
        clock_gettime(CLOCK_MONOTONIC, &now);
    while (now.tv_sec * 1000 + now.tv_nsec / 1000000 < start.tv_sec * 1000 + start.tv_nsec / 1000000 + 1000);
}

static void press(KeySym key)
{
    switch (key) {
    case XK_Left: game.left = true; break;
    case XK_Right: game.right = true; break;
    case XK_space: game.x = (int)(chance() % (WIDTH / 2)); game.told_x = game.x; break;
    case XK_q: exit(0);
    case XK_e: say("I cannot go on"); exit(3);
    case XK_c: abort();
    case XK_h: for (;;) pause();
    case XK_l: look_at_the_clock(); break;
    case XK_n: wait_for_the_network(); break;
    case XK_w: XDestroyWindow(display, window); XSync(display, False); exit(0);
    default: break;
    }
    if (option.menu && key == XStringToKeysym(option.menu))
        game.playing = true;
}

static void take_events(void)
{
    while (XPending(display)) {
        XEvent event;
        XNextEvent(display, &event);
        if (event.type == KeyPress)
            press(XLookupKeysym(&event.xkey, 0));
        else if (event.type == KeyRelease && XLookupKeysym(&event.xkey, 0) == XK_Left)
            game.left = false;
        else if (event.type == KeyRelease && XLookupKeysym(&event.xkey, 0) == XK_Right)
            game.right = false;
        else if (event.type == ButtonPress)
            game.button = event.xbutton.button;
        else if (event.type == ButtonRelease)
            game.button = 0;
        else if (event.type == MotionNotify && option.follow)
            game.x = event.xmotion.x;
        else if (event.type == ClientMessage && (Atom)event.xclient.data.l[0] == delete_window)
            exit(0);
    }
}

static void report(void)
{
    struct timespec now;
    char info[100], line[200];
    int reward = game.x - game.told_x;
    bool over = game.x >= WIDTH - DOT;

    clock_gettime(CLOCK_MONOTONIC, &now);
    game.told_x = game.x;
    snprintf(info, sizeof info, "{\"x\": %d, \"ms\": %lld}", game.x,
             (long long)now.tv_sec * 1000 + (now.tv_nsec + 500000) / 1000000);
    if (strcmp(option.say, "report") == 0) {
        struct ofs_report told = { .struct_size = sizeof told, .reward = reward, .info = info };
        told.flags = OFS_REPORT_REWARD | (over ? OFS_REPORT_TERMINATED : 0u);
        if (ofs_report(&told) != OFS_OK)
            say("ofs_report");
    } else if (strcmp(option.say, "line") == 0 && getenv("OFFSTAGE_REPORT")) {
        int length = snprintf(line, sizeof line, "reward=%d terminated=%d %s\n", reward, over, info);
        if (write(atoi(getenv("OFFSTAGE_REPORT")), line, (size_t)length) != length)
            say("write");
    }
}

static void play(void)
{
    game.x += game.right - game.left;
    game.x = game.x < 0 ? 0 : game.x > WIDTH - DOT ? WIDTH - DOT : game.x;
    report();
}

static void draw(unsigned background)
{
    float level = (float)(background % 128) / 255;
    box(0, 0, WIDTH, HEIGHT, game.playing ? level : 0, game.playing ? level : 0, game.playing ? level : 0);
    if (game.playing)
        box(game.x, HEIGHT / 2, DOT, DOT, 1, game.button == 1 ? 0 : 1, game.button == 3 ? 0 : 1);
    glXSwapBuffers(display, window);
    if (second) {
        glXMakeCurrent(display, second, context);
        box(0, 0, WIDTH / 2, HEIGHT / 2, 1, 0, 0);
        glXSwapBuffers(display, second);
        glXMakeCurrent(display, window, context);
    }
}

static void parse(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        char *value = strchr(argv[i], '=');
        size_t length = value ? (size_t)(value++ - argv[i]) : 0;
        if (length == 4 && strncmp(argv[i], "seed", 4) == 0) {
            option.has_seed = true;
            option.chance = strtoull(value, NULL, 10);
        } else if (length == 3 && strncmp(argv[i], "say", 3) == 0) {
            option.say = value;
        } else if (length == 6 && strncmp(argv[i], "window", 6) == 0) {
            option.window = value;
        } else if (length == 4 && strncmp(argv[i], "menu", 4) == 0) {
            option.menu = value;
        } else if (length == 4 && strncmp(argv[i], "slow", 4) == 0) {
            option.slow_ms = strtol(value, NULL, 10);
        } else if (length == 6 && strncmp(argv[i], "follow", 6) == 0) {
            option.follow = strtol(value, NULL, 10);
        } else if (length == 3 && strncmp(argv[i], "end", 3) == 0) {
            option.end_frame = strtol(value, &value, 10);
            option.end_key = XStringToKeysym(value + 1);
        } else {
            fprintf(stderr, "dot: what is %s?\n", argv[i]);
            exit(2);
        }
    }
    if (!option.has_seed && getrandom(&option.chance, sizeof option.chance, 0) != sizeof option.chance)
        exit(2);
}

int main(int argc, char **argv)
{
    int attributes[] = { GLX_RGBA, GLX_DOUBLEBUFFER, GLX_RED_SIZE, 8, GLX_GREEN_SIZE, 8, GLX_BLUE_SIZE, 8, None };
    unsigned background;

    parse(argc, argv);
    if (option.slow_ms > 0)
        usleep((useconds_t)option.slow_ms * 1000);
    if (strcmp(option.window, "none") == 0)
        for (;;)
            pause();
    if (strcmp(option.window, "never") == 0) {
        say("there is nothing to see");
        return 4;
    }
    display = XOpenDisplay(NULL);
    visual = display ? glXChooseVisual(display, DefaultScreen(display), attributes) : NULL;
    if (!visual)
        return 2;
    delete_window = XInternAtom(display, "WM_DELETE_WINDOW", False);
    context = glXCreateContext(display, visual, NULL, True);
    window = open_window(WIDTH, HEIGHT);
    second = strcmp(option.window, "two") == 0 ? open_window(WIDTH / 2, HEIGHT / 2) : None;
    glXMakeCurrent(display, window, context);
    game.playing = !option.menu;
    background = chance();
    game.told_x = game.x = (int)(chance() % (WIDTH / 2));
    for (;; game.frame++) {
        take_events();
        if (game.frame == option.end_frame)
            press(option.end_key);
        if (game.playing)
            play();
        draw(background);
    }
}
