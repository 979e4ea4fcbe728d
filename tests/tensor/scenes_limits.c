/* Large numbers: many frames, many captures, deep stacks, large windows. */
#include <dirent.h>
#include <malloc.h>
#include <stdio.h>
#include <unistd.h>

#include "rig.h"

static size_t resident_bytes(void)
{
    unsigned long long total = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file || fscanf(file, "%llu %llu", &total, &resident) != 2)
        give_up("/proc/self/statm cannot be read");
    fclose(file);
    return (size_t)resident * (size_t)sysconf(_SC_PAGESIZE);
}

static unsigned descriptors(void)
{
    unsigned count = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (folder && readdir(folder))
        count++;
    if (folder)
        closedir(folder);
    return count;
}

static size_t heap_bytes(void)
{
    struct mallinfo2 heap = mallinfo2();
    return heap.uordblks + heap.hblkhd;
}

/* Everything that can be done with a frame, `count` times. */
static void use(const struct window *window, struct ofs_capture *capture, struct ofs_capture *kept, int count)
{
    unsigned char data[16 * 16 * 4];
    for (int i = 0; i < count; i++) {
        struct ofs_frame frame = empty_frame(), again = empty_frame();
        glClear(GL_COLOR_BUFFER_BIT);
        window_show(window);
        if (i % 3 == 0) {
            CHECK(ofs_capture_read(capture, 0, data, sizeof data, 0, NULL) == OFS_OK);
        } else {
            CHECK(ofs_capture_next(capture, 0, &frame) == OFS_OK);
            CHECK(ofs_capture_latest(capture, &again) == OFS_OK && again.data == frame.data);
        }
        ofs_frame_release(&again, 0);
        ofs_frame_release(&frame, 0);
        if (i % 7 == 0) {
            CHECK(ofs_capture_latest(kept, &frame) == OFS_OK);
            ofs_frame_release(&frame, 0);
        }
        if (i % 50 == 0)
            ofs_capture_reset(capture);
    }
}

/* 100,000 captures grow nothing: what is in use after the first thousand is in use after the last. */
static void growth(void)
{
    struct window window;
    struct ofs_capture_desc desc = describe(16, 16);
    struct ofs_capture *capture, *kept;
    size_t heap, resident;
    unsigned open_files;

    window_open(&window, CORE, true, 24, 24);
    desc.plan.stack = 4;
    capture = open_capture(&desc);
    desc.plan.max_frames = 2;
    desc.plan.layout = OFS_LAYOUT_HWC;
    kept = open_capture(&desc);
    use(&window, capture, kept, 5000);
    heap = heap_bytes();
    resident = resident_bytes();
    open_files = descriptors();
    use(&window, capture, kept, 100000);
    CHECK(heap_bytes() <= heap + 64 * 1024); /* of the X and GL libraries */
    CHECK(resident_bytes() <= resident + 1024 * 1024);
    CHECK(descriptors() == open_files);
    ofs_capture_close(kept);
    ofs_capture_close(capture);
}

/* Nor do 20,000 that are opened and closed, with a window that changes its size all the time. */
static void growth_open_close(void)
{
    struct window window;
    size_t heap = 0, resident = 0;
    unsigned open_files = descriptors();

    window_open(&window, CORE, true, 24, 24);
    for (int i = 0; i < 20000; i++) {
        struct ofs_capture_desc desc = describe(i % 2 ? 0 : 9, i % 2 ? 0 : 9);
        struct ofs_capture *capture;
        struct ofs_frame frame = empty_frame(), other = empty_frame();
        desc.plan.stack = (uint32_t)(i % 5);
        desc.plan.max_frames = (uint32_t)(i % 3);
        capture = open_capture(&desc);
        window_show(&window);
        CHECK(ofs_capture_next(capture, 0, &frame) == OFS_OK);
        if (i % 16 == 0) {
            window_resize(&window, 20 + i / 16 % 9, 20 + i / 16 % 7);
            window_show(&window);
            CHECK(ofs_capture_next(capture, 0, &other) == OFS_OK);
        }
        if (i % 4 == 0)
            ofs_capture_close(capture);
        ofs_frame_release(&frame, 0);
        ofs_frame_release(&other, 0);
        if (i % 4 != 0)
            ofs_capture_close(capture);
        if (i == 2000) {
            heap = heap_bytes();
            resident = resident_bytes();
            open_files = descriptors();
        }
    }
    CHECK(heap_bytes() <= heap + 64 * 1024);
    CHECK(resident_bytes() <= resident + 1024 * 1024);
    CHECK(descriptors() == open_files);
}

/* 256 captures at a time, and not one more. */
static void many_captures(void)
{
    struct window window;
    struct ofs_capture *captures[256], *more = NULL;
    struct ofs_capture_desc desc = describe(1, 1);

    window_open(&window, COMPAT, true, 20, 20);
    for (int i = 0; i < 256; i++)
        captures[i] = open_levels(0, 1 + (uint32_t)i % 3, 1);
    CHECK_STATUS(ofs_capture_open(&desc, &more), OFS_ENOMEM, "too many");
    CHECK(!more);
    for (int level = 1; level <= 3; level++) {
        show_level(&window, level);
        for (int i = 0; i < 256; i++) {
            struct ofs_frame frame = empty_frame();
            if (i % 3 == level % 3)
                continue;
            CHECK_STATUS(ofs_capture_next(captures[i], 0, &frame), OFS_OK, NULL);
            CHECK(frame.data && ((const unsigned char *)frame.data)[frame.bytes - 1] == level);
            ofs_frame_release(&frame, 0);
        }
    }
    ofs_capture_close(captures[100]);
    captures[100] = open_levels(0, 1, 1);
    CHECK_STATUS(ofs_capture_open(&desc, &more), OFS_ENOMEM, "too many");
    for (int i = 0; i < 256; i++)
        ofs_capture_close(captures[i]);
}

static void deep_stack(void)
{
    for (int layout = OFS_LAYOUT_CHW; layout <= OFS_LAYOUT_HWC; layout++) {
        struct window window;
        struct ofs_capture_desc desc = describe(1, 1);
        struct ofs_capture *capture;

        window_open(&window, COMPAT, true, 20, 20);
        desc.plan.stack = 64;
        desc.plan.layout = (uint32_t)layout;
        desc.slots = 1;
        capture = open_capture(&desc);
        for (int i = 1; i <= 150; i++) {
            struct ofs_frame frame = empty_frame();
            show_level(&window, i);
            CHECK_STATUS(ofs_capture_next(capture, 0, &frame), OFS_OK, NULL);
            for (int place = 0; place < 64; place++) {
                int level = i - 63 + place;
                CHECK(((const unsigned char *)frame.data)[place] == (level < 1 ? 1 : level));
            }
            ofs_frame_release(&frame, 0);
        }
        ofs_capture_close(capture);
        window_close(&window);
    }
}

/* As large as a window can be on one side, and a large picture as it is. */
static void large_windows(void)
{
    static const int sizes[][2] = { { 16384, 2 }, { 2, 16384 }, { 3840, 2160 } };
    for (int i = 0; i < 3; i++) {
        struct window window;
        struct ofs_capture_desc desc = describe(0, 0);
        struct ofs_capture *small, *whole;
        struct ofs_frame frame = empty_frame();
        int64_t width = sizes[i][0], height = sizes[i][1];

        window_open(&window, CORE, true, sizes[i][0], sizes[i][1]);
        small = open_levels(0, 2, 0);
        desc.slots = 1;
        desc.plan.color = OFS_COLOR_RGB;
        if (width <= 8192 && height <= 8192) {
            whole = open_capture(&desc);
        } else { /* larger than an observation may be */
            desc.plan.width_px = (uint32_t)(width / 2);
            desc.plan.height_px = (uint32_t)(height / 2);
            whole = open_capture(&desc);
        }
        show_level(&window, 200);
        CHECK_STATUS(ofs_capture_next(small, 0, &frame), OFS_OK, NULL);
        CHECK_LEVELS(&frame, 200, 200);
        ofs_frame_release(&frame, 0);
        frame = empty_frame();
        CHECK_STATUS(ofs_capture_next(whole, 0, &frame), OFS_OK, NULL);
        CHECK(frame.data && ((const unsigned char *)frame.data)[0] == 200 &&
              memcmp(frame.data, (const unsigned char *)frame.data + 1, frame.bytes - 1) == 0);
        ofs_frame_release(&frame, 0);
        ofs_capture_close(whole);
        desc.plan.width_px = desc.plan.height_px = 0;
        whole = open_capture(&desc);
        show_level(&window, 100);
        CHECK_STATUS(ofs_capture_next(whole, 0, &frame), width > 8192 || height > 8192 ? OFS_EINVAL : OFS_OK, NULL);
        ofs_frame_release(&frame, 0);
        ofs_capture_close(whole);
        ofs_capture_close(small);
        window_close(&window);
    }
}

const struct scene scenes_limits[] = {
    { "growth", growth },         { "growth_open_close", growth_open_close }, { "many_captures", many_captures },
    { "deep_stack", deep_stack }, { "large_windows", large_windows },         { NULL, NULL },
};
