// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <asm/ptrace.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "callsites/symbols.h"
#include "probe/features.h"
#include "probe/site_search.h"
#include "probe/sites.h"

/* Those that a running guest passes often (PROBES §1.4); the others come and go with devices. */
static const char *const hot[] = {
	"xen_mc_flush",
	"xen_load_gs_index",
	"xen_do_write_msr",
	"xen_write_msr", /* on 5.10 the same */
	"notify_remote_via_irq",
	"xen_send_IPI_one",
	"xen_smp_send_call_function_ipi",
	"xen_poll_irq",
	"xen_poll_irq_timeout",
	"evtchn_fifo_unmask",
	"evtchn_2l_unmask",
	"domU_write_console",
	"xenbus_thread",
	"xb_read",
	"gnttab_map_refs",
	"gnttab_unmap_refs",
	"gnttab_batch_map",
	"gnttab_batch_copy",
	"xenmem_reservation_increase",
	"xenmem_reservation_decrease",
};

static bool is_hot(const char *function)
{
	for (size_t i = 0; i < sizeof(hot) / sizeof(hot[0]); i++) {
		if (strcmp(hot[i], function) == 0)
			return true;
	}
	return false;
}

static int by_address(const void *a, const void *b)
{
	const struct site *x = a, *y = b;

	if (x->call.address == y->call.address)
		return 0;
	return x->call.address < y->call.address ? -1 : 1;
}

/*
 * drivers/xen/privcmd.c: the toolstack's hypercalls may be preempted under way
 * (xen_preemptible_hcall_begin()), and go on on another CPU.
 */
static bool may_sleep(const char *function)
{
	return strncmp(function, "privcmd_", 8) == 0;
}

static void examine(const struct site_search *search, size_t i, struct site *site, uint8_t *code)
{
	uint64_t start = 0;
	const char *name;
	size_t size;

	site->call.address = search->found[i];
	size = site_search__function(search, site->call.address, code, &name, &start);
	snprintf(site->function, sizeof(site->function), "%s", name ? name : "?");
	site->offset = site->call.address - start;
	calls__examine(&site->call, code, size, start);
	if (search->numbers[i] >= 0) {
		site->call.nr = search->numbers[i];
		site->call.in = NUMBER_CONST;
	}
	site->cause = site->call.why;
	if (!site->cause && may_sleep(site->function))
		site->cause = "its hypercalls may be preempted, and end on another CPU";
}

/* Tell the sites that ftrace can enter their function; "f.cold" is a part of f. */
static void see_traceable(const char *function, void *arg)
{
	struct sites *sites = arg;
	size_t len = strlen(function);

	for (size_t i = 0; i < sites->nr; i++) {
		struct site *site = &sites->site[i];

		if (strncmp(site->function, function, len) == 0 &&
		    (!site->function[len] || strncmp(site->function + len, ".cold", 5) == 0))
			site->attached = true;
	}
}

static void decide(struct sites *sites, bool all)
{
	bool known = features__each_traceable(see_traceable, sites);

	for (size_t i = 0; i < sites->nr; i++) {
		struct site *site = &sites->site[i];

		if (!site->cause && known && !site->attached)
			site->cause = "ftrace cannot enter its function: inlined or notrace";
		else if (!site->cause && !all && !is_hot(site->function))
			site->cause = "not among the hot ones: --exact=all";
		site->attached = !site->cause;
	}
}

static int examine_all(struct sites *sites, const struct site_search *search)
{
	uint8_t *code = malloc(FUNCTION_MAX);

	sites->nr = search->nr < XT_SITES ? search->nr : XT_SITES;
	if (search->nr > XT_SITES)
		elog("%zu call sites of hypercalls: no more than %d are traced", search->nr,
		     XT_SITES);
	sites->site = calloc(sites->nr, sizeof(*sites->site));
	if (!sites->site || !code) {
		free(code);
		return -ENOMEM;
	}
	for (size_t i = 0; i < sites->nr; i++)
		examine(search, i, &sites->site[i], code);
	qsort(sites->site, sites->nr, sizeof(*sites->site), by_address);
	free(code);
	return 0;
}

/* What prctl(PR_SET_NAME) calls: calibrate.c does that often. */
static void find_pair(struct sites *sites, const struct site_search *search)
{
	uint64_t address = symbols__address(search->symbols, "__set_task_comm"), start;
	uint8_t *code = malloc(FUNCTION_MAX);
	const char *name;
	size_t at[2], size;

	size = code ? site_search__function(search, address, code, &name, &start) : 0;
	if (size && calls__pair(at, code, size)) {
		sites->pair[0] = start + at[0];
		sites->pair[1] = start + at[1];
	}
	free(code);
}

void sites__find(struct sites *sites, bool all)
{
	struct site_search *search = NULL;
	int err = site_search__new(&search, &sites->cause, &sites->fix);

	if (!err) {
		err = examine_all(sites, search);
		find_pair(sites, search);
		sites->cause = err ? "out of memory" : NULL;
	}
	site_search__free(search);
	if (err) {
		vlog("call sites: %s: %s", sites->cause, strerror(-err));
		sites->nr = 0;
		return;
	}
	decide(sites, all);
}

void sites__free(struct sites *sites)
{
	free(sites->site);
}

size_t sites__wanted(const struct sites *sites)
{
	size_t wanted = 0;

	for (size_t i = 0; i < sites->nr; i++)
		wanted += !sites->site[i].cause;
	return wanted;
}

/* Where struct pt_regs has them, in the order of instructions' numbers. */
static const uint16_t registers[] = {
	offsetof(struct pt_regs, rax), offsetof(struct pt_regs, rcx), offsetof(struct pt_regs, rdx),
	offsetof(struct pt_regs, rbx), offsetof(struct pt_regs, rsp), offsetof(struct pt_regs, rbp),
	offsetof(struct pt_regs, rsi), offsetof(struct pt_regs, rdi), offsetof(struct pt_regs, r8),
	offsetof(struct pt_regs, r9),  offsetof(struct pt_regs, r10), offsetof(struct pt_regs, r11),
	offsetof(struct pt_regs, r12), offsetof(struct pt_regs, r13), offsetof(struct pt_regs, r14),
	offsetof(struct pt_regs, r15),
};

static enum xt_site_in in_of(const struct call *call)
{
	switch (call->in) {
	case NUMBER_REGISTER:
		return XT_SITE_REGISTER;
	case NUMBER_MEMORY:
		return XT_SITE_MEMORY;
	default:
		return XT_SITE_CONST;
	}
}

void sites__fill(const struct sites *sites, struct xt_site *table)
{
	for (size_t i = 0; i < sites->nr; i++) {
		const struct site *site = &sites->site[i];
		const struct call *call = &site->call;

		/* those without probes are there for the order only */
		table[i] = (struct xt_site) {
			.before = call->before ? call->before : call->address,
			.after = call->address + CALL_LENGTH,
			.path = site->path,
			.nr = call->nr,
			.in = in_of(call),
			.by_number = site->by_number,
			.reg = registers[call->reg],
			.disp = call->disp,
		};
	}
}
