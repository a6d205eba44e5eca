// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * given_up WHAT ATTEMPT: gives up WHAT (nothing, keep, become, only, or what
 * a trace or export's server gives up), then tries something as that
 * process, and prints how it ended: "done", the name of an errno, or "killed" (by SIGSYS).
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run/privileges.h"
#include "run/rights.h"
#include "run/server.h"

#define NOBODY 65534

static const char *const few[] = { "write", "exit_group", NULL };
static pid_t other; /* a process of root's, and then one of the user's own */

static int give_up(const char *what)
{
	static const cap_value_t kept[] = { CAP_BPF, CAP_PERFMON };

	if (!strcmp(what, "keep"))
		return privileges__keep(kept, 2);
	if (!strcmp(what, "become"))
		return privileges__become(NOBODY, NOBODY);
	if (!strcmp(what, "only"))
		return privileges__only(few);
	if (!strcmp(what, "trace"))
		return privileges__keep(NULL, 0) ?: privileges__only(rights__calls);
	if (!strcmp(what, "server")) {
		int err = privileges__become(NOBODY, NOBODY);

		return err ? err : privileges__only(server__calls);
	}
	return strcmp(what, "nothing") ? -EINVAL : 0;
}

static int load_bpf(void)
{
	struct bpf_insn exits[] = { { .code = BPF_ALU64 | BPF_MOV | BPF_K },
				    { .code = BPF_JMP | BPF_EXIT } };
	union bpf_attr attr = { .prog_type = BPF_PROG_TYPE_TRACEPOINT,
				.insns = (unsigned long)exits,
				.insn_cnt = 2,
				.license = (unsigned long)"GPL" };

	return syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
}

static int try(const char *attempt)
{
	if (!strcmp(attempt, "nothing"))
		return 0;
	if (!strcmp(attempt, "open"))
		return open("/etc/passwd", O_RDONLY);
	if (!strcmp(attempt, "make"))
		return mkdir("/folder", 0700);
	if (!strcmp(attempt, "leave")) /* the root, as root may: down, and up to where it was */
		return mkdir("down", 0700) || chroot("down") || chdir("..") ? -1 : 0;
	if (!strcmp(attempt, "see"))
		return open("/proc/1/stat", O_RDONLY);
	if (!strcmp(attempt, "kill"))
		return kill(other, 0);
	if (!strcmp(attempt, "bpf"))
		return load_bpf();
	if (!strcmp(attempt, "mount"))
		return syscall(SYS_mount, "none", "/", "tmpfs", 0, NULL);
	if (!strcmp(attempt, "uid"))
		return setuid(0);
	if (!strcmp(attempt, "chown"))
		return chown("/etc/hostname", 1, 1);
	if (!strcmp(attempt, "socket"))
		return socket(AF_INET, SOCK_STREAM, 0);
	if (!strcmp(attempt, "execute"))
		return execl("/bin/true", "true", NULL);
	errno = EINVAL;
	return -1;
}

int main(int argc, char **argv)
{
	int status;
	pid_t pid;

	if (argc != 3)
		return 2;
	other = getppid();
	pid = fork();
	if (!pid) {
		int err = give_up(argv[1]);

		if (err) {
			printf("not given up: %s\n", strerrorname_np(-err));
			_exit(1);
		}
		if (try(argv[2]) < 0)
			_exit(errno);
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid)
		return 1;
	if (WIFSIGNALED(status))
		puts(WTERMSIG(status) == SIGSYS ? "killed" : strsignal(WTERMSIG(status)));
	else
		puts(WEXITSTATUS(status) ? strerrorname_np(WEXITSTATUS(status)) : "done");
	return 0;
}
