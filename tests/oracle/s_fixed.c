/* What cannot change: the screen and the font path. To ask for what is there is no error. */
#include <stdlib.h>
#include <xcb/randr.h>

#include "scenarios.h"

static void set_crtc(struct oracle *o, xcb_randr_crtc_t crtc, xcb_timestamp_t time, int16_t x, xcb_randr_mode_t mode,
                     uint16_t rotation, uint32_t count, const xcb_randr_output_t *outputs)
{
    ORACLE_SHOW(o, o->c, "randr:SetCrtcConfig",
                xcb_randr_set_crtc_config(o->c, crtc, 0, time, x, 0, mode, rotation, count, outputs));
}

static void set_screen(struct oracle *o, xcb_timestamp_t time, uint16_t size, uint16_t rotation)
{
    ORACLE_SHOW(o, o->c, "randr:SetScreenConfig",
                xcb_randr_set_screen_config(o->c, o->root, 0, time, size, rotation, 0));
}

void scenario_fixed_screen(struct oracle *o)
{
    if (!oracle_extension(o, &xcb_randr_id, "randr"))
        return;
    free(xcb_randr_query_version_reply(o->c, xcb_randr_query_version(o->c, 1, 5), NULL));
    xcb_randr_get_screen_resources_current_reply_t *r =
        xcb_randr_get_screen_resources_current_reply(o->c, xcb_randr_get_screen_resources_current(o->c, o->root), NULL);
    if (!r)
        return;
    const xcb_randr_crtc_t crtc = *xcb_randr_get_screen_resources_current_crtcs(r);
    const xcb_randr_mode_t mode = xcb_randr_get_screen_resources_current_modes(r)->id;
    const xcb_randr_output_t outputs[2] = { *xcb_randr_get_screen_resources_current_outputs(r), 0xE1 };
    const uint16_t upright = XCB_RANDR_ROTATION_ROTATE_0;
    oracle_step(o, "the CRTC as it is");
    set_crtc(o, crtc, r->config_timestamp, 0, mode, upright, 1, outputs);
    oracle_step(o, "errors");
    set_crtc(o, 0xE2, r->config_timestamp, 0, mode, upright, 1, outputs);
    set_crtc(o, crtc, r->config_timestamp, 0, 0xE3, upright, 1, outputs);
    set_crtc(o, crtc, r->config_timestamp, 0, mode, upright, 2, outputs);
    set_crtc(o, crtc, r->config_timestamp, 0, mode, upright, 0, outputs);
    set_crtc(o, crtc, r->config_timestamp, 0, XCB_NONE, upright, 1, outputs);
    oracle_step(o, "the screen as it is");
    xcb_randr_set_screen_size(o->c, o->root, 1920, 1080, 508, 286);
    xcb_randr_get_screen_info_reply_t *info =
        xcb_randr_get_screen_info_reply(o->c, xcb_randr_get_screen_info(o->c, o->root), NULL);
    const xcb_timestamp_t time = info ? info->config_timestamp : 0;
    free(info);
    set_screen(o, time, 0, upright);
    oracle_step(o, "errors");
    xcb_randr_set_screen_size(o->c, 0xE4, 1920, 1080, 508, 286);
    xcb_randr_set_screen_size(o->c, o->root, 30000, 1080, 508, 286);
    xcb_randr_set_screen_size(o->c, o->root, 1920, 30000, 508, 286);
    xcb_randr_set_screen_size(o->c, o->root, 0, 1080, 508, 286);
    set_screen(o, time - 1, 0, upright);
    set_screen(o, time, 7, upright);
    set_screen(o, time, 0, XCB_RANDR_ROTATION_ROTATE_90);
    free(r);
}

/* `count` names, each behind its length; libxcb finds out how long they are, so that the count must be right. */
static void set_font_path(struct oracle *o, uint16_t count, const char *names)
{
    xcb_set_font_path(o->c, count, (const xcb_str_t *)(const void *)names);
}

void scenario_font_path(struct oracle *o)
{
    oracle_step(o, "the fonts that are built in");
    set_font_path(o, 1, "\11built-ins");
    ORACLE_SHOW(o, o->c, "xproto:GetFontPath", xcb_get_font_path(o->c));
    oracle_step(o, "one that is not there");
    set_font_path(o, 1,
                  "\10"
                  "/nowhere");
    set_font_path(o, 2,
                  "\11built-ins\10"
                  "/nowhere");
    ORACLE_SHOW(o, o->c, "xproto:GetFontPath", xcb_get_font_path(o->c));
    oracle_step(o, "the default");
    set_font_path(o, 0, "");
    xcb_font_t font = oracle_id(o, o->c, "font");
    xcb_open_font(o->c, font, 6, "cursor");
}
