package Catmandu::Store::MemCQL::Bag;

# The bag of MemCQL: looks rows up by identifier, and by a conjunction of comparisons, which is all that the OAI
# plugin asks for (set, from, until). A query with OR or NOT would be answered wrongly: it is refused.

use Catmandu::Sane;
use Catmandu::Hits;
use Moo;
with 'Catmandu::Bag';
with 'Catmandu::CQLSearchable';

sub generator { my $rows = $_[0]->store->rows; my $i = 0; sub { $rows->[$i++] } }
sub get { my ($self, $id) = @_; my ($r) = grep { $_->{_id} eq $id } @{$self->store->rows}; $r }
sub add {}
sub delete {}
sub delete_all {}
sub delete_by_query {}
sub translate_sru_sortkeys { $_[1] }

# A list of [field, operator, value], all of which must hold.
sub translate_cql_query {
    my ($self, $q) = @_;
    my @t;
    die "MemCQL: only AND is understood: $q\n" if $q =~ /\b(?:or|not|prox)\b(?=\s*[(\w])/i;
    while ($q =~ /([\w.]+)\s*(>=|<=|>|<|=|exact|any)\s*"?([^"()\s]+)"?/g) { push @t, [$1, $2, $3] }
    \@t;
}
sub searcher { die "not used" }

sub holds {
    my ($x, $op, $v) = @_;
    return $op eq '>=' ? $x ge $v : $op eq '<=' ? $x le $v : $op eq '>' ? $x gt $v : $op eq '<' ? $x lt $v : $x eq $v;
}

sub search {
    my ($self, %a) = @_;
    my @terms = @{$a{query} // []};
    my @h = grep {
        my $r = $_;
        my $bad = grep {
            my ($f, $op, $v) = @$_;
            !grep { holds($_, $op, $v) } ref $r->{$f} ? @{$r->{$f}} : ($r->{$f} // '');
        } @terms;
        !$bad;
    } @{$self->store->rows};
    my $e = $a{start} + $a{limit} - 1;
    $e = $#h if $e > $#h;
    Catmandu::Hits->new(start => $a{start}, limit => $a{limit}, total => scalar @h,
        hits => $a{start} <= $#h ? [map { {%$_} } @h[$a{start} .. $e]] : []);
}
1;
