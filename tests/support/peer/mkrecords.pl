#!/usr/bin/perl
# LIDO files on the command line -> one JSON line per record on standard output, for MemCQL.
#
# Files are taken in the byte order of their names (as LC_ALL=C sort does), whatever the order of the arguments:
# the running number of a record decides its datestamp, whether it is deleted, and which of two records with one
# identifier gets the suffix -dup, so all of them follow from the set of files alone.
use strict;
use warnings;
use File::Basename 'basename';
use JSON::PP;
use POSIX 'strftime';
use XML::LibXML;
use XML::LibXML::XPathContext;

my $EPOCH = 1704067200;    # 2024-01-01T00:00:00Z
my $STEP  = 7 * 3600;      # between two records
my $EVERY = 50;            # the 50th, 100th ... record is a deleted one

sub squeeze { my ($s) = @_; $s =~ s/\s+/ /g; $s =~ s/^ | $//g; $s }

my $js = JSON::PP->new->utf8->canonical;
my ($n, %seen) = (0);
for my $f (sort { basename($a) cmp basename($b) || $a cmp $b } @ARGV) {
    my $doc = eval { XML::LibXML->load_xml(location => $f, huge => 1) };
    if (!$doc) { warn "$f: not well-formed, left out: $@\n"; next }
    (my $set = basename($f)) =~ s/[._].*//;
    $set =~ s/[^A-Za-z0-9]//g;
    my $x = XML::LibXML::XPathContext->new($doc);
    $x->registerNs(l => 'http://www.lido-schema.org');
    my @records = $x->findnodes('//l:lido');
    warn "$f: no record in the namespace of LIDO\n" if !@records;
    for my $l (@records) {
        my $id = $x->findvalue('normalize-space(l:lidoRecID[1])', $l) || "none$n";
        $id =~ s/[^A-Za-z0-9._-]/_/g;
        $id .= "-dup$n" if $seen{$id}++;
        my @t = map { squeeze($_->textContent) } $x->findnodes('.//l:titleSet/l:appellationValue', $l);
        # exclusive canonical form: a record cut out of its wrapper keeps the namespaces it uses
        print $js->encode({
            _id => $id, set => [$set], identifier => [$id], title => [@t ? $t[0] : '?'], file => basename($f),
            datestamp => strftime('%Y-%m-%dT%H:%M:%SZ', gmtime($EPOCH + $STEP * $n)),
            ($n % $EVERY == $EVERY - 1 ? (deleted => 1) : ()), lido => $l->toStringEC14N(0),
        }), "\n";
        $n++;
    }
}
die "no record in the files given\n" if !$n;
