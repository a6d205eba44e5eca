# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash
# Completion of xentrace-bpf(8) for bash. Options are what the command's own --help says.

_xentrace_bpf_words()
{
	mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur")
}

# _xentrace_bpf_list WORDS: the word behind the last comma, of a list
_xentrace_bpf_list()
{
	local before=

	[[ $cur != *,* ]] || before=${cur%,*},
	mapfile -t COMPREPLY < <(compgen -P "$before" -W "$1" -- "${cur##*,}")
}

_xentrace_bpf_files()
{
	compopt -o filenames 2> /dev/null
	mapfile -t COMPREPLY < <(compgen "$@" -- "$cur")
}

# The names of block devices, or of network interfaces that have a device below them.
_xentrace_bpf_names()
{
	local path

	for path in "$@"; do
		[ -e "$path" ] || continue
		path=${path%/device}
		printf '%s\n' "${path##*/}"
	done
}

# The program names them when it is asked for one that it has not.
_xentrace_bpf_families()
{
	"${COMP_WORDS[0]}" -f '' 2>&1 | sed -n "s/.*unknown family '': //p" | tr , ' '
}

_xentrace_bpf()
{
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command=trace word
	local commands="trace detect top check record wait report diff advise join import export"

	COMPREPLY=()
	# behind -- is a command of the user's
	for ((word = 1; word < COMP_CWORD; word++)); do
		[ "${COMP_WORDS[word]}" = -- ] || continue
		if ((word + 1 == COMP_CWORD)); then
			mapfile -t COMPREPLY < <(compgen -c -- "$cur")
		else
			_xentrace_bpf_files -f
		fi
		return
	done
	for word in $commands; do
		[ "${COMP_WORDS[1]}" != "$word" ] || ((COMP_CWORD == 1)) || command=$word
	done
	# --format=svg is three words to bash
	[ "$cur" != = ] || cur=
	[ "$prev" != = ] || prev=${COMP_WORDS[COMP_CWORD - 2]}
	case $prev in
	-D | --disk) _xentrace_bpf_words "$(_xentrace_bpf_names /sys/block/*)" ;;
	-N | --nic) _xentrace_bpf_words "$(_xentrace_bpf_names /sys/class/net/*/device)" ;;
	-f | --family) _xentrace_bpf_list "$(_xentrace_bpf_families)" ;;
	--format)
		if [ "$command" = diff ]; then
			_xentrace_bpf_words "text json folded svg html"
		else
			_xentrace_bpf_words "text json folded svg html openmetrics otlp pprof trace-json recording"
		fi
		;;
	--exact) _xentrace_bpf_words all ;;
	--by) _xentrace_bpf_words "comm pid cgroup" ;;
	--root | --save) _xentrace_bpf_files -d ;;
	--prices) _xentrace_bpf_files -f -X '!*.json' ;;
	-o | --output | --textfile) _xentrace_bpf_files -f ;;
	-p | --pid) mapfile -t COMPREPLY < <(cd /proc && compgen -G "${cur}[0-9]*") ;;
	-c | --cgroup) ;;
	--user) mapfile -t COMPREPLY < <(compgen -u -- "$cur") ;;
	--tsc-khz | --domain | -d | --duration | -i | --interval | --sample | --from | --keep | --max-overhead | --mode | --slower | --then-overhead | --to | --before | --after | --when | --ready-fd | --listen) ;;
	*)
		if [[ $cur == -* ]]; then
			_xentrace_bpf_words "$("${COMP_WORDS[0]}" "$command" --help 2> /dev/null |
				grep -oE -- '(^|[ ,])--?[A-Za-z][a-z-]*' | tr -d ' ,')"
		elif ((COMP_CWORD == 1)); then
			_xentrace_bpf_words "$commands"
		elif [[ $command == report || $command == diff || $command == advise || $command == join || $command == top || ($command == import && $COMP_CWORD -gt 2) ]]; then
			_xentrace_bpf_files -f -X '!*.xtr'
			mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -d -- "$cur")
		elif [[ $command == import ]]; then
			_xentrace_bpf_files -f
		fi
		;;
	esac
}

complete -F _xentrace_bpf xentrace-bpf
