// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "run/command.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/process.h"
#include "base/str.h"
#include "run/caller.h"
#include "run/signals.h"

struct command {
	const char *name;
	pid_t child;
	int line; /* to it: a byte lets it run. From it: an errno, 0 when it is ready */
	bool started, over;
	int status; /* as waitpid() gives it */
};

/* Can it be executed? Returns 0 or a negative errno. */
static int look_at(const char *path)
{
	struct stat st;

	if (stat(path, &st))
		return -errno;
	return S_ISREG(st.st_mode) && !access(path, X_OK) ? 0 : -EACCES;
}

/* As execvp() will look for it. */
static int look_for(const char *name)
{
	const char *path = getenv("PATH") ?: "/bin:/usr/bin";
	char file[PATH_MAX];
	int err = -ENOENT;
	size_t len;

	if (strchr(name, '/') || !*name)
		return look_at(name);
	for (;; path += len + 1) {
		len = strcspn(path, ":");
		STR_SET(file, "%.*s%s%s", (int)len, path, len ? "/" : "", name);
		switch (look_at(file)) {
		case 0:
			return 0;
		case -EACCES:
			err = -EACCES;
		}
		if (!path[len])
			return err;
	}
}

/* Root's come back with the program that is executed, as they do for any root's. */
static int drop_capabilities(void)
{
	cap_t none = cap_init();
	int err = !none ? -ENOMEM : cap_set_proc(none) ? -errno : 0;

	cap_free(none);
	return err;
}

static void tell(int line, int err)
{
	if (write(line, &err, sizeof(err)) != sizeof(err))
		_exit(EXIT_RUNTIME);
}

/* In the child. What it cannot do is said by the parent. */
static void __attribute__((noreturn)) become(const struct caller *caller, char **argv, int line)
{
	char go;
	int err;

	process__restore();
	err = caller__become(caller);
	if (!err)
		err = look_for(argv[0]);
	if (!err)
		err = drop_capabilities();
	tell(line, err);
	/* the parent may have ended, or have failed */
	if (err || read(line, &go, 1) != 1)
		_exit(EXIT_RUNTIME);
	execvp(argv[0], argv);
	tell(line, -errno);
	_exit(EXIT_RUNTIME);
}

static int refuse(const struct command *command, int err)
{
	elog("cannot run '%s': %s", command->name, strerror(-err));
	switch (err) {
	case -ENOENT:
	case -ENOTDIR:
		return EXIT_NOT_FOUND;
	case -EPERM:
	case -EINVAL:
		return EXIT_PRIVILEGE;
	default:
		return EXIT_NOT_EXECUTABLE;
	}
}

static int start_child(struct command *command, char **argv)
{
	struct caller caller;
	int lines[2], err;

	if (caller__find(&caller))
		return EXIT_USAGE;
	/* a child whose end nobody is told of would be waited for in vain */
	signal(SIGCHLD, SIG_DFL);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, lines))
		return refuse(command, -errno) ? EXIT_RUNTIME : 0;
	command->child = fork();
	if (!command->child) {
		close(lines[0]);
		become(&caller, argv, lines[1]);
	}
	err = -errno;
	close(lines[1]);
	command->line = lines[0];
	if (command->child < 0)
		return refuse(command, err) ? EXIT_RUNTIME : 0;
	if (read(command->line, &err, sizeof(err)) != sizeof(err))
		err = -EIO;
	return err ? refuse(command, err) : EXIT_DONE;
}

int command__new(struct command **out, char **argv)
{
	struct command *command = calloc(1, sizeof(*command));
	int code;

	if (!command) {
		elog("out of memory");
		return EXIT_RUNTIME;
	}
	command->name = argv[0];
	command->child = command->line = -1;
	code = start_child(command, argv);
	if (code) {
		command__end(command, code);
		return code;
	}
	/* Ctrl-\ is meant for it, as Ctrl-C is (run/signals.h) */
	signal(SIGQUIT, SIG_IGN);
	*out = command;
	return EXIT_DONE;
}

bool command__start(struct command *command)
{
	command->started = write(command->line, "", 1) == 1;
	return command->started;
}

bool command__is_over(struct command *command)
{
	if (!command->over)
		command->over = waitpid(command->child, &command->status, WNOHANG) ==
				command->child;
	return command->over;
}

void command__pass(struct command *command, int signal)
{
	if (!command->over)
		kill(command->child, signal);
}

static int status_of(struct command *command)
{
	int err;

	/* it was there when we looked, and could not be executed */
	if (recv(command->line, &err, sizeof(err), MSG_DONTWAIT) == sizeof(err) && err)
		return refuse(command, err);
	if (WIFSIGNALED(command->status))
		return EXIT_SIGNALLED + WTERMSIG(command->status);
	return WEXITSTATUS(command->status);
}

int command__end(struct command *command, int code)
{
	int status = 0, signal;

	while (command->started && !command__is_over(command)) {
		signal = signals__wait(UINT64_MAX, -1);
		if (signal && signal != SIGCHLD)
			command__pass(command, signal);
	}
	if (command->started)
		status = status_of(command);
	if (command->line >= 0)
		close(command->line);
	/* one that never ran sees the line closed, and ends; or a signal has ended it before */
	if (command->child > 0 && !command->over &&
	    waitpid(command->child, &command->status, 0) == command->child &&
	    WIFSIGNALED(command->status))
		status = EXIT_SIGNALLED + WTERMSIG(command->status);
	free(command);
	return status ? status : code;
}
