/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where the metrics of a run go while it goes on: to a server, which is another process
 * (run/server.h), and to a file for node_exporter. The run's driver gives it each part, and it makes
 * texts of them.
 */
#ifndef XT_RUN_EXPORTER_H
#define XT_RUN_EXPORTER_H

#include <sys/types.h>

#include "run/sinks.h"

struct exporter;

struct exporter_options {
	const char *listen;   /* "127.0.0.1:19360", "[::1]:19360"; NULL: no server */
	const char *textfile; /* NULL: none */
	mode_t mode;	      /* its permissions */
	const char *user;     /* the server's: a name of /etc/passwd, or a number */
	double fresh;	      /* s; figures that are as old are given again */
	const char *revision; /* of this program; NULL: not known */
};

/*
 * Start it, and the server, before anything is loaded. Returns an exit code, after a message for what
 * is not EXIT_DONE. The options have to outlive it.
 */
int exporter__new(struct exporter **out, const struct exporter_options *options);
/* The server ends, and the file is removed: nobody shall take old figures for new ones. */
void exporter__free(struct exporter *exporter);

/* A descriptor that is readable while the server wants the figures of now, or has died; -1: none. */
int exporter__asks(const struct exporter *exporter);

/* The file for node_exporter; NULL: none. */
const struct outfile *exporter__file(const struct exporter *exporter);

/*
 * Take a part: an interval for its findings, a reading or the whole to be exported. Returns 0; or a negative
 * errno, after a message unless it is -ENOMEM.
 */
int exporter__write(struct exporter *exporter, enum sink_part part, const struct report *report);

#endif
