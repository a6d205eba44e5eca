// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * slower FROM DEVICE OP LEG FACTOR TO: a recording as it would be had this leg of that device's
 * requests taken FACTOR times as long, and all else what it did. Of a real recording, that is a change
 * whose size is known, in noise that is not made up.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "recording/coding.h"
#include "recording/recording.h"

static void *read_file(const char *path, size_t *size)
{
	FILE *file = fopen(path, "r");
	char *data = NULL;
	size_t room = 0;

	*size = 0;
	if (!file)
		return NULL;
	do {
		room = room ? 2 * room : 1 << 20;
		data = realloc(data, room);
		if (data)
			*size += fread(data + *size, 1, room - *size, file);
	} while (data && *size == room);
	fclose(file);
	return data;
}

/*
 * Events are put evenly about their bucket's mean, as wide as the bucket allows, so that their sum
 * is the bucket's before it is multiplied.
 */
static void stretch(struct hist *h, double factor)
{
	struct hist longer = {};

	for (unsigned int i = 0; i < h->nr; i++) {
		unsigned int index = h->bucket[i].index;
		double count = h->bucket[i].count;
		double mean = count > 0 ? h->bucket[i].ns / count : 0;
		double below = mean - hist__lower(index), above = hist__upper(index) - mean;
		double width = 2 * (below < above ? below : above);

		for (uint64_t n = 0; n < h->bucket[i].count; n++)
			hist__add(&longer, factor * (mean + ((n + .5) / count - .5) * width) + .5);
	}
	free(h->bucket);
	h->max = longer.max;
	h->bucket = longer.bucket;
	h->nr = longer.nr;
	h->room = longer.room;
}

static struct path *find(struct snapshot *snap, const char *device, const char *op, const char *leg)
{
	for (size_t i = 0; i < snap->nr_paths; i++) {
		const struct path_key *key = &snap->paths[i].key;

		if (key->kind == KIND_WAIT && !strcmp(key->device, device) &&
		    !strcmp(key->op, op) && !strcmp(key->leg, leg))
			return &snap->paths[i];
	}
	return NULL;
}

/* The whole request gets longer by as much as its leg, on average. Returns whether it was there. */
static bool slow_down(struct snapshot *snap, char *const names[3], double factor)
{
	struct path *leg = find(snap, names[0], names[1], names[2]);
	struct path *whole = find(snap, names[0], names[1], "total");
	double part;

	if (!leg || !whole || !hist__total_ns(&whole->hist))
		return false;
	part = (double)hist__total_ns(&leg->hist) / hist__total_ns(&whole->hist);
	stretch(&leg->hist, factor);
	stretch(&whole->hist, 1 + (factor - 1) * part);
	return true;
}

/* Times for the buckets, which an interval comes without. */
static void share(struct snapshot *snap)
{
	for (size_t i = 0; i < snap->nr_paths; i++)
		buckets__share(&snap->paths[i].hist);
}

static int rewrite(struct reader *reader, struct writer *writer, FILE *out, char *const names[3],
		   double factor)
{
	const struct recording_part *part;
	unsigned int found = 0;
	enum part_kind kind;
	const char *why;
	int err = writer__header(writer, out, reader__header(reader));

	while (!err) {
		err = reader__next(reader, &kind, &part, &why);
		if (err || kind == PART_END)
			break;
		/* the reader's until the next call, which makes it anew */
		if (kind == PART_INTERVAL)
			share((struct snapshot *)&part->snap);
		found += slow_down((struct snapshot *)&part->snap, names, factor);
		err = writer__part(writer, out, kind == PART_TOTAL ? BLOCK_TOTAL : BLOCK_INTERVAL,
				   part);
	}
	if (!err && !found)
		err = -ENOENT;
	return err;
}

int main(int argc, char **argv)
{
	struct writer *writer = writer__new();
	struct reader *reader = NULL;
	const char *why = "cannot be read";
	size_t size = 0;
	void *data = NULL;
	FILE *out = NULL;
	int err = -EIO;

	if (argc != 7) {
		fprintf(stderr, "usage: slower FROM DEVICE OP LEG FACTOR TO\n");
		return 2;
	}
	data = read_file(argv[1], &size);
	if (!writer || !data || reader__new(&reader, data, size, &why)) {
		fprintf(stderr, "slower: %s %s\n", argv[1], why);
		goto out;
	}
	out = fopen(argv[6], "w");
	if (out)
		err = rewrite(reader, writer, out, argv + 2, strtod(argv[5], NULL));
	if (out && fclose(out) && !err)
		err = -errno;
	if (err)
		fprintf(stderr, "slower: %s to %s: %s\n", argv[1], argv[6], strerror(-err));
out:
	reader__free(reader);
	writer__free(writer);
	free(data);
	return err ? 1 : 0;
}
