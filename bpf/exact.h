/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Family exact: hypercalls at their call sites, with --exact. */
#ifndef XT_EXACT_H
#define XT_EXACT_H

/* Two programs, each attached to all call sites. */
#define XT_EXACT_PROBES(X)                                                        \
	X(XT_P_SITES, "hypercall call sites", "exact hypercalls: count and time", \
	  .kind = PROBE_SITES, .use = FOR_XEN, .kprobe = "xt_site_before",        \
	  .kretprobe = "xt_site_after")

/* What the loader tells the programs: the first of their paths, and what they cannot find out. */
struct xt_exact_config {
	__u32 other_path; /* a site's number is none that it was expected to have */
	bool cookies;	  /* bpf_get_attach_cookie(): since 7adfc6c9b315 (5.15) */
};

/*
 * A call site of hypercalls (--exact): a probe on the instruction ahead of the call, one on that
 * behind it. The table is in the order of addresses.
 */
#define XT_SITES_LOG2 9
#define XT_SITES      (1 << XT_SITES_LOG2)

struct xt_site {
	__u64 before, after; /* addresses of the two */
	__u32 path;
	__u32 nr;	/* the hypercall's number, unless by_number */
	__u8 in;	/* enum xt_site_in: where the number is, at the first */
	__u8 by_number; /* `path` is the first of XT_HYPERCALLS */
	__u16 reg;	/* offset in struct pt_regs */
	__s32 disp;
};

enum xt_site_in { XT_SITE_CONST, XT_SITE_REGISTER, XT_SITE_MEMORY };

#endif
