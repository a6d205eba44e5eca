# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash disable=SC2154 # settings come from the script that sources this
#
# What all machines of a run share: the run's own files, disks to write to, a boot, and the results.

# Emulated disks have no fixed names in a guest; their sizes tell them apart, so these are all different.
scratch_emulated_mb=192
scratch_ide_mb=160
scratch_pv_mb=256
result_mb=512

# A tar as a disk: padded, because a disk has whole sectors and GRUB wants some to spare.
tar_disk() { tar -c -f "$1" --owner=0 --group=0 "${@:2}" && truncate -s %1M "$1"; }

# The run's own files, laid over every root: scripts, settings, COMMAND, the build, the files asked for.
make_run_disk() {
	local top=$work/run guest file
	mkdir -p "$top"/{lab/bin,job,opt/xentrace-bpf/bin}
	cp -r "$lab_home"/{modes.sh,inside,guest,dom0,plain} "$top/lab/"
	cp "$lab_home"/{dom0/await-command,inside/lab-stage} "$top/lab/bin/"
	printf '%s\n' "$command" >"$top/lab/command"
	[[ -z $dom0_command ]] || printf '%s\n' "$dom0_command" >"$top/lab/dom0-command"
	{
		printf '%s=%q\n' nonce "$nonce" timeout "$timeout" patience "$patience" memory "$memory" nic "$nic"
		declare -p vcpus_of
	} >"$top/lab/run.sh"
	for guest in "${xen_guests[@]}"; do
		xen_guest_arguments "${guest%-*}" "${guest##*-}" >"$top/lab/arguments-$guest"
	done
	if [[ -d $project/build/static ]]; then
		cp -RL "$project/build/static/." "$top/opt/xentrace-bpf/bin/"
	fi
	for file in "${files[@]}"; do cp -RL -- "$file" "$top/job/"; done
	tar_disk "$work/run.disk" -C "$top" lab job opt
}

# Everything that the machines will need, before there is one. Sets root_disk and kernels, the image of each series.
prepare() {
	local guest kernel
	declare -gA kernels=()
	root_image
	root_disk=$image_dir/disk
	for guest in "${guests[@]}"; do
		kernel=${guest##*-}
		[[ -z ${kernels[$kernel]-} ]] || continue
		kernel_image "$kernel"
		kernels[$kernel]=$image_dir
	done
	make_run_disk
	for guest in "${guests[@]}"; do truncate -s "${result_mb}M" "$work/out-$guest.disk"; done
	truncate -s "${scratch_pv_mb}M" "$work/scratch-pv.disk"
	truncate -s "${scratch_emulated_mb}M" "$work/scratch-emulated.disk"
	((${#xen_guests[@]} == 0)) || xen_prepare
	((${#plain_guests[@]} == 0)) || plain_prepare
}

# disk SERIAL FILE [OPTION]: one more disk of the machine, in the order of the calls.
disk() {
	disks+=(-drive "file=${2//,/,,},format=raw,if=none,id=$1,cache=unsafe${3:+,$3}" -device "virtio-blk-pci,drive=$1,serial=$1")
}

# The first disks of a machine: the first stage finds two by their label, and the third is lab.run=vdc.
first_disks() {
	disks=()
	disk root "$root_disk" readonly=on
	disk "kernel-$1" "${kernels[$1]}/disk" readonly=on
	disk run "$work/run.disk" readonly=on
}

# Seconds from a guest's creation to COMMAND's begin where little else runs, for who waits; nothing for a mode without
# a figure.
usual_seconds() {
	local seconds
	case ${1%-*} in
	pv) seconds=17 ;;
	pvh) seconds=18 ;;
	pvhvm) seconds=50 ;;
	hvm-pv | mixed) seconds=55 ;;
	hvm) seconds=85 ;;
	hvm-ide) seconds=100 ;;
	sriov) seconds=11 ;;
	nvme | nvme-paths) seconds=10 ;;
	*) return ;;
	esac
	echo "--usual $1=$((vcpus_of[$1] > 1 ? 2 * seconds : seconds))"
}

# boot_machine GUEST BOOT LIMIT QEMU…: one machine from power on to power off, in seconds; GUEST is empty for Xen's.
# Sets machine_status: supervise.py says what it means.
boot_machine() {
	local guest usual='--usual dom0=20'
	for guest in "${guests[@]}"; do usual+=" $(usual_seconds "$guest")"; done
	rm -f "$work/port" "$work/alive"
	mkfifo "$work/port" "$work/alive"
	# shellcheck disable=SC2086 # one word each
	setpriv --pdeathsig KILL /usr/bin/python3 "$lab_home/lib/supervise.py" --nonce "$nonce" --fifo "$work/port" \
		--alive "$work/alive" --logs "$logs" ${1:+--guest "$1"} --boot "$((patience * $2))" \
		--limit "$((patience * $3))" $usual -- \
		env TMPDIR="$work" setpriv --pdeathsig KILL "${@:4}" \
		-nodefaults -no-user-config -no-reboot -display none -serial stdio \
		"${disks[@]}" \
		-device virtio-serial-pci \
		-chardev "file,id=lab,path=$work/port" -device virtserialport,chardev=lab,name=lab,nr=1 \
		-chardev "file,id=alive,path=$work/alive" -device virtserialport,chardev=alive,name=alive,nr=2 &
	child=$!
	set +e
	wait "$child"
	machine_status=$?
	set -e
	child=
	((machine_status < 128)) || exit "$machine_status"
}

# take DISK FOLDER: the tar on a result disk; an empty disk is an empty tar.
take() {
	mkdir -p "$2"
	tar -x -f "$1" -C "$2" --no-same-owner 2>>"$logs/lab.log"
}

# The end of a guest's log; a panic's cause comes before its long end.
last_words() {
	{
		grep -aE -m 1 'Kernel panic|Oops|BUG:' "$1" || true
		tail -n 25 "$1"
	} 2>/dev/null | tr -d '\r' | sed 's/@lab:[^@]*@//g; s/^/lab: | /' >&2
}

# collect GUEST…: what guests of the last machine left. Fills --out, and sets run_status to the first that is not 0.
collect() {
	local guest status target from=$work/results
	for guest; do
		take "$work/out-$guest.disk" "$from/$guest" || true
		status=$(cat "$from/$guest/status" 2>/dev/null || true)
		if [[ -z $status ]]; then
			status=125
			((machine_status == 124)) && status=124
			say "$guest: the guest died before COMMAND ended; from its log, $logs/$guest.log:"
			last_words "$logs/$guest.log"
		fi
		((run_status)) || run_status=$status
		[[ $out ]] || continue
		target=$out
		((${#guests[@]} == 1)) || target=$out/$guest
		mkdir -p "$target"
		[[ ! -d $from/$guest/out ]] || cp -r "$from/$guest/out/." "$target/"
		[[ ! -e $from/dom0/$guest/dom0.log ]] || cp "$from/dom0/$guest/dom0.log" "$target/"
		[[ ! -d $from/dom0/$guest/dom0 ]] || cp -r "$from/dom0/$guest/dom0" "$target/"
	done
}
