// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "callsites/calls.h"
#include "callsites/symbols.h"
#include "probe/kcore.h"
#include "probe/site_search.h"

#define LIST_BEGIN "__start_static_call_sites"
#define LIST_END   "__stop_static_call_sites"
#define LIST_KEY   "__SCK__xen_hypercall"
#define PAGE	   "hypercall_page"
#define INIT_BEGIN "_sinittext"
#define INIT_END   "_einittext"

#define MODULES	     "/sys/module"
#define MODULE_LIST  ".static_call_sites"
#define MODULE_BYTES 4096 /* of a module's list: 512 sites */

#define LIST_MAX (1 << 20)

static int read_symbols(struct site_search *search)
{
	static const char *const wanted[] = { LIST_BEGIN, LIST_END, LIST_KEY, PAGE, NULL };
	FILE *file = fopen("/proc/kallsyms", "re");
	int err;

	if (!file)
		return -errno;
	err = symbols__read(&search->symbols, file, wanted);
	fclose(file);
	return err;
}

size_t site_search__function(const struct site_search *search, uint64_t address, uint8_t *code,
			     const char **name, uint64_t *start)
{
	uint64_t end;

	*name = symbols__function(search->symbols, address, start, &end);
	if (!*name || end - *start > FUNCTION_MAX ||
	    kcore__read(search->kcore, code, end - *start, *start))
		return 0;
	return end - *start;
}

static size_t room(const struct site_search *search)
{
	return search->nr < XT_SITES ? XT_SITES - search->nr : 0;
}

/* `size` bytes of a list of static calls. */
static int add_list(struct site_search *search, uint64_t begin, size_t size)
{
	uint64_t key = symbols__address(search->symbols, LIST_KEY);
	uint8_t *list = malloc(size);
	int err = -ENOMEM;

	if (list)
		err = kcore__read(search->kcore, list, size, begin);
	if (!err)
		search->nr += calls__of_list(search->found + XT_SITES - room(search), room(search),
					     list, size, begin, key);
	free(list);
	return err;
}

static int find_in_list(struct site_search *search)
{
	uint64_t begin = symbols__address(search->symbols, LIST_BEGIN);
	uint64_t end = symbols__address(search->symbols, LIST_END);

	if (!begin || end <= begin || end - begin > LIST_MAX)
		return -ENOENT;
	return add_list(search, begin, end - begin);
}

/* The address that the kernel loaded a module's section to; 0 when it does not say. */
static uint64_t section_at(const char *module, const char *section)
{
	unsigned long long address = 0;
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), MODULES "/%s/sections/%s", module, section);
	file = fopen(path, "re");
	if (!file)
		return 0;
	if (fscanf(file, "%llx", &address) != 1)
		address = 0;
	fclose(file);
	return address;
}

/* Sections have no sizes there: a list ends where the next section begins, at the latest. */
static uint64_t end_of_list(const char *module, uint64_t begin)
{
	uint64_t end = begin + MODULE_BYTES, at;
	struct dirent *entry;
	char path[512];
	DIR *dir;

	snprintf(path, sizeof(path), MODULES "/%s/sections", module);
	dir = opendir(path);
	while (dir && (entry = readdir(dir))) {
		at = section_at(module, entry->d_name);
		if (at > begin && at < end)
			end = at;
	}
	if (dir)
		closedir(dir);
	return end;
}

/* Modules' sites are not in the kernel's list. */
static void find_in_modules(struct site_search *search)
{
	DIR *dir = opendir(MODULES);
	struct dirent *entry;
	uint64_t begin;

	while (dir && (entry = readdir(dir))) {
		begin = entry->d_name[0] == '.' ? 0 : section_at(entry->d_name, MODULE_LIST);
		if (begin && add_list(search, begin, end_of_list(entry->d_name, begin) - begin))
			vlog("call sites of module %s: cannot be read", entry->d_name);
	}
	if (dir)
		closedir(dir);
}

/* Every function outside the boot's own code. */
static int find_by_page(struct site_search *search, uint64_t page)
{
	uint64_t init = symbols__address(search->symbols, INIT_BEGIN), at, start, last = 0;
	uint64_t init_end = symbols__address(search->symbols, INIT_END);
	uint8_t *code = malloc(FUNCTION_MAX);
	const char *name;
	size_t size;

	if (!code)
		return -ENOMEM;
	for (size_t i = 0; (at = symbols__start(search->symbols, i)) != 0; i++) {
		if (at == last || (at >= init && at < init_end) || at == page)
			continue;
		last = at;
		size = site_search__function(search, at, code, &name, &start);
		search->nr += calls__into_page(search->found + XT_SITES - room(search),
					       search->numbers + XT_SITES - room(search),
					       room(search), code, size, start, page);
	}
	free(code);
	return search->nr ? 0 : -ENOENT;
}

static int find(struct site_search *search, const char **cause, const char **fix)
{
	uint64_t page;
	int err;

	*cause = "/proc/kallsyms shows no addresses";
	*fix = "kernel.kptr_restrict=1 or less, and CAP_SYSLOG";
	err = read_symbols(search);
	if (err)
		return err;
	*cause = "/proc/kcore cannot be read";
	*fix = "CAP_SYS_RAWIO, a kernel with CONFIG_PROC_KCORE, and no lockdown";
	err = kcore__open(&search->kcore, "/proc/kcore");
	if (err)
		return err;
	/* a fix of 2024 (XSA-466) is in old versions as well: they do not tell */
	page = symbols__address(search->symbols, PAGE);
	if (!symbols__address(search->symbols, LIST_KEY)) {
		err = page ? find_by_page(search, page) : -ENOENT;
	} else {
		err = find_in_list(search);
		find_in_modules(search);
	}
	if (err == -ENOENT) {
		*cause = "this kernel has neither static calls of xen_hypercall nor a "
			 "hypercall_page";
		*fix = "a kernel with CONFIG_XEN";
	}
	return err;
}

int site_search__new(struct site_search **out, const char **cause, const char **fix)
{
	struct site_search *search = calloc(1, sizeof(*search));
	int err = -ENOMEM;

	*cause = "out of memory";
	*fix = "";
	if (!search)
		return -ENOMEM;
	for (size_t i = 0; i < XT_SITES; i++)
		search->numbers[i] = -1;
	err = find(search, cause, fix);
	if (err) {
		site_search__free(search);
		return err;
	}
	*out = search;
	return 0;
}

void site_search__free(struct site_search *search)
{
	if (!search)
		return;
	symbols__free(search->symbols);
	kcore__close(search->kcore);
	free(search);
}
