// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* CPU time by guest: whose a thread is, what it ran since the start, and a xenstore that says less than asked. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>
#include <cmocka.h>

#include "fixture.h"
#include "output/text.h"
#include "platform/serving.h"
#include "platform/xenstore.h"
#include "trees.h"

static void thread(const char *tree, unsigned int pid, const char *name, const char *line,
		   uint64_t ns)
{
	char path[64], text[64];

	snprintf(path, sizeof(path), "proc/%u/comm", pid);
	snprintf(text, sizeof(text), "%s\n", name);
	tree__file(tree, path, text);
	snprintf(path, sizeof(path), "proc/%u/cmdline", pid);
	tree__file(tree, path, line);
	snprintf(path, sizeof(path), "proc/%u/schedstat", pid);
	snprintf(text, sizeof(text), "%llu 5 7\n", (unsigned long long)ns);
	tree__file(tree, path, text);
}

static struct serving *serve(const char *tree)
{
	struct serving *serving;

	assert_int_equal(serving__new(&serving, tree, "/nonexistent"), 0);
	serving__advance(serving);
	return serving;
}

static void threads_are_their_guests(void **state)
{
	char *tree = tree__new();
	struct serving *serving;
	struct served *guests;
	size_t nr;

	(void)state;
	assert_int_equal(serving__new(&serving, tree, "/nonexistent"), -ENOENT);
	tree__file(tree, "sys/bus/xen-backend/devices/vbd-3-51712/devtype", "vbd\n");
	tree__file(tree, "sys/bus/xen-backend/devices/vif-12-0/net/vif12.0/ifindex", "7\n");
	tree__file(tree, "sys/bus/xen-backend/devices/vif-12-1/net/tenant-backbone/ifindex", "8\n");
	thread(tree, 100, "3.xvda-0", "", 1000);
	thread(tree, 101, "vif12.0-q1-deal", "", 5000);
	thread(tree, 102, "3.xvdb-0", "a process that calls itself so", 7000);
	thread(tree, 103, "7.xvda-0", "", 1000);
	thread(tree, 104, "kworker/3.1-x", "", 1000);
	thread(tree, 105, "tenant-backbone", "", 1000); /* cut, by the kernel */
	thread(tree, 106, "vif3.0-q0-guest", "", 1000);
	serving = serve(tree);
	/* what they had run before is nobody's here */
	thread(tree, 100, "3.xvda-0", "", 1400);
	thread(tree, 101, "vif12.0-q1-deal", "", 5030);
	thread(tree, 102, "3.xvdb-0", "a process that calls itself so", 9000);
	thread(tree, 105, "tenant-backbone", "", 1004);
	thread(tree, 106, "vif3.0-q0-guest", "", 9000);
	serving__advance(serving);
	assert_int_equal(serving__copy(serving, &guests, &nr), 0);
	assert_int_equal(nr, 2);
	assert_int_equal(guests[0].domain, 3);
	assert_int_equal(guests[0].disks_ns, 400);
	assert_int_equal(guests[0].nics_ns + guests[0].model_ns, 0);
	assert_string_equal(guests[0].name, "");
	assert_int_equal(guests[1].domain, 12);
	assert_int_equal(guests[1].nics_ns, 34);
	free(guests);
	serving__free(serving);
	tree__remove(tree);
}

static void a_thread_that_comes_later_counts_whole(void **state)
{
	char *tree = tree__new();
	struct serving *serving;
	struct served *guests;
	size_t nr;

	(void)state;
	tree__file(tree, "sys/bus/xen-backend/devices/vbd-3-51712/devtype", "vbd\n");
	serving = serve(tree);
	thread(tree, 100, "3.xvda-0", "", 700);
	for (int i = 0; i < 10; i++)
		serving__advance(serving);
	/* its number is another's then, which has run for less */
	thread(tree, 100, "bash", "bash", 5);
	serving__advance(serving);
	thread(tree, 100, "bash", "bash", 5000);
	serving__advance(serving);
	assert_int_equal(serving__copy(serving, &guests, &nr), 0);
	assert_int_equal(nr, 1);
	assert_int_equal(guests[0].disks_ns, 700);
	free(guests);
	serving__free(serving);
	tree__remove(tree);
}

/* xen/include/public/io/xs_wire.h */
struct head {
	uint32_t type, request, transaction, len;
};

/* Reads one request and answers with `reply`, of which `sent` bytes are sent. */
struct answer {
	int fd;
	uint32_t type, request;
	const char *reply;
	uint32_t len, sent;
	char asked[128];
};

static void *answer(void *arg)
{
	struct answer *a = arg;
	char message[512] = {};
	struct head head;

	if (read(a->fd, &head, sizeof(head)) != sizeof(head) || head.len > sizeof(a->asked) ||
	    read(a->fd, a->asked, head.len) != head.len)
		return NULL;
	head = (struct head) { .type = a->type, .request = a->request, .len = a->len };
	memcpy(message, &head, sizeof(head));
	memcpy(message + sizeof(head), a->reply, strlen(a->reply));
	if (write(a->fd, message, a->sent) != a->sent)
		return NULL;
	return NULL;
}

static int ask(struct answer *a, char value[8])
{
	struct xenstore store = {};
	pthread_t thread;
	int fds[2], err;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	assert_int_equal(fcntl(fds[0], F_SETFL, O_NONBLOCK), 0);
	store.fd = fds[0];
	a->fd = fds[1];
	assert_int_equal(pthread_create(&thread, NULL, answer, a), 0);
	err = xenstore__read(&store, value, 8, "/local/domain/%u/name", 3);
	pthread_join(thread, NULL);
	xenstore__close(&store);
	close(fds[1]);
	return err;
}

static void a_store_says_what_it_says(void **state)
{
	const uint32_t head = sizeof(struct head);
	char value[8];

	(void)state;
	assert_int_equal(ask(&(struct answer) { .type = 2,
						.request = 1,
						.reply = "db-7",
						.len = 4,
						.sent = head + 4 },
			     value),
			 0);
	assert_string_equal(value, "db-7");
	/* longer than there is room for */
	assert_int_equal(ask(&(struct answer) { .type = 2,
						.request = 1,
						.reply = "database",
						.len = 8,
						.sent = head + 8 },
			     value),
			 0);
	assert_string_equal(value, "databas");
	assert_int_equal(ask(&(struct answer) { .type = 16,
						.request = 1,
						.reply = "ENOENT",
						.len = 7,
						.sent = head + 7 },
			     value),
			 -ENOENT);
	assert_string_equal(value, "");
	/* another's answer, one that is too long, and one that does not come */
	assert_int_equal(
		ask(
			&(struct answer) {
				.type = 2, .request = 9, .reply = "x", .len = 1, .sent = head + 1 },
			value),
		-EPROTO);
	assert_int_equal(ask(&(struct answer) { .type = 2,
						.request = 1,
						.reply = "x",
						.len = 1u << 30,
						.sent = head + 1 },
			     value),
			 -EPROTO);
	assert_int_equal(
		ask(
			&(struct answer) {
				.type = 2, .request = 1, .reply = "x", .len = 5, .sent = head + 1 },
			value),
		-ETIMEDOUT);
	assert_string_equal(value, "");
}

static void the_report_has_a_row_a_guest(void **state)
{
	struct fixture *f = fixture__empty();
	char *text;

	(void)state;
	f->snap.end_ns = f->snap.start_ns + 10000000000ull;
	fixture__add_served(f, 3, "db-7");
	fixture__add_served(f, 12, "");
	f->snap.served[1].disks_ns = f->snap.served[1].model_ns = 0;
	fixture__close(f);
	text = fixture__print(f, output_text.total);
	assert_non_null(strstr(text, "SERVED  CPU of this domain's threads"));
	assert_non_null(strstr(
		text,
		" 3 db-7                       0.420     0.042     0.300     0.000     0.120\n"));
	assert_null(strstr(text, " 12 "));
	free(text);
	/* one of many is not shown */
	for (unsigned int domain = 13; domain < 30; domain++)
		fixture__add_served(f, domain, "x");
	fixture__close(f);
	text = fixture__print(f, output_text.total);
	assert_non_null(strstr(text, " 2 more: -v\n"));
	assert_null(strstr(text, " 29 x"));
	free(text);
	fixture__free(f);
}

/* A xenstore behind a terminal, which can be opened by its name. */
struct store {
	int fd;
	unsigned int asked;
};

static void reply(int fd, uint32_t request, const char *value)
{
	const struct head head = { .type = value ? 2 : 16,
				   .request = request,
				   .len = value ? strlen(value) : sizeof("ENOENT") };

	if (write(fd, &head, sizeof(head)) != sizeof(head) ||
	    write(fd, value ?: "ENOENT", head.len) != head.len)
		abort();
}

static bool read_all(int fd, void *to, size_t size)
{
	for (size_t had = 0; had < size;) {
		ssize_t nr = read(fd, (char *)to + had, size - had);

		if (nr <= 0)
			return false;
		had += nr;
	}
	return true;
}

static void *keep(void *arg)
{
	struct store *store = arg;
	char path[128];
	struct head head;

	while (read_all(store->fd, &head, sizeof(head)) && head.len <= sizeof(path) &&
	       read_all(store->fd, path, head.len)) {
		store->asked++;
		if (!strcmp(path, "/local/domain/3/name"))
			reply(store->fd, head.request, "db-7");
		else if (!strcmp(path, "/local/domain/3/image/device-model-pid"))
			reply(store->fd, head.request, "200");
		else
			reply(store->fd, head.request, NULL);
	}
	return NULL;
}

static void model(const char *tree, unsigned int user, unsigned int system)
{
	char text[256];

	snprintf(text, sizeof(text), "200 (qemu) R 9 (x) S 1 2 3 4 5 6 7 8 9 10 %u %u 13 14 15\n",
		 user, system);
	tree__file(tree, "proc/200/stat", text);
}

static void a_device_model_is_its_guests(void **state)
{
	const uint64_t tick = 1000000000 / sysconf(_SC_CLK_TCK);
	struct store store = { .fd = posix_openpt(O_RDWR | O_NOCTTY) };
	char *tree = tree__new(), late[4096];
	struct serving *serving;
	struct served *guests;
	struct termios raw;
	pthread_t thread;
	int slave;
	size_t nr;

	(void)state;
	assert_true(store.fd >= 0 && !grantpt(store.fd) && !unlockpt(store.fd));
	/* held open: a terminal that nobody has open gives errors */
	slave = open(ptsname(store.fd), O_RDWR | O_NOCTTY);
	assert_true(slave >= 0 && !tcgetattr(slave, &raw));
	cfmakeraw(&raw);
	assert_int_equal(tcsetattr(slave, TCSANOW, &raw), 0);
	assert_int_equal(pthread_create(&thread, NULL, keep, &store), 0);
	tree__file(tree, "sys/bus/xen-backend/devices/console-3-0/devtype", "console\n");
	model(tree, 100, 50);
	/* a xenstore that answers late: what QEMU had run before is nobody's here */
	snprintf(late, sizeof(late), "%s/xenbus", tree);
	assert_int_equal(serving__new(&serving, tree, late), 0);
	serving__advance(serving);
	assert_int_equal(symlink(ptsname(store.fd), late), 0);
	for (int i = 0; i < 9; i++)
		serving__advance(serving);
	assert_int_equal(store.asked, 0);
	serving__advance(serving);
	model(tree, 103, 52);
	serving__advance(serving);
	assert_int_equal(serving__copy(serving, &guests, &nr), 0);
	assert_int_equal(nr, 1);
	assert_string_equal(guests[0].name, "db-7");
	assert_int_equal(guests[0].model_ns, 5 * tick);
	assert_false(guests[0].gone);
	assert_int_equal(store.asked, 2);
	free(guests);
	/* looked at again; then it has no device any more */
	tree__drop(tree, "sys/bus/xen-backend/devices/console-3-0");
	for (int i = 0; i < 10; i++)
		serving__advance(serving);
	assert_int_equal(serving__copy(serving, &guests, &nr), 0);
	assert_true(guests[0].gone);
	free(guests);
	serving__free(serving);
	close(slave);
	pthread_join(thread, NULL);
	close(store.fd);
	tree__remove(tree);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(threads_are_their_guests),
		cmocka_unit_test(a_thread_that_comes_later_counts_whole),
		cmocka_unit_test(a_store_says_what_it_says),
		cmocka_unit_test(a_device_model_is_its_guests),
		cmocka_unit_test(the_report_has_a_row_a_guest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
