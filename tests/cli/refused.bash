# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash disable=SC2154 # dir is the test's

# refused CODE TEXT COMMAND…: exits with CODE and says TEXT, in one line
refused()
{
	local code=$1 text=$2 status=0

	shift 2
	"$@" > "$dir/out" 2> "$dir/err" < /dev/null || status=$?
	cat "$dir/err"
	[ "$status" -eq "$code" ]
	[ ! -s "$dir/out" ]
	grep -q -- "$text" "$dir/err"
	[ "$(grep -c . "$dir/err")" -le "${LINES_MAX:-1}" ]
}
