/* The composition: what a swap leads to. No module below knows another one's neighbours; this file does. */
#include "capture/capture.h"
#include "glx/glx.h"
#include "glx/observer.h"
#include "hook/init.h"
#include "x11/input.h"
#include "x11/xview.h"

static const struct ofs_capture_host host = {
    .get_proc = ofs_glx_gl_function,
    .request_close = ofs_xview_request_close,
    .key = ofs_input_key,
    .motion = ofs_input_motion,
    .button = ofs_input_button,
    .resize = ofs_input_resize,
};

void ofs_pipeline_start(void)
{
    ofs_capture_init(&host);
    ofs_glx_set_observer(ofs_capture_observer());
}

void ofs_pipeline_fork_child(void)
{
    ofs_glx_fork_child();
    ofs_capture_fork_child();
}
