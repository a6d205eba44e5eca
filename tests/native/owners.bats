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

# load NAME NUMBER OPTION…: so many direct requests by a process of its own; what fio says goes to NAME
load()
{
	local name=$1 number=$2
	shift 2
	fio --name="$name" --filename="$LOOP" --size=64M --number_ios="$number" --direct=1 --bs=4k \
		--rw=randread --output-format=json "$@" > "$dir/$name"
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

# Two of this hierarchy's, at once; the owners are told by their paths.
two_cgroups()
{
	mkdir "$1/xentrace-a" "$1/xentrace-a/inner" "$1/xentrace-b"
	made=("$1/xentrace-a/inner" "$1/xentrace-a" "$1/xentrace-b")
	trace --by cgroup
	in_cgroup "$1/xentrace-a/inner" load a 700 3>&- &
	in_cgroup "$1/xentrace-b" load b 300 --rw=randwrite
	wait $!
	end
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

@test "--by pid: each process apart, its threads together; counted only, too" {
	trace --by pid --sample 8
	load a 640 3>&- &
	load b 320 --thread --numjobs=2
	wait $!
	end
	[ "$(figure '[.owners[] | select(.name == "fio") | .count] | sort == [640, 640]')" = true ]
	figure '[.owners[] | select(.name == "fio") | .followed < .count] | all'
	books_are_closed
}

@test "--by comm: processes of one name together" {
	trace --by comm
	load a 200
	load b 100
	dd if="$LOOP" of=/dev/null bs=4k count=50 iflag=direct 2> /dev/null
	end
	[ "$(figure '.owners[] | select(.name == "fio") | .count')" -eq 300 ]
	[ "$(figure '.owners[] | select(.name == "dd") | .count')" -eq 50 ]
	[ "$(figure '.owners[] | select(.name == "dd") | .bytes')" -eq $((50 * 4096)) ]
	books_are_closed
}

# A scheduler gives a request to whoever comes by, who need not have made it.
@test "with an I/O scheduler a request is its maker's, and not its issuer's" {
	scheduler mq-deadline || skip "this kernel has no mq-deadline"
	trace --by pid
	load a 900 --ioengine=libaio --iodepth=16 3>&- &
	load b 500 --ioengine=libaio --iodepth=16
	wait $!
	end
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

@test "owners are bounded: who finds no place is other, and counted" {
	trace --by pid
	for ((i = 0; i < 200; i++)); do
		dd if="$LOOP" of=/dev/null bs=4k count=1 iflag=direct 2> /dev/null
	done
	end
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
	load a 100
	end
	[ "$(figure .owners_by)" = '"nothing"' ]
	figure '.owners == []'
	figure '.probes[] | select(.name == "block_rq_insert") | .rung == "off" and (.applicable | not)'
	without=$(figure .own_cost.kernel_bytes)
	trace --by pid
	end
	[ "$(figure .own_cost.kernel_bytes)" -gt $((without + 12000)) ]
}
