// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "cmd/mapping.h"

int mapping__open(struct mapping *mapping, const char *path)
{
	/* not to wait for the writer of a pipe, which is refused below */
	int err = 0, fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	void *data;

	*mapping = (struct mapping) { .data = "" };
	if (fd < 0 || fstat(fd, &st)) {
		err = -errno;
		goto out;
	}
	if (!S_ISREG(st.st_mode)) {
		err = S_ISDIR(st.st_mode) ? -EISDIR : -ESPIPE;
		goto out;
	}
	/* nothing can be mapped of an empty file */
	if (!st.st_size)
		goto out;
	data = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED) {
		err = -errno;
		goto out;
	}
	mapping->data = data;
	mapping->size = st.st_size;
out:
	if (err)
		elog("cannot read %s: %s", path,
		     err == -ESPIPE ? "not a regular file" : strerror(-err));
	if (fd >= 0)
		close(fd);
	return err;
}

void mapping__close(struct mapping *mapping)
{
	if (mapping->size)
		munmap((void *)mapping->data, mapping->size);
	*mapping = (struct mapping) { .data = "" };
}
