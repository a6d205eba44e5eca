#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Packets of this machine's own NIC, to its gateway, for real; held against /proc/net/dev and ping.

setup_file()
{
	export PATH=$PWD/build:$PATH
	export RUN=$BATS_FILE_TMPDIR/run
	# see trace.bats: interrupts in which no program runs; packets that end in them are lost
	export LOST_BOUND=0.05
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	[ -r /sys/kernel/btf/vmlinux ] || skip "this kernel has no BTF"
	gateway=$(ip -4 route show default | awk '{ print $3; exit }')
	export GATEWAY=$gateway
	NIC=$(ip -4 route show default | awk '{ print $5; exit }')
	export NIC
	[ -n "$GATEWAY" ] && [ -e "/sys/class/net/$NIC/device" ] || skip "no NIC with a gateway"
	ping -c 1 -W 2 "$GATEWAY" > /dev/null || skip "the gateway does not answer"
	tests/lib/record-run "$RUN" "ping -f -q -s 1200 -c 3000 $GATEWAY"
}

@test "every packet is in the books: started = completed + in flight + lost" {
	tests/lib/compare "$RUN" packets
}

@test "the legs of a packet add up to it" {
	tests/lib/compare "$RUN" sums
	jq -es --arg nic "$NIC" '.[-1] | [.paths[] | select(.kind == "wait" and .device == $nic and
		.op == "sent")] | (map(select(.leg == "total"))[0].total_ns) as $whole |
		(map(select(.leg != "total").total_ns) | add) as $legs |
		$whole > 0 and ($whole - $legs | fabs) < 0.005 * $whole' "$RUN/run.json"
}

@test "what a ping waits contains the legs that are the guest's and the device's" {
	# its round trip is from before the stack has the request to after it has the answer
	mean=$(sed -n 's|^rtt [^=]*= [^/]*/\([^/]*\)/.*|\1|p' "$RUN/load.log")
	jq -es --arg nic "$NIC" --argjson mean_ms "$mean" '.[-1] |
		[.paths[] | select(.kind == "wait" and .device == $nic)] |
		map({ key: (.op + " " + .leg), value: (.total_ns / .count / 1e6) }) | from_entries |
		."sent qdisc" + ."sent submit" + ."poll irq to poll" < $mean_ms' "$RUN/run.json"
}

@test "polls and what they hand over: all polls are counted, most follow an interrupt" {
	jq -es --arg nic "$NIC" '.[-1] | (.nics[] | select(.device == $nic)) as $use |
		[.paths[] | select(.device == $nic and .op == "poll")] as $paths |
		($paths[] | select(.leg == "total").count) as $polls |
		($paths[] | select(.leg == "irq to poll").count) as $after_irq |
		$use.polls >= $polls and $polls > 100 and $after_irq > 0.5 * $polls' "$RUN/run.json"
}

@test "a veth pair in another namespace, with the NIC's own index, is not the NIC" {
	index=$(< "/sys/class/net/$NIC/ifindex")
	ip netns add xtnet0
	ip netns add xtnet1
	ip -n xtnet0 link add xtv0 index "$index" type veth peer name xtv1 netns xtnet1
	ip -n xtnet0 addr add 198.51.100.1/30 dev xtv0
	ip -n xtnet1 addr add 198.51.100.2/30 dev xtv1
	ip -n xtnet0 link set xtv0 up
	ip -n xtnet1 link set xtv1 up
	tests/lib/record-run "$BATS_TEST_TMPDIR/run" \
		"ip netns exec xtnet0 ping -f -q -c 2000 198.51.100.2; ping -q -c 100 -i 0.01 $GATEWAY"
	tests/lib/compare "$BATS_TEST_TMPDIR/run" packets
}

@test "sampled: all are counted, 1 of 8 is followed, and those stand for the others" {
	TRACE_OPTIONS="-f net --sample 8" tests/lib/record-run "$BATS_TEST_TMPDIR/run" \
		"ping -f -q -s 800 -c 4000 $GATEWAY"
	jq -es --arg nic "$NIC" '.[-1] | (.nics[] | select(.device == $nic)) as $use |
		([.paths[] | select(.device == $nic and .op == "sent" and .leg == "total")][0].count)
		as $legs | .packet_conservation as $io |
		$use.tx_packets > 500 and ($use.tx_sampled * 8 / $use.tx_packets - 1 | fabs) < 0.03 and
		($legs / $use.tx_packets - 1 | fabs) < 0.03 + 0.05 and
		$io.started == $use.tx_sampled and $io.missing == 0' "$BATS_TEST_TMPDIR/run/run.json"
}

@test "-N: only that NIC, and a name that is none is refused" {
	xentrace-bpf -N "$NIC" -f net -d 0.5 --json > "$BATS_TEST_TMPDIR/out.json"
	jq -es --arg nic "$NIC" '.[-1].nics | map(.device) == [$nic]' "$BATS_TEST_TMPDIR/out.json"
	run xentrace-bpf -N no-such-nic -d 1
	[ "$status" -eq 2 ]
	[[ $output == *"no NIC 'no-such-nic'"* ]]
}

@test "-N of an interface without a device below it: its packets end where it gives them on" {
	ip netns add xtnet1
	ip link add xtv0 type veth peer name xtv1 netns xtnet1
	ip addr add 198.51.100.1/30 dev xtv0
	ip -n xtnet1 addr add 198.51.100.2/30 dev xtv1
	ip link set xtv0 up
	ip -n xtnet1 link set xtv1 up
	TRACE_OPTIONS="-f net -N xtv0" tests/lib/record-run "$BATS_TEST_TMPDIR/run" \
		"ping -f -q -c 2000 198.51.100.2"
	tests/lib/compare "$BATS_TEST_TMPDIR/run" packets
	jq -es '.[-1] | (.nics | map(.device)) == ["xtv0"] and .nics[0].tx_packets >= 2000 and
		.packet_conservation.completed > 0.99 * .packet_conservation.started and
		([.paths[] | select(.leg == "submit" and .op == "sent")][0] |
			.mechanism == "unattributed" and .count > 1900)' "$BATS_TEST_TMPDIR/run/run.json"
}

teardown()
{
	ip link del xtv0 2> /dev/null || true
	ip netns del xtnet0 2> /dev/null || true
	ip netns del xtnet1 2> /dev/null || true
}
