/* Attribute lists, which end with EGL_NONE if the program keeps its word. */
#include "egl/x11/eglx.h"

#define PAGE 4096u

/* Reads are watched at the borders of pages, where a list that does not end would run out of memory. */
static bool may_read(const void *at, size_t bytes)
{
    uintptr_t first = (uintptr_t)at;

    return first / PAGE == (first - bytes) / PAGE || ofs_native_is_readable(at, bytes);
}

/* The function for a list of either width. */
#define READ_LIST(function, type)                                                      \
    bool function(struct ofs_eglx_list *list, const type *at)                          \
    {                                                                                  \
        for (list->count = 0; at; at += 2, list->count++) {                            \
            if (!may_read(at, sizeof(*at)))                                            \
                return false;                                                          \
            if (at[0] == EGL_NONE)                                                     \
                break;                                                                 \
            if (list->count == OFS_EGLX_MAX_PAIRS || !may_read(at + 1, sizeof(*at)))   \
                return false;                                                          \
            list->pair[list->count].name = at[0];                                      \
            list->pair[list->count].value = at[1];                                     \
        }                                                                              \
        return true;                                                                   \
    }
READ_LIST(ofs_eglx_list_read, EGLint)
READ_LIST(ofs_eglx_list_read_wide, EGLAttrib)
