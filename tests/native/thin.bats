#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Hypercalls and upcalls that are counted and not timed: this kernel has none of their functions, so a process
# runs their programs itself (thin.c), one inside the other.

# few ALL TIMED RATE: of ALL, 1 of 2^RATE was, within five standard deviations
few()
{
	jq -e --argjson n "$1" --argjson rate "$3" "($2) - (\$n / pow(2; \$rate)) | fabs <= 5 * (\$n / pow(2; \$rate) | sqrt)" \
		"$BATS_TEST_TMPDIR/books.json"
}

# thin EVENTS HYPERCALL-RATE UPCALL-RATE [stacks]
thin()
{
	# none else runs meanwhile: what a process is kept from would be in its paths
	chrt -f 1 build/tests/native/thin "$@" > "$BATS_TEST_TMPDIR/books.json"
	cat "$BATS_TEST_TMPDIR/books.json"
	# every event is counted, and no frame is left over
	jq -e --argjson n "$1" '.depth == 0 and .lost == 0 and has("other") == false and
		([.upcall, .function][] | .events + .pending == $n) and (.notify | .events + .pending == 2 * $n)' \
		"$BATS_TEST_TMPDIR/books.json"
	# what those that were timed stand for, and the paths around them owe, is all the time that there was
	jq -e '(([.upcall, .function, .notify][] | .ns) | select(. < 0)) // false | not' "$BATS_TEST_TMPDIR/books.json"
	jq -e '([.upcall, .function, .notify] | map(.ns) | add) == .function.inclusive + .packets.inside' \
		"$BATS_TEST_TMPDIR/books.json"
	# in a packet that is followed all are timed: it owes none of its time
	jq -e '.packets | .owed == 0 and .hypercalls == .inside' "$BATS_TEST_TMPDIR/books.json"
	# those that are only counted, a wrapper around another one too, are known to the own cost
	jq -e --argjson n "$1" '.hypercalls.all == 2 * $n' "$BATS_TEST_TMPDIR/books.json"
	few "$((2 * $1))" .hypercalls.timed "$2"
}

share()
{
	jq "100 * .$1.ns / .function.inclusive" "$BATS_TEST_TMPDIR/books.json"
}

@test "hypercalls and upcalls: all are timed" {
	thin 20000 0 0
	jq -e '[.upcall, .function, .notify][] | .extra == 0 and .pending == 0' "$BATS_TEST_TMPDIR/books.json"
}

@test "hypercalls and upcalls: of some only 1 of 2^n is timed, and the books are those of all" {
	thin 40000 0 0
	before=$(for path in upcall function notify; do share $path; done)
	for rates in "3 0" "0 3" "3 3" "6 2"; do
		# shellcheck disable=SC2086
		thin 40000 $rates
		# beside those in packets
		few 40000 ".notify | .events - .extra - 40000" "${rates% *}"
		few 40000 ".upcall | .events - .extra" "${rates#* }"
		few 40000 ".function | .events - .extra" 0
		after=$(for path in upcall function notify; do share $path; done)
		# a machine that does other things as well moves a share by some per cents
		paste <(echo "$before") <(echo "$after") | awk '
			$1 - $2 > 12 || $2 - $1 > 12 || $2 < $1 / 2 { bad = 1 } END { exit bad }'
	done
}

# by_stacks: all that hypercalls and the function around them took came by kernel stacks, and nothing of the upcall
by_stacks()
{
	jq -e '[.function, .notify][] | .events > 0 and .stacks == {events, ns}' "$BATS_TEST_TMPDIR/books.json"
	jq -e '.upcall.stacks == {"events": 0, "ns": 0}' "$BATS_TEST_TMPDIR/books.json"
}

@test "kernel stacks: what paths took by them is what they took, however many were timed" {
	thin 20000 0 0 stacks
	by_stacks
	thin 20000 3 2 stacks
	by_stacks
	thin 2000 0 0
	jq -e '[.upcall, .function, .notify][] | .stacks.events == 0' "$BATS_TEST_TMPDIR/books.json"
}

@test "hypercalls and upcalls: at the thinnest all are counted still" {
	thin 20000 15 15
}
