/* PNG by stb_image_write; the only file that knows it. */
#include "capture/png.h"

#include <stdlib.h>

#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STB_IMAGE_WRITE_STATIC
#define STBI_WRITE_NO_STDIO
#define STBIW_ASSERT(x) ((void)0) /* the library may not end its host */
#pragma GCC diagnostic ignored "-Wunused-function" /* of the formats that are not used here */
#include <stb/stb_image_write.h>

enum ofs_status ofs_png_encode(const unsigned char *bgra, uint32_t width_px, uint32_t height_px, size_t pitch_bytes,
                               unsigned char **png_out, size_t *bytes_out) {
    unsigned char *rgb, *png, *out;
    int length = 0;

    if (width_px == 0 || height_px == 0 || width_px > 32768 || height_px > 32768 ||
        (uint64_t)width_px * height_px * 3 > INT32_MAX / 2)
        return OFS_EINVAL;
    rgb = malloc((size_t)width_px * height_px * 3);
    if (!rgb)
        return OFS_ENOMEM;
    out = rgb;
    for (uint32_t y = 0; y < height_px; y++) {
        const unsigned char *in = bgra + y * pitch_bytes;
        for (uint32_t x = 0; x < width_px; x++, in += 4, out += 3) {
            out[0] = in[2];
            out[1] = in[1];
            out[2] = in[0];
        }
    }
    png = stbi_write_png_to_mem(rgb, (int)width_px * 3, (int)width_px, (int)height_px, 3, &length);
    free(rgb);
    if (!png || length <= 0) {
        free(png);
        return OFS_ENOMEM;
    }
    *png_out = png;
    *bytes_out = (size_t)length;
    return OFS_OK;
}
