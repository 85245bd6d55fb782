package Catmandu::Store::MemCQL;

# A searchable Catmandu store in memory, read once from a file of JSON lines. It exists because the searchable
# stores Debian packages all need a server (Elasticsearch, MongoDB). It is read-only and answers only the CQL
# that Dancer::Plugin::Catmandu::OAI builds; see MemCQL/Bag.pm.

use Catmandu::Sane;
use Moo;
use Catmandu::Store::MemCQL::Bag;
with 'Catmandu::Store';

has file => (is => 'ro', required => 1);
has rows => (is => 'lazy');

# Sorted by date, then by identifier, so that pages are the same whatever the order of the file.
sub _build_rows {
    my ($self) = @_;
    my @r;
    Catmandu->importer('JSON', file => $self->file, line_delimited => 1)->each(sub { push @r, $_[0] });
    [sort { $a->{datestamp} cmp $b->{datestamp} || $a->{_id} cmp $b->{_id} } @r];
}
1;
