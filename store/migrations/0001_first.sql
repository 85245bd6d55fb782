-- The first schema. Runs in one transaction with search_path = harvester; names are not qualified.
-- No triggers, no procedures, no enum types; keys are text or bigint.
-- Two clocks: what reaches notices, dumps and reports (run.started, notice.created …) comes from the program's
-- injectable clock; leases use clock_timestamp(), because a test with a fixed clock must still see one expire.

create table migration (
  number  bigint primary key,
  name    text not null,
  applied timestamptz not null
);

-- One row per source: what only the apply transaction may move, and whether a person or a valve holds the source.
create table source (
  name      text primary key,
  cursor    text,                                  -- next `from` or last key; opaque to all but the connector
  full_run  bigint,                                -- last complete, applied, full listing
  held      text,                                  -- reason in French; null = free
  held_by   text
) with (fillfactor = 50);

-- One row per source being worked on: see store/lease.h. No row = free.
create table lease (
  source        text primary key,
  token         text not null,                     -- random, new at each acquisition
  run           bigint,
  holder        text not null,                     -- host, pid, command: what the second comer is told
  since         timestamptz not null,
  backend_pid   int not null,                      -- the holder's database session …
  backend_start timestamptz not null,              -- … a pid alone may be used again
  until         timestamptz not null
) with (fillfactor = 50);

-- The gate: one row. Whoever changes a notice takes it FOR UPDATE first and keeps it until commit, under READ
-- COMMITTED only: a REPEATABLE READ transaction takes its snapshot before it waits and would merge an old state.
-- Readers never take it.
create table gate (id int primary key check (id = 1));
insert into gate values (1);

-- One row per run; a person's command (edit, link, undo) is a run too, so every change has one cause.
create table run (
  id          bigint generated always as identity primary key,
  source      text not null,                       -- '' for a person's command
  kind        text not null check (kind in ('harvest','import','remap','undo','person')),
  listing     text not null check (listing in ('full','window','none')),   -- valves and disappearance differ by it
  state       text not null check (state in ('queued','collecting','waiting','judging','held','applying',
                                             'done','failed','cancelled','superseded')),
  problems    boolean not null default false,      -- 'done' with something quarantined, reported or skipped
  token       text,                                -- lease token of the only process that may write
  pid         int,                                 -- that process, on its host
  mapping     bigint,                              -- fingerprint of the mapping; resumed only under the same
  page        bigint not null default 0,           -- last committed page; never goes back, also when a list restarts
  checkpoint  text,                                -- connector's position after that page
  cursor_from text,
  cursor_next text,                                -- becomes source.cursor in the apply transaction
  counts      text,                                -- JSON: created, changed by field, refused, deleted, conflicts …
  accepted    text,                                -- counts a person accepted by `release`
  reason      text,                                -- why held or failed, French
  who         text,
  why         text,
  config      text,                                -- git commit of the configuration folder, '+dirty'
  started     timestamptz not null,
  ended       timestamptz
) with (fillfactor = 50);
create unique index run_open on run (source)
  where source <> '' and state in ('queued','collecting','waiting','judging','applying');
create index run_source on run (source, id);

-- Which known records a page held: head.num, sorted. Numbers, not identifiers: a tenth of the WAL.
create table seen (
  run  bigint not null,
  page bigint not null,
  nums bigint[] not null,
  primary key (run, page)
);

-- Bodies of a page: one zstd frame, offsets in front. EXTERNAL: already compressed.
create table pack (
  run    bigint not null,
  page   bigint not null,
  frames bytea not null,
  primary key (run, page)
);
alter table pack alter column frames set storage external;

-- A changed record, appended once by binary COPY, never updated. The same external id may come twice in one run
-- (repeated pages, a record re-dated meanwhile): judging takes the last by (datestamp, page, slot). Rows and packs
-- of a run that was superseded, cancelled or failed for good are deleted when its successor is applied.
create table version (
  run          bigint not null,
  page         bigint not null,
  slot         int not null,                       -- place in the page
  external_id  text not null,
  datestamp    text not null default '',
  deleted      boolean not null,
  hash         bytea not null,                     -- SHA-256 of the body in UTF-8, inherited namespaces included
  fingerprint  bigint not null,                    -- compiled mapping, tables, defaults, operators' version
  body_run     bigint,                             -- pack that holds the body; a re-mapping points to the old one
  body_page    bigint,
  body_slot    int,
  field_failed int not null default 0,             -- fields whose value could not be understood
  claim        text,                               -- canonical JSON; null: deleted
  primary key (run, page, slot)
);
create index version_record on version (external_id, run);   -- former versions of a record: history, undo

-- record -> its applied version and its notice. Also the alias (source, external id) -> REF: never deleted.
-- After an apply that wrote many rows: VACUUM (ANALYZE) head, notice; otherwise mere reading writes hint bits.
create table head (
  source      text not null,
  external_id text not null,
  num         bigint generated always as identity unique,
  run         bigint not null,                     -- the applied version = this source's present claim
  page        bigint not null,
  slot        int not null,
  hash        bytea not null,
  fingerprint bigint not null,
  ref         text not null,
  gone        text check (gone in ('deleted','missing')),   -- said so | absent from two full listings
  missed_in   bigint,                              -- first full run that lacked it; written for those few only
  primary key (source, external_id)
) with (fillfactor = 80);
create index head_ref on head (ref);

-- The merged notice. Origins are not stored: merge is pure, they are computed again from the claims.
create table notice (
  ref     text primary key,
  museo   text not null,
  doc     jsonb not null,                          -- field code -> list; neither derived fields nor dates
  hash    bytea not null,                          -- SHA-256 of the canonical text of doc, made in C
  state   text not null check (state in ('live','withdrawn')),
  created date not null,                           -- DMIS, DMAJ: columns, so that they never make a change
  changed date not null
) with (fillfactor = 80);

-- What a run changed: one row per notice and run. cause tells a change of mapping from a change at the source.
create table change (
  ref   text not null,
  run   bigint not null,
  what  text not null check (what in ('created','changed','withdrawn','restored')),
  cause text not null check (cause in ('source','mapping','person','policy')),
  diff  text not null,                             -- JSON: field -> [old list, new list]
  primary key (ref, run)
);
create index change_run on change (run);

-- Records that could not become a claim, with their bytes and the reason. One open row per record: refused again
-- unchanged (same hash and fingerprint) it costs no write. `run` is the run that wrote the row; page and slot are
-- null for a record refused outside collecting.
create table quarantine (
  id          bigint generated always as identity primary key,
  source      text not null,
  external_id text not null,
  run         bigint not null,
  page        bigint,
  slot        int,
  datestamp   text not null default '',
  hash        bytea not null,
  fingerprint bigint not null,
  code        text not null,                       -- stable word: inventory_missing …
  field       text not null default '',
  reason      text not null,                       -- French, with field and value
  body        bytea,                               -- the bytes as received
  solved_run  bigint                               -- null: still open
);
create unique index quarantine_open on quarantine (source, external_id) where solved_run is null;
create index quarantine_run on quarantine (run);

-- Something odd about a source or a record, grouped, worded for its owner.
create table finding (
  source    text not null,
  code      text not null,
  subject   text not null,
  first_run bigint not null,
  last_run  bigint not null,
  times     bigint not null,
  example   text not null,
  primary key (source, code, subject)
);
