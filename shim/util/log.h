/* Diagnostics of the injected library. Never stdout; a healthy run prints nothing.
 *
 * OFFSTAGE_LOG=warn,x11=debug sets the level for all modules and for single ones (error, warn, info, debug; default
 * error). OFFSTAGE_LOG_FILE=path appends there instead of stderr. One line, one write(2), no allocation.
 * Every function preserves errno and may be called from any thread. Not async-signal-safe. */
#ifndef OFS_UTIL_LOG_H
#define OFS_UTIL_LOG_H

enum ofs_log_level { OFS_LOG_ERROR, OFS_LOG_WARN, OFS_LOG_INFO, OFS_LOG_DEBUG };
enum ofs_log_module { OFS_MOD_UTIL, OFS_MOD_X11, OFS_MOD_EGL, OFS_MOD_GLX, OFS_MOD_CAPTURE, OFS_MOD_HOOK, OFS_MOD_COUNT };

int ofs_log_enabled(enum ofs_log_module module, enum ofs_log_level level);
void ofs_log_write(enum ofs_log_module module, enum ofs_log_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Is every word of an OFFSTAGE_LOG value a level, or a module and a level? */
int ofs_log_spec_ok(const char *spec);

/* One line for the person at the terminal, whatever the level: "offstage: ...". For software fallback, for choices
 * that cannot be had and for a missing library without which nothing is drawn; nothing else in the library may use it. */
void ofs_log_user(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same for what ends the matter: a device that was asked for and cannot be had, nothing to draw with at all. Also
 * leaves the mark "<session>.refused", by which the launcher knows that the failure is ours and not the program's. */
void ofs_log_refuse(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A file defines OFS_LOG_MODULE before it uses these. */
#define ofs_log_at(level, ...)                                \
    do {                                                      \
        if (ofs_log_enabled(OFS_LOG_MODULE, level))           \
            ofs_log_write(OFS_LOG_MODULE, level, __VA_ARGS__); \
    } while (0)
#define ofs_error(...) ofs_log_at(OFS_LOG_ERROR, __VA_ARGS__)
#define ofs_warn(...) ofs_log_at(OFS_LOG_WARN, __VA_ARGS__)
#define ofs_info(...) ofs_log_at(OFS_LOG_INFO, __VA_ARGS__)
#define ofs_debug(...) ofs_log_at(OFS_LOG_DEBUG, __VA_ARGS__)

#endif
