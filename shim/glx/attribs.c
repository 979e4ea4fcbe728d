/* ARB_create_context attributes in EGL's words. */
#include <X11/X.h>
#include <string.h>

#include "glx/glxerr.h"
#include "glx/private.h"

#define ROBUST_FLAG GLX_CONTEXT_ROBUST_ACCESS_BIT_ARB
#define KNOWN_FLAGS (GLX_CONTEXT_DEBUG_BIT_ARB | GLX_CONTEXT_FORWARD_COMPATIBLE_BIT_ARB | ROBUST_FLAG)
#define KNOWN_PROFILES                                                                  \
    (GLX_CONTEXT_CORE_PROFILE_BIT_ARB | GLX_CONTEXT_COMPATIBILITY_PROFILE_BIT_ARB |      \
     GLX_CONTEXT_ES2_PROFILE_BIT_EXT)

/* Names of the KHR extension, which all drivers take; EGL 1.5's are the same numbers where they exist. */
#define EGL_FLAGS 0x30FC
#define EGL_PROFILE_MASK 0x30FD
#define EGL_RESET_STRATEGY 0x31BD
#define EGL_NO_RESET 0x31BE
#define EGL_LOSE_ON_RESET 0x31BF
#define EGL_NO_ERROR 0x31B3
#define EGL_RELEASE_BEHAVIOR 0x2097
#define EGL_ROBUST_ACCESS_EXT 0x30BF
#define EGL_RESET_STRATEGY_EXT 0x3138

struct wish {
    int major, minor, flags, profile, render_type, reset, release, no_error;
    bool version_given, profile_given;
};

static bool fail(struct ofs_glx_failure *failure, enum ofs_glx_error_kind kind, int code, uint32_t value)
{
    failure->kind = kind;
    failure->code = code;
    failure->value = value;
    return false;
}

static bool read_list(const int *at, struct wish *wish, struct ofs_glx_failure *failure)
{
    for (int pairs = 0; at && at[0] != None; at += 2) {
        int value = at[1];

        if (++pairs > OFS_GLX_MAX_PAIRS)
            return fail(failure, OFS_GLX_CORE_ERROR, BadValue, (uint32_t)at[0]);
        switch (at[0]) {
        case GLX_CONTEXT_MAJOR_VERSION_ARB:
            wish->major = value;
            wish->version_given = true;
            break;
        case GLX_CONTEXT_MINOR_VERSION_ARB:
            wish->minor = value;
            wish->version_given = true;
            break;
        case GLX_CONTEXT_FLAGS_ARB:
            wish->flags = value;
            break;
        case GLX_CONTEXT_PROFILE_MASK_ARB:
            wish->profile = value;
            wish->profile_given = true;
            break;
        case GLX_RENDER_TYPE:
            wish->render_type = value;
            break;
        case GLX_CONTEXT_RESET_NOTIFICATION_STRATEGY_ARB:
            wish->reset = value;
            break;
        case GLX_CONTEXT_RELEASE_BEHAVIOR_ARB:
            wish->release = value;
            break;
        case GLX_CONTEXT_OPENGL_NO_ERROR_ARB:
            wish->no_error = value;
            break;
        case GLX_SCREEN:
            if (value != 0)
                return fail(failure, OFS_GLX_CORE_ERROR, BadValue, (uint32_t)value);
            break;
        default:
            return fail(failure, OFS_GLX_CORE_ERROR, BadValue, (uint32_t)at[0]);
        }
    }
    return true;
}

/* Versions that were ever defined; of those after the last one that is closed, the driver decides. */
static bool version_exists(const struct wish *wish, bool es)
{
    static const int last_minor[] = {-1, 5, 1, 3};

    return wish->major >= 1 && wish->minor >= 0 &&
           (es || wish->major >= (int)OFS_ARRAY_LEN(last_minor) || wish->minor <= last_minor[wish->major]);
}

static bool check(const struct wish *wish, bool es, struct ofs_glx_failure *failure)
{
    bool has_profiles = wish->major > 3 || (wish->major == 3 && wish->minor >= 2);

    if (wish->flags & ~KNOWN_FLAGS)
        return fail(failure, OFS_GLX_CORE_ERROR, BadValue, (uint32_t)wish->flags);
    if (wish->profile_given && (es || has_profiles || !wish->profile) &&
        ((wish->profile & ~KNOWN_PROFILES) || !wish->profile || (wish->profile & (wish->profile - 1))))
        return fail(failure, OFS_GLX_EXT_ERROR, GLXBadProfileARB, 0);
    if (!version_exists(wish, es))
        return fail(failure, OFS_GLX_CORE_ERROR, BadMatch, 0);
    if (es && (wish->flags & GLX_CONTEXT_FORWARD_COMPATIBLE_BIT_ARB))
        return fail(failure, OFS_GLX_CORE_ERROR, BadMatch, 0);
    if (!es && wish->major < 3 && (wish->flags & GLX_CONTEXT_FORWARD_COMPATIBLE_BIT_ARB))
        return fail(failure, OFS_GLX_CORE_ERROR, BadMatch, 0);
    if (wish->render_type != GLX_RGBA_TYPE)
        return fail(failure, OFS_GLX_CORE_ERROR, BadValue, (uint32_t)wish->render_type);
    if (wish->reset != GLX_NO_RESET_NOTIFICATION_ARB && wish->reset != GLX_LOSE_CONTEXT_ON_RESET_ARB)
        return fail(failure, OFS_GLX_CORE_ERROR, BadValue, (uint32_t)wish->reset);
    if (wish->release != GLX_CONTEXT_RELEASE_BEHAVIOR_NONE_ARB && wish->release != GLX_CONTEXT_RELEASE_BEHAVIOR_FLUSH_ARB)
        return fail(failure, OFS_GLX_CORE_ERROR, BadValue, (uint32_t)wish->release);
    if (wish->no_error && (wish->flags & (GLX_CONTEXT_DEBUG_BIT_ARB | ROBUST_FLAG)))
        return fail(failure, OFS_GLX_CORE_ERROR, BadMatch, 0);
    return true;
}

static void put(EGLint **at, EGLint name, EGLint value)
{
    *(*at)++ = name;
    *(*at)++ = value;
}

static void translate(const struct ofs_egl *egl, const struct wish *wish, struct ofs_context_request *request)
{
    EGLint *at = request->egl;
    bool es = request->api == OFS_API_ES;
    bool has_profiles = !es && (wish->major > 3 || (wish->major == 3 && wish->minor >= 2));

    if (egl->create_context && (wish->version_given || es)) {
        put(&at, EGL_CONTEXT_CLIENT_VERSION, wish->major);
        put(&at, 0x30FB /* minor version */, wish->minor);
    } else if (es) {
        put(&at, EGL_CONTEXT_CLIENT_VERSION, wish->major);
    }
    if (egl->create_context) {
        if (has_profiles)
            put(&at, EGL_PROFILE_MASK, wish->profile == GLX_CONTEXT_COMPATIBILITY_PROFILE_BIT_ARB ? 2 : 1);
        if (es && (wish->flags & GLX_CONTEXT_DEBUG_BIT_ARB))
            put(&at, EGL_FLAGS, 1);
        else if (!es && wish->flags)
            put(&at, EGL_FLAGS, (wish->flags & GLX_CONTEXT_DEBUG_BIT_ARB ? 1 : 0) |
                                (wish->flags & GLX_CONTEXT_FORWARD_COMPATIBLE_BIT_ARB ? 2 : 0) |
                                (wish->flags & ROBUST_FLAG ? 4 : 0));
        if (wish->reset == GLX_LOSE_CONTEXT_ON_RESET_ARB)
            put(&at, es ? EGL_RESET_STRATEGY_EXT : EGL_RESET_STRATEGY, EGL_LOSE_ON_RESET);
        if (es && (wish->flags & ROBUST_FLAG))
            put(&at, EGL_ROBUST_ACCESS_EXT, EGL_TRUE);
    }
    /* EGL has it from 2.0 on. It is a promise of the program's: not to make use of it is allowed. */
    if (wish->no_error && egl->create_context_no_error && wish->major >= 2)
        put(&at, EGL_NO_ERROR, EGL_TRUE);
    if (wish->release == GLX_CONTEXT_RELEASE_BEHAVIOR_NONE_ARB && egl->flush_control)
        put(&at, EGL_RELEASE_BEHAVIOR, 0 /* none */);
    *at = EGL_NONE;
}

bool ofs_context_parse(const struct ofs_egl *egl, const int *attributes, struct ofs_context_request *request,
                       struct ofs_glx_failure *failure)
{
    struct wish wish = {
        .major = 1, .minor = 0, .profile = GLX_CONTEXT_CORE_PROFILE_BIT_ARB, .render_type = GLX_RGBA_TYPE,
        .reset = GLX_NO_RESET_NOTIFICATION_ARB, .release = GLX_CONTEXT_RELEASE_BEHAVIOR_FLUSH_ARB,
    };
    bool es;

    memset(request, 0, sizeof(*request));
    if (!read_list(attributes, &wish, failure))
        return false;
    es = wish.profile_given && wish.profile == GLX_CONTEXT_ES2_PROFILE_BIT_EXT;
    if (!check(&wish, es, failure))
        return false;
    request->api = es ? OFS_API_ES : OFS_API_GL;
    request->render_type = wish.render_type;
    request->at_least_3 = !es && wish.major >= 3;
    translate(egl, &wish, request);
    return true;
}
