/* Does a description make sense, and what are its defaults? */
#include "plan_tables.h"
#include "check.h"

#include <stdarg.h>
#include <stdio.h>

__attribute__((format(printf, 3, 4))) static const char *say(char *why, size_t why_bytes, const char *format, ...)
{
    va_list args;

    if (!why || !why_bytes)
        return "the plan makes no sense";
    va_start(args, format);
    vsnprintf(why, why_bytes, format, args);
    va_end(args);
    return why;
}

struct choice {
    const char *name, *values;
    uint32_t value, end;
};

static const char *check_choices(const struct ofs_plan_desc *desc, char *why, size_t why_bytes)
{
    const struct choice choices[] = {
        { "source_format", "0 (BGRA8) or 1 (RGBA8)", desc->source_format, OFS_PIXEL_RGBA8 + 1 },
        { "color", "0 (gray) or 1 (RGB)", desc->color, OFS_COLOR_RGB + 1 },
        { "filter", "0 (area), 1 (bilinear) or 2 (nearest)", desc->filter, OFS_FILTER_NEAREST + 1 },
        { "layout", "0 (CHW) or 1 (HWC)", desc->layout, OFS_LAYOUT_HWC + 1 },
        { "dtype", "0 (uint8), 1 (float16), 2 (bfloat16) or 3 (float32)", desc->dtype, OFS_DTYPE_FLOAT32 + 1 },
        { "flip", "a sum of 1 (vertical) and 2 (horizontal)", desc->flip,
          (OFS_FLIP_VERTICAL | OFS_FLIP_HORIZONTAL) + 1 },
        { "max_frames", "1 or 2", desc->max_frames, 3 },
    };

    for (size_t i = 0; i < sizeof choices / sizeof choices[0]; i++) {
        if (choices[i].value >= choices[i].end)
            return say(why, why_bytes, "%s is %u, but must be %s", choices[i].name, choices[i].value,
                       choices[i].values);
    }
    return NULL;
}

static const char *check_sizes(const struct ofs_plan_desc *desc, char *why, size_t why_bytes)
{
    uint32_t sw = desc->source_width_px, sh = desc->source_height_px;
    uint32_t cw = desc->crop_width_px, ch = desc->crop_height_px;
    uint32_t w = desc->width_px, h = desc->height_px;

    if (!sw || !sh || sw > OFS_PLAN_MAX_SOURCE_PX || sh > OFS_PLAN_MAX_SOURCE_PX)
        return say(why, why_bytes, "the source size %ux%u is not within 1x1 and %ux%u", sw, sh, OFS_PLAN_MAX_SOURCE_PX,
                   OFS_PLAN_MAX_SOURCE_PX);
    if (!cw && !ch) {
        if (desc->crop_x_px || desc->crop_y_px)
            return say(why, why_bytes, "the crop at %u,%u has no size", desc->crop_x_px, desc->crop_y_px);
        cw = sw;
        ch = sh;
    }
    if (!cw || !ch)
        return say(why, why_bytes, "the crop size %ux%u has a zero", cw, ch);
    if (cw > sw || desc->crop_x_px > sw - cw || ch > sh || desc->crop_y_px > sh - ch)
        return say(why, why_bytes, "the crop %u,%u %ux%u does not fit the source %ux%u", desc->crop_x_px,
                   desc->crop_y_px, cw, ch, sw, sh);
    if (!w != !h)
        return say(why, why_bytes, "the output size %ux%u has a zero", w, h);
    if (!w) {
        w = cw;
        h = ch;
    }
    if (w > OFS_PLAN_MAX_OUTPUT_PX || h > OFS_PLAN_MAX_OUTPUT_PX)
        return say(why, why_bytes, "the output size %ux%u is above %ux%u", w, h, OFS_PLAN_MAX_OUTPUT_PX,
                   OFS_PLAN_MAX_OUTPUT_PX);
    return NULL;
}

static const char *check_values(const struct ofs_plan_desc *desc, char *why, size_t why_bytes)
{
    double scale = (double)desc->scale, offset = (double)desc->offset;

    if (desc->stack > OFS_PLAN_MAX_STACK)
        return say(why, why_bytes, "a stack of %u is not within 1 and %u", desc->stack, OFS_PLAN_MAX_STACK);
    if (!__builtin_isfinite(scale) || !__builtin_isfinite(offset))
        return say(why, why_bytes, "scale %g and offset %g must be finite", scale, offset);
    if (desc->dtype == OFS_DTYPE_UINT8 && (offset != 0 || (scale != 0 && scale != 1)))
        return say(why, why_bytes, "scale %g and offset %g need a float type, uint8 has 1 and 0", scale, offset);
    return NULL;
}

const char *ofs_plan_check(const struct ofs_plan_desc *desc, char *why, size_t why_bytes)
{
    struct ofs_plan_desc full;
    const char *bad;

    if (!desc)
        return say(why, why_bytes, "there is no plan");
    if (desc->struct_size != sizeof *desc)
        return say(why, why_bytes, "the plan's struct_size is %u, this library knows %zu", desc->struct_size,
                   sizeof *desc);
    if ((bad = check_choices(desc, why, why_bytes)) || (bad = check_sizes(desc, why, why_bytes)) ||
        (bad = check_values(desc, why, why_bytes)))
        return bad;
    ofs_plan_fill_defaults(&full, desc);
    if ((double)full.width_px * full.height_px * full.stack * 12 > (double)PTRDIFF_MAX)
        return say(why, why_bytes, "%u frames of %ux%u are more than this machine can address", full.stack,
                   full.width_px, full.height_px);
    return NULL;
}

void ofs_plan_fill_defaults(struct ofs_plan_desc *full, const struct ofs_plan_desc *desc)
{
    *full = *desc;
    if (!full->crop_width_px) {
        full->crop_width_px = full->source_width_px;
        full->crop_height_px = full->source_height_px;
    }
    if (!full->width_px) {
        full->width_px = full->crop_width_px;
        full->height_px = full->crop_height_px;
    }
    if (!full->stack)
        full->stack = 1;
    if (!full->max_frames)
        full->max_frames = 1;
    if (full->scale == 0 && full->offset == 0)
        full->scale = 1;
}
