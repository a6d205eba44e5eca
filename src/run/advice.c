// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* A recording and price lists, read into what its load would cost in other modes. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "output/advise.h"
#include "recording/price_list.h"
#include "run/mapping.h"
#include "run/rights.h"
#include "run/run.h"

struct adviser {
	const struct advice *asked;
	struct replay *replay;
	struct mapping mapping[ADVICE_LISTS];
	struct price_list list[ADVICE_LISTS];
	struct snapshot total;
	struct ledger *ledger;
	struct lab_prices lab;
	struct advise advise;
};

static int open_list(struct mapping *mapping, const char *name)
{
	int err = mapping__open(mapping, AT_FDCWD, name);

	if (err)
		elog("%s: %s", name, err == -ESPIPE ? "not a regular file" : strerror(-err));
	else if (mapping->size > PRICE_LIST_MAX)
		elog("%s is too large for a list of prices", name);
	else
		return 0;
	return err ?: -EFBIG;
}

static int open_all(struct adviser *adviser)
{
	const struct advice *asked = adviser->asked;
	int err = replay__new(&adviser->replay, asked->file, &(struct span) {});

	for (unsigned int i = 0; !err && i < asked->nr_lists; i++)
		err = open_list(&adviser->mapping[i], asked->list[i]);
	return err;
}

static int read_list(struct adviser *adviser, unsigned int i)
{
	const struct mapping *mapping = &adviser->mapping[i];
	const char *name = adviser->asked->list[i];
	char why[120] = "";
	int err =
		price_list__read(&adviser->list[i], mapping->data, mapping->size, why, sizeof(why));

	if (!err && !mapping__is_whole(mapping)) {
		elog("%s was cut while it was read", name);
		return -EBADMSG;
	}
	if (err == -EBADMSG)
		elog("%s %s", name, why);
	adviser->list[i].source = name;
	return err;
}

static int read_all(struct adviser *adviser)
{
	unsigned int line = lab_prices__parse(&adviser->lab, lab_prices__text);
	int err = 0;

	if (line) {
		elog("the table of the lab's prices is wrong in line %u", line);
		return -EINVAL;
	}
	for (unsigned int i = 0; !err && i < adviser->asked->nr_lists; i++)
		err = read_list(adviser, i);
	return err ?: replay__total(adviser->replay, &adviser->total);
}

/* Returns an exit code, or a negative errno. */
static int judge(struct adviser *adviser)
{
	const struct platform *platform = replay__platform(adviser->replay);
	const char *file = adviser->asked->file;
	int err;

	if (!platform) {
		elog("%s does not say what guest it is of", file);
		return EXIT_NOTHING;
	}
	err = ledger__build(&adviser->ledger, &adviser->total, platform);
	if (err)
		return err;
	err = advise__build(
		&adviser->advise,
		&(struct advise_input) {
			.snap = &adviser->total,
			.ledger = adviser->ledger,
			.platform = platform,
			.prices = { adviser->list, adviser->asked->nr_lists, &adviser->lab },
		});
	if (err == -EINVAL)
		elog("%s is of no Xen guest, or of dom0 (mode %s): there is nothing to compare",
		     file, platform->mode);
	else if (err)
		elog("%s has no time in it: there is nothing to compare", file);
	return err ? EXIT_NOTHING : EXIT_DONE;
}

static int print(const struct adviser *adviser)
{
	const struct advise_report report = {
		.advise = &adviser->advise,
		.run = &replay__header(adviser->replay)->run,
		.platform = replay__platform(adviser->replay),
		.snap = &adviser->total,
		.ledger = adviser->ledger,
		.lists = adviser->list,
		.nr_lists = adviser->asked->nr_lists,
	};
	int err = adviser->asked->json ? advise__json(stdout, &report)
				       : advise__text(stdout, outfile__terminal_width(), &report);

	/* whoever reads us may stop */
	if (!err || err == -EPIPE)
		return EXIT_DONE;
	elog("cannot write standard output: %s", strerror(-err));
	return EXIT_RUNTIME;
}

static int run(struct adviser *adviser)
{
	int code;

	/* the files may be anybody's */
	if (open_all(adviser) || rights__printing())
		return EXIT_RUNTIME;
	code = read_all(adviser);
	if (!code)
		code = judge(adviser);
	if (code == -ENOMEM)
		elog("out of memory");
	if (code < 0)
		return EXIT_RUNTIME;
	if (!code)
		code = print(adviser);
	if (!code && adviser->asked->strict &&
	    (replay__is_damaged(adviser->replay) || adviser->ledger->quality.incomplete))
		return EXIT_INCOMPLETE;
	return code;
}

int advice__run(const struct advice *advice)
{
	struct adviser *adviser = calloc(1, sizeof(*adviser));
	int code;

	if (!adviser) {
		elog("out of memory");
		return EXIT_RUNTIME;
	}
	adviser->asked = advice;
	code = run(adviser);
	for (unsigned int i = 0; i < advice->nr_lists; i++) {
		price_list__free(&adviser->list[i]);
		mapping__close(&adviser->mapping[i]);
	}
	ledger__free(adviser->ledger);
	snapshot__free(&adviser->total);
	replay__free(adviser->replay);
	free(adviser);
	return code;
}
