#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The live view of this machine, in a terminal that tmux is.

bats_require_minimum_version 1.5.0

load ../lib/tmux

setup()
{
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	[ -r /sys/kernel/btf/vmlinux ] || skip "this kernel has no BTF"
	command -v tmux > /dev/null || skip "needs tmux: tools/setup test"
	xt=$PWD/build/xentrace-bpf
	file=$PWD/build/top.fio
	export LANG=C.UTF-8 LC_ALL=
	fio --name=load --filename="$file" --size=16M --direct=1 --rw=randread --bs=4k --ioengine=libaio \
		--iodepth=4 --runtime=300 --time_based > /dev/null 3>&- &
	load=$!
	terminal
}

teardown()
{
	close_terminal
	[ -z "${load:-}" ] || kill "$load" || true
	rm -f "${file:-}"
}

# seconds: the time of day that is shown, without its colons
seconds()
{
	screen | sed -nE '1s/.* ([0-9]+):([0-9]+):([0-9]+)Z .*/\1\2\3/p'
}

# goes_on FROM: another interval than that is shown, within 30 s
goes_on()
{
	for _ in {1..300}; do
		[ "$(seconds)" = "$1" ] || return 0
		sleep 0.1
	done
	return 1
}

# live [ARGUMENT…]
live()
{
	keys "$xt top $*; echo \"ended with \$?\"" Enter
	# what is not loaded yet is not shown
	shows '^ xentrace-bpf top' '^ q quit'
	shows ' of [0-9.]+ s$' '^ [a-z0-9]+ +read +.* [0-9.]+[um]$' '^ CPU  paravirtual'
}

@test "top shows this machine's load as it goes on, stays when it is asked to, and ends by q" {
	live
	goes_on "$(seconds)"
	keys Space
	shows ' paused$' 'Space go on'
	paused=$(seconds)
	keys Enter
	shows '^ LEGS' 'LATENCY' '^ device .*█'
	# other keys work, and the interval stays
	keys Escape Tab
	shows '^ CPU .*% of CPU'
	[ "$(seconds)" = "$paused" ]
	keys Space
	shows ' of [0-9.]+ s$'
	goes_on "$paused"
	keys q
	ended 0
	# nothing was said beside what was shown
	run ! grep -q Tracing "$BATS_TEST_TMPDIR/screen"
}

@test "top of one disk, by an interval of its own, ends by SIGTERM and by Ctrl-C" {
	live -D "$PWD/build" .5
	shows ' of 0\.[5-9] s$'
	kill -TERM "$(pgrep -f "^$xt top")"
	ended 0
	keys clear Enter
	live
	keys C-c
	ended 0
}

@test "top: what goes wrong before anything is shown is said on the terminal as it was" {
	keys "$xt top -D no-such-disk; echo \"ended with \$?\"" Enter
	shows "no disk behind 'no-such-disk'"
	ended 2
}

@test "top: a terminal that is closed ends the trace, and nothing is left of it" {
	live
	program=$(pgrep -f "^$xt top")
	tmux kill-session
	for _ in {1..300}; do
		[ -e "/proc/$program" ] || return 0
		sleep 0.1
	done
	return 1
}
