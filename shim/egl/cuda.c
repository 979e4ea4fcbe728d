/* CUDA_VISIBLE_DEVICES, read as the CUDA runtime reads it. */
#include "egl/device.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Copies hexadecimal digits, skipping dashes, up to the end of the item or the first other character. */
static void copy_digits(const char *text, size_t length, char *digits, size_t capacity)
{
    size_t used = 0;

    for (size_t i = 0; i < length && used + 1 < capacity; i++) {
        if (text[i] == '-')
            continue;
        if (!isxdigit((unsigned char)text[i]))
            break;
        digits[used++] = (char)tolower((unsigned char)text[i]);
    }
    digits[used] = '\0';
}

/* One item of the list. CUDA stops at the first one that it cannot use, so that nothing after it is visible either. */
static struct ofs_cuda_target parse_item(const char *item, size_t length)
{
    struct ofs_cuda_target target = {.kind = OFS_CUDA_NONE};
    char *end;
    long value;

    if (length > 8 && strncmp(item, "MIG-GPU-", 8) == 0) {
        target.kind = OFS_CUDA_MIG_OF;
        copy_digits(item + 8, length - 8, target.uuid, sizeof(target.uuid));
    } else if (length > 4 && strncmp(item, "MIG-", 4) == 0) {
        target.kind = OFS_CUDA_MIG;
        copy_digits(item + 4, length - 4, target.uuid, sizeof(target.uuid));
    } else if (length > 4 && strncmp(item, "GPU-", 4) == 0) {
        target.kind = OFS_CUDA_UUID;
        copy_digits(item + 4, length - 4, target.uuid, sizeof(target.uuid));
    } else if (length > 0 && isdigit((unsigned char)item[0])) {
        value = strtol(item, &end, 10);
        if (value >= 0 && value < 1024) {
            target.kind = OFS_CUDA_INDEX;
            target.index = (unsigned)value;
        }
    }
    return target;
}

struct ofs_cuda_target ofs_cuda_resolve(const char *visible, unsigned index)
{
    struct ofs_cuda_target target = {.kind = OFS_CUDA_INDEX, .index = index};
    const char *at = visible;

    if (!visible)
        return target;
    for (unsigned i = 0;; i++) {
        size_t length;

        while (*at == ' ' || *at == '\t')
            at++;
        length = strcspn(at, ",");
        target = parse_item(at, length);
        if (i == index || target.kind == OFS_CUDA_NONE)
            return target;
        at += length;
        if (*at != ',') {
            target.kind = OFS_CUDA_NONE;
            return target;
        }
        at++;
    }
}
