// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* vCPUs' times: what is added, and what cannot be true. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>

#include "model/snapshot.h"

#define S  1000000000ull
#define MS 1000000ull

/* Read at `at`: the three states beside running, and what /proc/stat says. */
static struct vcpu_reading reading(uint64_t at, uint64_t runnable, uint64_t blocked,
				   uint64_t offline)
{
	return (struct vcpu_reading) {
		.online = true,
		.answered = true,
		.at_ns = at,
		.state_ns = { 77 * S, runnable, blocked, offline },
		.stat_idle_ns = blocked,
		.stat_steal_ns = runnable + offline,
	};
}

static uint64_t sum_of_states(const struct vcpu_time *vcpu)
{
	uint64_t sum = 0;

	for (int i = 0; i < VCPU_STATES; i++)
		sum += vcpu->state_ns[i];
	return sum;
}

static void states_add_up_to_the_time_that_passed(void **state)
{
	struct vcpu_reading a = reading(50 * S, 10 * S, 20 * S, 3 * S);
	struct vcpu_reading b = reading(51 * S, 10 * S + 100 * MS, 20 * S + 500 * MS, 3 * S + MS);
	struct vcpu_time vcpu = { .cpu = 3 };

	(void)state;
	vcpu_time__add(&vcpu, &a, &b, true);
	assert_true(vcpu.has_runstate && vcpu.online);
	assert_int_equal(vcpu.total_ns, S);
	assert_int_equal(vcpu.state_ns[VCPU_RUNNABLE], 100 * MS);
	assert_int_equal(vcpu.state_ns[VCPU_BLOCKED], 500 * MS);
	assert_int_equal(vcpu.state_ns[VCPU_OFFLINE], MS);
	/* running counts up to the last time it was given a CPU: it is the rest */
	assert_int_equal(vcpu.state_ns[VCPU_RUNNING], 399 * MS);
	assert_int_equal(sum_of_states(&vcpu), vcpu.total_ns);
	assert_int_equal(vcpu_time__idle_ns(&vcpu), 500 * MS);
	assert_int_equal(vcpu.stat_steal_ns, 101 * MS);
	assert_int_equal(vcpu.jumps, 0);
}

static void running_may_lag_behind(void **state)
{
	struct vcpu_reading a = reading(50 * S, 0, 0, 0), b = reading(51 * S, 0, MS, 0);
	struct vcpu_time vcpu = {};

	(void)state;
	/* an hour on the CPU, accounted as it left it just now: no jump */
	b.state_ns[VCPU_RUNNING] += 3600 * S;
	vcpu_time__add(&vcpu, &a, &b, true);
	assert_int_equal(vcpu.jumps, 0);
	assert_int_equal(vcpu.state_ns[VCPU_RUNNING], 999 * MS);
}

static void a_little_too_much_is_trimmed(void **state)
{
	struct vcpu_reading a = reading(50 * S, 0, 0, 0), b = reading(51 * S, MS, S + 2 * MS, 0);
	struct vcpu_time vcpu = {};

	(void)state;
	vcpu_time__add(&vcpu, &a, &b, true);
	assert_int_equal(vcpu.jumps, 0);
	assert_int_equal(vcpu.state_ns[VCPU_BLOCKED], 999 * MS);
	assert_int_equal(vcpu.state_ns[VCPU_RUNNABLE], MS);
	assert_int_equal(vcpu.state_ns[VCPU_RUNNING], 0);
	assert_int_equal(sum_of_states(&vcpu), S);

	/* a window of no length, in which all states seem to have grown a little */
	b = reading(50 * S, 600000, 600000, 600000);
	memset(&vcpu, 0, sizeof(vcpu));
	vcpu_time__add(&vcpu, &a, &b, true);
	assert_int_equal(vcpu.jumps, 0);
	assert_int_equal(sum_of_states(&vcpu), 0);
	assert_int_equal(vcpu.total_ns, 0);
}

/* What cannot be true is counted, and in no sum. */
static void assert_jump(const struct vcpu_reading *a, const struct vcpu_reading *b)
{
	struct vcpu_time vcpu = {};

	vcpu_time__add(&vcpu, a, b, true);
	assert_int_equal(vcpu.jumps, 1);
	assert_int_equal(vcpu.total_ns, 0);
	assert_int_equal(sum_of_states(&vcpu), 0);
	assert_int_equal(vcpu.stat_steal_ns, 0);
	assert_int_equal(vcpu.unmeasured_ns, S);
	assert_true(vcpu.online);
}

static void jumps_are_no_time(void **state)
{
	struct vcpu_reading a = reading(50 * S, 10 * S, 20 * S, 30 * S), b = a;

	(void)state;
	b.at_ns += S;
	b.state_ns[VCPU_OFFLINE] += 3600 * S;
	assert_jump(&a, &b);

	/* each possible, together not */
	b = a;
	b.at_ns += S;
	b.state_ns[VCPU_RUNNABLE] += 700 * MS;
	b.state_ns[VCPU_BLOCKED] += 700 * MS;
	assert_jump(&a, &b);

	/* restored elsewhere: Xen counts from 0 again */
	for (int i = 0; i < VCPU_STATES; i++) {
		b = a;
		b.at_ns += S;
		b.state_ns[i] -= 1;
		assert_jump(&a, &b);
	}

	/* sums that would wrap around */
	b = a;
	b.at_ns += S;
	b.state_ns[VCPU_RUNNABLE] = b.state_ns[VCPU_BLOCKED] = ~0ull;
	assert_jump(&a, &b);

	b = a;
	b.at_ns += S;
	b.answered = false;
	assert_jump(&a, &b);
}

static void steal_of_stat_may_jump_alone(void **state)
{
	struct vcpu_reading a = reading(50 * S, 0, 0, 0), b = reading(51 * S, 0, 0, 0);
	struct vcpu_time vcpu = {};

	(void)state;
	a.stat_steal_ns = 5 * S;
	b.stat_steal_ns = 4 * S;
	vcpu_time__add(&vcpu, &a, &b, true);
	assert_int_equal(vcpu.jumps, 1);
	assert_int_equal(vcpu.total_ns, S);
	assert_int_equal(vcpu.stat_steal_ns, 0);

	b.stat_steal_ns = ~0ull;
	vcpu_time__add(&vcpu, &a, &b, false);
	assert_int_equal(vcpu.jumps, 2);
	assert_int_equal(vcpu.stat_steal_ns, 0);

	/* a late tick is none */
	b.stat_steal_ns = 5 * S + 1900 * MS;
	vcpu_time__add(&vcpu, &a, &b, false);
	assert_int_equal(vcpu.jumps, 2);
	assert_int_equal(vcpu.stat_steal_ns, 1900 * MS);
}

static void vcpus_come_and_go(void **state)
{
	struct vcpu_reading on = reading(50 * S, 0, 0, 0), off = { .at_ns = 51 * S };
	struct vcpu_reading again = reading(52 * S, 0, 0, 900 * MS);
	struct vcpu_reading later = reading(53 * S, 0, 0, 900 * MS);
	struct vcpu_time vcpu = { .online = true };

	(void)state;
	vcpu_time__add(&vcpu, &on, &off, true);
	assert_int_equal(vcpu.went, 1);
	assert_false(vcpu.online);
	assert_int_equal(vcpu.unmeasured_ns, S);
	vcpu_time__add(&vcpu, &off, &off, true);
	assert_int_equal(vcpu.went, 1);
	/* what passed while it was away is nobody's */
	vcpu_time__add(&vcpu, &off, &again, true);
	assert_int_equal(vcpu.came, 1);
	assert_int_equal(vcpu.total_ns, 0);
	vcpu_time__add(&vcpu, &again, &later, true);
	assert_int_equal(vcpu.total_ns, S);
	assert_int_equal(vcpu.state_ns[VCPU_RUNNING], S);
	assert_int_equal(vcpu.unmeasured_ns, S);
	assert_int_equal(vcpu.jumps, 0);
}

static void without_runstate_stat_tells(void **state)
{
	struct vcpu_reading a = reading(50 * S, 0, 10 * S, 0), b = reading(51 * S, 0, 10 * S, 0);
	struct vcpu_time vcpu = {};
	struct cpu_time cpu;

	(void)state;
	a.answered = b.answered = false;
	b.stat_idle_ns += S + 10 * MS; /* ticks run ahead */
	b.stat_steal_ns = 40 * MS;
	vcpu_time__add(&vcpu, &a, &b, false);
	assert_false(vcpu.has_runstate);
	assert_int_equal(vcpu.total_ns, S);
	assert_int_equal(vcpu_time__idle_ns(&vcpu), S);
	assert_int_equal(sum_of_states(&vcpu), 0);

	vcpus__sum(&cpu, &vcpu, 1, true);
	assert_true(cpu.steal_measured && !cpu.has_runstate);
	assert_int_equal(cpu.stolen_ns, 40 * MS);
	assert_int_equal(cpu.idle_ns, S);
	vcpus__sum(&cpu, &vcpu, 1, false);
	assert_false(cpu.steal_measured);
	assert_int_equal(cpu.stolen_ns, 0);

	/* iowait moves to another CPU: no jump */
	b = a;
	b.at_ns += S;
	b.stat_idle_ns -= 10 * MS;
	vcpu_time__add(&vcpu, &a, &b, false);
	assert_int_equal(vcpu.jumps, 0);
}

static void sums_are_those_of_the_vcpus(void **state)
{
	struct vcpu_time vcpus[] = {
		{ .online = true,
		  .has_runstate = true,
		  .total_ns = 10,
		  .state_ns = { 1, 2, 3, 4 },
		  .stat_steal_ns = 6 },
		{ .online = false,
		  .total_ns = 20,
		  .state_ns = { 5, 5, 5, 5 },
		  .has_runstate = true },
		{ .online = true, .unmeasured_ns = 100, .jumps = 1 },
	};
	struct cpu_time cpu;

	(void)state;
	vcpus__sum(&cpu, vcpus, 3, false);
	assert_int_equal(cpu.vcpus, 2);
	assert_true(cpu.has_runstate && cpu.steal_measured);
	assert_int_equal(cpu.total_ns, 30);
	assert_int_equal(cpu.stolen_ns, 7);
	assert_int_equal(cpu.idle_ns, 8);
	assert_int_equal(cpu.offline_ns, 9);
	assert_int_equal(cpu.stat_steal_ns, 6);
}

static void intervals_subtract(void **state)
{
	struct vcpu_time earlier = { .cpu = 1, .total_ns = 10, .state_ns = { 4, 3, 2, 1 } };
	struct vcpu_time later[] = {
		{ .cpu = 0, .total_ns = 5 }, /* came since */
		{ .cpu = 1, .total_ns = 30, .state_ns = { 14, 5, 8, 3 }, .events = 7, .jumps = 2 },
	};
	struct snapshot before = { .end_ns = 1, .vcpus = &earlier, .nr_vcpus = 1 };
	struct snapshot after = { .end_ns = 2, .vcpus = later, .nr_vcpus = 2 }, delta, sum = {};

	(void)state;
	assert_int_equal(snapshot__delta(&delta, &after, &before), 0);
	assert_int_equal(delta.vcpus[0].total_ns, 5);
	assert_int_equal(delta.vcpus[1].total_ns, 20);
	assert_int_equal(sum_of_states(&delta.vcpus[1]), 20);
	assert_int_equal(delta.vcpus[1].events, 7);
	assert_int_equal(delta.vcpus[1].jumps, 2);
	assert_int_equal(delta.vcpus[1].cpu, 1);
	/* and what was before is there again, one more vCPU behind it */
	assert_int_equal(snapshot__add(&sum, &before), 0);
	assert_int_equal(snapshot__add(&sum, &delta), 0);
	assert_int_equal(sum.nr_vcpus, 2);
	assert_int_equal(sum.vcpus[0].total_ns, 30);
	assert_int_equal(sum.vcpus[0].state_ns[0], 14);
	assert_int_equal(sum.vcpus[1].total_ns, 5);
	snapshot__free(&delta);
	snapshot__free(&sum);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(states_add_up_to_the_time_that_passed),
		cmocka_unit_test(running_may_lag_behind),
		cmocka_unit_test(a_little_too_much_is_trimmed),
		cmocka_unit_test(jumps_are_no_time),
		cmocka_unit_test(steal_of_stat_may_jump_alone),
		cmocka_unit_test(vcpus_come_and_go),
		cmocka_unit_test(without_runstate_stat_tells),
		cmocka_unit_test(sums_are_those_of_the_vcpus),
		cmocka_unit_test(intervals_subtract),
	};

	return cmocka_run_group_tests_name("vcpus", tests, NULL, NULL);
}
