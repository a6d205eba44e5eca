#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Recordings of this machine, and what a report of them is.

load await

setup_file()
{
	export PATH=$PWD/build:$PATH
	export RUN=$BATS_FILE_TMPDIR FILE=$PWD/build/recording.fio
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	[ -r /sys/kernel/btf/vmlinux ] || skip "this kernel has no BTF"
	fio --name=make --filename="$FILE" --size=16M --rw=write --bs=1M --end_fsync=1 > /dev/null
	fio --name=load --thread --filename="$FILE" --size=16M --direct=1 --rw=randrw --bs=4k \
		--ioengine=libaio --iodepth=4 --runtime=60 --time_based > /dev/null &
	export LOAD=$!
	# on a busy machine it takes its time to begin
	await has_read "$LOAD"
}

# has_read PID: it has read from a disk
has_read()
{
	[ "$(awk '/^read_bytes:/ { print $2 }' "/proc/$1/io")" -gt 1000000 ]
}

teardown_file()
{
	kill "$LOAD" 2> /dev/null || true
	rm -f "$FILE"
}

@test "report is to the byte what the live run gave, in every format" {
	xentrace-bpf record -d 2.7 -i 0.5 -T -o "$RUN/run.xtr" -o "$RUN/live.json" -o "$RUN/live.txt" \
		-o "$RUN/live.folded" -o "$RUN/live.svg" -o "$RUN/live.html" -o "$RUN/live.om"
	# whatever lies in memory that nobody wrote
	MALLOC_PERTURB_=170 xentrace-bpf report "$RUN/run.xtr" -o "$RUN/new.json" \
		-o "$RUN/new.txt" -o "$RUN/new.folded" -o "$RUN/new.svg" \
		-o "$RUN/new.html" -o "$RUN/new.om" -o "$RUN/new.xtr"
	for format in json txt folded svg html om; do
		cmp "$RUN/live.$format" "$RUN/new.$format"
	done
	cmp "$RUN/run.xtr" "$RUN/new.xtr"
	jq -es '[.[].type] | .[0] == "header" and .[-1] == "total" and
		(map(select(. == "interval")) | length) >= 4' "$RUN/new.json"
	jq -es '.[-1].paths | map(select(.leg == "total" and .count > 100)) | length > 0' "$RUN/new.json"
}

@test "a trace into a recording has intervals, asked for or not: its page has the run's course" {
	xentrace-bpf -d 3.2 -o "$RUN/trace.xtr" -o "$RUN/trace.html" -o "$RUN/trace.json"
	xentrace-bpf report "$RUN/trace.xtr" -o "$RUN/again.html" -o "$RUN/again.json"
	# one that came late may have its neighbour's step
	grep -q '"course":{"edges_ms":\[0,[0-9]*,[0-9]*' "$RUN/again.html"
	cmp "$RUN/trace.html" "$RUN/again.html"
	cmp "$RUN/trace.json" "$RUN/again.json"
	jq -es '[.[] | select(.type == "interval")] | length == 3' "$RUN/again.json"
	# an INTERVAL is kept to
	xentrace-bpf -d 1 -o "$RUN/half.xtr" 0.3
	xentrace-bpf report --json "$RUN/half.xtr" |
		jq -es '[.[] | select(.type == "interval")] | length == 3'
}

@test "a report in between is in the recording as well" {
	mkfifo "$BATS_TEST_TMPDIR/ready"
	xentrace-bpf record -o "$RUN/usr1.xtr" -o "$RUN/usr1.json" --ready-fd 9 \
		9> "$BATS_TEST_TMPDIR/ready" &
	pid=$!
	read -r _ < "$BATS_TEST_TMPDIR/ready"
	kill -USR1 $pid
	await has 1 total "$RUN/usr1.json"
	kill -INT $pid
	wait $pid
	xentrace-bpf report --json "$RUN/usr1.xtr" | cmp - "$RUN/usr1.json"
	jq -es 'map(select(.type == "total")) | length == 2' "$RUN/usr1.json"
}

@test "killed: the intervals until then, and their total" {
	mkfifo "$BATS_TEST_TMPDIR/ready"
	# sampled: how far off a mean may be is made of buckets
	xentrace-bpf record --sample 4 -i 0.3 -o "$RUN/killed.xtr" -o "$RUN/killed.json" --ready-fd 9 \
		9> "$BATS_TEST_TMPDIR/ready" &
	pid=$!
	read -r _ < "$BATS_TEST_TMPDIR/ready"
	await has 3 interval "$RUN/killed.json"
	kill -KILL $pid
	wait $pid || true
	xentrace-bpf report --json "$RUN/killed.xtr" > "$RUN/killed.report.json" 2> "$RUN/killed.err"
	cat "$RUN/killed.err"
	[ "$(wc -l < "$RUN/killed.err")" -eq 1 ]
	grep -qE "has no end|is cut" "$RUN/killed.err"
	# all but the total is what the live run had written; the recording, which comes first, may have
	# one interval more if it was killed in between
	lines=$(wc -l < "$RUN/killed.json")
	more=$(($(wc -l < "$RUN/killed.report.json") - 1 - lines))
	[ $more -eq 0 ] || [ $more -eq 1 ]
	cmp <(head -n "$lines" "$RUN/killed.report.json") <(head -n "$lines" "$RUN/killed.json")
	jq -es '(map(select(.type == "interval")) | length) as $n | $n >= 3 and .[-1].type == "total" and
		.[-1].conservation.started == (map(select(.type == "interval").conservation.started) | add) and
		.[-1].end_ns == .[$n].end_ns' "$RUN/killed.report.json"
}

# deeper SECONDS: a recording each of a queue of 1 and of 32, that long; diff calls the reads a change
deeper()
{
	for depth in 1 32; do
		fio --name=load --filename="$FILE" --size=16M --direct=1 --rw=randread --bs=4k \
			--ioengine=libaio --iodepth=$depth --rate_iops=0 --runtime=600 --time_based > /dev/null &
		load=$!
		sleep 1
		xentrace-bpf record -d "$1" -i 0.3 -f blk -o "$RUN/depth$depth.xtr"
		kill $load && wait $load || true
	done
	xentrace-bpf diff "$RUN/depth1.xtr" "$RUN/depth32.xtr"
	xentrace-bpf diff "$RUN/depth1.xtr" "$RUN/depth32.xtr" --json > "$RUN/diff.json"
	jq -e '.comparisons > 0 and ([.changes[] | select(.kind == "wait" and .op == "read" and
		.leg.after == "total" and .changed)] | length) > 0' "$RUN/diff.json"
}

@test "diff of two runs: a queue 32 times as deep is called a change" {
	kill "$LOAD" 2> /dev/null || true
	# what else uses the disk may hide it in a short run, from which diff is to claim nothing then
	deeper 6 || deeper 30
	xentrace-bpf diff "$RUN/depth1.xtr" "$RUN/depth32.xtr" -o "$RUN/diff.folded" -v
	grep -qE '^wait;.*;read.* [0-9]+ [0-9]+$' "$RUN/diff.folded"
	# with itself nothing is
	xentrace-bpf diff "$RUN/depth32.xtr" "$RUN/depth32.xtr" --json |
		jq -e '.comparisons > 0 and .changed == 0'
}
