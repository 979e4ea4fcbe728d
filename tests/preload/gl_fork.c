/* fork with a GLX context current: the parent draws on; in the child the old context is gone and a new one draws.
 *
 *     gl_fork [exit]       the child ends by exit(), and lets its window be, not by _exit() */
#include <setjmp.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "scene.h"

static jmp_buf lost;

static int on_io_error(Display *display)
{
    longjmp(lost, 1);
}

static void child(struct scene *old, const struct functions *gl, int by_exit)
{
    struct scene own;

    alarm(20);
    XSetIOErrorHandler(on_io_error);
    CHECK(gl->glXGetCurrentContext() == NULL);
    if (setjmp(lost) == 0)
        (void)gl->glXMakeContextCurrent(old->display, old->glx_window, old->glx_window, old->context);
    if (setjmp(lost) == 0)
        gl->glXSwapBuffers(old->display, old->glx_window);
    CHECK(gl->glXGetCurrentContext() == NULL);
    scene_open(&own, gl);
    for (int i = 0; i < 3; i++)
        scene_frame(&own, gl);
    if (by_exit)
        exit(0);
    scene_close(&own, gl);
    _exit(0);
}

int main(int count, char **arguments)
{
    struct scene scene;
    struct functions gl;
    int status = -1;
    pid_t pid;

#define X(name) gl.name = name;
    FUNCTIONS(X)
#undef X
    scene_open(&scene, &gl);
    scene_frame(&scene, &gl);
    pid = fork();
    if (pid == 0)
        child(&scene, &gl, count > 1);
    scene_frame(&scene, &gl);
    CHECK(pid > 0 && waitpid(pid, &status, 0) == pid);
    if (status != 0)
        fprintf(stderr, "child's status is 0x%x\n", status);
    CHECK(status == 0);
    CHECK(gl.glXGetCurrentContext() == scene.context);
    scene_frame(&scene, &gl);
    scene_close(&scene, &gl);
    return 0;
}
