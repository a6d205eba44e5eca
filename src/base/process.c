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

/* What this process was started with. */
static struct {
	char **environment;
	struct rlimit files;
	bool has_files;
	struct sigaction pipe, size;
} given;

static char *nothing[] = { NULL };

#define SOME 32

/*
 * glibc gives memory blocks of this size or more back to the kernel when they are freed. If it is not
 * told the size, it raises it to that of what is freed, and keeps the next ones: the kernel's BTF, 5 MB,
 * which libbpf reads for each object and frees.
 */
#define LARGE (256 << 10)

/* Are there as many descriptors as the least work takes? Without them folders would seem empty. */
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
 * Open those of descriptors 0 to 2 that are closed, so that no other file becomes one of them. They
 * lead nowhere, and who writes to them gets an error. Then raise the limit of descriptors: a probe takes
 * two or three, a trace a hundred.
 */
static bool open_descriptors(void)
{
	struct rlimit limit;

	/* open() takes the lowest free number: the closed one. It is opened to read alone, so that
	 * a report that nobody gets is no success */
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF && open("/dev/null", O_RDONLY) < 0)
			open("/", O_PATH);
	given.has_files = !getrlimit(RLIMIT_NOFILE, &given.files);
	/* if that is refused, the old limit may do: see has_some() */
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
	/* a write that fails ends in a message, and not in a signal that ends the process without one */
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
