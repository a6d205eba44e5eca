// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A run that was recorded, part by part. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/log.h"
#include "run/run.h"

/*
 * A file as memory, read only. It may be cut by others while it is read: what is gone then reads as
 * zeros, and mapping__check() says so, where the kernel alone would end the program with SIGBUS.
 */
struct mapping {
	const void *data;
	size_t size;
	int fd;
	struct stat st; /* which file it is */
};

#define MAPPINGS_MAX 2 /* open at once */

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

static void watch(const struct mapping *mapping)
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
		break;
	}
	sigaction(SIGBUS, &action, NULL);
}

static volatile struct watched *find(const struct mapping *mapping)
{
	for (int i = 0; i < MAPPINGS_MAX; i++)
		if (watched[i].end && watched[i].begin == (uintptr_t)mapping->data)
			return &watched[i];
	return NULL;
}

static void mapping__close(struct mapping *mapping)
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

/* Returns 0, or a negative errno after a message that names the file. */
static int mapping__open(struct mapping *mapping, const char *path)
{
	/* not to wait for the writer of a pipe, which is refused below */
	int err = 0, fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
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
	watch(mapping);
out:
	if (err) {
		elog("cannot read %s: %s", path,
		     err == -ESPIPE ? "not a regular file" : strerror(-err));
		mapping__close(mapping);
	}
	return err;
}

/* Was all of it there so far? Returns 0, or -EIO after a message that names the file. */
static int mapping__check(const struct mapping *mapping, const char *path)
{
	const volatile struct watched *watched = find(mapping);
	struct stat st;

	if (!mapping->size || !watched)
		return 0;
	/* within its last page nothing is gone, it only reads as zeros */
	if (!watched->lost && !fstat(mapping->fd, &st) && (size_t)st.st_size >= mapping->size)
		return 0;
	elog("cannot read %s: it was cut while it was read, or its disk fails", path);
	return -EIO;
}

struct replay {
	struct source source;
	const char *file;
	struct mapping mapping;
	struct reader *reader;
	bool begun;
};

static int replay__next(struct source *source, struct run_part *part)
{
	struct replay *replay = (struct replay *)source;
	const struct recording_part *from;
	enum part_kind kind = PART_END;
	const char *why;
	int err;

	if (!replay->begun && !source->shows_intervals && !source->draws_course)
		reader__skip_intervals(replay->reader);
	replay->begun = true;
	err = reader__next(replay->reader, &kind, &from, &why);
	/* what was cut meanwhile makes no sense either */
	if (mapping__check(&replay->mapping, replay->file))
		return -EIO;
	if (err) {
		elog("%s %s", replay->file, why);
		return -EIO;
	}
	if (kind == PART_END)
		return 0;
	part->kind = kind == PART_INTERVAL ? SINK_INTERVAL : SINK_TOTAL;
	part->snap = &from->snap;
	part->interval_no = from->interval_no;
	part->unasked = kind == PART_INTERVAL && !source->shows_intervals;
	part->last = kind == PART_TOTAL && reader__at_end(replay->reader);
	return 1;
}

int replay__new(struct replay **out, const char *file)
{
	struct replay *replay = calloc(1, sizeof(*replay));
	const char *why;
	int err = -ENOMEM;

	if (!replay) {
		elog("out of memory");
		return err;
	}
	replay->source.next = replay__next;
	replay->file = file;
	err = mapping__open(&replay->mapping, file);
	if (err)
		goto out;
	err = reader__new(&replay->reader, replay->mapping.data, replay->mapping.size, &why);
	if (mapping__check(&replay->mapping, file))
		err = -EIO;
	else if (err)
		elog("%s %s", file, why);
	else if (reader__damage(replay->reader))
		elog("%s %s", file, reader__damage(replay->reader));
out:
	if (err) {
		replay__free(replay);
		return err;
	}
	*out = replay;
	return 0;
}

void replay__free(struct replay *replay)
{
	if (!replay)
		return;
	reader__free(replay->reader);
	mapping__close(&replay->mapping);
	free(replay);
}

struct source *replay__source(struct replay *replay)
{
	return &replay->source;
}

const struct recording_header *replay__header(const struct replay *replay)
{
	return reader__header(replay->reader);
}

const struct platform *replay__platform(const struct replay *replay)
{
	const struct recording_header *header = reader__header(replay->reader);

	return header->has_platform ? &header->platform : NULL;
}

unsigned int replay__intervals(const struct replay *replay)
{
	return reader__intervals(replay->reader);
}

bool replay__is_damaged(const struct replay *replay)
{
	return reader__damage(replay->reader);
}

const struct stat *replay__stat(const struct replay *replay)
{
	return &replay->mapping.st;
}
