// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "measure/bench.h"

/* include/uapi/xen/privcmd.h, which does not compile outside the kernel. */
struct privcmd_hypercall {
	uint64_t op;
	uint64_t arg[5];
};

#define IOCTL_PRIVCMD_HYPERCALL _IOC(_IOC_NONE, 'P', 0, sizeof(struct privcmd_hypercall))

/* xen/include/public/xen.h, version.h: changes nothing, has no argument, any domain may. */
#define HYPERVISOR_XEN_VERSION 17
#define XENVER_VERSION	       0

static uint64_t versions(void *ctx, unsigned int n)
{
	struct privcmd_hypercall call = { HYPERVISOR_XEN_VERSION, { XENVER_VERSION } };
	uint64_t start = ticks();
	const int *fd = ctx;

	while (n--)
		ioctl(*fd, IOCTL_PRIVCMD_HYPERCALL, &call);
	return ticks() - start;
}

static const char *why_closed(const struct platform *platform, int err)
{
	if (err == EACCES || err == EPERM)
		return "needs root, for /dev/xen/privcmd";
	if (err != ENOENT)
		return strerrordesc_np(err);
	switch (platform->boot) {
	case BOOT_PV:
	case BOOT_HVM:
	case BOOT_PVH:
	case BOOT_DOM0:
		return "no /dev/xen/privcmd, the only way from user space (module xen-privcmd)";
	case BOOT_BARE:
		return "no hypervisor";
	default:
		return "only Xen takes hypercalls from user space, through its privcmd";
	}
}

const char *measure__hypercall(struct price *price, const struct bench *bench)
{
	struct privcmd_hypercall call = { HYPERVISOR_XEN_VERSION, { XENVER_VERSION } };
	int fd = open("/dev/xen/privcmd", O_RDWR | O_CLOEXEC);
	const char *why;

	if (fd < 0)
		return why_closed(bench->platform, errno);
	if (ioctl(fd, IOCTL_PRIVCMD_HYPERCALL, &call) > 0)
		why = bench__run(bench, price, versions, &fd, 1 << 16);
	else
		why = "privcmd refuses xen_version";
	close(fd);
	return why;
}
