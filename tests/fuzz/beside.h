/* What reaches the server beside the bytes of its clients: descriptors, a player's moves, the GL side. */
#ifndef FUZZ_BESIDE_H
#define FUZZ_BESIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ofs_client;
struct ofs_server;

/* The world of this input; NULL when it is over. `moves`: whoever is shown a frame moves at once. */
void beside_begin(struct ofs_server *server, bool moves, bool is_virtual, uint64_t (*now_ns)(void));
/* Give a new client a socket, and take it away. */
void beside_enter(struct ofs_client *c);
void beside_leave(struct ofs_client *c);
/* Send request bytes through the client's socket with descriptors of the kind `what`. */
void beside_pass(struct ofs_client *c, uint8_t what, const uint8_t *request, size_t n);
/* The client reads all there is. */
void beside_drain(struct ofs_client *c);
/* Moves: see the table in beside.c. */
void beside_do(const uint8_t *bytes, size_t n);
/* After every chunk: what was posted to the server's thread, and what is due. */
void beside_settle(void);

#endif
