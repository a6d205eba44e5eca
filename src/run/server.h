/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The process that speaks HTTP for `export`. It has no capability, a user of its own, no file, no
 * other process and no network but its listening socket, and only the system calls of server__calls.
 * It knows no tracer: what it serves are texts that the other process gives it, and all that it can
 * ask of that one is a new one.
 *
 * The two talk over a socket of type SOCK_SEQPACKET. The server sends a byte when a client wants
 * figures and has none that are fresh. The loader sends a struct server_texts, and with it the
 * descriptor of a sealed memfd that holds them. The server ends when the loader's end is closed.
 */
#ifndef XT_RUN_SERVER_H
#define XT_RUN_SERVER_H

#include <stdint.h>
#include <sys/types.h>

#include "output/exposition.h"

/* In the memfd one text stands behind the other, in the order of enum dialect. */
struct server_texts {
	uint64_t size[DIALECT_NR];
};

struct server_options {
	int listening; /* a socket on which it listens */
	int loader;
	uint64_t fresh_ns; /* texts that came so long ago are served again */
	uid_t uid;
	gid_t gid;
};

/*
 * A connection is closed once it is answered, or after SERVER_PATIENCE without it, however many
 * bytes its client sends meanwhile. Where there are SERVER_CONNECTIONS, or nearly as many as the limit
 * of descriptors allows, the oldest makes room.
 */
#define SERVER_PATIENCE	   10	/* s */
#define SERVER_CONNECTIONS 1200 /* of SERVER_MEMORY bytes for a request's header */
#define SERVER_MEMORY	   8192
/* How long a client waits for the loader's figures before it is told that there are none, s. */
#define SERVER_WAIT 5

/* What the server may call, by name and NULL-ended. */
extern const char *const server__calls[];

/* Be the server, until the loader ends. Returns an exit code, after a message for what failed. */
int server__run(const struct server_options *options);

/* The same without giving anything up, for tests of what it does with its clients. */
int server__serve(const struct server_options *options);

#endif
