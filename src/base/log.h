/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What the program tells besides its output: messages on standard error, and an exit code. */
#ifndef XT_BASE_LOG_H
#define XT_BASE_LOG_H

/* 0: errors and warnings; 1: -v, what we do; 2: -vv, and what libbpf says. */
extern int log_verbosity;

/* "xentrace-bpf: …", a line each; vlog() with -v. */
void elog(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void vlog(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The man page has them as well. */
enum exit_code {
	EXIT_DONE = 0,
	EXIT_RUNTIME = 1,
	EXIT_USAGE = 2,
	EXIT_NOTHING = 3,    /* nothing to trace here */
	EXIT_PRIVILEGE = 4,  /* missing privilege, BTF or kernel feature */
	EXIT_INCOMPLETE = 5, /* data incomplete, with --strict */
	EXIT_UNHELD = 6,     /* wait: no condition held until the end */
};

#endif
