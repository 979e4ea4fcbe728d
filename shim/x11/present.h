/* Windows that are drawn by X requests instead of OpenGL: what they show, one frame at a time.
 *
 * What a client draws into a top-level window or a window below it is shown as one frame: images (PutImage, ShmPutImage,
 * CopyArea from a pixmap), core drawing and text, RENDER, areas that are cleared once there is something
 *   when the client asks for an answer to any request (as XSync does): the frame is told before the answer is sent;
 *   before an image, or a rectangle or ClearArea as large as its window, covers all that was drawn since the last frame, for
 *   clients that ask for none;
 *   when such a client has sent nothing for some milliseconds, and is not in the middle of a request; or has drawn without
 *   such a rest for long. In lockstep these are milliseconds of the program's: they are over when all of it sleeps, at a
 *   moment that is the same in every run, or before the next request after them;
 *   before the window is unmapped or resized, and before the client goes.
 * The picture is the top-level window with all that can be seen of the windows below it. A top-level window in which OpenGL
 * draws (or a window below it) shows its frames by swaps, and none here. */
#ifndef OFS_X11_PRESENT_H
#define OFS_X11_PRESENT_H

#include <stddef.h>
#include <stdint.h>

struct ofs_present {
    uint32_t window;               /* X id of the top-level window */
    uint32_t width_px, height_px;  /* of its inside, without the border */
    const unsigned char *bgrx;     /* top row first; bytes blue, green, red, and one to ignore; borrowed until return */
    size_t pitch_bytes;            /* from one row to the next */
    uint64_t sequence;             /* 1 for the first frame of this window */
};

/* Who is told of frames; NULL = nobody. Called on the server thread, with no lock held. It may post to the server thread
 * (ofs_xview_request_close, ofs_input_*): what it posts is done after it returns and what was read is carried out. It may
 * wait, and every client of the server waits with it. Set from any thread, best before the first connection. */
void ofs_x11_set_presenter(void (*present)(const struct ofs_present *frame));
/* Who is told that a window is destroyed; NULL = nobody. Same thread, same rules. */
void ofs_x11_set_gone(void (*gone)(uint32_t window));

#endif
