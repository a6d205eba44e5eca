#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# This machine's own kernel, disk and interrupts, for real; held against its own counters.

load await

setup_file()
{
	export PATH=$PWD/build:$PATH
	export RUN=$BATS_FILE_TMPDIR/run
	# One vendor's kernel (6.18) runs no BPF program while a thread of process 1 is current: what
	# completes then is lost to any tracer, and counted as lost (lost.bats). 27 in 1,000 were seen, once.
	export LOST_BOUND=0.05
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	[ -r /sys/kernel/btf/vmlinux ] || skip "this kernel has no BTF"
	# somewhere on a real disk: a tmpfs makes no requests
	export FILE=$PWD/build/native.fio
	fio --name=make --filename="$FILE" --size=64M --rw=write --bs=1M --end_fsync=1 > /dev/null
	tests/lib/record-run "$RUN" "fio --name=load --filename=$FILE --size=64M --direct=1 \
		--rw=randrw --bs=4k --ioengine=libaio --iodepth=4 --runtime=4 --time_based"
}

teardown_file()
{
	rm -f "$FILE"
}

@test "every request is in the books: started = completed + in flight + lost, hardly one lost" {
	tests/lib/compare "$RUN" conservation
}

@test "requests and waited time per disk are those of /sys/block/*/stat" {
	tests/lib/compare "$RUN" disks ticks
}

@test "flushes and what waits for them are those of /sys/block/*/stat" {
	# an empty flush has no request of its own to the device, and was once counted as lost
	tests/lib/record-run "$BATS_TEST_TMPDIR/run" "fio --name=sync --filename=$FILE --size=4M \
		--rw=randwrite --bs=4k --fsync=16 --loops=2"
	tests/lib/compare "$BATS_TEST_TMPDIR/run" conservation disks ticks
}

@test "the mean of reads is iostat's r_await, and divides into GAVG = KAVG + DAVG" {
	command -v iostat > /dev/null || skip "needs iostat: tools/setup test"
	dir=$BATS_TEST_TMPDIR
	# a disk in memory, which nobody else reads; large requests, since iostat rounds to 10 us
	backing=$(mktemp -p /dev/shm)
	truncate -s 64M "$backing"
	loop=$(losetup -f --show "$backing")
	# the load begins and ends within both
	LC_ALL=C iostat -dxy -o JSON "$loop" 10 1 > "$dir/iostat" 3>&- &
	iostat=$!
	xentrace-bpf -d 8 -D "$loop" --json --max-overhead 0 --ready-fd 7 7> "$dir/ready" > "$dir/json" &
	tracer=$!
	await grep -q ready "$dir/ready"
	fio --name=load --filename="$loop" --size=64M --loops=32 --direct=1 --rw=randread --bs=1M --iodepth=4 \
		--ioengine=libaio --runtime=4 > /dev/null
	wait "$iostat" "$tracer"
	tail -n 1 "$dir/json" | jq -c --arg disk "${loop#/dev/}" \
		'.wait_rows[] | select(.device == $disk and .op == "read")' > "$dir/read"
	theirs=$(jq '.sysstat.hosts[0].statistics[0].disk[0].r_await' "$dir/iostat")
	echo "iostat $theirs ms, ours $(< "$dir/read")"
	jq -e --argjson theirs "$theirs" '.count > 500 and (.mean_ns / 1e6 - $theirs | fabs) <= 0.03 * $theirs + 0.006 and
		(.kernel_ns + .device_ns - .mean_ns | fabs) < 1 and .queue_ns < .kernel_ns + 1' "$dir/read"
}

@test "the legs add up to the request, the CPU columns to vCPU time" {
	tests/lib/compare "$RUN" sums
}

@test "interrupts handled are those of /proc/interrupts" {
	tests/lib/compare "$RUN" interrupts
}

@test "-d 5 --json gives the disk's latencies" {
	fio --name=load --filename="$FILE" --size=64M --direct=1 --rw=randread --bs=4k --iodepth=4 \
		--ioengine=libaio --runtime=60 --time_based > /dev/null &
	sleep 1
	xentrace-bpf -d 5 --json > "$BATS_TEST_TMPDIR/out.json"
	kill $! && wait $! || true
	jq -es '.[-1] | .type == "total" and
		([.paths[] | select(.kind == "wait" and .op == "read" and .leg == "total")] |
		 length > 0 and all(.count > 100 and (.buckets | length) > 3))' "$BATS_TEST_TMPDIR/out.json"
}

@test "the slowest requests: legs that add up, the slowest of all" {
	fio --name=slowest --filename="$FILE" --size=64M --direct=1 --rw=randread --bs=4k \
		--iodepth=16 --ioengine=libaio --runtime=60 --time_based > /dev/null &
	sleep 1
	xentrace-bpf -f blk -d 2 --json > "$BATS_TEST_TMPDIR/out.json"
	xentrace-bpf -f blk -d 1 --json --slower 100000 > "$BATS_TEST_TMPDIR/none.json"
	kill $! && wait $! || true
	jq -es '.[-1] | (.slowest | length) == 16 and (.slowest | all(.total_ns == ([.legs[].ns] | add)))
		and ([.slowest[].total_ns] | . == (sort | reverse)) and
		(.slowest[0].total_ns == ([.paths[] | select(.leg == "total") | .max_ns] | max))' \
		"$BATS_TEST_TMPDIR/out.json"
	jq -es '.[-1].slowest == []' "$BATS_TEST_TMPDIR/none.json"
}

# forgotten: a trace in which the issues of requests are forgotten: they are counted, and some of the slowest are among
# them, without legs
forgotten()
{
	xentrace-bpf -f blk -d 4 --sample 1 --slower 0.001 --json > "$BATS_TEST_TMPDIR/out.json" \
		2> "$BATS_TEST_TMPDIR/said" &
	trace=$!
	await grep -q Tracing "$BATS_TEST_TMPDIR/said"
	# to its end: the slowest may be of any moment
	build/tests/native/forget $trace 5
	wait $trace
	jq -cs '.[-1] | (.losses[] | select(.count > 0) | [.name, .count]), .slowest' "$BATS_TEST_TMPDIR/out.json"
	jq -es '.[-1] | (.losses[] | select(.name == "start-missed") | .count > 10) and
		([.slowest[] | select(.op == "read" and .vcpu == null)] |
		 length > 0 and all(.legs == [] and .pid == null))' "$BATS_TEST_TMPDIR/out.json"
}

@test "a request whose issue was not seen is counted, and no leg of it is made up" {
	fio --name=forgotten --filename="$FILE" --size=64M --direct=1 --rw=randread --bs=4k \
		--iodepth=16 --ioengine=libaio --runtime=60 --time_based > /dev/null &
	sleep 1
	# where the host stands still, the requests of that moment are the slowest ones, and nobody forgets any of them
	forgotten || forgotten || forgotten
	kill %1 && wait %1 || true
}

# on_loop OPTION…: traces direct reads of a loop device in memory, by which nobody else's requests come; the
# report is in $BATS_TEST_TMPDIR/run/run.json
on_loop()
{
	local image=$BATS_TEST_TMPDIR/image

	mount -t tmpfs none "$BATS_TEST_TMPDIR"
	truncate -s 64M "$image"
	LOOP=$(losetup -f --show "$image")
	mkdir -p "$BATS_TEST_TMPDIR/run"
	TRACE_OPTIONS="-f blk -D ${LOOP#/dev/} $*" tests/lib/record-run "$BATS_TEST_TMPDIR/run" \
		"fio --name=loop --filename=$LOOP --direct=1 --rw=randread --bs=4k --size=64M \
		--ioengine=psync --time_based --runtime=3 --output-format=json --output=$BATS_TEST_TMPDIR/run/fio"
}

off_loop()
{
	losetup -d "$LOOP"
	umount "$BATS_TEST_TMPDIR"
	LOOP=
}

teardown()
{
	[ -z "${loop:-}" ] || losetup -d "$loop" || true
	rm -f "${backing:-}"
	[ -z "${LOOP-}" ] || off_loop
}

@test "sampled: all requests are counted, 1 of 16 is followed, and stands for the others" {
	on_loop --sample 16
	jq -es --slurpfile fio "$BATS_TEST_TMPDIR/run/fio" --argjson bound "$LOST_BOUND" '.[-1] |
		(.paths[] | select(.leg == "total" and .op == "read")) as $read |
		([.paths[] | select(.leg == "device" and .op == "read")][0]) as $device |
		(.wait_rows[] | select(.op == "read")) as $row |
		$fio[0].jobs[0].read as $job |
		(.conservation | .missing + .lost) as $lost | .conservation.kernel_completed as $kernel |
		$lost <= $bound * $kernel and $read.count >= (1 - $bound) * $job.total_ios and
		($kernel - .conservation.completed | fabs) <= $lost + $bound * $kernel and
		$row.count == $read.count and $row.count == .conservation.completed and
		($row.followed * 16 / $row.count - 1 | fabs) < $bound and
		($device.count / $read.count - 1 | fabs) < 0.01 and
		([.paths[] | select(.leg != "total" and .op == "read") | .total_ns] | add) ==
			($read.total_ns) and
		($row.mean_ns < $job.clat_ns.mean + $row.mean_error_ns) and $row.mean_error_ns > 0' \
		"$BATS_TEST_TMPDIR/run/run.json"
	grep -q '1 of 1[567][.][0-9] followed' "$BATS_TEST_TMPDIR/run/run.txt"
	off_loop
}

@test "--max-overhead: a load that costs more is followed in part, and counted whole" {
	on_loop --max-overhead 0.01
	jq -es '.[-1] | (.wait_rows[] | select(.op == "read")) as $row | $row.followed < 0.7 * $row.count and
		$row.followed > 100 and $row.count == .conservation.completed' "$BATS_TEST_TMPDIR/run/run.json"
	off_loop
	on_loop --max-overhead 0
	jq -es '.[-1] | all(.wait_rows[]; .followed == .count)' "$BATS_TEST_TMPDIR/run/run.json"
	off_loop
}

# softirqs NAME: how many of them there were, on all CPUs
softirqs()
{
	awk -v name="$1:" '$1 == name { for (i = 2; i <= NF; i++) sum += $i } END { print sum }' /proc/softirqs
}

@test "softirqs of which 1 of 8 is timed: all are counted, and the columns add up" {
	mkfifo "$BATS_TEST_TMPDIR/ready"
	first=$(softirqs SCHED)
	xentrace-bpf --sample 8 --json --ready-fd 9 9> "$BATS_TEST_TMPDIR/ready" > "$BATS_TEST_TMPDIR/out.json" &
	pid=$!
	read -r _ < "$BATS_TEST_TMPDIR/ready"
	before=$(softirqs SCHED)
	for ((i = 0; i < 1500; i++)); do (:); done
	counted=$(($(softirqs SCHED) - before))
	kill -INT $pid
	wait $pid
	most=$(($(softirqs SCHED) - first))
	jq -es --argjson counted "$counted" --argjson most "$most" --argjson bound "$LOST_BOUND" '.[-1] |
		([.paths[] | select(.leg == "softirq" and .op == "sched")] | first | .count) as $count |
		[.paths[] | select(.leg == "softirq" and (.op | startswith("net ") | not))] as $sampled |
		($sampled | map(.count) | add / 8) as $want | ($sampled | map(.followed // .count) | add) as $timed |
		(.cpu | .idle_ns + .stolen_ns + .unattributed_ns + .guest_ns + .pv_ns + .emulated_ns + .hardware_ns -
			.excess_ns) as $columns |
		# which of them failed, is seen by the figures
		({$counted, $count, $most, $want, $timed, $columns, cpu, vcpu_ns} | tojson | debug) as $figures |
		$count >= (1 - $bound) * $counted and $count <= $most and
		($timed - $want | fabs) <= 6 * ($want | sqrt) + 10 and
		([.paths[] | select(.leg == "softirq" and .op == "net rx") | has("followed")] | any | not) and
		$columns == .vcpu_ns and
		# /proc/stat has ticks of 10 ms: two of them a vCPU
		.cpu.excess_ns <= ([0.005 * .vcpu_ns, 2e7 * .vcpu_ns / (.end_ns - .start_ns)] | max)' \
		"$BATS_TEST_TMPDIR/out.json"
}

@test "the slowest requests: who issued them" {
	# so few that all are kept: of many, the slowest may be those that had to wait for a kworker,
	# which issued them then
	mkfifo "$BATS_TEST_TMPDIR/ready"
	xentrace-bpf -f blk --json --ready-fd 9 9> "$BATS_TEST_TMPDIR/ready" \
		> "$BATS_TEST_TMPDIR/out.json" &
	pid=$!
	read -r _ < "$BATS_TEST_TMPDIR/ready"
	dd if="$FILE" of=/dev/null bs=4k count=8 iflag=direct 2> /dev/null &
	reader=$!
	wait $reader
	kill -INT $pid
	wait $pid
	jq -es --argjson pid $reader '.[-1].slowest |
		any(.op == "read" and .comm == "dd" and .pid == $pid and .vcpu != null)' \
		"$BATS_TEST_TMPDIR/out.json"
}

@test "requests under way: some, and not more than the driver has tags for, flushes apart" {
	jq -cs '.[-1] | .queues, .conservation, (.losses[] | select(.count > 0) | [.name, .count])' "$RUN/run.json"
	# one whose end was missed is under way until its tag is used again
	jq -es '.[-1] | (.conservation.lost + ([.losses[] | select(.name == "end-missed") | .count] | add)) as $missed |
		.queues | any(.most_under_way > 1) and
		all(.places == null or .most_under_way <= .places + .queues + $missed)' "$RUN/run.json"
}

@test "check names what cannot be traced here, with cause and fix" {
	xentrace-bpf check --json > "$BATS_TEST_TMPDIR/check.json"
	jq -e '[.probes[] | select(.applicable and .rung == "off")] |
		all(.cause != "" and .fix != "")' "$BATS_TEST_TMPDIR/check.json"
	jq -e '[.probes[] | select(.rung != "off")] | length >= 5' "$BATS_TEST_TMPDIR/check.json"
	# that objects have no lines is as it should be
	xentrace-bpf check -vv > "$BATS_TEST_TMPDIR/check.txt" 2>&1
	[ "$(grep -c 'line info' "$BATS_TEST_TMPDIR/check.txt")" -eq 0 ]
}

@test "intervals: as many as asked for, and their sum is the total" {
	xentrace-bpf --json 0.5 3 > "$BATS_TEST_TMPDIR/out.json"
	jq -es '[.[].type] == ["header", "interval", "interval", "interval", "total"]' \
		"$BATS_TEST_TMPDIR/out.json"
	jq -es '.[1:4] as $i | .[4] as $t | ($i[0].start_ns == $t.start_ns) and
		($i[1].start_ns == $i[0].end_ns) and ($i[2].start_ns == $i[1].end_ns)' \
		"$BATS_TEST_TMPDIR/out.json"
}

@test "a pause makes one long interval, and the grid goes on: as many as asked for" {
	mkfifo "$BATS_TEST_TMPDIR/ready"
	xentrace-bpf --json 0.3 4 --ready-fd 9 9> "$BATS_TEST_TMPDIR/ready" \
		> "$BATS_TEST_TMPDIR/out.json" &
	pid=$!
	read -r _ < "$BATS_TEST_TMPDIR/ready"
	kill -STOP $pid
	sleep 1.5
	kill -CONT $pid
	wait $pid
	jq -es 'map(select(.type == "interval")) | length == 4 and
		(.[1:] | map(.start_ns)) == (.[:3] | map(.end_ns)) and
		(map(select(.end_ns - .start_ns > 1.2e9)) | length) >= 1 and
		.[-1].end_ns - .[0].start_ns > 1.5e9 + 2 * 0.3e9' "$BATS_TEST_TMPDIR/out.json"
}

@test "however often the tracer is stopped, an interval's counts and its time are of one moment" {
	# it sleeps again and again, so that it never catches up
	python3 -c 'import time
while True: time.sleep(0.0004)' &
	load=$!
	mkfifo "$BATS_TEST_TMPDIR/ready"
	# all families, and often: much of the time the counters are being read
	xentrace-bpf --json 0.01 --ready-fd 9 9> "$BATS_TEST_TMPDIR/ready" > "$BATS_TEST_TMPDIR/out.json" &
	pid=$!
	read -r _ < "$BATS_TEST_TMPDIR/ready"
	for _ in $(seq 60); do
		sleep 0.0$((RANDOM % 9 + 1))
		kill -STOP $pid
		sleep 0.3
		kill -CONT $pid
	done
	kill -INT $pid
	wait $pid
	kill $load
	# timers a second in each interval: one of 10 ms that has those of a stop of 300 ms has thirty times as
	# many as there are
	jq -cs 'map(select(.type == "interval" and .end_ns - .start_ns > 5e6) |
		([.paths[] | select(.leg == "lateness") | .count] | add // 0) /
		(.end_ns - .start_ns) * 1e9) | sort | [length, .[length / 2 | floor], max]' \
		"$BATS_TEST_TMPDIR/out.json" | tee "$BATS_TEST_TMPDIR/rates"
	jq -e '.[0] >= 60 and .[1] > 500 and .[2] < 8 * .[1]' "$BATS_TEST_TMPDIR/rates"
}

@test "SIGHUP ends a trace with its report, unless it was ignored before" {
	mkfifo "$BATS_TEST_TMPDIR/ready"
	# a test that is run by nohup has it ignored
	env --default-signal=HUP xentrace-bpf -f timer -o "$BATS_TEST_TMPDIR/hup.json" --ready-fd 9 \
		9> "$BATS_TEST_TMPDIR/ready" &
	pid=$!
	read -r _ < "$BATS_TEST_TMPDIR/ready"
	kill -HUP $pid
	wait $pid
	jq -es '.[-1].type == "total"' "$BATS_TEST_TMPDIR/hup.json"
	(
		trap '' HUP
		exec xentrace-bpf -f timer -d 2 --json --ready-fd 9 9> "$BATS_TEST_TMPDIR/ready" \
			> "$BATS_TEST_TMPDIR/nohup.json"
	) &
	pid=$!
	read -r _ < "$BATS_TEST_TMPDIR/ready"
	kill -HUP $pid
	wait $pid
	jq -es '.[-1] | .type == "total" and .end_ns - .start_ns > 1.9e9' "$BATS_TEST_TMPDIR/nohup.json"
}

# still PID: it has used no CPU time for a second
still()
{
	local before=x now

	until now=$(cut -d ' ' -f 14,15 "/proc/$1/stat") && [ "$now" = "$before" ]; do
		before=$now
		sleep 1
	done
}

@test "SIGTERM ends a trace whose output nobody reads: a FIFO, a full pipe" {
	mkfifo "$BATS_TEST_TMPDIR/nobody" "$BATS_TEST_TMPDIR/full"
	xentrace-bpf -f timer -o "$BATS_TEST_TMPDIR/nobody" 2> "$BATS_TEST_TMPDIR/fifo.err" &
	pid=$!
	still $pid
	kill -TERM $pid
	code=0
	wait $pid || code=$?
	[ $code -eq 1 ]
	grep "cannot write .*nobody" "$BATS_TEST_TMPDIR/fifo.err"
	# a reader that reads nothing
	exec 8<> "$BATS_TEST_TMPDIR/full"
	xentrace-bpf --json 0.02 > "$BATS_TEST_TMPDIR/full" 2> "$BATS_TEST_TMPDIR/full.err" 8>&- &
	pid=$!
	still $pid
	kill -TERM $pid
	code=0
	wait $pid || code=$?
	exec 8>&-
	[ $code -eq 1 ]
	grep "cannot write standard output" "$BATS_TEST_TMPDIR/full.err"
}

# page_data PAGE ID: what a page has in itself: "total" is the run's, as --format json has it; "page" its course.
page_data()
{
	sed -n 's|^<script type="application/json" id="'"$2"'">\(.*\)</script>$|\1|p' "$1" | grep .
}

@test "html: steps of 1 s of its own, which add up to the whole" {
	fio --name=load --filename="$FILE" --size=64M --direct=1 --rw=randread --bs=4k --iodepth=4 \
		--ioengine=libaio --runtime=60 --time_based > /dev/null &
	sleep 1
	xentrace-bpf -d 3 -o "$BATS_TEST_TMPDIR/run.html"
	kill $! && wait $! || true
	page_data "$BATS_TEST_TMPDIR/run.html" page > "$BATS_TEST_TMPDIR/page.json"
	page_data "$BATS_TEST_TMPDIR/run.html" total > "$BATS_TEST_TMPDIR/total.json"
	# a step that is much shorter than the first, since that came late, is drawn with its neighbour
	jq -e '.course.edges_ms | (length == 3 or length == 4) and .[0] == 0 and .[1] >= 1000 and
		.[-1] >= 3000' \
		"$BATS_TEST_TMPDIR/page.json"
	jq -e '[.wait_rows[] | select(.op == "read")] | length > 0 and all(.count > 100)' \
		"$BATS_TEST_TMPDIR/total.json"
}

@test "html: with an INTERVAL its steps, and a second report replaces the first" {
	mkfifo "$BATS_TEST_TMPDIR/ready"
	xentrace-bpf -d 4 -o "$BATS_TEST_TMPDIR/run.html" -o "$BATS_TEST_TMPDIR/run.svg" 0.4 \
		--ready-fd 9 9> "$BATS_TEST_TMPDIR/ready" &
	pid=$!
	read -r _ < "$BATS_TEST_TMPDIR/ready"
	kill -USR1 $pid
	await grep -q '^</svg>' "$BATS_TEST_TMPDIR/run.svg"
	wait $pid
	[ "$(grep -c '^</html>' "$BATS_TEST_TMPDIR/run.html")" -eq 1 ]
	[ "$(grep -c '^</svg>' "$BATS_TEST_TMPDIR/run.svg")" -eq 1 ]
	# of its own a page has steps of 1 s, so not more than 4 here
	page_data "$BATS_TEST_TMPDIR/run.html" page | jq -e '.course.edges_ms | length - 1 | . > 4 and . <= 10'
}

@test "openmetrics: Prometheus' own parser takes it" {
	/usr/bin/python3 -c 'import prometheus_client.openmetrics.parser' || skip "tools/setup test"
	xentrace-bpf -d 1 -o "$BATS_TEST_TMPDIR/run.prom" -o "$BATS_TEST_TMPDIR/run.json"
	tests/lib/openmetrics < "$BATS_TEST_TMPDIR/run.prom" > "$BATS_TEST_TMPDIR/parsed.json"
	jq -e '[.xentrace_cpu_seconds.samples[][2] | tonumber] | add > 0.9' \
		"$BATS_TEST_TMPDIR/parsed.json"
	# not 1 whatever happens: of hardly any requests one that is lost is more than 0.1 %
	jq -e --slurpfile run "$BATS_TEST_TMPDIR/run.json" '.xentrace_complete.samples[0][2] |
		tonumber == ($run[-1].complete | if . then 1 else 0 end)' "$BATS_TEST_TMPDIR/parsed.json"
}

@test "SIGINT and SIGTERM end a trace with its report, SIGUSR1 prints one in between" {
	for signal in INT TERM; do
		mkfifo "$BATS_TEST_TMPDIR/$signal"
		xentrace-bpf --json --ready-fd 9 9> "$BATS_TEST_TMPDIR/$signal" \
			> "$BATS_TEST_TMPDIR/$signal.json" &
		pid=$!
		read -r _ < "$BATS_TEST_TMPDIR/$signal"
		kill -USR1 $pid
		await has 1 total "$BATS_TEST_TMPDIR/$signal.json"
		kill -$signal $pid
		wait $pid
		jq -es 'map(select(.type == "total")) | length == 2' \
			"$BATS_TEST_TMPDIR/$signal.json"
	done
}

@test "a reader that goes away ends a trace quietly" {
	xentrace-bpf --json 0.2 2> "$BATS_TEST_TMPDIR/err" | head -1 > /dev/null
	[ "$(grep -vc Tracing "$BATS_TEST_TMPDIR/err")" -eq 0 ]
}

@test "a reader that goes away does not cost the other outputs their end" {
	xentrace-bpf -o - -o "$BATS_TEST_TMPDIR/run.json" 0.2 2> /dev/null | head -1 > /dev/null
	jq -es '.[-1].type == "total"' "$BATS_TEST_TMPDIR/run.json"
}

@test "only the disk that was asked for, by mount point" {
	disk=$(findmnt -no SOURCE -T "$FILE")
	mkfifo "$BATS_TEST_TMPDIR/ready"
	xentrace-bpf -D "$(dirname "$FILE")" -f blk --json --ready-fd 9 \
		9> "$BATS_TEST_TMPDIR/ready" > "$BATS_TEST_TMPDIR/out.json" &
	pid=$!
	read -r _ < "$BATS_TEST_TMPDIR/ready"
	dd if=/dev/zero of="$FILE" bs=4k count=50 oflag=direct conv=notrunc 2> /dev/null
	kill -INT $pid
	wait $pid
	echo "$disk"
	jq -es '.[-1] | [.paths[] | select(.kind == "wait") | .device] | unique | length == 1' \
		"$BATS_TEST_TMPDIR/out.json"
}

# loaded WHAT: there are programs, or maps, of ours
loaded()
{
	bpftool "$1" show 2> /dev/null | grep ' name xt_'
}

gone()
{
	! loaded prog && ! loaded map
}

@test "nothing stays behind: no program, no map, after SIGKILL either" {
	mkfifo "$BATS_TEST_TMPDIR/ready"
	xentrace-bpf --ready-fd 9 9> "$BATS_TEST_TMPDIR/ready" 2> /dev/null > /dev/null &
	pid=$!
	read -r _ < "$BATS_TEST_TMPDIR/ready"
	loaded prog && loaded map
	kill -KILL $pid
	wait $pid || true
	# the kernel frees them later, when no CPU can be in one of them
	await gone
}

@test "in a time namespace: the time of day is right, and what began before is told from what did not" {
	fio --name=namespace --filename="$FILE" --size=64M --direct=1 --rw=randread --bs=4k \
		--iodepth=4 --ioengine=libaio --runtime=60 --time_based > /dev/null &
	for offset in 1000000 -100; do
		unshare --time --fork --monotonic=$offset xentrace-bpf -f blk -d 1 --json \
			> "$BATS_TEST_TMPDIR/out.json" || { kill $!; false; }
		jq -es --argjson now "$(date +%s)" '.[-1] |
			(.start_utc[:19] + "Z" | fromdate - $now | fabs) < 60 and
			(.slowest | length > 0 and
				all((.start_utc[:19] + "Z" | fromdate - $now | fabs) < 60)) and
			.conservation.started > 100 and .conservation.preexisting <= 64 and
			(.vcpu_ns | . > 0.5e9 and . < 60e9)' "$BATS_TEST_TMPDIR/out.json"
	done
	kill $! && wait $! || true
}
