/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What processors call the reasons of VM exits. */
#ifndef XT_XENTRACE_REASONS_H
#define XT_XENTRACE_REASONS_H

#include <stdbool.h>
#include <stdint.h>

/* What an exit is to the ledger of the guest. */
enum exit_kind {
	EXIT_UNSEEN,	/* no probe in the guest is where it happens */
	EXIT_HYPERCALL, /* in the ledger's rows of hypercalls, where these are traced */
	EXIT_IO, /* an access to an emulated device: in its driver's row, where that is traced */
	EXIT_KINDS
};

const char *exit_kind__name(enum exit_kind kind);

#define REASON_NAME 40

/* Of AMD's processors or Intel's. "reason 99" for what has no name. Returns `name`. */
const char *reason__name(char name[REASON_NAME], uint32_t reason, bool amd);
/* What it is if no access to an emulated device was in it. */
enum exit_kind reason__kind(uint32_t reason, bool amd);

#endif
