// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Which rung a probe gets, from what is known before anything is loaded. */
#include <stdio.h>
#include <string.h>

#include "probe/choose.h"

static void off(struct attempt *attempt, const char *cause, const char *fix)
{
	attempt->rung = RUNG_OFF;
	snprintf(attempt->cause, sizeof(attempt->cause), "%s", cause);
	snprintf(attempt->fix, sizeof(attempt->fix), "%s", fix);
}

/* Another reason on the next rung. */
static void also(char *text, size_t size, const char *between, const char *more)
{
	size_t len = strlen(text);

	snprintf(text + len, size - len, "%s%s", len ? between : "", more);
}

static const char *not_for(const struct probe *probe)
{
	switch (probe->use) {
	case FOR_XEN:
		return "not a Xen guest";
	case FOR_PV:
		return "not a PV guest: the hardware does this";
	case FOR_DOM0:
		return "not dom0";
	case FOR_USER:
		return "no process waits for an event channel";
	case FOR_DRIVER:
		return "no disk of this driver";
	case FOR_HVM:
		return "no emulated platform devices in this kind of guest";
	case FOR_NIC:
		return "no NIC of this driver";
	case FOR_TIMER:
		return "no clock event device but Xen's, which is set by hypercalls";
	case FOR_NET:
		return "no NIC";
	case FOR_FRAMES:
		return "no function is timed here";
	case FOR_END:
		return "another hook ends requests here";
	default:
		return "";
	}
}

static bool refused(const struct attempt *attempt, enum rung rung)
{
	return attempt->refused & (1u << rung);
}

static void choose_tracepoint(const struct probe *probe, struct attempt *attempt,
			      const struct features *features)
{
	if (refused(attempt, RUNG_TP_BTF)) /* the load said why */
		attempt->rung = RUNG_OFF;
	else if (!features__has_tracepoint(features, probe->hook))
		off(attempt, "this kernel has no such tracepoint",
		    "a kernel with CONFIG_XEN and it");
	else
		attempt->rung = RUNG_TP_BTF;
}

static bool can_enter(const char *function, const struct features *features)
{
	return features__traceable(features, function) != TRACEABLE_NO &&
	       features__has_btf_function(features, function);
}

/* The function that has the body here, of the two names that it went by. */
static const char *target_of(const struct probe *probe, const struct features *features)
{
	if (!probe->older || (probe->older_calls && can_enter(probe->hook, features)))
		return probe->hook;
	return can_enter(probe->older, features) ? probe->older : probe->hook;
}

static void choose_function(const struct probe *probe, struct attempt *attempt,
			    const struct features *features)
{
	const char *cause, *fix;

	attempt->target = target_of(probe, features);
	if (features__traceable(features, attempt->target) == TRACEABLE_NO) {
		off(attempt,
		    "ftrace cannot enter it on this kernel: inlined, notrace, or not loaded",
		    "load its module before tracing; otherwise none");
		return;
	}
	if (!refused(attempt, RUNG_FENTRY) && features__fentry(features, &cause, &fix)) {
		if (features__has_btf_function(features, attempt->target)) {
			attempt->rung = RUNG_FENTRY;
			return;
		}
		off(attempt, "no BTF of this function (module without BTF, or not loaded)",
		    "a kernel with CONFIG_DEBUG_INFO_BTF_MODULES");
	} else if (!refused(attempt, RUNG_FENTRY)) {
		off(attempt, cause, fix);
	}
	attempt->rung = RUNG_OFF;
	if (!probe->kprobe || refused(attempt, RUNG_KPROBE))
		return;
	if (features__kprobe(features, &cause, &fix)) {
		attempt->rung = RUNG_KPROBE;
	} else {
		also(attempt->cause, sizeof(attempt->cause), "; ", cause);
		also(attempt->fix, sizeof(attempt->fix), ", or ", fix);
	}
}

/* Whether sites were found was asked before; they are attached one by one. */
static void choose_sites(struct attempt *attempt, const struct loader *loader)
{
	const struct sites *sites = loader->layout->sites;
	const char *cause, *fix;

	if (sites->cause)
		off(attempt, sites->cause, sites->fix);
	else if (!sites__wanted(sites))
		off(attempt, "no call site of hypercalls can be bracketed", "see check --exact");
	else if (refused(attempt, RUNG_KPROBE))
		attempt->rung = RUNG_OFF;
	else if (!features__kprobe(loader->features, &cause, &fix))
		off(attempt, cause, fix);
	else
		attempt->rung = RUNG_KPROBE;
}

/*
 * Some function is timed, or packets are, whose polls begin with a softirq: the other families are
 * loaded before core.
 */
static bool has_frames(const struct loader *loader)
{
	if (loader->attempts[XT_P_RX_POLL].rung != RUNG_OFF)
		return true;
	for (int i = 0; i < XT_PROBE_NR; i++) {
		if (loader->attempts[i].rung != RUNG_OFF && probe__is_timed(&probe_table[i]))
			return true;
	}
	return false;
}

/* block_io_done is for requests that the kernel stamps, which iostats makes it do. */
static bool all_stamped(const struct platform *platform)
{
	for (size_t i = 0; i < platform->nr_disks; i++) {
		if (!platform->disks[i].stacked && !platform->disks[i].iostats)
			return false;
	}
	return true;
}

/*
 * The hook that ends requests here: the first that works of where the kernel accounts them,
 * where it has completed their bios (which NVMe's batches never pass), and where it begins to.
 */
static enum xt_probe end_probe(const struct loader *loader)
{
	const struct attempt *done = &loader->attempts[XT_P_IO_DONE];
	const struct attempt *update = &loader->attempts[XT_P_RQ_UPDATE];
	const char *hook = probe_table[XT_P_RQ_UPDATE].hook, *cause, *fix;

	if (!refused(done, RUNG_TP_BTF) && all_stamped(loader->platform) &&
	    features__has_tracepoint(loader->features, probe_table[XT_P_IO_DONE].hook))
		return XT_P_IO_DONE;
	if (!refused(update, RUNG_FENTRY) && !platform__has_driver(loader->platform, "nvme") &&
	    features__fentry(loader->features, &cause, &fix) &&
	    features__has_btf_function(loader->features, hook) &&
	    features__traceable(loader->features, hook) != TRACEABLE_NO)
		return XT_P_RQ_UPDATE;
	return XT_P_RQ_COMPLETE;
}

static bool applies(const struct probe *probe, const struct loader *loader)
{
	enum xt_probe end;

	switch (probe->use) {
	case FOR_FRAMES:
		return has_frames(loader);
	case FOR_END:
		end = end_probe(loader);
		return probe == &probe_table[end] ||
		       (end == XT_P_IO_DONE && probe == &probe_table[XT_P_RQ_UNSTAMPED]);
	default:
		return probe__applies(probe, loader->platform);
	}
}

void choose(const struct probe *probe, struct attempt *attempt, const struct loader *loader)
{
	const struct features *features = loader->features;

	attempt->applies = applies(probe, loader);
	attempt->target = probe->hook;
	attempt->hardware_does = !attempt->applies && probe->use == FOR_PV;
	if (!attempt->applies)
		off(attempt, not_for(probe), "");
	else if (probe->kind == PROBE_SITES)
		choose_sites(attempt, loader);
	else if (probe->kind == PROBE_TRACEPOINT)
		choose_tracepoint(probe, attempt, features);
	else
		choose_function(probe, attempt, features);
}
