/* Captures on CUDA, with a module that pretends (fake_cuda.c): the same observations as on the CPU, bit for bit, on the way
 * that stays on the GPU and on the next way down; streams are put into order; nothing is left over.
 * Usage: test_interop same | down | missing | nodevice | memory */
#include <GLFW/glfw3.h>
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "offstage.h"

static int failures;

#define CHECK(condition)                                                                                      \
    do {                                                                                                      \
        if (!(condition)) {                                                                                   \
            fprintf(stderr, "%s:%d: not so: %s (%s)\n", __FILE__, __LINE__, #condition, ofs_last_error());    \
            failures++;                                                                                       \
        }                                                                                                     \
    } while (0)

static GLFWwindow *window;

static void draw(int frame)
{
    int width, height;
    glfwGetFramebufferSize(window, &width, &height);
    glDisable(GL_SCISSOR_TEST);
    glClearColor((float)(frame % 7) / 7.0f, 0.3f, (float)(frame % 5) / 5.0f, 1);
    glClear(GL_COLOR_BUFFER_BIT);
    glEnable(GL_SCISSOR_TEST);
    glScissor(frame * 7 % width, frame * 3 % height, width / 3 + 1, height / 2);
    glClearColor(0.9f, (float)(frame % 3) / 3.0f, 0.1f, 1);
    glClear(GL_COLOR_BUFFER_BIT);
    glfwSwapBuffers(window); /* with the scissor on: it must not clip what is captured */
}

static struct ofs_capture *open_on(int device, const struct ofs_plan_desc *plan)
{
    struct ofs_capture_desc desc = { .struct_size = sizeof desc, .device = device, .plan = *plan };
    struct ofs_capture *capture = NULL;
    CHECK(ofs_capture_open(&desc, &capture) == OFS_OK);
    return capture;
}

static const char *way(void)
{
    static struct ofs_info info;
    info.struct_size = sizeof info;
    CHECK(ofs_info_get(&info) == OFS_OK);
    return info.readback;
}

/* The fake's "device memory" can be looked at. */
static void compare(const struct ofs_plan_desc *plan, int frames)
{
    struct ofs_capture *on_cpu = open_on(OFS_DEVICE_CPU, plan), *on_cuda = open_on(OFS_DEVICE_CUDA, plan);
    for (int i = 0; i < frames; i++) {
        struct ofs_frame a = { .struct_size = sizeof a }, b = { .struct_size = sizeof b };
        if (i == frames / 2) {
            ofs_capture_reset(on_cpu);
            ofs_capture_reset(on_cuda);
        }
        draw(i);
        if (i == frames / 2 + 2) { /* after the frame that it is to begin with */
            ofs_capture_reset(on_cpu);
            ofs_capture_reset(on_cuda);
        }
        CHECK(ofs_capture_next(on_cpu, 0, &a) == OFS_OK);
        CHECK(ofs_capture_next(on_cuda, 0, &b) == OFS_OK);
        CHECK(b.device == 1 && a.device == OFS_DEVICE_CPU);
        CHECK(a.bytes == b.bytes && a.data && b.data && memcmp(a.data, b.data, a.bytes) == 0);
        ofs_frame_release(&a, 0);
        ofs_frame_release(&b, 0);
    }
    ofs_capture_close(on_cpu);
    ofs_capture_close(on_cuda);
}

static void all_plans(const char *wanted_way)
{
    struct ofs_plan_desc plan = { .struct_size = sizeof plan, .width_px = 84, .height_px = 84, .stack = 4 };
    compare(&plan, 8);
    CHECK(strcmp(way(), wanted_way) == 0);
    plan = (struct ofs_plan_desc){ .struct_size = sizeof plan, .color = OFS_COLOR_RGB, .layout = OFS_LAYOUT_HWC, .stack = 3 };
    compare(&plan, 6);
    plan = (struct ofs_plan_desc){ .struct_size = sizeof plan, .crop_x_px = 11, .crop_y_px = 5, .crop_width_px = 100,
                                   .crop_height_px = 77, .width_px = 31, .height_px = 40, .flip = OFS_FLIP_HORIZONTAL,
                                   .color = OFS_COLOR_RGB, .dtype = OFS_DTYPE_FLOAT32, .scale = 1 / 255.0f, .stack = 2 };
    compare(&plan, 6);
    plan = (struct ofs_plan_desc){ .struct_size = sizeof plan, .width_px = 84, .height_px = 84, .max_frames = 2, .stack = 2 };
    compare(&plan, 8);
    glfwSetWindowSize(window, 133, 177); /* textures of another size */
    glfwPollEvents();
    compare(&plan, 4);
}

static void streams(void)
{
    struct ofs_plan_desc plan = { .struct_size = sizeof plan, .width_px = 20, .height_px = 20 };
    struct ofs_capture *capture = open_on(1, &plan);
    struct ofs_frame frame = { .struct_size = sizeof frame };
    void (*fake)(uintptr_t *, uintptr_t *, long *, long *) =
        (void (*)(uintptr_t *, uintptr_t *, long *, long *))dlsym(RTLD_DEFAULT, "fake_cuda_waits");
    static unsigned char odd[4096];
    uintptr_t consumer = 0, producer = 0;
    long living = 0, overlaps = 0;
    void *library = dlopen(getenv("FAKE_CUDA_FILE"), RTLD_LAZY | RTLD_NOLOAD);

    CHECK(library != NULL);
    fake = (void (*)(uintptr_t *, uintptr_t *, long *, long *))dlsym(library, "fake_cuda_waits");
    draw(1);
    CHECK(ofs_capture_next(capture, 0, &frame) == OFS_OK);
    CHECK(ofs_frame_wait(&frame, 77) == OFS_OK);
    fake(&consumer, &producer, &living, &overlaps);
    CHECK(consumer == 77);
    ofs_frame_release(&frame, 78);
    fake(&consumer, &producer, &living, &overlaps);
    CHECK(producer == 78);
    draw(2);
    CHECK(ofs_capture_read(capture, 0, odd + 1, sizeof odd - 1, 5, NULL) == OFS_EINVAL);
    CHECK(strstr(ofs_last_error(), "host memory") != NULL && odd[1] == 0);
    CHECK(ofs_capture_next(capture, 0, &frame) == OFS_OK); /* not used up */
    ofs_capture_close(capture);
    ofs_frame_release(&frame, 0); /* the last user of the device */
    draw(4);
    fake(&consumer, &producer, &living, &overlaps);
    CHECK(living == 0 && overlaps == 0);
    dlclose(library);
}

static void refused(int device, enum ofs_status wanted, const char *word)
{
    struct ofs_capture_desc desc = { .struct_size = sizeof desc, .device = device };
    struct ofs_info info = { .struct_size = sizeof info };
    struct ofs_capture *capture = NULL;
    desc.plan.struct_size = sizeof desc.plan;
    CHECK(ofs_capture_open(&desc, &capture) == wanted && !capture);
    CHECK(strstr(ofs_last_error(), word) != NULL);
    /* A number that is no device is nobody's trouble but the caller's. */
    CHECK(ofs_info_get(&info) == OFS_OK && (device < OFS_DEVICE_CUDA || strstr(info.cuda, word) != NULL));
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";

    if (!glfwInit())
        return 1;
    glfwWindowHint(GLFW_ALPHA_BITS, 8);
    window = glfwCreateWindow(211, 123, "interop", NULL, NULL);
    glfwMakeContextCurrent(window);
    if (strcmp(what, "same") == 0) {
        all_plans("cuda");
        streams();
    } else if (strcmp(what, "down") == 0) {
        all_plans("direct");
        streams();
    } else if (strcmp(what, "missing") == 0) {
        refused(OFS_DEVICE_CUDA, OFS_ENOSYS, "liboffstage_cuda.so is missing");
        refused(-7, OFS_EINVAL, "device -7");
    } else if (strcmp(what, "nodevice") == 0) {
        refused(0, OFS_ENOSYS, "no CUDA here");
    } else if (strcmp(what, "memory") == 0) {
        struct ofs_plan_desc plan = { .struct_size = sizeof plan };
        struct ofs_capture *capture = open_on(0, &plan);
        struct ofs_frame frame = { .struct_size = sizeof frame };
        draw(0);
        CHECK(ofs_capture_next(capture, 0, &frame) == OFS_ENOMEM);
        ofs_capture_close(capture);
        refused(2, OFS_ENODEV, "does not exist");
    } else {
        return 2;
    }
    CHECK(glGetError() == GL_NO_ERROR);
    glfwDestroyWindow(window);
    glfwTerminate();
    return failures ? 1 : 0;
}
