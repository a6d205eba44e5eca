#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Both programs are hardened as Debian's: PIE, full RELRO, stack protector, FORTIFY_SOURCE.

setup()
{
	dir=$BATS_TEST_TMPDIR
}

@test "the program is hardened" {
	tests/lib/hardened "${XT:-build/xentrace-bpf}"
}

@test "the static program is hardened, and runs" {
	[ -e build/static/xentrace-bpf ] || skip "make static has not been run"
	tests/lib/hardened build/static/xentrace-bpf
	build/static/xentrace-bpf -V
}

@test "each flag that is left out is seen" {
	printf '#include <stdio.h>\n%s\n' \
		'int main(int argc, char **argv) { char a[9]; snprintf(a, argc, "%s", *argv); return puts(a); }' > "$dir/a.c"
	hard=(-O2 -pie -fPIE -fstack-protector-strong -D_FORTIFY_SOURCE=2 -Wl,-z,relro -Wl,-z,now)
	gcc "${hard[@]}" "$dir/a.c" -o "$dir/a"
	tests/lib/hardened "$dir/a"
	while read -r flags lacks; do
		# shellcheck disable=SC2086 # several flags
		gcc "${hard[@]}" ${flags//,,/ } "$dir/a.c" -o "$dir/a"
		run tests/lib/hardened "$dir/a"
		echo "$flags: $output"
		[ "$status" -eq 1 ]
		[[ $output == *"no $lacks"* ]]
		[ ${#lines[@]} -eq 1 ]
	done <<-END
		-no-pie,,-fno-pie PIE
		-Wl,-z,norelro RELRO
		-Wl,-z,lazy BIND_NOW
		-Wl,-z,execstack stack that
		-fno-stack-protector stack protector
		-U_FORTIFY_SOURCE FORTIFY_SOURCE
	END
}
