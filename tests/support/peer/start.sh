#!/bin/sh
# start.sh WORKDIR PORT FILES... - the independent provider over the LIDO FILES, on http://127.0.0.1:PORT/oai
#
# Copies this folder to WORKDIR (made if missing; never inside the repository), writes records.jsonl there, starts
# the provider in the background and waits, at most 60 seconds, until it answers Identify. Prints the pid, which
# the caller ends with kill. PORT 0 takes a free port. WORKDIR/url then holds the address, WORKDIR/peer.log what
# the provider said. Exits 1 with one line on standard error when something is wrong, 77 when packages are missing.
set -eu

say() { printf 'peer: %s\n' "$*" >&2; }

[ $# -ge 3 ] || { say "usage: start.sh WORKDIR PORT FILES..."; exit 2; }
work=$1 wanted=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)

case $(basename "$work") in
t | bin | public) say "the folder must not be named t, bin or public: Dancer takes the one above for its own"; exit 2 ;;
esac
perl -MDancer -MXML::LibXML -MDancer::Plugin::Catmandu::OAI -e 1 2>/dev/null || {
	say "packages missing: libdancer-plugin-catmandu-oai-perl libxml-libxml-perl"
	exit 77
}

port=$(perl -MIO::Socket::INET -e '
	my $s = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => $ARGV[0], Listen => 1, ReuseAddr => 1)
		or exit 1;
	print $s->sockport;' "$wanted") || { say "port $wanted is taken"; exit 1; }

mkdir -p "$work"
for f in lib app.pl mkrecords.pl catmandu.yml config.yml lido.tt oai_dc.tt; do
	cp -R "$here/$f" "$work/"
done
perl "$work/mkrecords.pl" "$@" >"$work/records.jsonl" || { say "records could not be made"; exit 1; }

PORT=$port perl "$work/app.pl" </dev/null >"$work/peer.log" 2>&1 &
pid=$!

perl -MHTTP::Tiny -e '
	my ($url, $pid) = @ARGV;
	my $until = time + 60;
	while (time < $until && kill 0, $pid) {
		my $r = HTTP::Tiny->new(timeout => 5)->get("$url?verb=Identify");
		exit 0 if $r->{success} && $r->{content} =~ m{<baseURL>\Q$url\E</baseURL>};
		select undef, undef, undef, 0.1;
	}
	exit 1;' "http://127.0.0.1:$port/oai" "$pid" || {
	say "no answer to Identify; last words: $(tail -n 1 "$work/peer.log")"
	kill "$pid" 2>/dev/null || :
	exit 1
}
printf 'http://127.0.0.1:%s/oai\n' "$port" >"$work/url"
printf '%s\n' "$pid"
