# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# complete.zsh WORDS: the command line that a zsh at a terminal makes of "xentrace-bpf WORDS" and Tab.
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PS1=; fpath=($PWD/tools/completion \$fpath); autoload -Uz compinit; compinit -u -D"
zpty -w shell "show() { print -r -- \"<\$BUFFER>\"; BUFFER=; zle accept-line }; zle -N show; bindkey '^X' show"
zpty -w shell "PATH=$PATH; print ready-\$((1 + 1))"
zpty -r shell answer '*ready-2*'
zpty -n -w shell "xentrace-bpf $*"$'\t\x18'
zpty -r shell answer '*<*>*'
print -r -- "${${answer##*<}%%>*}"
zpty -d shell
