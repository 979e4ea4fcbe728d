/* The modules under shim/hook, replaced, so that the hooks can be built and tested by themselves. Connections end here. */
#include "glx/glx.h"
#include "hook/init.h"
#include "util/status.h"
#include "x11/serve.h"

enum ofs_status ofs_x11_attach(int fd)
{
    return OFS_EIO;
}

void ofs_x11_fork_prepare(void)
{
}

void ofs_x11_fork_parent(void)
{
}

void ofs_x11_fork_child(void)
{
}

void ofs_glx_connecting(void)
{
}

void ofs_pipeline_start(void)
{
}

void ofs_pipeline_fork_child(void)
{
}
