/* What a GLFW window shows, as bytes in memory. With a file name as its argument, it writes them as a PGM picture.
 *
 * After  cmake --install build --prefix $HOME/.local  and  export PKG_CONFIG_PATH=$HOME/.local/lib/pkgconfig :
 *
 *   cc examples/hello_glfw.c -o hello_glfw $(pkg-config --cflags --libs offstage glfw3 gl)
 *   offstage run -- ./hello_glfw */
#include <GLFW/glfw3.h>
#include <stdio.h>

#include "offstage.h"

static void draw(GLFWwindow *window)
{
    glClear(GL_COLOR_BUFFER_BIT);
    glEnable(GL_SCISSOR_TEST);
    glScissor(0, 300, 300, 300); /* the upper left quarter */
    glClearColor(1.0f, 128.0f / 255.0f, 0.0f, 1.0f);
    glClear(GL_COLOR_BUFFER_BIT);
    glfwSwapBuffers(window);
}

static int write_pgm(const char *path, const struct ofs_frame *frame)
{
    FILE *file = fopen(path, "wb");
    if (!file) {
        perror(path);
        return 1;
    }
    fprintf(file, "P5\n%d %d\n255\n", (int)frame->shape[2], (int)frame->shape[1]);
    size_t written = fwrite(frame->data, 1, frame->bytes, file);
    if (fclose(file) != 0 || written != frame->bytes) {
        perror(path);
        return 1;
    }
    return 0;
}

static int capture_one(GLFWwindow *window, const char *path)
{
    struct ofs_capture_desc desc = {.struct_size = sizeof(desc), .device = OFS_DEVICE_CPU};
    desc.plan.struct_size = sizeof(desc.plan);
    desc.plan.width_px = desc.plan.height_px = 84; /* 8-bit gray is what a zeroed plan makes */

    struct ofs_capture *capture;
    struct ofs_frame frame = {.struct_size = sizeof(frame)};
    if (ofs_capture_open(&desc, &capture) != OFS_OK) {
        fprintf(stderr, "hello_glfw: %s\n", ofs_last_error());
        return 1;
    }
    draw(window);
    if (ofs_capture_next(capture, OFS_WAIT_FOREVER, &frame) != OFS_OK) {
        fprintf(stderr, "hello_glfw: %s\n", ofs_last_error());
        ofs_capture_close(capture);
        return 1;
    }
    const unsigned char *pixels = frame.data;
    double sum = 0;
    for (size_t i = 0; i < frame.bytes; i++)
        sum += pixels[i];
    printf("shape (%d, %d, %d), uint8, mean %.2f, corners %d %d\n", (int)frame.shape[0], (int)frame.shape[1],
           (int)frame.shape[2], sum / (double)frame.bytes, pixels[0], pixels[frame.bytes - 1]);
    int result = path ? write_pgm(path, &frame) : 0;
    ofs_frame_release(&frame, 0);
    ofs_capture_close(capture);
    return result;
}

int main(int argc, char **argv)
{
    if (!glfwInit()) {
        fprintf(stderr, "hello_glfw: no display (run it with: offstage run -- %s)\n", argv[0]);
        return 1;
    }
    GLFWwindow *window = glfwCreateWindow(600, 600, "Hello", NULL, NULL);
    if (!window) {
        fprintf(stderr, "hello_glfw: no window\n");
        glfwTerminate();
        return 1;
    }
    glfwMakeContextCurrent(window);
    int result = capture_one(window, argc > 1 ? argv[1] : NULL);
    glfwTerminate();
    return result;
}
