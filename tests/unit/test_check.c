// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What check says beside the probes: hypercalls that nothing times. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <jansson.h>

#include "fixture.h"
#include "model/hypercalls.h"
#include "output/check.h"
#include "schema.h"

static char *check(struct fixture *f, enum boot boot, bool json)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	f->platform.boot = boot;
	assert_int_equal(json ? check__json(out, &f->platform, &f->snap)
			      : check__text(out, &f->platform, &f->snap, false, 0),
			 0);
	fclose(out);
	return text;
}

static void hidden_hypercalls_are_named(void **state)
{
	struct fixture *f = fixture__pvhvm();
	char *text = check(f, BOOT_PV, false);

	(void)state;
	assert_non_null(strstr(text, "\niret "));
	assert_non_null(strstr(text, "\nsched_op block "));
	assert_null(strstr(text, "privcmd"));
	free(text);

	text = check(f, BOOT_HVM, false);
	assert_null(strstr(text, "iret"));
	assert_non_null(strstr(text, "\nsched_op block "));
	free(text);

	text = check(f, BOOT_DOM0, false);
	assert_non_null(strstr(text, "\nany by privcmd "));
	free(text);

	/* no hypercalls, nothing hidden */
	text = check(f, BOOT_KVM, false);
	assert_null(strstr(text, "NOT VISIBLE"));
	free(text);
	fixture__free(f);
}

static void json_has_the_same(void **state)
{
	struct fixture *f = fixture__pvhvm();

	(void)state;
	for (enum boot boot = BOOT_UNKNOWN; boot <= BOOT_BARE; boot++) {
		char *text = check(f, boot, true);
		json_t *root = json_loads(text, 0, NULL), *list, *one;
		const struct unseen *unseen = NULL;
		size_t i;

		assert_non_null(root);
		assert_true(schema__follows(root));
		list = json_object_get(root, "not_visible");
		assert_true(json_is_array(list));
		json_array_foreach(list, i, one)
		{
			unseen = unseen__next(unseen, boot);
			assert_non_null(unseen);
			assert_string_equal(json_string_value(json_object_get(one, "hypercall")),
					    unseen->hypercall);
			assert_true(*json_string_value(json_object_get(one, "why")));
		}
		assert_null(unseen__next(unseen, boot));
		json_decref(root);
		free(text);
	}
	fixture__free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hidden_hypercalls_are_named),
		cmocka_unit_test(json_has_the_same),
	};

	return cmocka_run_group_tests_name("check", tests, NULL, NULL);
}
