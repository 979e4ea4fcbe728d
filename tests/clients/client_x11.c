#include "client_x11.h"

#include "client.h"

static struct {
    Atom wm_protocols, wm_delete_window;
} atoms;

Window client_x11_window(Display *display, const XVisualInfo *visual, const char *title)
{
    Window root = RootWindow(display, visual->screen);
    XSetWindowAttributes attributes = {
        .colormap = XCreateColormap(display, root, visual->visual, AllocNone),
        .event_mask = KeyPressMask | KeyReleaseMask | ButtonPressMask | ButtonReleaseMask | PointerMotionMask |
                      StructureNotifyMask,
    };
    Window window = XCreateWindow(display, root, 0, 0, CLIENT_WIDTH, CLIENT_HEIGHT, 0, visual->depth, InputOutput,
                                  visual->visual, CWColormap | CWEventMask | CWBorderPixel, &attributes);
    atoms.wm_protocols = XInternAtom(display, "WM_PROTOCOLS", False);
    atoms.wm_delete_window = XInternAtom(display, "WM_DELETE_WINDOW", False);
    XSetWMProtocols(display, window, &atoms.wm_delete_window, 1);
    XStoreName(display, window, title);
    XMapWindow(display, window);
    XEvent event;
    do
        XNextEvent(display, &event);
    while (event.type != MapNotify);
    return window;
}

static void key(XKeyEvent *event)
{
    const char *name = XKeysymToString(XLookupKeysym(event, 0));
    client_key(name ? name : "other", event->type == KeyPress);
}

void client_x11_events(Display *display)
{
    while (XPending(display)) {
        XEvent event;
        XNextEvent(display, &event);
        switch (event.type) {
        case KeyPress:
        case KeyRelease:
            key(&event.xkey);
            break;
        case ButtonPress:
        case ButtonRelease:
            client_button((int)event.xbutton.button, event.type == ButtonPress);
            break;
        case MotionNotify:
            client_motion(event.xmotion.x, event.xmotion.y);
            break;
        case ConfigureNotify:
            client_resize(event.xconfigure.width, event.xconfigure.height);
            break;
        case ClientMessage:
            if (event.xclient.message_type == atoms.wm_protocols &&
                (Atom)event.xclient.data.l[0] == atoms.wm_delete_window)
                client_close();
            break;
        default:
            break;
        }
    }
}
