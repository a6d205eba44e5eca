// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Owners of disk requests: their books, differences and sums, recordings and outputs. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <jansson.h>

#include "fixture.h"
#include "golden.h"
#include "model/splice.h"
#include "recordings.h"
#include "schema.h"

static struct owner *add(struct fixture *f, enum owner_kind kind, uint64_t id, const char *name,
			 unsigned int index, uint64_t count)
{
	struct owner *owner = &f->snap.owners[f->snap.nr_owners++];
	struct hist_bucket *bucket = hist__use(&owner->hist, index);

	owner->kind = kind;
	owner->id = id;
	snprintf(owner->name, sizeof(owner->name), "%s", name);
	owner->bytes = 4096 * count;
	bucket->count = count;
	bucket->ns = count * hist__lower(index);
	owner->hist.max = hist__lower(index);
	return owner;
}

/* `tenths` of a run of 10 s, by cgroup. */
static struct fixture *with_owners(unsigned int tenths)
{
	struct fixture *f = fixture__empty();
	struct hist *whole;

	f->snap.end_ns = f->snap.start_ns + tenths * 1000000000ull;
	f->snap.whose.by = BY_CGROUP;
	f->snap.owners = calloc(6, sizeof(*f->snap.owners));
	assert_non_null(f->snap.owners);
	add(f, OWNER_UNKNOWN, 0, "", 100, tenths);
	add(f, OWNER_WRITEBACK, 0, "", 140, 20 * tenths);
	add(f, OWNER_NAMED, 4211, "system.slice/postgresql.service", 130, 600 * tenths);
	add(f, OWNER_NAMED, 90,
	    "user.slice/user-1000.slice/user@1000.service/app.slice/app-a.scope", 110,
	    300 * tenths);
	whole = fixture__path(f, KIND_WAIT, AREA_DISK, MECH_PV, "xvdb", "write", "total");
	hist__use(whole, 120)->count = 921 * tenths;
	hist__use(whole, 120)->ns = 921ull * tenths * hist__lower(120);
	fixture__close(f);
	return f;
}

static void rows_are_by_what_was_waited_and_add_up(void **state)
{
	struct fixture *f = with_owners(10);
	const struct owner_rows *owners = &f->ledger->owners;
	uint64_t count = 0, waited = 0;
	double share = 0;

	(void)state;
	assert_int_equal(owners->nr, 4);
	assert_string_equal(owners->rows[0].owner->name, "system.slice/postgresql.service");
	assert_int_equal(owners->rows[2].owner->kind, OWNER_WRITEBACK);
	for (size_t i = 0; i < owners->nr; i++) {
		count += owners->rows[i].count;
		waited += owners->rows[i].waited_ns;
		share += owners->rows[i].share;
	}
	assert_int_equal(count, f->ledger->waits[0].count);
	assert_int_equal(owners->count, count);
	assert_int_equal(owners->waited_ns, waited);
	assert_true(share > .999999 && share < 1.000001);
	assert_true(owners->nobody > 210. / 9210 - 1e-9 && owners->nobody < 210. / 9210 + 1e-9);
	fixture__free(f);
}

/* Where as long was waited by two: the more requests first, then by what they are, then by name. */
static void rows_of_one_length_have_an_order(void **state)
{
	struct fixture *f = with_owners(10);
	struct owner *owners = f->snap.owners;
	const struct owner_rows *rows;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct hist_bucket *bucket;

		hist__free(&owners[i].hist);
		owners[i].hist = (struct hist) {};
		bucket = hist__use(&owners[i].hist, 99);
		bucket->count = i == 1 ? 20 : 10;
		bucket->ns = 1000000;
	}
	fixture__close(f);
	rows = &f->ledger->owners;
	assert_int_equal(rows->rows[0].owner->kind, OWNER_WRITEBACK);
	for (size_t i = 2; i < 4; i++)
		assert_true(rows->rows[i - 1].owner->kind < rows->rows[i].owner->kind ||
			    strcmp(rows->rows[i - 1].owner->name, rows->rows[i].owner->name) < 0);
	fixture__free(f);
}

/* As those of damaged recordings. */
static void what_is_no_owner_has_a_name(void **state)
{
	(void)state;
	assert_string_equal(owners_by__name(BY_NR), "?");
	assert_string_equal(owner_kind__name(OWNER_KIND_NR), "?");
	assert_string_equal(owner_kind__why(OWNER_KIND_NR), "?");
	assert_int_equal(owners_by__find("cgroup"), BY_CGROUP);
	assert_int_equal(owners_by__find("user"), BY_NR);
}

/* Those that were only counted took as long as the others, and are in all counts. */
static void what_was_not_followed_counts(void **state)
{
	struct fixture *f = with_owners(10);
	uint64_t waited = f->ledger->owners.rows[0].waited_ns;

	(void)state;
	f->snap.owners[2].hist.pending = 6000;
	fixture__close(f);
	assert_int_equal(f->ledger->owners.rows[0].count, 12000);
	assert_int_equal(f->ledger->owners.rows[0].followed, 6000);
	assert_int_equal(f->ledger->owners.rows[0].waited_ns, 2 * waited);
	fixture__free(f);
}

static void the_text_has_them_below_the_disks(void **state)
{
	struct fixture *f = with_owners(10);
	char *text = fixture__print(f, output_text.total), *from = strstr(text, "WHO ");

	(void)state;
	assert_non_null(from);
	*strstr(from, "\n\n") = '\0';
	assert_true(from > strstr(text, "WAIT "));
	golden__check("owners.txt", from);
	free(text);
	fixture__free(f);
}

/* None at all, none yet; and a process has its number. */
static void the_text_says_what_was_asked_for(void **state)
{
	struct fixture *f = with_owners(10);
	char *text;

	(void)state;
	f->snap.whose.by = BY_PID;
	fixture__close(f);
	text = fixture__print(f, output_text.total);
	assert_non_null(strstr(text, "WHO  requests of the disks by pid"));
	assert_non_null(strstr(text, "postgresql.service[4211] "));
	free(text);
	while (f->snap.nr_owners)
		hist__free(&f->snap.owners[--f->snap.nr_owners].hist);
	fixture__close(f);
	text = fixture__print(f, output_text.total);
	assert_non_null(strstr(text, "WHO  requests of the disks by pid: none\n"));
	free(text);
	f->snap.whose.by = BY_NOTHING;
	fixture__close(f);
	text = fixture__print(f, output_text.total);
	assert_null(strstr(text, "WHO "));
	free(text);
	fixture__free(f);
}

static void intervals_subtract_and_add_up(void **state)
{
	struct fixture *earlier = with_owners(4), *later = with_owners(10);
	struct snapshot delta, sum = {};

	(void)state;
	/* a name that was learned in between is still the same cgroup's; another comes in between */
	strcpy(earlier->snap.owners[2].name, "postgresql.service");
	add(later, OWNER_NAMED, 77, "late.service", 90, 5);
	assert_int_equal(snapshot__delta(&delta, &later->snap, &earlier->snap), 0);
	assert_int_equal(delta.nr_owners, 5);
	assert_int_equal(hist__count(&delta.owners[2].hist), 3600);
	assert_int_equal(delta.owners[2].bytes, 3600 * 4096);
	assert_string_equal(delta.owners[2].name, "system.slice/postgresql.service");
	assert_int_equal(hist__count(&delta.owners[4].hist), 5);
	assert_int_equal(snapshot__add(&sum, &earlier->snap), 0);
	assert_int_equal(snapshot__add(&sum, &delta), 0);
	assert_int_equal(sum.nr_owners, 5);
	assert_int_equal(sum.whose.by, BY_CGROUP);
	for (size_t i = 0; i < sum.nr_owners; i++) {
		assert_int_equal(hist__count(&sum.owners[i].hist),
				 hist__count(&later->snap.owners[i].hist));
		assert_int_equal(sum.owners[i].bytes, later->snap.owners[i].bytes);
	}
	snapshot__free(&delta);
	snapshot__free(&sum);
	fixture__free(earlier);
	fixture__free(later);
}

/* What was left out is said, and is in the JSON. */
static void one_owner_alone_is_said(void **state)
{
	struct fixture *f = with_owners(10), *all = with_owners(10);
	struct splice splice = {};
	char *text;

	(void)state;
	strcpy(f->snap.whose.only, "process 812 (postgres)");
	f->snap.whose.left_out = 1204;
	f->snap.whose.by = BY_NOTHING;
	all->snap.whose.by = BY_NOTHING;
	fixture__close(f);
	text = fixture__print(f, output_text.total);
	assert_non_null(strstr(text, "Disk requests: only those of process 812 (postgres); 1,204 "
				     "others are left out\n"));
	free(text);
	text = fixture__print(f, output_json.total);
	assert_non_null(strstr(text, "\"only\":\"process 812 (postgres)\",\"left_out\":1204,"));
	free(text);
	text = fixture__print(all, output_json.total);
	assert_non_null(strstr(text, "\"only\":null,\"left_out\":null,"));
	free(text);
	assert_int_equal(splice__add(&splice, &f->snap, 1), 0);
	assert_int_equal(splice__add(&splice, &all->snap, 2), -EXDEV);
	splice__free(&splice);
	fixture__free(f);
	fixture__free(all);
}

/* Whose requests were only asked for in one of them nobody can say of both. */
static void runs_that_ask_other_things_are_not_put_together(void **state)
{
	struct fixture *a = with_owners(10), *b = with_owners(10);
	struct splice splice = {};

	(void)state;
	b->snap.whose.by = BY_COMM;
	assert_int_equal(splice__add(&splice, &a->snap, 1), 0);
	assert_int_equal(splice__add(&splice, &b->snap, 2), -EXDEV);
	splice__free(&splice);
	fixture__free(a);
	fixture__free(b);
}

static void json_follows_the_schema(void **state)
{
	struct fixture *f = with_owners(10);
	char *text = fixture__print(f, output_json.total);
	json_t *line = json_loads(text, JSON_REJECT_DUPLICATES, NULL), *owners, *owner;

	(void)state;
	assert_true(schema__follows(line));
	assert_string_equal(json_string_value(json_object_get(line, "owners_by")), "cgroup");
	owners = json_object_get(line, "owners");
	assert_int_equal(json_array_size(owners), 4);
	owner = json_array_get(owners, 0);
	assert_int_equal(json_integer_value(json_object_get(owner, "id")), 4211);
	assert_int_equal(json_integer_value(json_object_get(owner, "count")), 6000);
	owner = json_array_get(owners, 2);
	assert_string_equal(json_string_value(json_object_get(owner, "kind")), "writeback");
	assert_true(json_is_null(json_object_get(owner, "name")));
	assert_true(json_is_null(json_object_get(owner, "id")));
	json_decref(line);
	free(text);
	fixture__free(f);
}

static void a_recording_keeps_them(void **state)
{
	struct fixture *f = with_owners(10);
	struct blob live = recordings__live(f, 2, RUN_ENDS, &output_json);
	struct blob kept = recordings__live(f, 2, RUN_ENDS, &output_recording), text;

	(void)state;
	assert_int_equal(recordings__report(kept.data, kept.size, &output_json, &text, NULL), 0);
	assert_string_equal(text.data, live.data);
	assert_non_null(strstr(text.data, "\"name\":\"system.slice/postgresql.service\""));
	free(live.data);
	free(kept.data);
	free(text.data);
	fixture__free(f);
}

/* A cgroup's name is whatever somebody called a folder. */
static void no_name_breaks_an_output(void **state)
{
	struct fixture *f = with_owners(10);
	char *text;
	json_t *line;

	(void)state;
	strcpy(f->snap.owners[2].name, "a\"b\\\x1b[31m<script>\n\xff");
	fixture__close(f);
	text = fixture__print(f, output_text.total);
	assert_null(strchr(text, '\x1b'));
	free(text);
	text = fixture__print(f, output_json.total);
	line = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(line);
	json_decref(line);
	free(text);
	fixture__free(f);
}

static void metrics_have_none(void **state)
{
	struct fixture *f = with_owners(10);
	char *text = fixture__print(f, output_openmetrics.total);

	(void)state;
	assert_null(strstr(text, "postgresql"));
	assert_null(strstr(text, "owner"));
	free(text);
	fixture__free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_by_what_was_waited_and_add_up),
		cmocka_unit_test(rows_of_one_length_have_an_order),
		cmocka_unit_test(what_is_no_owner_has_a_name),
		cmocka_unit_test(what_was_not_followed_counts),
		cmocka_unit_test(the_text_has_them_below_the_disks),
		cmocka_unit_test(the_text_says_what_was_asked_for),
		cmocka_unit_test(intervals_subtract_and_add_up),
		cmocka_unit_test(runs_that_ask_other_things_are_not_put_together),
		cmocka_unit_test(one_owner_alone_is_said),
		cmocka_unit_test(json_follows_the_schema),
		cmocka_unit_test(a_recording_keeps_them),
		cmocka_unit_test(no_name_breaks_an_output),
		cmocka_unit_test(metrics_have_none),
	};

	return cmocka_run_group_tests_name("owners", tests, NULL, NULL);
}
