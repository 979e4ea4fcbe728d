#include "game.h"

#include <X11/Xutil.h>
#include <X11/extensions/XInput2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "offstage.h"

#define MASK                                                                                                     \
    (KeyPressMask | KeyReleaseMask | ButtonPressMask | ButtonReleaseMask | PointerMotionMask | FocusChangeMask | \
     StructureNotifyMask | EnterWindowMask | LeaveWindowMask)

static void fail(const char *why)
{
    fprintf(stderr, "%s\n", why);
    exit(3);
}

static XVisualInfo *choose(Display *dpy, bool gl, GLXFBConfig *config_out)
{
    int attributes[] = { GLX_DRAWABLE_TYPE,
                         GLX_WINDOW_BIT,
                         GLX_RENDER_TYPE,
                         GLX_RGBA_BIT,
                         GLX_DOUBLEBUFFER,
                         True,
                         GLX_RED_SIZE,
                         8,
                         GLX_GREEN_SIZE,
                         8,
                         GLX_BLUE_SIZE,
                         8,
                         GLX_ALPHA_SIZE,
                         8,
                         None };
    int count = 0;
    GLXFBConfig *configs;
    XVisualInfo wanted = { .depth = 24, .class = TrueColor };

    if (!gl)
        return XGetVisualInfo(dpy, VisualDepthMask | VisualClassMask, &wanted, &count);
    configs = glXChooseFBConfig(dpy, DefaultScreen(dpy), attributes, &count);
    if (count < 1)
        fail("no config");
    *config_out = configs[0];
    XFree(configs);
    return glXGetVisualFromFBConfig(dpy, *config_out);
}

void game_open(struct game *game, Display *dpy, bool gl, int width, int height)
{
    GLXFBConfig config = NULL;
    XVisualInfo *visual = choose(dpy, gl, &config);
    Window root = DefaultRootWindow(dpy);
    XSetWindowAttributes attributes = { .event_mask = MASK,
                                        .colormap = XCreateColormap(dpy, root, visual->visual, AllocNone) };
    XEvent event;

    game->dpy = dpy;
    game->window = XCreateWindow(dpy, root, 0, 0, (unsigned)width, (unsigned)height, 0, visual->depth, InputOutput,
                                 visual->visual, CWColormap | CWEventMask | CWBorderPixel, &attributes);
    game->protocols = XInternAtom(dpy, "WM_PROTOCOLS", False);
    game->delete_window = XInternAtom(dpy, "WM_DELETE_WINDOW", False);
    XSetWMProtocols(dpy, game->window, &game->delete_window, 1);
    XMapWindow(dpy, game->window);
    do {
        XWindowEvent(dpy, game->window, StructureNotifyMask, &event);
    } while (event.type != MapNotify);
    if (gl) {
        game->context = glXCreateNewContext(dpy, config, GLX_RGBA_TYPE, NULL, True);
        if (!glXMakeCurrent(dpy, game->window, game->context))
            fail("glXMakeCurrent fails");
    } else {
        game->gc = XCreateGC(dpy, game->window, 0, NULL);
        game->image = XCreateImage(dpy, visual->visual, 24, ZPixmap, 0, malloc(WINDOW_WIDTH * WINDOW_HEIGHT * 4),
                                   WINDOW_WIDTH, WINDOW_HEIGHT, 32, 0);
    }
    XFree(visual);
    game->cells[CELL_RAW_X] = game->cells[CELL_RAW_Y] = 128;
}

void game_close_window(struct game *game)
{
    if (game->context) {
        glXMakeCurrent(game->dpy, None, NULL);
        glXDestroyContext(game->dpy, game->context);
    }
    XDestroyWindow(game->dpy, game->window);
    XSync(game->dpy, False);
    game->context = NULL;
}

/* -- what it receives ---------------------------------------------------------------------------------------------- */

void game_select_raw(struct game *game)
{
    int event, error, major = 2, minor = 2;
    unsigned char bits[XIMaskLen(XI_RawMotion)] = { 0 };
    XIEventMask mask = { .deviceid = XIAllMasterDevices, .mask_len = sizeof bits, .mask = bits };
    XISetMask(bits, XI_RawMotion);
    if (!XQueryExtension(game->dpy, "XInputExtension", &game->xi2, &event, &error) ||
        XIQueryVersion(game->dpy, &major, &minor))
        fail("no XInput 2");
    XISelectEvents(game->dpy, DefaultRootWindow(game->dpy), &mask, 1);
    XSync(game->dpy, False);
}

static void raw_motion(struct game *game, const XIRawEvent *raw)
{
    const double *value = raw->raw_values;
    for (int axis = 0; axis < raw->valuators.mask_len * 8; axis++) {
        if (!XIMaskIsSet(raw->valuators.mask, axis))
            continue;
        if (axis < 2)
            game->cells[axis == 0 ? CELL_RAW_X : CELL_RAW_Y] += (unsigned char)(int)*value;
        value++;
    }
    game->cells[CELL_RAW_MOTIONS]++;
}

static void key_event(struct game *game, XKeyEvent *key)
{
    char text[8];
    bool press = key->type == KeyPress;
    game->cells[CELL_TIME] = (unsigned char)(key->time / 4);
    if (!press) {
        game->cells[CELL_RELEASES]++;
        game->down[key->keycode & 255] = false;
        return;
    }
    game->cells[CELL_REPEATS] += game->down[key->keycode & 255];
    game->down[key->keycode & 255] = true;
    game->cells[CELL_KEY] = (unsigned char)key->keycode;
    game->cells[CELL_PRESSES]++;
    game->cells[CELL_PRESS_FRAME] = (unsigned char)(game->cells[CELL_FRAME] + 1);
    if (XLookupString(key, text, sizeof text, NULL, NULL) == 1) {
        game->cells[CELL_TEXT] = (unsigned char)text[0];
        game->cells[CELL_TEXTS]++;
    }
}

static void one_event(struct game *game, XEvent *event)
{
    unsigned char *cells = game->cells;
    switch (event->type) {
    case KeyPress:
    case KeyRelease: key_event(game, &event->xkey); break;
    case ButtonPress:
        cells[CELL_BUTTON] = (unsigned char)event->xbutton.button;
        cells[CELL_BUTTON_PRESSES]++;
        break;
    case ButtonRelease: cells[CELL_BUTTON_RELEASES]++; break;
    case MotionNotify:
        cells[CELL_X] = (unsigned char)event->xmotion.x;
        cells[CELL_Y] = (unsigned char)event->xmotion.y;
        cells[CELL_MOTIONS]++;
        break;
    case FocusIn: cells[CELL_FOCUS] = 1; break;
    case FocusOut: cells[CELL_FOCUS] = 0; break;
    case EnterNotify: cells[CELL_INSIDE] = 1; break;
    case LeaveNotify: cells[CELL_INSIDE] = 0; break;
    case ConfigureNotify:
        cells[CELL_WIDTH] = (unsigned char)(event->xconfigure.width / 8);
        cells[CELL_HEIGHT] = (unsigned char)(event->xconfigure.height / 8);
        if (game->context)
            glViewport(0, 0, event->xconfigure.width, event->xconfigure.height);
        break;
    case MappingNotify: XRefreshKeyboardMapping(&event->xmapping); break;
    case ClientMessage:
        if (event->xclient.message_type == game->protocols && (Atom)event->xclient.data.l[0] == game->delete_window) {
            cells[CELL_DELETES]++;
            game->over = !game->ignores_delete;
        }
        break;
    case GenericEvent:
        if (game->xi2 && event->xcookie.extension == game->xi2 && XGetEventData(game->dpy, &event->xcookie)) {
            if (event->xcookie.evtype == XI_RawMotion)
                raw_motion(game, event->xcookie.data);
            XFreeEventData(game->dpy, &event->xcookie);
        }
        break;
    }
}

void game_events(struct game *game)
{
    XEvent event;
    while (XPending(game->dpy)) {
        XNextEvent(game->dpy, &event);
        one_event(game, &event);
    }
}

static const char *turn(void *context, const struct ofs_turn *turn)
{
    struct game *game = context;
    struct ofs_report report = { .struct_size = sizeof report, .flags = OFS_REPORT_REWARD, .reward = 0.5 };
    if (turn->kind == OFS_TURN_RESET) {
        if (turn->seed == 666)
            return "hook: this seed is cursed";
        game->cells[CELL_SEED] = (unsigned char)turn->seed;
        game->cells[CELL_RESETS]++;
        return NULL;
    }
    game->cells[CELL_OBSERVES]++;
    (void)ofs_report(&report);
    return NULL;
}

void game_listen(struct game *game) { (void)ofs_on_turn(turn, game); }

/* -- what it draws ------------------------------------------------------------------------------------------------- */

static void draw_gl(const struct game *game)
{
    glEnable(GL_SCISSOR_TEST);
    for (int i = 0; i < CELLS; i++) {
        float level = (float)game->cells[i] / 255;
        glScissor(i % GRID_WIDTH * CELL_PX, (GRID_HEIGHT - 1 - i / GRID_WIDTH) * CELL_PX, CELL_PX, CELL_PX);
        glClearColor(level, level, level, 1);
        glClear(GL_COLOR_BUFFER_BIT);
    }
    glDisable(GL_SCISSOR_TEST);
    glXSwapBuffers(game->dpy, game->window);
}

static void draw_image(const struct game *game)
{
    for (int y = 0; y < WINDOW_HEIGHT; y++)
        for (int x = 0; x < WINDOW_WIDTH; x++)
            memset(game->image->data + y * game->image->bytes_per_line + x * 4,
                   game->cells[y / CELL_PX * GRID_WIDTH + x / CELL_PX], 4);
    XPutImage(game->dpy, game->window, game->gc, game->image, 0, 0, 0, 0, WINDOW_WIDTH, WINDOW_HEIGHT);
    XSync(game->dpy, False);
}

static void count_time(struct game *game)
{
    PFNGLXGETSYNCVALUESOMLPROC get_values =
        (PFNGLXGETSYNCVALUESOMLPROC)glXGetProcAddress((const GLubyte *)"glXGetSyncValuesOML");
    int64_t ust, msc, sbc;
    if (!get_values || !get_values(game->dpy, game->window, &ust, &msc, &sbc))
        return;
    game->cells[CELL_UST] = (unsigned char)(ust / 4000);
    game->cells[CELL_MSC] = (unsigned char)msc;
}

void game_show(struct game *game)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    game->cells[CELL_RANDOM] = (unsigned char)(now.tv_sec * 64 + now.tv_nsec / 16000000);
    game->cells[CELL_FRAME]++;
    game->cells[CELL_PLAYED] = (unsigned char)ofs_played();
    if (game->context) {
        count_time(game);
        draw_gl(game);
    } else {
        draw_image(game);
    }
}

void game_play(struct game *game)
{
    while (!game->over) {
        game_events(game);
        game_show(game);
    }
}
