// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <stdlib.h>
#include <string.h>

#include "probe/table.h"

#define TRACEPOINT(prog) .kind = PROBE_TRACEPOINT, .tp = prog
#define FUNCTION(name)                                                                           \
	.kind = PROBE_FUNCTION, .fentry = name "_fe", .fexit = name "_fx", .kprobe = name "_kp", \
	.kretprobe = name "_kr"
#define FENTRY_ONLY(prog) .kind = PROBE_FUNCTION, .fentry = prog
#define DRIVER(name)	  .use = FOR_DRIVER, .driver = name

/* The X-macros of abi.h say family, hook and purpose; HOW_<id> below, by which programs. */
#define SAID(id, family_, hook_, purpose_) \
	[id] = { .family = family_, .hook = hook_, .purpose = purpose_, HOW_##id },
#define SAID_WRAPPER(id, function, hypercall, guests) \
	[id] = { .family = "hypercall",               \
		 .hook = #function,                   \
		 .purpose = "hypercall " hypercall,   \
		 .use = guests,                       \
		 FUNCTION(#function) },

#define HOW_XT_P_IRQ_ENTRY     TRACEPOINT("xt_irq_entry")
#define HOW_XT_P_IRQ_EXIT      TRACEPOINT("xt_irq_exit")
#define HOW_XT_P_SOFTIRQ_ENTRY TRACEPOINT("xt_softirq_entry"), .use = FOR_FRAMES
#define HOW_XT_P_SOFTIRQ_EXIT  TRACEPOINT("xt_softirq_exit"), .use = FOR_FRAMES
#define HOW_XT_P_SWITCH	       TRACEPOINT("xt_switch"), .use = FOR_FRAMES
#define HOW_XT_P_RQ_ISSUE      TRACEPOINT("xt_rq_issue")
#define HOW_XT_P_RQ_REQUEUE    TRACEPOINT("xt_rq_requeue")
#define HOW_XT_P_IO_DONE       TRACEPOINT("xt_io_done"), .use = FOR_END
#define HOW_XT_P_RQ_UNSTAMPED  TRACEPOINT("xt_rq_unstamped"), .use = FOR_END
#define HOW_XT_P_RQ_UPDATE     .kind = PROBE_FUNCTION, .use = FOR_END, .fexit = "xt_rq_update"
#define HOW_XT_P_RQ_COMPLETE   TRACEPOINT("xt_rq_complete"), .use = FOR_END
#define HOW_XT_P_MQ_COMPLETE   FENTRY_ONLY("xt_mq_complete")
#define HOW_XT_P_MQ_REMOTE     FENTRY_ONLY("xt_mq_remote")
#define HOW_XT_P_BLKIF_QUEUE   FUNCTION("xt_blkif"), DRIVER("blkfront")
#define HOW_XT_P_GRANTS                                                             \
	.kind = PROBE_FUNCTION, .fentry = "xt_grants_fe", .kprobe = "xt_grants_kp", \
	DRIVER("blkfront")
#define HOW_XT_P_VIRTIO_QUEUE FUNCTION("xt_virtio"), DRIVER("virtio_blk")
#define HOW_XT_P_NVME_QUEUE   FUNCTION("xt_nvme"), DRIVER("nvme")
#define HOW_XT_P_VIRTIO_BATCH FUNCTION("xt_virtios"), DRIVER("virtio_blk")
#define HOW_XT_P_NVME_BATCH   FUNCTION("xt_nvmes"), DRIVER("nvme")
#define HOW_XT_P_AHCI_ISSUE   FUNCTION("xt_ahci"), DRIVER("ahci")
#define HOW_XT_P_BMDMA_ISSUE  FUNCTION("xt_bmdma"), DRIVER("ata_piix")
#define HOW_XT_P_UPCALL	      FUNCTION("xt_upcall"), .use = FOR_XEN, .older = "__xen_evtchn_do_upcall"
#define HOW_XT_P_WAKING	      TRACEPOINT("xt_waking"), .use = FOR_USER
#define HOW_XT_P_WAKE_SWITCH  TRACEPOINT("xt_wake_switch"), .use = FOR_USER
#define HOW_XT_P_CLOCKEVENT \
	.kind = PROBE_FUNCTION, .use = FOR_XEN, .fentry = "xt_clockev_fe", .fexit = "xt_clockev_fx"
/* on 5.10 the body is in the function that wrmsrl() calls */
#define HOW_XT_P_SEGMENT_BASE                                             \
	.kind = PROBE_FUNCTION, .use = FOR_PV, .fentry = "xt_segbase_fe", \
	.fexit = "xt_segbase_fx", .older = "xen_write_msr", .older_calls = true
#define HOW_XT_P_MC_ENTRY    TRACEPOINT("xt_mc_entry"), .use = FOR_PV
#define HOW_XT_P_MC_FLUSH    TRACEPOINT("xt_mc_flush"), .use = FOR_PV
#define HOW_XT_P_MC_FLUSH_FN FUNCTION("xt_mc_flush"), .use = FOR_PV

#define SAID_NIC(id, function, what)                           \
	[id] = { .family = "emul",                             \
		 .hook = #function,                            \
		 .purpose = "emulated NIC " what ": CPU time", \
		 .use = FOR_NIC,                               \
		 .driver = what,                               \
		 FUNCTION(#function) },
#define SAID_PLATFORM(id, function, what)                  \
	[id] = { .family = "emul",                         \
		 .hook = #function,                        \
		 .purpose = "emulated " what ": CPU time", \
		 .use = FOR_HVM,                           \
		 FUNCTION(#function) },
#define HOW_XT_P_MSR_READ  TRACEPOINT("xt_msr_read"), .use = FOR_HVM
#define HOW_XT_P_MSR_WRITE TRACEPOINT("xt_msr_write"), .use = FOR_HVM
#define HOW_XT_P_HRTIMER   TRACEPOINT("xt_hrtimer")
#define HOW_XT_P_PROGRAM                                                     \
	.kind = PROBE_FUNCTION, .use = FOR_TIMER, .fentry = "xt_program_fe", \
	.fexit = "xt_program_fx"
#define HOW_XT_P_CLOCK_GETTIME \
	.kind = PROBE_FUNCTION, .fentry = "xt_gettime_fe", .kprobe = "xt_gettime_kp"
#define HOW_XT_P_GETTIMEOFDAY \
	.kind = PROBE_FUNCTION, .fentry = "xt_timeofday_fe", .kprobe = "xt_timeofday_kp"

#define SAID_MMU(id, function, older_, what)   \
	[id] = { .family = "mmu",              \
		 .hook = #function,            \
		 .purpose = what ": CPU time", \
		 .older = older_,              \
		 .use = FOR_PV,                \
		 FUNCTION(#function) },
#define SAID_MMU_COUNT(id, event, op)              \
	[id] = { .family = "mmu",                  \
		 .hook = #event,                   \
		 .purpose = "page tables: counts", \
		 .use = FOR_PV,                    \
		 TRACEPOINT("xt_" #event) },
#define HOW_XT_P_MMU_PTE    TRACEPOINT("xt_mmu_pte"), .use = FOR_PV
#define HOW_XT_P_MMU_EXTEND TRACEPOINT("xt_mmu_extend"), .use = FOR_PV
#define HOW_XT_P_MMU_ENTRY  TRACEPOINT("xt_mmu_entry"), .use = FOR_PV
#define HOW_XT_P_MMU_FLUSH  TRACEPOINT("xt_mmu_flush"), .use = FOR_PV

#define PACKETS(prog)	    TRACEPOINT(prog), .use = FOR_NET
#define HOW_XT_P_TX_QUEUE   PACKETS("xt_tx_queue")
#define HOW_XT_P_TX_START   PACKETS("xt_tx_start")
#define HOW_XT_P_TX_XMIT    PACKETS("xt_tx_xmit")
#define HOW_XT_P_TX_CONSUME PACKETS("xt_tx_consume")
#define HOW_XT_P_TX_KFREE   PACKETS("xt_tx_kfree")
#define HOW_XT_P_TX_DONE                                                \
	.kind = PROBE_FUNCTION, .use = FOR_NET, .fentry = "xt_tx_done", \
	.older = "__dev_kfree_skb_irq"
#define HOW_XT_P_RX_RAISE   PACKETS("xt_rx_raise")
#define HOW_XT_P_RX_POLL    PACKETS("xt_rx_poll")
#define HOW_XT_P_RX_GRO	    PACKETS("xt_rx_gro")
#define HOW_XT_P_RX_FRAGS   PACKETS("xt_rx_frags")
#define HOW_XT_P_RX_SKB	    PACKETS("xt_rx_skb")
#define HOW_XT_P_RX_LIST    PACKETS("xt_rx_list")
#define HOW_XT_P_RX_BACKLOG PACKETS("xt_rx_backlog")

/* attached site by site: see sites.h */
#define HOW_XT_P_SITES                                                   \
	.kind = PROBE_SITES, .use = FOR_XEN, .kprobe = "xt_site_before", \
	.kretprobe = "xt_site_after"

const struct probe probe_table[XT_PROBE_NR] = {
	XT_CORE_PROBES(SAID) XT_BLK_PROBES(SAID) XT_EVTCHN_PROBES(SAID) XT_WRAPPERS(SAID_WRAPPER)
		XT_HYPERCALL_PROBES(SAID) XT_EMULATED_NICS(SAID_NIC)
			XT_EMULATED_PLATFORM(SAID_PLATFORM) XT_EMUL_PROBES(SAID)
				XT_TIMER_PROBES(SAID) XT_MMU_FUNCTIONS(SAID_MMU)
					XT_MMU_WRITES(SAID_MMU_COUNT) XT_MMU_COUNTED(SAID_MMU_COUNT)
						XT_MMU_PROBES(SAID) XT_NET_PROBES(SAID)
							XT_EXACT_PROBES(SAID)
};

struct hook {
	const char *function;
	int number;
};

static int hook_compare(const void *a, const void *b)
{
	return strcmp(((const struct hook *)a)->function, ((const struct hook *)b)->function);
}

/* By name: every function of the kernel is asked for, some 100,000. */
static size_t hooks_sorted(struct hook *hooks)
{
	size_t nr = 0;

	for (int i = 0; i < XT_PROBE_NR; i++) {
		const struct probe *probe = &probe_table[i];

		if (probe->kind != PROBE_FUNCTION)
			continue;
		hooks[nr++] = (struct hook) { probe->hook, 2 * i };
		if (probe->older)
			hooks[nr++] = (struct hook) { probe->older, 2 * i + 1 };
	}
	qsort(hooks, nr, sizeof(*hooks), hook_compare);
	return nr;
}

int probe_table__hook(const char *function)
{
	static struct hook hooks[PROBE_HOOKS_MAX];
	static size_t nr;
	const struct hook wanted = { .function = function };
	const struct hook *found;

	if (!nr)
		nr = hooks_sorted(hooks);
	found = bsearch(&wanted, hooks, nr, sizeof(*hooks), hook_compare);
	return found ? found->number : -1;
}

bool platform__on_xen(const struct platform *platform)
{
	enum boot boot = platform->boot;

	return boot == BOOT_PV || boot == BOOT_HVM || boot == BOOT_PVH || boot == BOOT_DOM0;
}

bool platform__has_driver(const struct platform *platform, const char *driver)
{
	for (size_t i = 0; i < platform->nr_disks; i++) {
		if (strcmp(platform->disks[i].driver, driver) == 0)
			return true;
	}
	return false;
}

static bool has_nic(const struct platform *platform, const char *driver)
{
	for (size_t i = 0; i < platform->nr_nics; i++) {
		if (strcmp(platform->nics[i].driver, driver) == 0)
			return true;
	}
	return false;
}

static bool has_user_channel(const struct platform *platform)
{
	for (size_t i = 0; i < platform->nr_irqs; i++) {
		if (strcmp(platform->irqs[i].kind, "user") == 0)
			return true;
	}
	return false;
}

bool probe__is_timed(const struct probe *probe)
{
	return probe->kind == PROBE_SITES || (probe->fentry && probe->fexit);
}

bool probe__applies(const struct probe *probe, const struct platform *platform)
{
	enum boot boot = platform->boot;

	switch (probe->use) {
	case FOR_XEN:
		return platform__on_xen(platform);
	case FOR_PV:
		return boot == BOOT_PV || boot == BOOT_DOM0;
	case FOR_DOM0:
		return boot == BOOT_DOM0;
	case FOR_USER:
		return has_user_channel(platform);
	case FOR_HVM:
		return boot == BOOT_HVM || boot == BOOT_KVM;
	case FOR_TIMER:
		return platform->clockevent[0] && strcmp(platform->clockevent, "xen");
	case FOR_NIC:
		return has_nic(platform, probe->driver);
	case FOR_NET:
		return platform->nr_nics;
	case FOR_DRIVER:
		return platform__has_driver(platform, probe->driver);
	default:
		return true;
	}
}
