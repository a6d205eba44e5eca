// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* How a process is started, its messages, its clocks, and numbers as people write them. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/process.h"
#include "base/str.h"

/* What goes to standard error until end_capture(). */
static int kept, given;

static void begin_capture(void)
{
	int ends[2];

	assert_return_code(pipe(ends), errno);
	fflush(stderr);
	kept = dup(STDERR_FILENO);
	assert_return_code(kept, errno);
	assert_return_code(dup2(ends[1], STDERR_FILENO), errno);
	close(ends[1]);
	given = ends[0];
}

static void end_capture(char *text, size_t size)
{
	ssize_t len;

	fflush(stderr);
	assert_return_code(dup2(kept, STDERR_FILENO), errno);
	close(kept);
	len = read(given, text, size - 1);
	close(given);
	assert_return_code(len, errno);
	text[len] = '\0';
}

static void messages_are_lines_of_their_own(void **state)
{
	char text[256];

	(void)state;
	begin_capture();
	elog("cannot %s %d", "count to", 7);
	vlog("nobody asked");
	log_verbosity = 1;
	vlog("somebody %s", "asked");
	log_verbosity = 0;
	end_capture(text, sizeof(text));
	assert_string_equal(text, "xentrace-bpf: cannot count to 7\n"
				  "xentrace-bpf: somebody asked\n");
}

/* The process's namespace is the kernel's own, or else the offset is what the kernel's file says. */
static void the_clock_is_the_kernels(void **state)
{
	char line[128] = "", *number;
	long long s = 0, ns = 0;
	FILE *file = fopen("/proc/self/timens_offsets", "re");

	(void)state;
	while (file && fgets(line, sizeof(line), file) && strncmp(line, "monotonic", 9))
		;
	if (file && !strncmp(line, "monotonic", 9)) {
		s = strtoll(line + 9, &number, 10);
		ns = strtoll(number, NULL, 10);
	}
	if (file)
		fclose(file);
	clock__init();
	assert_int_equal(clock__offset_ns, s * 1000000000 + ns);
	assert_in_range(clock__monotonic_ns(), 1, UINT64_MAX - 1);
}

static void a_whole_number_is_digits_alone(void **state)
{
	static const char *const wrong[] = { "",    "-1",  "+1",
					     " 1",  "1 ",  "1.",
					     "0x1", "101", "99999999999999999999999" };
	unsigned long value = 7;

	(void)state;
	for (size_t i = 0; i < LENGTH(wrong); i++)
		assert_false(number__whole(wrong[i], 100, &value));
	assert_int_equal(value, 7);
	assert_true(number__whole("100", 100, &value));
	assert_int_equal(value, 100);
	assert_true(number__whole("007", 100, &value));
	assert_int_equal(value, 7);
	assert_true(number__whole("18446744073709551615", ULONG_MAX, &value));
	assert_true(value == ULONG_MAX);
}

static void a_real_number_is_finite(void **state)
{
	static const char *const wrong[] = {
		"", "-1", "inf", "nan", "0x1", "1e999", "1e", ".", "1 "
	};
	double value = 7;

	(void)state;
	for (size_t i = 0; i < LENGTH(wrong); i++)
		assert_false(number__real(wrong[i], &value));
	assert_true(value == 7);
	assert_true(number__real(".5", &value));
	assert_true(value == .5);
	assert_true(number__real("1e3", &value));
	assert_true(value == 1000);
}

/* Run in a process of its own, which has what this one was given: its exit status. */
static int in_child(int (*run)(void))
{
	int status;
	pid_t child;

	fflush(NULL);
	child = fork();
	assert_return_code(child, errno);
	if (!child)
		exit(run());
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* The line of the first one that does not hold, for the parent to say. */
#define HOLDS(condition)                 \
	do {                             \
		if (!(condition))        \
			return __LINE__; \
	} while (0)

static bool is_ignored(int signal)
{
	struct sigaction now;

	return !sigaction(signal, NULL, &now) && now.sa_handler == SIG_IGN;
}

static int start_and_restore(void)
{
	struct rlimit before, now;

	setenv("XT_TEST", "given", 1);
	setenv("XT_TEST_LONGER", "not this", 1);
	HOLDS(!getrlimit(RLIMIT_NOFILE, &before));
	before.rlim_cur = before.rlim_max / 2;
	HOLDS(!setrlimit(RLIMIT_NOFILE, &before));
	HOLDS(process__init());
	HOLDS(!getrlimit(RLIMIT_NOFILE, &now) && now.rlim_cur == before.rlim_max);
	HOLDS(is_ignored(SIGPIPE) && is_ignored(SIGXFSZ));
	HOLDS(!getenv("XT_TEST") == !geteuid());
	HOLDS(!strcmp(process__given("XT_TEST"), "given"));
	HOLDS(!process__given("XT_TES") && !process__given("XT_TEST_LONG"));
	HOLDS(*process__environment());
	process__restore();
	HOLDS(!getrlimit(RLIMIT_NOFILE, &now) && now.rlim_cur == before.rlim_cur);
	HOLDS(!is_ignored(SIGPIPE) && !is_ignored(SIGXFSZ));
	HOLDS(getenv("XT_TEST") && !strcmp(getenv("XT_TEST"), "given"));
	return 0;
}

static void who_is_called_gets_back_what_was_given(void **state)
{
	(void)state;
	assert_int_equal(in_child(start_and_restore), 0);
}

static int start_without_input(void)
{
	int next;

	close(STDIN_FILENO);
	HOLDS(process__init());
	next = open("/dev/null", O_RDONLY | O_CLOEXEC);
	HOLDS(next > STDERR_FILENO);
	return 0;
}

static void no_file_becomes_a_standard_one(void **state)
{
	(void)state;
	assert_int_equal(in_child(start_without_input), 0);
}

static int start_with_few_descriptors(void)
{
	const struct rlimit few = { 16, 16 };
	char text[256];
	bool done;

	begin_capture();
	HOLDS(!setrlimit(RLIMIT_NOFILE, &few));
	done = process__init();
	end_capture(text, sizeof(text));
	HOLDS(!done);
	HOLDS(strstr(text, "ulimit -n"));
	return 0;
}

static void too_few_descriptors_are_said(void **state)
{
	(void)state;
	assert_int_equal(in_child(start_with_few_descriptors), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_are_lines_of_their_own),
		cmocka_unit_test(the_clock_is_the_kernels),
		cmocka_unit_test(a_whole_number_is_digits_alone),
		cmocka_unit_test(a_real_number_is_finite),
		cmocka_unit_test(who_is_called_gets_back_what_was_given),
		cmocka_unit_test(no_file_becomes_a_standard_one),
		cmocka_unit_test(too_few_descriptors_are_said),
	};

	return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
