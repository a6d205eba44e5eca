// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Many clock sources of guests cannot be read in user space: the vDSO then makes the system call
 * after all, which no file tells. Forbid that call to a child and see if its clock still works:
 * evidence, where a comparison of prices would be a guess.
 */
#include "measure/vdso.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { READS, CANNOT_READ, NOT_FORBIDDEN };

static int forbid_clock_syscall(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clock_gettime, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = { sizeof(code) / sizeof(code[0]), code };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) ? -errno : 0;
}

int vdso__reads_clock(void)
{
	struct timespec ts;
	int status;
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (!pid) {
		if (forbid_clock_syscall())
			_exit(NOT_FORBIDDEN);
		_exit(clock_gettime(CLOCK_MONOTONIC, &ts) ? CANNOT_READ : READS);
	}
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	if (!WIFEXITED(status) || WEXITSTATUS(status) == NOT_FORBIDDEN)
		return -ENOSYS;
	return WEXITSTATUS(status) == READS;
}
