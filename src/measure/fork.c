// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#include "measure/bench.h"

/* Where SIGCHLD was left ignored by who started us, waitpid() waits and says ECHILD. */
static uint64_t forks(void *ctx, unsigned int n)
{
	uint64_t start = ticks();
	pid_t pid;

	(void)ctx;
	while (n--) {
		pid = fork();
		if (pid < 0)
			return 0;
		if (!pid)
			_exit(0);
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	return ticks() - start;
}

const char *measure__fork(struct price *price, const struct bench *bench)
{
	if (!forks(NULL, 1))
		return "no process can be started";
	return bench__run(bench, price, forks, NULL, 16);
}
