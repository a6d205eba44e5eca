#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The live view of a recording, in a terminal that tmux is: keys, sizes, and every way to end.

bats_require_minimum_version 1.5.0

load refused
load ../lib/tmux

setup()
{
	dir=$BATS_TEST_TMPDIR
	xt=$PWD/${XT:-build/xentrace-bpf}
	run=$PWD/tests/fixtures/recording-4.0.xtr
	export LANG=C.UTF-8 LC_ALL=
}

teardown()
{
	close_terminal
}

in_terminal()
{
	command -v tmux > /dev/null || skip "needs tmux: tools/setup test"
	terminal "$@"
}

# view [OPTION…]: of the recording
view()
{
	keys "$xt top $* $run; echo \"ended with \$?\"" Enter
	shows '^ xentrace-bpf top  db-7  pvhvm  4 vCPUs' '1 of 3$'
}

# pid: of the program
pid()
{
	pgrep -f "^$xt top"
}

@test "top: what it shows of a recording, and what keys change" {
	in_terminal
	view
	shows 'SPECTRUM  disk VS P  network P' '^ ! emulated-disk  sda' '^ CPU  paravirtual' '^ WAIT .* p99 ' \
		'^ sda +read +VS .*41\.3m' '^ q quit  Enter legs'
	# the ledger as bars
	shows '^      idle +68\.[0-9] %  ░{10}'
	keys Enter
	shows '^ sda read  VS ' '^ LEGS .* LATENCY' '^ device .*█' 'GAVG .* = KAVG .* \+ DAVG'
	keys Escape
	shows '^ WAIT '
	keys Down Enter
	shows '^ xvdb read  P '
	keys Escape
	# the chosen row goes where its figures take it
	keys r
	shows '^ xvdb +read'
	[ "$(screen | grep -nE '^ (sda|xvdb) +read' | head -n 1 | grep -c xvdb)" -eq 1 ]
	keys t
	[ "$(screen | grep -cE '^ (sda|xvdb) +read')" -eq 2 ]
	keys Tab
	shows '^ CPU .*% of CPU' '^ disk sda +VS '
	keys Enter
	shows '^ disk xvdb  P|^ disk sda  VS' '^ PARTS'
	keys Escape
	keys f
	shows 'do \(live\): mount it from xvda'
	keys '?'
	shows 'Ctrl-C +ends the view'
	keys '?'
	shows '^ CPU .*% of CPU'
	keys q
	ended 0
}

@test "top: the time cursor: steps, ends, plays to its end and stops there" {
	in_terminal
	view
	keys Right
	shows ' 2 of 3$'
	keys '>'
	shows ' 3 of 3$'
	keys Right Left
	shows ' 2 of 3$'
	keys Home
	shows ' 1 of 3$'
	keys End
	shows ' 3 of 3$'
	# from the end it plays from the beginning; 64 times as fast
	keys + + + + + +
	keys Space
	shows 'playing, 64 x|of 3.3 s'
	shows ' 3 of 3$' 'Space play'
	keys q
	ended 0
}

@test "top: any size of the terminal" {
	in_terminal
	view
	tmux resize-window -x 130 -y 40
	shows 'tracer 0\.3 % CPU$' '^ sda +read .* 41\.3m  █'
	tmux resize-window -x 30 -y 6
	shows '^ xentrac .* of 3.3 s$' '^ q quit'
	keys Enter
	tmux resize-window -x 80 -y 24
	shows '^ LEGS'
	keys q
	ended 0
}

@test "top: colours, none where they are not wanted, and ASCII where the locale has no more" {
	in_terminal
	view
	screen -e | grep -q $'\e\[3[1-6]m'
	keys q
	ended 0
	keys clear Enter
	view --no-color
	run ! grep -q $'\e\[3[0-7]m' <<< "$(screen -e)"
	keys q
	ended 0
	keys "clear; export NO_COLOR=1 LANG=C" Enter
	view
	run ! grep -q $'\e\[3[0-7]m' <<< "$(screen -e)"
	shows '^      idle +68\.[0-9] %  \.{10}'
	keys q
	ended 0
}

@test "top: the terminal is as it was, whatever ends it" {
	in_terminal
	for signal in INT TERM HUP; do
		view
		kill -"$signal" "$(pid)"
		ended 0
	done
	view
	keys C-c
	ended 0
	# 128 + the signal
	for signal in SEGV:139 ABRT:134 QUIT:131; do
		view
		kill -"${signal%:*}" "$(pid)"
		ended "${signal#*:}"
	done
}

@test "top: Ctrl-Z gives the terminal back, and fg the view, again and again" {
	in_terminal
	view
	# the second time curses asks more of the kernel than the first
	for _ in 1 2 3; do
		keys C-z
		shows 'Stopped'
		[ "$(tmux display-message -p '#{alternate_on} #{cursor_flag}')" = "0 1" ]
		keys clear Enter
		keys fg Enter
		shows '^ WAIT ' '1 of 3$'
	done
	keys q
	shows '^>$'
	[ "$(tmux display-message -p '#{alternate_on} #{cursor_flag}')" = "0 1" ]
}

@test "top: who closes the terminal ends it" {
	in_terminal
	view
	program=$(pid)
	tmux kill-session
	for _ in {1..300}; do
		[ -e "/proc/$program" ] || return 0
		sleep 0.1
	done
	return 1
}

@test "top: without a terminal, or one that nobody knows: why" {
	refused 2 "top needs a terminal" "$xt" top "$run"
	LINES_MAX=3
	refused 2 "one argument too many" "$xt" top 1 2
	refused 2 "not a number of seconds" "$xt" top 0
	refused 2 "are for a live view" "$xt" top -D sda "$run"
	in_terminal
	keys "TERM=../xterm $xt top $run; echo \"ended with \$?\"" Enter
	shows 'TERM=, is not known here'
	ended 1
	keys "clear; TERM=nothing-like-it $xt top $run; echo \"ended with \$?\"" Enter
	shows 'TERM=nothing-like-it, is not known here'
	ended 1
	keys "clear; $xt top $dir/none; echo \"ended with \$?\"" Enter
	shows 'cannot read .*none: No such file'
	ended 1
	echo damaged > "$dir/damaged"
	keys "clear; $xt top $dir/damaged; echo \"ended with \$?\"" Enter
	shows 'damaged is not a recording'
	ended 1
}
