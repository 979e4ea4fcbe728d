/* monkey's steps about XInput 2. */
#include <stdio.h>
#include <stdlib.h>

#include <xcb/xinput.h>

#include "monkey.h"

struct xi_mask { xcb_input_event_mask_t head; uint32_t bits; };

static uint32_t some_xi_mask(void)
{
    uint32_t bits = 0;
    for (unsigned i = 1; i <= 17; i++)
        if (i != 11 && i != 12 && pick(2))
            bits |= 1u << i;
    return bits;
}

static const uint8_t devices[] = { 0, 1, 1, 1, 2, 2, 3, 3, 4, 5 };

static void passive(xcb_connection_t *c, unsigned n, xcb_window_t w, uint32_t bits, uint8_t owner, uint8_t mode, uint8_t paired,
                    bool grab)
{
    uint8_t type = (uint8_t)pick(4);
    uint32_t detail = type == 0 ? pick(4) : type == 1 ? keys[pick(2)] : 0, modifier = pick(2) ? 1u << 31 : pick(2);
    uint16_t on = type == 1 || type == 3 ? 3 : 2;
    if (!grab) {
        printf("xi passive ungrab %c %s type %u detail %u mods %x\n", 'A' + n, name(w), type, detail, modifier);
        xcb_input_xi_passive_ungrab_device(c, w, detail, on, 1, type, &modifier);
        return;
    }
    printf("xi passive grab %c %s device %u type %u detail %u mods %x owner %u modes %u %u mask %x\n", 'A' + n, name(w), on, type,
           detail, modifier, owner, mode, paired, bits);
    xcb_input_xi_passive_grab_device_reply_t *r = xcb_input_xi_passive_grab_device_reply(
        c, xcb_input_xi_passive_grab_device(c, 0, w, 0, detail, on, 1, 1, type, mode, paired, owner, &bits, &modifier), NULL);
    printf("  failed %d\n", r ? r->num_modifiers : -1);
    free(r);
}

void xinput_step(void)
{
    unsigned n = pick(CLIENTS);
    xcb_connection_t *c = client[n];
    xcb_window_t w = some_window(true);
    uint32_t bits = some_xi_mask();
    uint8_t owner = (uint8_t)pick(2), mode = pick(3) > 0, paired = pick(3) > 0;
    uint16_t device = devices[pick(10)], master = (uint16_t)(2 + pick(2));
    switch (pick(12)) {
    case 0:
    case 1:
    case 2:
    case 3: {
        if (w != root)
            bits &= ~(0x1fu << 13);
        struct xi_mask mask = { { device, 1 }, bits };
        printf("xi select %c %s device %u %x\n", 'A' + n, name(w), device, bits);
        xcb_input_xi_select_events(c, w, 1, &mask.head);
        break;
    }
    case 4:
        printf("xi grab %c %s device %u owner %u modes %u %u mask %x\n", 'A' + n, name(w), master, owner, mode, paired, bits);
        {
            xcb_input_xi_grab_device_reply_t *r = xcb_input_xi_grab_device_reply(
                c, xcb_input_xi_grab_device(c, w, 0, 0, master, mode, paired, owner, 1, &bits), NULL);
            printf("  status %d\n", r ? r->status : -1);
            free(r);
        }
        break;
    case 5: printf("xi ungrab %c %u\n", 'A' + n, master); xcb_input_xi_ungrab_device(c, 0, master); break;
    case 6: passive(c, n, w, bits, owner, mode, paired, true); break;
    case 7: passive(c, n, w, bits, owner, mode, paired, false); break;
    case 8: {
        uint8_t event_mode = (uint8_t)pick(6);
        printf("xi allow %c device %u mode %u\n", 'A' + n, master, event_mode);
        xcb_input_xi_allow_events(c, 0, master, event_mode, 0, w);
        break;
    }
    case 9: printf("xi focus %c %s\n", 'A' + n, name(w)); xcb_input_xi_set_focus(c, w, 0, 3); break;
    case 10:
        printf("xi warp to %s\n", name(w));
        xcb_input_xi_warp_pointer(c, 0, w, 0, 0, 0, 0, (int)pick(60) << 16, (int)pick(60) << 16, 2);
        break;
    default: {
        xcb_input_xi_query_pointer_reply_t *r = xcb_input_xi_query_pointer_reply(c, xcb_input_xi_query_pointer(c, w, 2), NULL);
        if (r)
            printf("xi pointer of %s: child %s %d,%d (%d,%d) mods %x %x %x %x\n", name(w), name(r->child), r->root_x >> 16,
                   r->root_y >> 16, r->win_x >> 16, r->win_y >> 16, r->mods.base, r->mods.latched, r->mods.locked, r->mods.effective);
        free(r);
    }
    }
}
