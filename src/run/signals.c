// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/clock.h"
#include "run/signals.h"

static int fd = -1;
static sigset_t ends;		    /* SIGINT, SIGTERM, SIGHUP */
static volatile sig_atomic_t ended; /* by which signal; 0: not yet */
static bool for_command;
static struct {
	int fd;
	int (*ready)(void *arg);
	void *arg;
} watched = { .fd = -1 };

/* Again and again, since each EINTR ends one call only. */
static void start_timer(int seconds)
{
	struct itimerval timer = {
		.it_value = { .tv_sec = seconds },
		.it_interval = { .tv_usec = seconds ? 100000 : 0 },
	};

	setitimer(ITIMER_REAL, &timer, NULL);
}

static void note(int signal)
{
	ended = signal;
	start_timer(SIGNALS_PATIENCE);
}

static void interrupt(int signal)
{
	(void)signal;
}

static bool is_ignored(int signal)
{
	struct sigaction action;

	return !sigaction(signal, NULL, &action) && action.sa_handler == SIG_IGN;
}

int signals__open(void)
{
	/* a call goes on after the signal that ends the trace, and not after the timer's */
	struct sigaction noted = { .sa_handler = note, .sa_flags = SA_RESTART };
	struct sigaction interrupts = { .sa_handler = interrupt };
	static const int all[] = { SIGINT, SIGTERM, SIGHUP };
	sigset_t set;

	sigemptyset(&ends);
	for (unsigned int i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (all[i] == SIGHUP && is_ignored(SIGHUP))
			continue;
		sigaddset(&ends, all[i]);
		if (sigaction(all[i], &noted, NULL))
			return -errno;
	}
	set = ends;
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGCHLD);
	if (sigaction(SIGALRM, &interrupts, NULL) || sigprocmask(SIG_BLOCK, &set, NULL))
		return -errno;
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? -errno : 0;
}

void signals__for_command(bool runs)
{
	for_command = runs;
}

/* Of a signal that came while an output was written it is not known from where. */
static int take_ended(void)
{
	int signal = ended;

	if (for_command)
		ended = 0;
	return signal;
}

void signals__watch(int descriptor, int (*ready)(void *arg), void *arg)
{
	watched.fd = descriptor;
	watched.ready = ready;
	watched.arg = arg;
}

/*
 * Until a signal or `also` can be read, or until then. Returns what who is watched wants to be
 * returned, else 0.
 */
static int poll_until(uint64_t until, int also)
{
	/* one below 0 is left out */
	struct pollfd polls[] = { { .fd = fd, .events = POLLIN },
				  { .fd = also, .events = POLLIN },
				  { .fd = watched.fd, .events = POLLIN } };
	struct timespec left;
	uint64_t now;
	int got, wanted = 0;

	while (!wanted && (now = clock__monotonic_ns()) < until) {
		left.tv_sec = (until - now) / 1000000000ull;
		left.tv_nsec = (until - now) % 1000000000ull;
		got = ppoll(polls, 3, &left, NULL);
		if (watched.fd < 0 || !got || (got > 0 && (polls[0].revents || polls[1].revents)))
			break;
		wanted = watched.ready(watched.arg);
	}
	return wanted;
}

int signals__wait(uint64_t until, int also)
{
	struct signalfd_siginfo info;
	int wanted;

	if (ended)
		return take_ended();
	wanted = poll_until(until, also);
	if (wanted)
		return wanted;
	if (read(fd, &info, sizeof(info)) != sizeof(info))
		return 0;
	if (!sigismember(&ends, info.ssi_signo))
		return info.ssi_signo;
	if (for_command)
		return info.ssi_code == SI_KERNEL ? 0 : (int)info.ssi_signo;
	ended = info.ssi_signo;
	return ended;
}

void signals__let_through(void)
{
	if (ended)
		start_timer(SIGNALS_PATIENCE);
	sigprocmask(SIG_UNBLOCK, &ends, NULL);
}

void signals__keep(void)
{
	sigprocmask(SIG_BLOCK, &ends, NULL);
	start_timer(0);
}
