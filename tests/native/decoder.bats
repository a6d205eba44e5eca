#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The decoder of machine code against objdump, over whole programs: this one, the C library, and the
# kernels that the lab has made images of, or this machine's own, or VMLINUX=FILE's. What objdump calls
# bad, or a prefix by itself, is data between functions, and of no length.

decode()
{
	local base

	objcopy -O binary -j .text "$1" "$BATS_TEST_TMPDIR/text"
	base=$(objdump -h "$1" | awk '$2 == ".text" { print $4 }')
	objdump -d -w -j .text --no-show-raw-insn "$1" |
		awk '/^ *[0-9a-f]+:/ { print substr($1, 1, length($1) - 1), /\(bad\)/ || (NF == 2 && $2 ~ /^rex/) }' |
		"${O:-build}/tests/native/decode" "$BATS_TEST_TMPDIR/text" "$base"
}

@test "instructions of this program are as long as objdump says" {
	decode "${O:-build}/xentrace-bpf"
}

@test "those of the C library, with its vector code, too" {
	decode "$(ldconfig -p | awk '/libc.so.6.*x86-64/ { print $NF; exit }')"
}

# The newest image of each kernel in the lab's cache; where the lab has made none, what the machine boots.
kernels()
{
	local folder image newest

	for folder in "$1"/kernel-*/; do
		echo "${folder%-*}"
	done | uniq | while read -r series; do
		newest=
		for image in "$series"-*/vmlinuz; do
			[ ! "$image" -nt "$newest" ] || newest=$image
		done
		[ ! "$newest" ] || echo "$newest"
	done | grep . || find /boot -name 'vmlinuz-*' 2> /dev/null | grep .
}

@test "those of kernels, too" {
	if [ "${VMLINUX:-}" ]; then
		decode "$VMLINUX"
		return
	fi
	# the lab's cache, and how it takes a kernel out of its image
	. tools/lab/lib/common.sh
	. tools/lab/lib/images.sh
	list=$(kernels "$lab_cache") ||
		skip "no kernel: none in $lab_cache (tools/lab/lab build) or /boot, and VMLINUX names none"
	while read -r image; do
		echo "$image"
		extract_vmlinux "$image" "$BATS_TEST_TMPDIR/vmlinux"
		decode "$BATS_TEST_TMPDIR/vmlinux"
	done <<< "$list"
}
