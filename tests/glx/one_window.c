#include "one_window.h"

#include <string.h>

struct window window;
GLXContext context;

void begin(bool double_buffer, int width, int height)
{
    window_open(&window, choose(double_buffer, 0, false), width, height);
    context = glXCreateNewContext(dpy, window.config, GLX_RGBA_TYPE, NULL, True);
    glXMakeCurrent(dpy, window.id, context);
}

void end(void)
{
    CHECK(glGetError() == GL_NO_ERROR);
    glXMakeCurrent(dpy, None, NULL);
    glXDestroyContext(dpy, context);
    window_close(&window);
    say_errors("end");
}

bool offered(const char *name)
{
    const char *at = strstr(glXQueryExtensionsString(dpy, 0), name);

    return at && (at[strlen(name)] == ' ' || !at[strlen(name)]);
}

unsigned age_of(GLXDrawable drawable)
{
    unsigned age = 77;

    glXQueryDrawable(dpy, drawable, GLX_BACK_BUFFER_AGE_EXT, &age);
    return age;
}
