/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The options of trace and record that ask whose disk requests are. */
#ifndef XT_CMD_OWNERS_H
#define XT_CMD_OWNERS_H

#include "cmd/options.h"
#include "model/owners.h"

struct owner_options {
	enum owners_by by;
	unsigned int pid;   /* 0: not said */
	const char *cgroup; /* NULL: not said */
};

/* For an argp's children, as those of options.h; and for commands that have no owners, without input. */
extern const struct argp owner_options__argp, owner_options__refused;

#endif
