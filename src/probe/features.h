/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What this kernel and our privileges let us attach, found out before anything is loaded. */
#ifndef XT_PROBE_FEATURES_H
#define XT_PROBE_FEATURES_H

#include <stdbool.h>
#include <stddef.h>

struct features;

/*
 * Reads BTF, tracefs and capabilities once. Returns 0 and *out (freed with features__free()), or
 * -ENOMEM. What cannot be read is remembered as unknown, not as absent.
 */
int features__new(struct features **out);
void features__free(struct features *features);

/* Free the memory of BTF, some MB, when no more questions will be asked. */
void features__release(struct features *features);

/*
 * Whether tracing can work at all: 0, or a negative errno with one line of cause and fix in
 * *why: -EPERM (capabilities), -ENOENT (no BTF).
 */
int features__usable(const struct features *features, const char **why);

/* A tracepoint, which the probe table names, that tp_btf can attach to. */
bool features__has_tracepoint(const struct features *features, const char *name);
/* Arguments of a tracepoint's prototype, without the leading data pointer; -1 if there is none. */
int features__tracepoint_args(const struct features *features, const char *name);
/* Argument `arg` of them, from 0 on, is a pointer. */
bool features__tracepoint_points(const struct features *features, const char *name, int arg);

/*
 * The value of an enumerator of the kernel, of a named enum or not; `otherwise` if there is none.
 */
int features__enum_value(const struct features *features, const char *name, int otherwise);

/*
 * The names of a named enum's enumerators 0 to nr - 1, without `prefix`, each with room for `size`
 * bytes with its end; "" for one that there is none of.
 */
void features__enum_names(const struct features *features, const char *of, const char *prefix,
			  char *names, unsigned int nr, size_t size);

enum traceable { TRACEABLE_NO, TRACEABLE_YES, TRACEABLE_UNKNOWN };

/*
 * Whether ftrace can enter this function (available_filter_functions, by exact name). UNKNOWN when
 * tracefs cannot be read. Only functions of the probe table are known.
 */
enum traceable features__traceable(const struct features *features, const char *function);
/*
 * Show every function that ftrace can enter, one after the other; false when tracefs cannot be
 * read.
 */
bool features__each_traceable(void (*see)(const char *function, void *arg), void *arg);
/*
 * Whether the kernel's or a loaded module's BTF describes this function of the probe table: fentry
 * needs that.
 */
bool features__has_btf_function(const struct features *features, const char *function);

/*
 * Whether tasks are preempted inside the kernel: true also where nothing says that they are not. A
 * kernel that changes its mode while tracing counts what it then misses as a loss of frames.
 */
bool features__preempts(void);

/*
 * Whether a program can ask which of its links it runs for (bpf_get_attach_cookie(), since 5.15).
 */
bool features__cookies(const struct features *features);

/*
 * Whether a rung works here at all; else cause and fix. A failed load may teach that it does not.
 */
bool features__fentry(const struct features *features, const char **cause, const char **fix);
bool features__kprobe(const struct features *features, const char **cause, const char **fix);
void features__forbid_fentry(struct features *features, int err);

#endif
