/* What becomes of a frame: the public description of a plan. Part of offstage.h; C11 and C++17. */
#ifndef OFFSTAGE_PLAN_H
#define OFFSTAGE_PLAN_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Four bytes a pixel, in this order in memory. The fourth byte is never looked at. */
enum ofs_pixel_format { OFS_PIXEL_BGRA8 = 0, OFS_PIXEL_RGBA8 = 1 };

/* Gray is ITU-R BT.601 luma, (4899 R + 9617 G + 1868 B) / 16384: OpenCV's cvtColor within one level. */
enum ofs_color { OFS_COLOR_GRAY = 0, OFS_COLOR_RGB = 1 };

/* AREA: each output pixel is the mean of the source area that it covers (OpenCV's INTER_AREA); also for enlarging.
 * BILINEAR: two taps a side around the pixel's centre, borders repeated, no smoothing when shrinking (INTER_LINEAR).
 * NEAREST: source pixel floor(i * source / output) (INTER_NEAREST). */
enum ofs_filter { OFS_FILTER_AREA = 0, OFS_FILTER_BILINEAR = 1, OFS_FILTER_NEAREST = 2 };

/* Channels are stack * (1 for gray, 3 for RGB), the oldest frame first, R before G before B. */
enum ofs_layout { OFS_LAYOUT_CHW = 0, OFS_LAYOUT_HWC = 1 };

enum ofs_dtype { OFS_DTYPE_UINT8 = 0, OFS_DTYPE_FLOAT16 = 1, OFS_DTYPE_BFLOAT16 = 2, OFS_DTYPE_FLOAT32 = 3 };

enum ofs_flip { OFS_FLIP_NONE = 0, OFS_FLIP_VERTICAL = 1, OFS_FLIP_HORIZONTAL = 2 }; /* bits */

#define OFS_PLAN_MAX_SOURCE_PX 16384u
#define OFS_PLAN_MAX_OUTPUT_PX 8192u
#define OFS_PLAN_MAX_STACK     64u

/* A zeroed description with struct_size, source and output sizes set is an 8-bit gray area resize of the whole source into
 * a stack of one. */
struct ofs_plan_desc {
    uint32_t struct_size;                            /* sizeof(struct ofs_plan_desc) */
    uint32_t source_width_px, source_height_px;      /* 1 .. 16384; a capture takes its window's size and ignores these */
    uint32_t source_format;                          /* enum ofs_pixel_format; a capture ignores it */
    uint32_t crop_x_px, crop_y_px;                   /* from the top left corner */
    uint32_t crop_width_px, crop_height_px;          /* both 0: the whole source, and crop_x_px, crop_y_px must be 0 */
    uint32_t width_px, height_px;                    /* output, 1 .. 8192; both 0: the size of the crop */
    uint32_t color, filter, layout, dtype, flip;     /* the enums above */
    uint32_t stack;                                  /* frames in one observation, 1 .. 64; 0 = 1 */
    uint32_t max_frames;                             /* 2: pixelwise maximum of the last two frames (flicker); 0 = 1 */
    float scale, offset;                             /* float types: value in 0 .. 255, times scale, plus offset; both 0:
                                                        scale is 1. For uint8 they must be 0 and 0 or 1 and 0 */
};

#ifdef __cplusplus
}
#endif
#endif
