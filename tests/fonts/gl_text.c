/* Draws with glXUseXFont and says what it sees: run on Xvfb and under Offstage, the two must say the same. */
#include <GL/glx.h>
#include <X11/Xlib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef GL_PIXEL_UNPACK_BUFFER_BINDING
#define GL_PIXEL_UNPACK_BUFFER_BINDING 0x88EF
#endif

enum { WIDTH = 256, HEIGHT = 64 };

static int last_error;

static int on_error(Display *dpy, XErrorEvent *event)
{
    (void)dpy;
    last_error = event->error_code;
    return 0;
}

static void print_pixels(const char *what)
{
    static unsigned char px[WIDTH * HEIGHT];
    unsigned long hash = 5381, set = 0;
    glReadPixels(0, 0, WIDTH, HEIGHT, GL_RED, GL_UNSIGNED_BYTE, px);
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
        hash = (hash * 33 + px[i]) & 0xFFFFFFFF;
        set += px[i] != 0;
    }
    printf("%s: %lu pixels, hash %08lx, error %x\n", what, set, hash, glGetError());
    if (getenv("SHOW_PIXELS"))
        for (int y = HEIGHT - 1; y >= 0; y--) {
            for (int x = 0; x < 120; x++)
                putchar(px[y * WIDTH + x] ? '#' : '.');
            putchar('\n');
        }
}

static void print_unpack(void)
{
    static const GLenum names[] = { GL_UNPACK_SWAP_BYTES,          GL_UNPACK_LSB_FIRST,   GL_UNPACK_ROW_LENGTH,
                                    GL_UNPACK_SKIP_ROWS,           GL_UNPACK_SKIP_PIXELS, GL_UNPACK_ALIGNMENT,
                                    GL_PIXEL_UNPACK_BUFFER_BINDING };
    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        GLint value = -1;
        glGetIntegerv(names[i], &value);
        printf(" %d", value);
    }
    printf(": how GL reads pixels\n");
}

/* From lists of the characters 0 … 299: a word, and single ones that may be blank or not there. */
static void draw(Display *dpy, const char *name)
{
    Font font = XLoadFont(dpy, name);
    GLuint lists = glGenLists(300);
    glXUseXFont(font, 0, 300, (int)lists);
    XUnloadFont(dpy, font);
    glClear(GL_COLOR_BUFFER_BIT);
    glListBase(lists);
    glRasterPos2f(4.5F, 40.5F); /* not where rounding decides */
    glCallLists(10, GL_UNSIGNED_BYTE, "Hamburg{gQ");
    static const GLushort odd[] = { 0, 1, 7, 31, 32, 127, 128, 160, 233, 255, 256, 299 };
    for (unsigned i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
        glRasterPos2f(4.5F + 20 * (float)i, 18.5F);
        glCallLists(1, GL_UNSIGNED_SHORT, &odd[i]);
    }
    print_pixels(name);
    GLfloat position[4];
    glRasterPos2i(0, 0);
    glCallLists(1, GL_UNSIGNED_BYTE, " ");
    glGetFloatv(GL_CURRENT_RASTER_POSITION, position);
    printf("blank: %g\n", (double)position[0]);
    glDeleteLists(lists, 300);
}

int main(void)
{
    Display *dpy = XOpenDisplay(NULL);
    int wanted[] = { GLX_RGBA, GLX_RED_SIZE, 8, GLX_DOUBLEBUFFER, None };
    XVisualInfo *visual = dpy ? glXChooseVisual(dpy, DefaultScreen(dpy), wanted) : NULL;
    if (!visual) {
        printf("no display with OpenGL\n");
        return 77;
    }
    Window root = DefaultRootWindow(dpy);
    XSetWindowAttributes attributes = { .colormap = XCreateColormap(dpy, root, visual->visual, AllocNone) };
    Window window = XCreateWindow(dpy, root, 0, 0, WIDTH, HEIGHT, 0, visual->depth, InputOutput, visual->visual,
                                  CWColormap | CWBorderPixel, &attributes);
    XMapWindow(dpy, window);
    GLXContext context = glXCreateContext(dpy, visual, NULL, True);
    glXUseXFont(1, 0, 1, 1); /* no context is current: ignored */
    glXMakeCurrent(dpy, window, context);
    glOrtho(0, WIDTH, 0, HEIGHT, -1, 1);
    glPixelStorei(GL_UNPACK_ALIGNMENT, 8);
    glPixelStorei(GL_UNPACK_LSB_FIRST, GL_TRUE);
    glPixelStorei(GL_UNPACK_SKIP_PIXELS, 3);
    glPixelStorei(GL_UNPACK_ROW_LENGTH, 77);
    static const char *const fonts[] = { "fixed",    "10x20",
                                         "5x7",      "cursor",
                                         "nil2",     "8x16",
                                         "9x15bold", "-misc-fixed-medium-r-normal--18-120-100-100-c-90-iso10646-1" };
    for (unsigned i = 0; i < sizeof(fonts) / sizeof(fonts[0]); i++)
        draw(dpy, fonts[i]);
    print_unpack();
    XSetErrorHandler(on_error);
    XSync(dpy, False);
    glXUseXFont((Font)window, 0, 1, 1);
    XSync(dpy, False);
    printf("a window in place of a font: %s\n", last_error == BadFont ? "BadFont" : "not BadFont");
    glXMakeCurrent(dpy, None, NULL);
    glXDestroyContext(dpy, context);
    XCloseDisplay(dpy);
    return 0;
}
