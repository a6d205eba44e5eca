// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <asm/ptrace.h>
#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bpf/libbpf.h>

#include "base/clock.h"
#include "base/log.h"
#include "callsites/symbols.h"
#include "probe/features.h"
#include "probe/sites.h"

/* The running kernel's memory, by /proc/kcore. */
struct kcore {
	int fd;
	Elf64_Phdr *parts; /* what is where in the file */
	unsigned int nr;
};

static int read_all(int fd, void *to, size_t size, off_t at)
{
	ssize_t got;

	for (size_t done = 0; done < size; done += got) {
		got = pread(fd, (char *)to + done, size - done, at + done);
		if (got <= 0)
			return got < 0 ? -errno : -EFAULT;
	}
	return 0;
}

static void kcore__close(struct kcore *kcore)
{
	if (!kcore)
		return;
	if (kcore->fd >= 0)
		close(kcore->fd);
	free(kcore->parts);
	free(kcore);
}

static int kcore__open(struct kcore **out, const char *path)
{
	struct kcore *kcore = calloc(1, sizeof(*kcore));
	Elf64_Ehdr header;
	int err = -ENOMEM;

	if (!kcore)
		return -ENOMEM;
	kcore->fd = open(path, O_RDONLY | O_CLOEXEC);
	err = kcore->fd < 0 ? -errno : read_all(kcore->fd, &header, sizeof(header), 0);
	if (err)
		goto out;
	err = -ENOEXEC;
	if (memcmp(header.e_ident, ELFMAG, SELFMAG) || header.e_phentsize != sizeof(Elf64_Phdr))
		goto out;
	kcore->nr = header.e_phnum;
	kcore->parts = calloc(kcore->nr, sizeof(*kcore->parts));
	err = kcore->parts ? read_all(kcore->fd, kcore->parts, kcore->nr * sizeof(*kcore->parts),
				      header.e_phoff)
			   : -ENOMEM;
	if (err)
		goto out;
	*out = kcore;
	kcore = NULL;
out:
	kcore__close(kcore);
	return err;
}

/*
 * Exactly `size` bytes at a kernel address: 0, -EFAULT where none are shown, or an error of
 * pread().
 */
static int kcore__read(const struct kcore *kcore, void *to, size_t size, uint64_t address)
{
	for (unsigned int i = 0; i < kcore->nr; i++) {
		const Elf64_Phdr *part = &kcore->parts[i];
		uint64_t into = address - part->p_vaddr;

		if (part->p_type == PT_LOAD && address >= part->p_vaddr && into < part->p_filesz &&
		    size <= part->p_filesz - into)
			return read_all(kcore->fd, to, size, part->p_offset + into);
	}
	return -EFAULT;
}

/*
 * The running kernel's call sites of hypercalls, and its code around them: by /proc/kallsyms,
 * /proc/kcore and, for modules, /sys/module.
 */
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

/* No function is longer: what looks longer is a gap between symbols. */
#define FUNCTION_MAX 65536

struct search {
	struct symbols *symbols;
	struct kcore *kcore;
	uint64_t found[XT_SITES]; /* addresses of calls; those that there was room for */
	int numbers[XT_SITES];	  /* hypercalls that the calls alone tell; -1: not */
	size_t nr;		  /* all */
};

static int read_symbols(struct search *search)
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

/*
 * The function at an address: its code goes to `code`, which has FUNCTION_MAX bytes; its name
 * (NULL: unknown) and start are returned, too. Returns its length; 0 when it cannot be read.
 */
static size_t search__function(const struct search *search, uint64_t address, uint8_t *code,
			       const char **name, uint64_t *start)
{
	uint64_t end;

	*name = symbols__function(search->symbols, address, start, &end);
	if (!*name || end - *start > FUNCTION_MAX ||
	    kcore__read(search->kcore, code, end - *start, *start))
		return 0;
	return end - *start;
}

static size_t room(const struct search *search)
{
	return search->nr < XT_SITES ? XT_SITES - search->nr : 0;
}

/* Add the calls of a list of static calls. */
static int add_list(struct search *search, uint64_t begin, size_t size)
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

static int find_in_list(struct search *search)
{
	uint64_t begin = symbols__address(search->symbols, LIST_BEGIN);
	uint64_t end = symbols__address(search->symbols, LIST_END);

	if (!begin || end <= begin || end - begin > LIST_MAX)
		return -ENOENT;
	return add_list(search, begin, end - begin);
}

/* Where the kernel loaded a module's section; 0: unknown. */
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

/*
 * The kernel tells no sizes of sections: a list ends at the latest where the next section begins.
 */
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
static void find_in_modules(struct search *search)
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

/* Search every function that is not boot code. */
static int find_by_page(struct search *search, uint64_t page)
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
		size = search__function(search, at, code, &name, &start);
		search->nr += calls__into_page(search->found + XT_SITES - room(search),
					       search->numbers + XT_SITES - room(search),
					       room(search), code, size, start, page);
	}
	free(code);
	return search->nr ? 0 : -ENOENT;
}

static int find(struct search *search, const char **cause, const char **fix)
{
	uint64_t page;
	int err;

	*cause = SYMBOLS_HIDDEN;
	*fix = SYMBOLS_FIX;
	err = read_symbols(search);
	if (err)
		return err;
	*cause = "/proc/kcore cannot be read";
	*fix = "CAP_SYS_RAWIO, a kernel with CONFIG_PROC_KCORE, and no lockdown";
	err = kcore__open(&search->kcore, "/proc/kcore");
	if (err)
		return err;
	/* the fix of 2024 (XSA-466) was backported: versions do not tell */
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

static void search__free(struct search *search)
{
	if (!search)
		return;
	symbols__free(search->symbols);
	kcore__close(search->kcore);
	free(search);
}

/*
 * Search the kernel and the modules that are loaded: 0, or a negative errno with cause and fix,
 * static.
 */
static int search__new(struct search **out, const char **cause, const char **fix)
{
	struct search *search = calloc(1, sizeof(*search));
	int err = -ENOMEM;

	*cause = "out of memory";
	*fix = "";
	if (!search)
		return -ENOMEM;
	for (size_t i = 0; i < XT_SITES; i++)
		search->numbers[i] = -1;
	err = find(search, cause, fix);
	if (err) {
		search__free(search);
		return err;
	}
	*out = search;
	return 0;
}

/* Functions that a running guest calls often; the others are called when devices come and go. */
static const char *const hot[] = {
	"xen_mc_flush",
	"xen_load_gs_index",
	"xen_do_write_msr",
	"xen_write_msr", /* on 5.10 the same */
	"notify_remote_via_irq",
	"xen_send_IPI_one",
	"xen_smp_send_call_function_ipi",
	"xen_poll_irq",
	"xen_poll_irq_timeout",
	"evtchn_fifo_unmask",
	"evtchn_2l_unmask",
	"domU_write_console",
	"xenbus_thread",
	"xb_read",
	"gnttab_map_refs",
	"gnttab_unmap_refs",
	"gnttab_batch_map",
	"gnttab_batch_copy",
	"xenmem_reservation_increase",
	"xenmem_reservation_decrease",
};

static bool is_hot(const char *function)
{
	for (size_t i = 0; i < sizeof(hot) / sizeof(hot[0]); i++) {
		if (strcmp(hot[i], function) == 0)
			return true;
	}
	return false;
}

static int by_address(const void *a, const void *b)
{
	const struct site *x = a, *y = b;

	if (x->call.address == y->call.address)
		return 0;
	return x->call.address < y->call.address ? -1 : 1;
}

/*
 * drivers/xen/privcmd.c: the toolstack's hypercalls may be preempted
 * (xen_preemptible_hcall_begin()), and end on another CPU.
 */
static bool may_sleep(const char *function)
{
	return strncmp(function, "privcmd_", 8) == 0;
}

static void examine(const struct search *search, size_t i, struct site *site, uint8_t *code)
{
	uint64_t start = 0;
	const char *name;
	size_t size;

	site->call.address = search->found[i];
	size = search__function(search, site->call.address, code, &name, &start);
	snprintf(site->function, sizeof(site->function), "%s", name ? name : "?");
	site->offset = site->call.address - start;
	calls__examine(&site->call, code, size, start);
	if (search->numbers[i] >= 0) {
		site->call.nr = search->numbers[i];
		site->call.in = NUMBER_CONST;
	}
	site->cause = site->call.why;
	if (!site->cause && may_sleep(site->function))
		site->cause = "its hypercalls may be preempted, and end on another CPU";
}

/* Mark the sites whose function ftrace can enter; "f.cold" is a part of f. */
static void see_traceable(const char *function, void *arg)
{
	struct sites *sites = arg;
	size_t len = strlen(function);

	for (size_t i = 0; i < sites->nr; i++) {
		struct site *site = &sites->site[i];

		if (strncmp(site->function, function, len) == 0 &&
		    (!site->function[len] || strncmp(site->function + len, ".cold", 5) == 0))
			site->attached = true;
	}
}

static void decide(struct sites *sites, bool all)
{
	bool known = features__each_traceable(see_traceable, sites);

	for (size_t i = 0; i < sites->nr; i++) {
		struct site *site = &sites->site[i];

		if (!site->cause && known && !site->attached)
			site->cause = "ftrace cannot enter its function: inlined or notrace";
		else if (!site->cause && !all && !is_hot(site->function))
			site->cause = "not among the hot ones: --exact=all";
		site->attached = !site->cause;
	}
}

static int examine_all(struct sites *sites, const struct search *search)
{
	uint8_t *code = malloc(FUNCTION_MAX);

	sites->nr = search->nr < XT_SITES ? search->nr : XT_SITES;
	if (search->nr > XT_SITES)
		elog("%zu call sites of hypercalls: no more than %d are traced", search->nr,
		     XT_SITES);
	sites->site = calloc(sites->nr, sizeof(*sites->site));
	if (!sites->site || !code) {
		free(code);
		return -ENOMEM;
	}
	for (size_t i = 0; i < sites->nr; i++)
		examine(search, i, &sites->site[i], code);
	qsort(sites->site, sites->nr, sizeof(*sites->site), by_address);
	free(code);
	return 0;
}

/* What prctl(PR_SET_NAME) calls: calibrate.c does that often. */
static void find_pair(struct sites *sites, const struct search *search)
{
	uint64_t address = symbols__address(search->symbols, "__set_task_comm"), start;
	uint8_t *code = malloc(FUNCTION_MAX);
	const char *name;
	size_t at[2], size;

	size = code ? search__function(search, address, code, &name, &start) : 0;
	if (size && calls__pair(at, code, size)) {
		sites->pair[0] = start + at[0];
		sites->pair[1] = start + at[1];
	}
	free(code);
}

void sites__find(struct sites *sites, bool all)
{
	struct search *search = NULL;
	int err = search__new(&search, &sites->cause, &sites->fix);

	if (!err) {
		err = examine_all(sites, search);
		find_pair(sites, search);
		sites->cause = err ? "out of memory" : NULL;
	}
	search__free(search);
	if (err) {
		vlog("call sites: %s: %s", sites->cause, strerror(-err));
		sites->nr = 0;
		return;
	}
	decide(sites, all);
}

void sites__free(struct sites *sites)
{
	for (size_t i = 0; i < sites->nr; i++) {
		for (int k = 0; k < 2; k++) {
			if (sites->site[i].link[k])
				bpf_link__disconnect(sites->site[i].link[k]);
		}
	}
	free(sites->site);
}

size_t sites__wanted(const struct sites *sites)
{
	size_t wanted = 0;

	for (size_t i = 0; i < sites->nr; i++)
		wanted += !sites->site[i].cause;
	return wanted;
}

/* Their offsets in struct pt_regs, by the numbers that instructions have for them. */
static const uint16_t registers[] = {
	offsetof(struct pt_regs, rax), offsetof(struct pt_regs, rcx), offsetof(struct pt_regs, rdx),
	offsetof(struct pt_regs, rbx), offsetof(struct pt_regs, rsp), offsetof(struct pt_regs, rbp),
	offsetof(struct pt_regs, rsi), offsetof(struct pt_regs, rdi), offsetof(struct pt_regs, r8),
	offsetof(struct pt_regs, r9),  offsetof(struct pt_regs, r10), offsetof(struct pt_regs, r11),
	offsetof(struct pt_regs, r12), offsetof(struct pt_regs, r13), offsetof(struct pt_regs, r14),
	offsetof(struct pt_regs, r15),
};

static enum xt_site_in in_of(const struct call *call)
{
	switch (call->in) {
	case NUMBER_REGISTER:
		return XT_SITE_REGISTER;
	case NUMBER_MEMORY:
		return XT_SITE_MEMORY;
	default:
		return XT_SITE_CONST;
	}
}

void sites__fill(const struct sites *sites, struct xt_site *table)
{
	for (size_t i = 0; i < sites->nr; i++) {
		const struct site *site = &sites->site[i];
		const struct call *call = &site->call;

		/* sites without probes keep the table in order */
		table[i] = (struct xt_site) {
			.before = call->before ? call->before : call->address,
			.after = call->address + CALL_LENGTH,
			.path = site->path,
			.nr = call->nr,
			.in = in_of(call),
			.by_number = site->by_number,
			.reg = registers[call->reg],
			.disp = call->disp,
		};
	}
}

/*
 * Two programs are attached to many instructions: a perf event of the kprobe PMU each, by address.
 * A name and an offset would be ambiguous where two functions share a name, and before 6.2 the
 * kernel searches all names for each probe.
 */

/* The kernel's number for the PMU, or a negative errno. */
static int kprobe_type(void)
{
	FILE *file = fopen("/sys/bus/event_source/devices/kprobe/type", "re");
	int type = -ENOENT;

	if (!file)
		return -errno;
	if (fscanf(file, "%d", &type) != 1)
		type = -EINVAL;
	fclose(file);
	return type;
}

int sites__attach_at(struct bpf_link **link, const struct bpf_program *prog, uint64_t address,
		     uint64_t cookie)
{
	int type = kprobe_type();
	LIBBPF_OPTS(bpf_perf_event_opts, opts, .bpf_cookie = cookie);
	struct perf_event_attr attr = {
		.type = type,
		.size = sizeof(attr),
		.kprobe_addr = address,
	};
	int fd, err;

	if (type < 0)
		return type;
	fd = syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd < 0)
		return -errno;
	*link = bpf_program__attach_perf_event_opts(prog, fd, &opts);
	err = *link ? 0 : -errno;
	if (err)
		close(fd);
	return err;
}

/* The probe behind the call comes first: then each call that is seen to begin is seen to end. */
static int attach_site(struct site *site, const struct bpf_program *before,
		       const struct bpf_program *after, uint64_t cookie)
{
	int err = sites__attach_at(&site->link[1], after, site->call.address + CALL_LENGTH, cookie);

	site->cause = "the kernel refuses a probe behind the call";
	if (err)
		return err;
	err = sites__attach_at(&site->link[0], before, site->call.before, cookie);
	site->cause = "the kernel refuses a probe ahead of the call";
	if (err) {
		bpf_link__destroy(site->link[1]);
		site->link[1] = NULL;
		return err;
	}
	site->cause = NULL;
	return 0;
}

void sites__attach(struct sites *sites, const struct bpf_program *before,
		   const struct bpf_program *after, bool cookies)
{
	const uint64_t start = clock__monotonic_ns();
	size_t attached = 0;

	for (size_t i = 0; i < sites->nr; i++) {
		struct site *site = &sites->site[i];

		if (site->cause)
			continue;
		site->err = attach_site(site, before, after, cookies ? i : 0);
		site->attached = !site->err;
		attached += site->attached;
		if (site->err)
			vlog("%s+%#x: %s: %s", site->function, site->offset, site->cause,
			     strerror(-site->err));
	}
	vlog("%zu of %zu call sites bracketed in %.1f s", attached, sites->nr,
	     (clock__monotonic_ns() - start) / 1e9);
}
