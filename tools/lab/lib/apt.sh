# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# shellcheck shell=bash disable=SC2154 # settings come from the script that sources this
#
# Debian packages without touching the host's package state: a private apt with the host's mirrors and proxies,
# more suites, and an empty dpkg database, so that "install" means "with everything it depends on".

apt_dir=$lab_cache/apt
debs=$lab_cache/debs

# The host's mirrors as apt itself understands its sources; other distributions and file or disc sources do not serve.
apt_mirrors() {
	local release uri distribution='' codename=''
	main_mirror=http://deb.debian.org/debian
	security_mirror=http://deb.debian.org/debian-security
	if [[ -r /etc/os-release ]]; then
		# shellcheck source=/dev/null
		{ read -r distribution; read -r codename; } < <(. /etc/os-release; echo "${ID-}"; echo "${VERSION_CODENAME-}")
	fi
	[[ $distribution == debian ]] || return 0
	# shellcheck disable=SC2016 # these are apt's own variables
	while read -r release uri; do
		[[ $uri == http://* || $uri == https://* ]] || continue
		case $release in
		"$codename") main_mirror=${uri%/} ;;
		"$codename-security") security_mirror=${uri%/} ;;
		esac
	done < <(apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages' 2>/dev/null)
}

apt_configure() {
	local key=/usr/share/keyrings/debian-archive-keyring.gpg
	[[ -r $key ]] || die 125 "$key is missing: run sudo tools/setup lab"
	mkdir -p "$apt_dir"/{state/lists/partial,cache} "$debs/partial"
	: >"$apt_dir/status"
	apt_mirrors
	cat >"$apt_dir/sources.list" <<-END
	deb [signed-by=$key] $main_mirror bookworm main
	deb [signed-by=$key] $main_mirror bookworm-updates main
	deb [signed-by=$key] $main_mirror bookworm-backports main
	deb [signed-by=$key] $security_mirror bookworm-security main
	deb [signed-by=$key] $security_mirror bullseye-security main
	deb [signed-by=$key] $main_mirror trixie main
	deb [signed-by=$key] $main_mirror trixie-updates main
	deb [signed-by=$key] $main_mirror trixie-backports main
	deb [signed-by=$key] $security_mirror trixie-security main
	END
	# Only what bookworm does not have comes from older and newer suites: their kernels.
	cat >"$apt_dir/preferences" <<-END
	Package: *
	Pin: release n=bullseye-security
	Pin-Priority: 50

	Package: *
	Pin: release n=trixie*
	Pin-Priority: 40
	END
	# The #clear keeps hooks of the host, which clean the host's own caches, out of ours.
	cat >"$apt_dir/apt.conf" <<-END
	#clear APT::Update::Post-Invoke;
	#clear APT::Update::Post-Invoke-Success;
	#clear DPkg::Post-Invoke;
	Dir::State "$apt_dir/state";
	Dir::State::status "$apt_dir/status";
	Dir::Cache "$apt_dir/cache";
	Dir::Cache::archives "$debs";
	Dir::Etc::sourcelist "$apt_dir/sources.list";
	Dir::Etc::sourceparts "/dev/null";
	Dir::Etc::preferences "$apt_dir/preferences";
	Dir::Etc::preferencesparts "/dev/null";
	APT::Architecture "amd64";
	APT::Architectures { "amd64"; };
	APT::Install-Recommends "false";
	APT::Sandbox::User "root";
	Acquire::Languages "none";
	# A mirror that is away for a minute: the pauses are 1, 2, 4, 8, 16 and 30 s.
	Acquire::Retries "6";
	# Else lists that could not be read are no error, and count as read for half a day.
	APT::Update::Error-Mode "any";
	END
}

# Lists older than half a day may name packages that the mirror has replaced.
apt_ready() {
	[[ -z ${apt_is_ready-} ]] || return 0
	apt_configure
	if ! cmp -s "$apt_dir/sources.list" "$apt_dir/updated" || [[ -z $(find "$apt_dir/updated" -mmin -720) ]]; then
		say "reading package lists from $main_mirror and $security_mirror"
		apt-get -c "$apt_dir/apt.conf" -qq update >>"$lab_cache/log/apt.log" 2>&1 || {
			tail -n 5 "$lab_cache/log/apt.log" >&2
			die 125 "reading package lists failed; the whole log is $lab_cache/log/apt.log"
		}
		cp "$apt_dir/sources.list" "$apt_dir/updated"
	fi
	apt_is_ready=1
}

# Downloads packages and all that they depend on; prints the .debs' names. apt verifies what it has cached.
apt_closure() {
	apt-get -c "$apt_dir/apt.conf" -qq -y --download-only install "$@" >&2
	apt-get -c "$apt_dir/apt.conf" -qq -s install "$@" |
		sed -n 's/^Inst \([^ ]*\) (\([^ ]*\) [^)]*\[\([a-z0-9]*\)\]).*/\1_\2_\3.deb/p' |
		sed 's/:/%3a/g'
}

# Downloads one package alone; prints its path.
apt_one() {
	(cd "$debs" && apt-get -c "$apt_dir/apt.conf" -qq download "$1") >&2
	apt-cache -c "$apt_dir/apt.conf" show --no-all-versions "$1" |
		awk -v d="$debs" -F': ' '/^(Package|Version|Architecture):/ { gsub(":", "%3a", $2); v[$1] = $2 }
			END { print d "/" v["Package"] "_" v["Version"] "_" v["Architecture"] ".deb" }'
}

# The newest stock kernel package of a series such as 6.1, or of all for "newest".
apt_kernel() {
	local series=${1//./\\.}
	[[ $1 != newest ]] || series='[0-9]+\.[0-9]+'
	apt-cache -c "$apt_dir/apt.conf" pkgnames linux-image- |
		grep -E "^linux-image-$series\.[0-9]+([-+~][a-z0-9]+)*-amd64$" | grep -Ev -e '-(cloud|rt|unsigned|dbg)' |
		sort -V | tail -n 1 || true
}

# Those that a kernel's package needs of its own version: from 7.0 on it is empty itself.
apt_kernel_parts() {
	apt-cache -c "$apt_dir/apt.conf" depends --important "$1" |
		awk '$1 == "Depends:" { print $2 }' | grep -F -e "-${1#linux-image-}" || true
}
