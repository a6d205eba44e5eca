// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include "platform/xenstore.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

#define TIMEOUT_MS 100

/* xen/include/public/io/xs_wire.h */
#define XS_READ	      2
#define XS_ERROR      16
#define PAYLOAD_MOST  4096
#define PAYLOAD_PATHS 256 /* longer ones are not asked for */

struct message {
	uint32_t type;
	uint32_t request;
	uint32_t transaction; /* 0: none */
	uint32_t len;	      /* of what follows */
};

void xenstore__open(struct xenstore *store, const char *path)
{
	store->request = 0;
	store->fd = open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK);
}

void xenstore__close(struct xenstore *store)
{
	if (store->fd >= 0)
		close(store->fd);
	store->fd = -1;
}

static int read_whole(int fd, void *to, size_t size)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	char *at = to;

	while (size) {
		ssize_t nr = read(fd, at, size);

		if (nr > 0) {
			at += nr;
			size -= nr;
			continue;
		}
		if (!nr)
			return -EPIPE;
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN)
			return -errno;
		if (!poll(&wait, 1, TIMEOUT_MS))
			return -ETIMEDOUT;
	}
	return 0;
}

static int ask(struct xenstore *store, const char *path)
{
	const size_t len = strlen(path) + 1;
	char request[sizeof(struct message) + PAYLOAD_PATHS];
	const struct message head = { .type = XS_READ, .request = ++store->request, .len = len };
	const ssize_t size = sizeof(head) + len;

	memcpy(request, &head, sizeof(head));
	memcpy(request + sizeof(head), path, len);
	if (write(store->fd, request, size) != size)
		return -EIO;
	return 0;
}

/* The reply to the last request; an answer that nobody waits for any more is none. */
static int answer(struct xenstore *store, struct message *head, char payload[PAYLOAD_MOST])
{
	int err = read_whole(store->fd, head, sizeof(*head));

	if (err)
		return err;
	if (head->len > PAYLOAD_MOST || head->request != store->request)
		return -EPROTO;
	return read_whole(store->fd, payload, head->len);
}

int xenstore__read(struct xenstore *store, char *value, size_t size, const char *fmt, ...)
{
	char path[PAYLOAD_PATHS], payload[PAYLOAD_MOST];
	struct message head;
	va_list args;
	int err, len;

	*value = '\0';
	if (store->fd < 0)
		return -ENOTCONN;
	va_start(args, fmt);
	len = vsnprintf(path, sizeof(path), fmt, args);
	va_end(args);
	if (len < 0 || (size_t)len >= sizeof(path))
		return -ENAMETOOLONG;
	err = ask(store, path) ?: answer(store, &head, payload);
	if (err) {
		vlog("xenstore gives no answer: %s", strerror(-err));
		xenstore__close(store);
		return err;
	}
	if (head.type == XS_ERROR)
		return -ENOENT;
	snprintf(value, size, "%.*s", (int)head.len, payload);
	return 0;
}
