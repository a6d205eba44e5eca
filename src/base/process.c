// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/log.h"

/* As this process got them. */
static struct {
	char **environment;
	struct rlimit files;
	bool has_files;
	struct sigaction pipe, size;
} given;

static char *nothing[] = { NULL };

#define SOME 32

/*
 * What is at least so large is given back when it is freed. Left alone, glibc raises this by what was
 * freed, and keeps the next ones: the kernel's BTF, 5 MB, which libbpf reads for each object and frees.
 */
#define LARGE (256 << 10)

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

/*
 * Descriptors 0 to 2 are there, so that no file that is opened becomes one of them: those that were
 * closed lead nowhere, and what writes to them gets an error. And a probe takes two or three, and
 * tracing has a hundred.
 */
static bool open_descriptors(void)
{
	struct rlimit limit;

	/* the lowest that is free is the one that is missing; to read alone, so that a report that
	 * nobody gets is no success */
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/dev/null", O_RDONLY) < 0)
			open("/", O_PATH);
	given.has_files = !getrlimit(RLIMIT_NOFILE, &given.files);
	/* no error where that is not allowed: it may do with what there is */
	if (given.has_files && given.files.rlim_cur < given.files.rlim_max) {
		limit = given.files;
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	if (!has_some()) {
		elog("too few file descriptors: raise the limit (ulimit -n)");
		return false;
	}
	return true;
}

bool process__init(void)
{
	const struct sigaction ignored = { .sa_handler = SIG_IGN };

	given.environment = environ ? environ : nothing;
	if (!geteuid())
		environ = nothing;
	/* what cannot be written any more is an error with a message, and no death without one */
	sigaction(SIGPIPE, &ignored, &given.pipe);
	sigaction(SIGXFSZ, &ignored, &given.size);
	mallopt(M_MMAP_THRESHOLD, LARGE);
	return open_descriptors();
}

char **process__environment(void)
{
	return given.environment;
}

const char *process__given(const char *name)
{
	size_t len = strlen(name);

	for (char **variable = given.environment; *variable; variable++)
		if (!strncmp(*variable, name, len) && (*variable)[len] == '=')
			return *variable + len + 1;
	return NULL;
}

void process__restore(void)
{
	environ = given.environment;
	sigaction(SIGPIPE, &given.pipe, NULL);
	sigaction(SIGXFSZ, &given.size, NULL);
	if (given.has_files)
		setrlimit(RLIMIT_NOFILE, &given.files);
}
