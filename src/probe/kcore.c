// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probe/kcore.h"

struct kcore {
	int fd;
	Elf64_Phdr *parts; /* what is where in the file */
	unsigned int nr;
};

static int read_all(int fd, void *to, size_t size, off_t at)
{
	ssize_t got;

	for (size_t done = 0; done < size; done += got) {
		got = pread(fd, (char *)to + done, size - done, at + done);
		if (got <= 0)
			return got < 0 ? -errno : -EFAULT;
	}
	return 0;
}

int kcore__open(struct kcore **out, const char *path)
{
	struct kcore *kcore = calloc(1, sizeof(*kcore));
	Elf64_Ehdr header;
	int err = -ENOMEM;

	if (!kcore)
		return -ENOMEM;
	kcore->fd = open(path, O_RDONLY | O_CLOEXEC);
	err = kcore->fd < 0 ? -errno : read_all(kcore->fd, &header, sizeof(header), 0);
	if (err)
		goto out;
	err = -ENOEXEC;
	if (memcmp(header.e_ident, ELFMAG, SELFMAG) || header.e_phentsize != sizeof(Elf64_Phdr))
		goto out;
	kcore->nr = header.e_phnum;
	kcore->parts = calloc(kcore->nr, sizeof(*kcore->parts));
	err = kcore->parts ? read_all(kcore->fd, kcore->parts, kcore->nr * sizeof(*kcore->parts),
				      header.e_phoff)
			   : -ENOMEM;
	if (err)
		goto out;
	*out = kcore;
	kcore = NULL;
out:
	kcore__close(kcore);
	return err;
}

void kcore__close(struct kcore *kcore)
{
	if (!kcore)
		return;
	if (kcore->fd >= 0)
		close(kcore->fd);
	free(kcore->parts);
	free(kcore);
}

int kcore__read(const struct kcore *kcore, void *to, size_t size, uint64_t address)
{
	for (unsigned int i = 0; i < kcore->nr; i++) {
		const Elf64_Phdr *part = &kcore->parts[i];
		uint64_t into = address - part->p_vaddr;

		if (part->p_type == PT_LOAD && address >= part->p_vaddr && into < part->p_filesz &&
		    size <= part->p_filesz - into)
			return read_all(kcore->fd, to, size, part->p_offset + into);
	}
	return -EFAULT;
}
