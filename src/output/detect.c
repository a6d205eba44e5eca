// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What guest this is: the tables of `detect`, of which the report has the spectrum, and their JSON. */
#include "output/detect.h"

#include <string.h>

#include "model/units.h"
#include "output/escape.h"

/* Columns are as wide as their text, within these bounds; the evidence has the rest of the line. */
enum column { AREA, WHAT, LETTER, HOW, BETTER, EVIDENCE, NR_COLUMNS };

static const size_t narrowest[NR_COLUMNS] = { 8, 6, 3, 18, 24 };
static const size_t widest[NR_COLUMNS] = { 8, 14, 3, 22, 28 };
static const char *const titles[NR_COLUMNS] = {
	"SPECTRUM", "", "now", "", "better on this guest?", "evidence",
};

struct row {
	const char *text[NR_COLUMNS];
};

static struct row row__of(const struct platform *p, size_t i)
{
	const struct cell *cell = &p->cells[i];
	bool again = i && cell->what[0] && cell->area == p->cells[i - 1].area;

	return (struct row) { {
		[AREA] = again ? "" : area__name(cell->area),
		[WHAT] = cell->what,
		[LETTER] = letter__name(cell->letter),
		[HOW] = cell->how,
		[BETTER] = cell->better[0] ? cell->better : "-",
		[EVIDENCE] = cell->evidence,
	} };
}

/* A narrow terminal leaves each column its share, but for those whose text is always as long. */
static size_t fit(size_t columns, enum column c, unsigned int width)
{
	const size_t fixed = widest[AREA] + widest[LETTER];

	if (c == AREA || c == LETTER || width >= TEXT_WIDTH)
		return columns;
	return columns * (width - fixed) / (TEXT_WIDTH - fixed);
}

/* Where each column begins; one more for where the last one ends. */
static void lay_out(size_t begin[NR_COLUMNS + 1], const struct platform *p, unsigned int width)
{
	begin[0] = 0;
	for (enum column c = AREA; c < EVIDENCE; c++) {
		size_t own = fit(narrowest[c], c, width), most = fit(widest[c], c, width);

		for (size_t i = 0; i < p->nr_cells; i++) {
			size_t len = strlen(row__of(p, i).text[c]) + 1;

			if (len > own)
				own = len < most ? len : most;
		}
		begin[c + 1] = begin[c] + own;
	}
	begin[NR_COLUMNS] = width + 1;
}

/* Move the words that fit, or a part of one that does not, from *text to the line. */
static void take(const char **text, char *line, size_t width)
{
	size_t len, end;

	*text += strspn(*text, " ");
	len = strlen(*text);
	if (len > width) {
		for (end = width; end && (*text)[end] != ' '; end--)
			;
		len = end ? end : width;
	}
	memcpy(line, *text, len);
	*text += len;
}

/* A title or the name of a facility, which has no device, runs on into the next column. */
static void print_row(FILE *out, const struct row *row, const size_t begin[NR_COLUMNS + 1])
{
	char escaped[NR_COLUMNS][ESCAPE_LEN], line[TEXT_WIDTH_MAX + 1];
	const char *rest[NR_COLUMNS];
	size_t left;

	for (enum column c = AREA; c < NR_COLUMNS; c++)
		rest[c] = escape__ascii(escaped[c], sizeof(escaped[c]), row->text[c]);
	do {
		memset(line, ' ', sizeof(line));
		left = 0;
		for (enum column c = AREA; c < NR_COLUMNS; c++) {
			enum column end = c + 1;

			if (end < NR_COLUMNS && !row->text[end][0])
				end++;
			take(&rest[c], line + begin[c], begin[end] - begin[c] - 1);
			left += strlen(rest[c]);
		}
		for (size_t len = sizeof(line); len; len--) {
			if (line[len - 1] == ' ')
				continue;
			fwrite(line, 1, len, out);
			break;
		}
		fputc('\n', out);
	} while (left);
}

/* Of more devices than this that are alike, one after the other, only the first ones are printed. */
#define ALIKE_MOST  8
#define ALIKE_SHOWN 3

/* How many cells from this one on say the same of their devices; 1 for a facility. */
static size_t count_alike(const struct platform *p, size_t i)
{
	const struct cell *first = &p->cells[i];
	size_t nr = 1;

	for (; i + nr < p->nr_cells && first->what[0]; nr++) {
		const struct cell *cell = &p->cells[i + nr];

		if (!cell->what[0] || cell->area != first->area || cell->letter != first->letter ||
		    strcmp(cell->how, first->how) || cell->conflicting != first->conflicting)
			break;
	}
	return nr;
}

static void print_more(FILE *out, const struct platform *p, size_t i, size_t nr,
		       const size_t begin[NR_COLUMNS + 1])
{
	char more[32], last[sizeof(p->cells[i].what) + 32];
	struct row row = row__of(p, i + nr - 1);

	snprintf(more, sizeof(more), "%zu more", nr - ALIKE_SHOWN);
	snprintf(last, sizeof(last), "to %s: detect --json", p->cells[i + nr - 1].what);
	row.text[WHAT] = more;
	row.text[BETTER] = "";
	row.text[EVIDENCE] = last;
	print_row(out, &row, begin);
}

void detect__spectrum(const struct text_page *page, const struct platform *p)
{
	size_t begin[NR_COLUMNS + 1], alike;
	struct row row;

	lay_out(begin, p, page->width);
	memcpy(row.text, titles, sizeof(titles));
	print_row(page->out, &row, begin);
	for (size_t i = 0; i < p->nr_cells; i += alike) {
		alike = count_alike(p, i);
		for (size_t k = i; k < i + (alike > ALIKE_MOST ? ALIKE_SHOWN : alike); k++) {
			row = row__of(p, k);
			print_row(page->out, &row, begin);
		}
		if (alike > ALIKE_MOST)
			print_more(page->out, p, i, alike, begin);
	}
}

static void print_features(const struct text_page *page, const struct platform *p)
{
	fputs("FEATURES\n", page->out);
	for (size_t i = 0; i < p->nr_features; i++) {
		const struct feature *feature = &p->features[i];

		text__say(page, page->width < TEXT_WIDTH ? 8 : 33, "%-20s %-11s %s", feature->name,
			  feature_state__name(feature->state), feature->why);
	}
}

static void print_platform(const struct text_page *page, const struct platform *p)
{
	char vcpus[16];

	snprintf(vcpus, sizeof(vcpus), "%u", p->vcpus);
	fprintf(page->out, "%s  %s vCPU%s  Linux %s  %s\n", ASCII(p->host), p->vcpus ? vcpus : "?",
		p->vcpus == 1 ? "" : "s", ASCII(p->kernel),
		ASCII(p->hypervisor[0] ? p->hypervisor : "no hypervisor seen"));
	fprintf(page->out, "Boot %s%s | mode %s | steal %s\n\n", boot__name(p->boot),
		p->not_xen ? ", not Xen" : "", p->mode,
		p->steal_measured ? "is measured" : "is not measurable here");
	print_features(page, p);
}

#define HOW_COLUMN 52

/*
 * PRICES             median    min    p90       runs  how
 * VM exit             1.05u  1.02u  1.20u     19,200  CPUID: VT-x and SVM always exit for it
 * hypercall               -      -      -          -  not here: needs root, for /dev/xen/privcmd
 */
static void print_price(const struct text_page *page, const struct price *price)
{
	unsigned int indent = page->width < TEXT_WIDTH ? 8 : HOW_COLUMN;

	if (price->why_not)
		text__say(page, indent, "%-18s %6s %6s %6s %10s  not here: %s", price->name, "-",
			  "-", "-", "-", price->why_not);
	else
		text__say(page, indent, "%-18s %6s %6s %6s %10s  %s", price->name,
			  NS(price->median_ns), NS(price->min_ns), NS(price->p90_ns),
			  COUNT(price->runs), price->how);
}

static void print_prices(const struct text_page *page, const struct price *prices, size_t nr)
{
	fprintf(page->out, "%-18s %6s %6s %6s %10s  how\n", "PRICES", "median", "min", "p90",
		"runs");
	for (size_t i = 0; i < nr; i++)
		print_price(page, &prices[i]);
	fputs("Each is of one operation; the spread is over batches, timed on one CPU.\n",
	      page->out);
}

struct answer {
	const struct platform *platform;
	const struct price *prices;
	size_t nr_prices;
};

static void print_answer(const struct text_page *page, const void *what)
{
	const struct answer *answer = what;

	print_platform(page, answer->platform);
	fputc('\n', page->out);
	detect__spectrum(page, answer->platform);
	if (answer->nr_prices) {
		fputc('\n', page->out);
		print_prices(page, answer->prices, answer->nr_prices);
	}
}

int detect__text(FILE *out, unsigned int width, const struct platform *platform,
		 const struct price *prices, size_t nr_prices)
{
	const struct answer answer = { platform, prices, nr_prices };

	return text__print(out, width, print_answer, &answer);
}

/* clang-format off */

JSON_NAMES(area, "area", area__name, AREA_NR);
JSON_NAMES(boot, "boot", boot__name, BOOT_NR);
JSON_NAMES(letter, "letter", letter__name, LETTER_NR);
JSON_NAMES(state, "feature_state", feature_state__name, FEATURE_STATE_NR);

JSON_FROM(answer, json->all)
JSON_IF(is_measured, !((const struct price *)json->what)->why_not)
JSON_IF(has_prices, json->document == &json_detect && ((const struct answer *)json->all)->nr_prices)

static const struct json_member cell_members[] = {
	SHOW_ENUM("area", struct cell, area, area_names),
	SHOW_AS("device", struct cell, what, "Null: not of a single device.", .or_null = true),
	SHOW_ENUM("letter", struct cell, letter, letter_names),
	SHOW(struct cell, how, "What serves it now."),
	SHOW(struct cell, better, "What could, on this guest; null for nothing better.",
	     .or_null = true),
	SHOW(struct cell, evidence),
	SHOW(struct cell, conflicting, "The evidence contradicts itself."),
};
static JSON_SHAPE(cell, "A device or facility.");

static const struct json_member feature_members[] = {
	SHOW(struct feature, name),
	SHOW_ENUM("state", struct feature, state, state_names),
	SHOW(struct feature, why, "Evidence, or what it takes."),
};
static JSON_SHAPE(feature, NULL);

static const struct json_member guest_disk_members[] = {
	SHOW(struct disk, name),
	SHOW(struct disk, major),
	SHOW(struct disk, minor),
	SHOW_ENUM("letter", struct disk, letter, letter_names),
	SHOW(struct disk, driver),
	SHOW(struct disk, stacked, "On other disks."),
	SHOW(struct disk, hw_queues),
	SHOW(struct disk, depth, "Requests that each of its queues has room for."),
	SHOW(struct disk, iostats, "The kernel stamps its requests."),
	SHOW(struct disk, same_as, "The same disk by its other path.", .or_null = true),
	SHOW(struct disk, mounts, "Where it or a part of it is mounted."),
};
static JSON_SHAPE(guest_disk, NULL);

static const struct json_member guest_nic_members[] = {
	SHOW(struct nic, name),
	SHOW(struct nic, ifindex),
	SHOW_ENUM("letter", struct nic, letter, letter_names),
	SHOW(struct nic, driver),
	SHOW(struct nic, queues),
};
static JSON_SHAPE(guest_nic, NULL);

static const struct json_member guest_irq_members[] = {
	SHOW_AS("irq", struct irq, nr),
	SHOW(struct irq, follows, "Actions behind it in the chain of a shared line."),
	SHOW(struct irq, action),
	SHOW(struct irq, chip),
	SHOW(struct irq, kind, "As of an event channel; irq for what is none."),
	SHOW_ENUM("area", struct irq, area, area_names),
	SHOW_ENUM("letter", struct irq, letter, letter_names),
	SHOW(struct irq, device, "Its owner; the action where none is known."),
};
static JSON_SHAPE(guest_irq, "An interrupt's handler.");

static const struct json_member price_members[] = {
	SHOW(struct price, name),
	SHOW(struct price, min_ns, "Of one operation.", .known = is_measured),
	SHOW(struct price, median_ns, .known = is_measured),
	SHOW(struct price, p90_ns, .known = is_measured),
	SHOW(struct price, batches),
	SHOW(struct price, runs, "Operations in all batches."),
	SHOW(struct price, how, "What was timed, and who serves it."),
	SHOW(struct price, why_not, "Why it was not measured.", .or_null = true),
};
static JSON_SHAPE(price, NULL);

static const struct json_member guest_members[] = {
	SHOW(struct platform, host),
	SHOW(struct platform, kernel),
	SHOW_ENUM("boot", struct platform, boot, boot_names),
	SHOW(struct platform, mode),
	SHOW(struct platform, hypervisor),
	SHOW(struct platform, vcpus, "Online."),
	SHOW(struct platform, possible, "The highest number that a CPU may have, plus 1."),
	SHOW(struct platform, clocksource),
	SHOW(struct platform, clockevent),
	SHOW(struct platform, steal_measured),
	SHOW_LIST("spectrum", struct platform, cells, nr_cells, cell_shape),
	SHOW_LIST("features", struct platform, features, nr_features, feature_shape),
	SHOW_LIST("disks", struct platform, disks, nr_disks, guest_disk_shape),
	SHOW_LIST("nics", struct platform, nics, nr_nics, guest_nic_shape),
	SHOW_LIST("irqs", struct platform, irqs, nr_irqs, guest_irq_shape),
	SHOW_LIST("prices", struct answer, prices, nr_prices, price_shape,
		  "Of `detect --json --measure` alone.", .from = answer, .when = has_prices),
};
JSON_SHAPE(guest, "What guest this is.");

/* clang-format on */

const struct json_document json_detect = {
	.type = "detect",
	.text = "The line of `xentrace-bpf detect --json`.",
	.shape = &guest_shape,
};

int detect__json(FILE *out, const struct platform *platform, const struct price *prices,
		 size_t nr_prices)
{
	const struct answer answer = { platform, prices, nr_prices };

	return json__document(out, &json_detect, platform, &answer);
}
