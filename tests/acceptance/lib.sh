# Sourced by the acceptance scripts, from the top of the repository: a folder of its own with a private PostgreSQL, a
# provider and one source; results compared as canonical text. Set `name` before. Every script ends with one line:
# PASS, FAIL reason (exit 1) or NOT RUN reason (exit 77). Knows nothing of what a script proves.
set -u
LC_ALL=C; export LC_ALL
bin=${HARVESTER_BIN:-build/bin/harvester}
provider=${HARVESTER_PROVIDER:-build/tests/provider}
server=
holder=
work=$(mktemp -d "${TMPDIR:-/tmp}/harvester-acceptance-XXXXXX") || exit 1
chmod 755 "$work" # the server has another account when we are root
HARVESTER_NOW=2027-03-02T01:15:00Z
HARVESTER_CONFIG=$work/config
export HARVESTER_NOW HARVESTER_CONFIG
unset HARVESTER_KILL_AT HARVESTER_LEASE_SECONDS HARVESTER_HOME

finish() {
	provider_end
	home_leave
	for pidfile in "$work"/*/pg*/postmaster.pid; do # a server that a failed script left behind
		[ -f "$pidfile" ] && kill -QUIT "$(head -n 1 "$pidfile")" 2>/dev/null
	done
	if [ -n "${KEEP:-}" ]; then echo "$work is kept"; else rm -rf "$work"; fi
}
trap finish EXIT
trap 'exit 1' HUP INT TERM

say() { echo "  $*"; }
fail() { echo "FAIL $name: $*"; exit 1; }
not_run() { echo "NOT RUN $name: $*"; exit 77; }
pass() { echo "PASS $name"; exit 0; }

[ -x "$bin" ] && [ -x "$provider" ] || not_run "$bin or $provider is not built (make all tests)"
command -v psql >/dev/null || not_run "psql is not installed"

# until SECONDS COMMAND…: ask again until it says yes.
until_true() {
	left=$(($1 * 20)); shift
	until "$@"; do
		left=$((left - 1)); [ "$left" -gt 0 ] || return 1
		sleep 0.05
	done
}

# provider_begin OPTION…: one at a time; a second one gets the port of the first, so the source's address stays.
provider_begin() {
	rm -f "$work/port.now"
	"$provider" --port "$(cat "$work/port" 2>/dev/null || echo 0)" --port-file "$work/port.now" "$@" >"$work/provider.log" 2>&1 &
	server=$!
	until_true 30 [ -s "$work/port.now" ] || fail "the provider did not start: $(cat "$work/provider.log")"
	cp "$work/port.now" "$work/port"
}
provider_end() {
	[ -z "$server" ] || { kill "$server" 2>/dev/null; wait "$server" 2>/dev/null; }
	server=
}

# source_write [LINE…]: the source `essai`; further lines go to its end. Valves are out of the way unless a line says so.
source_write() {
	mkdir -p "$work/config/sources"
	echo 'store: {url: private}' >"$work/config/harvester.yaml"
	{
		cat <<-YAML
		source: essai
		title: Musée d'essai
		connector: oai
		mapping: lido
		museums: [M9871]
		defaults: {MUSEO: [M9871], DOMN: [peinture], STAT: [propriété de la commune]}
		new_refs: {prefix: VB, from: digits}
		http: {addresses: [127.0.0.1], rate: 1000 / s, low_speed: {bytes: 1, during: ${LOW_SPEED:-20s}}, retries: 4}
		oai: {base_url: "http://127.0.0.1:$(cat "$work/port")/oai", prefix: lido}
		withdrawal: {do: apply}
		YAML
		if [ $# -eq 0 ]; then echo 'valves: {floor: 1000000, zero_records: never}'; fi
		for line in "$@"; do echo "$line"; done
	} >"$work/config/sources/essai.yaml"
}

# home_enter NAME: another HARVESTER_HOME, that is another server and catalogue. Our lock on users.lock keeps the
# server running between two commands, so that it can be asked (store/private.h).
home_enter() {
	home_leave
	HARVESTER_HOME=$work/$1; export HARVESTER_HOME
	"$bin" status >/dev/null 2>"$work/log" || fail "the catalogue cannot be opened: $(cat "$work/log")"
	flock -s "$HARVESTER_HOME/users.lock" sh -c 'echo >"$0"; exec sleep 100000' "$work/holds" &
	holder=$!
	until_true 30 [ -s "$work/holds" ] || fail "users.lock cannot be held"
	rm -f "$work/holds"
	"$bin" status >/dev/null 2>"$work/log" || fail "the catalogue cannot be opened: $(cat "$work/log")"
}
home_leave() {
	[ -n "$holder" ] || return 0
	pkill -P "$holder" 2>/dev/null; kill "$holder" 2>/dev/null; wait "$holder" 2>/dev/null
	holder=
	"$bin" status >/dev/null 2>&1 # the last one out stops the server
}

pidfile() { echo "$HARVESTER_HOME"/pg*/postmaster.pid; }
ask() { # one statement, unaligned
	psql -X -q -A -t -v ON_ERROR_STOP=1 -h "$(sed -n 5p "$(pidfile)")" -U harvester -d harvester \
		-c "set search_path = harvester; set client_min_messages = warning" -c "$1"
}
asked() { [ "$(ask "$1" 2>/dev/null)" = "$2" ]; }

# canonical FILE: everything that a harvest left, without what may differ between two of them: numbers of runs, of heads.
canonical() {
	{
		ask "select 'notice', ref, museo, doc, hash, state, created, changed from notice order by ref"
		ask "select 'head', h.source, h.external_id, h.hash, h.fingerprint, h.ref, h.gone, h.missed_in is not null,
			v.datestamp, v.deleted, v.field_failed, v.claim, p.frames is not null
			from head h join version v on (v.run, v.page, v.slot) = (h.run, h.page, h.slot)
			left join pack p on (p.run, p.page) = (v.body_run, v.body_page) order by h.source, h.external_id"
		ask "select 'change', ref, what, cause, diff, row_number() over (partition by ref order by run) from change order by ref, run"
		ask "select 'refused', source, external_id, datestamp, hash, fingerprint, code, field, reason, md5(body),
			solved_run is null from quarantine order by source, external_id, code, solved_run is null"
		ask "select 'source', name, cursor, full_run is not null, held from source order by name"
	} >"$1" || fail "the catalogue cannot be read"
}

# dumped FOLDER: what everybody gets, CSV and JSON Lines.
dumped() {
	"$bin" dump --dir "$1" >/dev/null 2>"$work/log" || fail "no dump: $(cat "$work/log")"
	[ "$(find "$1" -type f | wc -l)" -ge 2 ] || fail "the dump has fewer than two files: $(ls -R "$1")"
}
same_dump() { # same_dump WHAT FOLDER FOLDER
	diff -r "$2" "$3" >"$work/diff" && return 0
	cut -c 1-300 "$work/diff" | head -n 12
	fail "$1: the dump differs from that of the undisturbed harvest"
}

same() { # same WHAT FILE FILE
	cmp -s "$2" "$3" && return 0
	diff "$2" "$3" | cut -c 1-300 | head -n 12
	fail "$1: differs from the undisturbed harvest"
}
