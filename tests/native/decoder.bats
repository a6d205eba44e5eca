#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The decoder of machine code against objdump, over whole programs. Kernels' are the same compiler's
# work; VMLINUX=FILE tests/native/decoder.bats holds it against one of those as well.

decode()
{
	local base

	objcopy -O binary -j .text "$1" "$BATS_TEST_TMPDIR/text"
	base=$(objdump -h "$1" | awk '$2 == ".text" { print $4 }')
	objdump -d -w -j .text --no-show-raw-insn "$1" |
		awk '/^ *[0-9a-f]+:/ { print substr($1, 1, length($1) - 1), /\(bad\)/ }' |
		"${O:-build}/tests/code/decode" "$BATS_TEST_TMPDIR/text" "$base"
}

@test "instructions of this program are as long as objdump says" {
	decode "${O:-build}/xentrace-bpf"
}

@test "those of the C library, with its vector code, too" {
	decode "$(ldconfig -p | awk '/libc.so.6.*x86-64/ { print $NF; exit }')"
}

@test "those of a kernel, too" {
	[ "${VMLINUX:-}" ] || skip "VMLINUX names none"
	decode "$VMLINUX"
}
