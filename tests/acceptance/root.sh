# Sourced by the acceptance scripts that need a fresh Debian 12: makes a root by mmdebstrap and runs commands in it.
# Needs root. Set `name` before. Knows nothing of what a script proves. Beside lib.sh, which is for scripts that run
# the program built here; these two are never sourced together.
#
# Each call of inside() has its own mount and process namespace: when it ends, every mount and process of it is gone.
# HARVESTER_ROOT_CACHE, when set, is a folder that keeps the minimal root as a tarball from one run to the next.
set -u
LC_ALL=C; export LC_ALL
unset HARVESTER_HOME HARVESTER_CONFIG HARVESTER_NOW HARVESTER_DEMO HARVESTER_BIN HARVESTER_PROVIDER HARVESTER_SHARE
work=
outside= # a process that instead() started in the background

finish() {
	[ -z "$outside" ] || { kill -9 "$outside" 2>/dev/null; wait "$outside" 2>/dev/null; }
	[ -n "$work" ] || return 0
	if [ -n "${KEEP:-}" ]; then echo "$work is kept"; else rm -rf --one-file-system "$work"; fi
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

say() { echo "  $*"; }
fail() { echo "FAIL $name: $*"; exit 1; }
not_run() { echo "NOT RUN $name: $*"; exit 77; }
pass() { echo "PASS $name${1:+: $1}"; exit 0; }
seconds() { date +%s; }

[ "$(id -u)" -eq 0 ] || not_run "a root can be made and entered only by root"
for tool in mmdebstrap unshare chroot git tar; do
	command -v $tool >/dev/null || not_run "$tool is not installed (sh .ci/install acceptance)"
done
unshare --mount --pid --fork true 2>/dev/null || not_run "unshare is not permitted here"
work=$(mktemp -d "${TMPDIR:-/var/tmp}/harvester-acceptance-XXXXXX") || exit 1
chmod 755 "$work"

# The minimal root as a tarball; made once, without the packages of any test.
minimal() {
	cache=${HARVESTER_ROOT_CACHE:-$work}
	mkdir -p "$cache" || not_run "$cache cannot be made"
	minimal=$cache/bookworm-minbase.tar
	[ ! -s "$minimal" ] || return 0
	began=$(seconds)
	mmdebstrap --variant=minbase bookworm "$cache/new-$$.tar" >"$work/mmdebstrap.log" 2>&1 ||
		{ rm -rf "$cache/new-$$.tar"; not_run "mmdebstrap failed: $(tail -n 1 "$work/mmdebstrap.log")"; }
	mv "$cache/new-$$.tar" "$minimal"
	say "a minimal root of Debian 12 by mmdebstrap: $(($(seconds) - began)) s"
}

# root_make DIR: unpacks it. What the host needs to reach its Debian mirror (name server, options of apt) goes in; and
# no package may start a service, which would be seen outside: the network is the host's.
root_make() {
	mkdir -p "$1" && tar -C "$1" --numeric-owner -xpf "$minimal" || fail "the root cannot be unpacked"
	for f in /etc/resolv.conf /etc/hosts /etc/apt/apt.conf.d/99*; do
		[ ! -f "$f" ] || cp -L "$f" "$1$f"
	done
	printf '#!/bin/sh\nexit 101\n' >"$1/usr/sbin/policy-rc.d"
	chmod 755 "$1/usr/sbin/policy-rc.d"
}

# inside DIR COMMAND…: as root in that root, with an environment of its own and nothing of ours. instead() becomes that
# command: started with `&` its process is $!, and kill -9 of it ends all that runs inside (it heeds no other signal).
inside() { (instead "$@"); }
instead() {
	instead_dir=$1; shift
	exec unshare --mount --pid --fork --kill-child -- sh -c '
		mount -t proc proc "$0/proc" && mount -t tmpfs -o mode=1777 tmpfs "$0/dev/shm" &&
		exec chroot "$0" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
			"$@"' "$instead_dir" "$@"
}
