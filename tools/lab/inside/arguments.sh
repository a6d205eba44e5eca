# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash
#
# What the lab says to this guest by its kernel's arguments: lab.NAME=VALUE becomes ${lab[NAME]}.

declare -A lab=()
read -ra words </proc/cmdline
for word in "${words[@]}"; do
	[[ $word == lab.*=* ]] || continue
	word=${word#lab.}
	lab[${word%%=*}]=${word#*=}
done
