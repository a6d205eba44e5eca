// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <fcntl.h>
#include <microhttpd.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "run/privileges.h"
#include "run/server.h"

#define NS_PER_S 1000000000ull
#define TICK_MS	 1000 /* between looks at who has waited too long */
/*
 * More than are taken at once, before the oldest make room: at its own limit libmicrohttpd would stop
 * to take any, and wait for an event to begin again.
 */
#define ACCEPTS 256
/* Descriptors that are no client's: sockets, the texts, and those that slow clients still read. */
#define DESCRIPTORS 32

/* What libmicrohttpd, malloc() and this file call. None opens, makes or executes anything. */
const char *const server__calls[] = {
	/* its clients and the loader */
	"accept4", "accept", "read", "readv", "recvfrom", "recvmsg", "write", "writev", "sendto",
	"sendmsg", "sendfile", "shutdown", "close", "getsockname", "getpeername", "getsockopt",
	"setsockopt", "fcntl", "epoll_ctl", "epoll_wait", "epoll_pwait", "poll", "ppoll",
	/* the memfd */
	"fstat", "newfstatat", "lseek", "pread64",
	/* memory, time, and the end */
	"mmap", "munmap", "mremap", "madvise", "brk", "futex", "clock_gettime", "gettimeofday",
	"time", "getrandom", "getpid", "gettid", "rt_sigreturn", "rt_sigprocmask",
	"restart_syscall", "exit", "exit_group", NULL
};

struct client {
	struct client *older, *newer;
	struct MHD_Connection *connection;
	int fd;
	uint64_t since;
	bool asked; /* its request is here */
	bool waits; /* suspended, until there are figures */
	bool ends;  /* its socket is shut down */
};

struct server {
	const struct server_options *options;
	struct MHD_Daemon *daemon;
	struct client *oldest, *newest;
	unsigned int clients;
	unsigned int most; /* of them; of more the oldest makes room */

	struct MHD_Response *text[DIALECT_NR]; /* NULL: none came yet */
	struct MHD_Response *page, *not_found, *not_allowed, *nothing_yet;
	uint64_t came;	 /* CLOCK_MONOTONIC ns */
	uint64_t looked; /* for clients that have left; the same */
	bool asked;	 /* for texts that have not come */
	bool ended;	 /* the loader has */
};

static enum MHD_Result reply(struct MHD_Connection *connection, unsigned int status,
			     struct MHD_Response *response)
{
	return MHD_queue_response(connection, status, response);
}

static bool is_fresh(const struct server *server)
{
	return server->text[0] && clock__monotonic_ns() - server->came < server->options->fresh_ns;
}

static void ask(struct server *server)
{
	if (!server->asked && send(server->options->loader, "?", 1, MSG_NOSIGNAL) == 1)
		server->asked = true;
}

/* Figures that are fresh, or that came while it waited, however long ago that is by now. */
static enum MHD_Result answer_metrics(struct server *server, struct client *client, bool waited)
{
	bool came = waited && server->text[0] && server->came >= client->since;
	const char *accept = MHD_lookup_connection_value(client->connection, MHD_HEADER_KIND,
							 MHD_HTTP_HEADER_ACCEPT);

	if (came || is_fresh(server))
		return reply(client->connection, MHD_HTTP_OK,
			     server->text[dialect__accepted(accept)]);
	if (waited)
		return reply(client->connection, MHD_HTTP_SERVICE_UNAVAILABLE, server->nothing_yet);
	ask(server);
	client->waits = true;
	MHD_suspend_connection(client->connection);
	return MHD_YES;
}

static struct client *client_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

/*
 * Called when a request's header is there, once more for its body's end, and again when the
 * connection is resumed.
 */
static enum MHD_Result answer(void *cls, struct MHD_Connection *connection, const char *url,
			      const char *method, const char *version, const char *upload,
			      size_t *upload_size, void **state)
{
	enum { BEGUN = 1, WAITED };
	struct server *server = cls;
	struct client *client = client_of(connection);
	uintptr_t step = (uintptr_t)*state;

	(void)version;
	(void)upload;
	if (!client)
		return MHD_NO;
	client->connection = connection;
	client->asked = true;
	/* who sends a body is answered before it comes, and its connection ends */
	if (strcmp(method, MHD_HTTP_METHOD_GET) && strcmp(method, MHD_HTTP_METHOD_HEAD))
		return reply(connection, MHD_HTTP_METHOD_NOT_ALLOWED, server->not_allowed);
	if (*upload_size)
		return MHD_NO;
	if (!step) {
		*state = (void *)BEGUN;
		return MHD_YES;
	}
	*state = (void *)WAITED;
	if (!strcmp(url, "/metrics"))
		return answer_metrics(server, client, step == WAITED);
	if (!strcmp(url, "/"))
		return reply(connection, MHD_HTTP_OK, server->page);
	return reply(connection, MHD_HTTP_NOT_FOUND, server->not_found);
}

static void resume(struct client *client)
{
	if (!client->waits)
		return;
	client->waits = false;
	MHD_resume_connection(client->connection);
}

/* libmicrohttpd finds that it is closed, and closes it. */
static void end_client(struct client *client)
{
	if (client->ends)
		return;
	client->ends = true;
	resume(client);
	shutdown(client->fd, SHUT_RDWR);
}

static void add_client(struct server *server, struct MHD_Connection *connection, void **context)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct client *client = calloc(1, sizeof(*client));

	*context = client;
	if (!client)
		return;
	client->connection = connection;
	client->fd = info->connect_fd;
	client->since = clock__monotonic_ns();
	client->older = server->newest;
	if (server->newest)
		server->newest->newer = client;
	else
		server->oldest = client;
	server->newest = client;
	server->clients++;
}

static void remove_client(struct server *server, struct client *client)
{
	if (!client)
		return;
	*(client->older ? &client->older->newer : &server->oldest) = client->newer;
	*(client->newer ? &client->newer->older : &server->newest) = client->older;
	server->clients--;
	free(client);
}

static void note_client(void *cls, struct MHD_Connection *connection, void **context,
			enum MHD_ConnectionNotificationCode what)
{
	if (what == MHD_CONNECTION_NOTIFY_STARTED)
		add_client(cls, connection, context);
	else
		remove_client(cls, *context);
}

/*
 * Has it left without a whole request? libmicrohttpd does not see the end of what came together with
 * its last bytes.
 */
static bool has_left(const struct client *client)
{
	char byte;

	return !client->asked && recv(client->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

/* All that are too old end, once a second those that have left, and the oldest of too many. */
static void end_clients(struct server *server)
{
	uint64_t now = clock__monotonic_ns();
	bool looks = now - server->looked > NS_PER_S;
	unsigned int too_many = server->clients > server->most ? server->clients - server->most : 0;

	if (looks)
		server->looked = now;
	for (struct client *c = server->oldest, *newer; c; c = newer) {
		newer = c->newer;
		if (too_many || now - c->since > SERVER_PATIENCE * NS_PER_S ||
		    (looks && has_left(c)))
			end_client(c);
		else if (c->waits && now - c->since > SERVER_WAIT * NS_PER_S)
			resume(c);
		too_many -= too_many > 0;
	}
}

static struct MHD_Response *make_text(int fd, uint64_t offset, uint64_t size, enum dialect dialect)
{
	int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	struct MHD_Response *text =
		own < 0 ? NULL : MHD_create_response_from_fd_at_offset64(size, own, offset);

	if (!text) {
		close(own);
		return NULL;
	}
	MHD_add_response_header(text, MHD_HTTP_HEADER_CONTENT_TYPE, dialect__content_type(dialect));
	MHD_add_response_header(text, MHD_HTTP_HEADER_VARY, MHD_HTTP_HEADER_ACCEPT);
	MHD_add_response_header(text, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	MHD_add_response_header(text, MHD_HTTP_HEADER_CONNECTION, "close");
	return text;
}

/*
 * Who reads the old ones keeps them until then. `fd` is below 0 where the texts came and no
 * descriptor was free for them: they are asked for again.
 */
static void take_texts(struct server *server, int fd, const struct server_texts *texts)
{
	struct MHD_Response *text[DIALECT_NR] = {};
	uint64_t offset = 0;

	server->asked = false;
	if (fd < 0)
		return;
	for (enum dialect d = 0; d < DIALECT_NR; d++) {
		text[d] = make_text(fd, offset, texts->size[d], d);
		offset += texts->size[d];
	}
	for (enum dialect d = 0; d < DIALECT_NR; d++) {
		bool whole = text[0] && text[DIALECT_NR - 1];
		struct MHD_Response *old = whole ? server->text[d] : text[d];

		if (old)
			MHD_destroy_response(old);
		if (whole)
			server->text[d] = text[d];
	}
	if (!text[0] || !text[DIALECT_NR - 1])
		return;
	server->came = clock__monotonic_ns();
	for (struct client *c = server->oldest; c; c = c->newer)
		resume(c);
}

static void hear_loader(struct server *server)
{
	struct server_texts texts;
	char room[CMSG_SPACE(sizeof(int))];
	struct iovec part = { .iov_base = &texts, .iov_len = sizeof(texts) };
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = room,
				  .msg_controllen = sizeof(room) };
	ssize_t got = recvmsg(server->options->loader, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	struct cmsghdr *control;
	int fd = -1;

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got != sizeof(texts)) {
		server->ended = true;
		return;
	}
	control = CMSG_FIRSTHDR(&message);
	if (control && control->cmsg_type == SCM_RIGHTS)
		memcpy(&fd, CMSG_DATA(control), sizeof(fd));
	take_texts(server, fd, &texts);
	if (fd >= 0)
		close(fd);
}

static int wait_for_work(struct server *server)
{
	const union MHD_DaemonInfo *info =
		MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	struct pollfd polls[] = { { .fd = info->epoll_fd, .events = POLLIN },
				  { .fd = server->options->loader, .events = POLLIN } };
	MHD_UNSIGNED_LONG_LONG timeout = TICK_MS;

	if (MHD_get_timeout(server->daemon, &timeout) != MHD_YES || timeout > TICK_MS)
		timeout = TICK_MS;
	if (poll(polls, LENGTH(polls), timeout) < 0 && errno != EINTR)
		return -errno;
	if (polls[1].revents)
		hear_loader(server);
	return 0;
}

static struct MHD_Response *make_page(const char *type, const char *text)
{
	struct MHD_Response *page =
		MHD_create_response_from_buffer(strlen(text), (void *)text, MHD_RESPMEM_PERSISTENT);

	if (page) {
		MHD_add_response_header(page, MHD_HTTP_HEADER_CONTENT_TYPE, type);
		MHD_add_response_header(page, MHD_HTTP_HEADER_CONNECTION, "close");
	}
	return page;
}

static int make_pages(struct server *server)
{
	static const char plain[] = "text/plain; charset=utf-8";

	server->page = make_page("text/html; charset=utf-8",
				 "<!DOCTYPE html><html lang=\"en\"><title>xentrace-bpf</title>"
				 "<h1>xentrace-bpf export</h1>"
				 "<p><a href=\"/metrics\">/metrics</a></p></html>\n");
	server->not_found = make_page(plain, "There are / and /metrics.\n");
	server->not_allowed = make_page(plain, "Only GET and HEAD.\n");
	server->nothing_yet = make_page(plain, "The tracer has given no figures yet.\n");
	if (!server->page || !server->not_found || !server->not_allowed || !server->nothing_yet)
		return -ENOMEM;
	MHD_add_response_header(server->not_allowed, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
	MHD_add_response_header(server->nothing_yet, MHD_HTTP_HEADER_RETRY_AFTER, "5");
	return 0;
}

/* libmicrohttpd tells what its clients do wrong: nobody here reads that. */
static void say_nothing(void *cls, const char *format, va_list arguments)
{
	(void)cls;
	(void)format;
	(void)arguments;
}

/* More connections than there are descriptors would leave none for the figures. */
static unsigned int count_accepts(void)
{
	const unsigned int wanted = SERVER_CONNECTIONS + ACCEPTS;
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) || files.rlim_cur >= wanted + DESCRIPTORS)
		return wanted;
	return files.rlim_cur > 2 * DESCRIPTORS ? files.rlim_cur - DESCRIPTORS : DESCRIPTORS;
}

/* What it needs is made before anything is given up. */
static int begin(struct server *server)
{
	const unsigned int accepts = count_accepts();

	server->most = accepts - accepts * ACCEPTS / (SERVER_CONNECTIONS + ACCEPTS);
	server->daemon = MHD_start_daemon(
		MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG |
			MHD_USE_SUPPRESS_DATE_NO_CLOCK,
		0, NULL, NULL, answer, server, MHD_OPTION_EXTERNAL_LOGGER, say_nothing, NULL,
		MHD_OPTION_LISTEN_SOCKET, server->options->listening, MHD_OPTION_CONNECTION_LIMIT,
		accepts, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)SERVER_MEMORY,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned int)SERVER_PATIENCE,
		MHD_OPTION_NOTIFY_CONNECTION, note_client, server, MHD_OPTION_END);
	return server->daemon ? make_pages(server) : -EIO;
}

static void end(struct server *server)
{
	struct MHD_Response *all[] = { server->page,	    server->not_found, server->not_allowed,
				       server->nothing_yet, server->text[0],   server->text[1] };

	for (struct client *c = server->oldest; c; c = c->newer)
		resume(c);
	if (server->daemon)
		MHD_stop_daemon(server->daemon);
	for (size_t i = 0; i < LENGTH(all); i++)
		if (all[i])
			MHD_destroy_response(all[i]);
}

static int serve(struct server *server)
{
	int err = 0;

	while (!err && !server->ended) {
		if (MHD_run(server->daemon) != MHD_YES)
			return -EIO;
		end_clients(server);
		err = wait_for_work(server);
	}
	return err;
}

static int give_up(const struct server_options *options)
{
	int err = privileges__become(options->uid, options->gid);

	if (err)
		return err;
	/* what changes the user forgets this */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0))
		return -errno;
	return privileges__only(server__calls);
}

static int run(const struct server_options *options, bool confined)
{
	struct server server = { .options = options };
	int err = begin(&server);

	if (err)
		elog("cannot start the HTTP server: %s", strerror(-err));
	if (!err && confined) {
		err = give_up(options);
		if (!err && send(options->loader, "!", 1, MSG_NOSIGNAL) != 1)
			err = -errno;
		if (err)
			elog("cannot shut the HTTP server in: %s: run as root, or with CAP_SETUID, "
			     "CAP_SETGID and CAP_SYS_CHROOT; or use --textfile",
			     strerror(-err));
	}
	if (!err)
		err = serve(&server);
	end(&server);
	return err ? EXIT_RUNTIME : EXIT_DONE;
}

int server__run(const struct server_options *options)
{
	return run(options, true);
}

int server__serve(const struct server_options *options)
{
	return run(options, false);
}
