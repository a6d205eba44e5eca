// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/utsname.h>
#include <zlib.h>
#include <unistd.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "base/log.h"
#include "probe/features.h"
#include "probe/probes.h"

#define KERNEL_BTF "/sys/kernel/btf/vmlinux"

struct features {
	bool may_bpf;  /* CAP_BPF, or CAP_SYS_ADMIN */
	bool may_read; /* CAP_PERFMON, or CAP_SYS_ADMIN */
	bool sys_admin;
	bool has_btf;
	struct btf *vmlinux;
	bool read_filter; /* available_filter_functions was readable */
	bool traceable[PROBE_HOOKS_MAX];
	bool described[PROBE_HOOKS_MAX];  /* by BTF, as a function */
	bool tracepoint[PROBE_HOOKS_MAX]; /* by BTF, as a tracepoint */
	bool kprobe_pmu;
	int fentry_err;
	char fentry_cause[128];
};

static bool has_capability(cap_value_t cap)
{
	cap_flag_value_t value = CAP_CLEAR;
	cap_t caps = cap_get_proc();

	if (caps)
		cap_get_flag(caps, cap, CAP_EFFECTIVE, &value);
	cap_free(caps);
	return value == CAP_SET;
}

/* available_filter_functions: "name" or "name [module]", a line each; some 60,000 of them. */
bool features__each_traceable(void (*see)(const char *function, void *arg), void *arg)
{
	static const char *const paths[] = {
		"/sys/kernel/tracing/available_filter_functions",
		"/sys/kernel/debug/tracing/available_filter_functions",
	};
	char *line = NULL;
	size_t size = 0;
	FILE *file = NULL;
	bool any = false;

	for (size_t i = 0; i < 2 && !file; i++)
		file = fopen(paths[i], "re");
	if (!file)
		return false;
	for (; getline(&line, &size, file) > 0; any = true) {
		line[strcspn(line, " \t\n")] = '\0';
		see(line, arg);
	}
	free(line);
	fclose(file);
	return any;
}

static void note_traceable(const char *function, void *arg)
{
	struct features *features = arg;
	int hook = probes__hook(function);

	if (hook >= 0)
		features->traceable[hook] = true;
}

#define TRACEPOINT_TYPE "btf_trace_" /* typedef void (*btf_trace_NAME)(void *, …) */

/* One pass over all types: libbpf's search by name would make one for each name. */
static void note_described(struct features *features, const struct btf *btf)
{
	const struct btf *base = btf ? btf__base_btf(btf) : NULL;
	unsigned int types = btf ? btf__type_cnt(btf) : 0;

	for (unsigned int id = base ? btf__type_cnt(base) : 1; id < types; id++) {
		const struct btf_type *type = btf__type_by_id(btf, id);
		const char *name = btf__name_by_offset(btf, type->name_off);
		bool *noted = features->described;
		int hook;

		if (btf_is_typedef(type) &&
		    !strncmp(name, TRACEPOINT_TYPE, strlen(TRACEPOINT_TYPE))) {
			name += strlen(TRACEPOINT_TYPE);
			noted = features->tracepoint;
		} else if (!btf_is_func(type)) {
			continue;
		}
		hook = probes__hook(name);
		if (hook >= 0)
			noted[hook] = true;
	}
}

static bool is_first_of_module(int probe)
{
	for (int i = 0; i < probe; i++) {
		if (probe_table[i].module &&
		    !strcmp(probe_table[i].module, probe_table[probe].module))
			return false;
	}
	return true;
}

static void note_modules(struct features *features)
{
	for (int i = 0; i < XT_PROBE_NR; i++) {
		const char *name = probe_table[i].module;
		struct btf *module;

		if (!name || !is_first_of_module(i))
			continue;
		module = btf__load_module_btf(name, features->vmlinux);
		note_described(features, module);
		btf__free(module);
	}
}

int features__new(struct features **out)
{
	struct features *features = calloc(1, sizeof(*features));

	if (!features)
		return -ENOMEM;
	/* CAP_SYS_ADMIN stands for both: they were split from it in 5.8 */
	features->sys_admin = has_capability(CAP_SYS_ADMIN);
	features->may_bpf = features->sys_admin || has_capability(CAP_BPF);
	features->may_read = features->sys_admin || has_capability(CAP_PERFMON);
	features->has_btf = access(KERNEL_BTF, R_OK) == 0;
	if (features->has_btf) {
		features->vmlinux = btf__parse(KERNEL_BTF, NULL);
		note_described(features, features->vmlinux);
		if (features->vmlinux)
			note_modules(features);
	}
	features->kprobe_pmu = access("/sys/bus/event_source/devices/kprobe/type", R_OK) == 0;
	features->read_filter = features__each_traceable(note_traceable, features);
	*out = features;
	return 0;
}

void features__release(struct features *features)
{
	btf__free(features->vmlinux);
	features->vmlinux = NULL;
	malloc_trim(0);
}

void features__free(struct features *features)
{
	if (!features)
		return;
	features__release(features);
	free(features);
}

/* Which capability is missing; NULL: none. */
static const char *missing_capability(const struct features *features)
{
	if (!features->may_bpf && !features->may_read)
		return "tracing needs root, or CAP_BPF and CAP_PERFMON: run it with sudo";
	if (!features->may_bpf)
		return "tracing needs CAP_BPF, too; CAP_PERFMON is there: add it, or run it with "
		       "sudo";
	if (!features->may_read)
		return "tracing needs CAP_PERFMON, too; CAP_BPF is there: add it, or run it with "
		       "sudo";
	return NULL;
}

/*
 * The kernel asks for capabilities in the first user namespace (bpf_capable(), perfmon_capable());
 * those that a process has in another one are of no use. It is taken for the first one if it maps
 * all user numbers to themselves.
 */
static bool in_user_namespace(void)
{
	unsigned long inside, outside, count;
	FILE *file = fopen("/proc/self/uid_map", "re");
	bool first = false;

	if (!file)
		return false;
	if (fscanf(file, "%lu %lu %lu", &inside, &outside, &count) == 3)
		first = !inside && !outside && count == UINT32_MAX;
	fclose(file);
	return !first;
}

int features__usable(const struct features *features, const char **why)
{
	*why = missing_capability(features);
	if (*why)
		return -EPERM;
	if (in_user_namespace()) {
		*why = "the capabilities of this process are those of a user namespace, and the "
		       "kernel wants them in the first one: run it outside of the container, or "
		       "in one without a user namespace";
		return -EPERM;
	}
	if (!features->has_btf) {
		*why = "this kernel shows no BTF (" KERNEL_BTF
		       "): it needs CONFIG_DEBUG_INFO_BTF and a mounted /sys";
		return -ENOENT;
	}
	if (!features->vmlinux) {
		*why = "this kernel's BTF (" KERNEL_BTF ") cannot be parsed";
		return -ENOENT;
	}
	/*
	 * if it is missing, libbpf looks in the modules' BTF, and only CAP_SYS_ADMIN may list those
	 */
	if (!features->sys_admin &&
	    btf__find_by_name_kind(features->vmlinux, "xen_runstate", BTF_KIND_VAR) < 0) {
		*why = "this kernel's BTF has no xen_runstate, and without it CAP_BPF and "
		       "CAP_PERFMON are not enough: add CAP_SYS_ADMIN, or run it with sudo";
		return -EPERM;
	}
	return 0;
}

/* Its prototype, or NULL. */
static const struct btf_type *tracepoint(const struct features *features, const char *name)
{
	const struct btf_type *type;
	char symbol[96];
	int id;

	if (!features->vmlinux)
		return NULL;
	snprintf(symbol, sizeof(symbol), TRACEPOINT_TYPE "%s", name);
	id = btf__find_by_name_kind(features->vmlinux, symbol, BTF_KIND_TYPEDEF);
	if (id < 0)
		return NULL;
	type = btf__type_by_id(features->vmlinux, id);
	type = btf__type_by_id(features->vmlinux, type->type);
	if (!type || !btf_is_ptr(type))
		return NULL;
	type = btf__type_by_id(features->vmlinux, type->type);
	if (!type || !btf_is_func_proto(type) || btf_vlen(type) < 1)
		return NULL;
	return type;
}

int features__tracepoint_args(const struct features *features, const char *name)
{
	const struct btf_type *type = tracepoint(features, name);

	return type ? btf_vlen(type) - 1 : -1;
}

bool features__tracepoint_points(const struct features *features, const char *name, int arg)
{
	const struct btf_type *type = tracepoint(features, name);

	if (!type || arg + 1 >= btf_vlen(type))
		return false;
	type = btf__type_by_id(features->vmlinux, btf_params(type)[arg + 1].type);
	return type && btf_is_ptr(type);
}

bool features__has_tracepoint(const struct features *features, const char *name)
{
	int hook = probes__hook(name);

	return hook >= 0 && features->tracepoint[hook];
}

int features__enum_value(const struct features *features, const char *name, int otherwise)
{
	const struct btf *btf = features->vmlinux;
	unsigned int types = btf ? btf__type_cnt(btf) : 0;

	for (unsigned int id = 1; id < types; id++) {
		const struct btf_type *type = btf__type_by_id(btf, id);
		const struct btf_enum *value;

		if (!btf_is_enum(type))
			continue;
		value = btf_enum(type);
		for (unsigned int i = 0; i < btf_vlen(type); i++) {
			if (strcmp(btf__name_by_offset(btf, value[i].name_off), name) == 0)
				return value[i].val;
		}
	}
	return otherwise;
}

void features__enum_names(const struct features *features, const char *of, const char *prefix,
			  char *names, unsigned int nr, size_t size)
{
	int id = features->vmlinux ? btf__find_by_name_kind(features->vmlinux, of, BTF_KIND_ENUM)
				   : -ENOENT;
	const struct btf_type *type = id < 0 ? NULL : btf__type_by_id(features->vmlinux, id);
	size_t skip = strlen(prefix);

	memset(names, 0, nr * size);
	for (unsigned int i = 0; type && i < btf_vlen(type); i++) {
		const struct btf_enum *value = &btf_enum(type)[i];
		const char *name = btf__name_by_offset(features->vmlinux, value->name_off);

		if (value->val < 0 || (unsigned int)value->val >= nr)
			continue;
		if (strncmp(name, prefix, skip) == 0)
			name += skip;
		snprintf(names + value->val * size, size, "%s", name);
	}
}

enum traceable features__traceable(const struct features *features, const char *function)
{
	int hook = probes__hook(function);

	if (!features->read_filter || hook < 0)
		return TRACEABLE_UNKNOWN;
	return features->traceable[hook] ? TRACEABLE_YES : TRACEABLE_NO;
}

bool features__has_btf_function(const struct features *features, const char *function)
{
	int hook = probes__hook(function);

	return hook >= 0 && features->described[hook];
}

/* The mode in a text like "none voluntary (full) lazy": the one in brackets. */
static void chosen_mode(char *mode, size_t size, const char *path)
{
	char line[64] = "";
	FILE *file = fopen(path, "re");
	const char *open = NULL;

	if (!file)
		return;
	if (fgets(line, sizeof(line), file))
		open = strchr(line, '(');
	if (open)
		snprintf(mode, size, "%.*s", (int)strcspn(open + 1, ")"), open + 1);
	fclose(file);
}

/* What the kernel was configured to do: of a configuration's lines CONFIG_PREEMPT…=y. */
static void configured_mode(char *mode, size_t size, const char *path)
{
	static const char *const lines[][2] = {
		{ "CONFIG_PREEMPT_NONE=y\n", "none" },
		{ "CONFIG_PREEMPT_VOLUNTARY=y\n", "voluntary" },
		{ "CONFIG_PREEMPT=y\n", "full" },
		{ "CONFIG_PREEMPT_LAZY=y\n", "lazy" },
		{ "CONFIG_PREEMPT_RT=y\n", "full" },
	};
	gzFile file = gzopen(path, "rbe"); /* it reads what is not compressed as well */
	char line[256];

	while (file && gzgets(file, line, sizeof(line))) {
		for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
			if (strcmp(line, lines[i][0]) == 0)
				snprintf(mode, size, "%s", lines[i][1]);
	}
	if (file)
		gzclose(file);
}

static bool is_calm(const char *mode)
{
	return strcmp(mode, "none") == 0 || strcmp(mode, "voluntary") == 0;
}

/* The command line asks for another mode. Whether this kernel knows it and obeys is not said. */
static bool asks_to_preempt(void)
{
	FILE *file = fopen("/proc/cmdline", "re");
	char *line = NULL, *word, *rest;
	bool asks = false;
	size_t room = 0;

	if (file && getline(&line, &room, file) > 0) {
		for (word = strtok_r(line, " \n", &rest); word; word = strtok_r(NULL, " \n", &rest))
			asks |= !strncmp(word, "preempt=", 8) && !is_calm(word + 8);
	}
	free(line);
	if (file)
		fclose(file);
	return asks;
}

/*
 * kernel/sched/core.c: the mode of now is in debugfs. Without that the configuration says it, unless the
 * command line asks for one that preempts.
 */
bool features__preempts(void)
{
	char mode[16] = "", path[128];
	struct utsname host;

	chosen_mode(mode, sizeof(mode), "/sys/kernel/debug/sched/preempt");
	if (mode[0])
		return !is_calm(mode);
	configured_mode(mode, sizeof(mode), "/proc/config.gz");
	if (!mode[0] && !uname(&host)) {
		snprintf(path, sizeof(path), "/boot/config-%.100s", host.release);
		configured_mode(mode, sizeof(mode), path);
	}
	return !is_calm(mode) || asks_to_preempt();
}

bool features__cookies(const struct features *features)
{
	(void)features;
	return libbpf_probe_bpf_helper(BPF_PROG_TYPE_KPROBE, BPF_FUNC_get_attach_cookie, NULL) == 1;
}

bool features__fentry(const struct features *features, const char **cause, const char **fix)
{
	if (!features->fentry_err)
		return true;
	*cause = features->fentry_cause;
	*fix = "allow them: lockdown or a security module forbids it, or the kernel lacks "
	       "CONFIG_DYNAMIC_FTRACE_WITH_DIRECT_CALLS";
	return false;
}

bool features__kprobe(const struct features *features, const char **cause, const char **fix)
{
	if (features->kprobe_pmu)
		return true;
	*cause = "this kernel has no kprobes for BPF";
	*fix = "a kernel with CONFIG_KPROBE_EVENTS";
	return false;
}

void features__forbid_fentry(struct features *features, int err)
{
	features->fentry_err = err;
	snprintf(features->fentry_cause, sizeof(features->fentry_cause),
		 "this kernel refuses fentry programs: %s", strerror(-err));
}
