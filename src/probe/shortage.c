// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "probe/shortage.h"

#define KERNEL_BTF "/sys/kernel/btf/vmlinux"
#define SLACK	   (8u << 20) /* for all that is small */

static bool has_descriptors(size_t nr)
{
	int *fds = calloc(nr ? nr : 1, sizeof(*fds));
	size_t got = 0;

	if (!fds)
		return true; /* what is missing is memory */
	while (got < nr && (fds[got] = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)) >= 0)
		got++;
	for (size_t i = 0; i < got; i++)
		close(fds[i]);
	free(fds);
	return got == nr;
}

/* Address space, which ulimit -v limits; nothing of it is touched. */
static bool has_memory(size_t bytes)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return memory != MAP_FAILED && !munmap(memory, bytes);
}

int shortage__check(size_t descriptors, size_t bytes)
{
	if (!has_descriptors(descriptors))
		return -EMFILE;
	return has_memory(bytes + SLACK) ? 0 : -ENOMEM;
}

size_t shortage__btf_bytes(void)
{
	struct stat st;

	/* the file as it is read, and the copy that is kept */
	return stat(KERNEL_BTF, &st) ? 0 : 2 * (size_t)st.st_size;
}

bool shortage__is(int err)
{
	return err == -EMFILE || err == -ENFILE || err == -ENOMEM;
}

const char *shortage__why(int err)
{
	static char text[128];
	struct rlimit limit = { .rlim_cur = RLIM_INFINITY };

	if (err == -ENFILE)
		return "the machine has no file descriptors left (sysctl fs.file-max)";
	if (err == -EMFILE) {
		getrlimit(RLIMIT_NOFILE, &limit);
		snprintf(text, sizeof(text),
			 "too few file descriptors: %llu are allowed; raise the limit (ulimit -n)",
			 (unsigned long long)limit.rlim_cur);
		return text;
	}
	getrlimit(RLIMIT_AS, &limit);
	if (limit.rlim_cur == RLIM_INFINITY)
		return "out of memory";
	snprintf(text, sizeof(text),
		 "out of memory: %llu MB are allowed; raise the limit (ulimit -v)",
		 (unsigned long long)limit.rlim_cur >> 20);
	return text;
}
