/* The XInput extension's own files: xinput.c (table, versions), xinput_select.c, xinput_event.c, xinput_device.c,
 * xinput_grab.c, xinput_pointer.c, xinput_property.c; xinput1.c. Source: XI2proto.h, XIproto.h, the XI2 protocol text. */
#ifndef OFS_X11_XINPUT_H
#define OFS_X11_XINPUT_H

#include "x11/input_private.h"

#define OFS_XI_BAD_DEVICE (OFS_XI_FIRST_ERROR + 0)
#define OFS_XI_BAD_MODE (OFS_XI_FIRST_ERROR + 2)

/* One client's XI2 selection on one window: bit evtype of mask[device]. */
struct ofs_xi2_select {
    struct ofs_xi2_select *next;
    struct ofs_client *client;
    uint64_t mask[OFS_DEV_COUNT];
};

/* A mask on the wire: bytes of event bits, bit 0 of byte 0 is event 0; 0 or BadValue for a bit of no event. */
int ofs_xi2_read_mask(struct ofs_client *c, struct ofs_request *r, unsigned words, uint64_t *out);
/* All, AllMaster or a device: 0 or BadDevice. */
int ofs_xi2_find_any(struct ofs_client *c, uint32_t id);
void ofs_xi2_fp3232(struct ofs_client *c, double value);
void ofs_xi2_fp1616(struct ofs_client *c, int value);
/* mods and group of a device event or a reply; effective false leaves those two fields 0, as the X server does in places. */
void ofs_xi2_write_mods(struct ofs_client *c, const struct ofs_xkb_mods *mods, bool effective);
/* The classes of a device as XIQueryDevice and XI_DeviceChanged write them; returns how many. With or without which
 * buttons are down. */
unsigned ofs_xi2_write_classes(struct ofs_client *c, const struct ofs_device *d, uint8_t source, bool buttons);
void ofs_device_properties_finish(struct ofs_device *d);

typedef int ofs_xi_handler(struct ofs_client *c, struct ofs_request *r);
ofs_xi_handler ofs_xi_query_pointer, ofs_xi_warp_pointer, ofs_xi_change_cursor, ofs_xi_set_client_pointer,
    ofs_xi_get_client_pointer, ofs_xi_select_events, ofs_xi_query_device, ofs_xi_set_focus, ofs_xi_get_focus,
    ofs_xi_grab_device, ofs_xi_ungrab_device, ofs_xi_allow_events, ofs_xi_passive_grab, ofs_xi_passive_ungrab,
    ofs_xi_list_properties, ofs_xi_change_property, ofs_xi_delete_property, ofs_xi_get_property, ofs_xi_get_selected,
    ofs_xi_release_barriers, ofs_xi_list_input_devices;

/* Of version 1: xinput1.c, and the properties in xinput_property.c. */
ofs_xi_handler ofs_xi1_open_device, ofs_xi1_close_device, ofs_xi1_set_mode, ofs_xi1_get_selected, ofs_xi1_get_dont_propagate,
    ofs_xi1_get_motion, ofs_xi1_change_core_device, ofs_xi1_get_focus, ofs_xi1_set_focus, ofs_xi1_get_feedback,
    ofs_xi1_get_key_map, ofs_xi1_get_modifier_map, ofs_xi1_get_button_map, ofs_xi1_query_state, ofs_xi1_get_control,
    ofs_xi1_list_properties, ofs_xi1_change_property, ofs_xi1_delete_property, ofs_xi1_get_property, ofs_xi1_refuse;

#endif
