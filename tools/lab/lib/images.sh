# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash disable=SC2154 # settings come from the script that sources this
#
# The images: xen-VERSION, kernel-SERIES, root, grub, qemu-VERSION. Each is a folder in the cache, made from Debian packages alone.
# Nothing here needs root: files are unpacked, never installed, so no maintainer script runs.

# What dom0 and all guests have. They share one image.
root_packages=(
	base-files base-passwd bash coreutils dash debianutils diffutils findutils grep gzip hostname libc-bin mawk mount ncurses-base
	netbase passwd procps psmisc sed tar time util-linux xz-utils zstd
	kmod iproute2 iputils-ping ethtool e2fsprogs dmsetup pciutils libcap2-bin cpuid busybox-static
	fio iperf3 rt-tests bpftool libbpf-tools jq strace
	xen-utils-4.17 xen-utils-common xenstore-utils qemu-system-xen ipxe-qemu seabios
)
# Documentation, translations and what only serves other architectures or graphics.
root_leaves_out=(
	'./usr/share/doc' './usr/share/man' './usr/share/info' './usr/share/locale' './usr/share/lintian' './usr/share/icons'
	'./usr/share/fonts' './usr/share/bug' './usr/share/zoneinfo' './usr/share/X11' './usr/lib/udev/hwdb.d'
	'./usr/lib/x86_64-linux-gnu/dri' './usr/lib/x86_64-linux-gnu/gconv' './usr/lib/llvm-*' '*/libLLVM-*'
)

# The modules that tests and devices need, with what they depend on; the first stage loads the *_boot_modules alone.
kernel_modules=(
	virtio_pci virtio_blk virtio_net virtio_rng virtio_console virtio_scsi
	ext4 overlay loop squashfs crc32c_generic crc32c-intel
	ata_piix ata_generic pata_acpi ahci libata sd_mod sr_mod scsi_mod sg sym53c8xx nvme
	e1000 e1000e 8139cp 8139too pcnet32 igb igbvf
	xen-blkfront xen-netfront xen-blkback xen-netback xen-evtchn xen-gntdev xen-gntalloc xen-privcmd xenfs xen-scsifront
	xen-pcifront xen-pciback xen-kbdfront xen_wdt
	bridge stp llc tun veth dummy ifb macvlan sch_fq_codel sch_fq sch_netem sch_tbf sch_htb sch_prio sch_ingress
	act_mirred cls_matchall
	null_blk brd dm-mod dm-delay dm-mirror dm-snapshot md-mod raid1 nbd zram scsi_debug
	mq-deadline bfq kyber-iosched msr cpuid i2c-piix4
)
# dom0's are those of plain guests as well: what runs directly in QEMU has virtio disks.
basic_boot_modules=(ext4 overlay crc32c_generic)
dom0_boot_modules=(virtio_pci virtio_blk)
pv_boot_modules=(xen-blkfront xen-netfront)
emulated_boot_modules=(ahci sd_mod 8139cp e1000)

unpack() { dpkg-deb --fsys-tarfile "$1" | tar -x --keep-directory-symlink --no-same-owner -C "$2" "${@:3}"; }

# A bzImage carries its ELF image compressed behind a decompressor; Xen starts PV and PVH guests from the ELF image.
extract_vmlinux() {
	/usr/bin/python3 - "$1" "$2" <<-'END'
	import subprocess, sys
	image = open(sys.argv[1], 'rb').read()
	for magic, command in ((b'\xfd7zXZ\0', ['xz', '-dc', '--single-stream']), (b'\x28\xb5\x2f\xfd', ['zstd', '-dc']),
	                       (b'\x1f\x8b\x08', ['gzip', '-dc'])):
	    at = image.find(magic)
	    while at >= 0:
	        out = subprocess.run(command, input=image[at:], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
	        if out.startswith(b'\x7fELF'):
	            open(sys.argv[2], 'wb').write(out)
	            sys.exit()
	        at = image.find(magic, at + 1)
	sys.exit('no ELF image in ' + sys.argv[1])
	END
}

build_xen() {
	local dir=$1 version=$2 work
	work=$dir/work
	mkdir "$work"
	unpack "$(apt_one "xen-hypervisor-$version-amd64")" "$work" "./boot/xen-$version-amd64.gz"
	gunzip <"$work/boot/xen-$version-amd64.gz" >"$dir/xen"
	rm -rf "$work"
}

# boot_modules LIST MODULE…: copies modules and what they depend on into the first stage, and lists them in load order.
boot_modules() {
	local list=$1 module
	shift
	for module; do
		/sbin/modprobe -d "$tree" -S "$version" --show-depends "$module" 2>/dev/null || true
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' | while read -r module; do
		[[ ! -e $stage/modules/${module##*/} ]] || continue
		cp "$module" "$stage/modules/"
		echo "${module##*/}"
	done >"$stage/$list"
}

# initramfs OUT TREE VERSION BUSYBOX DRIVERS…: lab.drivers= among the kernel's arguments says which are loaded.
initramfs() {
	local out=$1 tree=$2 version=$3 busybox=$4 stage=$1.tree drivers
	shift 4
	mkdir -p "$stage"/{bin,dev,proc,sys,modules}
	cp "$busybox" "$stage/bin/busybox"
	cp "$lab_home/initramfs/init" "$stage/init"
	for drivers in basic "$@"; do
		local -n modules=${drivers}_boot_modules
		boot_modules "modules.$drivers" "${modules[@]}"
	done
	# Uncompressed: Xen hands it over as it is, and unpacking costs more than reading under emulation.
	(cd "$stage" && find . | LC_ALL=C sort | cpio -o -H newc -R 0:0 --quiet) >"$out"
	rm -rf "$stage"
}

# disk_image FILE LABEL TREE: an ext4 image just large enough.
disk_image() {
	local size
	size=$(($(du -s --apparent-size -B1M "$3" | cut -f1) + $(find "$3" | wc -l) / 256 + 24))
	/sbin/mke2fs -q -t ext4 -O ^has_journal -m 0 -L "$2" -d "$3" -E root_owner=0:0,nodiscard "$1" "$((size * 108 / 100))M"
}

build_kernel() {
	local dir=$1 series=$2 package=$3 work version module file tree part modules
	work=$dir/work
	tree=$work/tree
	version=${package#linux-image-}
	modules=usr/lib/modules/$version
	# Some packages have their files below /lib, others below /usr/lib.
	mkdir -p "$work/deb/usr/lib" "$tree/usr/lib"
	ln -s usr/lib "$work/deb/lib"
	ln -s usr/lib "$tree/lib"
	for part in "$package" $(apt_kernel_parts "$package") busybox-static; do
		unpack "$(apt_one "$part")" "$work/deb"
	done
	echo "$version" >"$dir/version"
	# A kernel of one package has these in /boot, a split one beside its modules.
	for file in vmlinuz config; do
		part=$work/deb/boot/$file-$version
		[[ -e $part ]] || part=$work/deb/$modules/$file
		cp "$part" "$work/$file"
	done
	mv "$work/vmlinuz" "$dir/vmlinuz"
	extract_vmlinux "$dir/vmlinuz" "$work/vmlinux"

	# Modules keep their BTF; they are only unpacked where the package has them compressed.
	/sbin/depmod -b "$work/deb" "$version"
	mkdir -p "$tree/$modules"
	cp "$work/deb/$modules"/modules.{builtin*,order} "$tree/$modules/"
	for module in "${kernel_modules[@]}"; do
		/sbin/modprobe -d "$work/deb" -S "$version" --show-depends "$module" 2>/dev/null ||
			echo "this kernel has no module $module"
	done | awk '$1 == "insmod" { print $2; next } { print >"/dev/stderr" }' | sort -u | while read -r module; do
		file=$tree/${module#"$work/deb/"}
		mkdir -p "${file%/*}"
		case $module in
		*.xz) xz -dc "$module" >"${file%.xz}" ;;
		*.zst) zstd -dcq "$module" >"${file%.zst}" ;;
		*) cp "$module" "$file" ;;
		esac
	done
	/sbin/depmod -b "$tree" "$version"
	initramfs "$dir/initrd-dom0" "$tree" "$version" "$work/deb/bin/busybox" dom0
	initramfs "$dir/initrd-guest" "$tree" "$version" "$work/deb/bin/busybox" pv emulated

	# What dom0 starts guests from travels with the modules; /lib is a link in the root image, below this layer.
	rm "$tree/lib"
	mkdir "$tree/boot-$series"
	mv "$work/vmlinux" "$tree/boot-$series/vmlinux"
	cp "$dir/initrd-guest" "$tree/boot-$series/initrd"
	cp "$work/config" "$tree/boot-$series/config"
	disk_image "$dir/disk" "lab-$series" "$tree"
	rm -rf "$work"
}

build_root() {
	local dir=$1 tree deb excludes=() pattern link
	tree=$dir/tree
	mkdir -p "$tree"/usr/{bin,sbin,lib,lib32,lib64,libx32}
	for link in bin sbin lib lib32 lib64 libx32; do ln -s "usr/$link" "$tree/$link"; done
	for pattern in "${root_leaves_out[@]}"; do excludes+=("--exclude=$pattern"); done
	apt_closure "${root_packages[@]}" >"$dir/packages"
	while read -r deb; do
		unpack "$debs/$deb" "$tree" "${excludes[@]}"
	done <"$dir/packages"
	mkdir -p "$tree"/{dev,proc,sys,run,tmp,mnt} "$tree"/var/{tmp,log,lib}

	# What maintainer scripts would have done.
	rm -rf "$tree"/var/{run,lock}
	ln -s /run "$tree/var/run"
	ln -s /run/lock "$tree/var/lock"
	ln -sf mawk "$tree/usr/bin/awk"
	ln -sf bash "$tree/usr/bin/sh"
	ln -sf which.debianutils "$tree/usr/bin/which"
	cp "$tree/usr/share/base-passwd/passwd.master" "$tree/etc/passwd"
	cp "$tree/usr/share/base-passwd/group.master" "$tree/etc/group"
	sed -i 's/^root:\*:/root::/' "$tree/etc/passwd"
	printf '127.0.0.1 localhost\n' >"$tree/etc/hosts"
	cp "$tree/usr/share/libc-bin/nsswitch.conf" "$tree/etc/nsswitch.conf"
	ln -sf /proc/self/mounts "$tree/etc/mtab"
	/sbin/ldconfig -r "$tree"
	# Xen's own hotplug scripts fork so much that they run into libxl's 10 s limit under emulation.
	install -m 755 "$lab_home/dom0/hotplug-block" "$tree/etc/xen/scripts/block"
	install -m 755 "$lab_home/dom0/hotplug-vif" "$tree/etc/xen/scripts/vif-bridge"
	disk_image "$dir/disk" lab-root "$tree"
	rm -rf "$tree"
}

# GRUB as a disk of its own: it reads its configuration, kernel and initrd from a tar on another disk.
# Direct kernel boot of an HVM guest goes through a device register by register and takes two minutes.
build_grub() {
	local dir=$1 modules=/usr/lib/grub/i386-pc
	cat >"$dir/early.cfg" <<-'END'
	search --no-floppy --file /grub.cfg --set root
	configfile ($root)/grub.cfg
	END
	grub-mkimage -d "$modules" -O i386-pc -p '(hd1)/' -c "$dir/early.cfg" -o "$dir/core.img" \
		biosdisk tar linux normal echo configfile search search_fs_file serial minicmd test
	cat "$modules/boot.img" "$dir/core.img" >"$dir/disk"
	truncate -s 1M "$dir/disk"
	rm "$dir/core.img" "$dir/early.cfg"
}

# QEMUs of the lab's own, the same on every host: Xen's HVM and PVH guests die from 8.0 on, and igb came with 8.0. One
# runs with a loader and libraries of its own; of modules it gets the emulation of a CPU, of firmware what starts a
# kernel, or Xen, without a screen or a boot from the network.
build_qemu() {
	local dir=$1 version=$2 tree=$1/tree program=usr/bin/qemu-system-x86_64 loader suite=() deb libraries
	# Not by its link in /lib64, which leads out of the tree to the host's.
	loader=lib/x86_64-linux-gnu/ld-linux-x86-64.so.2
	mkdir "$tree"
	[[ $version == 7.2 ]] || suite=(-t bookworm-backports)
	apt_closure "${suite[@]}" qemu-system-x86 >"$dir/packages"
	while read -r deb; do
		unpack "$debs/$deb" "$tree"
	done <"$dir/packages"
	libraries=$tree/usr/lib/x86_64-linux-gnu:$tree/lib/x86_64-linux-gnu
	"$tree/$loader" --library-path "$libraries" --list "$tree/$program" >"$tree/libraries"
	awk -v tree="$tree/" 'index($3, tree) == 1 { print $3 }' "$tree/libraries" | xargs cp -L -t "$dir"
	find "$tree/usr/lib/x86_64-linux-gnu/qemu" -name 'accel-tcg-x86_64.so' -exec cp -t "$dir" {} +
	cp "$tree/$program" "$tree/$loader" "$tree/usr/share/seabios/bios-256k.bin" \
		"$tree"/usr/share/qemu/{linuxboot_dma,multiboot_dma,kvmvapic}.bin "$dir/"
	rm -rf "$tree"
	qemu_command "$dir"
	"${qemu[@]}" --version | grep -F "version $version."
	# It must find its firmware and modules where they are.
	echo quit | "${qemu[@]}" -nodefaults -display none -machine q35 -accel tcg -monitor stdio
}

# Sets qemu, the command that runs the QEMU in a folder.
qemu_command() {
	qemu=(env "QEMU_MODULE_DIR=$1" "$1/ld-linux-x86-64.so.2" --library-path "$1" "$1/qemu-system-x86_64" -L "$1")
}

# Each sets image_dir.
xen_image() {
	apt_for "xen-$1" "$(hash_of "$(declare -f build_xen)" "$1")" build_xen "$1"
}
kernel_image() {
	local key
	key=$(hash_of "$(declare -f build_kernel initramfs boot_modules disk_image extract_vmlinux unpack)" "$lab_home/initramfs/init" \
		"${kernel_modules[*]} ${basic_boot_modules[*]} ${dom0_boot_modules[*]} ${pv_boot_modules[*]} ${emulated_boot_modules[*]}" "$1")
	apt_for "kernel-$1" "$key" build_kernel "$1"
}
root_image() {
	apt_for root "$(hash_of "$(declare -f build_root disk_image unpack)" "${root_packages[*]} ${root_leaves_out[*]}" \
		"$lab_home"/dom0/hotplug-*)" build_root
}
grub_image() {
	image grub "$(hash_of "$(declare -f build_grub)" "$(dpkg-query -W grub-pc-bin)")" build_grub
}
qemu_image() {
	apt_for "qemu-$1" "$(hash_of "$(declare -f build_qemu qemu_command unpack)" "$1")" build_qemu "$1"
}

# apt_for NAME KEY BUILDER ARGUMENT…: reads package lists only if the image must be built.
apt_for() {
	local package
	if ! image_valid "$lab_cache/$1-$2" "${image_check:-quick}"; then
		apt_ready
		if [[ $3 == build_kernel ]]; then
			package=$(apt_kernel "$4")
			[[ $package ]] || die 125 "Debian has no kernel $4 in the suites that the lab reads"
			image "$@" "$package"
			return
		fi
	fi
	image "$@"
}
