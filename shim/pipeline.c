/* The composition: what a swap leads to. No module below knows another one's neighbours; this file does. */
#include <pthread.h>

#include "capture/capture.h"
#include "capture/readback.h"
#include "egl/egl.h"
#include "egl/x11/egl_x11.h"
#include "glx/glx.h"
#include "glx/observer.h"
#include "hook/init.h"
#include "hook/real.h"
#include "lockstep/lockstep.h"
#include "tensor/tensor.h"
#include "util/opt.h"
#include "util/status.h"
#include "x11/input.h"
#include "x11/present.h"
#include "x11/schedule.h"
#include "x11/serve.h"
#include "x11/xview.h"

OFS_EXPORT const struct ofs_shim_table *ofs_shim_table(uint32_t version);

static struct ofs_capture_host capture_host = {
    .get_proc = ofs_glx_gl_function,
    .request_close = ofs_xview_request_close,
    .key = ofs_input_key,
    .motion = ofs_input_motion,
    .button = ofs_input_button,
    .resize = ofs_input_resize,
    .done = ofs_lockstep_frame,
    .gone = ofs_lockstep_gone,
};

static const struct ofs_lockstep_host lockstep_host = {
    .request_close = ofs_xview_request_close,
    .open_library = ofs_real_dlopen,
    .find_symbol = ofs_real_dlsym,
};

static bool software(void)
{
    const struct ofs_egl *egl = ofs_egl_opened();
    return !egl || egl->software;
}

static const struct ofs_tensor_host tensor_host = {
    .software = software,
    .current_context = ofs_glx_current_serial,
    .beside = ofs_hook_beside,
    .open_library = ofs_real_dlopen,
    .find_symbol = ofs_real_dlsym,
};

static const struct ofs_x11_loader loader = {
    .open_library = ofs_real_dlopen,
    .find_symbol = ofs_real_dlsym,
    .beside = ofs_hook_beside,
};

/* A window drawn by software shows a frame, on the X server's thread. */
static void present(const struct ofs_present *frame)
{
    struct ofs_shown shown = { .window = frame->window,
                               .width_px = frame->width_px,
                               .height_px = frame->height_px,
                               .sequence = frame->sequence,
                               .bgrx = frame->bgrx,
                               .pitch_bytes = frame->pitch_bytes };
    ofs_capture_shown(&shown);
}

static const struct ofs_x11_schedule schedule = {
    .next_ms = ofs_capture_next_ms,
    .run = ofs_capture_run,
    .end_at_ms = ofs_capture_end_at_ms,
    .end = ofs_capture_end,
};

void ofs_pipeline_start(void)
{
    ofs_tensor_init(&tensor_host);
    capture_host.sink = ofs_tensor_sink();
    ofs_capture_init(&capture_host);
    ofs_readback_set_place(ofs_glx_read_begin, ofs_glx_read_end);
    ofs_glx_set_observer(ofs_capture_observer());
    ofs_x11_set_loader(&loader);
    ofs_x11_set_gone(ofs_capture_gone);
    ofs_x11_set_presenter(present);
    if (ofs_options_get()->input || ofs_options_get()->session)
        ofs_x11_set_schedule(&schedule);
    ofs_xview_set_front_source(&ofs_glx_fronts);
    ofs_lockstep_init(&lockstep_host);
}

void ofs_pipeline_fork_child(void)
{
    ofs_egl_x11_fork_child();
    ofs_glx_fork_child();
    ofs_capture_fork_child();
    ofs_tensor_fork_child();
    ofs_lockstep_fork_child();
}

static struct ofs_shim_table shim_table;

static void compose(void)
{
    shim_table = *ofs_tensor_table(OFS_SHIM_TABLE_VERSION);
    shim_table.size = sizeof shim_table;
    shim_table.report = ofs_lockstep_report;
    shim_table.on_turn = ofs_lockstep_on_turn;
    shim_table.played = ofs_lockstep_played;
}

/* The way in of offstage_client. A capture may be opened before the program knows of X or GL. */
const struct ofs_shim_table *ofs_shim_table(uint32_t version)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    ofs_hook_first_use();
    if (!ofs_tensor_table(version))
        return NULL;
    pthread_once(&once, compose);
    return &shim_table;
}
