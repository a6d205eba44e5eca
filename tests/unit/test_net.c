// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* What passed the NICs: through differences, sums, recordings and outputs, to the packet. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <jansson.h>

#include "fixture.h"
#include "recordings.h"
#include "schema.h"

/* `tenths` of a run of 10 s in which one NIC sent 48,000 packets, 30 of which the driver has yet. */
static void put(struct hist *h, unsigned int index, uint64_t count, uint64_t ns)
{
	struct hist_bucket *bucket = hist__use(h, index);

	bucket->count = count;
	bucket->ns = ns;
}

static struct fixture *with_nic(unsigned int tenths)
{
	struct fixture *f = fixture__empty();
	struct hist *h;

	f->snap.end_ns = f->snap.start_ns + tenths * 1000000000ull;
	f->snap.cpu.has_runstate = true;
	f->snap.nics = calloc(1, sizeof(*f->snap.nics));
	assert_non_null(f->snap.nics);
	f->snap.nr_nics = 1;
	f->snap.nics[0] = (struct nic_use) {
		.device = "eth0",
		.queues = 2,
		.most = 60 + tenths,
		.tx_packets = 4800 * tenths,
		.tx_bytes = 7000000 * tenths,
		.tx_segments = 5000 * tenths,
		.tx_sampled = 600 * tenths,
		.tx_stops = 7 * tenths,
		.tx_stopped_ns = 2000000 * tenths,
		.tx_limited = 1 * tenths,
		.tx_busy = 3 * tenths,
		.rx_packets = 2100 * tenths,
		.rx_bytes = 140000 * tenths,
		.polls = 800 * tenths,
		.polls_full = 2 * tenths,
	};
	f->snap.drops = calloc(2, sizeof(*f->snap.drops));
	assert_non_null(f->snap.drops);
	f->snap.drops[f->snap.nr_drops++] = (struct drop) { "eth0", true, "NO_SOCKET", 5 * tenths };
	if (tenths > 5)
		f->snap.drops[f->snap.nr_drops++] =
			(struct drop) { "eth0", false, "QDISC_DROP", tenths };
	f->snap.packets = (struct conservation) {
		.started = 4800 * tenths,
		.completed = 4800 * tenths - 31,
		.in_flight = 30,
		.lost = 1,
	};
	h = fixture__path(f, KIND_WAIT, AREA_NET, MECH_PV, "eth0", "sent", "total");
	put(h, 100, 4800 * tenths, 4800ull * tenths * 6000);
	h = fixture__path(f, KIND_WAIT, AREA_NET, MECH_PV, "eth0", "sent", "backend");
	put(h, 96, 4800 * tenths, 4800ull * tenths * 5000);
	h = fixture__path(f, KIND_WAIT, AREA_NET, MECH_PV, "eth0", "sent", "hypercall");
	put(h, 72, 4800 * tenths, 4800ull * tenths * 600);
	h = fixture__path(f, KIND_WAIT, AREA_NET, MECH_GUEST, "eth0", "sent", "qdisc");
	put(h, 64, 4800 * tenths, 4800ull * tenths * 400);
	fixture__close(f);
	return f;
}

/* Lines that go on, indented by five, made whole again. */
static char *unwrap(char *text)
{
	for (char *at = text; (at = strstr(at, "\n     ")); at++)
		memmove(at, at + 5, strlen(at + 5) + 1);
	return text;
}

static void text_has_both_directions(void **state)
{
	struct fixture *f = with_nic(10);
	char *text = unwrap(fixture__print(f, output_text.total));

	(void)state;
	assert_non_null(
		strstr(text, "NETWORK                 packets  a second     bytes   Mbit/s"));
	assert_non_null(strstr(text, " eth0 sent               48,000     4,800   70.0 MB    56.00"
				     "\n   at most 70 in the driver, of one queue"));
	assert_non_null(strstr(text, "1 of 8.0 followed"));
	assert_non_null(strstr(text, "10 dropped (QDISC_DROP)"));
	assert_non_null(strstr(text, "50 dropped (NO_SOCKET, or"));
	assert_non_null(strstr(text, "70 times full and stopped, for 20.0ms in all"));
	assert_non_null(strstr(text, " eth0 received           21,000     2,100    1.4 MB     1.12"
				     "\n   8,000 polls; 20 left work for the next"));
	assert_non_null(strstr(text, "Packets sent: 48,000 started = 47,969 completed + 30 in "
				     "flight + 1 lost"));
	free(text);
	fixture__free(f);
}

static void legs_come_in_the_order_of_time(void **state)
{
	struct fixture *f = with_nic(10);
	const struct wait_row *row = &f->ledger->waits[0];

	(void)state;
	assert_int_equal(row->nr_legs, 3);
	assert_string_equal(row->legs[0].name, "qdisc");
	assert_string_equal(row->legs[1].name, "hypercall");
	assert_string_equal(row->legs[2].name, "backend");
	assert_int_equal(row->outside_ns, 0);
	assert_false(row->overlap_measured);
	fixture__free(f);
}

/* What no leg and no loss accounts for makes the data incomplete, and is said. */
static void missing_packets_are_told(void **state)
{
	struct fixture *f = with_nic(10);
	char *text;

	(void)state;
	assert_int_equal(f->ledger->quality.packets_missing, 0);
	assert_false(f->ledger->quality.incomplete);
	f->snap.packets.completed -= 500;
	fixture__close(f);
	assert_int_equal(f->ledger->quality.packets_missing, 500);
	assert_true(f->ledger->quality.incomplete);
	text = fixture__print(f, output_text.total);
	assert_non_null(strstr(text, "+500 not accounted for"));
	assert_non_null(strstr(text, "packets: 500 missing"));
	free(text);
	fixture__free(f);
}

static void intervals_subtract_and_add_up(void **state)
{
	struct fixture *earlier = with_nic(4), *later = with_nic(10);
	struct snapshot delta, sum = {};

	(void)state;
	assert_int_equal(snapshot__delta(&delta, &later->snap, &earlier->snap), 0);
	assert_int_equal(delta.nics[0].tx_packets, 28800);
	assert_int_equal(delta.nics[0].rx_bytes, 840000);
	assert_int_equal(delta.nics[0].most, 70);
	assert_int_equal(delta.nr_drops, 2);
	assert_int_equal(delta.drops[0].count, 30);
	assert_int_equal(delta.drops[1].count, 10);
	assert_int_equal(delta.packets.carried, 30);
	assert_int_equal(delta.packets.carried + delta.packets.started,
			 delta.packets.completed + delta.packets.in_flight + delta.packets.lost);
	assert_int_equal(snapshot__add(&sum, &earlier->snap), 0);
	assert_int_equal(snapshot__add(&sum, &delta), 0);
	assert_memory_equal(&sum.nics[0], &later->snap.nics[0], sizeof(*sum.nics));
	assert_int_equal(sum.nr_drops, 2);
	assert_int_equal(sum.drops[0].count, 50);
	assert_string_equal(sum.drops[1].reason, "QDISC_DROP");
	assert_memory_equal(&sum.packets, &later->snap.packets, sizeof(sum.packets));
	snapshot__free(&delta);
	snapshot__free(&sum);
	fixture__free(earlier);
	fixture__free(later);
}

static void json_follows_the_schema(void **state)
{
	struct fixture *f = with_nic(10);
	char *text = fixture__print(f, output_json.total);
	json_t *line = json_loads(text, JSON_REJECT_DUPLICATES, NULL), *nic, *io;

	(void)state;
	assert_true(schema__follows(line));
	nic = json_array_get(json_object_get(line, "nics"), 0);
	assert_int_equal(json_integer_value(json_object_get(nic, "tx_segments")), 50000);
	io = json_object_get(line, "packet_conservation");
	assert_int_equal(json_integer_value(json_object_get(io, "in_flight")), 30);
	json_decref(line);
	free(text);
	fixture__free(f);
}

static void a_recording_keeps_them(void **state)
{
	struct fixture *f = with_nic(10);
	struct blob live = recordings__live(f, 1, RUN_ENDS, &output_json);
	struct blob kept = recordings__live(f, 1, RUN_ENDS, &output_recording), text;

	(void)state;
	assert_int_equal(recordings__report(kept.data, kept.size, &output_json, &text, NULL), 0);
	assert_string_equal(text.data, live.data);
	assert_non_null(strstr(text.data, "\"tx_segments\":50000"));
	assert_non_null(strstr(text.data, "\"reason\":\"QDISC_DROP\",\"count\":10"));
	free(live.data);
	free(kept.data);
	free(text.data);
	fixture__free(f);
}

static const struct finding *find(const struct fixture *f, const char *id)
{
	for (size_t i = 0; i < f->ledger->findings.nr; i++)
		if (!strcmp(f->ledger->findings.all[i].id, id))
			return &f->ledger->findings.all[i];
	return NULL;
}

/* 0.2 % of the run full is nothing, 6 % is; an emulated NIC is one by its letter, not its name. */
static void findings_are_told_apart(void **state)
{
	struct fixture *f = with_nic(10);
	struct nic nic = { .name = "eth0", .letter = LETTER_P, .front = FRONT_NETFRONT };

	(void)state;
	f->platform.nics = &nic;
	f->platform.nr_nics = 1;
	fixture__close(f);
	assert_int_equal(find(f, "nic-full")->verdict, FINDING_NOT_MET);
	assert_int_equal(find(f, "emulated-nic")->verdict, FINDING_NOT_MET);
	f->snap.nics[0].tx_stopped_ns = 600000000;
	nic.letter = LETTER_VS;
	fixture__close(f);
	assert_int_equal(find(f, "nic-full")->verdict, FINDING_MET);
	assert_non_null(
		strstr(find(f, "nic-full")->figures[0], "0.60 s of the run's 10.00 (6.0 %)"));
	assert_non_null(strstr(find(f, "nic-full")->actions[0].what, "max_queues"));
	assert_int_equal(find(f, "emulated-nic")->verdict, FINDING_MET);
	assert_string_equal(find(f, "emulated-nic")->subject, "eth0");
	f->platform.nics = NULL;
	f->platform.nr_nics = 0;
	fixture__free(f);
}

static void openmetrics_counts_them(void **state)
{
	struct fixture *f = with_nic(10);
	char *text = fixture__print(f, output_openmetrics.total);

	(void)state;
	assert_non_null(strstr(text, "xentrace_network_packets_total{device=\"eth0\",direction="
				     "\"sent\"} 48000\n"));
	assert_non_null(strstr(text, "xentrace_network_bytes_total{device=\"eth0\",direction="
				     "\"received\"} 1400000\n"));
	free(text);
	fixture__free(f);
}

/* The probe of what is sent is off: none was sent, or any number. */
static void what_is_not_counted_is_not_0(void **state)
{
	struct fixture *f = with_nic(10);
	struct probe_status probe = {
		.name = "net_dev_start_xmit",
		.family = "net",
		.purpose = "a test's",
		.applicable = true,
		.counts_sent = true,
		.cause = "tp_btf refused: Permission denied",
	};
	struct nic_use *use = &f->snap.nics[0];
	struct blob kept, text;
	char *out;

	(void)state;
	free(f->snap.probes);
	f->snap.probes = malloc(sizeof(probe));
	assert_non_null(f->snap.probes);
	f->snap.probes[0] = probe;
	f->snap.nr_probes = 1;
	use->tx_packets = use->tx_bytes = use->tx_segments = use->tx_stopped_ns = 0;
	fixture__close(f);
	out = unwrap(fixture__print(f, output_text.total));
	assert_non_null(strstr(out, "\n eth0 sent: not counted, since net_dev_start_xmit is off: "
				    "tp_btf refused:"));
	assert_null(strstr(out, " eth0 sent                    0"));
	assert_non_null(strstr(out, " eth0 received           21,000"));
	free(out);
	out = fixture__print(f, output_openmetrics.total);
	assert_null(strstr(out, "_packets_total{device=\"eth0\",direction=\"sent\""));
	assert_null(strstr(out, "_bytes_total{device=\"eth0\",direction=\"sent\""));
	assert_non_null(strstr(out, "direction=\"received\"} 21000\n"));
	free(out);
	assert_int_equal(find(f, "nic-full")->verdict, FINDING_UNTESTABLE);
	kept = recordings__live(f, 1, RUN_ENDS, &output_recording);
	assert_int_equal(recordings__report(kept.data, kept.size, &output_json, &text, NULL), 0);
	assert_non_null(strstr(text.data, "\"sent_counted\":false"));
	free(kept.data);
	free(text.data);

	/* and a guest that has no NIC has no use for it */
	f->snap.probes[0].applicable = false;
	assert_null(snapshot__sent_uncounted(&f->snap));
	fixture__free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_has_both_directions),
		cmocka_unit_test(legs_come_in_the_order_of_time),
		cmocka_unit_test(missing_packets_are_told),
		cmocka_unit_test(intervals_subtract_and_add_up),
		cmocka_unit_test(json_follows_the_schema),
		cmocka_unit_test(a_recording_keeps_them),
		cmocka_unit_test(findings_are_told_apart),
		cmocka_unit_test(openmetrics_counts_them),
		cmocka_unit_test(what_is_not_counted_is_not_0),
	};

	return cmocka_run_group_tests_name("net", tests, NULL, NULL);
}
