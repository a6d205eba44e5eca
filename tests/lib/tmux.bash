# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash
# A terminal for a test: a shell in a tmux of its own, which types keys and is looked at. What has to
# appear is waited for, never a time.

# terminal [WIDTH HEIGHT]: with the test's environment
terminal()
{
	export TMUX_TMPDIR=$BATS_TEST_TMPDIR
	unset TMUX
	# its messages are no part of the test's output, of which bats waits for the end
	tmux -u -f /dev/null new-session -d -x "${1:-80}" -y "${2:-24}" "exec bash --norc --noprofile" \
		> /dev/null 2>&1 3>&-
	tmux set-option -g status off
	tmux set-option -g remain-on-exit on
	keys "PS1='> '; stty -g > $BATS_TEST_TMPDIR/stty.before; clear" Enter
	shows '^>$'
}

# close_terminal: for teardown()
close_terminal()
{
	tmux kill-server 2> /dev/null || true
}

keys()
{
	tmux send-keys "$@"
}

screen()
{
	tmux capture-pane -p "$@"
}

# shows REGEX…: each is on the screen at once, some time within a minute
shows()
{
	local tries regex missing

	for tries in {1..600}; do
		missing=
		screen > "$BATS_TEST_TMPDIR/screen"
		for regex; do
			grep -qE -- "$regex" "$BATS_TEST_TMPDIR/screen" || missing=$regex
		done
		[ "$missing" ] || return 0
		sleep 0.1
	done
	echo "after $tries tries '$missing' is not on the screen:"
	cat "$BATS_TEST_TMPDIR/screen"
	return 1
}

# ended CODE: the program that was started with `; echo "ended with $?"` is over, with that code, and
# the terminal is as it was before: its modes, its own screen, its cursor
ended()
{
	shows "^ended with $1\$"
	keys "clear; stty -g > $BATS_TEST_TMPDIR/stty.after; echo written" Enter
	shows '^written$'
	cmp "$BATS_TEST_TMPDIR/stty.before" "$BATS_TEST_TMPDIR/stty.after"
	[ "$(tmux display-message -p '#{alternate_on} #{cursor_flag} #{keypad_flag}')" = "0 1 0" ]
}
