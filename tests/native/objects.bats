#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# What the oldest kernel must be able to load.

@test "the only atomic operation of the programs is addition: 5.10 has no other" {
	for object in "${O:-build}"/bpf/*.bpf.o; do
		llvm-objdump -d --no-show-raw-insn "$object" > "$BATS_TEST_TMPDIR/code"
		grep -q 'lock \*(u[0-9]* \*)(.*) += ' "$BATS_TEST_TMPDIR/code"
		if grep -E 'lock .* (\||&|\^)= |atomic_fetch|xchg' "$BATS_TEST_TMPDIR/code"; then
			echo "in $object"
			return 1
		fi
	done
}
