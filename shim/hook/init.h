/* The start of the library in a process, and its survival of fork.
 *
 * A process that opens neither X nor GL pays for the constructor only: it stores the pid, looks two functions up,
 * registers the fork handlers and points DISPLAY at us. No thread, no allocation, nothing loaded. */
#ifndef OFS_HOOK_INIT_H
#define OFS_HOOK_INIT_H

#include <stdbool.h>
#include <stddef.h>

/* What the constructor does, once. The hooks call it too, since a library's constructor may reach them before ours. */
void ofs_hook_init(void);

/* True unless this is a vfork or raw clone child, in which our fork handlers did not run: its memory may be its
 * parent's, so that the only safe thing is to pass the call on. */
bool ofs_hook_own_process(void);

/* Before the first connection is served: composes the modules, once. Preserves errno. */
void ofs_hook_first_use(void);

/* Provided by the composition file: installs the frame observer in glx. Called once, by ofs_hook_first_use. */
void ofs_pipeline_start(void);
/* Provided by the composition file: in the child after fork, glx and capture forget what was the parent's. */
void ofs_pipeline_fork_child(void);

/* env.c: DISPLAY names us, toolkits that could choose Wayland do not, and in software SDL presents windows without OpenGL
 * by a copy. Allocates nothing in any usual process. */
void ofs_env_prepare(void);
/* env.c: says in the log (info) which variables of the user's keep a toolkit away from X. */
void ofs_env_report(void);

/* The path of a file that comes with this library: <folder of this library>/offstage/<name>. False if it does not fit or
 * the folder cannot be found. */
bool ofs_hook_beside(const char *name, char *path, size_t size);

#endif
