// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Reads of ports that are emulated. Neither has a side effect: reading the status of 0x61 changes
 * nothing, nor does the UART's scratch register (its line status would: reading clears errors).
 * Not port 0x80: Xen lets guests reach it directly (hvm_port80_allowed, xen/arch/x86/hvm/hvm.c).
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/io.h>

#include "measure/bench.h"

static uint64_t reads(void *ctx, unsigned int n)
{
	uint64_t start = ticks();
	const unsigned short *port = ctx;

	while (n--)
		inb(*port);
	return ticks() - start;
}

static const char *read_port(struct price *price, const struct bench *bench, unsigned short port)
{
	const char *why;

	if (ioperm(port, 1, 1)) {
		switch (errno) {
		case EPERM:
			return "needs CAP_SYS_RAWIO, and a kernel that is not locked down";
		case ENOSYS:
			return "a kernel without CONFIG_X86_IOPL_IOPERM";
		default:
			return strerrordesc_np(errno);
		}
	}
	why = bench__run(bench, price, reads, &port, 1 << 16);
	ioperm(port, 1, 0);
	return why;
}

/* Ports of dom0 and of a bare machine are real, most of them. */
static bool is_hardware(const struct bench *bench)
{
	return bench->platform->boot == BOOT_DOM0 || bench->platform->boot == BOOT_BARE;
}

const char *measure__port_61(struct price *price, const struct bench *bench)
{
	if (is_hardware(bench))
		price->how = "PC speaker's status: hardware";
	return read_port(price, bench, 0x61);
}

const char *measure__port_3ff(struct price *price, const struct bench *bench)
{
	if (is_hardware(bench))
		price->how = "COM1's scratch byte: hardware, if there is a COM1";
	else if (bench->platform->boot == BOOT_PV || bench->platform->boot == BOOT_PVH)
		price->how = "COM1's scratch byte: no device model, so Xen answers";
	return read_port(price, bench, 0x3ff);
}
