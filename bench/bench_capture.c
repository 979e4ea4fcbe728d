/* From a swap to an observation in memory, in C, beside what the program could do by itself. Runs under Offstage:
 *
 *   bench_capture --case 84|600|1280|640|1024 [--alpha 0|8] [--rounds N] [--frames N] [--device cpu|cuda]
 *
 * In each round every way gets a turn of N frames. A frame is drawn and finished before the clock starts, so that no
 * figure contains drawing. Prints one line of JSON with the median of each turn, in ns:
 *   read_bgra    bare glReadPixels of the whole window as BGRA: the least that bringing pixels to memory costs
 *   swap         glXSwapBuffers with no capture open
 *   offstage     glXSwapBuffers with a capture open, ofs_capture_next, ofs_frame_release; the parts as offstage_swap
 *                and offstage_next
 *   plain        glReadPixels as RGBA, then gray, resize and stack (or RGB) in plain C
 *   none         two readings of the clock
 * With --device cuda the observation is ready when the default stream has it, plain serves the check only, and there is
 *   upload       the window's bytes from page-locked host memory to the device: what PCIe allows
 *   device_copy  the same bytes from device memory to device memory, read once and written once: what HBM allows
 *   read_upload  glReadPixels as BGRA into page-locked memory, then the upload: the detour
 * Before and after, the observations of Offstage and of plain C are compared: largest_difference, in levels. */
#include "capture_cuda.h"
#include "capture_plain.h"
#include "loop.h"
#include "offstage.h"

#include <GL/gl.h>
#include <GL/glx.h>
#include <X11/Xlib.h>
#include <X11/Xutil.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_ROUNDS 1000u
#define MAX_FRAMES 10000u
#define WARM_UP    4u

enum way { NONE, READ_BGRA, SWAP, OFFSTAGE, PLAIN, UPLOAD, DEVICE_COPY, READ_UPLOAD, WAYS };
enum series { OFFSTAGE_SWAP = WAYS, OFFSTAGE_NEXT, SERIES };

static const char *const series_names[SERIES] = { "none",          "read_bgra",    "swap",        "offstage",
                                                  "plain",         "upload",       "device_copy", "read_upload",
                                                  "offstage_swap", "offstage_next" };

/* A window, and what becomes of its frames. */
struct bench_case {
    const char *name, *scene;
    int width_px, height_px, out_width_px, out_height_px;
    unsigned stack; /* 0: RGB of the window's own size */
};

static const struct bench_case cases[] = {
    { "84", "triangle-84", 84, 84, 84, 84, 1 },       { "600", "gears-600", 600, 600, 84, 84, 4 },
    { "1280", "gears-600", 1280, 720, 1280, 720, 0 }, { "640", "gears-600", 640, 480, 84, 84, 4 },
    { "1024", "gears-600", 1024, 1024, 84, 84, 4 },
};

struct bench {
    const struct bench_case *work;
    const struct bench_scene *scene;
    int alpha_wanted, alpha_bits;
    unsigned rounds, frames, frame_number;
    int32_t device;
    Display *display;
    Window window;
    GLXContext context;
    struct ofs_capture *capture; /* open during turns of Offstage only */
    struct plain *plain;
    unsigned char *pixels, *observation, *taken;
    void *on_device[2];          /* as large as the window; --device cuda only */
    uint32_t *turn_ns[3];        /* of one turn, per frame: total, swap, next */
    uint32_t *median_ns[SERIES]; /* per round */
};

static int parse(int argc, char **argv, struct bench *b)
{
    for (int i = 1; i + 1 < argc; i += 2) {
        const char *value = argv[i + 1];

        if (strcmp(argv[i], "--case") == 0) {
            for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++)
                if (strcmp(value, cases[k].name) == 0)
                    b->work = &cases[k];
        } else if (strcmp(argv[i], "--alpha") == 0) {
            b->alpha_wanted = atoi(value);
        } else if (strcmp(argv[i], "--rounds") == 0) {
            b->rounds = (unsigned)strtoul(value, NULL, 10);
        } else if (strcmp(argv[i], "--frames") == 0) {
            b->frames = (unsigned)strtoul(value, NULL, 10);
        } else if (strcmp(argv[i], "--device") == 0) {
            b->device = strcmp(value, "cuda") == 0 ? OFS_DEVICE_CUDA : OFS_DEVICE_CPU;
        }
    }
    if (b->work && b->rounds >= 1 && b->rounds <= MAX_ROUNDS && b->frames >= 1 && b->frames <= MAX_FRAMES)
        return 0;
    fprintf(stderr, "bench_capture: needs --case 84|600|1280|640|1024, --rounds 1..%u, --frames 1..%u\n", MAX_ROUNDS,
            MAX_FRAMES);
    return -1;
}

/* -- the window ---------------------------------------------------------------------------------------------------- */

static GLXFBConfig choose(struct bench *b)
{
    static const int wanted[] = { GLX_DRAWABLE_TYPE,
                                  GLX_WINDOW_BIT,
                                  GLX_RENDER_TYPE,
                                  GLX_RGBA_BIT,
                                  GLX_DOUBLEBUFFER,
                                  True,
                                  GLX_RED_SIZE,
                                  8,
                                  GLX_GREEN_SIZE,
                                  8,
                                  GLX_BLUE_SIZE,
                                  8,
                                  GLX_DEPTH_SIZE,
                                  24,
                                  None };
    GLXFBConfig found = NULL, *configs;
    int n = 0;

    configs = glXChooseFBConfig(b->display, DefaultScreen(b->display), wanted, &n);
    for (int i = 0; i < n && !found; i++) {
        glXGetFBConfigAttrib(b->display, configs[i], GLX_ALPHA_SIZE, &b->alpha_bits);
        if (b->alpha_bits == b->alpha_wanted)
            found = configs[i];
    }
    XFree(configs);
    return found;
}

static int open_window(struct bench *b)
{
    XSetWindowAttributes attributes = { 0 };
    GLXFBConfig config;
    XVisualInfo *visual;
    Window root;

    b->display = XOpenDisplay(NULL);
    config = b->display ? choose(b) : NULL;
    visual = config ? glXGetVisualFromFBConfig(b->display, config) : NULL;
    if (!visual) {
        fprintf(stderr, "bench_capture: no display, or no config with %d bits of alpha\n", b->alpha_wanted);
        return -1;
    }
    root = RootWindow(b->display, visual->screen);
    attributes.colormap = XCreateColormap(b->display, root, visual->visual, AllocNone);
    b->window = XCreateWindow(b->display, root, 0, 0, (unsigned)b->work->width_px, (unsigned)b->work->height_px, 0,
                              visual->depth, InputOutput, visual->visual, CWColormap | CWBorderPixel, &attributes);
    XFree(visual);
    XMapWindow(b->display, b->window);
    b->context = glXCreateNewContext(b->display, config, GLX_RGBA_TYPE, NULL, True);
    if (!b->context || !glXMakeContextCurrent(b->display, b->window, b->window, b->context)) {
        fprintf(stderr, "bench_capture: no context\n");
        return -1;
    }
    b->scene->init(b->work->width_px, b->work->height_px);
    return 0;
}

static int allocate(struct bench *b)
{
    const struct bench_case *w = b->work;
    size_t pixels = (size_t)w->width_px * (size_t)w->height_px;
    size_t out = (size_t)w->out_width_px * (size_t)w->out_height_px * (w->stack ? w->stack : 3);
    int whole = 1;

    b->plain = plain_create(w->width_px, w->height_px, w->out_width_px, w->out_height_px, w->stack);
    b->pixels = b->device == OFS_DEVICE_CPU ? malloc(pixels * 4) : bench_cuda_host(pixels * 4);
    for (int i = 0; i < 2 && b->device != OFS_DEVICE_CPU; i++)
        whole &= (b->on_device[i] = bench_cuda_device(pixels * 4)) != NULL;
    b->observation = calloc(1, out);
    b->taken = malloc(out);
    for (int i = 0; i < 3; i++)
        whole &= (b->turn_ns[i] = malloc(b->frames * sizeof(uint32_t))) != NULL;
    for (int i = 0; i < SERIES; i++)
        whole &= (b->median_ns[i] = malloc(b->rounds * sizeof(uint32_t))) != NULL;
    return whole && b->plain && b->pixels && b->observation && b->taken ? 0 : -1;
}

/* -- the ways ------------------------------------------------------------------------------------------------------ */

static int failed(const char *what)
{
    fprintf(stderr, "bench_capture: %s: %s\n", what, ofs_last_error());
    return -1;
}

static int open_capture(struct bench *b)
{
    const struct bench_case *w = b->work;
    struct ofs_capture_desc desc = { .struct_size = sizeof desc, .window = (uint32_t)b->window, .device = b->device };

    desc.plan.struct_size = sizeof desc.plan;
    if (w->stack) {
        desc.plan.width_px = (uint32_t)w->out_width_px;
        desc.plan.height_px = (uint32_t)w->out_height_px;
        desc.plan.stack = w->stack;
    } else {
        desc.plan.color = OFS_COLOR_RGB;
        desc.plan.layout = OFS_LAYOUT_HWC;
    }
    return ofs_capture_open(&desc, &b->capture) == OFS_OK ? 0 : failed("ofs_capture_open");
}

static void draw(struct bench *b)
{
    b->scene->draw(b->frame_number++ & 7u);
    glFinish();
}

static void read_pixels(struct bench *b, GLenum format)
{
    glReadPixels(0, 0, b->work->width_px, b->work->height_px, format, GL_UNSIGNED_BYTE, b->pixels);
}

static size_t window_bytes(const struct bench *b) { return (size_t)b->work->width_px * (size_t)b->work->height_px * 4; }

/* The next observation, ready to be used. */
static int next(struct bench *b, struct ofs_frame *frame)
{
    if (ofs_capture_next(b->capture, 0, frame) != OFS_OK)
        return failed("ofs_capture_next");
    if (b->device == OFS_DEVICE_CPU)
        return 0;
    if (ofs_frame_wait(frame, 0) != OFS_OK)
        return failed("ofs_frame_wait");
    return bench_cuda_finish();
}

static int measured(const struct bench *b, enum way way)
{
    return b->device == OFS_DEVICE_CPU ? way <= PLAIN : way != PLAIN;
}

/* One frame of one way: the time in all, and where it makes sense in two parts. */
static int one_frame(struct bench *b, enum way way, uint64_t ns[3])
{
    struct ofs_frame frame = { .struct_size = sizeof frame };
    uint64_t start, middle;
    int status = 0;

    draw(b);
    start = middle = bench_now_ns();
    switch (way) {
    case READ_BGRA: read_pixels(b, GL_BGRA); break;
    case SWAP: glXSwapBuffers(b->display, b->window); break;
    case OFFSTAGE:
        glXSwapBuffers(b->display, b->window);
        middle = bench_now_ns();
        if (next(b, &frame) != 0)
            return -1;
        ofs_frame_release(&frame, 0);
        break;
    case PLAIN:
        read_pixels(b, GL_RGBA);
        plain_run(b->plain, b->pixels, b->observation);
        break;
    case READ_UPLOAD: read_pixels(b, GL_BGRA); /* fall through */
    case UPLOAD: status = bench_cuda_upload(b->on_device[0], b->pixels, window_bytes(b)); break;
    case DEVICE_COPY: status = bench_cuda_copy(b->on_device[1], b->on_device[0], window_bytes(b)); break;
    default: break;
    }
    ns[2] = bench_now_ns();
    ns[0] = ns[2] - start;
    ns[1] = middle - start;
    ns[2] -= middle;
    return status;
}

static int compare_u32(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

static uint32_t median(uint32_t *values, unsigned count)
{
    qsort(values, count, sizeof values[0], compare_u32);
    return values[count / 2];
}

static int turn(struct bench *b, enum way way, unsigned round)
{
    int status = way == OFFSTAGE ? open_capture(b) : 0;

    for (unsigned i = 0; i < WARM_UP + b->frames && status == 0; i++) {
        uint64_t ns[3];

        status = one_frame(b, way, ns);
        for (int k = 0; k < 3 && i >= WARM_UP && status == 0; k++)
            b->turn_ns[k][i - WARM_UP] = ns[k] > UINT32_MAX ? UINT32_MAX : (uint32_t)ns[k];
    }
    ofs_capture_close(b->capture);
    b->capture = NULL;
    if (status != 0)
        return status;
    b->median_ns[way][round] = median(b->turn_ns[0], b->frames);
    if (way == OFFSTAGE) {
        b->median_ns[OFFSTAGE_SWAP][round] = median(b->turn_ns[1], b->frames);
        b->median_ns[OFFSTAGE_NEXT][round] = median(b->turn_ns[2], b->frames);
    }
    return 0;
}

/* -- are they the same pictures? ----------------------------------------------------------------------------------- */

/* After a full stack of frames. The largest difference of any byte; negative on failure. */
static int difference(struct bench *b)
{
    struct ofs_frame frame = { .struct_size = sizeof frame };
    int worst = 0;

    if (open_capture(b) != 0)
        return -1;
    for (unsigned i = 0; i < (b->work->stack ? b->work->stack : 1); i++) {
        ofs_frame_release(&frame, 0);
        draw(b);
        read_pixels(b, GL_RGBA);
        plain_run(b->plain, b->pixels, b->observation);
        glXSwapBuffers(b->display, b->window);
        if (next(b, &frame) != 0)
            return -1;
    }
    if (b->device == OFS_DEVICE_CPU)
        memcpy(b->taken, frame.data, frame.bytes);
    else if (bench_cuda_download(b->taken, frame.data, frame.bytes) != 0)
        return -1;
    for (size_t i = 0; i < frame.bytes; i++) {
        int d = abs(b->taken[i] - b->observation[i]);
        worst = d > worst ? d : worst;
    }
    ofs_frame_release(&frame, 0);
    ofs_capture_close(b->capture);
    b->capture = NULL;
    return worst;
}

static void print(const struct bench *b, int before, int after)
{
    struct ofs_info info = { .struct_size = sizeof info };

    (void)ofs_info_get(&info);
    printf("{\"case\":\"%s\",\"width_px\":%d,\"height_px\":%d,\"alpha_bits\":%d,\"rounds\":%u,\"frames\":%u,"
           "\"renderer\":\"%s\",\"version\":\"%s\",\"kernels\":\"%s\",\"readback\":\"%s\",\"device\":\"%s\","
           "\"largest_difference\":%d,\"gl_error\":%u",
           b->work->name, b->work->width_px, b->work->height_px, b->alpha_bits, b->rounds, b->frames, info.gl_renderer,
           info.gl_version, info.kernels, info.readback, b->device == OFS_DEVICE_CPU ? "cpu" : "cuda",
           before > after ? before : after, glGetError());
    for (int i = 0; i < SERIES; i++) {
        if (i < WAYS && !measured(b, (enum way)i))
            continue;
        printf(",\"%s\":[", series_names[i]);
        for (unsigned k = 0; k < b->rounds; k++)
            printf("%s%u", k ? "," : "", b->median_ns[i][k]);
        printf("]");
    }
    printf("}\n");
}

int main(int argc, char **argv)
{
    struct bench b = { .rounds = 9, .frames = 50, .device = OFS_DEVICE_CPU };
    struct bench_scene scene;
    int before, after;

    if (parse(argc, argv, &b) != 0)
        return 2;
    scene = *bench_scene_find(b.work->scene);
    b.scene = &scene;
    if ((b.device != OFS_DEVICE_CPU && bench_cuda_open(0) != 0) || allocate(&b) != 0 || open_window(&b) != 0)
        return 1;
    before = difference(&b);
    for (unsigned round = 0; round < b.rounds && before >= 0; round++)
        for (unsigned i = 0; i < WAYS; i++) {
            enum way way = (enum way)((i + round) % WAYS);

            if (measured(&b, way) && turn(&b, way, round) != 0)
                return 1;
        }
    after = before >= 0 ? difference(&b) : -1;
    if (after < 0)
        return 1;
    print(&b, before, after);
    plain_destroy(b.plain);
    glXMakeContextCurrent(b.display, None, None, NULL);
    glXDestroyContext(b.display, b.context);
    XCloseDisplay(b.display);
    return 0;
}
