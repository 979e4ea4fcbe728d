/* The observer with several threads, each swapping a window of its own: counts are exact, the limit is exact, the
 * program is asked to close once, and the frame that is kept is whole. Also meant for the thread sanitizer. */
#include <GL/gl.h>
#include <GL/glext.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture/capture.h"
#include "capture/keep.h"
#include "check.h"
#include "util/status.h"

#define THREADS 4
#define SWAPS   500
#define LIMIT   1500
#define SIDE    40

static _Atomic unsigned closes, keys;
static _Thread_local unsigned char shade;

static const GLubyte *get_string(GLenum name) { return (const GLubyte *)"4.5"; }

static void get_integer(GLenum name, GLint *value)
{
    *value = name == GL_PACK_ALIGNMENT ? 4 : name == GL_READ_BUFFER ? GL_BACK : name == GL_DOUBLEBUFFER;
    if (name == GL_CONTEXT_PROFILE_MASK)
        *value = GL_CONTEXT_CORE_PROFILE_BIT;
}

static void read_pixels(GLint x, GLint y, GLsizei width, GLsizei height, GLenum format, GLenum type, void *out)
{
    memset(out, shade, (size_t)width * (size_t)height * 4);
}

static GLboolean is_enabled(GLenum name) { return GL_FALSE; }

static void nothing(void) {}

static void *get_proc(const char *name)
{
    return strcmp(name, "glGetString") == 0     ? (void *)get_string
           : strcmp(name, "glGetIntegerv") == 0 ? (void *)get_integer
           : strcmp(name, "glReadPixels") == 0  ? (void *)read_pixels
           : strcmp(name, "glIsEnabled") == 0   ? (void *)is_enabled
                                                : (void *)nothing;
}

static void request_close(void) { closes++; }

static bool key(const char *name, bool down)
{
    keys++;
    return true;
}

static bool motion(int x, int y) { return true; }

static bool button(int number, bool down) { return true; }

static bool resize(uint32_t width, uint32_t height) { return true; }

static const struct ofs_capture_host host = { get_proc, request_close, key, motion, button, resize, NULL };

static void *swap_many(void *argument)
{
    struct ofs_swap swap = { .window = (uint32_t)(uintptr_t)argument, .width_px = SIDE, .height_px = SIDE };
    for (int i = 0; i < SWAPS; i++) {
        shade = (unsigned char)(swap.window * 50 + (unsigned)i % 50);
        swap.sequence++;
        errno = 99;
        ofs_capture_observer()->swap(&swap);
        CHECK(errno == 99);
    }
    ofs_capture_observer()->gone(swap.window);
    return NULL;
}

int main(void)
{
    char folder[] = "/tmp/offstage-observer-XXXXXX", shot[64], script[64];
    struct ofs_swap pbuffer = { .window = 0, .width_px = 9, .height_px = 9, .sequence = 1 };
    pthread_t thread[THREADS];
    struct stat st;
    FILE *out;

    if (!mkdtemp(folder))
        return 1;
    snprintf(shot, sizeof shot, "%s/a.png", folder);
    snprintf(script, sizeof script, "%s/script", folder);
    out = fopen(script, "w");
    for (int i = 1; i <= 2 * LIMIT; i++)
        fprintf(out, "%d key a press\n", i);
    fclose(out);
    setenv("OFFSTAGE_SHOT", shot, 1);
    setenv("OFFSTAGE_INPUT", script, 1);
    setenv("OFFSTAGE_FRAMES", "1500", 1);
    ofs_capture_init(&host);
    ofs_capture_observer()->renderer("v", NULL, "x", "d", "r");
    for (uintptr_t i = 0; i < THREADS; i++)
        pthread_create(&thread[i], NULL, swap_many, (void *)(i + 1));
    ofs_capture_observer()->swap(&pbuffer); /* counts for nothing */
    for (int i = 0; i < THREADS; i++)
        pthread_join(thread[i], NULL);
    CHECK(closes == 1);
    CHECK(keys == LIMIT - 1);                        /* none after the last frame */
    CHECK(stat(shot, &st) == 0 && st.st_size < 400); /* one shade: a torn frame would compress worse */
    unlink(shot);
    unlink(script);
    rmdir(folder);
    return check_result();
}
