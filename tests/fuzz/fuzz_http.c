// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * fuzz_http SECONDS: the server of export, built with ASan, in one process with a loader that gives it
 * texts, and with clients that send it mutations of requests. What ends it is a fault; every second a
 * whole scrape has to succeed.
 */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "run/server.h"

#define CLIENTS 4

static struct sockaddr_in address = { .sin_family = AF_INET };
static volatile bool over;
static unsigned long sent[CLIENTS], answered;

static const char *const requests[] = {
	"GET /metrics HTTP/1.1\r\nHost: x\r\nAccept: application/openmetrics-text;version=1.0.0,"
	"application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
	"\r\nUser-Agent: Prometheus/2.42.0\r\nAccept-Encoding: gzip\r\n\r\n",
	"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n",
	"GET /metrics HTTP/1.0\r\nConnection: keep-alive\r\nRange: bytes=0-9\r\n\r\n",
	"POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello",
	"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nExpect: "
	"100-continue\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
	"GET /a?b=%41&c HTTP/1.1\r\nCookie: a=b; c=\"d\"\r\nAuthorization: Digest "
	"username=\"x\"\r\n"
	"Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
};

static const char *const words[] = { "\r\n",
				     "\r\n\r\n",
				     ";q=",
				     ",",
				     ":",
				     "\0",
				     "HTTP/1.1",
				     "%00",
				     "Content-Length: ",
				     "18446744073709551616",
				     "-1",
				     "\"",
				     "q=0.",
				     "version=",
				     "*/*" };

static unsigned int below(unsigned int *seed, unsigned int n)
{
	return rand_r(seed) % n;
}

/* Some bytes changed, cut, said twice, or replaced by what a header is made of. */
static size_t mutate(char *buf, size_t room, unsigned int *seed)
{
	const char *from = requests[below(seed, sizeof(requests) / sizeof(*requests))];
	size_t len = strlen(from);

	memcpy(buf, from, len);
	for (unsigned int n = below(seed, 8); n > 0 && len > 1; n--) {
		size_t at = below(seed, len), part = 1 + below(seed, len - at);
		const char *word = words[below(seed, sizeof(words) / sizeof(*words))];

		switch (below(seed, 5)) {
		case 0:
			buf[at] = rand_r(seed);
			break;
		case 1:
			len = at;
			break;
		case 2:
			if (len + part > room)
				break;
			memmove(buf + at + part, buf + at, len - at);
			len += part;
			break;
		case 3:
			memcpy(buf + at, word, strlen(word) < len - at ? strlen(word) : len - at);
			break;
		default:
			memset(buf + at, 'x', part);
			break;
		}
	}
	return len;
}

static int connect_to(long patience_us)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in own = { .sin_family = AF_INET };
	struct timeval patience = { .tv_sec = patience_us / 1000000,
				    .tv_usec = patience_us % 1000000 };
	static unsigned int turn;

	own.sin_addr.s_addr =
		htonl(0x7f000001 + (__atomic_add_fetch(&turn, 1, __ATOMIC_RELAXED) % 200 << 8));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (bind(fd, (struct sockaddr *)&own, sizeof(own)) ||
	    connect(fd, (struct sockaddr *)&address, sizeof(address))) {
		perror("fuzz_http: connect");
		abort();
	}
	return fd;
}

/* In one piece or in two, to its answer's end or gone before: not each request ends. */
static void *be_client(void *arg)
{
	unsigned long *counter = arg;
	unsigned int seed = counter - sent + 1;
	char buf[16384], answer[4096];

	while (!over) {
		size_t len = mutate(buf, sizeof(buf), &seed), part = len;
		int fd = connect_to(20000);

		if (below(&seed, 3) == 0)
			part = len ? below(&seed, len) : 0;
		if (send(fd, buf, part, MSG_NOSIGNAL) == (ssize_t)part && part < len)
			send(fd, buf + part, len - part, MSG_NOSIGNAL);
		if (below(&seed, 4)) {
			shutdown(fd, SHUT_WR);
			while (read(fd, answer, sizeof(answer)) > 0)
				;
		}
		close(fd);
		(*counter)++;
	}
	return NULL;
}

/* Texts of any size for whoever asks. */
static void *be_loader(void *arg)
{
	int fd = *(int *)arg;
	unsigned int seed = 1;
	char byte;

	while (recv(fd, &byte, 1, 0) == 1) {
		struct server_texts texts = { { below(&seed, 100000), below(&seed, 100000) } };
		char room[CMSG_SPACE(sizeof(int))] = {};
		struct iovec part = { &texts, sizeof(texts) };
		struct msghdr message = { .msg_iov = &part,
					  .msg_iovlen = 1,
					  .msg_control = room,
					  .msg_controllen = sizeof(room) };
		struct cmsghdr *control = CMSG_FIRSTHDR(&message);
		int memory = memfd_create("texts", MFD_CLOEXEC);

		if (ftruncate(memory, texts.size[0] + texts.size[1]))
			abort();
		control->cmsg_level = SOL_SOCKET;
		control->cmsg_type = SCM_RIGHTS;
		control->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(control), &memory, sizeof(int));
		sendmsg(fd, &message, MSG_NOSIGNAL);
		close(memory);
	}
	return NULL;
}

static void *be_server(void *arg)
{
	return (void *)(long)server__serve(arg);
}

static void scrape(void)
{
	static const char request[] = "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n";
	char answer[4096] = "";
	int fd = connect_to(5000000);

	if (send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL) < 0 ||
	    recv(fd, answer, 15, MSG_WAITALL) != 15 || memcmp(answer, "HTTP/1.1 200 OK", 15)) {
		fprintf(stderr, "fuzz_http: a scrape was answered by '%s'\n", answer);
		abort();
	}
	while (read(fd, answer, sizeof(answer)) > 0)
		;
	close(fd);
	answered++;
}

int main(int argc, char **argv)
{
	int seconds = argc > 1 ? atoi(argv[1]) : 10, pair[2];
	/* nothing is fresh: what a client has waited for has to do */
	struct server_options options = { .fresh_ns = 1 };
	socklen_t len = sizeof(address);
	unsigned long all = 0;
	pthread_t server, loader, clients[CLIENTS];
	void *code;

	clock__init();
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	options.listening = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (bind(options.listening, (struct sockaddr *)&address, len) ||
	    listen(options.listening, SOMAXCONN) ||
	    getsockname(options.listening, (struct sockaddr *)&address, &len) ||
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return 1;
	options.loader = pair[1];
	pthread_create(&server, NULL, be_server, &options);
	pthread_create(&loader, NULL, be_loader, &pair[0]);
	for (int i = 0; i < CLIENTS; i++)
		pthread_create(&clients[i], NULL, be_client, &sent[i]);
	for (int i = 0; i < seconds; i++) {
		scrape();
		sleep(1);
	}
	over = true;
	for (int i = 0; i < CLIENTS; i++) {
		pthread_join(clients[i], NULL);
		all += sent[i];
	}
	/* the loader's end */
	shutdown(pair[0], SHUT_RDWR);
	pthread_join(server, &code);
	pthread_join(loader, NULL);
	printf("%lu requests, %lu scrapes between them\n", all, answered);
	return code ? 1 : 0;
}
