// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "probe/skipped.h"

#include <bpf/bpf.h>

/* kernel/bpf/syscall.c:bpf_prog_get_info_by_fd(); an older kernel leaves the member as it is. */
static uint64_t misses(int fd)
{
	struct bpf_prog_info info = {};
	uint32_t len = sizeof(info);

	if (fd <= 0 || bpf_obj_get_info_by_fd(fd, &info, &len))
		return 0;
	return info.recursion_misses;
}

static uint64_t misses_of(const struct attempt *attempt)
{
	return attempt->rung == RUNG_OFF ? 0 : misses(attempt->fd[0]) + misses(attempt->fd[1]);
}

void skipped__start(struct loader *loader)
{
	for (int i = 0; i < XT_PROBE_NR; i++)
		loader->attempts[i].skipped_before = misses_of(&loader->attempts[i]);
}

uint64_t skipped__read(const struct attempt *attempt)
{
	return misses_of(attempt) - attempt->skipped_before;
}
