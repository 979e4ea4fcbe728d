#include "egl/device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef EGL_CUDA_DEVICE_NV
#define EGL_CUDA_DEVICE_NV 0x323A
#endif
#define OFS_EGL_DEVICE_UUID_EXT 0x335C
#define OFS_EGL_RENDERER_EXT 0x335F
#define OFS_EGL_DRM_RENDER_NODE_FILE_EXT 0x3377

static bool parse_index(const char *text, unsigned *index_out)
{
    char *end;
    unsigned long value;

    if (*text < '0' || *text > '9')
        return false;
    value = strtoul(text, &end, 10);
    if (*end || value > 1023)
        return false;
    *index_out = (unsigned)value;
    return true;
}

enum ofs_status ofs_gpu_parse(const char *text, struct ofs_gpu_request *request_out)
{
    struct ofs_gpu_request request = {OFS_GPU_AUTO, 0};

    if (strcmp(text, "auto") == 0)
        request.kind = OFS_GPU_AUTO;
    else if (strcmp(text, "software") == 0)
        request.kind = OFS_GPU_SOFTWARE;
    else if (strncmp(text, "cuda:", 5) == 0 && parse_index(text + 5, &request.index))
        request.kind = OFS_GPU_CUDA;
    else if (strncmp(text, "egl:", 4) == 0 && parse_index(text + 4, &request.index))
        request.kind = OFS_GPU_EGL;
    else
        return OFS_EINVAL;
    *request_out = request;
    return OFS_OK;
}

static void describe(const struct ofs_egl_api *api, const char *extensions, unsigned index, struct ofs_egl_device *device)
{
    const char *text = NULL;

    if (ofs_has_word(extensions, "EGL_EXT_device_query_name"))
        text = api->eglQueryDeviceStringEXT(device->handle, OFS_EGL_RENDERER_EXT);
    if (!text && ofs_has_word(extensions, "EGL_EXT_device_drm_render_node"))
        text = api->eglQueryDeviceStringEXT(device->handle, OFS_EGL_DRM_RENDER_NODE_FILE_EXT);
    if (!text)
        text = device->software ? "Mesa software" : device->nvidia ? "NVIDIA" : "unnamed";
    (void)snprintf(device->name, sizeof(device->name), "EGL device %u (%.80s)", index, text);
}

unsigned ofs_egl_devices(const struct ofs_egl_api *api, struct ofs_egl_device *devices, unsigned capacity)
{
    EGLDeviceEXT handles[OFS_MAX_DEVICES];
    EGLint count = 0;

    if (!api->eglQueryDevicesEXT || !api->eglQueryDeviceStringEXT)
        return 0;
    if (capacity > OFS_MAX_DEVICES)
        capacity = OFS_MAX_DEVICES;
    if (!api->eglQueryDevicesEXT((EGLint)capacity, handles, &count) || count < 0)
        return 0;
    if ((unsigned)count < capacity)
        capacity = (unsigned)count;
    for (unsigned i = 0; i < capacity; i++) {
        struct ofs_egl_device *device = &devices[i];
        const char *extensions = api->eglQueryDeviceStringEXT(handles[i], EGL_EXTENSIONS);
        EGLAttrib value = 0;
        EGLint size = 0;

        memset(device, 0, sizeof(*device));
        device->handle = handles[i];
        device->cuda_index = -1;
        device->software = ofs_has_word(extensions, "EGL_MESA_device_software");
        device->nvidia = ofs_has_word(extensions, "EGL_NV_device_cuda");
        if (device->nvidia && api->eglQueryDeviceAttribEXT &&
            api->eglQueryDeviceAttribEXT(handles[i], EGL_CUDA_DEVICE_NV, &value) && value >= 0 && value < 1024)
            device->cuda_index = (int)value;
        if (ofs_has_word(extensions, "EGL_EXT_device_persistent_id") && api->eglQueryDeviceBinaryEXT)
            device->has_uuid = api->eglQueryDeviceBinaryEXT(handles[i], OFS_EGL_DEVICE_UUID_EXT, OFS_UUID_BYTES,
                                                            device->uuid, &size) && size == OFS_UUID_BYTES;
        describe(api, extensions, i, device);
    }
    return capacity;
}

static bool matches_uuid(const struct ofs_egl_device *device, const char *digits)
{
    char text[2 * OFS_UUID_BYTES + 1];

    if (!device->has_uuid || !*digits)
        return false;
    for (int i = 0; i < OFS_UUID_BYTES; i++)
        (void)snprintf(text + 2 * i, 3, "%02x", device->uuid[i]);
    return strncmp(text, digits, strlen(digits)) == 0;
}

/* Drivers number the devices for EGL_CUDA_DEVICE_NV either as CUDA does without CUDA_VISIBLE_DEVICES, or as this process
 * sees them. In the second case the hidden ones have no number, which tells the two apart. */
static bool numbers_are_filtered(const struct ofs_egl_device *devices, unsigned count, const char *visible)
{
    for (unsigned i = 0; visible && i < count; i++)
        if (devices[i].nvidia && devices[i].cuda_index < 0)
            return true;
    return false;
}

static int find_cuda(const struct ofs_egl_device *devices, unsigned count, const struct ofs_cuda_target *target,
                     const char *visible, unsigned index)
{
    bool by_uuid = target->kind == OFS_CUDA_UUID || target->kind == OFS_CUDA_MIG_OF;
    bool filtered = numbers_are_filtered(devices, count, visible);
    unsigned number = filtered ? index : target->index;

    for (unsigned i = 0; i < count && by_uuid; i++)
        if (matches_uuid(&devices[i], target->uuid))
            return (int)i;
    if (target->kind != OFS_CUDA_INDEX && !(filtered && target->kind != OFS_CUDA_NONE))
        return -1;
    for (unsigned i = 0; i < count; i++)
        if (devices[i].nvidia && devices[i].cuda_index == (int)number)
            return (int)i;
    return -1;
}

/* The driver says nothing by which the device could be told from the one that is wanted. */
static bool cannot_tell(const struct ofs_egl_device *device, const struct ofs_cuda_target *target)
{
    switch (target->kind) {
    case OFS_CUDA_INDEX: return device->cuda_index < 0;
    case OFS_CUDA_UUID:
    case OFS_CUDA_MIG_OF: return !device->has_uuid;
    case OFS_CUDA_MIG: return true; /* an id of its own names no GPU */
    default: return false;
    }
}

/* With one NVIDIA device that cannot be told by number or UUID there is nothing to confuse. */
static int only_nvidia(const struct ofs_egl_device *devices, unsigned count, const struct ofs_cuda_target *target)
{
    int found = -1;

    for (unsigned i = 0; i < count; i++) {
        if (!devices[i].nvidia)
            continue;
        if (found >= 0)
            return -1;
        found = (int)i;
    }
    return found >= 0 && cannot_tell(&devices[found], target) ? found : -1;
}

static void add_step(struct ofs_device_plan *plan, unsigned device, const char *reason)
{
    for (unsigned i = 0; i < plan->count; i++)
        if (plan->step[i].device == device)
            return;
    plan->step[plan->count].device = device;
    (void)snprintf(plan->step[plan->count].reason, sizeof(plan->step[0].reason), "%s", reason);
    plan->count++;
}

static void explain_missing(const struct ofs_cuda_target *target, unsigned index, bool any_nvidia, char *problem,
                            size_t size)
{
    if (!any_nvidia)
        (void)snprintf(problem, size, "no EGL device belongs to CUDA (is the NVIDIA driver's EGL library here?)");
    else if (target->kind == OFS_CUDA_NONE)
        (void)snprintf(problem, size, "CUDA_VISIBLE_DEVICES leaves this process no CUDA device %u", index);
    else if (target->kind == OFS_CUDA_MIG || target->kind == OFS_CUDA_MIG_OF)
        (void)snprintf(problem, size, "CUDA device %u is a MIG instance, and no EGL device can be matched to it", index);
    else if (target->kind == OFS_CUDA_UUID)
        (void)snprintf(problem, size, "no EGL device has the UUID that CUDA_VISIBLE_DEVICES names as device %u", index);
    else
        (void)snprintf(problem, size, "no EGL device is CUDA device %u", index);
}

static void plan_cuda(struct ofs_device_plan *plan, const char *what, const struct ofs_egl_device *devices,
                      unsigned count, const char *visible, unsigned index)
{
    struct ofs_cuda_target target = ofs_cuda_resolve(visible, index);
    int found = find_cuda(devices, count, &target, visible, index);
    bool any_nvidia = false;
    char reason[192];

    if (found < 0 && target.kind != OFS_CUDA_NONE && (index == 0 || target.kind != OFS_CUDA_INDEX))
        found = only_nvidia(devices, count, &target);
    for (unsigned i = 0; i < count; i++)
        any_nvidia = any_nvidia || devices[i].nvidia;
    if (found < 0) {
        explain_missing(&target, index, any_nvidia, plan->problem, sizeof(plan->problem));
        return;
    }
    (void)snprintf(reason, sizeof(reason), "%s: CUDA device %u of this process%s is %.100s", what, index,
                   visible ? " (CUDA_VISIBLE_DEVICES)" : "", devices[found].name);
    add_step(plan, (unsigned)found, reason);
}

static void plan_auto(struct ofs_device_plan *plan, const struct ofs_egl_device *devices, unsigned count,
                      const char *visible)
{
    char reason[192];

    plan->may_fall_back = true;
    plan_cuda(plan, "auto", devices, count, visible, 0);
    for (unsigned i = 0; i < count; i++) {
        if (devices[i].software)
            continue;
        (void)snprintf(reason, sizeof(reason), "auto: %.100s is a hardware device", devices[i].name);
        add_step(plan, i, reason);
    }
    if (plan->count == 0)
        (void)snprintf(plan->problem, sizeof(plan->problem), "EGL offers no hardware device");
}

void ofs_device_plan_make(const struct ofs_gpu_request *request, const struct ofs_egl_device *devices, unsigned count,
                          const char *cuda_visible_devices, struct ofs_device_plan *plan)
{
    memset(plan, 0, sizeof(*plan));
    switch (request->kind) {
    case OFS_GPU_AUTO:
        plan_auto(plan, devices, count, cuda_visible_devices);
        break;
    case OFS_GPU_CUDA:
        plan_cuda(plan, "asked for", devices, count, cuda_visible_devices, request->index);
        break;
    case OFS_GPU_EGL:
        if (request->index < count)
            add_step(plan, request->index, "asked for by EGL device number");
        else
            (void)snprintf(plan->problem, sizeof(plan->problem), "EGL lists %u device%s", count, count == 1 ? "" : "s");
        break;
    case OFS_GPU_SOFTWARE:
        for (unsigned i = 0; i < count; i++)
            if (devices[i].software)
                add_step(plan, i, "software: asked for");
        break;
    }
}
