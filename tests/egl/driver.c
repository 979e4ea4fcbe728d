/* Stands for libcuda, by name: part of the driver stack, it sees EGL's real objects. */
#include <EGL/egl.h>

struct driver_view {
    EGLDisplay display;
    EGLContext context;
    EGLSurface draw;
};
void driver_look(struct driver_view *view);

__attribute__((visibility("default"))) void driver_look(struct driver_view *view)
{
    view->display = eglGetCurrentDisplay();
    view->context = eglGetCurrentContext();
    view->draw = eglGetCurrentSurface(EGL_DRAW);
}
