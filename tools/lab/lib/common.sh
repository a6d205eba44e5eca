# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash
#
# Messages and the cache that holds the images.

say() { echo "lab: $*" >&2; }
die() { local status=$1; shift; echo "lab: $*" >&2; exit "$status"; }

need() {
	local program
	for program; do
		PATH=$PATH:/usr/sbin:/sbin type -P "$program" >/dev/null || die 125 "$program is missing: run sudo tools/setup lab"
	done
}

lab_cache=${XENTRACE_LAB_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/xentrace-bpf}

# What the images contain, as a hash: files given by path, anything else by value.
hash_of() {
	local item
	for item; do
		if [[ -f $item ]]; then cat -- "$item"; else printf '%s\n' "$item"; fi
	done | sha256sum | cut -c1-16
}

# A stamp lists every file with its size and checksum and is written last, so a half-built, truncated or
# altered image does not pass. Checksums of a 1 GB cache take seconds, sizes nothing: "thorough" is for `lab build`.
image_stamp() { (cd "$1" && stat -c 'size %s %n' -- * && sha256sum -- *) ; }
image_valid() {
	local dir=$1 how=${2:-quick}
	[[ -f $dir.stamp && -d $dir ]] || return 1
	if [[ $how == thorough ]]; then
		cmp -s "$dir.stamp" <(image_stamp "$dir" 2>/dev/null)
	else
		cmp -s <(grep '^size ' "$dir.stamp") <(cd "$dir" && stat -c 'size %s %n' -- * 2>/dev/null)
	fi
}

# image NAME KEY BUILDER [ARGUMENT…]: sets image_dir to the cached image, made by BUILDER DIR ARGUMENT… if need be.
image() {
	local name=$1 key=$2 builder=$3 started=$SECONDS part status stamp
	shift 3
	image_dir=$lab_cache/$name-$key
	image_valid "$image_dir" "${image_check:-quick}" && touch "$image_dir.stamp" && return
	[[ -e $image_dir ]] && say "$name: the cached image is broken, building it again"
	need apt-get dpkg-deb grub-mkimage mke2fs cpio xz zstd modprobe depmod /usr/bin/python3
	say "$name: building; usually 10 to 30 s, and a download of at most 100 MB"
	part=$image_dir.part
	rm -rf "$image_dir" "$image_dir.stamp" "$part"
	mkdir -p "$part"
	# Not "builder || …": that would switch errexit off inside the builder.
	set +e
	(set -e; "$builder" "$part" "$@") >"$lab_cache/log/build/$name.log" 2>&1
	status=$?
	set -e
	if ((status)); then
		rm -rf "$part"
		tail -n 20 "$lab_cache/log/build/$name.log" >&2
		die 125 "$name: building failed; the whole log is $lab_cache/log/build/$name.log"
	fi
	image_stamp "$part" >"$image_dir.stamp.part"
	mv "$part" "$image_dir"
	mv "$image_dir.stamp.part" "$image_dir.stamp"
	# Images under other keys are of other versions of the lab; one that may still be in use is left alone.
	find "$lab_cache" -maxdepth 1 -name '*-????????????????.stamp' -mtime +2 | while read -r stamp; do
		rm -rf "$stamp" "${stamp%.stamp}"
	done
	say "$name: built in $((SECONDS - started)) s"
}
