#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# Completion in bash and zsh: what it offers is what the program takes.

setup()
{
	dir=$BATS_TEST_TMPDIR
	mkdir "$dir/bin"
	ln -s "$(realpath "${XT:-build/xentrace-bpf}")" "$dir/bin/xentrace-bpf"
	PATH=$dir/bin:$PATH
	recording=tests/fixtures/recording-4.0.xtr
}

# offered WORD...: what bash offers for the last of these words, one a line
offered()
{
	# shellcheck source=tools/completion/xentrace-bpf.bash
	source tools/completion/xentrace-bpf.bash
	COMP_WORDS=("$@")
	COMP_CWORD=$(($# - 1))
	_xentrace_bpf
	printf '%s\n' "${COMPREPLY[@]}"
}

@test "bash: the commands are those of --help" {
	offered xentrace-bpf '' | sort > "$dir/offered"
	xentrace-bpf --help | sed -nE 's/^  ([a-z]+)  +[a-z].*/\1/p' | sort > "$dir/has"
	[ "$(wc -l < "$dir/has")" -ge 6 ]
	diff "$dir/has" "$dir/offered"
	[ "$(offered xentrace-bpf det)" = detect ]
}

@test "bash: options are the command's own" {
	offered xentrace-bpf detect - | grep -x -e --measure
	! offered xentrace-bpf report - | grep -x -e --measure
	offered xentrace-bpf -d 1 --fam | grep -x -e --family
	offered xentrace-bpf record - | grep -x -e -D
}

@test "bash: each family and format that is offered is taken, and none is forgotten" {
	offered xentrace-bpf -f '' | sort > "$dir/offered"
	run xentrace-bpf -f bogus
	[ "$status" -eq 2 ]
	grep -o "unknown family 'bogus': .*" <<< "$output" | sed 's/.*: //' | tr -d ' ' | tr , '\n' |
		sort > "$dir/has"
	diff "$dir/has" "$dir/offered"
	[ "$(offered xentrace-bpf -f blk,ti)" = blk,timer ]

	offered xentrace-bpf report --format '' | sort > "$dir/offered"
	xentrace-bpf report --help | tr '\n' ' ' | sed -E 's/.*their extensions: (.*)\. -o may.*/\1/' |
		grep -oE '[a-z-]+ +\.[a-z.]+' | sed 's/ .*//' | sort > "$dir/has"
	diff "$dir/has" "$dir/offered"
	for format in $(offered xentrace-bpf diff --format = ''); do
		xentrace-bpf diff $recording $recording --format "$format" > /dev/null
	done
}

@test "bash: disks and NICs are this machine's, recordings and folders are files" {
	[ "$(offered xentrace-bpf -D '' | sort)" = "$(ls /sys/block | sort)" ]
	for nic in $(offered xentrace-bpf -N ''); do
		[ -e "/sys/class/net/$nic/device" ]
	done
	touch "$dir/run.xtr" "$dir/run.txt"
	[ "$(offered xentrace-bpf report "$dir/r")" = "$dir/run.xtr" ]
	[ "$(offered xentrace-bpf advise "$dir/r")" = "$dir/run.xtr" ]
	touch "$dir/run.json"
	[ "$(offered xentrace-bpf advise --prices "$dir/r")" = "$dir/run.json" ]
}

@test "bash: behind -- come commands, and then files" {
	offered xentrace-bpf record -o run.xtr -- mkfi | grep -x mkfifo
	touch "$dir/input"
	[ "$(offered xentrace-bpf -- cat "$dir/inp")" = "$dir/input" ]
}

@test "zsh: commands, options, formats and families" {
	command -v zsh > /dev/null || skip "needs zsh: tools/setup test"
	while IFS=: read -r typed whole; do
		run timeout 60 zsh -f tests/cli/complete.zsh "$typed"
		echo "$typed: $output"
		[ "${output%"${output##*[! ]}"}" = "xentrace-bpf $whole" ]
	done <<-'END'
		de:detect
		detect --mea:detect --measure
		report --format op:report --format openmetrics
		diff --format=sv:diff --format=svg
		advise --pri:advise --prices
		-f blk,ti:-f blk,timer,
		record -o x -- mkfif:record -o x -- mkfifo
	END
}
