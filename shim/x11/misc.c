/* Requests about the server itself: extensions, screen saver, hosts, close-down, the server grab. */
#include "x11/private.h"

int ofs_core_QueryExtension(struct ofs_client *c, struct ofs_request *r)
{
    uint16_t length = ofs_req16(r);
    ofs_req_skip(r, 2);
    const uint8_t *name = ofs_req_bytes(r, length);
    if (!ofs_req_end(r))
        return BadLength;
    const struct ofs_extension *ext = NULL;
    for (unsigned i = 0; i < ofs_extension_count && !ext; i++)
        if (strlen(ofs_extensions[i]->name) == length && name && memcmp(ofs_extensions[i]->name, name, length) == 0)
            ext = ofs_extensions[i];
    ofs_reply_begin(c, 0);
    ofs_out8(c, ext != NULL);
    ofs_out8(c, ext ? ext->major : 0);
    ofs_out8(c, ext ? ext->first_event : 0);
    ofs_out8(c, ext ? ext->first_error : 0);
    ofs_reply_end(c);
    return 0;
}

int ofs_core_ListExtensions(struct ofs_client *c, struct ofs_request *r)
{
    ofs_reply_begin(c, (uint8_t)ofs_extension_count);
    ofs_out_zero(c, 24);
    for (unsigned i = 0; i < ofs_extension_count; i++) {
        size_t n = strlen(ofs_extensions[i]->name);
        ofs_out8(c, (uint8_t)n);
        ofs_out_bytes(c, ofs_extensions[i]->name, n);
    }
    ofs_reply_end(c);
    return 0;
}

int ofs_core_GrabServer(struct ofs_client *c, struct ofs_request *r)
{
    c->server->server_grab = c;
    return 0;
}

int ofs_core_UngrabServer(struct ofs_client *c, struct ofs_request *r)
{
    if (c->server->server_grab == c)
        c->server->server_grab = NULL;
    return 0;
}

int ofs_core_SetScreenSaver(struct ofs_client *c, struct ofs_request *r)
{
    int16_t timeout = ofs_req_i16(r), interval = ofs_req_i16(r);
    uint8_t blanking = ofs_req8(r), exposures = ofs_req8(r);
    struct ofs_server *s = c->server;
    if (blanking > DefaultBlanking)
        return ofs_bad(c, BadValue, blanking);
    if (exposures > DefaultExposures)
        return ofs_bad(c, BadValue, exposures);
    if (timeout < -1)
        return ofs_bad(c, BadValue, (uint32_t)timeout);
    if (interval < -1)
        return ofs_bad(c, BadValue, (uint32_t)interval);
    s->saver_blanking = blanking == DefaultBlanking ? PreferBlanking : blanking;
    s->saver_exposures = exposures == DefaultExposures ? AllowExposures : exposures;
    s->saver_timeout = timeout < 0 ? 600 : (uint16_t)timeout;
    s->saver_interval = interval < 0 ? 600 : (uint16_t)interval;
    return 0;
}

int ofs_core_GetScreenSaver(struct ofs_client *c, struct ofs_request *r)
{
    struct ofs_server *s = c->server;
    ofs_reply_begin(c, 0);
    ofs_out16(c, s->saver_timeout);
    ofs_out16(c, s->saver_interval);
    ofs_out8(c, s->saver_blanking);
    ofs_out8(c, s->saver_exposures);
    ofs_reply_end(c);
    return 0;
}

int ofs_core_ForceScreenSaver(struct ofs_client *c, struct ofs_request *r)
{
    if (r->minor > ScreenSaverActive)
        return ofs_bad(c, BadValue, r->minor);
    ofs_saver_set(c->server, r->minor == ScreenSaverActive, true);
    if (r->minor == ScreenSaverReset) /* as if there had been input */
        c->server->last_input_ms = ofs_server_now(c->server);
    return 0;
}

/* Nobody but this process can connect, so there is no host to list; changes are refused. */
int ofs_core_ChangeHosts(struct ofs_client *c, struct ofs_request *r)
{
    ofs_req_skip(r, 2);
    uint16_t length = ofs_req16(r);
    ofs_req_skip(r, length);
    return ofs_req_end(r) ? BadAccess : BadLength;
}

int ofs_core_ListHosts(struct ofs_client *c, struct ofs_request *r)
{
    ofs_reply_begin(c, 1); /* access control is on */
    ofs_out16(c, 0);
    ofs_reply_end(c);
    return 0;
}

int ofs_core_SetAccessControl(struct ofs_client *c, struct ofs_request *r)
{
    return r->minor > EnableAccess ? ofs_bad(c, BadValue, r->minor) : BadAccess;
}

int ofs_core_SetCloseDownMode(struct ofs_client *c, struct ofs_request *r)
{
    if (r->minor > RetainTemporary)
        return ofs_bad(c, BadValue, r->minor);
    c->close_down_mode = r->minor;
    return 0;
}

int ofs_core_KillClient(struct ofs_client *c, struct ofs_request *r)
{
    uint32_t id = ofs_req32(r);
    if (id == AllTemporary) {
        ofs_res_free_retained(c->server, &ofs_retained_temporary);
        return 0;
    }
    struct ofs_res *res = ofs_res_any(c->server, id);
    if (!res || !res->client)
        return ofs_bad(c, BadValue, id);
    if (res->client == &ofs_retained_permanent || res->client == &ofs_retained_temporary)
        ofs_res_free_retained_index(c->server, id >> 21);
    else if (res->client == c)
        c->closing = true;   /* when this request is done */
    else
        ofs_client_close_down(res->client);
    return 0;
}

int ofs_core_NoOperation(struct ofs_client *c, struct ofs_request *r) { return 0; }
