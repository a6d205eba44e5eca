/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Findings: questions that every run is asked, each answered by figures of that run. "Met" comes
 * with its evidence, with what else was tested and is not the cause, what to do, what that would
 * gain and how to check that it helped; what could not be tested says why, since silence would read
 * as "not met".
 */
#ifndef XT_MODEL_FINDINGS_H
#define XT_MODEL_FINDINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "model/snapshot.h"
#include "platform/platform.h"

struct ledger;

enum verdict { FINDING_NOT_MET, FINDING_MET, FINDING_UNTESTABLE };

const char *verdict__name(enum verdict verdict);

/* What a remedy takes: X(enumerator, name in every output). */
#define XT_REMEDIES(X)                                                                   \
	X(REMEDY_LIVE, "live")	       /* in the running guest */                        \
	X(REMEDY_ARGUMENT, "argument") /* of the kernel, or of a module: a boot */       \
	X(REMEDY_BOOT, "new boot")     /* another kind of guest, or its configuration */ \
	X(REMEDY_HOST, "host")	       /* the host's administrator */

#define XT_ENUM(id, ...) id,
enum remedy { XT_REMEDIES(XT_ENUM) REMEDY_NR };
#undef XT_ENUM

const char *remedy__name(enum remedy remedy);

#define FINDING_FIGURES	 4
#define FINDING_EXCLUDED 4
#define FINDING_ACTIONS	 3

/* What the change is expected to save in a run like this one: between the two, in `unit`. */
struct gain {
	bool known;
	double low, high;
	char unit[24]; /* "vCPU-s", "s waited" */
	char why[120]; /* not known: what is missing */
};

struct finding_action {
	enum remedy remedy;
	char what[180];
};

/* One answer. A rule that is met by two disks gives two of them. Unused strings are "". */
struct finding {
	const char *id; /* "emulated-disk" */
	enum verdict verdict;
	bool first;	     /* about the data itself: before all others */
	bool cost_known;     /* else it is of no rank, behind those that are */
	enum kind cost_kind; /* of vCPUs, or waited: cost ÷ elapsed are vCPUs or requests */
	uint64_t cost_ns;    /* in this run */
	unsigned int order;  /* in which it was given */
	char subject[48];    /* "sda" */
	char what[240];	     /* one sentence; for untestable: why */
	char figures[FINDING_FIGURES][200];   /* the evidence */
	char excluded[FINDING_EXCLUDED][160]; /* neighbours that were tested: not the cause */
	struct finding_action actions[FINDING_ACTIONS];
	size_t nr_actions;
	struct gain gain;
	char check[120]; /* "check:" */
};

struct findings {
	/* those that are met first, in the order of their rank; the others as the rules' table */
	struct finding *all;
	size_t nr;
	size_t nr_met, nr_not_met, nr_untestable; /* of answers */
};

/* Is there a rule of that name? */
bool findings__has(const char *id);

/*
 * Ask every rule. The ledger's accounts are complete, its findings are what is being made.
 * Returns 0 or -ENOMEM; the caller frees with findings__free().
 */
int findings__test(struct findings *out, const struct snapshot *snap,
		   const struct platform *platform, const struct ledger *ledger);
void findings__free(struct findings *findings);

#endif
