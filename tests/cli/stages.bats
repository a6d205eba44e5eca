#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Who waits for the lab is told what goes on: each stage with its time and its usual time, and something in between.
# The machine is a script here, which says by the lab's port what Xen, dom0 and a guest would.

bats_require_minimum_version 1.5.0

setup()
{
	dir=$BATS_TEST_TMPDIR
	mkfifo "$dir/port" "$dir/alive"
}

# machine LINE…: runs it; what it writes to fd 5 comes by the port, and mark is as the lab's
machine()
{
	{
		printf 'exec 5> %s/port\n' "$dir"
		echo 'mark() { printf "@lab:abc:%s@" "$*" >&5; }'
		printf '%s\n' "$@"
	} > "$dir/machine"
	run --separate-stderr timeout 60 /usr/bin/python3 tools/lab/lib/supervise.py --nonce abc --fifo "$dir/port" \
		--alive "$dir/alive" --logs "$dir" --boot 20 --limit 40 --usual dom0=20 --usual pvhvm-6.1=50 \
		--progress 2 -- bash "$dir/machine" 3>&-
	stderr=$(sed -E 's/\b[0-9]+ s(,|\)|;|$)/N s\1/' <<< "$stderr")
}

@test "each stage, and what COMMAND says of its own; its output is its own alone" {
	machine 'mark up; mark start pvhvm-6.1; mark begin; printf "one @ two" >&5' \
		'mark "stage load started|5|its I/O is seen"; mark "stage seen"; echo " three" >&5' \
		'mark end 0; mark finish pvhvm-6.1 ended; mark complete'
	[ "$status" -eq 0 ]
	[ "$output" = "one @ two three" ]
	diff - <(echo "$stderr") <<-'END'
	lab: Xen and dom0: booting; usually 20 s until they are up
	lab: dom0 up (N s, usually 20 s)
	lab: pvhvm-6.1: started; usually 50 s until COMMAND begins, up to 10 times as long on a busy machine
	lab: pvhvm-6.1: COMMAND begins (N s, usually 50 s)
	lab: pvhvm-6.1: load started (N s); usually 5 s until its I/O is seen
	lab: pvhvm-6.1: seen (N s, usually 5 s)
	lab: pvhvm-6.1: COMMAND ended with status 0 (N s)
	lab: pvhvm-6.1: ended (N s)
	END
}

@test "a stage that takes its time says so again and again, and not when something else was said" {
	machine 'mark up; mark start pvhvm-6.1; sleep 5; mark begin; sleep 1; echo said >&5; sleep 1; echo said >&5' \
		'sleep 1; mark end 0; mark complete'
	[ "$status" -eq 0 ]
	[ "$(grep -c 'still waiting until COMMAND begins: [24N] s, usually 50 s' <<< "$stderr")" -eq 2 ]
	! grep 'until COMMAND ends' <<< "$stderr"
}

@test "a guest that is started again is waited for again" {
	machine 'mark up; mark start pvhvm-6.1; mark again pvhvm-6.1; mark begin; mark end 0; mark complete'
	[[ $stderr == *"once more; usually 50 s until COMMAND begins"*"COMMAND begins (N s, usually 50 s)"* ]]
}
