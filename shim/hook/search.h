/* dlopen as another library would have called it. */
#ifndef OFS_HOOK_SEARCH_H
#define OFS_HOOK_SEARCH_H

/* The real dlopen(file, mode), looking where a call from the code at `caller` would look: the loader takes the RUNPATH
 * of the object that holds the return address, which is ours when we call. Conda's Python finds its libGL that way.
 * On failure dlerror() holds what the real call left there. Preserves errno on success only, as dlopen does. */
void *ofs_dlopen_as(const void *caller, const char *file, int mode);

#endif
