/* A window by xcb alone, without Xlib: images ("image"), or OpenGL ES 2 by EGL's platform for xcb ("egl"). */
#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GLES2/gl2.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <xcb/xcb.h>

#include "scene.h"

static struct {
    xcb_connection_t *x;
    xcb_screen_t *screen;
    xcb_window_t window;
    xcb_gcontext_t gc;
    int width, height, state;
    EGLDisplay display;
    EGLSurface surface;
} it = { .width = 400, .height = 300 };

static xcb_atom_t atom(const char *name)
{
    xcb_intern_atom_reply_t *reply =
        xcb_intern_atom_reply(it.x, xcb_intern_atom(it.x, 0, (uint16_t)strlen(name), name), NULL);
    xcb_atom_t found = reply ? reply->atom : XCB_NONE;
    free(reply);
    return found;
}

static int open_egl(xcb_visualid_t *visual_out, EGLConfig *config_out)
{
    static const EGLint wanted[] = { EGL_SURFACE_TYPE,
                                     EGL_WINDOW_BIT,
                                     EGL_RENDERABLE_TYPE,
                                     EGL_OPENGL_ES2_BIT,
                                     EGL_RED_SIZE,
                                     8,
                                     EGL_GREEN_SIZE,
                                     8,
                                     EGL_BLUE_SIZE,
                                     8,
                                     EGL_ALPHA_SIZE,
                                     0,
                                     EGL_NONE };
    EGLConfig configs[64];
    EGLint count, visual;
    it.display = eglGetPlatformDisplay(EGL_PLATFORM_XCB_EXT, it.x, NULL);
    if (!eglInitialize(it.display, NULL, NULL) || !eglChooseConfig(it.display, wanted, configs, 64, &count))
        return 0;
    for (int i = 0; i < count; i++) {
        if (eglGetConfigAttrib(it.display, configs[i], EGL_NATIVE_VISUAL_ID, &visual) &&
            (xcb_visualid_t)visual == *visual_out) {
            *config_out = configs[i];
            return 1;
        }
    }
    return 0;
}

static int make_current(EGLConfig config)
{
    static const EGLint version[] = { EGL_CONTEXT_CLIENT_VERSION, 2, EGL_NONE };
    EGLContext context = eglCreateContext(it.display, config, EGL_NO_CONTEXT, version);
    it.surface = eglCreatePlatformWindowSurface(it.display, config, &it.window, NULL);
    return context && it.surface && eglMakeCurrent(it.display, it.surface, it.surface, context);
}

static void draw_image(void)
{
    uint32_t *pixels = malloc(4 * (size_t)it.width);
    for (int y = 0; y < it.height; y++) {
        for (int x = 0; x < it.width; x++)
            pixels[x] = it.state ? (uint32_t)(x ^ y) * 0x010203 & 0xffffff : (uint32_t)(x + y) * 0x020103 & 0xffffff;
        xcb_put_image(it.x, XCB_IMAGE_FORMAT_Z_PIXMAP, it.window, it.gc, (uint16_t)it.width, 1, 0, (int16_t)y, 0,
                      it.screen->root_depth, 4 * (uint32_t)it.width, (uint8_t *)pixels);
    }
    free(pixels);
    xcb_flush(it.x);
}

static void draw(void)
{
    if (!it.surface) {
        draw_image();
        return;
    }
    scene_draw(it.width, it.height, it.state);
    eglSwapBuffers(it.display, it.surface);
}

int main(int argc, char **argv)
{
    int egl = argc > 1 && strcmp(argv[1], "egl") == 0;
    uint32_t mask = XCB_EVENT_MASK_EXPOSURE | XCB_EVENT_MASK_KEY_PRESS | XCB_EVENT_MASK_STRUCTURE_NOTIFY;
    EGLConfig config = NULL;
    xcb_generic_event_t *event;
    xcb_atom_t protocols, delete;

    it.x = xcb_connect(NULL, NULL);
    if (xcb_connection_has_error(it.x))
        return 1;
    it.screen = xcb_setup_roots_iterator(xcb_get_setup(it.x)).data;
    if (egl && !open_egl(&it.screen->root_visual, &config))
        return 2;
    it.window = xcb_generate_id(it.x);
    it.gc = xcb_generate_id(it.x);
    xcb_create_window(it.x, XCB_COPY_FROM_PARENT, it.window, it.screen->root, 50, 50, (uint16_t)it.width,
                      (uint16_t)it.height, 0, XCB_WINDOW_CLASS_INPUT_OUTPUT, it.screen->root_visual, XCB_CW_EVENT_MASK,
                      &mask);
    xcb_create_gc(it.x, it.gc, it.window, 0, NULL);
    protocols = atom("WM_PROTOCOLS");
    delete = atom("WM_DELETE_WINDOW");
    xcb_change_property(it.x, XCB_PROP_MODE_REPLACE, it.window, protocols, XCB_ATOM_ATOM, 32, 1, &delete);
    xcb_map_window(it.x, it.window);
    if (egl && !make_current(config))
        return 3;
    xcb_flush(it.x);
    while ((event = xcb_wait_for_event(it.x))) {
        int kind = event->response_type & 127;
        xcb_configure_notify_event_t *configured = (xcb_configure_notify_event_t *)event;
        if (kind == XCB_CLIENT_MESSAGE)
            return 0;
        if (kind == XCB_CONFIGURE_NOTIFY) {
            it.width = configured->width;
            it.height = configured->height;
        }
        it.state ^= kind == XCB_KEY_PRESS;
        if (kind == XCB_KEY_PRESS || kind == XCB_CONFIGURE_NOTIFY || kind == XCB_EXPOSE)
            draw();
        free(event);
    }
    return 4;
}
