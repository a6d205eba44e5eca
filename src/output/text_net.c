// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What passed the NICs.
 *
 *	NETWORK                 packets  a second     bytes    Mbit/s
 *	 eth0 sent               48,110     4,811   66.9 MB    53.50
 *	   at most 14 in the driver; 1 of 8.0 followed; 3 times full and stopped, for 1.20ms in all
 *	 eth0 received           21,004     2,100    1.4 MB     1.12
 *	   8,204 polls; 12 left work for the next
 */
#include "output/text_parts.h"

#include <inttypes.h>
#include <string.h>

#include "model/units.h"
#include "output/escape.h"

#define NAME_WIDTH 21

static void print_direction(FILE *out, const struct report *report, const struct nic_use *use,
			    const char *direction, uint64_t packets, uint64_t bytes,
			    const char *note)
{
	char device[48], name[80], count[UNITS_LEN], rate[UNITS_LEN], volume[UNITS_LEN];
	double seconds = report->ledger->elapsed_ns / 1e9;

	escape__ascii(device, sizeof(device), use->device);
	snprintf(name, sizeof(name), " %.10s %s", device, direction);
	fprintf(out, "%-*.*s%10s%10s%10s%9.2f\n", NAME_WIDTH, NAME_WIDTH, name,
		units__count(count, packets), units__count(rate, seconds ? packets / seconds : 0),
		units__bytes(volume, bytes), seconds ? bytes * 8 / seconds / 1e6 : 0);
	if (!*note)
		return;
	fputs("   ", out);
	text__wrap(out, text__width(report), 3, 5, note);
}

/* "; 3 given back by the driver", when there are any. */
static size_t add_note(char *text, size_t size, size_t used, uint64_t count, const char *what)
{
	char n[UNITS_LEN];

	if (!count || used >= size)
		return used;
	return used + snprintf(text + used, size - used, "%s%s %s", used ? "; " : "",
			       units__count(n, count), what);
}

/* An answer to ping ends so although ping has it: a copy, by its raw socket (net/ipv4/ping.c, ping_rcv()). */
static const char *hint(const char *reason)
{
	return strcmp(reason, "NO_SOCKET") ? "" : ", or a raw socket's copies, like ping's";
}

/* "; 12 dropped (TCP_CSUM)", a reason after the other. */
static void add_drops(char *text, size_t size, const struct snapshot *snap, const char *device,
		      bool received)
{
	char what[128], reason[64];
	size_t used = strlen(text);

	for (size_t i = 0; i < snap->nr_drops; i++) {
		const struct drop *drop = &snap->drops[i];

		if (drop->received != received || strcmp(drop->device, device))
			continue;
		escape__ascii(reason, sizeof(reason), *drop->reason ? drop->reason : "no reason");
		snprintf(what, sizeof(what), "dropped (%s%s)", reason, hint(reason));
		used = add_note(text, size, used, drop->count, what);
	}
}

/* What is sent, or that it is not known. */
static void print_sent(FILE *out, const struct report *report, const struct nic_use *use,
		       const char *note)
{
	const struct probe_status *uncounted = snapshot__sent_uncounted(report->snap);
	char device[48], why[320];

	if (!uncounted) {
		print_direction(out, report, use, "sent", use->tx_packets, use->tx_bytes, note);
		return;
	}
	escape__ascii(device, sizeof(device), use->device);
	snprintf(why, sizeof(why), " %.10s sent: not counted, since %s is off: %s", device,
		 uncounted->name, uncounted->cause);
	text__wrap(out, text__width(report), 0, 3, why);
}

static void print_nic(FILE *out, const struct report *report, const struct nic_use *use)
{
	char note[512] = "", n[UNITS_LEN];
	size_t used = 0;

	if (use->most)
		used = snprintf(note, sizeof(note), "at most %" PRIu64 " in the driver%s",
				use->most, use->queues > 1 ? ", of one queue" : "");
	if (use->tx_segments != use->tx_packets)
		used = add_note(note, sizeof(note), used, use->tx_segments, "segments");
	if (use->tx_sampled && use->tx_sampled < .995 * use->tx_packets)
		used += snprintf(note + used, sizeof(note) - used, "%s1 of %s followed",
				 used ? "; " : "",
				 units__ratio(n, (double)use->tx_packets / use->tx_sampled));
	used = add_note(note, sizeof(note), used, use->tx_stops, "times full and stopped");
	if (use->tx_stops)
		used += snprintf(note + used, sizeof(note) - used, ", for %ss in all",
				 units__ns(n, use->tx_stopped_ns));
	used = add_note(note, sizeof(note), used, use->tx_limited, "times stopped by BQL");
	used = add_note(note, sizeof(note), used, use->tx_cut, "cut into segments by the kernel");
	used = add_note(note, sizeof(note), used, use->tx_busy, "given back by the driver");
	add_note(note, sizeof(note), used, use->tx_copied, "copied by the driver: no device leg");
	add_drops(note, sizeof(note), report->snap, use->device, false);
	print_sent(out, report, use, note);
	*note = '\0';
	used = add_note(note, sizeof(note), 0, use->polls, "polls");
	add_note(note, sizeof(note), used, use->polls_full, "left work for the next");
	add_drops(note, sizeof(note), report->snap, use->device, true);
	print_direction(out, report, use, "received", use->rx_packets, use->rx_bytes, note);
}

void text__nics(FILE *out, const struct report *report)
{
	const struct snapshot *snap = report->snap;
	bool any = false;

	for (size_t i = 0; i < snap->nr_nics; i++) {
		const struct nic_use *use = &snap->nics[i];

		if (!use->tx_packets && !use->rx_packets && !use->polls)
			continue;
		if (!any)
			fprintf(out, "%-*s%10s%10s%10s%9s\n", NAME_WIDTH, "NETWORK", "packets",
				"a second", "bytes", "Mbit/s");
		any = true;
		print_nic(out, report, use);
	}
	if (any)
		fputc('\n', out);
}
