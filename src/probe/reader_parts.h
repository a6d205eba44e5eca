/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Inside the reader: what each family leaves in the maps, made plain. */
#ifndef XT_PROBE_READER_PARTS_H
#define XT_PROBE_READER_PARTS_H

#include "probe/tracer_parts.h"

/* Over all CPUs. */
uint64_t reader__sum_loss(const struct tracer *tracer, enum xt_loss loss);

/* Requests of the disks that are traced, which the kernel has counted as done since boot. */
uint64_t reader__disks_done(const struct tracer *tracer);

/* What is counted of each NIC that is traced, into snap->nics. Returns 0 or -ENOMEM. */
int reader__nics(const struct tracer *tracer, struct snapshot *snap);
/* Those that the kernel dropped, into snap->drops. Returns 0 or -ENOMEM. */
int reader__drops(const struct tracer *tracer, struct snapshot *snap);
/* Packets in drivers' hands, by scanning their places. */
void reader__packets(const struct tracer *tracer, struct conservation *packets);

#endif
