/* What the scenes of this folder share: a window with a context, a pattern to draw, and what a capture of it must show. The
 * scenes run under the preloaded library and judge by themselves. */
#ifndef OFS_TEST_TENSOR_RIG_H
#define OFS_TEST_TENSOR_RIG_H

#define GLX_GLXEXT_PROTOTYPES
#define GL_GLEXT_PROTOTYPES
#include <GL/glx.h>
#include <GL/glext.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "offstage.h"

struct scene {
    const char *name;
    void (*run)(void);
};
extern const struct scene scenes_pixels[], scenes_state[], scenes_frames[], scenes_windows[], scenes_wait[], scenes_input[],
    scenes_limits[], scenes_attack[];

/* -- checks -------------------------------------------------------------------------------------------------------- */

/* Counts and prints what does not hold, and goes on. Any thread. */
#define CHECK(condition) check((condition), #condition, __FILE__, __LINE__)
bool check(bool condition, const char *text, const char *file, int line);
/* The status, and, where it is an error, a sentence in ofs_last_error() that holds `word`. */
#define CHECK_STATUS(call, wanted, word) check_status((call), (wanted), (word), #call, __FILE__, __LINE__)
bool check_status(enum ofs_status got, enum ofs_status wanted, const char *word, const char *text, const char *file, int line);
int checks_failed(void);
void give_up(const char *why) __attribute__((noreturn)); /* the rest of the scene makes no sense */

/* A generator of its own, so that a failure can be repeated. */
extern uint64_t dice_state;
uint32_t dice(uint32_t end); /* 0 .. end-1 */

/* -- windows ------------------------------------------------------------------------------------------------------- */

extern Display *dpy;

enum kind { COMPAT, CORE, ES2, ES3 };

struct window {
    Window id;
    GLXContext context;
    enum kind kind;
    bool doubled;
    int width, height;
};
/* Open, map and make current on this thread. */
void window_open(struct window *window, enum kind kind, bool doubled, int width, int height);
void window_bind(const struct window *window);
void window_resize(struct window *window, int width, int height);
void window_close(struct window *window);
/* Show what is drawn: a swap, or glFlush for a single-buffered window. */
void window_show(const struct window *window);

/* -- drawing ------------------------------------------------------------------------------------------------------- */

void fill(int level);                     /* one gray */
void show_level(const struct window *window, int level);
void pattern(const struct window *window); /* rectangles in all colours, thrown with the dice */
/* What glReadPixels gives, top row first, and in which format; the caller's to free. */
unsigned char *read_window(const struct window *window, uint32_t *format_out);

/* -- captures ------------------------------------------------------------------------------------------------------ */

/* A description for 8-bit gray, width x height; 0 x 0 follows the window. */
struct ofs_capture_desc describe(uint32_t width, uint32_t height);
/* Opened, or the program gives up. */
struct ofs_capture *open_capture(const struct ofs_capture_desc *desc);
/* One pixel, `stack` deep: the levels that were shown. */
struct ofs_capture *open_levels(uint32_t window, uint32_t stack, uint32_t slots);
struct ofs_frame empty_frame(void);
/* The next frame is there, and its one-pixel stack has these levels, oldest first. */
#define CHECK_LEVELS(frame, ...) \
    check_levels((frame), (const int[]){ __VA_ARGS__ }, (int)(sizeof((const int[]){ __VA_ARGS__ }) / sizeof(int)), __FILE__, __LINE__)
bool check_levels(const struct ofs_frame *frame, const int *levels, int count, const char *file, int line);

#endif
