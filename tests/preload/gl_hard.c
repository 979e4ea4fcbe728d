/* What programs do that is legal and rare: windows made through xcb, a display closed while its context is current, and one
 * window that many threads make current in turn. */
#include <dlfcn.h>
#include <pthread.h>

#include <GL/glx.h>
#include <X11/Xlib.h>
#include <xcb/xcb.h>

#include "check.h"

enum { THREADS = 4, TURNS = 5000, WINDOWS = 50 };

static struct {
    Display *display;
    GLXFBConfig config;
    XVisualInfo *visual;
    Colormap colormap;
    Window window;
    int errors;
} scene;

static int count_error(Display *display, XErrorEvent *error)
{
    (void)__atomic_fetch_add(&scene.errors, 1, __ATOMIC_RELAXED);
    fprintf(stderr, "error %d of request %d.%d\n", error->error_code, error->request_code, error->minor_code);
    return 0;
}

static void open_scene(void)
{
    static const int attributes[] = {GLX_DOUBLEBUFFER, True, GLX_X_RENDERABLE, True, None};
    XSetWindowAttributes window = {0};
    GLXFBConfig *configs;
    Window root;
    int count = 0;

    scene.display = XOpenDisplay(NULL);
    CHECK(scene.display != NULL);
    root = DefaultRootWindow(scene.display);
    configs = glXChooseFBConfig(scene.display, 0, attributes, &count);
    CHECK(configs && count > 0);
    scene.config = configs[0];
    XFree(configs);
    scene.visual = glXGetVisualFromFBConfig(scene.display, scene.config);
    CHECK(scene.visual != NULL);
    window.colormap = scene.colormap = XCreateColormap(scene.display, root, scene.visual->visual, AllocNone);
    scene.window = XCreateWindow(scene.display, root, 0, 0, 64, 64, 0, scene.visual->depth, InputOutput,
                                 scene.visual->visual, CWColormap | CWBorderPixel, &window);
    XSync(scene.display, False);
}

static GLXContext new_context(void)
{
    GLXContext context = glXCreateNewContext(scene.display, scene.config, GLX_RGBA_TYPE, NULL, True);

    CHECK(context != NULL);
    return context;
}

/* Xlib does not count what goes through xcb, which may even lie in xcb's buffer still. */
static void windows_of_xcb(void)
{
    void *library = dlopen("libX11-xcb.so.1", RTLD_NOW);
    xcb_connection_t *(*connection_of)(Display *) = NULL;
    GLXContext context = new_context();
    xcb_connection_t *connection;

    CHECK(library != NULL);
    *(void **)&connection_of = dlsym(library, "XGetXCBConnection");
    CHECK(connection_of != NULL);
    connection = connection_of(scene.display);
    for (int i = 0; i < WINDOWS; i++) {
        uint32_t window = xcb_generate_id(connection), values[] = {0, (uint32_t)scene.colormap};

        xcb_create_window(connection, (uint8_t)scene.visual->depth, window, (uint32_t)DefaultRootWindow(scene.display), 0, 0,
                          64, 64, 0, XCB_WINDOW_CLASS_INPUT_OUTPUT, (uint32_t)scene.visual->visualid,
                          XCB_CW_BORDER_PIXEL | XCB_CW_COLORMAP, values);
        if (i % 2)
            xcb_flush(connection);
        CHECK(glXMakeCurrent(scene.display, window, context));
        CHECK(glXMakeCurrent(scene.display, None, NULL));
        xcb_destroy_window(connection, window);
    }
}

/* malloc likely puts the next Display where the last one was: the calls must not take it for that. */
static void closed_display(void)
{
    GLXContext context = new_context();
    Display *next;
    unsigned long request;

    CHECK(glXMakeCurrent(scene.display, scene.window, context));
    XCloseDisplay(scene.display);
    next = XOpenDisplay(NULL);
    CHECK(next != NULL);
    XNoOp(next);
    request = NextRequest(next);
    glViewport(0, 0, 8, 8);
    glXWaitX();
    CHECK(NextRequest(next) == request);
    XCloseDisplay(next);
    glViewport(0, 0, 8, 8);
    CHECK(glGetError() == GL_NO_ERROR);
}

static void *take_turns(void *unused)
{
    GLXContext context = new_context();

    for (int i = 0; i < TURNS; i++)
        if (glXMakeCurrent(scene.display, scene.window, context))
            (void)glXMakeCurrent(scene.display, None, NULL);
    glXDestroyContext(scene.display, context);
    return NULL;
}

static void many_threads(void)
{
    pthread_t threads[THREADS];

    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, take_turns, NULL) == 0);
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
}

int main(void)
{
    CHECK(XInitThreads());
    XSetErrorHandler(count_error);
    open_scene();
    windows_of_xcb();
    many_threads();
    closed_display();
    CHECK(scene.errors == 0);
    return 0;
}
