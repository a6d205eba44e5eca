// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Two programs at many instructions: a perf event of the kprobe PMU each, by address. A name and an
 * offset would do for most, but not where two functions share a name, and the kernel looks through
 * all names for each (linearly, before 6.2).
 */
#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "base/clock.h"
#include "base/log.h"
#include "probe/sites.h"

/* The kernel's number for the PMU, or a negative errno. */
static int kprobe_type(void)
{
	FILE *file = fopen("/sys/bus/event_source/devices/kprobe/type", "re");
	int type = -ENOENT;

	if (!file)
		return -errno;
	if (fscanf(file, "%d", &type) != 1)
		type = -EINVAL;
	fclose(file);
	return type;
}

int sites__attach_at(struct bpf_link **link, const struct bpf_program *prog, uint64_t address,
		     uint64_t cookie)
{
	int type = kprobe_type();
	LIBBPF_OPTS(bpf_perf_event_opts, opts, .bpf_cookie = cookie);
	struct perf_event_attr attr = {
		.type = type,
		.size = sizeof(attr),
		.kprobe_addr = address,
	};
	int fd, err;

	if (type < 0)
		return type;
	fd = syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd < 0)
		return -errno;
	*link = bpf_program__attach_perf_event_opts(prog, fd, &opts);
	err = *link ? 0 : -errno;
	if (err)
		close(fd);
	return err;
}

/* The one behind first: a call that is seen to begin is then seen to end. */
static int attach_site(struct site *site, const struct bpf_program *before,
		       const struct bpf_program *after, uint64_t cookie)
{
	int err = sites__attach_at(&site->link[1], after, site->call.address + CALL_LENGTH, cookie);

	site->cause = "the kernel refuses a probe behind the call";
	if (err)
		return err;
	err = sites__attach_at(&site->link[0], before, site->call.before, cookie);
	site->cause = "the kernel refuses a probe ahead of the call";
	if (err) {
		bpf_link__destroy(site->link[1]);
		site->link[1] = NULL;
		return err;
	}
	site->cause = NULL;
	return 0;
}

void sites__attach(struct sites *sites, const struct bpf_program *before,
		   const struct bpf_program *after, bool cookies)
{
	const uint64_t start = clock__monotonic_ns();
	size_t attached = 0;

	for (size_t i = 0; i < sites->nr; i++) {
		struct site *site = &sites->site[i];

		if (site->cause)
			continue;
		site->err = attach_site(site, before, after, cookies ? i : 0);
		site->attached = !site->err;
		attached += site->attached;
		if (site->err)
			vlog("%s+%#x: %s: %s", site->function, site->offset, site->cause,
			     strerror(-site->err));
	}
	vlog("%zu of %zu call sites bracketed in %.1f s", attached, sites->nr,
	     (clock__monotonic_ns() - start) / 1e9);
}
