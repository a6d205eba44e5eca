#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Whose disk requests are: held against what fio says that it made. The disk is in memory, and nobody
# else's.

load await

setup_file()
{
	export PATH=$PWD/build:$PATH
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	[ -r /sys/kernel/btf/vmlinux ] || skip "this kernel has no BTF"
	[ -c /dev/loop-control ] || skip "this kernel has no loop devices"
	BACKING=$(mktemp -p /dev/shm)
	truncate -s 64M "$BACKING"
	LOOP=$(losetup -f --show "$BACKING")
	export BACKING LOOP
}

teardown_file()
{
	[ -n "$LOOP" ] || return 0
	losetup -d "$LOOP"
	rm -f "$BACKING"
}

setup()
{
	dir=$BATS_TEST_TMPDIR
	options=()
	made=()
}

teardown()
{
	mountpoint -q "$dir/mnt" && umount "$dir/mnt"
	for cgroup in "${made[@]}"; do
		rmdir "$cgroup"
	done
	scheduler none || true
}

# trace OPTION…: in the background, of the loop device; the last line goes to json
trace()
{
	rm -f "$dir/ready"
	xentrace-bpf -f blk -D "$LOOP" --json "$@" --ready-fd 7 7> "$dir/ready" > "$dir/json" 3>&- &
	tracer=$!
	await grep -q ready "$dir/ready"
}

end()
{
	kill -INT "$tracer"
	wait "$tracer"
}

# requests NAME NUMBER OPTION…: so many direct requests by a process of its own; what fio says goes to NAME
requests()
{
	local name=$1 number=$2
	shift 2
	fio --name="$name" --filename="$LOOP" --size=64M --number_ios="$number" --direct=1 --bs=4k \
		--rw=randread --output-format=json "$@" > "$dir/$name"
}

# Were all of them seen? One vendor's kernel runs no program while a thread of process 1 is current (lost.bats);
# what is not seen for that is said, and nothing is exact then.
all_seen()
{
	figure '.conservation.in_flight == 0 and .conservation.lost == 0 and ([.losses[] | select(.count > 0 and
		([.name] | inside(["start-missed", "end-missed", "no-start", "skipped"])))] == [])' > /dev/null
}

# seen COMMAND…: again until all of it was seen, up to 10 times
seen()
{
	for _ in {1..10}; do
		"$@"
		! all_seen || return 0
	done
	echo "some requests were not seen, each time"
	return 1
}

requests_of()
{
	jq '.jobs[0] | .read.total_ios + .write.total_ios' "$dir/$1"
}

# figure JQ: of the total
figure()
{
	tail -n 1 "$dir/json" | jq -e "$1"
}

# Each owner's and each disk's requests add up to the same, of which none was lost.
books_are_closed()
{
	figure '([.owners[].count] | add) == ([.wait_rows[] | select(.area == "disk") | .count] | add)'
	figure '([.owners[].count] | add) == .conservation.completed'
	figure '.conservation.missing == 0'
}

scheduler()
{
	echo "$1" > "/sys/block/${LOOP#/dev/}/queue/scheduler" 2> /dev/null
}

# in_cgroup FOLDER COMMAND…
in_cgroup()
{
	(
		echo "$BASHPID" > "$1/cgroup.procs"
		shift
		"$@"
	)
}

load_cgroups()
{
	trace --by cgroup
	in_cgroup "$1/xentrace-a/inner" requests a 700 3>&- &
	in_cgroup "$1/xentrace-b" requests b 300 --rw=randwrite
	wait $!
	end
}

# Two of this hierarchy's, at once; the owners are told by their paths.
two_cgroups()
{
	mkdir "$1/xentrace-a" "$1/xentrace-a/inner" "$1/xentrace-b"
	made=("$1/xentrace-a/inner" "$1/xentrace-a" "$1/xentrace-b")
	seen load_cgroups "$1"
	[ "$(requests_of a)" -eq 700 ]
	[ "$(figure '.owners[] | select(.name == "xentrace-a/inner") | .count')" -eq "$(requests_of a)" ]
	[ "$(figure '.owners[] | select(.name == "xentrace-b") | .count')" -eq "$(requests_of b)" ]
	[ "$(figure '.owners[] | select(.name == "xentrace-b") | .bytes')" -eq $((300 * 4096)) ]
	books_are_closed
}

@test "a cgroup's requests are its fio's, in the unified hierarchy" {
	mount=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/self/mounts)
	[ -n "$mount" ] || skip "none is mounted"
	two_cgroups "$mount"
}

@test "a cgroup's requests are its fio's, in blkio's hierarchy of the first version" {
	mount=$(awk '$3 == "cgroup" && $4 ~ /,blkio(,|$)/ { print $2; exit }' /proc/self/mounts)
	[ -n "$mount" ] || skip "none is mounted"
	unified=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/self/mounts)
	if [ -n "$unified" ] && ls -d "$unified"/*/ > /dev/null 2>&1; then
		skip "the unified one is in use here, and is taken"
	fi
	two_cgroups "$mount"
}

load_threads()
{
	trace --by pid --sample 8
	requests a 640 3>&- &
	requests b 320 --thread --numjobs=2
	wait $!
	end
}

@test "--by pid: each process apart, its threads together; counted only, too" {
	seen load_threads
	[ "$(figure '[.owners[] | select(.name == "fio") | .count] | sort == [640, 640]')" = true ]
	figure '[.owners[] | select(.name == "fio") | .followed < .count] | all'
	books_are_closed
}

load_comms()
{
	trace --by comm
	requests a 200
	requests b 100
	dd if="$LOOP" of=/dev/null bs=4k count=50 iflag=direct 2> /dev/null
	end
}

@test "--by comm: processes of one name together" {
	seen load_comms
	[ "$(figure '.owners[] | select(.name == "fio") | .count')" -eq 300 ]
	[ "$(figure '.owners[] | select(.name == "dd") | .count')" -eq 50 ]
	[ "$(figure '.owners[] | select(.name == "dd") | .bytes')" -eq $((50 * 4096)) ]
	books_are_closed
}

load_scheduler()
{
	trace --by pid
	requests a 900 --ioengine=libaio --iodepth=16 3>&- &
	requests b 500 --ioengine=libaio --iodepth=16
	wait $!
	end
}

# A scheduler gives a request to whoever comes by, who need not have made it.
@test "with an I/O scheduler a request is its maker's, and not its issuer's" {
	scheduler mq-deadline || skip "this kernel has no mq-deadline"
	seen load_scheduler
	scheduler none
	figure '.probes[] | select(.name == "block_rq_insert") | .runs > 0'
	[ "$(figure '[.owners[] | select(.kind == "named") | .count] | sort == [500, 900]')" = true ]
	books_are_closed
}

@test "what was buffered is written back by nobody that is known, and said so" {
	command -v mkfs.ext4 > /dev/null || skip "needs mkfs.ext4"
	mkfs.ext4 -q -O ^has_journal "$LOOP"
	mkdir "$dir/mnt"
	mount "$LOOP" "$dir/mnt"
	trace --by comm
	dd if=/dev/zero of="$dir/mnt/file" bs=64k count=64 2> /dev/null
	sync -f "$dir/mnt/file"
	end
	figure '.owners[] | select(.kind == "writeback") | .bytes >= 64 * 65536'
	figure '[.owners[] | select(.name == "dd" and .bytes >= 65536)] == []'
	books_are_closed
	umount "$dir/mnt"
}

load_many()
{
	trace --by pid
	for ((i = 0; i < 200; i++)); do
		dd if="$LOOP" of=/dev/null bs=4k count=1 iflag=direct 2> /dev/null
	done
	end
}

@test "owners are bounded: who finds no place is other, and counted" {
	seen load_many
	[ "$(figure '[.owners[] | select(.name == "dd")] | length')" -le 128 ]
	figure '.owners[] | select(.kind == "other") | .count >= 72'
	[ "$(figure '[.owners[].count] | add')" -eq 200 ]
	books_are_closed
}

@test "a report of a recording has the same owners" {
	xentrace-bpf record -f blk -D "$LOOP" --by pid -i 0.2 -o "$dir/run.xtr" -o "$dir/live.json" -- \
		fio --name=a --filename="$LOOP" --size=64M --number_ios=300 --direct=1 --bs=4k \
		--rw=randread > /dev/null 2>&1
	xentrace-bpf report "$dir/run.xtr" --json > "$dir/json"
	cmp <(tail -n 1 "$dir/live.json") <(tail -n 1 "$dir/json")
	[ "$(figure '[.owners[] | select(.kind == "named") | .count] | add')" -eq 300 ]
	xentrace-bpf report "$dir/run.xtr" | grep -q '^WHO  requests of the disks by pid'
}

@test "who did not ask has none: no program, no map" {
	trace
	requests a 100
	end
	[ "$(figure .owners_by)" = '"nothing"' ]
	figure '.owners == []'
	figure '.probes[] | select(.name == "block_rq_insert") | .rung == "off" and (.applicable | not)'
	without=$(figure .own_cost.kernel_bytes)
	trace --by pid
	end
	[ "$(figure .own_cost.kernel_bytes)" -gt $((without + 12000)) ]
}

# What was asked for is all that is shown, and the rest is known and left out: nothing is lost.
only_is()
{
	[ "$(figure '[.wait_rows[] | select(.area == "disk") | .count] | add')" -eq "$1" ]
	[ "$(figure .conservation.completed)" -eq "$1" ]
	[ "$(figure .left_out)" -eq "$2" ]
	figure '.conservation | .missing == 0 and .lost == 0 and .in_flight == 0'
	figure '[.losses[] | select(.lost and .count > 0)] == []'
}

# The shell becomes its fio, whose jobs are its threads, once tracing has begun.
waiting()
{
	bash -c 'until [ -e "$0" ]; do sleep 0.05; done; exec fio "$@"' "$dir/go" --name=b \
		--filename="$LOOP" --size=64M --direct=1 --bs=4k --rw=randread "$@" > /dev/null 3>&- &
	waiting=$!
}

# With the options of the array: of that process, while another makes 500.
load_process()
{
	rm -f "$dir/go"
	waiting --thread "$@"
	trace -p "$waiting" "${options[@]}"
	touch "$dir/go"
	requests a 500
	wait "$waiting"
	end
}

@test "-p: requests of that process and its threads, and of no other" {
	for scheduler in none mq-deadline; do
		scheduler $scheduler || continue
		seen load_process --number_ios=300 --numjobs=2
		only_is 600 500
		figure ".only | startswith(\"process $waiting \")"
	done
}

@test "-p with --by, counted only, and with an interval" {
	options=(--by pid --sample 8 -i 0.1)
	seen load_process --number_ios=320
	only_is 320 500
	[ "$(figure '.owners | map(.count) | add')" -eq 320 ]
	[ "$(figure '.owners | length')" -eq 1 ]
}

load_inside()
{
	trace -c xentrace-late -i 0.1
	in_cgroup "$mount/xentrace-late/inner" requests a 200
	in_cgroup "$mount/xentrace-late" requests b 100
	requests c 50
	end
}

make_again()
{
	rmdir "${made[@]}"
	[ -z "$1" ] || "$1" "${@:2}"
	mkdir "$mount/xentrace-late" "$mount/xentrace-late/inner"
}

load_late()
{
	make_again trace -c "$mount/xentrace-late" -i 0.1
	sleep 2 # it is looked for once a second
	in_cgroup "$mount/xentrace-late/inner" requests a 200
	make_again
	sleep 2
	in_cgroup "$mount/xentrace-late/inner" requests b 70
	requests c 50
	end
}

@test "-c: a cgroup's requests and those inside it; one that is made later is found, and made again" {
	mount=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/self/mounts)
	[ -n "$mount" ] || skip "no cgroup2 is mounted"
	trace -c xentrace-late 2> "$dir/said"
	grep -q "there is no such control group in /.* now; one that is made later is traced" "$dir/said"
	made=("$mount/xentrace-late/inner" "$mount/xentrace-late")
	end
	mkdir "$mount/xentrace-late" "$mount/xentrace-late/inner"
	seen load_inside
	only_is 300 50
	seen load_late
	only_is 270 50
}
