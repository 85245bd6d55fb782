#!/usr/bin/perl
# The independent data provider: Dancer::Plugin::Catmandu::OAI over records.jsonl of its own folder.
# PORT (8182 by default) says where it listens, on 127.0.0.1 only. See README.md.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
BEGIN { chdir $FindBin::Bin or die "$FindBin::Bin: $!\n" }    # catmandu.yml and records.jsonl are named relatively
use Dancer;
use Catmandu;
use Dancer::Plugin::Catmandu::OAI;

Catmandu->load;
Catmandu->config;

my $port = $ENV{PORT} || 8182;
set server => '127.0.0.1';
set port   => $port;

# The sets are those the records name: a header may not carry a setSpec that ListSets does not know.
my %sets;
Catmandu->store('oai')->bag('data')->each(sub { $sets{$_}++ for @{$_[0]{set} || []} });

oai_provider '/oai',
    uri_base      => "http://127.0.0.1:$port/oai",
    sets          => [map { {setSpec => $_, setName => uc $_, cql => "set = \"$_\""} } sort keys %sets],
    deleted       => sub { $_[0]{deleted} ? 1 : 0 },
    set_specs_for => sub { $_[0]{set} || [] };
dance;
