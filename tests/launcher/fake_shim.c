/* A stand-in for liboffstage.so: the real capture module under a pretended GL and X, so that the launcher and the
 * counting of frames can be tested to the frame, with no driver. */
#include <GL/gl.h>
#include <GL/glext.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture/capture.h"
#include "util/status.h"

OFS_EXPORT void fake_swap(unsigned window, unsigned width, unsigned height);
OFS_EXPORT void fake_context(void);
OFS_EXPORT void fake_gone(unsigned window);
OFS_EXPORT int fake_closed(void);
OFS_EXPORT void fake_after_fork(void);

static struct {
    _Atomic int closed;
    uint64_t swaps;
    unsigned window;
    FILE *events;
} fake;

static const GLubyte *get_string(GLenum name) { return (const GLubyte *)"4.5 (pretended)"; }

static void get_integer(GLenum name, GLint *value)
{
    *value = name == GL_PACK_ALIGNMENT         ? 4
             : name == GL_READ_BUFFER          ? GL_BACK
             : name == GL_DOUBLEBUFFER         ? 1
             : name == GL_CONTEXT_PROFILE_MASK ? GL_CONTEXT_CORE_PROFILE_BIT
                                               : 0;
}

/* Blue is the number of the swap, green the row from the bottom, red the window. */
static void read_pixels(GLint x, GLint y, GLsizei width, GLsizei height, GLenum format, GLenum type, void *out)
{
    unsigned char *pixel = out;
    for (int row = 0; row < height; row++)
        for (int column = 0; column < width; column++, pixel += 4) {
            pixel[0] = (unsigned char)fake.swaps;
            pixel[1] = (unsigned char)row;
            pixel[2] = (unsigned char)fake.window;
            pixel[3] = 7;
        }
}

static GLboolean is_enabled(GLenum name) { return GL_FALSE; }

static void nothing(void) {}

static void *get_proc(const char *name)
{
    static const struct {
        const char *name;
        void *entry;
    } entries[] = {
        { "glGetString", get_string },
        { "glGetIntegerv", get_integer },
        { "glReadPixels", read_pixels },
        { "glIsEnabled", is_enabled },
    };
    for (size_t i = 0; i < OFS_ARRAY_LEN(entries); i++)
        if (strcmp(name, entries[i].name) == 0)
            return entries[i].entry;
    return nothing;
}

static void note(const char *what, const char *name, int a, int b)
{
    if (!fake.events && getenv("FAKE_EVENTS"))
        fake.events = fopen(getenv("FAKE_EVENTS"), "ae");
    if (fake.events) {
        fprintf(fake.events, "%llu %s %s%d %d\n", (unsigned long long)fake.swaps, what, name, a, b);
        fflush(fake.events);
    }
}

static void request_close(void)
{
    note("close", "", 0, 0);
    fake.closed = 1;
}

static bool key(const char *name, bool down)
{
    char text[80];
    snprintf(text, sizeof text, "%s ", name);
    note("key", text, down, 0);
    return strcmp(name, "nokey") != 0;
}

static bool motion(int x, int y)
{
    note("motion", "", x, y);
    return true;
}

static bool button(int number, bool down)
{
    note("button", "", number, down);
    return true;
}

static bool resize(uint32_t width, uint32_t height)
{
    note("resize", "", (int)width, (int)height);
    return true;
}

static const struct ofs_capture_host host = { get_proc, request_close, key, motion, button, resize, NULL };

void fake_context(void)
{
    ofs_capture_init(&host);
    ofs_capture_observer()->renderer("Pretended \"vendor\"", "Pretended renderer", "4.5 \033[31m", "fake:0", "tests");
}

void fake_swap(unsigned window, unsigned width, unsigned height)
{
    struct ofs_swap swap = { .window = window, .width_px = width, .height_px = height, .sequence = ++fake.swaps };
    fake.window = window;
    ofs_capture_observer()->swap(&swap);
}

void fake_gone(unsigned window) { ofs_capture_observer()->gone(window); }

int fake_closed(void) { return fake.closed; }

void fake_after_fork(void)
{
    fake.swaps = 0;
    fake.closed = 0;
    ofs_capture_fork_child();
}
