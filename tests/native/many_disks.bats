#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Hundreds of disks: what is not traced costs next to nothing, the real disk has its row, and disks that
# are too many for rows of their own are together in one, named and counted.

STACKED=300 LEAVES=280 ROWS=256

setup_file()
{
	export PATH=$PWD/build:$PATH
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	[ -r /sys/kernel/btf/vmlinux ] || skip "this kernel has no BTF"
	[ -c /dev/loop-control ] || skip "this kernel has no loop devices"
	export TMPFS=$BATS_FILE_TMPDIR/tmpfs DISK_FILE=$PWD/build/many.loop
	ls -d /sys/block/loop* > "$BATS_FILE_TMPDIR/before"
	mkdir "$TMPFS"
	mount -t tmpfs none "$TMPFS"
	truncate -s 1M "$TMPFS/file" "$DISK_FILE"
	for ((i = 0; i < STACKED; i++)); do
		losetup -f --show "$DISK_FILE"
	done > "$BATS_FILE_TMPDIR/stacked"
	for ((i = 0; i < LEAVES; i++)); do
		losetup -f --show "$TMPFS/file"
	done > "$BATS_FILE_TMPDIR/leaves"
}

teardown_file()
{
	[ -s "$BATS_FILE_TMPDIR/stacked" ] || return 0
	cat "$BATS_FILE_TMPDIR/stacked" "$BATS_FILE_TMPDIR/leaves" | xargs losetup -d
	# a loop device that nobody uses is one all the same: fio looks at each of them when it starts
	ls -d /sys/block/loop* | grep -vxF -f "$BATS_FILE_TMPDIR/before" | tests/lib/remove-loops
	umount "$TMPFS"
	rm -f "$DISK_FILE" build/many.written
}

# traced OUT DEVICES OPTION…: into OUT, while one read is made of each device that the file DEVICES names,
# and a write to the disk below this folder.
traced()
{
	out=$1 devices=$2
	shift 2
	mkfifo "$out.ready"
	xentrace-bpf -f blk -o "$out" "$@" --ready-fd 9 9> "$out.ready" &
	pid=$!
	read -r _ < "$out.ready"
	while read -r device; do
		dd if="$device" of=/dev/null bs=4k count=1 iflag=direct 2> /dev/null
	done < "$devices"
	dd if=/dev/zero of="$PWD/build/many.written" bs=4k count=1 oflag=direct 2> /dev/null
	kill -INT $pid
	wait $pid
}

# Reads of disks whose name matches.
reads()
{
	jq -s --arg name "$2" '[.[-1].paths[] | select(.leg == "total" and .op == "read" and
		(.device | test($name)))] | map(.count) | add // 0' "$1"
}

@test "580 loop devices: the real disk has its row, of its own" {
	disk=$(xentrace-bpf detect --json | jq -r '[.spectrum[] | select(.area == "disk" and
		(.device | startswith("loop") | not))][0].device')
	[ "$disk" != null ] || skip "this machine's disks are loop devices only"
	traced "$BATS_TEST_TMPDIR/all.json" /dev/null
	jq -es --arg disk "$disk" '[.[-1].paths[] | select(.leg == "total" and .device == $disk)] |
		map(.count) | add > 0' "$BATS_TEST_TMPDIR/all.json"
	[ "$(jq -s '.[-1].losses[] | select(.name == "other-disk") | .count' \
		"$BATS_TEST_TMPDIR/all.json")" -eq 0 ]
}

@test "more disks than rows: each is counted, the rest in one row, and that is said" {
	traced "$BATS_TEST_TMPDIR/all.json" "$BATS_FILE_TMPDIR/leaves"
	apart=$(jq -s '[.[-1].paths[] | select(.leg == "total" and .op == "read") | .device |
		select(startswith("loop"))] | unique | length' "$BATS_TEST_TMPDIR/all.json")
	[ "$apart" -le $ROWS ]
	[ "$apart" -ge 8 ] # fewer where there are many CPUs
	[ "$(reads "$BATS_TEST_TMPDIR/all.json" '^loop')" -eq "$apart" ]
	[ "$(reads "$BATS_TEST_TMPDIR/all.json" '^more disks$')" -eq $((LEAVES - apart)) ]
	[ "$(jq -s '.[-1].losses[] | select(.name == "disks-in-one-row") | .count' \
		"$BATS_TEST_TMPDIR/all.json")" -ge $((LEAVES - ROWS)) ]
	jq -es '.[-1].losses | map(select(.lost and .count > 0 and .name != "overwritten")) == []' \
		"$BATS_TEST_TMPDIR/all.json"
}

@test "-D: disks that are left out cost nothing, and are in no row" {
	one=$(head -1 "$BATS_FILE_TMPDIR/leaves")
	traced "$BATS_TEST_TMPDIR/one.json" "$BATS_FILE_TMPDIR/leaves" -D "$one"
	[ "$(jq -s '[.[-1].paths[] | select(.kind == "wait" and .area == "disk") | .device] | unique == ["'"${one#/dev/}"'"]' \
		"$BATS_TEST_TMPDIR/one.json")" = true ]
	[ "$(reads "$BATS_TEST_TMPDIR/one.json" .)" -eq 1 ]
	# 580 of them took 260 MB once
	[ "$(jq -s '.[-1].own_cost.kernel_bytes' "$BATS_TEST_TMPDIR/one.json")" -lt 8000000 ]
}

@test "-D: more disks than there is room for are an error, not fewer disks" {
	mapfile -t options < <(sed 's/^/-D/' "$BATS_FILE_TMPDIR/leaves")
	run xentrace-bpf -d 1 -f blk -o "$BATS_TEST_TMPDIR/none.json" "${options[@]}"
	[ "$status" -eq 2 ]
	[[ $output == *"more than 256 disks"* ]]
	[ ! -e "$BATS_TEST_TMPDIR/none.json" ]
}

# How many rows of the spectrum are loop devices.
loops()
{
	xentrace-bpf detect --json | jq '[.spectrum[] | select(.device // "" | startswith("loop"))] | length'
}

@test "the spectrum shows a few of many that are alike, and counts the others" {
	# others may set up loop devices, too: what is compared is of one moment
	loops=0
	until [ "$loops" -eq "$(loops)" ]; do
		loops=$(loops)
		xentrace-bpf detect > "$BATS_TEST_TMPDIR/text"
	done
	[ "$loops" -ge $LEAVES ]
	[ "$(grep -c loop "$BATS_TEST_TMPDIR/text")" -lt 10 ]
	grep -qw "$((loops - 3))" "$BATS_TEST_TMPDIR/text"
}
