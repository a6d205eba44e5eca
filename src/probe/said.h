/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What libbpf says while it loads: shown with -vv, and searched for the program that failed. */
#ifndef XT_PROBE_SAID_H
#define XT_PROBE_SAID_H

struct said {
	char program[64]; /* the first that was named in a failure; "" for none */
	char detail[96];  /* the verifier's or libbpf's last words on it */
};

/* Remember into *said until said__end(); one at a time. */
void said__listen(struct said *said);
void said__end(void);

/* Install the listener once, before any libbpf call. */
void said__init(void);

#endif
