/* Plays the input script of OFFSTAGE_INPUT. */
#ifndef OFS_CAPTURE_PLAY_H
#define OFS_CAPTURE_PLAY_H

#include <stdint.h>

#include "capture/capture.h"

/* Do what the script says for every frame up to `frame`. Any thread; the script is read at the first call. */
void ofs_play_frame(const struct ofs_capture_host *host, uint64_t frame);
/* Likewise for times, in milliseconds since the first window was mapped; of many at once a part, and the others are still
 * next. */
void ofs_play_until(const struct ofs_capture_host *host, uint32_t at_ms);
/* When the next of those is; UINT32_MAX: none is left. Any thread. */
uint32_t ofs_play_next_ms(void);

/* In the child after fork: frames count from 1 again, and so does the script. */
void ofs_play_fork_child(void);

#endif
