// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * One page that holds everything and asks for nothing; it opens from a file, offline. In it lie the
 * documents of --format json and the drawing of --format svg, as they are: figures and flame graphs are
 * made once. The scripts of src/output/html/ show the figures as tables and zoom the drawing.
 *
 * Names may hold anything. In the JSON '<' is an escape sequence, so that no name ends the element that
 * it lies in; the scripts set text, never markup. The drawing is in a shadow tree, so that its style and
 * its ids are its own.
 *
 * What the page has beside them: the colours, and the course of the run. That is what the intervals'
 * documents have, in a hundredth of the space: most numbers are small, most cells empty. A path's
 * string lists its columns that have events: distance from the last such column, number of cells, and
 * for each cell the distance from the last one's bucket and its count. Numbers are base 64, five bits a
 * digit, lowest first; the sixth bit says that another digit follows.
 *
 *	column 3: buckets 93 (12 events), 94 (40)	"DC9CMBoB"
 */
#include "output/html.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "output/diff.h"
#include "output/escape.h"
#include "output/flame.h"
#include "output/json.h"

/*
 * A page stays below this, for which the course of the run is drawn with fewer latencies and longer
 * steps where that is needed; so much is left to it even by a guest of a thousand devices.
 */
#define PAGE_BYTES   1000000
#define COURSE_BYTES 100000

#define CHANGES 20 /* shades to each side of what is the same */

/* A file of src/output/html/, in the binary: nothing has to be installed beside it. */
struct file {
	const char *text, *end;
};

#define EMBED(name, file)                                                                \
	extern const char name##_text[], name##_end[];                                   \
	__asm__(".pushsection .rodata\n" #name "_text:\n.incbin \"src/output/html/" file \
		"\"\n" #name "_end:\n.byte 0\n.popsection\n")

/* Versions of clang-format differ about braces in a macro. */
/* clang-format off */
#define FILE_OF(name) { name##_text, name##_end }
/* clang-format on */

EMBED(xt_page_css, "page.css");
EMBED(xt_base_js, "base.js");
EMBED(xt_hist_js, "hist.js");
EMBED(xt_flame_js, "flame.js");
EMBED(xt_page_js, "page.js");

EMBED(xt_report_html, "report.html");
EMBED(xt_ledger_js, "ledger.js");
EMBED(xt_compare_js, "compare.js");
EMBED(xt_heat_js, "heat.js");
EMBED(xt_report_js, "report.js");

EMBED(xt_diff_html, "diff.html");
EMBED(xt_diff_js, "diff.js");

static const struct file style = FILE_OF(xt_page_css);

/* What lies below the body's tag, and the scripts that draw into it. */
struct page {
	struct file body;
	struct file scripts[9]; /* one without a text ends them */
};

static const struct page report_page = {
	.body = FILE_OF(xt_report_html),
	.scripts = { FILE_OF(xt_base_js), FILE_OF(xt_hist_js), FILE_OF(xt_ledger_js),
		     FILE_OF(xt_flame_js), FILE_OF(xt_compare_js), FILE_OF(xt_heat_js),
		     FILE_OF(xt_page_js), FILE_OF(xt_report_js) },
};

static const struct page diff_page = {
	.body = FILE_OF(xt_diff_html),
	.scripts = { FILE_OF(xt_base_js), FILE_OF(xt_flame_js), FILE_OF(xt_page_js),
		     FILE_OF(xt_diff_js) },
};

/* Nothing may be loaded, not even by what a name would smuggle in. */
static const char top[] =
	"<!doctype html>\n"
	"<html lang=\"en\" data-theme=\"light\">\n"
	"<head>\n"
	"<meta charset=\"utf-8\">\n"
	"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	"style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; "
	"form-action 'none'\">\n";

/* How much is put together: steps to a column, buckets to a cell. */
struct grain {
	size_t steps;
	unsigned int buckets;
};

static void put_number(FILE *out, uint64_t n)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (; n >= 32; n >>= 5)
		fputc(digits[(n & 31) | 32], out);
	fputc(digits[n], out);
}

struct column {
	uint64_t count[HIST_BUCKETS];
	unsigned int used; /* cells that are not empty */
};

/* Cells of a step are sorted by path: `at` walks through them, path after path. */
static void column__add(struct column *column, const struct series_step *step, size_t *at,
			uint32_t path, const struct grain *grain)
{
	for (; *at < step->nr_cells && step->cells[*at].path <= path; (*at)++) {
		const struct series_cell *cell = &step->cells[*at];
		uint64_t *count = &column->count[cell->bucket / grain->buckets];

		if (cell->path < path) /* that was not asked for */
			continue;
		column->used += !*count;
		*count += cell->count;
	}
}

static void column__print(FILE *out, const struct column *column, size_t distance)
{
	unsigned int last = 0;

	put_number(out, distance);
	put_number(out, column->used);
	for (unsigned int i = 0; i < HIST_BUCKETS; i++) {
		if (!column->count[i])
			continue;
		put_number(out, i - last);
		put_number(out, column->count[i]);
		last = i;
	}
}

static void print_path(FILE *out, const struct series *series, size_t *at, uint32_t path,
		       const struct grain *grain)
{
	size_t nr = series__nr_steps(series), last = 0;

	for (size_t first = 0; first < nr; first += grain->steps) {
		struct column column = {};

		for (size_t i = first; i < nr && i < first + grain->steps; i++)
			column__add(&column, series__step(series, i), &at[i], path, grain);
		if (!column.used)
			continue;
		column__print(out, &column, first / grain->steps - last);
		last = first / grain->steps;
	}
}

static void print_edges(FILE *out, const struct report *report, size_t steps)
{
	const struct series *series = report->series;
	size_t nr = series__nr_steps(series);
	uint64_t zero_ns = report->snap->start_ns;

	for (size_t i = 0; i < nr; i += steps)
		fprintf(out, "%" PRIu64 ",",
			(series__step(series, i)->start_ns - zero_ns) / 1000000);
	fprintf(out, "%" PRIu64, (series__step(series, nr - 1)->end_ns - zero_ns) / 1000000);
}

/* In the order of the series; a path that the snapshot has twice has its course at the first. */
static int print_cells(FILE *out, const struct report *report, const struct grain *grain)
{
	const struct snapshot *snap = report->snap;
	size_t nr = series__nr_paths(report->series);
	size_t *at = calloc(series__nr_steps(report->series) + 1, sizeof(*at));
	size_t *owner = calloc(nr + 1, sizeof(*owner));
	const char *before = "";

	for (size_t i = snap->nr_paths; i-- > 0 && owner;) {
		long path = series__find(report->series, &snap->paths[i]);

		if (path >= 0)
			owner[path] = i + 1;
	}
	for (size_t path = 0; at && owner && path < nr; path++) {
		if (!owner[path])
			continue;
		fprintf(out, "%s\"%zu\":\"", before, owner[path] - 1);
		print_path(out, report->series, at, path, grain);
		fputc('"', out);
		before = ",";
	}
	free(at);
	free(owner);
	return at && owner ? 0 : -ENOMEM;
}

/* Latencies in quarters of an octave are seen as well; then columns, each time twice as long. */
static void coarsen(struct grain *grain)
{
	if (grain->buckets == 1)
		grain->buckets = 2;
	else
		grain->steps *= 2;
}

int html__course(FILE *out, const struct report *report, size_t max_bytes)
{
	size_t steps = report->series ? series__nr_steps(report->series) : 0, len = SIZE_MAX;
	char *text = NULL;
	int err = 0;

	if (!steps) {
		fputs("null", out);
		return 0;
	}
	for (struct grain grain = { 1, 1 }; !err; coarsen(&grain)) {
		FILE *try = open_memstream(&text, &len);

		if (!try)
			return -ENOMEM;
		fputs("{\"edges_ms\":[", try);
		print_edges(try, report, grain.steps);
		fprintf(try, "],\"buckets\":%u,\"cells\":{", grain.buckets);
		err = print_cells(try, report, &grain);
		fputs("}}", try);
		if (fclose(try))
			err = -ENOMEM;
		if (len <= max_bytes || grain.steps >= steps)
			break;
		free(text);
		text = NULL;
	}
	if (!err)
		fwrite(text, 1, len, out);
	free(text);
	return err;
}

static void put_color(struct json *json, const char *key, struct color color)
{
	char text[8];

	snprintf(text, sizeof(text), "#%02x%02x%02x", color.red, color.green, color.blue);
	json__str(json, key, text);
}

/* Each mechanism with the colour of its frames, and one for each bucket of the scale. */
static void put_palette(struct json *json)
{
	unsigned int first = hist__index(PALETTE_FAST_NS), last = hist__index(PALETTE_SLOW_NS);

	json__open(json, "mechanisms", '[');
	for (enum mech mech = 0; mech < MECH_NR; mech++) {
		json__open(json, NULL, '{');
		json__str(json, "name", mech__name(mech));
		json__str(json, "letter", mech__letter(mech));
		put_color(json, "color", palette__frame(mech));
		json__open(json, "shades", '[');
		for (unsigned int i = first; i <= last; i++)
			put_color(json, NULL, palette__cell(mech, hist__lower(i)));
		json__close(json, ']');
		json__close(json, '}');
	}
	json__close(json, ']');
	json__uint(json, "first_bucket", first);
	/* from only before to only after, the same in the middle */
	json__open(json, "changes", '[');
	for (int i = -CHANGES; i <= CHANGES; i++)
		put_color(json, NULL, palette__change((double)i / CHANGES));
	json__close(json, ']');
}

static void print_file(FILE *page, const struct file *file)
{
	fwrite(file->text, 1, file->end - file->text, page);
}

static size_t bytes_of_scripts(const struct page *files)
{
	size_t bytes = 0;

	for (const struct file *script = files->scripts; script->text; script++)
		bytes += script->end - script->text;
	return bytes;
}

/*
 * What is no character of HTML, and '<', which could end the element, are in strings only: where an
 * escape sequence may stand for them.
 */
static void print_json(FILE *page, const char *id, const char *text)
{
	fprintf(page, "<script type=\"application/json\" id=\"%s\">", id);
	for (; *text && *text != '\n'; text++) {
		bool is_c1 = text[0] == '\xc2' && (unsigned char)text[1] < 0xa0;

		if (is_c1 || *text == '<' || *text == '\x7f')
			fprintf(page, "\\u%04X", (unsigned char)*(text += is_c1));
		else
			fputc(*text, page);
	}
	fputs("</script>\n", page);
}

/* Without the declaration that only a file of its own has. */
static void print_drawing(FILE *page, const char *text)
{
	const char *svg = strstr(text, "<svg");

	fprintf(page, "<div id=\"drawing\"><template shadowrootmode=\"open\">%s</template></div>\n",
		svg ? svg : "");
}

/*
 * What another output prints of a run, its header or its total, or of a comparison: a document of that
 * id, or without one the drawing.
 */
static int embed(FILE *page, const char *id, const struct output *output,
		 const struct report *report, const struct diff_report *diff)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	int err;

	if (!out)
		return -ENOMEM;
	if (diff)
		err = output->diff(out, diff);
	else if (id && !strcmp(id, "header"))
		err = output->header(out, report);
	else
		err = output->total(out, report);
	if (fclose(out))
		err = -ENOMEM;
	if (!err && id)
		print_json(page, id, text);
	else if (!err)
		print_drawing(page, text);
	free(text);
	return err;
}

static void print_begin(FILE *page, const struct page *files, const char *title)
{
	char escaped[2 * ESCAPE_LEN];

	fputs(top, page);
	fprintf(page, "<title>xentrace-bpf: %s</title>\n<style>\n",
		escape__xml(escaped, sizeof(escaped), title));
	print_file(page, &style);
	fputs("</style>\n</head>\n<body>\n", page);
	print_file(page, &files->body);
}

static int print_own(FILE *page, const struct page *files, const struct report *report)
{
	size_t taken, room = COURSE_BYTES;
	struct json json = { .out = page };
	int err;

	fputs("<script type=\"application/json\" id=\"page\">", page);
	json__open(&json, NULL, '{');
	put_palette(&json);
	fputs(",\"course\":", page);
	taken = ftell(page) + bytes_of_scripts(files) + 1000;
	if (taken + room < PAGE_BYTES)
		room = PAGE_BYTES - taken;
	err = html__course(page, report, room);
	json__close(&json, '}');
	fputs("</script>\n", page);
	return err;
}

static void print_end(FILE *page, const struct page *files)
{
	fputs("<script>\n\"use strict\";\n", page);
	for (const struct file *script = files->scripts; script->text; script++)
		print_file(page, script);
	fputs("</script>\n</body>\n</html>\n", page);
}

static int print_report(FILE *page, const struct report *report)
{
	char title[ESCAPE_LEN], stamp[STAMP_LEN];

	report__stamp(stamp, report);
	snprintf(title, sizeof(title), "%.300s %.16s", report->run->host ? report->run->host : "",
		 stamp);
	print_begin(page, &report_page, title);
	return embed(page, NULL, &output_svg, report, NULL)
		?: embed(page, "header", &output_json, report, NULL)
		?: embed(page, "total", &output_json, report, NULL)
		?: print_own(page, &report_page, report);
}

static int print_diff(FILE *page, const struct diff_report *report)
{
	static const bool there[DIFF_SIDES] = { true, true };
	char title[ESCAPE_LEN], stamp[STAMP_LEN], host[DIFF_SIDES][140], both[300];

	for (int side = 0; side < DIFF_SIDES; side++) {
		const char *name = report->run[side].run->host;

		report__stamp(stamp, &report->run[side]);
		snprintf(host[side], sizeof(host[side]), "%.100s %.16s", name ? name : "", stamp);
	}
	diff__both(both, sizeof(both), there, host[DIFF_BEFORE], host[DIFF_AFTER]);
	snprintf(title, sizeof(title), "diff %s", both);
	print_begin(page, &diff_page, title);
	return embed(page, NULL, &output_svg, NULL, report)
		?: embed(page, "diff", &output_json, NULL, report)
		?: print_own(page, &diff_page, &report->run[DIFF_AFTER]);
}

/* A run, or the comparison of two: put together in memory, where it is known how long it is. */
static int print_page(FILE *out, const struct report *report, const struct diff_report *diff)
{
	char *text = NULL;
	size_t len = 0;
	FILE *page = open_memstream(&text, &len);
	int err;

	if (!page)
		return -ENOMEM;
	err = diff ? print_diff(page, diff) : print_report(page, report);
	print_end(page, diff ? &diff_page : &report_page);
	if (fclose(page))
		err = -ENOMEM;
	errno = 0;
	if (!err && fwrite(text, 1, len, out) != len)
		err = errno ? -errno : -EIO;
	free(text);
	return err ?: output__finish(out);
}

static int html__total(FILE *out, const struct report *report)
{
	return print_page(out, report, NULL);
}

static int html__diff(FILE *out, const struct diff_report *report)
{
	return print_page(out, NULL, report);
}

const struct output output_html = {
	.name = "html",
	.extension = ".html",
	.wants_series = true,
	.is_document = true,
	.header = output__nothing,
	.interval = output__nothing,
	.total = html__total,
	.diff = html__diff,
};
