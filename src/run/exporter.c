// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/str.h"
#include "output/openmetrics.h"
#include "run/exporter.h"
#include "run/server.h"

#define NS_PER_S   1000000000.0
#define ASKED_MOST 64 /* a server asks once, and waits for the answer */

struct exporter {
	const struct exporter_options *options;
	int server; /* the socket to it; -1: none */
	pid_t pid;
	struct outfile file; /* of path NULL: none */
	struct metrics_floor floor;
	struct findings findings; /* of the last interval */
	bool has_findings;
};

/* An address of IPv4 or, in brackets, of IPv6. Returns its length, 0 for what is none. */
static socklen_t parse_address(const char *text, struct sockaddr_storage *address)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)address;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)address;
	const char *colon = strrchr(text, ':');
	unsigned long port = 0;
	char host[64];
	size_t len = colon ? colon - text : 0;

	*address = (struct sockaddr_storage) {};
	if (!len || len >= sizeof(host) || !number__whole(colon + 1, 65535, &port))
		return 0;
	memcpy(host, text, len);
	host[len] = '\0';
	if (inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		return sizeof(*v4);
	}
	if (host[0] != '[' || host[len - 1] != ']')
		return 0;
	host[len - 1] = '\0';
	if (inet_pton(AF_INET6, host + 1, &v6->sin6_addr) != 1)
		return 0;
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(port);
	return sizeof(*v6);
}

static int open_listening(const char *text, int *fd)
{
	struct sockaddr_storage address;
	socklen_t len = parse_address(text, &address);
	const int on = 1;

	if (!len) {
		elog("--listen '%s' is no address and port: 127.0.0.1:19360, or [::1]:19360", text);
		return EXIT_USAGE;
	}
	*fd = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (*fd >= 0 && !setsockopt(*fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) &&
	    !bind(*fd, (struct sockaddr *)&address, len) && !listen(*fd, SOMAXCONN))
		return EXIT_DONE;
	elog("cannot listen on %s: %s%s", text, strerror(errno),
	     errno == EADDRINUSE ? ": name another port with --listen" : "");
	return EXIT_RUNTIME;
}

/* Without the libraries that getpwnam() would load: they are not for root to trust. */
static int find_user(const char *text, struct server_options *server)
{
	FILE *file = fopen("/etc/passwd", "re");
	unsigned long number = 0;
	bool found = number__whole(text, 0xfffffffe, &number);
	struct passwd *entry;

	server->uid = server->gid = number;
	while (!found && file && (entry = fgetpwent(file))) {
		found = !strcmp(entry->pw_name, text);
		server->uid = entry->pw_uid;
		server->gid = entry->pw_gid;
	}
	if (file)
		fclose(file);
	if (found && server->uid)
		return EXIT_DONE;
	elog(found ? "--user %s: the HTTP server does not run as root: name another user"
		   : "--user %s: there is no such user in /etc/passwd",
	     text);
	return EXIT_USAGE;
}

/* A process of its own and, where that is allowed, without others, mounts and networks around it. */
static pid_t fork_alone(void)
{
	unsigned long spaces = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC |
			       CLONE_NEWUTS;
	pid_t pid = syscall(SYS_clone, spaces | SIGCHLD, NULL, NULL, NULL, NULL);

	return pid < 0 ? fork() : pid;
}

/*
 * Of all that is open here only the two sockets, and standard error for its own messages. Where there is
 * no /dev/null, a socket that nothing was connected with leads nowhere, too.
 */
static bool keep_only(int *listening, int *loader)
{
	int first = fcntl(*listening, F_DUPFD, 10), second = fcntl(*loader, F_DUPFD, 10);
	int nothing = open("/dev/null", O_RDWR);

	if (nothing < 0)
		nothing = socket(AF_UNIX, SOCK_DGRAM, 0);
	if (first < 0 || second < 0 || nothing < 0)
		return false;
	dup2(nothing, STDIN_FILENO);
	dup2(nothing, STDOUT_FILENO);
	*listening = dup2(first, 3);
	*loader = dup2(second, 4);
	close_range(5, ~0u, 0);
	return true;
}

/* The loader ends it by closing its socket. */
static void be_server(struct server_options *server)
{
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	if (keep_only(&server->listening, &server->loader))
		_exit(server__run(server));
	elog("cannot start the HTTP server: %s", strerror(errno));
	_exit(EXIT_RUNTIME);
}

/* It says a byte when it is shut in, and nothing when it could not be. */
static int start_server(struct exporter *exporter, struct server_options *server)
{
	int pair[2], status;
	char ready;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair)) {
		elog("cannot start the HTTP server: %s", strerror(errno));
		return EXIT_RUNTIME;
	}
	server->loader = pair[1];
	exporter->pid = fork_alone();
	if (!exporter->pid)
		be_server(server);
	close(pair[1]);
	exporter->server = pair[0];
	if (exporter->pid < 0) {
		elog("cannot start the HTTP server: %s", strerror(errno));
		return EXIT_RUNTIME;
	}
	if (recv(exporter->server, &ready, 1, 0) == 1)
		return EXIT_DONE;
	if (waitpid(exporter->pid, &status, 0) == exporter->pid && WIFSIGNALED(status))
		elog("the HTTP server was killed: %s", strsignal(WTERMSIG(status)));
	exporter->pid = -1;
	return EXIT_PRIVILEGE;
}

static int open_server(struct exporter *exporter)
{
	struct server_options server = { .listening = -1,
					 .fresh_ns = exporter->options->fresh * NS_PER_S };
	int code = find_user(exporter->options->user, &server);

	if (!code)
		code = open_listening(exporter->options->listen, &server.listening);
	if (!code)
		code = start_server(exporter, &server);
	if (server.listening >= 0)
		close(server.listening);
	return code;
}

static int open_textfile(struct exporter *exporter)
{
	int err = outfile__find(&exporter->file, exporter->options->textfile);

	exporter->file.mode = exporter->options->mode;
	if (!err)
		err = outfile__open(&exporter->file);
	return err ? EXIT_RUNTIME : EXIT_DONE;
}

int exporter__new(struct exporter **out, const struct exporter_options *options)
{
	struct exporter *exporter = calloc(1, sizeof(*exporter));
	int code = EXIT_DONE;

	*out = exporter;
	if (!exporter) {
		elog("out of memory");
		return EXIT_RUNTIME;
	}
	exporter->options = options;
	exporter->server = exporter->pid = exporter->file.place.dir = -1;
	if (options->textfile)
		code = open_textfile(exporter);
	if (!code && options->listen)
		code = open_server(exporter);
	if (code) {
		exporter__free(exporter);
		*out = NULL;
	}
	return code;
}

const struct outfile *exporter__file(const struct exporter *exporter)
{
	return exporter->file.path ? &exporter->file : NULL;
}

static void remove_textfile(struct exporter *exporter)
{
	struct outfile *file = &exporter->file;

	if (!file->path)
		return;
	if (file->published && !outfile__check(file))
		unlinkat(file->place.dir, file->place.name, 0);
	outfile__close(file);
}

void exporter__free(struct exporter *exporter)
{
	if (!exporter)
		return;
	if (exporter->server >= 0)
		close(exporter->server);
	if (exporter->pid > 0)
		waitpid(exporter->pid, NULL, 0);
	remove_textfile(exporter);
	findings__free(&exporter->findings);
	metrics_floor__free(&exporter->floor);
	free(exporter);
}

int exporter__asks(const struct exporter *exporter)
{
	return exporter->server;
}

static int keep_findings(struct exporter *exporter, const struct findings *from)
{
	struct findings copy = *from;

	copy.all = calloc(from->nr + 1, sizeof(*from->all));
	if (!copy.all)
		return -ENOMEM;
	memcpy(copy.all, from->all, from->nr * sizeof(*from->all));
	findings__free(&exporter->findings);
	exporter->findings = copy;
	exporter->has_findings = true;
	return 0;
}

static uint64_t server_ns(const struct exporter *exporter)
{
	clockid_t clock;

	if (exporter->pid <= 0 || clock_getcpuclockid(exporter->pid, &clock))
		return 0;
	return clock__ns(clock);
}

static int write_text(struct exporter *exporter, FILE *out, const struct report *report,
		      enum dialect dialect)
{
	return metrics__write(out, report,
			      &(struct metrics) {
				      .dialect = dialect,
				      .revision = exporter->options->revision,
				      .server_ns = server_ns(exporter),
				      .findings = exporter->has_findings ? &exporter->findings
									 : NULL,
				      .sparse = true,
				      .floor = &exporter->floor,
			      });
}

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x8 /* Linux 6.3: what is in it is no program; some systems ask for it */
#endif

static int make_memory(void)
{
	const unsigned int flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
	int fd = memfd_create("metrics", flags | MFD_NOEXEC_SEAL);

	return fd < 0 && errno == EINVAL ? memfd_create("metrics", flags) : fd;
}

/* Both texts into a file without a name; what is in it changes no more. */
static int make_texts(struct exporter *exporter, const struct report *report, int *fd,
		      struct server_texts *texts)
{
	int err = 0, made = make_memory();
	FILE *out = made < 0 ? NULL : fdopen(made, "w");
	off_t end = 0;

	if (!out) {
		err = -errno;
		close(made);
		return err;
	}
	for (enum dialect d = 0; !err && d < DIALECT_NR; d++) {
		err = write_text(exporter, out, report, d);
		if (!err)
			err = output__finish(out);
		texts->size[d] = ftello(out) - end;
		end = ftello(out);
	}
	if (!err &&
	    fcntl(made, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL))
		err = -errno;
	*fd = err ? -1 : fcntl(made, F_DUPFD_CLOEXEC, 3);
	fclose(out);
	return err;
}

static int send_texts(int server, int fd, const struct server_texts *texts)
{
	char room[CMSG_SPACE(sizeof(int))] = {};
	struct iovec part = { .iov_base = (void *)texts, .iov_len = sizeof(*texts) };
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = room,
				  .msg_controllen = sizeof(room) };
	struct cmsghdr *control = CMSG_FIRSTHDR(&message);

	control->cmsg_level = SOL_SOCKET;
	control->cmsg_type = SCM_RIGHTS;
	control->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(control), &fd, sizeof(fd));
	/* one that does not read has enough of them, and asks again */
	if (sendmsg(server, &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 && errno != EAGAIN)
		return -errno;
	return 0;
}

/*
 * What it asked until now is answered by what is written next. Not more at a time than it can have asked:
 * a server that somebody has taken over could send faster than this reads, for ever.
 */
static void hear_asking(struct exporter *exporter)
{
	char bytes[16];

	for (int i = 0; i < ASKED_MOST; i++)
		if (recv(exporter->server, bytes, sizeof(bytes), MSG_DONTWAIT) <= 0)
			break;
}

static void say_how_it_ended(struct exporter *exporter)
{
	int status = 0;

	if (waitpid(exporter->pid, &status, 0) != exporter->pid || !WIFSIGNALED(status))
		elog("the HTTP server has ended by itself");
	else
		elog("the HTTP server was killed: %s", strsignal(WTERMSIG(status)));
	exporter->pid = -1;
}

static int give_server(struct exporter *exporter, const struct report *report)
{
	struct server_texts texts;
	int fd = -1, err;

	hear_asking(exporter);
	err = make_texts(exporter, report, &fd, &texts);
	if (err) {
		elog("cannot make the metrics: %s", strerror(-err));
		return err;
	}
	err = send_texts(exporter->server, fd, &texts);
	close(fd);
	if (err)
		say_how_it_ended(exporter);
	return err ? -EIO : 0;
}

static int write_textfile(struct exporter *exporter, const struct report *report)
{
	struct outfile *file = &exporter->file;
	int err = outfile__renew(file);

	if (!err)
		err = write_text(exporter, file->file, report, DIALECT_PROMETHEUS);
	if (!err)
		err = outfile__publish(file);
	outfile__say(file, err);
	return err;
}

int exporter__write(struct exporter *exporter, enum sink_part part, const struct report *report)
{
	int err = 0;

	if (part == SINK_INTERVAL || part == SINK_UNASKED)
		return keep_findings(exporter, &report->ledger->findings);
	if (part == SINK_HEADER)
		return 0;
	if (exporter->file.path)
		err = write_textfile(exporter, report);
	if (!err && exporter->server >= 0)
		err = give_server(exporter, report);
	return err;
}
