# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash disable=SC2154 # settings come from the script that sources this
#
# Debian's compilers, each unpacked with its loader and libraries: all of them run on any host, beside each other.

# Those of Debian 12 and 13; the oldest is the oldest that the project supports. Some are Debian 13's alone.
clang_versions=(14 15 16 17 18 19 21 22)
clang_of_trixie=' 17 18 21 '

# A compiler in the suites that the list lacks, if any.
clang_unlisted() {
	apt_ready
	apt-cache -c "$apt_dir/apt.conf" pkgnames clang- | sed -n 's/^clang-\([0-9]*\)$/\1/p' |
		awk -v oldest="${clang_versions[0]}" '$1 >= oldest' | grep -vxF -e "$(printf '%s\n' "${clang_versions[@]}")"
}

build_clang() {
	local dir=$1 version=$2 tree=$1/tree program=usr/lib/llvm-$2/bin/clang deb suite=()
	# not lib64/'s, which is a link to the host's
	local loader=lib/x86_64-linux-gnu/ld-linux-x86-64.so.2
	mkdir -p "$tree"/usr/{bin,sbin,lib,lib32,lib64,libx32}
	for deb in bin sbin lib lib32 lib64 libx32; do ln -s "usr/$deb" "$tree/$deb"; done
	[[ $clang_of_trixie != *" $version "* ]] || suite=(-t trixie)
	apt_closure "${suite[@]}" "clang-$version" >"$dir/packages"
	while read -r deb; do
		unpack "$debs/$deb" "$tree"
	done <"$dir/packages"
	"$tree/$loader" --library-path "$tree/usr/lib/x86_64-linux-gnu:$tree/usr/lib/llvm-$version/lib" \
		--list "$tree/$program" >"$tree/libraries"
	awk -v tree="$tree/" 'index($3, tree) == 1 { print $3 }' "$tree/libraries" | xargs cp -L -t "$dir"
	cp -L "$tree/$loader" "$dir/loader"
	cp -L "$tree/$program" "$dir/program"
	cp -rL "$tree/usr/lib/llvm-$version/lib/clang"/*/include "$dir/include.tree"
	tar -c -f "$dir/include.tar" -C "$dir/include.tree" .
	rm -rf "$tree" "$dir/include.tree"
}

# Sets image_dir.
clang_image() {
	apt_for "clang-$1" "$(hash_of "$(declare -f build_clang unpack)" "$1")" build_clang "$1"
}

# clang_at FOLDER VERSION: FOLDER/clang is that compiler. The loader hides from it where it is, and so its own headers.
clang_at() {
	clang_image "$2"
	rm -rf "$1/resource"
	mkdir -p "$1/resource/include"
	tar -x -f "$image_dir/include.tar" -C "$1/resource/include"
	cat >"$1/clang" <<-END
	#!/bin/sh
	exec "$image_dir/loader" --library-path "$image_dir" "$image_dir/program" -resource-dir "$(realpath "$1")/resource" "\$@"
	END
	chmod +x "$1/clang"
}
