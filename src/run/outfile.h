/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * A file that is written, so that nothing that was there is lost. What has the name keeps it until
 * something whole takes its place: the output is written to a file of its own in the same folder,
 * most often one without a name, and then renamed. So an output that fails leaves what was there,
 * and whoever reads the name never sees half of one.
 *
 * What is no regular file (a FIFO, /dev/stdout, a terminal, a disk) is written to as it is: it
 * keeps nothing that could be lost.
 *
 * A new file is its user's alone, 0600: what is measured tells who does what. One that takes the
 * place of another has its permissions, and its owner and group as far as the user may give them.
 * Other hard links keep the old one.
 */
#ifndef XT_RUN_OUTFILE_H
#define XT_RUN_OUTFILE_H

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>

/*
 * Where an output goes: its name, walked to the folder that holds it, its last name there and what
 * is there now. The folder stays the same one, whatever its names become meanwhile.
 *
 * In a folder where everybody may make names (sticky, as /tmp) somebody else may have made this
 * one. There a symbolic link is followed only where it and what it leads to are the user's own, and
 * a file or FIFO of another user is refused, whatever fs.protected_* of this kernel say.
 */
struct place {
	int dir; /* O_PATH; -1 for none */
	char name[NAME_MAX + 1];
	bool exists;
	bool descriptor; /* a link of /proc/PID/fd, as /dev/stdout is */
	struct stat st;	 /* where it exists */
};

/*
 * Returns 0; or a negative errno, and *why where that says too little, else NULL. The caller closes
 * it, also then.
 */
int place__find(struct place *place, const char *path, const char **why);
void place__close(struct place *place);

/* Is it this file? */
bool place__is(const struct place *place, const struct stat *st);
/* Would one be written over the other? A device takes from many. */
bool place__same(const struct place *a, const struct place *b);

struct outfile {
	const char *path; /* "-": standard output; or outfile_stderr itself */
	struct place place;
	FILE *file;
	mode_t mode;		  /* permissions that were asked for; 0: none were */
	bool renames;		  /* it is written aside */
	bool published;		  /* and has the name by now */
	char aside[NAME_MAX + 1]; /* its name until then; "" for none */
};

/* Look at what is there. Returns 0, or a negative errno with a message. */
int outfile__find(struct outfile *to, const char *path);
/*
 * Begin a new file of that name in this folder, which stays the caller's; where `name` is there by
 * the time that it is published, it is replaced. `path` is for messages, and kept. Returns 0, or a
 * negative errno with a message.
 */
int outfile__make(struct outfile *to, int dir, const char *name, const char *path, mode_t mode);
/* Begin to write; nothing that is there changes. Returns 0, or a negative errno with a message. */
int outfile__open(struct outfile *to);

/* The path of standard error. */
extern const char outfile_stderr[];

/* Is it standard output or error, whose reader may go away? */
bool outfile__is_standard(const struct outfile *to);
/* For messages: its path, or "standard output". */
const char *outfile__name(const struct outfile *to);
/*
 * Of one that is open: does it take more than the user's own permissions to make and rename files in
 * its folder; or to give a new file the owner and group of the one whose place it takes?
 */
bool outfile__is_in_others_folder(const struct outfile *to);
bool outfile__replaces_others(const struct outfile *to);
/* In columns, of the terminal that it is; 0 for none. */
unsigned int outfile__width(const struct outfile *to);
/* The same of standard output. */
unsigned int outfile__terminal_width(void);

/*
 * Let it have the name, as far as it is written; what is written from then on can be seen there.
 * Returns 0 or a negative errno.
 */
int outfile__publish(struct outfile *to);
/* Begin again, with an empty file; one that is published keeps its name until this one is. */
int outfile__renew(struct outfile *to);
/* -ESTALE when the file that has the name was deleted, and nobody will ever see what is written. */
int outfile__check(const struct outfile *to);

/* Close it: what was not published is dropped. Returns 0 or a negative errno. */
int outfile__close(struct outfile *to);

/* A message for what writing failed with; none for a reader of a standard one that went away. */
void outfile__say(const struct outfile *to, int err);

#endif
