#include "client.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client_gl.h"

static struct {
    int width, height;
    int keys, buttons;   /* times that space and any button were pressed */
    int x, y;            /* pointer; negative until it moved */
    bool closed;
    uint64_t swaps;
    time_t deadline;
    unsigned char *pixels;
    size_t pixels_bytes;
    int pixels_width, pixels_height;
} state = {.width = CLIENT_WIDTH, .height = CLIENT_HEIGHT, .x = -1, .y = -1};

static time_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec;
}

bool client_start(client_get_proc get_proc, enum client_profile profile)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    state.deadline = now() + 60;
    return client_gl_init(get_proc, profile);
}

static void scene(void)
{
    static const unsigned char cold[3] = {32, 64, 96}, warm[3] = {160, 96, 32};
    static const unsigned char red[3] = {224, 48, 48}, green[3] = {48, 200, 72}, yellow[3] = {240, 208, 48};
    static const unsigned char white[3] = {255, 255, 255}, magenta[3] = {216, 56, 200};
    int w = state.width, h = state.height;

    client_gl_begin(w, h, state.keys % 2 ? warm : cold);
    client_gl_rect(0, h - h / 4, w / 4, h / 4, red);
    client_gl_rect(w - w / 4, 0, w / 4, h / 4, green);
    client_gl_triangle((const float[6]){w / 2, h / 4, w - w / 4, h - h / 4, w / 4, h - h / 4}, yellow);
    if (state.x >= 0)
        client_gl_rect(state.x - 10, state.y - 10, 20, 20, state.buttons % 2 ? magenta : white);
    client_gl_end();
}

static void keep_pixels(void)
{
    size_t bytes = (size_t)state.width * (size_t)state.height * 3;
    if (bytes > state.pixels_bytes) {
        unsigned char *grown = realloc(state.pixels, bytes);
        if (!grown)
            return;
        state.pixels = grown;
        state.pixels_bytes = bytes;
    }
    client_gl_read(state.width, state.height, state.pixels);
    state.pixels_width = state.width;
    state.pixels_height = state.height;
}

void client_draw(void)
{
    scene();
    if (getenv("CLIENT_DUMP"))
        keep_pixels();
}

void client_swapped(void)
{
    if (state.swaps++ == 0)
        printf("ready %dx%d\n", state.width, state.height);
    nanosleep(&(struct timespec){.tv_nsec = 4000000}, NULL);
}

void client_key(const char *name, bool down)
{
    printf("key %s %s\n", down ? "down" : "up", name);
    if (down && strcmp(name, "space") == 0)
        state.keys++;
}

void client_motion(int x, int y)
{
    if (x == state.x && y == state.y)
        return;
    printf("motion %d %d\n", x, y);
    state.x = x;
    state.y = y;
}

void client_button(int button, bool down)
{
    printf("button %s %d\n", down ? "down" : "up", button);
    if (down)
        state.buttons++;
}

void client_resize(int width, int height)
{
    if (width == state.width && height == state.height)
        return;
    printf("resize %dx%d\n", width, height);
    state.width = width;
    state.height = height;
}

void client_close(void)
{
    if (!state.closed)
        printf("close\n");
    state.closed = true;
}

bool client_running(void)
{
    if (!state.closed && now() > state.deadline) {
        fprintf(stderr, "client: nobody closed the window for a minute\n");
        exit(3);
    }
    return !state.closed;
}

int client_finish(void)
{
    const char *path = getenv("CLIENT_DUMP");
    int status = 0;
    if (path && state.pixels) {
        FILE *file = fopen(path, "wb");
        if (!file) {
            perror(path);
            return 4;
        }
        fprintf(file, "P6\n%d %d\n255\n", state.pixels_width, state.pixels_height);
        size_t row = (size_t)state.pixels_width * 3;
        for (int y = state.pixels_height - 1; y >= 0; y--) /* GL's rows go upwards */
            fwrite(state.pixels + (size_t)y * row, 1, row, file);
        status = ferror(file) ? 4 : 0;
        if (fclose(file) != 0)
            status = 4;
    }
    free(state.pixels);
    state.pixels = NULL;
    return status;
}
