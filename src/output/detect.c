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
		[BETTER] = cell->better,
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

static void put_cell(struct json *json, const struct cell *cell)
{
	json__str(json, "area", area__name(cell->area));
	json__str(json, "device", cell->what[0] ? cell->what : NULL);
	json__str(json, "letter", letter__name(cell->letter));
	json__str(json, "how", cell->how);
	json__str(json, "better", strcmp(cell->better, "-") ? cell->better : NULL);
	json__str(json, "evidence", cell->evidence);
	json__bool(json, "conflicting", cell->conflicting);
}

static void put_feature(struct json *json, const struct feature *feature)
{
	json__str(json, "name", feature->name);
	json__str(json, "state", feature_state__name(feature->state));
	json__str(json, "why", feature->why);
}

static void put_disk(struct json *json, const struct disk *disk)
{
	json__str(json, "name", disk->name);
	json__uint(json, "major", disk->major);
	json__uint(json, "minor", disk->minor);
	json__str(json, "letter", letter__name(disk->letter));
	json__str(json, "driver", disk->driver);
	json__bool(json, "stacked", disk->stacked);
	json__uint(json, "hw_queues", disk->hw_queues);
	json__uint(json, "depth", disk->depth);
	json__bool(json, "iostats", disk->iostats);
	json__str(json, "same_as", disk->same_as[0] ? disk->same_as : NULL);
	json__str(json, "mounts", disk->mounts);
}

static void put_nic(struct json *json, const struct nic *nic)
{
	json__str(json, "name", nic->name);
	json__uint(json, "ifindex", nic->ifindex);
	json__str(json, "letter", letter__name(nic->letter));
	json__str(json, "driver", nic->driver);
	json__uint(json, "queues", nic->queues);
}

static void put_irq(struct json *json, const struct irq *irq)
{
	json__uint(json, "irq", irq->nr);
	json__uint(json, "follows", irq->follows);
	json__str(json, "action", irq->action);
	json__str(json, "chip", irq->chip);
	json__str(json, "kind", irq->kind);
	json__str(json, "area", area__name(irq->area));
	json__str(json, "letter", letter__name(irq->letter));
	json__str(json, "device", irq->device);
}

void detect__members(struct json *json, const struct platform *p)
{
	json__str(json, "host", p->host);
	json__str(json, "kernel", p->kernel);
	json__str(json, "boot", boot__name(p->boot));
	json__str(json, "mode", p->mode);
	json__str(json, "hypervisor", p->hypervisor);
	json__uint(json, "vcpus", p->vcpus);
	json__uint(json, "possible", p->possible);
	json__str(json, "clocksource", p->clocksource);
	json__str(json, "clockevent", p->clockevent);
	json__bool(json, "steal_measured", p->steal_measured);
	JSON_LIST(json, "spectrum", p->cells, p->nr_cells, put_cell);
	JSON_LIST(json, "features", p->features, p->nr_features, put_feature);
	JSON_LIST(json, "disks", p->disks, p->nr_disks, put_disk);
	JSON_LIST(json, "nics", p->nics, p->nr_nics, put_nic);
	JSON_LIST(json, "irqs", p->irqs, p->nr_irqs, put_irq);
}

static void put_price(struct json *json, const struct price *price)
{
	const struct {
		const char *key;
		double ns;
	} figures[] = {
		{ "min_ns", price->min_ns },
		{ "median_ns", price->median_ns },
		{ "p90_ns", price->p90_ns },
	};

	json__str(json, "name", price->name);
	for (size_t i = 0; i < ARRAY_LEN(figures); i++)
		if (price->why_not)
			json__null(json, figures[i].key);
		else
			json__real(json, figures[i].key, figures[i].ns);
	json__uint(json, "batches", price->batches);
	json__uint(json, "runs", price->runs);
	json__str(json, "how", price->how);
	json__str(json, "why_not", price->why_not);
}

int detect__json(FILE *out, const struct platform *platform, const struct price *prices,
		 size_t nr_prices)
{
	struct json json = { .out = out };

	json__begin(&json, "detect");
	detect__members(&json, platform);
	if (nr_prices)
		JSON_LIST(&json, "prices", prices, nr_prices, put_price);
	return json__end(&json);
}
