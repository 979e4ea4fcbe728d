/* Plays the person at the keyboard on an X server without a window manager, for the oracle's side of the client tests.
 *
 * Reads commands from stdin and answers each with one line, "ok" or "error: ...":
 *     window            wait up to 20 s for a viewable top-level window and focus it; answers "window X Y WIDTH HEIGHT"
 *     key NAME          press and release, through XTEST
 *     motion X Y        window coordinates
 *     button N          press and release
 *     resize W H        as a window manager would
 *     close             send WM_DELETE_WINDOW */
#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <X11/extensions/XTest.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static Display *display;
static Window target;

static Window find_window(void)
{
    Window root, parent, *children, found = None;
    unsigned count, largest = 0;
    if (!XQueryTree(display, DefaultRootWindow(display), &root, &parent, &children, &count))
        return None;
    for (unsigned i = 0; i < count; i++) {
        XWindowAttributes a;
        if (XGetWindowAttributes(display, children[i], &a) && a.map_state == IsViewable && a.class == InputOutput &&
            (unsigned)(a.width * a.height) > largest) {
            largest = (unsigned)(a.width * a.height);
            found = children[i];
        }
    }
    XFree(children);
    return found;
}

static int wait_window(void)
{
    for (int i = 0; i < 1000; i++) {
        target = find_window();
        if (target != None) {
            XWindowAttributes a;
            XSetInputFocus(display, target, RevertToPointerRoot, CurrentTime);
            XSync(display, False);
            if (!XGetWindowAttributes(display, target, &a))
                return -1;
            printf("window %d %d %d %d\n", a.x, a.y, a.width, a.height);
            return 1;
        }
        nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    }
    return -1;
}

static int press_key(const char *name)
{
    KeyCode code = XKeysymToKeycode(display, XStringToKeysym(name));
    if (!code)
        return -1;
    XTestFakeKeyEvent(display, code, True, 0);
    XTestFakeKeyEvent(display, code, False, 0);
    return 0;
}

static int move(int x, int y)
{
    Window child;
    int root_x, root_y;
    XTranslateCoordinates(display, target, DefaultRootWindow(display), x, y, &root_x, &root_y, &child);
    XTestFakeMotionEvent(display, -1, root_x, root_y, 0);
    return 0;
}

static int send_close(void)
{
    XEvent event = {.xclient = {.type = ClientMessage,
                                .window = target,
                                .message_type = XInternAtom(display, "WM_PROTOCOLS", False),
                                .format = 32,
                                .data.l = {(long)XInternAtom(display, "WM_DELETE_WINDOW", False)}}};
    return XSendEvent(display, target, False, NoEventMask, &event) ? 0 : -1;
}

/* 0 done, 1 done and answered, -1 failed. */
static int obey(const char *line)
{
    char name[64];
    int a, b;
    if (strncmp(line, "window", 6) == 0)
        return wait_window();
    if (sscanf(line, "key %63s", name) == 1)
        return press_key(name);
    if (sscanf(line, "motion %d %d", &a, &b) == 2)
        return move(a, b);
    if (sscanf(line, "button %d", &a) == 1) {
        XTestFakeButtonEvent(display, (unsigned)a, True, 0);
        XTestFakeButtonEvent(display, (unsigned)a, False, 0);
        return 0;
    }
    if (sscanf(line, "resize %d %d", &a, &b) == 2) {
        XResizeWindow(display, target, (unsigned)a, (unsigned)b);
        return 0;
    }
    if (strncmp(line, "close", 5) == 0)
        return send_close();
    return -1;
}

static int ignore_error(Display *d, XErrorEvent *event)
{
    return 0; /* a window may vanish between two requests */
}

int main(void)
{
    char line[128];
    display = XOpenDisplay(NULL);
    if (!display) {
        fprintf(stderr, "xdrive: no display\n");
        return 1;
    }
    XSetErrorHandler(ignore_error);
    setvbuf(stdout, NULL, _IOLBF, 0);
    while (fgets(line, sizeof line, stdin)) {
        int result = obey(line);
        XSync(display, False);
        if (result == 0)
            printf("ok\n");
        else if (result < 0)
            printf("error: %s", line);
    }
    XCloseDisplay(display);
    return 0;
}
