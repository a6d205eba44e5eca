// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/log.h"
#include "probe/family.h"

/* What libbpf says while it loads: shown with -vv, and searched for the program that failed. */
struct said {
	char program[64]; /* the first that was named in a failure; "" for none */
	char detail[96];  /* the verifier's or libbpf's last words on it */
};

static struct said *listening;

/* libbpf: "prog 'NAME': failed to …" or "prog 'NAME': BPF program load failed: …" */
static void note_program(struct said *said, const char *line)
{
	const char *at = strstr(line, "prog '"), *end, *what;

	if (!at || said->program[0])
		return;
	at += strlen("prog '");
	end = strchr(at, '\'');
	if (!end || !strstr(end, "fail"))
		return;
	snprintf(said->program, sizeof(said->program), "%.*s", (int)(end - at), at);
	what = strstr(end, ": ");
	if (what)
		snprintf(said->detail, sizeof(said->detail), "%.*s", (int)strcspn(what + 2, "\n"),
			 what + 2);
}

/* The verifier's last line before its statistics is the reason. */
static void note_verifier(struct said *said, const char *log)
{
	const char *start = strstr(log, "-- BEGIN PROG LOAD LOG --\n"), *end, *line;

	if (!start)
		return;
	start = strchr(start, '\n') + 1;
	end = strstr(start, "processed ");
	if (!end)
		end = strstr(start, "-- END PROG LOAD LOG --");
	if (!end || end - start < 2)
		return;
	for (line = end - 1; line > start && line[-1] != '\n'; line--)
		;
	snprintf(said->detail, sizeof(said->detail), "%.*s", (int)strcspn(line, "\n"), line);
}

/* Not of a program without lines: ours have none (bpf/without-lines). */
static bool is_worth_saying(enum libbpf_print_level level, const char *text)
{
	if (strstr(text, "missing .BTF.ext line info"))
		return false;
	return log_verbosity >= 2 && (level != LIBBPF_DEBUG || log_verbosity >= 3);
}

static int print(enum libbpf_print_level level, const char *fmt, va_list ap)
{
	char *text; /* a verifier's log can be megabytes, and its end is what matters */

	if (vasprintf(&text, fmt, ap) < 0)
		return 0;
	if (listening) {
		note_program(listening, text);
		note_verifier(listening, text);
	}
	if (is_worth_saying(level, text))
		fputs(text, stderr);
	free(text);
	return 0;
}

void loader__listen(void)
{
	libbpf_set_print(print);
}

/* Remember into *said until said__end(); one at a time. */
static void said__listen(struct said *said)
{
	memset(said, 0, sizeof(*said));
	listening = said;
}

static void said__end(void)
{
	listening = NULL;
}

/*
 * What a process may run out of. libbpf takes such a failure for an answer of the kernel, and goes
 * on without what it asked for. So it is asked before whether there is enough, and each error is
 * examined.
 */
#define KERNEL_BTF "/sys/kernel/btf/vmlinux"
#define SLACK	   (8u << 20) /* for all that is small */

static bool has_descriptors(size_t nr)
{
	int *fds = calloc(nr ? nr : 1, sizeof(*fds));
	size_t got = 0;

	if (!fds)
		return true; /* what is missing is memory */
	while (got < nr && (fds[got] = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)) >= 0)
		got++;
	for (size_t i = 0; i < got; i++)
		close(fds[i]);
	free(fds);
	return got == nr;
}

/* Only address space, which ulimit -v limits: the memory is never touched. */
static bool has_memory(size_t bytes)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return memory != MAP_FAILED && !munmap(memory, bytes);
}

/* Are there so many descriptors, and so much memory? Returns 0, -EMFILE or -ENOMEM. */
static int check_room(size_t descriptors, size_t bytes)
{
	if (!has_descriptors(descriptors))
		return -EMFILE;
	return has_memory(bytes + SLACK) ? 0 : -ENOMEM;
}

/* Memory that libbpf needs for the kernel's types, which it reads again for each object. */
static size_t btf_bytes(void)
{
	struct stat st;

	/* the file as it is read, and the copy that is kept */
	return stat(KERNEL_BTF, &st) ? 0 : 2 * (size_t)st.st_size;
}

bool tracer__is_shortage(int err)
{
	return err == -EMFILE || err == -ENFILE || err == -ENOMEM;
}

int loader__check_room(void)
{
	return check_room(0, btf_bytes());
}

const char *tracer__error(int err)
{
	static char text[128];
	struct rlimit limit = { .rlim_cur = RLIM_INFINITY };

	if (!tracer__is_shortage(err))
		return strerror(-err);
	if (err == -ENFILE)
		return "the machine has no file descriptors left (sysctl fs.file-max)";
	if (err == -EMFILE) {
		getrlimit(RLIMIT_NOFILE, &limit);
		snprintf(text, sizeof(text),
			 "too few file descriptors: %llu are allowed; raise the limit (ulimit -n)",
			 (unsigned long long)limit.rlim_cur);
		return text;
	}
	getrlimit(RLIMIT_AS, &limit);
	if (limit.rlim_cur == RLIM_INFINITY)
		return "out of memory";
	snprintf(text, sizeof(text),
		 "out of memory: %llu MB are allowed; raise the limit (ulimit -v)",
		 (unsigned long long)limit.rlim_cur >> 20);
	return text;
}

static void off(struct attempt *attempt, const char *cause, const char *fix)
{
	attempt->rung = RUNG_OFF;
	snprintf(attempt->cause, sizeof(attempt->cause), "%s", cause);
	snprintf(attempt->fix, sizeof(attempt->fix), "%s", fix);
}

/* Append the reason of the next rung. */
static void also(char *text, size_t size, const char *between, const char *more)
{
	size_t len = strlen(text);

	snprintf(text + len, size - len, "%s%s", len ? between : "", more);
}

static bool refused(const struct attempt *attempt, enum rung rung)
{
	return attempt->refused & (1u << rung);
}

static void choose_tracepoint(const struct probe *probe, struct attempt *attempt,
			      const struct features *features)
{
	if (refused(attempt, RUNG_TP_BTF)) /* the load said why */
		attempt->rung = RUNG_OFF;
	else if (!features__has_tracepoint(features, probe->hook))
		off(attempt, "this kernel has no such tracepoint",
		    "a kernel with CONFIG_XEN and it");
	else
		attempt->rung = RUNG_TP_BTF;
}

static bool can_enter(const char *function, const struct features *features)
{
	return features__traceable(features, function) != TRACEABLE_NO &&
	       features__has_btf_function(features, function);
}

/* Of the two names that a function had, the one that has the body on this kernel. */
static const char *target_of(const struct probe *probe, const struct features *features)
{
	if (!probe->older || (probe->older_calls && can_enter(probe->hook, features)))
		return probe->hook;
	return can_enter(probe->older, features) ? probe->older : probe->hook;
}

static void choose_function(const struct probe *probe, struct attempt *attempt,
			    const struct features *features)
{
	const char *cause, *fix;

	attempt->target = target_of(probe, features);
	if (features__traceable(features, attempt->target) == TRACEABLE_NO) {
		off(attempt,
		    "ftrace cannot enter it on this kernel: inlined, notrace, or not loaded",
		    "load its module before tracing; otherwise none");
		return;
	}
	if (!refused(attempt, RUNG_FENTRY) && features__fentry(features, &cause, &fix)) {
		if (features__has_btf_function(features, attempt->target)) {
			attempt->rung = RUNG_FENTRY;
			return;
		}
		off(attempt, "no BTF of this function (module without BTF, or not loaded)",
		    "a kernel with CONFIG_DEBUG_INFO_BTF_MODULES");
	} else if (!refused(attempt, RUNG_FENTRY)) {
		off(attempt, cause, fix);
	}
	attempt->rung = RUNG_OFF;
	if (!probe->kprobe || refused(attempt, RUNG_KPROBE))
		return;
	if (features__kprobe(features, &cause, &fix)) {
		attempt->rung = RUNG_KPROBE;
	} else {
		also(attempt->cause, sizeof(attempt->cause), "; ", cause);
		also(attempt->fix, sizeof(attempt->fix), ", or ", fix);
	}
}

/* Sites are found before this, and attached one by one. */
static void choose_sites(struct attempt *attempt, const struct loader *loader)
{
	const struct sites *sites = loader->layout->sites;
	const char *cause, *fix;

	if (sites->cause)
		off(attempt, sites->cause, sites->fix);
	else if (!sites__wanted(sites))
		off(attempt, "no call site of hypercalls can be bracketed", "see check --exact");
	else if (refused(attempt, RUNG_KPROBE))
		attempt->rung = RUNG_OFF;
	else if (!features__kprobe(loader->features, &cause, &fix))
		off(attempt, cause, fix);
	else
		attempt->rung = RUNG_KPROBE;
}

/*
 * Choose the best rung that nothing speaks against; or off, with cause and fix. Rungs that were
 * refused are left out.
 */
static void choose(enum xt_probe id, const struct family *family, struct loader *loader)
{
	const struct probe *probe = &probe_table[id];
	struct attempt *attempt = &loader->attempts[id];
	const char *unused = probe->use == FOR_SOME ? family->unused(id, loader)
						    : probe__unused(probe, loader->platform);

	attempt->applies = !unused;
	attempt->target = probe->hook;
	attempt->hardware_does = unused && probe->use == FOR_PV;
	if (unused)
		off(attempt, unused, "");
	else if (probe->kind == PROBE_SITES)
		choose_sites(attempt, loader);
	else if (probe->kind == PROBE_TRACEPOINT)
		choose_tracepoint(probe, attempt, loader->features);
	else
		choose_function(probe, attempt, loader->features);
}

/* The programs of a probe on a rung. Some have no exit. */
static void programs_of(const struct probe *probe, enum rung rung, const char **entry,
			const char **exit)
{
	*entry = *exit = NULL;
	switch (rung) {
	case RUNG_TP_BTF:
		*entry = probe->tp;
		break;
	case RUNG_FENTRY:
		*entry = probe->fentry;
		*exit = probe->fexit;
		break;
	case RUNG_KPROBE:
		*entry = probe->kprobe;
		*exit = probe->kretprobe;
		break;
	default:
		break;
	}
}

static struct bpf_program *find(const struct loaded *loaded, const char *name)
{
	return name ? bpf_object__find_program_by_name(loaded->object, name) : NULL;
}

static void enable(const struct loaded *loaded, const char *name, const struct attempt *attempt,
		   const struct probe *probe)
{
	struct bpf_program *prog = find(loaded, name);

	if (!prog)
		return;
	bpf_program__set_autoload(prog, true);
	if (attempt->rung == RUNG_FENTRY && attempt->target != probe->hook)
		bpf_program__set_attach_target(prog, 0, attempt->target);
}

static void detach(struct attempt *attempt)
{
	for (int k = 0; k < 2; k++) {
		bpf_link__destroy(attempt->link[k]);
		attempt->link[k] = NULL;
	}
}

/* Turn off, and detach, what would count wrong without another probe that is off. */
static void drop_needy(struct loader *loader)
{
	enum xt_probe probe, missing;
	bool on[XT_PROBE_NR];

	for (int i = 0; i < XT_PROBE_NR; i++)
		on[i] = loader->attempts[i].rung != RUNG_OFF;
	while (probes__unmet(on, &probe, &missing)) {
		struct attempt *attempt = &loader->attempts[probe];

		detach(attempt);
		on[probe] = false;
		attempt->rung = RUNG_OFF;
		snprintf(attempt->cause, sizeof(attempt->cause),
			 "it would count what is not so without %s, which is off",
			 probe_table[missing].hook);
		snprintf(attempt->fix, sizeof(attempt->fix), "as for that one");
	}
}

/* Enable the programs of the chosen rungs; false when there are none. */
static bool enable_chosen(struct loader *loader, const struct loaded *loaded)
{
	const struct family *family = loaded->family;
	const char *entry, *exit;
	bool any = false;

	for (int i = family->first; i < family->end; i++)
		choose(i, family, loader);
	drop_needy(loader);
	for (int i = family->first; i < family->end; i++) {
		const struct attempt *attempt = &loader->attempts[i];

		programs_of(&probe_table[i], attempt->rung, &entry, &exit);
		enable(loaded, entry, attempt, &probe_table[i]);
		enable(loaded, exit, attempt, &probe_table[i]);
		any |= entry || exit;
	}
	for (unsigned int i = 0; family->extras && family->extras[i]; i++) {
		if (!(loader->extras_refused & (1u << i)))
			bpf_program__set_autoload(find(loaded, family->extras[i]), true);
	}
	return any;
}

/* The probe of a program that libbpf named; -1: it belongs to none. */
static int probe_of(const char *program)
{
	const char *entry, *exit;

	for (int i = 0; i < XT_PROBE_NR; i++) {
		for (enum rung rung = RUNG_TP_BTF; rung <= RUNG_KPROBE; rung++) {
			programs_of(&probe_table[i], rung, &entry, &exit);
			if ((entry && strcmp(entry, program) == 0) ||
			    (exit && strcmp(exit, program) == 0))
				return i;
		}
	}
	return -1;
}

/* A refused program that belongs to no probe is left out. */
static bool drop_extra(struct loader *loader, const struct family *family, const char *program)
{
	for (unsigned int i = 0; family->extras && family->extras[i]; i++) {
		if (strcmp(family->extras[i], program) == 0) {
			loader->extras_refused |= 1u << i;
			vlog("this kernel refuses %s", program);
			return true;
		}
	}
	return false;
}

/* Take the rung of the refused program from its probe. False when the program is unknown. */
static bool step_down(struct loader *loader, const struct family *family, const struct said *said,
		      int err)
{
	int id = probe_of(said->program);
	struct attempt *attempt;

	if (id < 0)
		return drop_extra(loader, family, said->program);
	attempt = &loader->attempts[id];
	attempt->refused |= 1u << attempt->rung;
	snprintf(attempt->cause, sizeof(attempt->cause), "%s refused: %s%s%s",
		 rung__name(attempt->rung), strerror(-err), said->detail[0] ? ": " : "",
		 said->detail);
	snprintf(attempt->fix, sizeof(attempt->fix), "please report it with -vv's output");
	/* fentry as such is forbidden, not this function: the next choice finds that cause */
	if (attempt->rung == RUNG_FENTRY && err == -EPERM) {
		features__forbid_fentry(loader->features, err);
		attempt->refused = 0;
	}
	vlog("%s: %s", probe_table[id].hook, attempt->cause);
	return true;
}

static void all_off(struct loader *loader, const struct family *family, const char *cause, int err)
{
	for (int i = family->first; i < family->end; i++) {
		struct attempt *attempt = &loader->attempts[i];

		if (attempt->rung == RUNG_OFF)
			continue;
		attempt->rung = RUNG_OFF;
		snprintf(attempt->cause, sizeof(attempt->cause), "family %s: %s: %s", family->name,
			 cause, strerror(-err));
		snprintf(attempt->fix, sizeof(attempt->fix), "please report it with -vv's output");
	}
}

/* libbpf opens some descriptors while it asks the kernel what it can do. */
#define MEANWHILE 24

/*
 * Is there enough for this object? A map and a program take a descriptor each, a kprobe's link two.
 */
static int check_shortage(struct loader *loader, const struct loaded *loaded)
{
	size_t maps = 0, programs = 0;
	struct bpf_program *prog;
	struct bpf_map *map;

	bpf_object__for_each_map(map, loaded->object) maps++;
	bpf_object__for_each_program(prog, loaded->object) programs += bpf_program__autoload(prog);
	loader->to_attach += loader->dry ? 0 : 2 * programs;
	if (family__has_sites(loaded->family) && !loader->dry)
		loader->to_attach += 4 * sites__wanted(loader->layout->sites);
	return check_room(maps + programs + loader->to_attach + MEANWHILE, btf_bytes());
}

/* A shortage ends the load; only a refusal steps down the ladder. */
static bool is_short(struct loader *loader, int err)
{
	if (tracer__is_shortage(err))
		loader->shortage = err;
	return loader->shortage;
}

static void drop(struct loaded *loaded)
{
	if (loaded->skeleton)
		loaded->family->destroy(loaded->skeleton);
	loaded->skeleton = loaded->object = NULL;
}

void loader__load(struct loader *loader, const struct family *family, struct loaded *loaded)
{
	size_t to_attach = loader->to_attach;
	int err;

	if (loader->shortage)
		return;

	loaded->family = family;
	/* each turn takes at least one rung away */
	for (int turn = 0; turn < XT_PROBE_NR * 3; turn++) {
		struct said said = {};

		loaded->skeleton = family->open(&loaded->object);
		if (!loaded->skeleton) {
			err = -errno;
			if (!is_short(loader, err))
				all_off(loader, family, "cannot be opened", err);
			return;
		}
		if (!enable_chosen(loader, loaded))
			break;
		loader->to_attach = to_attach;
		err = check_shortage(loader, loaded);
		if (!err)
			err = layout__share(loader->layout, loaded->object);
		if (!err) {
			said__listen(&said);
			err = bpf_object__load(loaded->object);
			said__end();
		}
		if (!err)
			return;
		if (is_short(loader, err))
			break;
		if (!step_down(loader, family, &said, err)) {
			all_off(loader, family, "cannot be loaded", err);
			break;
		}
		drop(loaded);
	}
	drop(loaded);
}

static struct bpf_link *attach(struct bpf_program *prog, const struct attempt *attempt, bool exit)
{
	if (attempt->rung == RUNG_KPROBE)
		return bpf_program__attach_kprobe(prog, exit, attempt->target);
	return bpf_program__attach(prog);
}

static void attach_probe(struct loader *loader, const struct loaded *loaded,
			 const struct probe *probe, struct attempt *attempt)
{
	const char *name[2];
	struct said said;
	int err = 0;

	programs_of(probe, attempt->rung, &name[0], &name[1]);
	for (int i = 1; i >= 0 && !err; i--) {
		struct bpf_program *prog = find(loaded, name[i]);

		if (!prog)
			continue;
		said__listen(&said);
		attempt->link[i] = attach(prog, attempt, i == 1);
		err = attempt->link[i] ? 0 : -errno;
		attempt->fd[i] = bpf_program__fd(prog);
		said__end();
	}
	if (!err)
		return;
	is_short(loader, err);
	snprintf(attempt->cause, sizeof(attempt->cause), "%s does not attach: %s",
		 rung__name(attempt->rung), strerror(-err));
	snprintf(attempt->fix, sizeof(attempt->fix), "please report it with -vv's output");
	detach(attempt);
	attempt->rung = RUNG_OFF;
}

static void attach_sites(struct loader *loader, const struct loaded *loaded,
			 const struct probe *probe, struct attempt *attempt)
{
	struct bpf_program *before = find(loaded, probe->kprobe);
	struct bpf_program *after = find(loaded, probe->kretprobe);
	struct said said;

	said__listen(&said);
	sites__attach(loader->layout->sites, before, after, features__cookies(loader->features));
	said__end();
	attempt->fd[0] = bpf_program__fd(before);
	attempt->fd[1] = bpf_program__fd(after);
}

void loader__attach(struct loader *loader, const struct loaded *loaded)
{
	if (!loaded->object)
		return;
	for (int i = loaded->family->first; i < loaded->family->end; i++) {
		const struct probe *probe = &probe_table[i];
		struct attempt *attempt = &loader->attempts[i];

		if (attempt->rung == RUNG_OFF)
			continue;
		if (probe->kind == PROBE_SITES)
			attach_sites(loader, loaded, probe, attempt);
		else
			attach_probe(loader, loaded, probe, attempt);
	}
	drop_needy(loader);
}

/* kernel/bpf/syscall.c:bpf_prog_get_info_by_fd(); an older kernel leaves the member as it is. */
static uint64_t misses(int fd)
{
	struct bpf_prog_info info = {};
	uint32_t len = sizeof(info);

	if (fd <= 0 || bpf_obj_get_info_by_fd(fd, &info, &len))
		return 0;
	return info.recursion_misses;
}

static uint64_t misses_of(const struct attempt *attempt)
{
	return attempt->rung == RUNG_OFF ? 0 : misses(attempt->fd[0]) + misses(attempt->fd[1]);
}

void loader__start(struct loader *loader)
{
	for (int i = 0; i < XT_PROBE_NR; i++)
		loader->attempts[i].skipped_before = misses_of(&loader->attempts[i]);
}

uint64_t loader__skipped(const struct attempt *attempt)
{
	return misses_of(attempt) - attempt->skipped_before;
}
