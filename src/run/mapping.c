// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "run/mapping.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* What the handler has to know of each. */
static volatile struct watched {
	uintptr_t begin, end;
	bool lost;
} watched[MAPPINGS_MAX];

static uintptr_t page;

/* Zeros in place of the page that is gone; what is no mapping's is a fault as it always was. */
static void on_sigbus(int signal, siginfo_t *info, void *context)
{
	const int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
	uintptr_t at = (uintptr_t)info->si_addr;
	int was = errno;

	(void)context;
	for (int i = 0; i < MAPPINGS_MAX; i++) {
		if (at < watched[i].begin || at >= watched[i].end)
			continue;
		watched[i].lost = true;
		if (mmap((void *)(at & -page), page, PROT_READ, flags, -1, 0) == MAP_FAILED)
			break;
		errno = was;
		return;
	}
	sigaction(signal, &(struct sigaction) { .sa_handler = SIG_DFL }, NULL);
}

static bool watch(const struct mapping *mapping)
{
	struct sigaction action = { .sa_sigaction = on_sigbus, .sa_flags = SA_SIGINFO };

	page = sysconf(_SC_PAGESIZE);
	for (int i = 0; i < MAPPINGS_MAX; i++) {
		if (watched[i].end)
			continue;
		watched[i].lost = false;
		watched[i].begin = (uintptr_t)mapping->data;
		/* pages are whole, whatever of the last one is the file's */
		watched[i].end = watched[i].begin + ((mapping->size + page - 1) & -page);
		return !sigaction(SIGBUS, &action, NULL);
	}
	return false;
}

static volatile struct watched *find(const struct mapping *mapping)
{
	for (int i = 0; i < MAPPINGS_MAX; i++)
		if (watched[i].end && watched[i].begin == (uintptr_t)mapping->data)
			return &watched[i];
	return NULL;
}

void mapping__close(struct mapping *mapping)
{
	volatile struct watched *watched = mapping->size ? find(mapping) : NULL;

	if (mapping->size)
		munmap((void *)mapping->data, mapping->size);
	if (watched)
		watched->begin = watched->end = 0;
	/* one that is all zeros was never opened */
	if (mapping->data && mapping->fd >= 0)
		close(mapping->fd);
	*mapping = (struct mapping) { .data = "", .fd = -1 };
}

int mapping__open(struct mapping *mapping, int dir, const char *name)
{
	/* not to wait for the writer of a pipe, which is refused below */
	int err = 0, fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	void *data;

	*mapping = (struct mapping) { .data = "", .fd = fd };
	if (fd < 0 || fstat(fd, &mapping->st)) {
		err = -errno;
		goto out;
	}
	if (!S_ISREG(mapping->st.st_mode)) {
		err = S_ISDIR(mapping->st.st_mode) ? -EISDIR : -ESPIPE;
		goto out;
	}
	/* nothing can be mapped of an empty file */
	if (!mapping->st.st_size)
		goto out;
	data = mmap(NULL, mapping->st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED) {
		err = -errno;
		goto out;
	}
	mapping->data = data;
	mapping->size = mapping->st.st_size;
	if (!watch(mapping))
		err = -EMFILE;
out:
	if (err)
		mapping__close(mapping);
	return err;
}

bool mapping__is_whole(const struct mapping *mapping)
{
	const volatile struct watched *watched = find(mapping);
	struct stat st;

	if (!mapping->size || !watched)
		return true;
	/* within its last page nothing is gone, it only reads as zeros */
	return !watched->lost && !fstat(mapping->fd, &st) && (size_t)st.st_size >= mapping->size;
}
