/* RANDR: one screen, one CRTC, one output. */
#include <stdlib.h>
#include <xcb/randr.h>

#include "scenarios.h"

static bool use(struct oracle *o)
{
    if (!oracle_extension(o, &xcb_randr_id, "randr"))
        return false;
    ORACLE_SHOW(o, o->c, "randr:QueryVersion", xcb_randr_query_version(o->c, 1, 5));
    return true;
}

static void show_outputs(struct oracle *o, const xcb_randr_get_screen_resources_current_reply_t *resources)
{
    const xcb_randr_output_t *outputs = xcb_randr_get_screen_resources_current_outputs(resources);
    for (int i = 0; i < resources->num_outputs; i++) {
        ORACLE_SHOW(o, o->c, "randr:GetOutputInfo", xcb_randr_get_output_info(o->c, outputs[i], resources->config_timestamp));
        ORACLE_SHOW(o, o->c, "randr:ListOutputProperties", xcb_randr_list_output_properties(o->c, outputs[i]));
        ORACLE_SHOW(o, o->c, "randr:GetOutputProperty",
                    xcb_randr_get_output_property(o->c, outputs[i], oracle_atom(o, "EDID"), 0, 0, 100, 0, 0));
    }
}

static void show_crtcs(struct oracle *o, const xcb_randr_get_screen_resources_current_reply_t *resources)
{
    const xcb_randr_crtc_t *crtcs = xcb_randr_get_screen_resources_current_crtcs(resources);
    for (int i = 0; i < resources->num_crtcs; i++) {
        ORACLE_SHOW(o, o->c, "randr:GetCrtcInfo", xcb_randr_get_crtc_info(o->c, crtcs[i], resources->config_timestamp));
        ORACLE_SHOW(o, o->c, "randr:GetCrtcGammaSize", xcb_randr_get_crtc_gamma_size(o->c, crtcs[i]));
        ORACLE_SHOW(o, o->c, "randr:GetCrtcGamma", xcb_randr_get_crtc_gamma(o->c, crtcs[i]));
        ORACLE_SHOW(o, o->c, "randr:GetCrtcTransform", xcb_randr_get_crtc_transform(o->c, crtcs[i]));
        ORACLE_SHOW(o, o->c, "randr:GetPanning", xcb_randr_get_panning(o->c, crtcs[i]));
    }
}

void scenario_randr(struct oracle *o)
{
    if (!use(o))
        return;
    oracle_step(o, "resources");
    ORACLE_SHOW(o, o->c, "randr:GetScreenResources", xcb_randr_get_screen_resources(o->c, o->root));
    xcb_randr_get_screen_resources_current_reply_t *resources =
        oracle_reply(o, o->c, "randr:GetScreenResourcesCurrent", xcb_randr_get_screen_resources_current(o->c, o->root).sequence);
    if (resources) {
        oracle_step(o, "outputs");
        show_outputs(o, resources);
        oracle_step(o, "crtcs");
        show_crtcs(o, resources);
    }
    free(resources);
    oracle_step(o, "screen");
    ORACLE_SHOW(o, o->c, "randr:GetScreenInfo", xcb_randr_get_screen_info(o->c, o->root));
    ORACLE_SHOW(o, o->c, "randr:GetScreenSizeRange", xcb_randr_get_screen_size_range(o->c, o->root));
    ORACLE_SHOW(o, o->c, "randr:GetOutputPrimary", xcb_randr_get_output_primary(o->c, o->root));
    ORACLE_SHOW(o, o->c, "randr:GetMonitors", xcb_randr_get_monitors(o->c, o->root, 1));
    ORACLE_SHOW(o, o->c, "randr:GetProviders", xcb_randr_get_providers(o->c, o->root));
    oracle_step(o, "any window stands for the screen");
    xcb_window_t w = oracle_window(o, "w", o->root, 0, 0, 10, 10, 0, 0);
    ORACLE_SHOW(o, o->c, "randr:GetOutputPrimary", xcb_randr_get_output_primary(o->c, w));
    oracle_step(o, "errors");
    ORACLE_SHOW(o, o->c, "randr:GetScreenResources", xcb_randr_get_screen_resources(o->c, 0xB1));
    ORACLE_SHOW(o, o->c, "randr:GetOutputInfo", xcb_randr_get_output_info(o->c, 0xB2, 0));
    ORACLE_SHOW(o, o->c, "randr:GetCrtcInfo", xcb_randr_get_crtc_info(o->c, 0xB3, 0));
    ORACLE_SHOW(o, o->c, "randr:GetCrtcGammaSize", xcb_randr_get_crtc_gamma_size(o->c, 0xB3));
    ORACLE_SHOW(o, o->c, "randr:ListOutputProperties", xcb_randr_list_output_properties(o->c, 0xB2));
    ORACLE_SHOW(o, o->c, "randr:GetMonitors", xcb_randr_get_monitors(o->c, 0xB1, 1));
    ORACLE_SHOW(o, o->c, "randr:GetProviderInfo", xcb_randr_get_provider_info(o->c, 0xB4, 0));
    xcb_randr_select_input(o->c, 0xB1, 1);
    xcb_randr_select_input(o->c, w, 0x8000);
}

void scenario_randr_events(struct oracle *o)
{
    if (!use(o))
        return;
    oracle_step(o, "selected, and nothing happens");
    xcb_randr_select_input(o->c, o->root, 0xF);
    xcb_randr_get_screen_resources_current_reply_t *resources = xcb_randr_get_screen_resources_current_reply(
        o->c, xcb_randr_get_screen_resources_current(o->c, o->root), NULL);
    if (!resources || !resources->num_outputs) {
        free(resources);
        return;
    }
    xcb_randr_output_t output = xcb_randr_get_screen_resources_current_outputs(resources)[0];
    oracle_step(o, "primary set");
    xcb_randr_set_output_primary(o->c, o->root, output);
    ORACLE_SHOW(o, o->c, "randr:GetOutputPrimary", xcb_randr_get_output_primary(o->c, o->root));
    oracle_step(o, "primary cleared, and wrong");
    xcb_randr_set_output_primary(o->c, o->root, 0);
    xcb_randr_set_output_primary(o->c, o->root, 0xB5);
    ORACLE_SHOW(o, o->c, "randr:GetOutputPrimary", xcb_randr_get_output_primary(o->c, o->root));
    oracle_step(o, "selection taken back");
    xcb_randr_select_input(o->c, o->root, 0);
    xcb_randr_set_output_primary(o->c, o->root, output);
    free(resources);
}
