// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The run as a profile for pprof and what else reads its format (speedscope, Perfetto, Pyroscope):
 * a gzipped message of profile.proto, of github.com/google/pprof. Its samples are the buckets of
 * all paths, or their kernel stacks where those were asked for; its stacks are the frames of the flame
 * graphs (output/flame.h).
 *
 *	go tool pprof -top -tagfocus=latency=10ms: run.pb.gz
 *
 * There are two kinds of time, which are never added, and owners of requests, which tell waiting time
 * apart once more. So each sample has a value for each, and only its own are not 0: a viewer adds up
 * one of them at a time.
 *
 * A message is its fields one after the other: a number that says which field it is and of what
 * type, then an integer or a length and so many bytes. Those are the two types that are used here.
 * A library (protobuf-c) would need the format's definition, a compiler for it, and a tree of all
 * samples in memory, for what three functions write.
 */
#include "output/format.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "output/escape.h"
#include "output/flame.h"

/* Fields, by their numbers in profile.proto. */
enum {
	PROFILE_SAMPLE_TYPE = 1,
	PROFILE_SAMPLE = 2,
	PROFILE_LOCATION = 4,
	PROFILE_FUNCTION = 5,
	PROFILE_STRING = 6,
	PROFILE_TIME_NS = 9,
	PROFILE_DURATION_NS = 10,
	PROFILE_COMMENT = 13,
	PROFILE_DEFAULT_TYPE = 14,
	VALUE_TYPE = 1,
	VALUE_UNIT = 2,
	SAMPLE_LOCATION = 1,
	SAMPLE_VALUE = 2,
	SAMPLE_LABEL = 3,
	LABEL_KEY = 1,
	LABEL_TEXT = 2,
	LABEL_NUMBER = 3,
	LABEL_UNIT = 4,
	LOCATION_ID = 1,
	LOCATION_LINE = 4,
	LINE_FUNCTION = 1,
	FUNCTION_ID = 1,
	FUNCTION_NAME = 2,
};

/* A message, as far as it is written. */
struct message {
	unsigned char *data;
	size_t len, room;
	bool failed; /* without memory */
};

static void append(struct message *to, const void *data, size_t len)
{
	size_t room = to->room ? to->room : 64;
	unsigned char *grown;

	while (room < to->len + len)
		room *= 2;
	if (room != to->room) {
		grown = realloc(to->data, room);
		if (!grown) {
			to->failed = true;
			return;
		}
		to->data = grown;
		to->room = room;
	}
	memcpy(to->data + to->len, data, len);
	to->len += len;
}

/* Seven bits a byte, the lowest first; the top bit says that more follow. */
static void add_varint(struct message *to, uint64_t n)
{
	unsigned char byte;

	do {
		byte = (n & 127) | (n > 127 ? 128 : 0);
		append(to, &byte, 1);
		n >>= 7;
	} while (n);
}

static void add_number(struct message *to, unsigned int field, uint64_t n)
{
	add_varint(to, field << 3);
	add_varint(to, n);
}

static void add_bytes(struct message *to, unsigned int field, const void *data, size_t len)
{
	add_varint(to, field << 3 | 2);
	add_varint(to, len);
	append(to, data, len);
}

/* A message within another one, which is emptied to be used again. */
static void add_message(struct message *to, unsigned int field, struct message *inner)
{
	to->failed |= inner->failed;
	add_bytes(to, field, inner->data, inner->len);
	inner->len = 0;
}

/*
 * What a sample has for values; the first one is what a viewer shows when it is not told. Owners tell
 * the disks' requests apart once more: they are values only where they were asked for (--by).
 */
enum value { CPU_TIME, CPU_COUNT, WAIT_TIME, WAIT_COUNT, OWNER_TIME, OWNER_COUNT, VALUES };

#define VALUES_OF_PATHS OWNER_TIME

static const struct {
	const char *name, *unit;
} values[VALUES] = {
	[CPU_TIME] = { "cpu_time", "nanoseconds" },	[CPU_COUNT] = { "cpu_count", "count" },
	[WAIT_TIME] = { "wait_time", "nanoseconds" },	[WAIT_COUNT] = { "wait_count", "count" },
	[OWNER_TIME] = { "owner_time", "nanoseconds" }, [OWNER_COUNT] = { "owner_count", "count" },
};

/* A frame has one function and one location, whose ids are the number of its name. */
struct profile {
	struct message all;
	struct message common;		    /* what all samples of a path have */
	struct message sample, inner, line; /* that are written now */
	char **strings;			    /* the first one is "" */
	size_t nr_strings;
	bool *is_frame; /* of each string */
	size_t nr_values;
	bool failed;
};

/* The number of a string in the profile's table. What is not plain text never gets there. */
static uint64_t string_of(struct profile *profile, const char *text)
{
	char plain[ESCAPE_LEN];
	char **strings;
	bool *is_frame;

	escape__ascii(plain, sizeof(plain), text ? text : "");
	for (size_t i = 0; i < profile->nr_strings; i++)
		if (!strcmp(profile->strings[i], plain))
			return i;
	strings = reallocarray(profile->strings, profile->nr_strings + 1, sizeof(*strings));
	profile->strings = strings ? strings : profile->strings;
	is_frame = reallocarray(profile->is_frame, profile->nr_strings + 1, sizeof(*is_frame));
	profile->is_frame = is_frame ? is_frame : profile->is_frame;
	if (!strings || !is_frame || !(strings[profile->nr_strings] = strdup(plain))) {
		profile->failed = true;
		return 0;
	}
	is_frame[profile->nr_strings] = false;
	return profile->nr_strings++;
}

/* An id is never 0: names begin behind "". */
static uint64_t frame_of(struct profile *profile, const char *name)
{
	uint64_t id = string_of(profile, name);

	if (id)
		profile->is_frame[id] = true;
	return id;
}

static void add_label(struct profile *profile, const char *key, const char *text)
{
	if (!*text)
		return;
	add_number(&profile->inner, LABEL_KEY, string_of(profile, key));
	add_number(&profile->inner, LABEL_TEXT, string_of(profile, text));
	add_message(&profile->common, SAMPLE_LABEL, &profile->inner);
}

static void add_latency(struct profile *profile, uint64_t ns)
{
	add_number(&profile->inner, LABEL_KEY, string_of(profile, "latency"));
	add_number(&profile->inner, LABEL_NUMBER, ns);
	add_number(&profile->inner, LABEL_UNIT, string_of(profile, "nanoseconds"));
	add_message(&profile->sample, SAMPLE_LABEL, &profile->inner);
}

static void add_frames_of(struct profile *profile, const char *const *names)
{
	size_t nr = 0;

	while (names[nr])
		nr++;
	while (nr--)
		add_number(&profile->common, SAMPLE_LOCATION, frame_of(profile, names[nr]));
}

/* The stack, the last frame of the tree first as the format wants it. */
static void add_stack(struct profile *profile, enum kind kind, const char *const *names)
{
	add_frames_of(profile, names);
	add_number(&profile->common, SAMPLE_LOCATION, frame_of(profile, kind__name(kind)));
}

static enum value time_of(enum kind kind)
{
	return kind == KIND_CPU ? CPU_TIME : WAIT_TIME;
}

/* All of them, the others as 0. `count`, which follows `time`, may be below 0 while it is pending. */
static void add_values(struct profile *profile, enum value time, uint64_t ns, uint64_t count)
{
	uint64_t all[VALUES] = {};

	all[time] = ns;
	all[time + 1] = count;
	for (size_t i = 0; i < profile->nr_values; i++)
		add_number(&profile->sample, SAMPLE_VALUE, all[i]);
}

static void add_path_labels(struct profile *profile, const struct path_key *key)
{
	add_label(profile, "mechanism", mech__name(key->mech));
	add_label(profile, "area", area__name(key->area));
	add_label(profile, "device", key->device);
	add_label(profile, "operation", key->op);
	add_label(profile, "leg", key->leg);
}

/* A sample with the stack and labels of `common`. */
static void end_sample(struct profile *profile, enum value time, uint64_t ns, uint64_t count)
{
	add_values(profile, time, ns, count);
	append(&profile->sample, profile->common.data, profile->common.len);
	add_message(&profile->all, PROFILE_SAMPLE, &profile->sample);
}

/* A sample each kernel stack: how their latencies were distributed is not known. */
static void add_stacks(struct profile *profile, const struct path *path)
{
	struct stack_parts parts = { .path = path };
	const char *names[FLAME_NAMES];
	struct flame_callers callers;
	struct stack_part part;

	flame__names(names, &path->key);
	while (stack_parts__next(&parts, &part)) {
		if (!part.ns && !part.count)
			continue;
		flame__callers(&callers, &path->key, part.stack);
		add_frames_of(profile, callers.names);
		add_stack(profile, path->key.kind, names);
		add_path_labels(profile, &path->key);
		end_sample(profile, time_of(path->key.kind), part.ns, part.count);
		profile->common.len = 0;
	}
}

/*
 * A sample each bucket, and one without a latency for what is counted and in none. They add up to
 * `own`: what a path owes (struct hist) is taken off all buckets alike.
 */
static void add_buckets(struct profile *profile, const struct hist *h, enum value time,
			uint64_t own)
{
	const uint64_t all = hist__total_ns(h);
	uint64_t seen = 0, given = 0;

	for (unsigned int i = 0; i < h->nr; i++) {
		unsigned int index = h->bucket[i].index;
		uint64_t with_this;

		seen += h->bucket[i].ns;
		with_this = own < all ? hist__share_ns(h, seen, own) : seen;
		add_latency(profile, (hist__lower(index) + hist__upper(index)) / 2);
		end_sample(profile, time, with_this - given, h->bucket[i].count);
		given = with_this;
	}
	if (h->pending)
		end_sample(profile, time, own - given, h->pending);
	profile->common.len = 0;
}

static void add_path(struct profile *profile, const struct path *path)
{
	const char *names[FLAME_NAMES];

	flame__names(names, &path->key);
	add_stack(profile, path->key.kind, names);
	add_path_labels(profile, &path->key);
	add_buckets(profile, &path->hist, time_of(path->key.kind),
		    path_key__ns(&path->key, &path->hist));
}

/* Whole requests of all disks. */
static void add_owner(struct profile *profile, const struct owner_row *row, enum owners_by by)
{
	char name[OWNER_TITLE];

	owner__title(row->owner, by, name);
	add_number(&profile->common, SAMPLE_LOCATION, frame_of(profile, name));
	add_number(&profile->common, SAMPLE_LOCATION, frame_of(profile, "requests"));
	add_label(profile, owners_by__name(by), name);
	add_buckets(profile, &row->owner->hist, OWNER_TIME, row->waited_ns);
}

static void add_column(struct profile *profile, const struct flame_column *column)
{
	add_stack(profile, KIND_CPU, column->names);
	add_label(profile, "mechanism", mech__name(column->mech));
	end_sample(profile, CPU_TIME, column->ns, 0);
	profile->common.len = 0;
}

static void add_samples(struct profile *profile, const struct report *report)
{
	const struct snapshot *snap = report->snap;
	struct flame_column columns[FLAME_COLUMNS];
	size_t nr = flame__columns(columns, report);

	for (size_t i = 0; i < snap->nr_paths; i++)
		if (!ledger__adds_up(report->ledger, &snap->paths[i]))
			continue;
		else if (snap->paths[i].nr_stacks)
			add_stacks(profile, &snap->paths[i]);
		else
			add_path(profile, &snap->paths[i]);
	for (size_t i = 0; i < nr; i++)
		add_column(profile, &columns[i]);
	for (size_t i = 0; i < report->ledger->owners.nr; i++)
		add_owner(profile, &report->ledger->owners.rows[i], snap->whose.by);
}

static void add_frames(struct profile *profile)
{
	for (size_t id = 1; id < profile->nr_strings; id++) {
		if (!profile->is_frame[id])
			continue;
		add_number(&profile->inner, FUNCTION_ID, id);
		add_number(&profile->inner, FUNCTION_NAME, id);
		add_message(&profile->all, PROFILE_FUNCTION, &profile->inner);
		add_number(&profile->line, LINE_FUNCTION, id);
		add_number(&profile->inner, LOCATION_ID, id);
		add_message(&profile->inner, LOCATION_LINE, &profile->line);
		add_message(&profile->all, PROFILE_LOCATION, &profile->inner);
	}
}

static void add_run(struct profile *profile, const struct report *report)
{
	const struct run_info *run = report->run;
	char comment[ESCAPE_LEN];

	add_number(&profile->all, PROFILE_TIME_NS, report->snap->wall_start_ns);
	add_number(&profile->all, PROFILE_DURATION_NS, report->ledger->elapsed_ns);
	snprintf(comment, sizeof(comment), "%s  xentrace-bpf %s  Linux %s  %s", run->host ?: "",
		 run->version ?: "", run->kernel ?: "", run->command_line ?: "");
	add_number(&profile->all, PROFILE_COMMENT, string_of(profile, comment));
	add_number(&profile->all, PROFILE_DEFAULT_TYPE, string_of(profile, values[CPU_TIME].name));
}

static void write_profile(struct profile *profile, const struct report *report)
{
	string_of(profile, "");
	for (size_t i = 0; i < profile->nr_values; i++) {
		add_number(&profile->inner, VALUE_TYPE, string_of(profile, values[i].name));
		add_number(&profile->inner, VALUE_UNIT, string_of(profile, values[i].unit));
		add_message(&profile->all, PROFILE_SAMPLE_TYPE, &profile->inner);
	}
	add_samples(profile, report);
	add_frames(profile);
	add_run(profile, report);
	for (size_t i = 0; i < profile->nr_strings; i++)
		add_bytes(&profile->all, PROFILE_STRING, profile->strings[i],
			  strlen(profile->strings[i]));
}

/* Of no time and no name, so that the same run gives the same file. */
static int write_gzip(FILE *out, struct message *message)
{
	z_stream stream = { .next_in = message->data, .avail_in = message->len };
	unsigned char chunk[16384];
	int status, err = 0;
	size_t len;

	/* 16 more than the window's bits: gzip's header, and not zlib's */
	if (deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return -ENOMEM;
	do {
		stream.next_out = chunk;
		stream.avail_out = sizeof(chunk);
		status = deflate(&stream, Z_FINISH);
		len = sizeof(chunk) - stream.avail_out;
		/* what is larger than the stream's buffer fails here, and its errno is gone later */
		errno = 0;
		if (fwrite(chunk, 1, len, out) != len)
			err = errno ? -errno : -EIO;
	} while (status == Z_OK && !err);
	deflateEnd(&stream);
	return err ?: output__finish(out);
}

static int pprof__total(FILE *out, const struct report *report)
{
	bool owners = report->snap->whose.by != BY_NOTHING;
	struct profile profile = { .nr_values = owners ? VALUES : VALUES_OF_PATHS };
	int err;

	write_profile(&profile, report);
	if (profile.failed || profile.all.failed || profile.common.failed)
		err = -ENOMEM;
	else if (profile.all.len > UINT32_MAX / 2)
		err = -E2BIG;
	else
		err = write_gzip(out, &profile.all);
	for (size_t i = 0; i < profile.nr_strings; i++)
		free(profile.strings[i]);
	free(profile.strings);
	free(profile.is_frame);
	free(profile.all.data);
	free(profile.common.data);
	free(profile.sample.data);
	free(profile.inner.data);
	free(profile.line.data);
	return err;
}

const struct output output_pprof = {
	.name = "pprof",
	.extension = ".pb.gz",
	.also_extension = ".pprof",
	.is_document = true,
	.header = output__nothing,
	.interval = output__nothing,
	.total = pprof__total,
};
