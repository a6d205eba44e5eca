#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The man pages held against the program: they say what it has, all of it, and nothing else.

setup()
{
	xt=${XT:-build/xentrace-bpf}
	man=${MAN_PAGES:-tools/man}
	dir=$BATS_TEST_TMPDIR
}

# The commands, as the program lists them.
commands()
{
	"$xt" --help | sed -n 's/^  \([a-z]\{1,\}\)  *[a-z].*/\1/p' | grep -v '^xentrace'
}

page_of()
{
	if [ "$1" = trace ]; then
		echo "$man/xentrace-bpf.8"
	else
		echo "$man/xentrace-bpf-$1.8"
	fi
}

# One option a line, as --help has them in its columns.
options_of()
{
	"$xt" "$1" --help | grep -E '^ {2,6}-' |
		sed -E 's/^ *((-[^ ,=[]+)(, *-[^ ,=[]+)*).*/\1/' | tr -d ' ' | tr ',' '\n' | sort -u
}

# flags FILE: the options of all macros Fl in these lines, in whatever macro's arguments they are
flags()
{
	sed -n 's/^\.//p' "$1" | awk '{
		for (i = 1; i <= NF; i++) {
			if ($i == "Fl") { in_flags = 1; continue }
			if (!in_flags) continue
			if ($i == "," || $i == "|") continue
			if ($i ~ /^[A-Z][a-z]$/) { in_flags = 0; continue }
			gsub(/^\\&/, "", $i)
			if ($i ~ /^[.:;)(]+$/) continue
			print $i
		}
		in_flags = 0
	}'
}

# The flags that a list of options explains: those of .It Fl.
explained()
{
	grep -E '^\.It Fl ' "$1" > "$dir/its" || true
	flags "$dir/its" | sed 's/^/-/' | sort -u
}

# A section of a page, by its title.
section()
{
	awk -v title=".Sh $2" '/^\.Sh/ { in_it = $0 == title } in_it' "$1"
}

# The names that its list explains.
names_in()
{
	section "$1" "$2" | sed -nE 's/^\.It (Cm )?([a-z0-9-]+)$/\2/p'
}

# Of some run, whichever it was: all findings and losses are in it, met or not.
total()
{
	"$xt" report tests/fixtures/recording-4.0.xtr --json | jq -r "select(.type == \"total\") | $1"
}

same()
{
	diff -u --label "the program" --label "the page" "$1" "$2"
}

@test "every command has a page, and every page a command; the first names them all" {
	commands > "$dir/commands"
	[ "$(wc -l < "$dir/commands")" -ge 6 ]
	while read -r command; do
		[ -s "$(page_of "$command")" ]
		names_in "$man/xentrace-bpf.8" DESCRIPTION | grep -x "$command"
	done < "$dir/commands"
	for page in "$man"/*.8; do
		[ "$page" = "$man/xentrace-bpf.8" ] && continue
		name=${page##*/xentrace-bpf-}
		grep -x "${name%.8}" "$dir/commands"
		grep -x "\.Xr ${page##*/}" <(sed -E 's/^(\.Xr [^ ]+) 8.*/\1.8/' "$man/xentrace-bpf.8")
	done
}

@test "the help of each command names its page, and the glossary" {
	"$xt" --help | grep "See xentrace-bpf(8)"
	while read -r command; do
		page=$(page_of "$command")
		page=${page##*/}
		"$xt" "$command" --help | grep "^See ${page%.8}(8).*GLOSSARY"
	done < <(commands)
}

@test "every option of each command is on its page, and no other" {
	while read -r command; do
		{
			options_of "$command"
			echo "-h" # hidden in the help: argp's own is -?
		} | sort -u > "$dir/has"
		[ "$(wc -l < "$dir/has")" -ge 6 ]
		explained "$(page_of "$command")" > "$dir/says"
		echo "$command:"
		same "$dir/has" "$dir/says"
	done < <(commands)
}

@test "a page speaks of no option that no command has" {
	while read -r command; do
		options_of "$command"
	done < <(commands) | sort -u > "$dir/has"
	echo "-h" >> "$dir/has"
	for page in "$man"/*.8; do
		# a line about another program's options names that program first
		grep -vE '^\.Pq Xr ' "$page" > "$dir/page"
		flags "$dir/page" | sed 's/^/-/' | sort -u > "$dir/says"
		[ -s "$dir/says" ]
		while read -r flag; do
			grep -qxe "$flag" "$dir/has" && continue
			echo "$page: $flag"
			# -CjTv: several of one letter
			[[ $flag =~ ^-[A-Za-z]+$ ]]
			for ((i = 1; i < ${#flag}; i++)); do
				grep -qxe "-${flag:i:1}" "$dir/has"
			done
		done < "$dir/says"
	done
}

@test "every finding is explained, by its name, and none is made up" {
	total '.findings[].id' | sort -u > "$dir/has"
	[ "$(wc -l < "$dir/has")" -ge 10 ]
	names_in "$man/xentrace-bpf.8" FINDINGS | sort > "$dir/says"
	same "$dir/has" "$dir/says"
}

@test "every loss and note is explained, by its name, and none is made up" {
	total '.losses[].name' | sort -u > "$dir/known"
	sed -nE 's/^\tX\(XT_(LOST|NOTE)_[A-Z_]+, "([a-z-]+)".*/\2/p' bpf/losses.h | sort > "$dir/has"
	# what an older recording knows is a part of it
	[ -z "$(comm -23 "$dir/known" "$dir/has")" ]
	names_in "$man/xentrace-bpf.8" "LOSSES AND NOTES" | sort > "$dir/says"
	same "$dir/has" "$dir/says"
}

@test "every exit code is on the first page, and a command's page has none that there is not" {
	"$xt" --help | sed -n '/Exit codes:/,$p' | grep -oE '[0-9]+ ' | tr -d ' ' | sort -u > "$dir/has"
	sed -nE 's/^\tEXIT_[A-Z]+ = ([0-9]+),.*/\1/p' src/base/log.h | sort -u > "$dir/source"
	same "$dir/source" "$dir/has"
	names_in "$man/xentrace-bpf.8" "EXIT STATUS" | sort > "$dir/says"
	same "$dir/has" "$dir/says"
	for page in "$man"/*.8; do
		names_in "$page" "EXIT STATUS" | sort > "$dir/says"
		[ -s "$dir/says" ]
		[ -z "$(comm -13 "$dir/has" "$dir/says")" ]
	done
}

@test "every family and format is explained" {
	{
		"$xt" trace --help | tr -s ' \n' ' '
		echo
	} > "$dir/help"
	sed -nE 's/.*Only these families: ([a-z, ]+) -i,.*/\1/p' "$dir/help" | tr -d ' ' | tr ',' '\n' > "$dir/has"
	sed -nE 's/.*their extensions: ([a-z., -]+)\. -o may.*/\1/p' "$dir/help" | tr ',' '\n' |
		awk '{ print $1 }' >> "$dir/has"
	[ "$(wc -l < "$dir/has")" -ge 14 ]
	{
		names_in "$man/xentrace-bpf.8" DESCRIPTION
		names_in "$man/xentrace-bpf.8" FORMATS
	} > "$dir/says"
	while read -r name; do
		grep -x "$name" "$dir/says"
	done < "$dir/has"
}

@test "the pages are well-formed mdoc, with all that a page has" {
	command -v mandoc || skip "needs mandoc: tools/setup test"
	for page in "$man"/*.8; do
		# which other pages this machine has is not the page's business
		run bash -c "mandoc -T lint -W all '$page' 2> /dev/null | grep -v 'STYLE: referenced manual not found'"
		echo "$output"
		[ -z "$output" ]
		# a word that is a macro by chance, as In or An, comes out as something else
		run bash -c "mandoc -T ascii -O width=200 '$page' 2> /dev/null | sed 's,.\x08,,g' | grep -E '<[a-z]+>'"
		echo "$output"
		[ -z "$output" ]
		for title in NAME SYNOPSIS DESCRIPTION "EXIT STATUS" EXAMPLES "SEE ALSO"; do
			grep -x "\.Sh $title" "$page"
		done
	done
	grep -x "\.Sh GLOSSARY" "$man/xentrace-bpf.8"
}

@test "make install puts program and pages where they belong, and make uninstall takes them away" {
	make -s install DESTDIR="$dir/root" PREFIX=/opt/x
	[ -x "$dir/root/opt/x/sbin/xentrace-bpf" ]
	for page in tools/man/*.8; do
		cmp "$page" "$dir/root/opt/x/share/man/man8/${page##*/}"
	done
	cmp tools/completion/xentrace-bpf.bash \
		"$dir/root/opt/x/share/bash-completion/completions/xentrace-bpf"
	cmp tools/completion/_xentrace-bpf "$dir/root/opt/x/share/zsh/site-functions/_xentrace-bpf"
	make -s uninstall DESTDIR="$dir/root" PREFIX=/opt/x
	[ -z "$(find "$dir/root" -type f)" ]
}
