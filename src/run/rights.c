// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "run/rights.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "base/str.h"
#include "run/privileges.h"
#include "run/run.h"

#define KEPT_MAX 8

struct kept {
	cap_value_t caps[KEPT_MAX];
	int nr;
};

static int keep(struct kept *kept)
{
	int err = privileges__keep(kept->caps, kept->nr);

	if (err)
		elog("cannot give up privileges: %s", strerror(-err));
	return err;
}

static int only(void)
{
	int err = privileges__only(rights__calls);

	/* a kernel without filters is no reason not to trace */
	if (err)
		vlog("no filter of system calls: %s", strerror(-err));
	return 0;
}

static void add(struct kept *kept, cap_value_t cap)
{
	for (int i = 0; i < kept->nr; i++)
		if (kept->caps[i] == cap)
			return;
	kept->caps[kept->nr++] = cap;
}

static void add_output(struct kept *kept, const struct outfile *to)
{
	if (outfile__is_in_others_folder(to)) {
		add(kept, CAP_DAC_OVERRIDE);
		add(kept, CAP_FOWNER);
	}
	if (outfile__replaces_others(to)) {
		add(kept, CAP_FOWNER);
		add(kept, CAP_CHOWN);
	}
}

static void add_outputs(struct kept *kept, const struct run *run)
{
	for (unsigned int i = 0; i < run->sinks->nr; i++)
		add_output(kept, &run->sinks->sink[i].to);
	if (run->exporter && exporter__file(run->exporter))
		add_output(kept, exporter__file(run->exporter));
}

static bool can_read(void *tracer)
{
	return tracer__can_read(tracer);
}

int rights__trace(const struct run *run, struct tracer *tracer, bool command)
{
	static const cap_value_t bpf[] = { CAP_BPF, CAP_PERFMON, CAP_SYS_ADMIN };
	struct kept kept = {};
	int err;

	add_outputs(&kept, run);
	if (command)
		add(&kept, CAP_KILL);
	if (!privileges__can_without(bpf, LENGTH(bpf), can_read, tracer)) {
		add(&kept, CAP_BPF);
		if (!privileges__has(CAP_BPF))
			add(&kept, CAP_SYS_ADMIN);
	}
	err = keep(&kept);
	return err ? err : only();
}

int rights__report(const struct run *run)
{
	struct kept kept = {};
	int err;

	add_outputs(&kept, run);
	err = keep(&kept);
	return err ? err : only();
}

int rights__comparison(const struct outfile *to)
{
	struct kept kept = {};
	int err;

	add_output(&kept, to);
	err = keep(&kept);
	return err ? err : only();
}

int rights__printing(void)
{
	int err = rights__nothing();

	return err ? err : only();
}

int rights__nothing(void)
{
	struct kept kept = {};

	return keep(&kept);
}
