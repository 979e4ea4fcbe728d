/* offstage_client without the library, and with others in its place.
 *
 *     without absent | old | other | new        which library is preloaded: none, older, of another version, newer */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "offstage.h"

static int failures;

#define CHECK(condition)                                                             \
    do {                                                                             \
        if (!(condition)) {                                                          \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);  \
            failures++;                                                              \
        }                                                                            \
    } while (0)

/* Every function that needs the library says that it is not there, in a sentence that holds `word`, and touches nothing. */
static void nothing_works(const char *word)
{
    struct ofs_capture_desc desc = { .struct_size = sizeof desc };
    struct ofs_capture *capture = NULL, *some = (struct ofs_capture *)(void *)&desc;
    struct ofs_frame frame = { .struct_size = sizeof frame }, before = frame;
    struct ofs_info info = { .struct_size = sizeof info };
    uint32_t count = 5;
    unsigned char byte = 7;

#define ABSENT(call)                                          \
    do {                                                      \
        errno = 4321;                                         \
        CHECK((call) == OFS_ENOSHIM && errno == 4321);        \
        CHECK(strstr(ofs_last_error(), word) != NULL);        \
    } while (0)
    CHECK(ofs_last_error()[0] == '\0');
    ABSENT(ofs_capture_open(&desc, &capture));
    ABSENT(ofs_capture_next(some, OFS_WAIT_FOREVER, &frame));
    ABSENT(ofs_capture_latest(some, &frame));
    ABSENT(ofs_capture_read(some, OFS_WAIT_FOREVER, &byte, 1, 0, &frame));
    ABSENT(ofs_capture_shape(some, &frame));
    ABSENT(ofs_frame_wait(&frame, 0));
    ABSENT(ofs_windows(NULL, 0, &count));
    ofs_capture_close(some);
    ofs_capture_reset(some);
    ofs_frame_release(&frame, 0);
    CHECK(!capture && byte == 7 && count == 5 && memcmp(&frame, &before, sizeof frame) == 0);
    CHECK(ofs_info_get(&info) == OFS_OK && info.loaded == 0 && info.frames == 0 && info.kernels[0]);
    CHECK(strstr(info.reason, word) != NULL);
    info.struct_size = 1;
    CHECK(ofs_info_get(&info) == OFS_EINVAL);
    CHECK(strcmp(ofs_status_name(OFS_ENOSHIM), "OFS_ENOSHIM") == 0);
}

/* Plans need no library. */
static void plans_work(void)
{
    struct ofs_plan_desc plan = { .struct_size = sizeof plan, .source_width_px = 4, .source_height_px = 2,
                                  .width_px = 2, .height_px = 1 };
    unsigned char pixels[32], out[3] = { 9, 9, 9 };

    memset(pixels, 0x50, sizeof pixels);
    CHECK(ofs_preprocess(&plan, pixels, 16, out, 2) == OFS_OK);
    CHECK(out[0] == 0x50 && out[1] == 0x50 && out[2] == 9);
    CHECK(ofs_preprocess(&plan, pixels, 16, out, 1) == OFS_EINVAL && ofs_last_error()[0]);
}

/* A library with a longer table serves this client. */
static void newer(void)
{
    struct ofs_info info = { .struct_size = sizeof info };
    uint32_t count = 0;

    CHECK(ofs_info_get(&info) == OFS_OK && info.loaded == 1 && strcmp(info.version, "99.0") == 0);
    CHECK(ofs_windows(NULL, 0, &count) == OFS_OK && count == 33);
}

int main(int argc, char **argv)
{
    const char *kind = argc > 1 ? argv[1] : "";

    if (strcmp(kind, "new") == 0)
        newer();
    else
        nothing_works(strcmp(kind, "absent") == 0 ? "offstage run" : "version");
    plans_work();
    return failures > 0;
}
