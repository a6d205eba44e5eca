/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The documented exit codes (DESIGN §3). */
#ifndef XT_BASE_EXIT_H
#define XT_BASE_EXIT_H

enum exit_code {
	EXIT_DONE = 0,
	EXIT_RUNTIME = 1,
	EXIT_USAGE = 2,
	EXIT_NOTHING = 3,    /* nothing to trace here */
	EXIT_PRIVILEGE = 4,  /* missing privilege, BTF or kernel feature */
	EXIT_INCOMPLETE = 5, /* data incomplete, with --strict */
};

#endif
