// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "callsites/symbols.h"

struct symbol {
	uint64_t address;
	uint32_t name;	 /* in the text */
	uint32_t module; /* in the text; 0: the kernel's own */
};

struct symbols {
	struct symbol *all;
	size_t nr, room;
	char *text; /* the names, each with its end */
	size_t used, text_room;
	uint32_t module; /* of the last symbol that has one: they come one after the other */
};

static int by_address(const void *a, const void *b)
{
	const struct symbol *x = a, *y = b;

	if (x->address != y->address)
		return x->address < y->address ? -1 : 1;
	return x->name < y->name ? -1 : x->name > y->name;
}

static bool is_wanted(const char *name, const char *const *wanted)
{
	for (; *wanted; wanted++) {
		if (strcmp(*wanted, name) == 0)
			return true;
	}
	return false;
}

static int grow(void **memory, size_t *room, size_t needed, size_t size)
{
	size_t more = *room ? *room * 2 : 65536;
	void *grown;

	if (needed <= *room)
		return 0;
	more = more < needed ? needed : more;
	grown = realloc(*memory, more * size);
	if (!grown)
		return -ENOMEM;
	*memory = grown;
	*room = more;
	return 0;
}

static int add_text(struct symbols *symbols, const char *text, uint32_t *at)
{
	size_t len = strlen(text) + 1;

	if (grow((void **)&symbols->text, &symbols->text_room, symbols->used + len, 1))
		return -ENOMEM;
	*at = symbols->used;
	memcpy(symbols->text + symbols->used, text, len);
	symbols->used += len;
	return 0;
}

static int add_module(struct symbols *symbols, const char *module, uint32_t *at)
{
	int err = 0;

	*at = 0;
	if (!*module)
		return 0;
	if (!symbols->module || strcmp(symbols->text + symbols->module, module) != 0)
		err = add_text(symbols, module, &symbols->module);
	*at = symbols->module;
	return err;
}

static int add(struct symbols *symbols, uint64_t address, const char *name, const char *module)
{
	struct symbol symbol = { .address = address };

	if (grow((void **)&symbols->all, &symbols->room, symbols->nr + 1, sizeof(*symbols->all)) ||
	    add_text(symbols, name, &symbol.name) || add_module(symbols, module, &symbol.module))
		return -ENOMEM;
	symbols->all[symbols->nr++] = symbol;
	return 0;
}

/* "ffffffff81000000 T _stext"; modules' have "\t[module]" behind it. */
static int add_line(struct symbols *symbols, char *line, const char *const *wanted)
{
	char *end, *name, *module, type;
	uint64_t address;

	address = strtoull(line, &end, 16);
	if (end == line || end[0] != ' ' || !end[1] || end[2] != ' ')
		return 0;
	type = end[1];
	name = end + 3;
	module = name + strcspn(name, "\t\n");
	module += strspn(module, "\t[");
	module[strcspn(module, "]\n")] = '\0';
	name[strcspn(name, "\t\n")] = '\0';
	if (!strchr("tTwW", type) && !is_wanted(name, wanted))
		return 0;
	return add(symbols, address, name, module);
}

int symbols__read(struct symbols **out, FILE *file, const char *const *wanted)
{
	struct symbols *symbols = calloc(1, sizeof(*symbols));
	int err = symbols ? 0 : -ENOMEM;
	char *line = NULL;
	size_t size = 0;

	if (!err)
		err = add_text(symbols, "", &symbols->module);
	while (!err && getline(&line, &size, file) > 0)
		err = add_line(symbols, line, wanted);
	free(line);
	if (!err && !symbols->nr)
		err = -ENOENT;
	if (err)
		goto out;
	qsort(symbols->all, symbols->nr, sizeof(*symbols->all), by_address);
	/* all of them are shown as 0 to those who may not see them */
	if (!symbols->all[symbols->nr - 1].address)
		err = -EACCES;
	if (err)
		goto out;
	*out = symbols;
	symbols = NULL;
out:
	symbols__free(symbols);
	return err;
}

void symbols__free(struct symbols *symbols)
{
	if (!symbols)
		return;
	free(symbols->all);
	free(symbols->text);
	free(symbols);
}

bool symbols__shown(FILE *file)
{
	bool shown = false;
	char *line = NULL;
	size_t size = 0;

	while (!shown && getline(&line, &size, file) > 0)
		shown = strtoull(line, NULL, 16);
	free(line);
	return shown;
}

uint64_t symbols__address(const struct symbols *symbols, const char *name)
{
	for (size_t i = 0; i < symbols->nr; i++) {
		if (strcmp(symbols->text + symbols->all[i].name, name) == 0)
			return symbols->all[i].address;
	}
	return 0;
}

/* The first symbol that lies behind the address. */
static size_t above(const struct symbols *symbols, uint64_t address)
{
	size_t low = 0, high = symbols->nr;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (symbols->all[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The function that holds an address: of several names the first that the kernel lists. */
static const struct symbol *function_at(const struct symbols *symbols, uint64_t address,
					uint64_t *end)
{
	size_t next = above(symbols, address);
	const struct symbol *at;

	if (!next || next == symbols->nr)
		return NULL;
	*end = symbols->all[next].address;
	for (at = &symbols->all[next - 1]; at > symbols->all && at[-1].address == at->address; at--)
		;
	return at;
}

const char *symbols__function(const struct symbols *symbols, uint64_t address, uint64_t *start,
			      uint64_t *end)
{
	const struct symbol *at = function_at(symbols, address, end);

	if (!at)
		return NULL;
	*start = at->address;
	return symbols->text + at->name;
}

const char *symbols__module(const struct symbols *symbols, uint64_t address)
{
	uint64_t end;
	const struct symbol *at = function_at(symbols, address, &end);

	return at ? symbols->text + at->module : NULL;
}

uint64_t symbols__start(const struct symbols *symbols, size_t i)
{
	return i < symbols->nr ? symbols->all[i].address : 0;
}
