// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * load KIND MS [FILE|ADDRESS] [JOBS]: does one operation again and again for MS milliseconds and prints how
 * many were done and the nanoseconds they took. Each operation is bound by the CPU, so that what a
 * tracer adds to it is seen in its time:
 *
 *   reads    direct 4 kB reads at random places of FILE, by JOBS processes
 *   packets  64-byte UDP packets to ADDRESS, port 9
 *   timers   a sleep of one microsecond: a timer that expires, an interrupt, two switches
 *   pipe     one byte to another process on the same CPU and back: two task switches
 *   spin     arithmetic alone
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BLOCK 4096

struct work {
	int fd, back;
	off_t blocks;
	unsigned int random;
	void *buffer;
};

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static void die(const char *what)
{
	fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("sched_setaffinity");
}

static void reads_start(struct work *w, const char *file)
{
	w->fd = open(file, O_RDONLY | O_DIRECT);
	if (w->fd < 0 || posix_memalign(&w->buffer, BLOCK, BLOCK))
		die(file);
	w->blocks = lseek(w->fd, 0, SEEK_END) / BLOCK;
	w->random = getpid();
}

static void reads_once(struct work *w)
{
	if (pread(w->fd, w->buffer, BLOCK, rand_r(&w->random) % w->blocks * BLOCK) != BLOCK)
		die("pread");
}

static void packets_start(struct work *w, const char *address)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };

	inet_pton(AF_INET, address, &to.sin_addr);
	w->fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (w->fd < 0 || connect(w->fd, (struct sockaddr *)&to, sizeof(to)))
		die(address);
}

static void packets_once(struct work *w)
{
	char text[64] = "";

	/* nobody listens: the answer to an earlier packet says so, and no packet was sent */
	if (send(w->fd, text, sizeof(text), 0) < 0 && errno != ECONNREFUSED)
		die("send");
}

static void timers_start(struct work *w, const char *unused)
{
	(void)w;
	(void)unused;
	prctl(PR_SET_TIMERSLACK, 1);
	pin(0);
}

static void timers_once(struct work *w)
{
	struct timespec t = { .tv_nsec = 1000 };

	(void)w;
	nanosleep(&t, NULL);
}

static void pipe_start(struct work *w, const char *unused)
{
	int there[2], back[2];
	char byte;

	(void)unused;
	pin(0);
	if (pipe(there) || pipe(back))
		die("pipe");
	w->fd = there[1];
	w->back = back[0];
	if (fork())
		return;
	close(there[1]);
	while (read(there[0], &byte, 1) == 1)
		if (write(back[1], &byte, 1) != 1)
			break;
	_exit(0);
}

static void pipe_once(struct work *w)
{
	char byte = 0;

	if (write(w->fd, &byte, 1) != 1 || read(w->back, &byte, 1) != 1)
		die("pipe");
}

static void spin_start(struct work *w, const char *unused)
{
	(void)w;
	(void)unused;
	pin(0);
}

static void spin_once(struct work *w)
{
	for (volatile unsigned int i = 0; i < 20000; i++)
		w->random += i;
}

static const struct kind {
	const char *name;
	void (*start)(struct work *w, const char *argument);
	void (*once)(struct work *w);
} kinds[] = {
	{ "reads", reads_start, reads_once },	 { "packets", packets_start, packets_once },
	{ "timers", timers_start, timers_once }, { "pipe", pipe_start, pipe_once },
	{ "spin", spin_start, spin_once },
};

static void run(const struct kind *kind, const char *argument, uint64_t ns, uint64_t *done)
{
	struct work work = {};
	uint64_t start, end;

	kind->start(&work, argument);
	for (int i = 0; i < 10;
	     i++) /* the caches, and a tracer's first event, are not what is timed */
		kind->once(&work);
	start = now();
	do {
		kind->once(&work);
		done[0]++;
		end = now();
	} while (end - start < ns);
	done[1] = end - start;
}

int main(int argc, char **argv)
{
	const char *argument = argc > 3 ? argv[3] : "";
	int jobs = argc > 4 ? atoi(argv[4]) : 1;
	const struct kind *kind = NULL;
	uint64_t(*done)[2], ops = 0, ns = 0;

	for (size_t i = 0; argc > 2 && i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!strcmp(argv[1], kinds[i].name))
			kind = &kinds[i];
	if (!kind || jobs < 1) {
		fprintf(stderr,
			"usage: load reads|packets|timers|pipe|spin MS [FILE|ADDRESS] [JOBS]\n");
		return 2;
	}
	done = mmap(NULL, jobs * sizeof(*done), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		    -1, 0);
	if (done == MAP_FAILED)
		die("mmap");
	for (int job = 0; job < jobs; job++) {
		if (fork())
			continue;
		run(kind, argument, strtoull(argv[2], NULL, 0) * 1000000, done[job]);
		_exit(0);
	}
	for (int job = 0, status; job < jobs; job++)
		if (wait(&status) < 0 || status)
			return 1;
	for (int job = 0; job < jobs; job++) {
		ops += done[job][0];
		ns += done[job][1] / jobs;
	}
	printf("%llu %llu\n", (unsigned long long)ops, (unsigned long long)ns);
	return 0;
}
