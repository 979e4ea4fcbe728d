/* Shared by the nucleus (client, dispatch, resources, windows); not for the extensions. */
#ifndef OFS_X11_PRIVATE_H
#define OFS_X11_PRIVATE_H

#include "x11/core.h"
#include "x11/region.h"
#include "x11/server.h"

#define OFS_ID_MASK 0x1FFFFFu
#define OFS_MAX_CLIENTS 1023u
/* Limits that keep the arithmetic and the memory of a process sane. */
#define OFS_MAX_REQUEST_WORDS (4u * 1024 * 1024 - 1)   /* 16 MiB, as BIG-REQUESTS announces */
#define OFS_MAX_PROPERTY_BYTES (64u * 1024 * 1024)

/* resource.c */
int ofs_res_init(struct ofs_server *s);
void ofs_res_enter(struct ofs_server *s, uint32_t id, enum ofs_res_type type, struct ofs_res *res);
void ofs_res_free_client(struct ofs_client *c);
/* KillClient on what a departed client retained: all of an owner's, or all ids of one client index. */
void ofs_res_free_retained(struct ofs_server *s, struct ofs_client *owner);
void ofs_res_free_retained_index(struct ofs_server *s, uint32_t index);
/* Whether any resource has an id of this client index. */
bool ofs_res_index_used(struct ofs_server *s, uint32_t index);
void ofs_res_retain_client(struct ofs_client *c, bool temporary);
/* Owners of what clients left behind with RetainPermanent and RetainTemporary; never served. */
extern struct ofs_client ofs_retained_permanent, ofs_retained_temporary;

/* client.c, setup.c */
/* All of close-down but the memory: what another client's KillClient does at once, and ofs_client_remove() at last. */
void ofs_client_close_down(struct ofs_client *c);
void ofs_client_error(struct ofs_client *c, uint8_t error, uint8_t major, uint16_t minor);
/* Bytes of a whole setup request that starts at `bytes`; 0 = not known yet. */
size_t ofs_setup_size(const uint8_t *bytes, size_t n);
void ofs_setup_answer(struct ofs_client *c, const uint8_t *bytes);
bool ofs_depth_valid(uint8_t depth);
uint8_t ofs_depth_bits_per_pixel(uint8_t depth); /* 0 = no such depth */
/* dispatch.c */
void ofs_dispatch(struct ofs_client *c, struct ofs_request *r);

/* atom.c, selection.c, property.c */
int ofs_atoms_init(struct ofs_server *s);
void ofs_atoms_finish(struct ofs_server *s);
bool ofs_atom_valid(struct ofs_server *s, uint32_t atom);
int ofs_selections_init(struct ofs_server *s);
void ofs_selections_finish(struct ofs_server *s);
void ofs_selections_client_gone(struct ofs_client *c);
void ofs_selections_window_gone(struct ofs_server *s, struct ofs_window *w);
void ofs_properties_free(struct ofs_window *w);
/* Delete them all and say so to the creator (PropertyNotify): the window goes. */
void ofs_properties_delete(struct ofs_server *s, struct ofs_window *w);

/* event.c */
void ofs_event_init(struct ofs_server *s);
int ofs_mask_set(struct ofs_window *w, struct ofs_client *c, uint32_t mask); /* 0 or BadAlloc */

/* saver.c: ForceScreenSaver, or input that ends it */
void ofs_saver_set(struct ofs_server *s, bool active, bool forced);

/* graphics.c, color.c */
void ofs_graphics_init(struct ofs_server *s);
int ofs_colors_init(struct ofs_server *s);

/* window.c */
int ofs_root_create(struct ofs_server *s);
void ofs_root_destroy(struct ofs_server *s);
/* DestroyWindow on w (not the root): unmap, inferiors first, DestroyNotify, resources. */
void ofs_window_destroy(struct ofs_server *s, struct ofs_window *w);
void ofs_window_unlink(struct ofs_window *w);
void ofs_window_link_top(struct ofs_window *w, struct ofs_window *parent);
void ofs_window_forget_client(struct ofs_client *c);
/* map.c */
void ofs_window_map(struct ofs_client *c, struct ofs_window *w);
void ofs_window_unmap(struct ofs_server *s, struct ofs_window *w, bool from_configure);
/* The same without the exposures and crossings that follow; true if the window was viewable and they must. */
bool ofs_window_unmap_quietly(struct ofs_server *s, struct ofs_window *w, bool from_configure);
void ofs_save_set_apply(struct ofs_client *c);
/* The window has another place, or parent: tell the GL side. */
void ofs_window_publish_place(const struct ofs_window *w);
/* expose.c: after the tree changed, recompute what can be seen and send VisibilityNotify and Expose. */
void ofs_expose_update(struct ofs_server *s);
/* The same where only w and what is in it changed: mapped, unmapped, configured, restacked, shaped. `before` is what it
 * covered until then, relative to its parent's inside (ofs_expose_outer). Costs what lies there, not what the screen has. */
void ofs_expose_update_of(struct ofs_window *w, struct ofs_rect before);
struct ofs_rect ofs_expose_outer(const struct ofs_window *w);
void ofs_expose_forget(struct ofs_window *w);
/* The window's contents were lost (resize without gravity): the next update exposes all of it. */
void ofs_expose_invalidate(struct ofs_window *w);
void ofs_expose_rect(struct ofs_server *s, struct ofs_window *w, int x, int y, unsigned width, unsigned height);
/* The first client selected Exposure or VisibilityChange on a viewable window: remember what can be seen now. */
void ofs_expose_track(struct ofs_server *s, struct ofs_window *w);

/* drawable publication, xview.c */
struct ofs_xdrawable *ofs_xview_publish(struct ofs_server *s, uint32_t xid, enum ofs_xdrawable_kind kind, uint32_t visual,
                                        uint8_t depth, uint32_t width, uint32_t height);
void ofs_xview_withdraw(struct ofs_xdrawable *drawable); /* accepts NULL */
void ofs_xview_set_size(struct ofs_xdrawable *drawable, uint32_t width, uint32_t height);
/* Of a window: the one that it is in, and where its inside is in that one's. Accepts NULL. */
void ofs_xview_set_place(struct ofs_xdrawable *drawable, uint32_t parent, int x, int y);
void ofs_xview_set_viewable(struct ofs_xdrawable *drawable, bool viewable);
/* Progress of a connection, for ofs_xview_sequence(). */
void ofs_xview_connection(int peer_fd, uint32_t sequence);
void ofs_xview_connection_gone(int peer_fd);
void ofs_xview_fork_prepare(void);
void ofs_xview_fork_parent(void);
void ofs_xview_fork_child(void);

#endif
