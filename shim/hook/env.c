#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hook/init.h"
#include "util/log.h"
#include "util/status.h"

#define OFS_LOG_MODULE OFS_MOD_HOOK

/* Any local display name reaches us, since connect() knows the sockets of all of them. This one has no host, so that no
 * client of ours uses TCP, and no screen number that we do not have. */
static char display[] = "DISPLAY=:0";
static char session_type[] = "XDG_SESSION_TYPE=x11";

/* SDL would present a window without OpenGL as an OpenGL texture, also where OpenGL is the processor: a draw of the whole
 * window in place of a copy, which costs ten to twenty times as much. */
static char plain_sdl[] = "SDL_FRAMEBUFFER_ACCELERATION=0";

/* The environment with more entries. The block that the kernel made has no room, and setenv would allocate while
 * other libraries' constructors have not run. libc copies from any block that it did not make, and never frees one. */
static char *extended[1024];

static bool names(const char *entry, const char *name)
{
    size_t length = strlen(name);

    return strncmp(entry, name, length) == 0 && entry[length] == '=';
}

static void append(size_t count, char *entry)
{
    if (count + 2 > OFS_ARRAY_LEN(extended)) {
        char *equals = strchr(entry, '=');

        *equals = '\0';
        (void)setenv(entry, equals + 1, 1);
        *equals = '=';
        return;
    }
    if (count && environ != extended)
        memcpy(extended, environ, count * sizeof(extended[0]));
    extended[count] = entry;
    extended[count + 1] = NULL;
    environ = extended;
}

/* Only where it is certain without asking a driver, which a library that has just been loaded cannot do yet. */
static bool draws_in_software(void)
{
    static const char *const gpus[] = { "/dev/nvidiactl", "/dev/dri", "/dev/dxg" };
    const char *wanted = getenv("OFFSTAGE_GPU");

    if (wanted && wanted[0] && strcmp(wanted, "auto") != 0)
        return strcmp(wanted, "software") == 0;
    for (size_t i = 0; i < OFS_ARRAY_LEN(gpus); i++)
        if (access(gpus[i], F_OK) == 0)
            return false;
    return true;
}

void ofs_env_prepare(void)
{
    size_t kept = 0;
    bool have_display = false;

    for (char **entry = environ; entry && *entry; entry++) {
        if (names(*entry, "WAYLAND_DISPLAY") || names(*entry, "WAYLAND_SOCKET"))
            continue;
        if (names(*entry, "DISPLAY")) {
            have_display = true;
            if (strcmp(*entry, display) != 0)
                *entry = display;
        } else if (names(*entry, "XDG_SESSION_TYPE") && strcmp(*entry, "XDG_SESSION_TYPE=wayland") == 0) {
            *entry = session_type;
        }
        environ[kept++] = *entry;
    }
    if (environ)
        environ[kept] = NULL;
    if (!have_display)
        append(kept++, display);
    if (!getenv("SDL_FRAMEBUFFER_ACCELERATION") && draws_in_software())
        append(kept, plain_sdl);
}

void ofs_env_report(void)
{
    static const struct {
        const char *name, *through_us;
    } choices[] = {
        {"SDL_VIDEODRIVER", "x11"}, {"SDL_VIDEO_DRIVER", "x11"}, {"QT_QPA_PLATFORM", "xcb"}, {"GDK_BACKEND", "x11"},
        {"PYOPENGL_PLATFORM", "glx"}, {"PYGLET_HEADLESS", NULL},
    };

    for (size_t i = 0; i < OFS_ARRAY_LEN(choices); i++) {
        const char *value = getenv(choices[i].name);

        if (value && (!choices[i].through_us || strcmp(value, choices[i].through_us) != 0))
            ofs_info("%s=%s is left as it is; it may keep the program away from X", choices[i].name, value);
    }
}
