#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The books are right whenever a run ends, and whatever the machine does for a minute.

setup_file()
{
	export PATH=$PWD/build:$PATH
	export LOST_BOUND=0.05 # why: trace.bats
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	[ -r /sys/kernel/btf/vmlinux ] || skip "this kernel has no BTF"
	export FILE=$PWD/build/endure.fio
	fio --name=make --filename="$FILE" --size=64M --rw=write --bs=1M --end_fsync=1 > /dev/null
}

teardown_file()
{
	rm -rf "$FILE" build/endure
}

@test "20 runs that end at any moment: started = completed + in flight + lost, each time" {
	fio --name=load --filename="$FILE" --size=64M --direct=1 --rw=randrw --bs=4k \
		--ioengine=libaio --iodepth=16 --runtime=120 --time_based > /dev/null &
	load=$!
	in_flight=0 started=0 lost=0
	for run in {1..20}; do
		dir=$BATS_TEST_TMPDIR/$run
		mkdir "$dir"
		xentrace-bpf -d "0.$((RANDOM % 900 + 100))" -o "$dir/run.json" 2> "$dir/messages"
		# an interrupt in which no program runs (trace.bats) may lose all 16 requests of the load,
		# whatever their share in a run as short as this is: it is that of all runs which is small
		LOST_BOUND=1 tests/lib/compare "$dir" conservation
		in_flight=$((in_flight + $(jq -s '.[-1].conservation.in_flight' "$dir/run.json")))
		started=$((started + $(jq -s '.[-1].conservation.started' "$dir/run.json")))
		lost=$((lost + $(jq -s '.[-1].conservation.lost' "$dir/run.json")))
	done
	kill $load && wait $load || true
	echo "$in_flight in flight at the ends of 20 runs; $lost of $started lost"
	[ $in_flight -gt 0 ]
	[ $((lost * 100)) -le $((started * 5)) ]
}

@test "a minute of disk, network and compiler: hardly any lost, no probe silently off" {
	dir=$BATS_TEST_TMPDIR/minute
	iperf3 -s -1 -p 5299 -D
	tests/lib/record-run "$dir" "
		fio --name=load --filename=$FILE --size=64M --direct=1 --rw=randrw --bs=4k \
			--ioengine=libaio --iodepth=8 --runtime=60 --time_based &
		iperf3 -c 127.0.0.1 -p 5299 -t 58 > /dev/null &
		end=\$((\$(date +%s) + 55))
		while [ \$(date +%s) -lt \$end ]; do
			make -s O=build/endure clean > /dev/null 2>&1
			make -s -j2 O=build/endure || exit 1
		done
		wait"
	tests/lib/compare "$dir" conservation disks ticks
	xentrace-bpf check --json > "$dir/check.json"
	jq -e '[.probes[] | select(.applicable and .rung == "off" and .cause == "")] == []' \
		"$dir/check.json"
}
