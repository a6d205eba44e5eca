/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Messages for people, on standard error: "xentrace-bpf: …", one line each. */
#ifndef XT_BASE_LOG_H
#define XT_BASE_LOG_H

/* 0: errors and warnings; 1: -v, what we do; 2: -vv, and what libbpf says. */
extern int log_verbosity;

void elog(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void vlog(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
