// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/log.h"
#include "base/start.h"

#define SOME 32

/* Are there as many as the shallowest work takes? Without them folders would seem empty. */
static bool has_some(void)
{
	int fds[SOME], got = 0;

	while (got < SOME && (fds[got] = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)) >= 0)
		got++;
	for (int i = 0; i < got; i++)
		close(fds[i]);
	return got == SOME;
}

int start__descriptors(void)
{
	struct rlimit limit;

	/* the lowest that is free is the one that is missing; to read alone, so that a report that
	 * nobody gets is no success */
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/dev/null", O_RDONLY) < 0)
			open("/", O_PATH);
	/* no error where that is not allowed: it may do with what there is */
	if (!getrlimit(RLIMIT_NOFILE, &limit) && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	if (has_some())
		return 0;
	elog("too few file descriptors: raise the limit (ulimit -n)");
	return -EMFILE;
}
