/* XInput 2.4 without touch, gestures and changes of the hierarchy, and of version 1 the questions: the table, versions, focus
 * and client pointers. */
#include <X11/extensions/XI2.h>
#include <X11/extensions/XI2proto.h>
#include <X11/extensions/XIproto.h>

#include "x11/xinput.h"

#define MINOR 4

int ofs_device_find(struct ofs_client *c, uint32_t id, struct ofs_device **out)
{
    if (id < OFS_DEV_POINTER || id >= OFS_DEV_COUNT)
        return ofs_bad(c, OFS_XI_BAD_DEVICE, id);
    *out = ofs_device_get(c->server, id);
    return 0;
}

/* XInput 1's way of asking; carries the extension's name, which nobody looks at. */
static int get_extension_version(struct ofs_client *c, struct ofs_request *r)
{
    unsigned name_bytes = ofs_req16(r);
    ofs_req_skip(r, 2);
    ofs_req_skip(r, name_bytes);
    if (!ofs_req_end(r))
        return BadLength;
    ofs_reply_begin(c, X_GetExtensionVersion);
    ofs_out16(c, 2);
    ofs_out16(c, MINOR);
    ofs_out8(c, 1);
    ofs_reply_end(c);
    return 0;
}

static int query_version(struct ofs_client *c, struct ofs_request *r)
{
    unsigned major = ofs_req16(r), minor = ofs_req16(r), asked = major;
    if (!ofs_req_end(r))
        return BadLength;
    if (major < 2)
        return ofs_bad(c, BadValue, major);
    if (major > 2 || minor > MINOR) {
        major = 2;
        minor = MINOR;
    }
    if (!c->xi2_major) {
        c->xi2_major = (uint16_t)major;
        c->xi2_minor = (uint16_t)minor;
    } else if (minor >= 2 && c->xi2_minor >= 2) {
        /* From 2.2 on versions are compatible: answer what was asked for, keep the highest. */
        if (minor > c->xi2_minor)
            c->xi2_minor = (uint16_t)minor;
    } else if (minor < c->xi2_minor) {
        return ofs_bad(c, BadValue, asked);
    } else {
        minor = c->xi2_minor;
    }
    ofs_reply_begin(c, X_XIQueryVersion);
    ofs_out16(c, (uint16_t)major);
    ofs_out16(c, (uint16_t)minor);
    ofs_reply_end(c);
    return 0;
}

int ofs_xi_set_focus(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t focus = ofs_req32(r), time = ofs_req32(r), id = ofs_req16(r);
    ofs_req_skip(r, 2);
    if (r->bad) /* more than that is not looked at */
        return BadLength;
    struct ofs_device *d;
    int error = ofs_device_find(c, id, &d);
    if (error)
        return error;
    if (d->pointer)
        return ofs_bad(c, OFS_XI_BAD_DEVICE, 0);
    return ofs_focus_set(c, d, focus, RevertToParent, time, true);
}

int ofs_xi_get_focus(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req16(r);
    ofs_req_skip(r, 2);
    if (r->bad) /* more than that is not looked at */
        return BadLength;
    struct ofs_device *d;
    int error = ofs_device_find(c, id, &d);
    if (error)
        return error;
    if (d->pointer)
        return ofs_bad(c, OFS_XI_BAD_DEVICE, 0);
    ofs_reply_begin(c, X_XIGetFocus);
    ofs_out32(c, ofs_focus_id(d->focus));
    ofs_reply_end(c);
    return 0;
}

/* None, or any resource of a client, which stands for that client. */
static int check_client(struct ofs_client *c, uint32_t id)
{
    if (!id)
        return 0;
    const struct ofs_res *res = ofs_res_any(c->server, id);
    return res && res->client ? 0 : ofs_bad(c, BadWindow, id);
}

/* There is one master pointer: every client has it, whether it asked or not. */
int ofs_xi_set_client_pointer(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t window = ofs_req32(r), id = ofs_req16(r);
    ofs_req_skip(r, 2);
    if (!ofs_req_end(r))
        return BadLength;
    struct ofs_device *d;
    int error = ofs_device_find(c, id, &d);
    if (error)
        return error;
    return d->master ? check_client(c, window) : ofs_bad(c, OFS_XI_BAD_DEVICE, id);
}

int ofs_xi_get_client_pointer(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t window = ofs_req32(r);
    if (!ofs_req_end(r))
        return BadLength;
    int error = check_client(c, window);
    if (error)
        return error;
    ofs_reply_begin(c, X_XIGetClientPointer);
    ofs_out8(c, 1);
    ofs_out8(c, 0);
    ofs_out16(c, OFS_DEV_POINTER);
    ofs_reply_end(c);
    return 0;
}

static const struct ofs_handler_row rows[] = {
    { X_GetExtensionVersion, "GetExtensionVersion", get_extension_version, 2, 0 },
    { X_ListInputDevices, "ListInputDevices", ofs_xi_list_input_devices, 1, 1 },
    { X_OpenDevice, "OpenDevice", ofs_xi1_open_device, 2, 2 },
    { X_CloseDevice, "CloseDevice", ofs_xi1_close_device, 2, 2 },
    { X_SetDeviceMode, "SetDeviceMode", ofs_xi1_set_mode, 2, 2 },
    { X_SelectExtensionEvent, "SelectExtensionEvent", ofs_xi1_refuse, 3, 0 },
    { X_GetSelectedExtensionEvents, "GetSelectedExtensionEvents", ofs_xi1_get_selected, 2, 2 },
    { X_ChangeDeviceDontPropagateList, "ChangeDeviceDontPropagateList", ofs_xi1_refuse, 3, 0 },
    { X_GetDeviceDontPropagateList, "GetDeviceDontPropagateList", ofs_xi1_get_dont_propagate, 2, 2 },
    { X_GetDeviceMotionEvents, "GetDeviceMotionEvents", ofs_xi1_get_motion, 4, 4 },
    { X_ChangeKeyboardDevice, "ChangeKeyboardDevice", ofs_xi1_change_core_device, 2, 2 },
    { X_ChangePointerDevice, "ChangePointerDevice", ofs_xi1_change_core_device, 2, 2 },
    { X_GrabDevice, "GrabDevice", ofs_xi1_refuse, 5, 0 },
    { X_UngrabDevice, "UngrabDevice", ofs_xi1_refuse, 3, 3 },
    { X_GrabDeviceKey, "GrabDeviceKey", ofs_xi1_refuse, 5, 0 },
    { X_UngrabDeviceKey, "UngrabDeviceKey", ofs_xi1_refuse, 4, 4 },
    { X_GrabDeviceButton, "GrabDeviceButton", ofs_xi1_refuse, 5, 0 },
    { X_UngrabDeviceButton, "UngrabDeviceButton", ofs_xi1_refuse, 4, 4 },
    { X_AllowDeviceEvents, "AllowDeviceEvents", ofs_xi1_refuse, 3, 3 },
    { X_GetDeviceFocus, "GetDeviceFocus", ofs_xi1_get_focus, 2, 2 },
    { X_SetDeviceFocus, "SetDeviceFocus", ofs_xi1_set_focus, 4, 4 },
    { X_GetFeedbackControl, "GetFeedbackControl", ofs_xi1_get_feedback, 2, 2 },
    { X_ChangeFeedbackControl, "ChangeFeedbackControl", ofs_xi1_refuse, 3, 0 },
    { X_GetDeviceKeyMapping, "GetDeviceKeyMapping", ofs_xi1_get_key_map, 2, 2 },
    { X_ChangeDeviceKeyMapping, "ChangeDeviceKeyMapping", ofs_xi1_refuse, 2, 0 },
    { X_GetDeviceModifierMapping, "GetDeviceModifierMapping", ofs_xi1_get_modifier_map, 2, 2 },
    { X_SetDeviceModifierMapping, "SetDeviceModifierMapping", ofs_xi1_refuse, 2, 0 },
    { X_GetDeviceButtonMapping, "GetDeviceButtonMapping", ofs_xi1_get_button_map, 2, 2 },
    { X_SetDeviceButtonMapping, "SetDeviceButtonMapping", ofs_xi1_refuse, 2, 0 },
    { X_QueryDeviceState, "QueryDeviceState", ofs_xi1_query_state, 2, 2 },
    { X_SendExtensionEvent, "SendExtensionEvent", ofs_xi1_refuse, 4, 0 },
    { X_DeviceBell, "DeviceBell", ofs_xi1_refuse, 2, 2 },
    { X_SetDeviceValuators, "SetDeviceValuators", ofs_xi1_refuse, 2, 0 },
    { X_GetDeviceControl, "GetDeviceControl", ofs_xi1_get_control, 2, 2 },
    { X_ChangeDeviceControl, "ChangeDeviceControl", ofs_xi1_refuse, 2, 0 },
    { X_ListDeviceProperties, "ListDeviceProperties", ofs_xi1_list_properties, 2, 2 },
    { X_ChangeDeviceProperty, "ChangeDeviceProperty", ofs_xi1_change_property, 5, 0 },
    { X_DeleteDeviceProperty, "DeleteDeviceProperty", ofs_xi1_delete_property, 3, 3 },
    { X_GetDeviceProperty, "GetDeviceProperty", ofs_xi1_get_property, 6, 6 },
    { X_XIQueryPointer, "XIQueryPointer", ofs_xi_query_pointer, 3, 3 },
    { X_XIWarpPointer, "XIWarpPointer", ofs_xi_warp_pointer, 9, 9 },
    { X_XIChangeCursor, "XIChangeCursor", ofs_xi_change_cursor, 4, 4 },
    { X_XIChangeHierarchy, "XIChangeHierarchy", ofs_xi1_refuse, 2, 0 },
    { X_XISetClientPointer, "XISetClientPointer", ofs_xi_set_client_pointer, 3, 3 },
    { X_XIGetClientPointer, "XIGetClientPointer", ofs_xi_get_client_pointer, 2, 2 },
    { X_XISelectEvents, "XISelectEvents", ofs_xi_select_events, 3, 0 },
    { X_XIQueryVersion, "XIQueryVersion", query_version, 2, 2 },
    { X_XIQueryDevice, "XIQueryDevice", ofs_xi_query_device, 2, 2 },
    { X_XISetFocus, "XISetFocus", ofs_xi_set_focus, 4, 0 },
    { X_XIGetFocus, "XIGetFocus", ofs_xi_get_focus, 2, 0 },
    { X_XIGrabDevice, "XIGrabDevice", ofs_xi_grab_device, 6, 0 },
    { X_XIUngrabDevice, "XIUngrabDevice", ofs_xi_ungrab_device, 3, 3 },
    { X_XIAllowEvents, "XIAllowEvents", ofs_xi_allow_events, 3, 0 },
    { X_XIPassiveGrabDevice, "XIPassiveGrabDevice", ofs_xi_passive_grab, 8, 0 },
    { X_XIPassiveUngrabDevice, "XIPassiveUngrabDevice", ofs_xi_passive_ungrab, 5, 0 },
    { X_XIListProperties, "XIListProperties", ofs_xi_list_properties, 2, 2 },
    { X_XIChangeProperty, "XIChangeProperty", ofs_xi_change_property, 5, 0 },
    { X_XIDeleteProperty, "XIDeleteProperty", ofs_xi_delete_property, 3, 3 },
    { X_XIGetProperty, "XIGetProperty", ofs_xi_get_property, 6, 6 },
    { X_XIGetSelectedEvents, "XIGetSelectedEvents", ofs_xi_get_selected, 2, 2 },
    { X_XIBarrierReleasePointer, "XIBarrierReleasePointer", ofs_xi_release_barriers, 2, 0 },
};

const struct ofs_extension ofs_ext_xinput = {
    .name = "XInputExtension", .major = OFS_XI_MAJOR, .first_event = OFS_XI_FIRST_EVENT, .first_error = OFS_XI_FIRST_ERROR,
    .rows = rows, .row_count = OFS_ARRAY_LEN(rows),
};
