-- What was taken in, never edited: one row per export, and the rows that each export stated.

create table if not exists exports (
    export_id      varchar primary key,
    org_id         varchar,
    window_start   date not null,
    window_end     date not null,
    timezone       varchar not null,
    group_by       varchar,
    fetched_at     timestamptz not null,
    record_count   bigint not null,
    sha256         varchar,
    source         varchar not null,
    superseded_by  varchar,
    date_form      varchar,
    asked_from     date
);
-- a database of version 0.1 lacks these
alter table exports add column if not exists date_form varchar;
alter table exports add column if not exists asked_from date;
comment on table exports is 'One row per export taken in, kept forever.';
comment on column exports.export_id is 'Name of the export, and of its files under data/raw.';
comment on column exports.org_id is 'Workspace; NULL for a day without usage while no answer has named the workspace yet.';
comment on column exports.window_start is 'First local day of the period asked for.';
comment on column exports.window_end is 'Last local day of the period asked for.';
comment on column exports.timezone is 'IANA zone of the period asked for.';
comment on column exports.group_by is '''model'', or NULL for an export with one row per API key.';
comment on column exports.fetched_at is 'When the answer was received.';
comment on column exports.record_count is 'Rows in the export; 0 where the service had no data.';
comment on column exports.sha256 is 'Of the CSV as received, content encoding undone; NULL where the service had no data.';
comment on column exports.source is 'The API base that answered, or the name of the file that was loaded.';
comment on column exports.superseded_by is 'The newer export of the same period and grouping, if any.';
comment on column exports.date_form is 'How the dates were written that the service took: plain (local time), z (the same with a Z); NULL for a file that was loaded.';
comment on column exports.asked_from is 'First day of all that the fetch asked for which brought the export; NULL for a file that was loaded.';

-- Money has 24 fractional digits: the service does not document its precision, and the shortest text
-- of a double of a tenth of a microdollar has 23.
create table if not exists export_rows (
    export_id              varchar not null,
    api_key_id             varchar not null,
    api_key_name           varchar,
    model                  varchar,
    requests               bigint not null,
    total_cost_usd         decimal(38, 24) not null,
    sum_prompt_tokens      bigint,
    sum_completion_tokens  bigint,
    cached_prompt_tokens   bigint,
    cache_creation_tokens  bigint,
    no_cache_tokens        bigint
);
comment on table export_rows is 'One row per row of each export taken in, superseded ones too.';
comment on column export_rows.export_id is 'The export that stated the row.';
comment on column export_rows.api_key_id is 'API key; never changes.';
comment on column export_rows.api_key_name is 'Name of the key as stated in this export.';
comment on column export_rows.model is 'NULL where the export was not grouped by model.';
comment on column export_rows.requests is 'API requests.';
comment on column export_rows.total_cost_usd is 'API usage cost in USD, exact.';
comment on column export_rows.sum_prompt_tokens is 'Input tokens as stated; NULL where the workspace is not BYOK.';
comment on column export_rows.sum_completion_tokens is 'Output tokens; NULL where the workspace is not BYOK.';
comment on column export_rows.cached_prompt_tokens is 'Input tokens read from the provider''s prompt cache.';
comment on column export_rows.cache_creation_tokens is 'Input tokens written to the cache.';
comment on column export_rows.no_cache_tokens is 'Input tokens that did not come from the cache.';

create table if not exists schema_version (sha256 varchar not null);
comment on table schema_version is 'One row: by which definitions the tables and views were made.';
comment on column schema_version.sha256 is 'Hash of the SQL of all of them.';
